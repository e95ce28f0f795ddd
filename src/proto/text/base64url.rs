//! base64url without padding, in its canonical form (RFC 4648, sections 3.5 and 5).
//!
//! This crate has its own code: the `base64` crate does the same in four times the bytes, and its
//! message for an impossible failure adds all of `core::fmt` to the page. The tests compare both.

use super::Malformed;
use alloc::{string::String, vec::Vec};

/// Decodes a text.
///
/// # Errors
/// [`Malformed`] for padding, any other character, an impossible length, and unused bits that are
/// not zero: a token must not have two encodings.
pub fn read(text: &str) -> Result<Vec<u8>, Malformed> {
    // Four characters at a time, with one check for invalid ones at the end: every token is decoded
    // here.
    let (groups, rest) = text.as_bytes().as_chunks::<4>();
    let mut bytes = alloc::vec![0; groups.len().saturating_mul(3)];
    let mut seen = 0;
    for (group, out) in groups.iter().zip(bytes.as_chunks_mut::<3>().0) {
        let [_, all @ ..] = spelt(group, &mut seen).to_be_bytes();
        *out = all;
    }
    let [_, first, second, unused] = spelt(rest, &mut seen).to_be_bytes();
    let is_canonical = match rest.len() {
        0 => true,
        // One character alone has less than a byte.
        1 => false,
        2 => {
            bytes.push(first);
            second == 0
        }
        _ => {
            bytes.extend_from_slice(&[first, second]);
            unused == 0
        }
    };
    if is_canonical && seen < 64 { Ok(bytes) } else { Err(Malformed) }
}

/// The 24 bits of up to four characters; `seen` gets a bit above the sixth if one is invalid.
fn spelt(letters: &[u8], seen: &mut u8) -> u32 {
    let mut all = 0;
    for place in 0..4 {
        let value = letters.get(place).map_or(0, |letter| value(*letter));
        *seen |= value;
        all = all << 6 | u32::from(value);
    }
    all & 0xff_ffff
}

/// Whether it is one of the 64 characters.
#[must_use]
pub fn is_letter(letter: u8) -> bool {
    value(letter) < 64
}

/// Encodes bytes.
#[must_use]
pub fn write(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let all = group.iter().fold(0_u32, |all, byte| all << 8 | u32::from(*byte));
        let spare = 3_u32.saturating_sub(group.len() as u32);
        let all = all << spare.wrapping_mul(8);
        for place in (spare..4).rev() {
            text.push(letter(all >> place.wrapping_mul(6) & 63));
        }
    }
    text
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The value of every character; 255 for an invalid one.
static VALUES: [u8; 256] = values();

#[allow(clippy::indexing_slicing)]
const fn values() -> [u8; 256] {
    let (mut values, mut value) = ([255; 256], 0_u8);
    while value < 64 {
        values[LETTERS[value as usize] as usize] = value;
        value = value.wrapping_add(1);
    }
    values
}

fn value(letter: u8) -> u8 {
    VALUES.get(usize::from(letter)).copied().unwrap_or(255)
}

fn letter(value: u32) -> char {
    LETTERS.get(value as usize).map_or('A', |letter| char::from(*letter))
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::unwrap_used)]
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

    #[test]
    fn every_text_of_four_letters_is_read_as_the_base64_crate_reads_it() {
        use base64::Engine;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let letters = b"AQgwx09-_=+/ \n\xc3";
        let mut text = Vec::new();
        for number in 0..letters.len().pow(4) * 5 {
            text.clear();
            let mut rest = number / 5;
            for _ in 0..number % 5 {
                text.push(letters[rest % letters.len()]);
                rest /= letters.len();
            }
            let Ok(text) = core::str::from_utf8(&text) else { continue };
            assert_eq!(read(text).ok(), URL_SAFE_NO_PAD.decode(text).ok(), "{text}");
        }
        for length in 0..=255 {
            let bytes: Vec<u8> = (0..length).map(|byte: u8| byte.wrapping_mul(151)).collect();
            assert_eq!(write(&bytes), URL_SAFE_NO_PAD.encode(&bytes));
            assert_eq!(read(&write(&bytes)), Ok(bytes));
        }
    }
}
