//! Cognigy.AI: its configuration of single sign-on with OpenID Connect, six keys in one JSON object.
//!
//! Facts: Cognigy's documentation (single sign-on using OpenID Connect, since release 4.3.0). It names the six
//! keys, the two addresses, and that the provider's administrator defines the role of a user.

mod issuer;
mod repair;
mod user;

pub(super) use user::user;

use super::fault::Fault;
use super::fields::{self, Kind, optional, required, text_of};
use crate::proto::jose::alg;
use crate::proto::text::concat;
use crate::proto::text::json::{self, Json, Writer};
use alloc::{boxed::Box, string::String};
use issuer::ISSUER;

const TYPE: &str = "idpType";
const CLIENT_ID: &str = "idpClientId";
const SECRET: &str = "idpClientSecret";
const ALG: &str = "idpIdTokenSignedResponseAlg";
const METHOD: &str = "idpTokenEndpointAuthMethod";

/// The algorithm of a configuration that names none, and the method (Registration 1.0, section 2).
const USUAL_ALG: &str = "RS256";
const BASIC: &str = "client_secret_basic";
const POST: &str = "client_secret_post";
const NONE: &str = "none";
const KEY: &str = "private_key_jwt";
/// The option of the app that has the key.
const CLIENT_KEY: &str = "clientKey";

/// The longest text of a configuration, in bytes. Six keys need a small part of it, and an error lists what
/// is wrong with each line.
const MAX_TEXT: usize = 16 * 1024;

/// The settings of sessions for a configuration: `config`, an object, or `text`, its JSON text. `hasKey` says that
/// the app has a key for `private_key_jwt`. In `options`, `repair` allows the repair of a text that a translator
/// damaged.
pub(super) fn import(input: &Json) -> Result<String, Fault> {
    let options = input.member("options").unwrap_or(&Json::Null);
    fields::check(options, &[optional("repair", Kind::Bool)])?;
    let read;
    let config = match (input.member("config"), input.text_of("text")) {
        (Some(config @ Json::Object(_)), _) => config,
        (_, Some(text)) => {
            read = read_text(text, options.is_true("repair"))?;
            &read
        }
        _ => return Err(Fault::of_field("", "neither JSON text nor an object")),
    };
    check_type(config)?;
    fields::check(
        config,
        &[
            required(TYPE, Kind::Text),
            required(ISSUER, Kind::Text),
            required(CLIENT_ID, Kind::Text),
            optional(SECRET, Kind::AnyText),
            optional(ALG, Kind::Text),
            optional(METHOD, Kind::Text),
        ],
    )?;
    for field in [ISSUER, CLIENT_ID, SECRET] {
        let value = text_of(config, field);
        if value.starts_with('<') && value.ends_with('>') {
            return Err(Fault::of_field(field, "a placeholder of the template, not a value"));
        }
    }
    let forms = issuer::forms(text_of(config, ISSUER))?;
    let method = or_usual(text_of(config, METHOD), BASIC);
    check_method(method, text_of(config, SECRET), input.is_true("hasKey"))?;
    let alg = or_usual(text_of(config, ALG), USUAL_ALG);
    check_alg(alg, method)?;
    let mut out = Writer::new();
    out.text("issuer", &forms.exact).open("issuerAliases", '[').push(&forms.other).close(']');
    out.text("clientId", text_of(config, CLIENT_ID));
    if method == BASIC || method == POST {
        out.text("clientSecret", text_of(config, SECRET));
    }
    // With a key there is one method.
    if method != KEY {
        out.text("authMethod", method);
    }
    Ok(out.text("idTokenSignedResponseAlg", alg).finish())
}

/// The requests that give settings of sessions to an installation, and take them back.
pub(super) fn export(input: &Json) -> Result<String, Fault> {
    fields::check(
        input,
        &[
            required("api", Kind::Text),
            required("issuer", Kind::Text),
            required("clientId", Kind::Text),
            optional("clientSecret", Kind::Text),
            optional("authMethod", Kind::Text),
            optional("idTokenSignedResponseAlg", Kind::Text),
            optional("hasKey", Kind::Bool),
        ],
    )?;
    let api = issuer::api(text_of(input, "api"))?;
    issuer::forms(text_of(input, "issuer")).map_err(|fault| renamed(fault, "issuer"))?;
    let secret = text_of(input, "clientSecret");
    let usual = if input.is_true("hasKey") { KEY } else { BASIC };
    let method = or_usual(text_of(input, "authMethod"), usual);
    check_method(method, secret, input.is_true("hasKey")).map_err(|fault| match &*fault.at {
        SECRET => renamed(fault, "clientSecret"),
        CLIENT_KEY => fault,
        _ => renamed(fault, "authMethod"),
    })?;
    let alg = or_usual(text_of(input, "idTokenSignedResponseAlg"), USUAL_ALG);
    check_alg(alg, method).map_err(|fault| renamed(fault, "idTokenSignedResponseAlg"))?;
    let mut body = Writer::new();
    body.text(TYPE, "oidc")
        .text(ISSUER, text_of(input, "issuer"))
        .text(CLIENT_ID, text_of(input, "clientId"))
        .text(SECRET, secret)
        .text(ALG, alg)
        .text(METHOD, method);
    let mut out = Writer::new();
    write_request(&mut out, "configure", &api, Some(&body.finish()));
    write_request(&mut out, "reset", &api, None);
    Ok(out.finish())
}

