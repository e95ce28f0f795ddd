//! A page starts with a user whose tokens have expired and cannot be renewed: the provider is asked
//! with `prompt=none` (OpenID Connect Core 1.0, section 3.1.2.1), in a hidden frame, or if that
//! fails, by a redirect of the page itself, which comes back to its address.
//!
//! With a frame: `REDIRECT_LOADING` → `REDIRECT_LOCKING` → `REDIRECT_LOADING_LOCKED` →
//! `REDIRECT_WAITING_FOR_FRAME`, then [`redeem`]. Without a frame, or without a session
//! (`LOADING_SESSION_HINT`), [`sign_in`] redirects the page. Its response continues in
//! `HANDLING_SILENT_RESPONSE`, then [`redeem`], or the session is removed.
//!
//! The user did not start this: a failure is reported as a notice, and the page starts with what it
//! has.

use super::entropy::Entropy;
use super::step::{Outcome, Step};
use super::{
    backoff, redeem, restore, return_to, session_effects, session_hint, sign_in, silent_frame,
    store_session,
};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, Input, StorageArea, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::authorize::SignInOptions;
use crate::proto::oidc::{callback, pkce};
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::pending::{self, PendingSignIn};
use crate::proto::state::session::Session;
use crate::proto::text::json::{self, Json, Writer};
use alloc::{boxed::Box, string::String};

/// The longest time that a provider takes to answer without the user, in seconds.
const SILENT_SECONDS: u64 = 5;
/// The timeout for a renewal in another tab, in milliseconds.
const LOCK_TIMEOUT_MS: u32 = 12_000;

/// Begins at the address of a page that the user sees.
#[must_use]
pub fn begin(config: &ClientConfig, page_url: &str) -> Option<Box<Step>> {
    if !config.allows_silent_redirect(config.silent_redirect_uri().is_some())
        || callback::find(config, page_url) != callback::Found::Nothing
    {
        return None;
    }
    Some(wait_at(FlowState::REDIRECT_LOADING, page_url).load_session(config))
}

/// Waits with the address of the page.
fn wait_at(state: FlowState, page: &str) -> Box<Step> {
    Step::wait(state.begin_text().text("page", page))
}

pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
    entropy: &Entropy,
) -> Result<Option<Box<Step>>, Error> {
    let page = member(state, "page");
    Ok(Some(match (FlowState::of(state), input) {
        (
            FlowState::REDIRECT_LOADING | FlowState::REDIRECT_LOADING_LOCKED,
            Input::Text(EffectId::LOAD_SESSION, kept),
        ) => use_stored_session(config, state, kept, (now, entropy))?,
        (FlowState::LOADING_SESSION_HINT, Input::Text(EffectId::LOAD_SESSION_HINT, Some(_))) => {
            redirect_page(config, page, (None, !config.allows_silent_redirect(false)), entropy)
        }
        (FlowState::LOADING_SESSION_HINT, Input::Text(EffectId::LOAD_SESSION_HINT, None)) => {
            Step::done(Outcome::SignedOut)
        }
        (FlowState::REDIRECT_LOCKING, Input::Done(EffectId::LOCK_SESSION, true)) => {
            wait_at(FlowState::REDIRECT_LOADING_LOCKED, page).load_session(config)
        }
        // Another tab renews, or may do so by now.
        (
            FlowState::REDIRECT_LOCKING
            | FlowState::REDIRECT_LOADING_LOCKED
            | FlowState::REDIRECT_WAITING_FOR_FRAME,
            Input::Done(EffectId::LOCK_SESSION, false),
        ) => restore::restore(config),
        (
            FlowState::REDIRECT_WAITING_FOR_FRAME,
            Input::Response(EffectId::PUSH_REQUEST, _) | Input::Failure(EffectId::PUSH_REQUEST, _),
        ) => match silent_frame::pushed(config, state, input) {
            Ok(step) => step,
            Err(error) => frame_failed(config, state, ("", error), (now, entropy))?,
        },
        (FlowState::REDIRECT_WAITING_FOR_FRAME, Input::Text(EffectId::SHOW_FRAME, answer)) => {
            match silent_frame::read_response(config, state, answer) {
                Ok(step) => step,
                // The frame cannot tell a missing session from cookies that the browser withholds.
                // A frame without an answer may show a login page: no page follows it there.
                Err(Error { code: Code::InteractionRequired, at, .. })
                    if config.allows_silent_redirect(at == At::Error) =>
                {
                    let options = silent_frame::waiting(config, state)?;
                    redirect_page(config, page, (Some(options.ask()), at == At::Error), entropy)
                }
                Err(error) => {
                    let query = callback::query_of(answer.unwrap_or_default());
                    frame_failed(config, state, (&query, error), (now, entropy))?
                }
            }
        }
        (FlowState::HANDLING_SILENT_RESPONSE, Input::Text(EffectId::LOAD_SESSION, kept)) => {
            finish_with_session(config, state, kept, now)?
        }
        (FlowState::HANDLING_SILENT_RESPONSE, Input::Text(EffectId::LOAD_SESSION_HINT, hint)) => {
            finish_with_hint(config, state, hint)?
        }
        _ => return Ok(None),
    }))
}

