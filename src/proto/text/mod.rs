//! Characters: the grammars of all messages, each with one strict reader and one writer.

pub mod base64url;
pub mod form;
pub mod json;
pub mod secret;
pub mod url;

use alloc::string::String;

/// The error of a text that does not follow its grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// The words of a text, between single spaces. Empty words are skipped.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    pieces(text, b' ').filter(|word| !word.is_empty())
}

/// Whether a text contains this word.
#[must_use]
pub fn has_word(text: &str, word: &str) -> bool {
    for other in words(text) {
        if other == word {
            return true;
        }
    }
    false
}

/// Whether a text has all these words, separated by spaces.
#[must_use]
pub fn has_words(text: &str, all: &str) -> bool {
    for word in words(all) {
        if !has_word(text, word) {
            return false;
        }
    }
    true
}

/// The text before and after the first separator, which is ASCII.
#[must_use]
pub fn split(text: &str, mark: u8) -> (&str, Option<&str>) {
    let Some(place) = text.bytes().position(|byte| byte == mark) else { return (text, None) };
    (text.get(..place).unwrap_or_default(), text.get(place.saturating_add(1)..))
}

/// The parts of a text between separators; a text without a separator is one part. `str::split`
/// accepts every kind of pattern and adds a searcher for each to the page.
pub fn pieces(text: &str, mark: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let (piece, behind) = split(rest?, mark);
        rest = behind;
        Some(piece)
    })
}

/// All parts, joined.
#[must_use]
pub fn concat(parts: &[&str]) -> String {
    let mut out = String::new();
    for part in parts {
        out.push_str(part);
    }
    out
}

/// Decodes UTF-8. `str::from_utf8` also reports the position of an error, is fast on ASCII, and
/// needs twice the code.
///
/// # Errors
/// [`Malformed`] for invalid UTF-8.
pub fn utf8(bytes: &[u8]) -> Result<&str, Malformed> {
    match bytes.utf8_chunks().next() {
        None => Ok(""),
        Some(chunk) if chunk.invalid().is_empty() => Ok(chunk.valid()),
        Some(_) => Err(Malformed),
    }
}
