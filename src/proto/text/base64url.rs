//! base64url without padding, in its one canonical spelling (RFC 4648 sections 3.5 and 5).

use super::Malformed;
use alloc::{string::String, vec::Vec};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The bytes that this text spells.
///
/// # Errors
/// [`Malformed`] for padding, any other character, an impossible length, and unused bits that are
/// not zero: two texts for the same bytes would be two texts for the same token.
pub fn read(text: &str) -> Result<Vec<u8>, Malformed> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Malformed)
}

/// The text that spells these bytes.
#[must_use]
pub fn write(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_examples_of_rfc_4648_are_read_and_written() {
        let examples = [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, text) in examples {
            assert_eq!(write(plain.as_bytes()), text);
            assert_eq!(read(text).unwrap(), plain.as_bytes());
        }
        assert_eq!(write(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn jose_05_unused_bits_in_base64url_are_refused() {
        for text in ["Zh", "Zm9", "Zm9vYh", "-_9", "AB"] {
            assert_eq!(read(text), Err(Malformed), "{text}");
        }
    }

    #[test]
    fn padding_and_foreign_characters_are_refused() {
        for text in
            ["Zg==", "Zm8=", "Zm9v=", "Z", "Zm9vY", "Zm 9v", "Zm9v\n", "+/8", "Zm9\u{0}", "Zm9é"]
        {
            assert_eq!(read(text), Err(Malformed), "{text:?}");
        }
    }
}
