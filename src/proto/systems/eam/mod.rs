//! Microsoft Entra's external authentication methods: our side is the provider of a second factor.
//!
//! Entra posts a request with an ID token as hint. The app shows its own step. The answer is an ID
//! token that names one method (`amr`) and one of the requested classes (`acr`). The older custom
//! controls of Conditional Access ask and answer in a similar way, see [`control`].

mod answer;
mod control;
mod der;
mod hint;
mod input;
mod keys;
mod methods;
mod request;
mod settings;

use crate::proto::systems::fault::Fault;
use crate::proto::text::json::Json;
use alloc::string::String;

type Decision = fn(&Json) -> Result<String, Fault>;

/// The questions of this system.
pub(super) const QUESTIONS: &[(&str, Decision)] = &[
    ("eam-settings", settings::check),
    ("eam-signer", keys::signer),
    ("eam-destination", request::destination),
    ("eam-request", request::check),
    ("eam-attempt", hint::check),
    ("eam-pending", answer::pending),
    ("eam-answer", answer::answer),
    ("eam-failure", answer::failure),
    ("eam-control", control::generate),
];
