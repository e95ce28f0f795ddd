//! Characters: the grammars everything else is written in, each read strictly and written once.

pub mod base64url;
pub mod form;
pub mod json;
pub mod secret;
pub mod url;

/// This text does not follow its grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// The words of a text, between single spaces; empty ones are none.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(' ').filter(|word| !word.is_empty())
}

/// Whether a text has this word.
#[must_use]
pub fn has_word(text: &str, word: &str) -> bool {
    words(text).any(|other| other == word)
}
