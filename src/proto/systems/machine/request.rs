//! The token request (RFC 6749, section 4.4.2).

use super::discovery;
use super::send;
use super::settings::{self, Machine};
use crate::proto::client::auth::Method;
use crate::proto::client::key;
use crate::proto::effect::{Effect, UnixTime};
use crate::proto::error::Code;
use crate::proto::oidc::token::{self, ClientCredentials};
use crate::proto::provider::endpoint::TOKEN;
use crate::proto::systems::fault::{Fault, fault_of};
use crate::proto::systems::fields::text_of;
use crate::proto::text::concat;
use crate::proto::text::json::{Json, Writer};
use alloc::string::String;

/// The length of a random text that no other client can guess.
const MIN_RANDOM_LENGTH: usize = 22;

/// `{settings, metadata, jti, now}`: the request. A client with a key gets `sign`, the input of a signature: the signature
/// in base64url completes the form. `jti` is random.
pub(in crate::proto::systems) fn write(input: &Json) -> Result<String, Fault> {
    let machine = settings::read(input)?;
    let Machine { config, scope, audience, resource } = &machine;
    let metadata = config.read_token_metadata(discovery::known(input)).map_err(fault_of)?;
    let method = Method::choose(config, &metadata);
    let grant = ClientCredentials {
        client_id: method.form_id(config),
        scope,
        audience,
        resource,
        extra: config.extra(),
    };
    let request = token::client_credentials(metadata.required(TOKEN), &grant);
    let mut request = method.prove(config, request);
    let mut out = Writer::new();
    if let (Method::Key, Some(key)) = (method, config.client_key()) {
        let jti = text_of(input, "jti");
        // A second assertion with the same one is refused as a replay (RFC 7523, section 3).
        if jti.len() < MIN_RANDOM_LENGTH {
            return Err(fault_of(Code::Internal.into()));
        }
        let audience = (config.assertion_audience(), config.issuer().as_str());
        let now = UnixTime(input.seconds_or("now", 0));
        let signed = key.assertion(config.client_id(), audience, jti, now);
        let form = key::assertion_form(&signed, &[]);
        let body = request.body.unwrap_or_default();
        request.body = Some(concat(&[&body, "&", &form]));
        if let Effect::Sign { alg, input, .. } = key.sign(signed) {
            out.open("sign", '{').text("alg", alg).text("input", &input).close('}');
        }
    }
    send::write(&mut out, &request);
    Ok(out.finish())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::settings::tests::{SETTINGS, input};
    use super::*;
    use crate::proto::text::{base64url, json};
    use alloc::{borrow::ToOwned, boxed::Box, format};

    const JTI: &str = "0123456789012345678901";

    fn written(settings: &str, announced: &str, jti: &str) -> Result<Box<Json>, Code> {
        let metadata = format!(
            r#"{{"issuer":"https://op.example","token_endpoint":"https://op.example/t"{announced}}}"#
        );
        let more = format!(r#","metadata":{metadata},"jti":"{jti}","now":100"#);
        let text = write(&input(settings, &more)).map_err(|fault| fault.code)?;
        Ok(json::read_object(text.as_bytes()).unwrap())
    }

    fn body(settings: &str, announced: &str) -> String {
        text_of(&written(settings, announced, JTI).unwrap(), "body").to_owned()
    }

    #[test]
    fn the_request_has_what_the_settings_say_and_nothing_else() {
        let request = written(SETTINGS, "", JTI).unwrap();
        assert_eq!(text_of(&request, "url"), "https://op.example/t");
        assert_eq!(text_of(&request, "method"), "POST");
        assert_eq!(text_of(&request, "body"), "grant_type=client_credentials");
        let headers = json::write(request.member("headers").unwrap());
        assert!(headers.contains(r#"["authorization","Basic Yzpz"]"#), "{headers}");
        let all = format!(
            r#"{SETTINGS},"scope":"a b","audience":"https://api","resource":["r","s"],"extra":{{"organization":"o"}}"#
        );
        assert_eq!(
            body(&all, ""),
            "grant_type=client_credentials&scope=a%20b&audience=https%3A%2F%2Fapi&resource=r&resource=s&organization=o"
        );
        let post =
            body(SETTINGS, r#","token_endpoint_auth_methods_supported":["client_secret_post"]"#);
        assert_eq!(post, "grant_type=client_credentials&client_id=c&client_secret=s");
    }

    #[test]
    fn a_client_with_a_key_signs_an_assertion_for_the_issuer() {
        let settings = r#""issuer":"https://op.example","clientId":"c","clientKey":{"kty":"EC","crv":"P-256","alg":"ES256","kid":"k",
            "x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}"#;
        let request = written(settings, "", JTI).unwrap();
        let sign = request.member("sign").unwrap();
        assert_eq!(text_of(sign, "alg"), "ES256");
        let claims = text_of(sign, "input").split('.').nth(1).unwrap();
        let claims = String::from_utf8(base64url::read(claims).unwrap()).unwrap();
        assert_eq!(
            claims,
            format!(
                r#"{{"iss":"c","sub":"c","aud":"https://op.example","jti":"{JTI}","iat":100,"exp":160}}"#
            )
        );
        let form = text_of(&request, "body");
        assert!(
            form.starts_with("grant_type=client_credentials&client_id=c&client_assertion_type=")
        );
        assert!(
            form.ends_with(&format!("&client_assertion={}.", text_of(sign, "input"))),
            "{form}"
        );
        assert!(!json::write(request.member("headers").unwrap()).contains("authorization"));
        assert_eq!(written(settings, "", "0").err(), Some(Code::Internal));
    }

    #[test]
    fn no_request_is_written_for_metadata_of_another_issuer() {
        let settings = SETTINGS.replace("op.example", "other.example");
        assert_eq!(written(&settings, "", JTI).err(), Some(Code::MetadataIssuerMismatch));
    }
}
