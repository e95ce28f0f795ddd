//! The provider's metadata, which a client without users needs for the address of the token endpoint.

use super::response::{Answer, failed};
use super::settings;
use crate::proto::error::{At, Code};
use crate::proto::oidc::response;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::text_of;
use crate::proto::text::concat;
use crate::proto::text::json::{Json, Writer};
use alloc::string::String;

/// How many seconds metadata is used.
const METADATA_SECONDS: u64 = 5 * 60;

/// The members that a token request needs, beside the address of the endpoint.
const USED: &[&str] = &["issuer", "token_endpoint", "token_endpoint_auth_methods_supported"];

/// `{settings, isLast, answer, now, failures, random}`: reads the metadata. The answer has the part that requests
/// need and until when it is used, or `next` for a provider that has its metadata at the next address only (RFC 8414,
/// section 5), or a failure.
pub(in crate::proto::systems) fn metadata(input: &Json) -> Result<String, Fault> {
    let config = settings::read(input)?.config;
    let answer = Answer::of(input);
    if answer.status() == 404 && !input.is_true("isLast") {
        return Ok(Writer::new().bool("next", true).finish());
    }
    let found = answer
        .response(At::Metadata)
        .and_then(|response| response::json_object(&response, At::Metadata))
        .map(|json| config.overlaid(json));
    let json = match found {
        Ok(json) => json,
        Err(error) => return Ok(failed(input, error, (None, None))),
    };
    if let Err(error) = config.read_token_metadata(&json) {
        let named = text_of(&json, "issuer");
        let detail = concat(&["\"", named, "\" is not \"", config.issuer(), "\""]);
        let is_other = error.code == Code::MetadataIssuerMismatch;
        return Ok(failed(input, error, (None, is_other.then_some(&*detail))));
    }
    let mut out = Writer::new();
    out.open("metadata", '{');
    for name in USED {
        if let Some(value) = json.member(name) {
            out.json(name, value);
        }
    }
    let until = input.seconds_or("now", 0).saturating_add(METADATA_SECONDS);
    Ok(out.close('}').number("until", until).finish())
}

/// The metadata of the settings, or the part that the host kept.
pub(super) fn known(input: &Json) -> &Json {
    let given = input.member("settings").and_then(|settings| settings.member("metadata"));
    given.or_else(|| input.member("metadata")).unwrap_or(&Json::Null)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::settings::tests::{SETTINGS, input};
    use super::*;
    use crate::proto::text::json;
    use alloc::format;

    const DOCUMENT: &str = r#"{\"issuer\":\"https://op.example\",\"token_endpoint\":\"https://op.example/t\",\"x\":1}"#;

    fn answered(settings: &str, status: u16, body: &str, more: &str) -> String {
        let answer = format!(r#"{{"kind":"response","status":{status},"body":"{body}"}}"#);
        let more = format!(r#","now":1000,"failures":0,"random":0,"answer":{answer}{more}"#);
        metadata(&input(settings, &more)).unwrap()
    }

    fn code(answer: &str) -> Option<u64> {
        json::read(answer.as_bytes()).unwrap().member("failure")?.member("code")?.seconds()
    }

    #[test]
    fn the_metadata_that_requests_need_is_kept_for_five_minutes() {
        assert_eq!(
            answered(SETTINGS, 200, DOCUMENT, ""),
            r#"{"metadata":{"issuer":"https://op.example","token_endpoint":"https://op.example/t"},"until":1300}"#
        );
        let overlay = format!(
            r#"{SETTINGS},"metadataOverlay":{{"token_endpoint_auth_methods_supported":["client_secret_post"]}}"#
        );
        assert!(answered(&overlay, 200, DOCUMENT, "").contains(r#"["client_secret_post"]"#));
    }

    #[test]
    fn a_document_that_is_missing_is_looked_for_at_the_other_address_once() {
        assert_eq!(answered(SETTINGS, 404, "", ""), r#"{"next":true}"#);
        let last = answered(SETTINGS, 404, "", r#","isLast":true"#);
        assert_eq!(code(&last), Some(Code::ResponseStatus as u64));
    }

    #[test]
    fn a_document_of_another_issuer_or_with_an_endpoint_that_can_be_read_on_the_way_is_refused() {
        for (from, to, expected) in [
            (
                "op.example\\\",\\\"token",
                "evil.example\\\",\\\"token",
                Code::MetadataIssuerMismatch,
            ),
            ("https://op.example/t", "http://op.example/t", Code::MetadataInsecure),
            ("https://op.example/t", "javascript:alert()", Code::MetadataInsecure),
            ("token_endpoint", "tokenEndpoint", Code::MetadataInvalid),
            ("{", "[", Code::ResponseNotJson),
        ] {
            let (from, to) = (from.replace("\\\\", "\\"), to.replace("\\\\", "\\"));
            let document = DOCUMENT.replace(&from, &to);
            assert_ne!(document, DOCUMENT, "{from}");
            assert_eq!(
                code(&answered(SETTINGS, 200, &document, "")),
                Some(expected as u64),
                "{to}"
            );
        }
        assert_eq!(code(&answered(SETTINGS, 503, "", "")), Some(Code::ProviderUnavailable as u64));
    }
}
