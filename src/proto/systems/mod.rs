//! Systems with a dialect of their own around OpenID Connect: what they ask, and what they accept.
//!
//! A decision is a pure function from JSON to JSON. The host performs requests, verifies signatures
//! with a verifier, and stores what must be stored.

pub mod fields;

use crate::proto::error::Code;
use crate::proto::text::json::{self, Json};
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

/// Answers a question of a host. `input` is the JSON text of an object; the answer is JSON text.
///
/// # Errors
/// The fault of the answer, or `OIDC_INTERNAL` for a question that no system has.
pub fn decide(question: &str, input: &str) -> Result<String, Fault> {
    let input = json::read_object_text(input)
        .map_err(|_| Fault::new(Code::ConfigInvalid, "", "no JSON object"))?;
    let known = QUESTIONS.iter().find(|(name, _)| *name == question);
    let (_, decision) = known.ok_or_else(|| Fault::new(Code::Internal, "question", question))?;
    decision(&input)
}

type Decision = fn(&Json) -> Result<String, Fault>;

/// The questions of all systems. A name begins with that of its system: `eam-request`.
const QUESTIONS: &[(&str, Decision)] = &[];
