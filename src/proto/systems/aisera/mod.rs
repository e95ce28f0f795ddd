//! Aisera: an OpenID Connect connection of its platform to an external system, eight fields.
//!
//! Facts: Aisera's documentation (OIDC). It names the fields, the integrations ServiceNow and Generic, the query
//! parameters of the external REST query, and that the user's token goes into the headers of REST calls. It does not
//! name an issuer or keys, so an ID token of such a connection cannot be verified.

mod call;

pub(super) use call::{call, redirect};

use super::fault::Fault;
use super::fields::{self, Kind, optional, required, text_of};
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::text::url;
use alloc::string::String;

const AUTHORIZATION_URL: &str = "Authorization URL";
const CLIENT_ID: &str = "Client Id";
const CLIENT_SECRET: &str = "Client Secret";
const TOKEN_URL: &str = "Access Token URL";
const NONCE: &str = "Nonce";
const SCOPE: &str = "Scope";
const RESPONSE_TYPE: &str = "Response Type";
const PROMPT: &str = "Prompt";

/// The settings of sessions for the eight `fields`, an object or its JSON text, and the rules of REST calls.
pub(super) fn import(input: &Json) -> Result<String, Fault> {
    let read;
    let given = match input.member("fields") {
        Some(given @ Json::Object(_)) => given,
        Some(Json::Text(text)) => {
            read =
                json::read_object_text(text).map_err(|_| Fault::of_field("", "no JSON object"))?;
            &read
        }
        _ => return Err(Fault::of_field("", "neither an object with the fields nor JSON text")),
    };
    fields::check(
        given,
        &[
            required(AUTHORIZATION_URL, Kind::Text),
            required(CLIENT_ID, Kind::Text),
            required(CLIENT_SECRET, Kind::Text),
            required(TOKEN_URL, Kind::Text),
            optional(NONCE, Kind::AnyText),
            optional(SCOPE, Kind::AnyText),
            optional(RESPONSE_TYPE, Kind::AnyText),
            optional(PROMPT, Kind::AnyText),
        ],
    )?;
    fields::check(
        input,
        &[
            required("fields", Kind::Any),
            required("integration", Kind::Text),
            required("origins", Kind::Texts),
            optional("query", Kind::Object),
            optional("token", Kind::Text),
            optional("issuer", Kind::Text),
            optional("nonceMode", Kind::Text),
            optional("authMethod", Kind::Text),
            optional("pkce", Kind::Bool),
        ],
    )?;
    for field in [AUTHORIZATION_URL, TOKEN_URL] {
        if !url::is_endpoint(text_of(given, field), true) {
            return Err(Fault::of_field(field, "no https address"));
        }
    }
    // Each other flow gives tokens to the browser, which this connection keeps at the edge.
    if !matches!(text_of(given, RESPONSE_TYPE).trim(), "" | "code") {
        return Err(Fault::of_field(RESPONSE_TYPE, "unsupported: only code"));
    }
    let mut out = Writer::new();
    out.open("settings", '{');
    write_settings(&mut out, given, input)?;
    out.close('}').open("calls", '{');
    call::write_rules(&mut out, input)?;
    Ok(out.close('}').finish())
}