/// Reads the store again, because one tab asks in a frame for all tabs.
fn use_stored_session(
    config: &ClientConfig,
    state: &Json,
    kept: Option<&str>,
    (now, entropy): (UnixTime, &Entropy),
) -> Result<Box<Step>, Error> {
    let page = member(state, "page");
    let Some(text) = kept else {
        return Ok(wait_at(FlowState::LOADING_SESSION_HINT, page)
            .run(EffectId::LOAD_SESSION_HINT, session_hint::load(config)));
    };
    let session = Session::read(text, config).filter(|one| is_expired(one, now));
    let Some(session) = session else { return Ok(restore::restored(config, kept, None)) };
    if config.silent_redirect_uri().is_none() {
        return Ok(redirect_page(config, page, (Some(session.options()), false), entropy));
    }
    // The frame has just failed, here or in another tab.
    if backoff::is_waiting(&session, now) {
        return Ok(restore::restored(config, kept, None));
    }
    if FlowState::of(state) == FlowState::REDIRECT_LOADING {
        return Ok(wait_at(FlowState::REDIRECT_LOCKING, page).lock_session(config, LOCK_TIMEOUT_MS));
    }
    let mut flow = FlowState::REDIRECT_WAITING_FOR_FRAME.begin_text();
    flow.text("page", page);
    silent_frame::ask(config, &session, flow, None, entropy, now)
}

/// The page starts with what it has, and the frame is not asked again at once.
fn frame_failed(
    config: &ClientConfig,
    state: &Json,
    (query, error): (&str, Error),
    (now, entropy): (UnixTime, &Entropy),
) -> Result<Box<Step>, Error> {
    let pending = silent_frame::waiting(config, state)?;
    let session = Session::read(pending.session_text(), config).ok_or(Code::Internal)?;
    let next = backoff::after_frame(&session, error, query, now, entropy);
    Ok(restore::restored(config, Some(&next.text), None).with_notice(error).run_first(
        EffectId::STORE_FAILED_REFRESH,
        session_effects::swap(config, &session.text, &next.text),
    ))
}

/// Whether no token of a session is valid and none can be renewed.
fn is_expired(session: &Session, now: UnixTime) -> bool {
    for grant in session.access_tokens() {
        if grant.is_alive(now) {
            return false;
        }
    }
    session.refresh_token().is_empty()
}

/// The page itself redirects: for the stored session, with the options of its sign-in, or for a
/// session hint alone. `obeys`: whether the provider answered `prompt=none` in the frame.
fn redirect_page(
    config: &ClientConfig,
    page: &str,
    (options, obeys): (Option<&str>, bool),
    entropy: &Entropy,
) -> Box<Step> {
    let to = return_to::resolve(None, page, config);
    let state = callback::derive_state(config, &pkce::derive_secret(&entropy.state));
    let ask = SignInOptions::without_user(options.unwrap_or_default());
    let mut plan = sign_in::plan(&ask, &state, entropy, &to);
    let plan = plan
        .bool(pending::SILENT, true)
        .bool("knows", options.is_some())
        .bool(pending::OBEYS, obeys);
    sign_in::begin_silent(config, &plan.finish())
}

