//! The responses of a provider.

use super::choice;
use countersign::proto::client::config::ClientConfig;
use countersign::proto::effect::Response;
use countersign::proto::oidc::{token, userinfo};
use countersign::proto::provider::endpoint;
use countersign::proto::text::json::{self, Json, Writer};
use countersign::proto::text::url;
use std::sync::LazyLock;

/// The settings of the client in these tests.
pub(crate) const SETTINGS: &str = r#"{"issuer":"https://op.example","clientId":"c",
    "redirectUri":"https://app.example/cb"}"#;

pub(crate) static CONFIG: LazyLock<ClientConfig> =
    LazyLock::new(|| ClientConfig::read(SETTINGS).expect("good settings"));

/// Metadata that is accepted names the configured issuer, has https addresses only, and is the same
/// after it was saved and loaded.
pub fn discovery(bytes: &[u8]) -> bool {
    let Ok(json) = json::read_object(bytes) else { return false };
    let Ok(metadata) = CONFIG.read_metadata(&json) else { return false };
    assert_eq!(json.member("issuer").and_then(Json::text), Some("https://op.example"));
    let names = [
        endpoint::AUTHORIZATION,
        endpoint::TOKEN,
        endpoint::KEYS,
        endpoint::USERINFO,
        endpoint::END_SESSION,
        endpoint::REVOCATION,
    ];
    for name in names {
        let Some(address) = metadata.endpoint(name) else { continue };
        let url = url::read(address).expect("a URL");
        assert!(url.is_https() && url.fragment.is_none(), "{address}");
    }
    assert!(names.iter().take(3).all(|name| !metadata.required(*name).is_empty()));
    let mut writer = Writer::new();
    metadata.write(&mut writer, true);
    let saved = json::read_object(writer.finish().as_bytes()).expect("an object");
    let member = saved.member("metadata").expect("the metadata");
    let again = CONFIG.read_metadata(member).expect("metadata that was accepted");
    assert!(names.iter().all(|name| again.endpoint(*name) == metadata.endpoint(*name)));
    assert_eq!(again.algorithms(), metadata.algorithms());
    assert_eq!(again.sends_issuer(), metadata.sends_issuer());
    true
}

/// A response whose status and type are chosen by the first byte of the input.
fn answered<'a>(bytes: &'a [u8]) -> Response<'a> {
    const STATUSES: [u16; 12] = [200, 200, 200, 200, 200, 400, 401, 403, 404, 429, 302, 503];
    let (choice, body) = choice(bytes);
    let status = STATUSES[usize::from(choice) % STATUSES.len()];
    let is_signed = choice & 0x40 != 0;
    let content_type = if is_signed { "Application/JWT" } else { "application/json" };
    Response { status, content_type, cache_control: "", retry_after: "", challenge: "", body }
}

/// Tokens are accepted with status 200 only, and an access token has only characters that are allowed
/// in a header.
pub fn token_response(bytes: &[u8]) -> bool {
    let response = answered(bytes);
    let Ok(tokens) = token::read(&response, "Bearer") else { return false };
    assert_eq!(response.status, 200);
    let json = json::read_object(response.body).expect("an object");
    let text = |name| json.text_of(name);
    assert_eq!(text("access_token").unwrap_or_default(), tokens.access_token());
    assert_eq!(text("id_token").unwrap_or_default(), tokens.id_token());
    // An empty refresh token is none.
    let refresh_token = text("refresh_token").filter(|token| !token.is_empty());
    assert_eq!(refresh_token, tokens.refresh_token());
    // An empty error is none.
    assert!(text("error").is_none_or(|error| error.is_empty()), "tokens next to an error");
    let token = tokens.access_token();
    assert!(token.bytes().all(|byte| byte.is_ascii_graphic()), "{token:?}");
    let is_missing = token.is_empty();
    let is_bearer = text("token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    assert!(is_bearer, "{json:?}");
    check_lifetime(json.member("expires_in"), tokens.expires_in());
    assert_eq!(tokens.with_access_token().is_err(), is_missing);
    true
}

/// A lifetime of digits is read, as a number or as a text; one that is missing or negative is none.
fn check_lifetime(said: Option<&Json>, read: Option<u64>) {
    let Some(said) = said else { return assert_eq!(read, None) };
    let text = json::write(said);
    let text = text.trim_matches('"');
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    if is_plain && (1..=15).contains(&text.len()) {
        assert_eq!(read, text.parse().ok(), "{text}");
    }
    if text == "null" || text.starts_with("-1") {
        assert_eq!(read, None, "{text}");
    }
}

/// Claims are accepted only if they are about the user who is signed in, and they are not changed.
pub fn userinfo(bytes: &[u8]) -> bool {
    let response = answered(bytes);
    let Ok(claims) = userinfo::read(&response, "ada") else { return false };
    assert_eq!((response.status, response.content_type), (200, "application/json"));
    let json = json::read_object(response.body).expect("an object");
    assert_eq!(json.member("sub").and_then(Json::text), Some("ada"));
    assert_eq!(json::read(claims.as_bytes()), Ok(json));
    true
}
