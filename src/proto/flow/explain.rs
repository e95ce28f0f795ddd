//! Facts about the error that a step reports, beside its code: the texts that differ, and the address
//! that the sign-in was to return to.

use super::step::Step;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::Input;
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, ProviderError};
use crate::proto::features::{WITH_FRAMES, WITH_RENEWAL};
use crate::proto::oidc::{callback, response, step_up_challenge};
use crate::proto::state::flow_state::member;
use crate::proto::state::pending::{Found, PendingSignIn};
use crate::proto::text::json::{self, Json};
use crate::proto::text::{base64url, concat, form, split};
use alloc::string::String;

/// The maximum number of characters of an issuer that is shown.
const MAX_ISSUER_CHARS: usize = 256;

/// Adds to a step that reports an error. `state` and `input` are those that led to it.
pub(super) fn explain(config: &ClientConfig, state: &Json, input: Input<'_>, step: &mut Step) {
    let Some(error) = step.failure() else { return };
    if let Some(found) = other_issuer(state, input, error.code) {
        let found = response::cut(&found, MAX_ISSUER_CHARS);
        step.detail = Some(concat(&["\"", &found, "\" is not \"", config.issuer(), "\""]));
    }
    let pending = match input {
        Input::Text(EffectId::TAKE_PENDING_SIGN_IN, Some(text)) => text,
        _ => member(state, "basis"),
    };
    let back = match PendingSignIn::read(pending, config) {
        Found::Waiting(pending) => pending.return_to().to_owned(),
        // The sign-in has not left the page.
        _ => member(state.member("plan").unwrap_or(state), "return_to").to_owned(),
    };
    if !back.is_empty() {
        step.return_to = Some(back);
    }
}

/// The provider's words in an input, or in the response that a flow carries. UserInfo may have them in a
/// header only (RFC 6750, section 3).
pub(super) fn provider_error(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
) -> Option<ProviderError> {
    match input {
        Input::Response(_, response) => {
            let said = response::provider_error(&response);
            if !WITH_RENEWAL || said.is_some() {
                return said;
            }
            step_up_challenge::provider_error(response.challenge, config.token_type())
        }
        _ => callback::provider_error(&response_query(state, input)),
    }
}

/// The query of the response in an input, or in the flow.
fn response_query(state: &Json, input: Input<'_>) -> String {
    match input {
        Input::Text(EffectId::SHOW_FRAME | EffectId::SHOW_POPUP, Some(answer)) if WITH_FRAMES => {
            callback::query_of(answer)
        }
        _ => member(state, "query").to_owned(),
    }
}

/// The issuer that differs from the configured one, after an error for that reason.
fn other_issuer(state: &Json, input: Input<'_>, code: Code) -> Option<String> {
    let of_response = || callback::parameter(&response_query(state, input), At::Iss.text());
    match code {
        Code::MetadataIssuerMismatch => issuer_of_metadata(input),
        Code::CallbackIssuerMismatch => of_response(),
        // The session of a renewal is removed first: its flow carries the text in the place of a response.
        Code::IssuerMismatch => unverified_issuer(member(state, "tokens")).or_else(of_response),
        _ => None,
    }
}

fn issuer_of_metadata(input: Input<'_>) -> Option<String> {
    let Input::Response(_, response) = input else { return None };
    text_in(response.body, "issuer")
}

/// A query with the `iss` of the ID token in a token response, for a flow that ends because of it.
pub(super) fn issuer_query(tokens: &str) -> String {
    let mut query = String::new();
    form::add(&mut query, At::Iss.text(), &unverified_issuer(tokens).unwrap_or_default());
    query
}

/// `iss` of the ID token in a token response. It may be forged.
fn unverified_issuer(tokens: &str) -> Option<String> {
    let token = text_in(tokens.as_bytes(), "id_token")?;
    let claims = split(split(&token, b'.').1?, b'.').0;
    text_in(&base64url::read(claims).ok()?, "iss")
}

/// A text of a JSON object.
fn text_in(object: &[u8], name: &str) -> Option<String> {
    Some(json::read_object(object).ok()?.text_of(name)?.to_owned())
}
