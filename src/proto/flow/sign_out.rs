//! A sign-out: this store and the other tabs forget first, then the provider is notified (RFC 7009,
//! RP-Initiated Logout).
//!
//! `WAITING_FOR_REFRESH` → `CHECKING_STORE` → `REVOKING_TOKEN`.

use super::request::send_as;
use super::session_effects::{self, swap};
use super::step::{Outcome, Step};
use super::{broadcast, session_hint};
use crate::proto::client::auth::Method;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, Input, StorageArea, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{Code, Error};
use crate::proto::features::{CONFIDENTIAL_CLIENT, IN_PAGE, WITH_FRAMES, WITH_RENEWAL};
use crate::proto::oidc::end_session::{self, SignOutOptions};
use crate::proto::oidc::{callback, pkce, revocation};
use crate::proto::provider::endpoint;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::pending;
use crate::proto::state::session::Session;
use crate::proto::text::json::{Json, Text};
use alloc::boxed::Box;

/// The timeout for a renewal in another tab, in milliseconds.
const LOCK_TIMEOUT_MS: u32 = 600;

/// Begins a sign-out. `session` is the stored text, or empty. Wrong options fail before anything is
/// forgotten.
#[must_use]
pub fn begin(
    config: &ClientConfig,
    session: &str,
    options: &str,
    now: UnixTime,
    entropy: &[u8; pkce::ENTROPY],
) -> Box<Step> {
    if let Err(error) = SignOutOptions::read(options) {
        return Step::fail(error);
    }
    let step = leave(config, session, options, entropy);
    let (area, key) = (StorageArea::Pending, pending::key(&callback::derive_state(config, "out")));
    let entry = Effect::Save { area, key, text: pending::sign_out_entry(now) };
    step.run(EffectId::STORE_SILENT_REFUSAL, entry)
}

fn leave(
    config: &ClientConfig,
    session: &str,
    options: &str,
    entropy: &[u8; pkce::ENTROPY],
) -> Box<Step> {
    let Some(session) = Session::read(session, config) else {
        return announce(config, Step::done(Outcome::SignedOut));
    };
    let state = callback::derive_sign_out_state(config, &pkce::derive_secret(entropy));
    if !WITH_RENEWAL {
        return announce(config, tell_provider(config, &session, &state, options));
    }
    let mut text = FlowState::WAITING_FOR_REFRESH.begin_text();
    text.text("session", &session.text).text("state", &state).text("options", options);
    // Broadcast first, then wait.
    announce(config, Step::wait(&text)).lock_session(config, LOCK_TIMEOUT_MS)
}

/// Begins if the provider reported that it ended the session, so that it is not notified. A user
/// who signed in meanwhile stays signed in.
pub(super) fn forget(config: &ClientConfig, session: &Session) -> Box<Step> {
    let mut text = FlowState::WAITING_FOR_REFRESH.begin_text();
    text.text("session", &session.text).bool("known", true);
    Step::wait(&text)
        .swap_session(EffectId::REMOVE_SESSION, config, &session.text, "")
        .run(EffectId::REMOVE_SESSION_HINT, session_hint::remove(config))
        .run(EffectId::BROADCAST, broadcast::send(config, broadcast::SIGNED_OUT))
        .lock_session(config, LOCK_TIMEOUT_MS)
}

/// Removes the session and notifies other tabs, before anything else.
fn announce(config: &ClientConfig, step: Box<Step>) -> Box<Step> {
    let step = if IN_PAGE {
        step.run_first(EffectId::BROADCAST, broadcast::send(config, broadcast::SIGNED_OUT))
    } else {
        step
    };
    let step = step.run_first(EffectId::REMOVE_SESSION, session_effects::remove(config));
    if WITH_FRAMES {
        step.run_first(EffectId::REMOVE_SESSION_HINT, session_hint::remove(config))
    } else {
        step
    }
}

pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
) -> Result<Option<Box<Step>>, Error> {
    Ok(match (FlowState::of(state), input) {
        // The user is signed out even if the provider refuses a revocation.
        (
            FlowState::REVOKING_TOKEN,
            Input::Response(EffectId::REVOKE_TOKEN, _) | Input::Failure(EffectId::REVOKE_TOKEN, _),
        ) => {
            let url = state.text_of("url").map(Text::as_str);
            Some(match member(state, "access_token").as_str() {
                "" if is_orphan(state) => Step::done(Outcome::Ended(Code::SigninRequired.into())),
                "" => go(url),
                token => {
                    let name =
                        if CONFIDENTIAL_CLIENT { member(state, "auth").as_str() } else { "" };
                    let at = (member(state, "endpoint").as_str(), Method::of_name(name));
                    revoke(config, at, [token, ""], url, is_orphan(state))
                }
            })
        }
        (place, input) if WITH_RENEWAL => revoke_after_refresh(config, state, place, input)?,
        _ => None,
    })
}

