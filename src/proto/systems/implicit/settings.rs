//! The settings of a client with the implicit flow.

use crate::proto::client::config::ClientConfig;
use crate::proto::error::Code;
use crate::proto::oidc::discovery::{self, Form};
use crate::proto::provider::preset;
use crate::proto::systems::fault::{Fault, fault_of};
use crate::proto::systems::fields::{self, Field, Kind, optional, required};
use crate::proto::text::json::{self, Json, Writer};
use alloc::boxed::Box;
use alloc::string::String;

/// The setting by which an app says that it knows what it does.
const OPT_IN: &str = "allowImplicit";

const FIELDS: &[Field] = &[
    required(OPT_IN, Kind::Bool),
    required("clientId", Kind::Text),
    required("redirectUri", Kind::Text),
    optional("issuer", Kind::Text),
    optional("provider", Kind::Object),
    optional("postLogoutRedirectUri", Kind::Text),
    optional("scope", Kind::Text),
    optional("extra", Kind::Object),
    optional("algorithms", Kind::Texts),
    optional("idTokenSignedResponseAlg", Kind::Text),
    optional("trustedAudiences", Kind::Texts),
    optional("tenants", Kind::Texts),
    optional("refusedTenants", Kind::Texts),
    optional("requiredClaims", Kind::Object),
    optional("issuerAliases", Kind::Texts),
    optional("discoveryUrl", Kind::Text),
    optional("metadataOverlay", Kind::Object),
    optional("maxAge", Kind::Number),
    optional("maxTokenAge", Kind::Number),
    optional("clockTolerance", Kind::Number),
    optional("allowLoopbackIssuer", Kind::Bool),
];

/// The settings of which the verifier of the ID token has the same.
const OF_VERIFIER: &[&str] = &[
    "issuer",
    "issuerAliases",
    "discoveryUrl",
    "trustedAudiences",
    "tenants",
    "refusedTenants",
    "requiredClaims",
    "maxTokenAge",
    "allowLoopbackIssuer",
];

/// The settings of a preset that no setting of the app loosens.
const OF_PRESET: &[&str] = &["issuer", "tenants", "refusedTenants", "requiredClaims"];

/// The client of these settings, and the settings with those of the preset.
pub(super) fn client(input: &Json) -> Result<(ClientConfig, Box<Json>), Fault> {
    let settings = input.member("settings").unwrap_or(&Json::Null);
    fields::check(settings, FIELDS)?;
    if !settings.is_true(OPT_IN) {
        let detail = "the implicit flow is deprecated: use the code flow, or set it to true";
        return Err(Fault::new(Code::ConfigInsecure, OPT_IN, detail));
    }
    let plain = Writer::new().members_except(settings, OPT_IN).finish();
    let config = ClientConfig::read(&plain).map_err(fault_of)?;
    let plain = json::read_object(plain.as_bytes()).map_err(|_| fault_of(Code::Internal.into()))?;
    let all = preset::apply(plain, "page").map_err(fault_of)?;
    Ok((config, all))
}

/// `{settings}`: checks them. The answer has the address of the metadata, the settings of the verifier, and a tag that
/// tells this client from others on the same origin.
pub(in crate::proto::systems) fn settings(input: &Json) -> Result<String, Fault> {
    let (config, all) = client(input)?;
    let mut out = Writer::new();
    let request = discovery::client_request(&config, Form::OpenId);
    out.text("tag", config.tag()).text("discovery", &request.url).open("verifier", '{');
    for name in OF_VERIFIER {
        if let Some(value) = all.member(name) {
            out.json(name, value);
        }
    }
    if let Some(preset) = all.member("provider") {
        out.open("provider", '{').open("verifier", '{');
        for name in OF_PRESET {
            if let Some(value) = preset.member(name) {
                out.json(name, value);
            }
        }
        out.close('}').close('}');
    }
    match all.member("idTokenSignedResponseAlg").and_then(Json::text) {
        Some(only) => {
            out.open("algorithms", '[').push(only).close(']');
        }
        None => {
            if let Some(list) = all.member("algorithms") {
                out.json("algorithms", list);
            }
        }
    }
    out.text("kind", "id_token").text("audience", config.client_id());
    out.number("clockTolerance", config.clock_tolerance()).close('}');
    Ok(out.finish())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;
    use alloc::format;

    pub(in crate::proto::systems::implicit) const SETTINGS: &str = r#""allowImplicit":true,"issuer":"https://op.example","clientId":"c","redirectUri":"https://app.example/cb""#;

    pub(in crate::proto::systems::implicit) fn input(settings: &str, more: &str) -> Box<Json> {
        let text = format!(r#"{{"settings":{{{settings}}}{more}}}"#);
        json::read_object(text.as_bytes()).unwrap()
    }

    #[test]
    fn the_flow_needs_an_explicit_word_of_the_app() {
        for (settings, code, at) in [
            (SETTINGS.replace(":true", ":false"), Code::ConfigInsecure, OPT_IN),
            (SETTINGS.replace(r#""allowImplicit":true,"#, ""), Code::ConfigInvalid, OPT_IN),
            (SETTINGS.replace(":true", ":1"), Code::ConfigInvalid, OPT_IN),
            (format!(r#"{SETTINGS},"refresh":true"#), Code::ConfigInvalid, "refresh"),
            (format!(r#"{SETTINGS},"apis":{{}}"#), Code::ConfigInvalid, "apis"),
            (format!(r#"{SETTINGS},"algorithms":["none"]"#), Code::ConfigInvalid, "algorithms"),
            (SETTINGS.replace("https://op", "http://op"), Code::ConfigInsecure, "issuer"),
        ] {
            let fault = super::settings(&input(&settings, "")).unwrap_err();
            assert_eq!((fault.code, &*fault.at), (code, at), "{settings}");
        }
    }

    #[test]
    fn the_verifier_has_the_settings_of_the_client_and_those_of_its_preset() {
        let answer = super::settings(&input(SETTINGS, "")).unwrap();
        assert!(
            answer.contains(r#""discovery":"https://op.example/.well-known/openid-configuration""#)
        );
        assert!(answer.contains(
            r#""verifier":{"issuer":"https://op.example","kind":"id_token","audience":"c","clockTolerance":60}"#
        ));
        let preset = r#""provider":{"name":"x","page":{"issuer":"https://p.example","requiredClaims":{"org_id":"o"}}}"#;
        let settings = SETTINGS.replace(r#""issuer":"https://op.example""#, preset);
        let answer = super::settings(&input(&settings, "")).unwrap();
        assert!(answer.contains(r#""issuer":"https://p.example","requiredClaims":{"org_id":"o"}"#));
        let pinned = format!(r#"{SETTINGS},"idTokenSignedResponseAlg":"PS256""#);
        let answer = super::settings(&input(&pinned, "")).unwrap();
        assert!(answer.contains(r#""algorithms":["PS256"]"#));
    }
}
