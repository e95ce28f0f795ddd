//! `application/x-www-form-urlencoded`: queries and form bodies (RFC 6749, appendix B).

use super::{Malformed, pieces, split, utf8};
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// The maximum number of pairs. No protocol message has more.
const MAX_PAIRS: usize = 64;

/// The pairs of a form or a query, in their order. Empty pairs (`&&`) are skipped.
///
/// # Errors
/// [`Malformed`] for a broken percent escape, bytes that are not UTF-8, U+0000, and more than 64
/// pairs.
pub fn read(text: &str) -> Result<Vec<(String, String)>, Malformed> {
    let mut pairs = Vec::new();
    read_to(&mut pairs, text)?;
    Ok(pairs)
}

/// The pairs of a query that others may have added to, in their order. A pair whose name is malformed
/// is left out; a malformed value is `None`, but the words for a person are read as well as they can be.
#[must_use]
pub fn read_any(text: &str) -> Vec<(String, Option<String>)> {
    let mut pairs = Vec::new();
    for pair in pieces(text, b'&') {
        let (name, value) = split(pair, b'=');
        if let Ok(name) = decode(name) {
            let value = value.unwrap_or_default();
            let words = (name == "error_description").then(|| decode_any(value));
            pairs.push((name, words.or_else(|| decode(value).ok())));
        }
    }
    pairs
}

fn read_to(pairs: &mut Vec<(String, String)>, text: &str) -> Result<(), Malformed> {
    for pair in pieces(text, b'&').filter(|pair| !pair.is_empty()) {
        if pairs.len() == MAX_PAIRS {
            return Err(Malformed);
        }
        let (name, value) = split(pair, b'=');
        pairs.push((decode(name)?, decode(value.unwrap_or_default())?));
    }
    Ok(())
}

/// Writes these pairs.
#[must_use]
pub fn write(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        add(&mut out, name, value);
    }
    out
}

/// Adds one pair to a form.
pub fn add(form: &mut String, name: &str, value: &str) {
    if !form.is_empty() {
        form.push('&');
    }
    push(form, name);
    form.push('=');
    push(form, value);
}

/// Escapes a name or value: everything outside RFC 3986's unreserved set. A space becomes `%20`,
/// because some providers do not read `+` as a space.
#[must_use]
pub fn encode(value: &str) -> String {
    let mut out = String::new();
    push(&mut out, value);
    out
}

fn push(out: &mut String, value: &str) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            escape(out, byte);
        }
    }
}

/// Adds a byte as a percent escape.
pub fn escape(out: &mut String, byte: u8) {
    out.push('%');
    out.push(digit(byte >> 4));
    out.push(digit(byte & 15));
}

/// A hexadecimal digit in upper case.
fn digit(value: u8) -> char {
    let first = if value < 10 { b'0' } else { b'A'.wrapping_sub(10) };
    char::from(first.wrapping_add(value))
}

/// Unescapes a name or value.
///
/// # Errors
/// As [`read`].
pub fn decode(text: &str) -> Result<String, Malformed> {
    let mut out = Vec::new();
    decode_to(&mut out, text)?;
    utf8(&out).map(ToOwned::to_owned)
}

/// A text for a person: bytes that are not UTF-8 are read as Latin-1, and broken escapes stay.
fn decode_any(text: &str) -> String {
    let mut out = Vec::new();
    if decode_to(&mut out, text).is_err() {
        return text.to_owned();
    }
    if let Ok(text) = utf8(&out) {
        return text.to_owned();
    }
    let mut text = String::new();
    for byte in out {
        text.push(char::from(byte));
    }
    text
}

fn decode_to(out: &mut Vec<u8>, text: &str) -> Result<(), Malformed> {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let byte = match byte {
            b'+' => b' ',
            b'%' => {
                let high = hex(bytes.next())?;
                high << 4 | hex(bytes.next())?
            }
            byte => byte,
        };
        if byte == 0 {
            return Err(Malformed);
        }
        out.push(byte);
    }
    Ok(())
}

fn hex(byte: Option<u8>) -> Result<u8, Malformed> {
    let digit = char::from(byte.ok_or(Malformed)?).to_digit(16).ok_or(Malformed)?;
    u8::try_from(digit).map_err(|_| Malformed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use alloc::borrow::ToOwned;

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn pairs_are_read_in_their_order_with_their_repetitions() {
        let pairs = read("a=1&b=x%20y+z&&a=2&c&d==&%C3%A4=%e2%82%ac").unwrap();
        let right = [
            pair("a", "1"),
            pair("b", "x y z"),
            pair("a", "2"),
            pair("c", ""),
            pair("d", "="),
            pair("ä", "€"),
        ];
        assert_eq!(pairs, right);
        assert_eq!(read("").unwrap(), []);
    }

    #[test]
    fn a_broken_escape_invalid_utf_8_and_nul_are_refused() {
        for text in [
            "a=%",
            "a=%4",
            "a=%4g",
            "a=%%41",
            "%+1=a",
            "a=%ff",
            "a=%c3",
            "a=%ed%a0%80",
            "a=%00",
            "a=\0",
        ] {
            assert_eq!(read(text), Err(Malformed), "{text:?}");
        }
    }

    #[test]
    fn sixty_four_pairs_are_read_and_one_more_is_refused() {
        let most = "a=b&".repeat(64);
        assert_eq!(read(&most).unwrap().len(), 64);
        assert_eq!(read(&[&*most, "a=b"].concat()), Err(Malformed));
    }

    #[test]
    fn everything_but_unreserved_letters_is_escaped() {
        // The example of RFC 6749, appendix B, with %20 for the space.
        assert_eq!(encode(" %&+£€"), "%20%25%26%2B%C2%A3%E2%82%AC");
        assert_eq!(encode("AZaz09-._~"), "AZaz09-._~");
        assert_eq!(
            encode("!'()*/:?#[]@$,;=\"<>\\^`{|}\n"),
            ["%21%27%28%29%2A%2F%3A%3F%23%5B%5D%40%24%2C%3B%3D", "%22%3C%3E%5C%5E%60%7B%7C%7D%0A",]
                .concat()
        );
        assert_eq!(write(&[("a b", "c&d"), ("e", "")]), "a%20b=c%26d&e=");
    }

    #[test]
    fn what_is_written_is_read_back() {
        for value in ["", "a", "+ %&=?#\u{1}\u{7f}", "日本語 🦀", "a+b"] {
            assert_eq!(read(&write(&[(value, value)])).unwrap().first(), Some(&pair(value, value)));
        }
    }
}