/// Waits for a renewal that may be under way, then reads what it stored.
fn revoke_after_refresh(
    config: &ClientConfig,
    state: &Json,
    place: FlowState,
    input: Input<'_>,
) -> Result<Option<Box<Step>>, Error> {
    match (place, input) {
        (FlowState::WAITING_FOR_REFRESH, Input::Done(EffectId::LOCK_SESSION, _)) => {
            let mut text = FlowState::CHECKING_STORE.begin_text();
            text.bool("known", is_known(state));
            for name in &["session", "state", "options"] {
                text.text(name, member(state, name));
            }
            // The swap of nothing for nothing returns the stored text, or nothing if the store
            // fails. The provider is notified in any case.
            Ok(Some(Step::wait(&text).swap_session(EffectId::LOAD_SESSION, config, "", "")))
        }
        (FlowState::CHECKING_STORE, Input::Text(EffectId::LOAD_SESSION, kept)) => {
            forgotten(config, state, kept).map(Some)
        }
        _ => Ok(None),
    }
}

/// A renewal that was under way may have stored its session again: under the lock it has ended, and
/// its session is removed too. A session that began since stays.
fn forgotten(config: &ClientConfig, state: &Json, kept: Option<&str>) -> Result<Box<Step>, Error> {
    let session = Session::read(member(state, "session"), config);
    let session = session.ok_or(Code::Internal)?;
    let step = if is_known(state) {
        go(None)
    } else {
        tell_provider(config, &session, member(state, "state"), member(state, "options"))
    };
    let kept = kept.and_then(|text| Session::read(text, config));
    Ok(match kept.filter(|kept| kept.is_from_same_sign_in(&session)) {
        Some(kept) => step.run_first(EffectId::REMOVE_SESSION, swap(config, &kept.text, "")),
        None => step,
    })
}

/// Revokes the tokens of a renewal that a sign-out overtook: the sign-out knew only the older ones.
pub(super) fn revoke_orphan(
    config: &ClientConfig,
    session: &Session,
    tokens: [&str; 2],
) -> Box<Step> {
    let metadata = session.metadata();
    match metadata.as_ref().and_then(|metadata| metadata.endpoint(endpoint::REVOCATION)) {
        Some(endpoint) if CONFIDENTIAL_CLIENT => {
            let auth = metadata.as_ref().map_or(Method::Public, |one| Method::choose(config, one));
            revoke(config, (endpoint, auth), tokens, None, true)
        }
        _ => Step::done(Outcome::Ended(Code::SigninRequired.into())),
    }
}

fn is_orphan(state: &Json) -> bool {
    CONFIDENTIAL_CLIENT && state.is_true("orphan")
}

/// Whether the provider knows of the sign-out, because it began there.
fn is_known(state: &Json) -> bool {
    state.is_true("known")
}

/// Revokes the tokens, the refresh token first, because it could bring new ones.
fn tell_provider(
    config: &ClientConfig,
    session: &Session,
    state: &str,
    options: &str,
) -> Box<Step> {
    let Some(metadata) = session.metadata() else { return go(None) };
    let options = match SignOutOptions::read(options) {
        Ok(options) => options,
        Err(error) => return Step::fail(error),
    };
    // No route of a server reads the state of a sign-out, so it would stay in the address of the app.
    let state = if config.is_confidential() { "" } else { state };
    let end = metadata.endpoint(endpoint::END_SESSION).filter(|_| !options.is_local());
    let url = end.map(|end| end_session::write(end, config, &session.id_token(), state, &options));
    let tokens: [&str; 2] = [session.access_token(), session.refresh_token()];
    match metadata.endpoint(endpoint::REVOCATION) {
        Some(endpoint) => {
            let auth = Method::choose(config, &metadata);
            revoke(config, (endpoint, auth), tokens, url.as_deref(), false)
        }
        None => go(url.as_deref()),
    }
}

fn revoke(
    config: &ClientConfig,
    (endpoint, auth): (&str, Method),
    [access_token, refresh_token]: [&str; 2],
    url: Option<&str>,
    orphan: bool,
) -> Box<Step> {
    let (now, hint, later) = match refresh_token {
        "" => (access_token, "access_token", ""),
        _ => (refresh_token, "refresh_token", access_token),
    };
    let mut text = FlowState::REVOKING_TOKEN.begin_text();
    text.text("endpoint", endpoint).text("access_token", later).optional_text("url", url);
    if CONFIDENTIAL_CLIENT {
        text.text("auth", auth.name()).bool("orphan", orphan);
    }
    let request = revocation::request(endpoint, auth.form_id(config), now, hint);
    Step::wait(&text).run(EffectId::REVOKE_TOKEN, send_as(config, auth, request))
}

fn go(url: Option<&str>) -> Box<Step> {
    match url {
        Some(url) => Step::done(Outcome::Navigating)
            .run(EffectId::NAVIGATE, Effect::Navigate { url: url.into() }),
        None => Step::done(Outcome::SignedOut),
    }
}