/// Continues with the response to a redirect of the page itself.
pub(super) fn handle_response(
    config: &ClientConfig,
    (text, query): (&str, &str),
    pending: &PendingSignIn,
    answer: Result<String, Error>,
    now: UnixTime,
) -> Box<Step> {
    let is_refused = answer
        .as_ref()
        .is_err_and(|error| matches!(error.code, Code::InteractionRequired | Code::SigninRefused));
    // A later code may come from a user who met a login page.
    let is_silent = is_refused || now < UnixTime(pending.number("created")).plus(SILENT_SECONDS);
    let mut flow = FlowState::HANDLING_SILENT_RESPONSE.begin_text();
    flow.text("pending", text).text("query", query);
    let needs_hint = answer.is_ok() && !pending.has_session();
    match answer {
        Ok(code) => flow.text("code", &code),
        Err(error) => flow.number("why", error.number()),
    };
    let mut step = Step::wait(&flow);
    if is_silent {
        let (area, key) = (StorageArea::Pending, pending::key(pending.state()));
        let text = pending::silent_tombstone(now, is_refused);
        step = step.run(EffectId::STORE_SILENT_REFUSAL, Effect::Save { area, key, text });
    }
    if needs_hint {
        step.run(EffectId::LOAD_SESSION_HINT, session_hint::load(config))
    } else {
        step.load_session(config)
    }
}

/// The user may have signed out in another tab since the redirect, or another user may have signed
/// in.
fn finish_with_session(
    config: &ClientConfig,
    state: &Json,
    kept: Option<&str>,
    now: UnixTime,
) -> Result<Box<Step>, Error> {
    let text = member(state, "pending");
    let pending = silent_frame::waiting(config, state)?;
    let to = pending.return_to();
    // A valid session began in the meantime, and the response does not belong to it.
    let session = kept
        .and_then(|kept| Session::read(kept, config))
        .filter(|session| is_expired(session, now));
    let why = state.member("why").and_then(Json::seconds).map(Error::of_number);
    Ok(match (why, session) {
        (Some(Error { code: Code::InteractionRequired, .. }), session) => {
            let step = match &session {
                Some(session) => store_session::forget(config, session, to, None),
                None => restore::restored(config, kept, Some(to)),
            };
            step.run_first(EffectId::REMOVE_SESSION_HINT, session_hint::remove(config))
        }
        (Some(error), _) => restore::restored(config, kept, Some(to)).with_notice(error),
        (None, Some(session)) => {
            let text = with_session(text, &session);
            redeem::begin(config, &text, &pending, member(state, "code"))?
        }
        (None, None) => restore::restored(config, kept, Some(to)),
    })
}

/// With only a session hint, the user at the provider is signed in here, unless the hint is gone:
/// then the user signed out in another tab.
fn finish_with_hint(
    config: &ClientConfig,
    state: &Json,
    hint: Option<&str>,
) -> Result<Box<Step>, Error> {
    let text = member(state, "pending");
    let pending = silent_frame::waiting(config, state)?;
    if hint.is_none() {
        return Ok(restore::restore_at(config, Some(pending.return_to())));
    }
    let step = redeem::begin(config, text, &pending, member(state, "code"))?;
    Ok(step.run_first(EffectId::REMOVE_SESSION_HINT, session_hint::remove(config)))
}

/// A pending sign-in with the session that it continues. It stays in the flow: the stored text of a
/// sign-in contains no token.
fn with_session(text: &str, session: &Session) -> String {
    let pending = json::read_object(text.as_bytes()).unwrap_or_default();
    Writer::new().members_except(&pending, "").text("before", &session.text).finish()
}