/// The text of a configuration that a translator damaged, as it was before.
pub(super) fn repair(input: &Json) -> Result<String, Fault> {
    let text = input.text_of("text").ok_or_else(|| Fault::of_field("", "not a text"))?;
    check_length(text)?;
    let repaired = repair::repair(text)
        .ok_or_else(|| Fault::of_field("", "no configuration is found in this text"))?;
    let mut out = Writer::new();
    out.text("text", &repaired.text).open("repairs", '[');
    for one in &repaired.repairs {
        out.push(one);
    }
    Ok(out.close(']').finish())
}

fn write_request(out: &mut Writer, name: &str, api: &str, body: Option<&str>) {
    let url = concat(&[api, "/v2.0/identityprovider/", name]);
    out.open(name, '{').text("url", &url).text("method", "POST").open("headers", '{');
    if body.is_some() {
        out.text("content-type", "application/json");
    }
    out.close('}').optional_text("body", body).close('}');
}

fn check_length(text: &str) -> Result<(), Fault> {
    if text.len() > MAX_TEXT {
        return Err(Fault::of_field("", "longer than 16 KB"));
    }
    Ok(())
}

fn read_text(text: &str, may_repair: bool) -> Result<Box<Json>, Fault> {
    check_length(text)?;
    if let Ok(config) = json::read_object_text(text) {
        return Ok(config);
    }
    let fault = repair::diagnose(text);
    match repair::repair(text).filter(|_| may_repair) {
        Some(repaired) => json::read_object_text(&repaired.text).map_err(|_| fault),
        None => Err(fault),
    }
}

fn check_type(config: &Json) -> Result<(), Fault> {
    match config.text_of(TYPE).map(|name| name.as_str()) {
        Some("oidc") => Ok(()),
        Some(name) if name.to_ascii_lowercase().starts_with("saml") => {
            Err(Fault::of_field(TYPE, "unsupported: SAML 2.0. Only oidc is supported"))
        }
        Some(_) => Err(Fault::of_field(TYPE, "not oidc")),
        // The other checks name a field that is missing or has another type.
        None => Ok(()),
    }
}

fn check_method(method: &str, secret: &str, has_key: bool) -> Result<(), Fault> {
    match method {
        // Nothing would use the key that the app gave.
        BASIC | POST | NONE if has_key => {
            Err(Fault::of_field(CLIENT_KEY, "not with this method: private_key_jwt uses a key"))
        }
        BASIC | POST if secret.is_empty() => Err(Fault::of_field(SECRET, "missing")),
        BASIC | POST => Ok(()),
        NONE if secret.is_empty() => Ok(()),
        NONE => Err(Fault::of_field(SECRET, "not empty, and the method none sends no secret")),
        KEY if has_key => Ok(()),
        KEY => {
            Err(Fault::of_field(METHOD, "unsupported: private_key_jwt without a key of the app"))
        }
        _ => Err(Fault::of_field(METHOD, "unsupported method")),
    }
}

/// A configuration pins one algorithm. HS256 signs with the client's secret (Core 10.1).
fn check_alg(alg: &str, method: &str) -> Result<(), Fault> {
    let has_secret = method == BASIC || method == POST;
    let is_known = alg::find(alg).is_some() || alg == "HS256" && has_secret;
    if is_known { Ok(()) } else { Err(Fault::of_field(ALG, "unsupported algorithm")) }
}

fn renamed(fault: Fault, at: &str) -> Fault {
    Fault { at: at.into(), ..fault }
}

