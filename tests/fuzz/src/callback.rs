//! The address of a page: the authorization response in it, and the address to return to.

use super::choice;
use super::provider::CONFIG;
use countersign::proto::flow::return_to::resolve;
use countersign::proto::oidc::callback::{self, Found};
use countersign::proto::text::url;

/// A code is accepted only if the response has our `state` exactly once, the right issuer, and no
/// error.
pub fn callback(bytes: &[u8]) -> bool {
    let (choice, rest) = choice(bytes);
    let Ok(text) = std::str::from_utf8(rest) else { return false };
    let issuer = "https://op.example";
    let state = callback::derive_state(&CONFIG, "random");
    // An input cannot guess the state.
    let query = text.replace("$state", &state);
    let _ = callback::provider_error(&query);
    let sends_issuer = choice & 1 == 1;
    let read = callback::read(&query, &state, issuer, sends_issuer);
    if let Ok(code) = &read {
        let pairs = pairs(&query);
        let all = |name: &str| -> Vec<&str> {
            pairs.iter().filter(|pair| pair.0 == name).map(|pair| &*pair.1).collect()
        };
        assert_eq!(all("state"), [&*state], "{query}");
        assert_eq!(all("code"), [&**code], "{query}");
        // A parameter without a value counts as omitted (RFC 6749, section 3.1).
        let has_error = all("error").iter().any(|error| !error.is_empty());
        assert!(!code.is_empty() && !has_error, "{query}");
        let iss = all("iss");
        assert!(iss == [issuer] || iss.is_empty() && !sends_issuer, "{query}");
    }
    check_found(&query, &state);
    read.is_ok()
}

/// A response is only found if its `state` was made by this client.
fn check_found(query: &str, ours: &str) {
    for page in [format!("https://app.example/cb?{query}"), format!("https://app.example/#{query}")]
    {
        if let Found::Ours { state, .. } = callback::find(&CONFIG, &page) {
            let (tag, _) = ours.rsplit_once('.').expect("a state has dots");
            assert!(state.starts_with(tag), "{page}");
        }
    }
}

/// The pairs of a query, parsed in the simplest way by RFC 3986 and HTML's form encoding.
fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.map(|(name, value)| (decoded(name), decoded(value))).collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let digits = behind.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = behind;
        match (first, escaped) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(*first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The address to return to is always on the app's own origin.
pub fn return_to(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    for place in return_addresses(text) {
        assert!(place.len() <= 2048 + "https://app.example".len(), "{place}");
        let path = place.strip_prefix("https://app.example/").unwrap_or_else(|| {
            let url = url::read(&place).expect("a URL");
            assert_eq!(url.origin(), "https://app.example", "{place}");
            url.path.strip_prefix('/').expect("a path")
        });
        assert!(!path.starts_with(['/', '\\']), "{place}");
        assert!(place.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'), "{place:?}");
    }
    true
}

/// The addresses to return to: with the option `returnTo` on the first line of the input, and without
/// it. The second line is the address of the page.
pub fn return_addresses(text: &str) -> [String; 2] {
    let (return_to, page) = text.split_once('\n').unwrap_or((text, "https://app.example/here"));
    [Some(return_to), None].map(|return_to| resolve(return_to, page, &CONFIG))
}
