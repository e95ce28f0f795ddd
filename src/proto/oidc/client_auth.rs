//! How a confidential client says who it is (RFC 6749 section 2.3.1).

use crate::proto::text::{base64url, concat, form};
use alloc::string::String;

/// The value of `Authorization` for `client_secret_basic`: both are form-encoded before they are
/// joined, so that a colon in one is not taken for the one between them.
#[must_use]
pub fn basic(client_id: &str, client_secret: &str) -> String {
    let pair = concat(&[&form::encode(client_id), ":", &form::encode(client_secret)]);
    let text = base64url::write(pair.as_bytes());
    let mut out = String::from("Basic ");
    // The pair is ASCII without `>` and `?`, so `-` and `_` of the other alphabet may still occur.
    for letter in text.chars() {
        out.push(match letter {
            '-' => '+',
            '_' => '/',
            letter => letter,
        });
    }
    while out.len().wrapping_sub("Basic ".len()) % 4 != 0 {
        out.push('=');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn tok_09_both_parts_are_encoded_before_they_are_joined() {
        for (id, secret, pair) in [
            ("s6BhdRkqt3", "gX1fBat3bV", "s6BhdRkqt3:gX1fBat3bV"),
            ("a:b", "c d+\u{e9}", "a%3Ab:c%20d%2B%C3%A9"),
            ("", "~~~", ":~~~"),
        ] {
            let expected = concat(&["Basic ", &STANDARD.encode(pair)]);
            assert_eq!(basic(id, secret), expected, "{id}");
        }
    }
}
