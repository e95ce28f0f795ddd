//! Characters: the grammars everything else is written in, each read strictly and written once.

pub mod base64url;
pub mod form;
pub mod json;
pub mod secret;
pub mod url;

/// This text does not follow its grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;
