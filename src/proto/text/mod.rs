//! Characters: the grammars everything else is written in, each read strictly and written once.

pub mod base64url;
pub mod form;
pub mod json;
pub mod secret;
pub mod url;

use alloc::string::String;

/// This text does not follow its grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// The words of a text, between single spaces; empty ones are none.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    pieces(text, b' ').filter(|word| !word.is_empty())
}

/// Whether a text has this word.
#[must_use]
pub fn has_word(text: &str, word: &str) -> bool {
    words(text).any(|other| other == word)
}

/// What stands before and behind the first such mark, which is ASCII.
#[must_use]
pub fn split(text: &str, mark: u8) -> (&str, Option<&str>) {
    let Some(place) = text.bytes().position(|byte| byte == mark) else { return (text, None) };
    (text.get(..place).unwrap_or_default(), text.get(place.saturating_add(1)..))
}

/// The pieces of a text between such marks; a text without one is one piece. `str::split` takes
/// patterns of every kind, and brings a searcher for each into the page.
pub fn pieces(text: &str, mark: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let (piece, behind) = split(rest?, mark);
        rest = behind;
        Some(piece)
    })
}

/// All parts, one behind the other.
#[must_use]
pub fn concat(parts: &[&str]) -> String {
    let mut out = String::new();
    for part in parts {
        out.push_str(part);
    }
    out
}

/// The text that these bytes are in UTF-8. `str::from_utf8` says where it ends, is fast on ASCII,
/// and weighs twice as much.
///
/// # Errors
/// [`Malformed`] for anything else.
pub fn utf8(bytes: &[u8]) -> Result<&str, Malformed> {
    match bytes.utf8_chunks().next() {
        None => Ok(""),
        Some(chunk) if chunk.invalid().is_empty() => Ok(chunk.valid()),
        Some(_) => Err(Malformed),
    }
}
