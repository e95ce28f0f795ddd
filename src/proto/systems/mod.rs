//! Systems with a dialect of their own around OpenID Connect: what they ask, and what they accept. And clients without
//! users, which answer questions in the same way, in a module of their own.
//!
//! A decision is a pure function from JSON to JSON. The host performs requests, verifies signatures
//! with a verifier, and stores what must be stored.

mod aisera;
mod cognigy;
mod eam;
mod entrust;
pub mod fault;
pub mod fields;
mod implicit;
mod machine;
mod servicenow;

use crate::proto::error::Code;
use crate::proto::features::{WITH_CLIENT_CREDENTIALS, WITH_SYSTEMS};
use crate::proto::text::json::{self, Json};
use alloc::string::String;
use fault::Fault;

/// Answers a question of a host. `input` is the JSON text of an object; the answer is JSON text.
///
/// # Errors
/// The fault of the answer, or `OIDC_INTERNAL` for a question that no system has.
pub fn decide(question: &str, input: &str) -> Result<String, Fault> {
    let input = json::read_object_text(input)
        .map_err(|_| Fault::new(Code::ConfigInvalid, "", "no JSON object"))?;
    let mut all = OF_SYSTEMS.iter().chain(OF_MACHINES);
    let known = all.find(|(name, _)| *name == question);
    let (_, decision) = known.ok_or_else(|| Fault::new(Code::Internal, "question", question))?;
    decision(&input)
}

type Decision = fn(&Json) -> Result<String, Fault>;

/// The questions of this module.
const OF_SYSTEMS: &[(&str, Decision)] = if WITH_SYSTEMS { QUESTIONS } else { &[] };
const OF_MACHINES: &[(&str, Decision)] =
    if WITH_CLIENT_CREDENTIALS { MACHINE_QUESTIONS } else { &[] };

/// The questions of all systems. A name begins with that of its system.
const QUESTIONS: &[(&str, Decision)] = &[
    ("servicenow-check", servicenow::check),
    ("servicenow-next", servicenow::next),
    ("servicenow-issuer", servicenow::issuer),
    ("servicenow-verifier", servicenow::verifier),
    ("servicenow-form", servicenow::from_form),
    ("servicenow-template", servicenow::from_template),
    ("aisera-import", aisera::import),
    ("aisera-call", aisera::call),
    ("aisera-redirect", aisera::redirect),
    ("cognigy-import", cognigy::import),
    ("cognigy-export", cognigy::export),
    ("cognigy-repair", cognigy::repair),
    ("cognigy-user", cognigy::user),
    ("eam-settings", eam::settings::check),
    ("eam-signer", eam::keys::signer),
    ("eam-route", eam::route::route),
    ("eam-destination", eam::request::destination),
    ("eam-request", eam::request::check),
    ("eam-attempt", eam::hint::check),
    ("eam-pending", eam::answer::pending),
    ("eam-answer", eam::answer::answer),
    ("eam-failure", eam::answer::failure),
    ("eam-control", eam::control::generate),
    ("entrust-relying-party", entrust::relying_party),
    ("implicit-settings", implicit::settings),
    ("implicit-request", implicit::request),
    ("implicit-find", implicit::find),
    ("implicit-response", implicit::response),
    ("implicit-sign-out", implicit::sign_out),
];

/// The questions about clients without users.
const MACHINE_QUESTIONS: &[(&str, Decision)] = &[
    ("machine-settings", machine::check),
    ("machine-metadata", machine::metadata),
    ("machine-request", machine::request),
    ("machine-token", machine::token),
    ("machine-api", machine::need),
    ("machine-refusal", machine::refusal),
];