fn write_settings(out: &mut Writer, given: &Json, input: &Json) -> Result<(), Fault> {
    let issuer = input.text_of("issuer");
    // With an issuer the ID token is verified by its keys, and the two addresses stay those of the fields.
    match issuer {
        Some(issuer) => out.text("issuer", issuer).open("metadataOverlay", '{'),
        None => out.bool("user", false).open("metadata", '{'),
    };
    out.text("authorization_endpoint", text_of(given, AUTHORIZATION_URL))
        .text("token_endpoint", text_of(given, TOKEN_URL))
        .close('}')
        .text("clientId", text_of(given, CLIENT_ID))
        .text("clientSecret", text_of(given, CLIENT_SECRET));
    let method = match text_of(input, "authMethod") {
        "" => "client_secret_post",
        one @ ("client_secret_post" | "client_secret_basic") => one,
        _ => return Err(Fault::of_field("authMethod", "unsupported method")),
    };
    out.text("authMethod", method);
    for (field, setting) in [(SCOPE, "scope"), (PROMPT, "prompt")] {
        let value = text_of(given, field).trim();
        if !value.is_empty() {
            out.text(setting, value);
        }
    }
    if input.member("pkce").and_then(Json::bool) == Some(false) {
        out.bool("pkce", false);
    }
    match (text_of(input, "nonceMode"), text_of(given, NONCE)) {
        ("" | "fresh", _) => Ok(()),
        ("static", "") => Err(Fault::of_field(NONCE, "missing, and nonceMode is static")),
        ("static", _) if issuer.is_some() => {
            Err(Fault::of_field("nonceMode", "static, and an issuer makes a user of the token"))
        }
        ("static", nonce) => {
            out.text("nonce", nonce);
            Ok(())
        }
        _ => Err(Fault::of_field("nonceMode", "neither fresh nor static")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::systems::decide;
    use alloc::format;

    const FIELDS: &str = r#"{"Authorization URL":"https://op.example/a","Client Id":"c","Client Secret":"s",
        "Access Token URL":"https://op.example/t","Nonce":"n","Scope":"openid a","Response Type":"code","Prompt":"login"}"#;

    fn imported(fields: &str, more: &str) -> Result<String, String> {
        let input = format!(
            r#"{{"fields":{fields},"integration":"ServiceNow","origins":["https://api.example"]{more}}}"#
        );
        decide("aisera-import", &input).map_err(|fault| fault.at)
    }

    #[test]
    fn the_eight_fields_are_the_settings_of_a_client_without_a_user() {
        assert_eq!(
            imported(FIELDS, "").unwrap(),
            r#"{"settings":{"user":false,"metadata":{"authorization_endpoint":"https://op.example/a","token_endpoint":"https://op.example/t"},"clientId":"c","clientSecret":"s","authMethod":"client_secret_post","scope":"openid a","prompt":"login"},"calls":{"token":"id_token","origins":["https://api.example"],"query":{}}}"#
        );
        let fixed = imported(FIELDS, r#","nonceMode":"static","pkce":false"#).unwrap();
        assert!(fixed.contains(r#""pkce":false,"nonce":"n""#));
        let known = imported(FIELDS, r#","issuer":"https://op.example""#).unwrap();
        assert!(
            known.starts_with(r#"{"settings":{"issuer":"https://op.example","metadataOverlay":{"#)
        );
    }

    #[test]
    fn a_wrong_field_is_named_as_the_form_spells_it() {
        for (from, to, at) in [
            (r#""Client Id":"c""#, r#""Client ID":"c""#, "Client ID"),
            (r#""Client Id":"c""#, r#""Client Id":"""#, CLIENT_ID),
            (r#","Client Secret":"s""#, "", CLIENT_SECRET),
            ("https://op.example/a", "http://op.example/a", AUTHORIZATION_URL),
            ("https://op.example/a", "https://op.example/a#x", AUTHORIZATION_URL),
            ("https://op.example/t", "op.example/t", TOKEN_URL),
            (r#""code""#, r#""token""#, RESPONSE_TYPE),
            (r#""code""#, r#""code id_token""#, RESPONSE_TYPE),
            (r#""n""#, "1", NONCE),
            (r#""openid a""#, r#"["openid"]"#, SCOPE),
            (r#""login""#, "null", PROMPT),
        ] {
            let fields = FIELDS.replacen(from, to, 1);
            assert_ne!(fields, FIELDS);
            assert_eq!(imported(&fields, "").unwrap_err(), at, "{from} -> {to}");
        }
        for (more, at) in [
            (r#","nonceMode":"fixed""#, "nonceMode"),
            (r#","nonceMode":"static","issuer":"https://op.example""#, "nonceMode"),
            (r#","authMethod":"none""#, "authMethod"),
            (r#","token":"refresh_token""#, "token"),
            (r#","query":{"a":1}"#, "query"),
            (r#","scheme":"x""#, "scheme"),
        ] {
            assert_eq!(imported(FIELDS, more).unwrap_err(), at, "{more}");
        }
        let empty = FIELDS.replacen(r#""n""#, r#""""#, 1);
        assert_eq!(imported(&empty, r#","nonceMode":"static""#).unwrap_err(), NONCE);
    }
}