fn or_usual<'a>(text: &'a str, usual: &'a str) -> &'a str {
    if text.is_empty() { usual } else { text }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::systems::decide;
    use alloc::format;

    const GOOD: &str = r#"{"idpType":"oidc","idpIssuer":"tenant.example","idpClientId":"c","idpClientSecret":"s",
        "idpIdTokenSignedResponseAlg":"RS256","idpTokenEndpointAuthMethod":"client_secret_basic"}"#;

    fn imported(config: &str, more: &str) -> Result<String, (String, String)> {
        decide("cognigy-import", &format!(r#"{{"config":{config}{more}}}"#))
            .map_err(|fault| (fault.at, fault.detail))
    }

    #[test]
    fn c1_a_configuration_is_the_settings_of_sessions() {
        let expected = r#"{"issuer":"https://tenant.example","issuerAliases":["https://tenant.example/"],"clientId":"c","clientSecret":"s","authMethod":"client_secret_basic","idTokenSignedResponseAlg":"RS256"}"#;
        assert_eq!(imported(GOOD, ""), Ok(expected.into()));
        let short = r#"{"idpType":"oidc","idpIssuer":"tenant.example","idpClientId":"c","idpClientSecret":"s"}"#;
        assert_eq!(imported(short, ""), Ok(expected.into()));
    }

    #[test]
    fn c1_a_wrong_field_is_named() {
        for (from, to, at) in [
            (r#""oidc""#, r#""saml2""#, TYPE),
            (r#""oidc""#, r#""OIDC""#, TYPE),
            (r#""oidc""#, "1", TYPE),
            (r#""idpType":"oidc","#, "", TYPE),
            ("tenant.example", "", ISSUER),
            ("tenant.example", "<DOMAIN>", ISSUER),
            (r#""idpClientId":"c""#, r#""idpClientId":"<CLIENT ID>""#, CLIENT_ID),
            (r#""idpClientId":"c""#, r#""idpClientId":1"#, CLIENT_ID),
            (r#""idpClientId":"c""#, r#""clientId":"c""#, "clientId"),
            (r#""idpClientSecret":"s""#, r#""idpClientSecret":"""#, SECRET),
            ("RS256", "none", ALG),
            ("RS256", "RS257", ALG),
            ("client_secret_basic", "none", SECRET),
            ("client_secret_basic", "private_key_jwt", METHOD),
            ("client_secret_basic", "client_secret_jwt", METHOD),
        ] {
            let config = GOOD.replacen(from, to, 1);
            assert_ne!(config, GOOD);
            assert_eq!(imported(&config, "").unwrap_err().0, at, "{from} -> {to}");
        }
        let keyed = GOOD.replacen(BASIC, KEY, 1);
        assert!(!imported(&keyed, r#","hasKey":true"#).unwrap().contains("authMethod"));
        let public = GOOD.replacen(BASIC, NONE, 1).replacen(r#""s""#, r#""""#, 1);
        assert!(imported(&public, "").unwrap().contains(r#""authMethod":"none""#));
    }

    #[test]
    fn c2_the_request_has_the_six_keys_in_order() {
        let input = r#"{"api":"api.cognigy.example","issuer":"https://tenant.example/","clientId":"c","clientSecret":"s"}"#;
        let out = json::read_object_text(&decide("cognigy-export", input).unwrap()).unwrap();
        let request = out.member("configure").unwrap();
        assert_eq!(
            request.text_of("url").unwrap().as_str(),
            "https://api.cognigy.example/v2.0/identityprovider/configure"
        );
        assert_eq!(
            request.text_of("body").unwrap().as_str(),
            r#"{"idpType":"oidc","idpIssuer":"https://tenant.example/","idpClientId":"c","idpClientSecret":"s","idpIdTokenSignedResponseAlg":"RS256","idpTokenEndpointAuthMethod":"client_secret_basic"}"#
        );
    }

    #[test]
    fn c2_a_wrong_setting_is_named_as_the_settings_spell_it() {
        let good = r#"{"api":"api.example","issuer":"https://t.example","clientId":"c","clientSecret":"s"}"#;
        for (from, to, at) in [
            (r#""api":"api.example""#, r#""api":"http://api.example""#, "api"),
            ("https://t.example", "https://t.example?x", "issuer"),
            (r#","clientSecret":"s""#, "", "clientSecret"),
            (r#""s""#, r#""s","authMethod":"tls_client_auth""#, "authMethod"),
            (r#""s""#, r#""s","idTokenSignedResponseAlg":"none""#, "idTokenSignedResponseAlg"),
            (r#""s""#, r#""s","secret":"x""#, "secret"),
        ] {
            let fault = decide("cognigy-export", &good.replacen(from, to, 1)).unwrap_err();
            assert_eq!(fault.at, at, "{from} -> {to}");
        }
    }
}
