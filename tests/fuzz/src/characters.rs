//! Base64url, forms and URLs.

use super::allocation::bounded;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::proto::text::{base64url, form, url};

/// Agrees with the `base64` crate, and accepts only one spelling of a byte string.
pub fn base64url(bytes: &[u8]) -> bool {
    let written = base64url::write(bytes);
    assert_eq!(written, URL_SAFE_NO_PAD.encode(bytes));
    assert_eq!(base64url::read(&written).as_deref(), Ok(bytes));
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let read = bounded(bytes, 4, || base64url::read(text)).ok();
    assert_eq!(read, URL_SAFE_NO_PAD.decode(text).ok(), "{text}");
    let Some(bytes) = read else { return false };
    assert_eq!(base64url::write(&bytes), text, "a second spelling is read");
    true
}

/// At most 64 pairs and no U+0000. Pairs that are parsed, written and parsed again are the same, and
/// the written text needs no escapes in a URL.
pub fn form(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Ok(pairs) = bounded(bytes, 64, || form::read(text)) else { return false };
    assert!(pairs.len() <= 64);
    let borrowed: Vec<_> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
    let written = form::write(&borrowed);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%&=".contains(&byte);
    assert!(written.bytes().all(is_plain), "{written}");
    assert!(pairs.iter().all(|(name, value)| !name.contains('\0') && !value.contains('\0')));
    // A pair with an empty name and an empty value is written as `=`, which is a pair again.
    assert_eq!(form::read(&written).as_ref(), Ok(&pairs), "{text} became {written}");
    assert_eq!(form::decode(&form::encode(text)).is_ok(), !text.contains('\0'));
    true
}

/// The parts of a URL together are its text, the host contains no user name, and the origin is a URL
/// of the same origin.
pub fn url(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Ok(url) = bounded(bytes, 0, || url::read(text)) else { return false };
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic()), "{text:?}");
    let mut again = format!("{}://{}", url.scheme, url.host);
    let authority = text.get(again.len()..).unwrap_or_default();
    // Leading zeros of a port are dropped, so the text of the port is used.
    let port = authority.get(..authority.len() - tail(&url)).unwrap_or_default();
    assert_eq!(port.strip_prefix(':').map(|port| port.parse().ok()), url.port.map(Some), "{text}");
    again.push_str(port);
    again.push_str(url.path);
    assert_eq!(url.without_query(), again, "{text}");
    let query = url.query.map(|query| format!("?{query}")).unwrap_or_default();
    let fragment = url.fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    assert_eq!([again, query, fragment].concat(), text);
    assert!(!url.host.contains(['@', '%', '\\', '/', '?', '#']), "{text}");
    let origin = url.origin();
    let again = url::read(&origin).expect("an origin is a URL");
    assert!(again.same_origin(&url) && again.origin() == origin && again.path.is_empty(), "{text}");
    check_query(text, &url);
    true
}

/// The length of the text behind the port, in bytes.
fn tail(url: &url::Url<'_>) -> usize {
    let part = |part: Option<&str>| part.map_or(0, |part| part.len() + 1);
    url.path.len() + part(url.query) + part(url.fragment)
}

/// A pair that is added to the query comes last and changes nothing else.
fn check_query(text: &str, url: &url::Url<'_>) {
    let more = url::with_query(text, &[("a", "b")]);
    let more_url = url::read(&more).expect("a URL with one pair more is a URL");
    assert_eq!(more_url.without_query(), url.without_query());
    assert_eq!(more_url.fragment, url.fragment);
    let query = more_url.query.expect("a query");
    assert!(query.starts_with(url.query.unwrap_or_default()) && query.ends_with("a=b"), "{more}");
    assert_eq!(url::with_query(text, &[]), text);
}
