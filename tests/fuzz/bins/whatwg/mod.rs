//! Compares the URL parser with WHATWG's, which browsers follow.

use countersign::proto::text::url as reader;
use ::url::Url;

/// Panics if a browser would go to another address than the one that was parsed. An address that a
/// browser refuses is harmless.
pub fn check(text: &str) {
    let Ok(ours) = reader::read(text) else { return };
    let Ok(theirs) = Url::parse(text) else { return };
    assert_eq!(ours.is_https(), theirs.scheme() == "https", "{text}");
    let host = theirs.host_str().unwrap_or_default();
    assert!(is_number(host) || host.eq_ignore_ascii_case(ours.host), "{text}: {host}");
    let default = if ours.is_https() { 443 } else { 80 };
    assert_eq!(ours.port.unwrap_or(default), theirs.port_or_known_default().unwrap_or(0), "{text}");
    assert!(theirs.username().is_empty() && theirs.password().is_none(), "{text}");
    let path = if ours.path.is_empty() { "/" } else { ours.path };
    let path = path.replace('{', "%7B").replace('}', "%7D").replace('^', "%5E");
    assert_eq!(theirs.path().replace('^', "%5E"), path, "{text}");
}

/// A browser writes addresses in its own way: `127.1` as `127.0.0.1`, and `[::0:1]` as `[::1]`.
fn is_number(host: &str) -> bool {
    host.starts_with('[') || host.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}
