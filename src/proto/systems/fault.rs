//! The refusal of a system.

use crate::proto::error::{Code, Error};
use alloc::string::String;

/// A refusal. Its subject is a text, because systems have field names of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The code.
    pub code: Code,
    /// The field, parameter or claim that is wrong, spelled as the system spells it.
    pub at: String,
    /// The fault in words; may be empty. It contains no secret and no token.
    pub detail: String,
}

impl Fault {
    /// A fault of a field of a configuration.
    #[must_use]
    pub fn of_field(at: &str, detail: &str) -> Self {
        Self::new(Code::ConfigInvalid, at, detail)
    }

    /// A fault with a code.
    #[must_use]
    pub fn new(code: Code, at: &str, detail: &str) -> Self {
        Self { code, at: at.into(), detail: detail.into() }
    }
}

/// The refusal of another part of the core.
#[must_use]
pub fn fault_of(error: Error) -> Fault {
    Fault::new(error.code, error.at.text(), "")
}
