//! Facts about the error that ends a flow, beside its code: the texts that differ, and the address
//! that the sign-in was to return to.

use super::step::Step;
use super::verification::Verification;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::Input;
use crate::proto::effect_id::EffectId;
use crate::proto::error::Code;
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_FRAMES};
use crate::proto::oidc::{callback, response};
use crate::proto::state::flow_state::member;
use crate::proto::state::pending::{Found, PendingSignIn};
use crate::proto::text::concat;
use crate::proto::text::json::{self, Json};
use alloc::{borrow::ToOwned, string::String};

/// The maximum number of characters of an issuer that is shown.
const MAX_ISSUER_CHARS: usize = 256;

/// Adds to a step that ends with an error. `state` and `input` are those that led to it.
pub(super) fn explain(config: &ClientConfig, state: &Json, input: Input<'_>, step: &mut Step) {
    let Some(Err(error)) = &step.end else { return };
    if let Some(found) = other_issuer(config, state, input, error.code) {
        let found = response::cut(&found, MAX_ISSUER_CHARS);
        step.detail = Some(concat(&["\"", &found, "\" is not \"", config.issuer(), "\""]));
    }
    if !WITH_FRAMES && !CONFIDENTIAL_CLIENT {
        return;
    }
    let verification = Verification::read(state);
    let pending = match input {
        Input::Text(EffectId::TAKE_PENDING_SIGN_IN, Some(text)) => text,
        _ if verification.need.is_empty() => verification.basis,
        _ => return,
    };
    if let Found::Waiting(pending) = PendingSignIn::read(pending, config) {
        step.return_to = Some(pending.return_to().to_owned());
    }
}

/// The issuer that differs from the configured one, after an error for that reason.
fn other_issuer(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
    code: Code,
) -> Option<String> {
    match code {
        Code::MetadataIssuerMismatch => issuer_of_metadata(input),
        Code::CallbackIssuerMismatch => callback::parameter(member(state, "query"), "iss"),
        Code::IssuerMismatch => issuer_of_token(config, state),
        _ => None,
    }
}

fn issuer_of_metadata(input: Input<'_>) -> Option<String> {
    let Input::Response(_, response) = input else { return None };
    let metadata = json::read_object(response.body).ok()?;
    Some(metadata.text_of("issuer")?.to_owned())
}

fn issuer_of_token(config: &ClientConfig, state: &Json) -> Option<String> {
    let verification = Verification::read(state);
    let basis = verification.basis(config).ok()?;
    let tokens = verification.tokens(config).ok()?;
    let jws = Verification::jws(config, &basis.metadata().ok()?, &tokens).ok()?;
    jws.unverified_member("iss").map(ToOwned::to_owned)
}
