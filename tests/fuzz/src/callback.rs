//! What stands in a page's address: a response, and where to go afterwards.

use super::choice;
use super::provider::CONFIG;
use countersign::proto::flow::return_to::resolve;
use countersign::proto::oidc::callback::{self, Found};
use countersign::proto::text::url;

/// A code is taken out of a response only if its state stands there once and is ours, its issuer is
/// ours, and it is no error.
pub fn callback(bytes: &[u8]) -> bool {
    let (choice, rest) = choice(bytes);
    let Ok(text) = std::str::from_utf8(rest) else { return false };
    let issuer = "https://op.example";
    let state = callback::derive_state(&CONFIG, "random");
    // So that inputs need not guess it.
    let query = text.replace("$state", &state);
    let _ = callback::said(&query);
    let sends_issuer = choice & 1 == 1;
    let read = callback::read(&query, &state, issuer, sends_issuer);
    if let Ok(code) = &read {
        let pairs = pairs(&query);
        let all = |name: &str| -> Vec<&str> {
            pairs.iter().filter(|pair| pair.0 == name).map(|pair| &*pair.1).collect()
        };
        assert_eq!(all("state"), [&*state], "{query}");
        assert_eq!(all("code"), [&**code], "{query}");
        assert!(!code.is_empty() && all("error").is_empty(), "{query}");
        let iss = all("iss");
        assert!(iss == [issuer] || iss.is_empty() && !sends_issuer, "{query}");
    }
    check_place(&query, &state);
    read.is_ok()
}

/// Where a response is found, it is one of ours, whatever else the address holds.
fn check_place(query: &str, ours: &str) {
    for page in [format!("https://app.example/cb?{query}"), format!("https://app.example/#{query}")]
    {
        if let Found::Ours { state, .. } = callback::find(&CONFIG, &page) {
            let (mark, _) = ours.rsplit_once('.').expect("a state has dots");
            assert!(state.starts_with(mark), "{page}");
        }
    }
}

/// The pairs of a query, read plainly: after RFC 3986 and HTML's form encoding.
fn pairs(query: &str) -> Vec<(String, String)> {
    let halves = query.split('&').filter(|pair| !pair.is_empty());
    let halves = halves.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    halves.map(|(name, value)| (decoded(name), decoded(value))).collect()
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

/// Whatever was asked for, and wherever the page is: the way back stays on the app's own origin.
pub fn return_to(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    for place in places(text) {
        assert!(place.len() <= 2048 + "https://app.example".len(), "{place}");
        let path = place.strip_prefix("https://app.example/").unwrap_or_else(|| {
            let url = url::read(&place).expect("a place is a URL");
            assert_eq!(url.origin(), "https://app.example", "{place}");
            url.path.strip_prefix('/').expect("a path")
        });
        assert!(!path.starts_with(['/', '\\']), "{place}");
        assert!(place.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'), "{place:?}");
    }
    true
}

/// The ways back: from a page, on the second line of the input, to what was asked for on the first,
/// and where nothing was asked for.
pub fn places(text: &str) -> [String; 2] {
    let (asked, page) = text.split_once('\n').unwrap_or((text, "https://app.example/here"));
    [Some(asked), None].map(|asked| resolve(asked, page, &CONFIG))
}
