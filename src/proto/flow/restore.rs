//! Restores the user from the stored session: for a page that starts, for one that came back, and
//! after a message from another tab.
//!
//! `RESTORING`, or `CHECKING_ENDED_SESSION` after a message.

use super::entropy::Entropy;
use super::step::{Outcome, Step};
use super::{backoff, session_effects};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Input, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{Code, Error, ProviderError};
use crate::proto::features::WITH_FRAMES;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::pending::{Found, PendingSignIn};
use crate::proto::state::session::{self, Session};
use crate::proto::text::json::{Json, Text};
use alloc::{borrow::ToOwned, boxed::Box, string::String};

pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
) -> Result<Option<Box<Step>>, Error> {
    match (FlowState::of(state), input) {
        (FlowState::RESTORING, Input::Text(EffectId::LOAD_SESSION, text)) => {
            let return_to = if WITH_FRAMES { place_of(state) } else { None };
            Ok(Some(restored(config, text, return_to.map(Text::as_str))))
        }
        (FlowState::CHECKING_ENDED_SESSION, Input::Text(EffectId::LOAD_SESSION, None))
            if WITH_FRAMES =>
        {
            let why = state.seconds_or("why", 0);
            Ok(Some(Step::done(Outcome::Ended(Error::of_number(why)))))
        }
        (FlowState::CHECKING_ENDED_SESSION, Input::Text(EffectId::LOAD_SESSION, text))
            if WITH_FRAMES =>
        {
            Ok(Some(restored(config, text, None)))
        }
        _ => Ok(None),
    }
}

/// Reads the store.
pub(super) fn restore(config: &ClientConfig) -> Box<Step> {
    restore_at(config, None)
}

/// Reads the store for a page that came back from a silent redirect and must show its former
/// address.
pub(super) fn restore_at(config: &ClientConfig, return_to: Option<&str>) -> Box<Step> {
    let mut flow = FlowState::RESTORING.begin_text();
    flow.optional_text("return_to", return_to);
    Step::wait(&flow).load_session(config)
}

pub(super) fn place_of(state: &Json) -> Option<&Text> {
    state.text_of("return_to")
}

/// Reads the store: without a session, another tab's reason is reported; otherwise the session
/// continues.
pub(super) fn restore_unless(config: &ClientConfig, why: Error) -> Box<Step> {
    let mut text = FlowState::CHECKING_ENDED_SESSION.begin_text();
    text.number("why", why.number());
    Step::wait(&text).load_session(config)
}

/// The stored session is the signed-in user.
pub(super) fn restored(
    config: &ClientConfig,
    text: Option<&str>,
    return_to: Option<&str>,
) -> Box<Step> {
    let return_to = return_to.map(ToOwned::to_owned);
    let Some(text) = text else { return signed_out(return_to) };
    match Session::read(text, config) {
        Some(session) => Step::done(Outcome::SignedIn {
            session,
            is_new: false,
            is_stored: true,
            return_to,
            parameters: None,
        }),
        // Another tab may have the key; the unusable session reveals nothing.
        None if WITH_FRAMES && session::is_bound_elsewhere(text, config) => {
            signed_out(return_to).with_notice(Code::ProofKeyLost)
        }
        None => signed_out(return_to)
            .with_notice(Code::SessionUnreadable)
            .run(EffectId::REMOVE_SESSION, session_effects::remove(config)),
    }
}

fn signed_out(return_to: Option<String>) -> Box<Step> {
    Step::done(match return_to {
        Some(to) if WITH_FRAMES => Outcome::SignedOutAt(to),
        _ => Outcome::SignedOut,
    })
}

/// The ID token of a session. `session` is the stored text, or empty.
#[must_use]
pub(super) fn id_token(config: &ClientConfig, session: &str) -> Box<Step> {
    match Session::read(session, config) {
        Some(session) => Step::done(Outcome::Proof(session.id_token())),
        None => Step::fail(Code::SigninRequired),
    }
}

/// The page starts with what it has.
pub(super) fn restore_with_notice(config: &ClientConfig, error: Error) -> Box<Step> {
    restore(config).with_notice(error)
}

/// After a silent request whose response was not redeemed: a page that starts keeps its session, and
/// a hidden frame is not asked again at once. `None` for a sign-in of the user.
pub(super) fn after_silent_request(
    config: &ClientConfig,
    pending: &str,
    (error, said): (Error, Option<ProviderError>),
    (now, entropy): (UnixTime, &Entropy),
) -> Option<Box<Step>> {
    let Found::Waiting(pending) = PendingSignIn::read(pending, config) else { return None };
    let is_silent = pending.is_silent();
    let step = if is_silent {
        restore_at(config, place(pending.return_to())).with_notice(error)
    } else {
        Step::fail(error)
    };
    match Session::read(pending.session_text(), config) {
        // A session with a refresh token has another way, which has a wait of its own.
        Some(before) if before.refresh_token().is_empty() => {
            let next = backoff::after(&before, error, "", now, entropy).with_refusal(said.as_ref());
            let swap = session_effects::swap(config, &before.text, &next.text);
            Some(step.run_first(EffectId::STORE_FAILED_REFRESH, swap))
        }
        _ => is_silent.then_some(step),
    }
}

/// Another session is stored, or none: the page starts with that.
pub(super) fn adopt_newer_session(
    config: &ClientConfig,
    state: &Json,
    kept: Option<&str>,
) -> Box<Step> {
    restored(config, kept, place(member(state, "return_to")))
}

/// The address of a page that came back; a frame did not navigate the page.
pub(super) fn place(return_to: &str) -> Option<&str> {
    Some(return_to).filter(|to| !to.is_empty())
}
