//! A sign-out: this place and the other tabs forget first, then the provider is told (RFC 7009,
//! RP-Initiated Logout).
//!
//! forgetting → looking → revoking.

use super::request::send_as;
use super::step::{Outcome, Step};
use super::{hint, tabs};
use crate::proto::client::auth::Method;
use crate::proto::client::config::Config;
use crate::proto::effect::{Effect, Input, Place, Wish};
use crate::proto::error::{Code, Error};
use crate::proto::features::{CONFIDENTIAL, GOES_ON};
use crate::proto::oidc::{callback, logout, pkce, revoke};
use crate::proto::provider::endpoint;
use crate::proto::state::flow_text::{at, member};
use crate::proto::state::session::Session;
use crate::proto::text::json::Json;
use alloc::{borrow::ToOwned, boxed::Box, string::String};

const FLOW: &str = "leave";
const DROP: u32 = 1;
const REVOKE: u32 = 2;
const LEAVE: u32 = 3;
const TELL: u32 = 4;
const LOCK: u32 = 5;
const LOAD: u32 = 6;
/// How long to wait for a renewal in another tab, in milliseconds.
const PATIENCE: u32 = 3_000;

/// Begins a sign-out. `session` is the kept text, or empty.
#[must_use]
pub fn begin(config: &Config, session: &str, entropy: &[u8; pkce::ENTROPY]) -> Box<Step> {
    let Some(session) = Session::read(session.into(), config) else {
        return announce(config, Step::done(Outcome::SignedOut));
    };
    let state = callback::derive_sign_out_state(config, &pkce::derive_secret(entropy));
    if !GOES_ON {
        return announce(config, tell_provider(config, &session, &state));
    }
    let mut text = at(FLOW, "forgetting");
    let text = text.text("session", &session.text).text("state", &state).finish();
    let lock = Effect::Lock { name: config.renewal_lock(), ms: PATIENCE };
    // Told first, waited for afterwards.
    let mut step = announce(config, Step::wait(text));
    step.wishes.push(Wish { id: LOCK, effect: lock });
    step
}

/// Begins where the provider says that it ended the session, and needs to be told nothing. Who signed
/// in meanwhile stays.
pub(super) fn forget(config: &Config, session: &Session) -> Box<Step> {
    let mut text = at(FLOW, "forgetting");
    let text = text.text("session", &session.text).bool("known", true).finish();
    let (place, key) = (Place::Session, config.session_key());
    let swap = Effect::Swap { place, key, was: session.text.clone(), text: String::new() };
    let lock = Effect::Lock { name: config.renewal_lock(), ms: PATIENCE };
    Step::wait(text)
        .wish(DROP, swap)
        .wish(hint::MARK, hint::forget_mark(config))
        .wish(TELL, tabs::tell(config, tabs::OUT))
        .wish(LOCK, lock)
}

/// Forgets, and says so, before anything else.
fn announce(config: &Config, step: Box<Step>) -> Box<Step> {
    let step = step.first(TELL, tabs::tell(config, tabs::OUT)).first(DROP, drop(config));
    if GOES_ON { step.first(hint::MARK, hint::forget_mark(config)) } else { step }
}

fn drop(config: &Config) -> Effect {
    Effect::Drop { place: Place::Session, key: config.session_key() }
}

pub(super) fn resume(
    config: &Config,
    state: &Json,
    input: Input<'_>,
) -> Result<Option<Box<Step>>, Error> {
    Ok(match (member(state, "at"), input) {
        // Whatever the provider says of a revocation, the person wanted to leave.
        ("revoking", Input::Response(REVOKE, _) | Input::Failure(REVOKE, _)) => {
            let url = state.member("url").and_then(Json::text);
            Some(match member(state, "access_token") {
                "" => go(url),
                token => {
                    let name = if CONFIDENTIAL { member(state, "auth") } else { "" };
                    let at = (member(state, "endpoint"), Method::of_name(name));
                    revoke(config, at, [token, ""], url)
                }
            })
        }
        (place, input) if GOES_ON => look(config, state, place, input)?,
        _ => None,
    })
}

/// Waits for a renewal that may be under way, then looks at what it kept.
fn look(
    config: &Config,
    state: &Json,
    place: &str,
    input: Input<'_>,
) -> Result<Option<Box<Step>>, Error> {
    match (place, input) {
        ("forgetting", Input::Done(LOCK, _)) => {
            let mut text = at(FLOW, "looking");
            text.bool("known", is_known(state));
            for name in &["session", "state"] {
                text.text(name, member(state, name));
            }
            let (place, key) = (Place::Session, config.session_key());
            // Nothing is swapped for nothing: what is there is told, and where the store fails, that
            // nothing is. The provider is told in any case.
            Ok(Some(
                Step::wait(text.finish()).wish(
                    LOAD,
                    Effect::Swap { place, key, was: String::new(), text: String::new() },
                ),
            ))
        }
        ("looking", Input::Text(LOAD, kept)) => forgotten(config, state, kept).map(Some),
        _ => Ok(None),
    }
}

/// A renewal that was under way when this began may have kept its session again: under the lock,
/// that is over, and forgotten too. Who signed in since stays.
fn forgotten(config: &Config, state: &Json, kept: Option<&str>) -> Result<Box<Step>, Error> {
    let session = Session::read(member(state, "session").to_owned(), config);
    let session = session.ok_or(Code::Internal)?;
    let step = if is_known(state) {
        go(None)
    } else {
        tell_provider(config, &session, member(state, "state"))
    };
    let kept = kept.and_then(|text| Session::read(text.to_owned(), config));
    Ok(match kept.filter(|kept| kept.is_of_sign_in(&session)) {
        Some(kept) => {
            let (place, key) = (Place::Session, config.session_key());
            let swap = Effect::Swap { place, key, was: kept.text, text: String::new() };
            step.first(DROP, swap)
        }
        None => step,
    })
}

/// Whether the provider knows of the sign-out, as it began there.
fn is_known(state: &Json) -> bool {
    state.member("known").and_then(Json::bool) == Some(true)
}

/// Revokes the tokens, the refresh token first: with it goes what it could still bring.
fn tell_provider(config: &Config, session: &Session, state: &str) -> Box<Step> {
    let Some(metadata) = session.metadata() else { return go(None) };
    let hint = session.member("id_token");
    let end = metadata.endpoint(endpoint::END_SESSION);
    let url = end.map(|end| logout::write(end, config, hint, state));
    let tokens = [session.member("access_token"), session.member("refresh_token")];
    match metadata.endpoint(endpoint::REVOCATION) {
        Some(endpoint) => {
            let auth = Method::choose(config, &metadata);
            revoke(config, (endpoint, auth), tokens, url.as_deref())
        }
        None => go(url.as_deref()),
    }
}

fn revoke(
    config: &Config,
    (endpoint, auth): (&str, Method),
    [access_token, refresh_token]: [&str; 2],
    url: Option<&str>,
) -> Box<Step> {
    let (now, hint, later) = match refresh_token {
        "" => (access_token, "access_token", ""),
        _ => (refresh_token, "refresh_token", access_token),
    };
    let mut text = at(FLOW, "revoking");
    text.text("endpoint", endpoint).text("access_token", later).maybe("url", url);
    if CONFIDENTIAL {
        text.text("auth", auth.name());
    }
    let request = revoke::request(endpoint, auth.form_id(config), now, hint);
    Step::wait(text.finish()).wish(REVOKE, send_as(config, auth, request))
}

fn go(url: Option<&str>) -> Box<Step> {
    match url {
        Some(url) => Step::done(Outcome::Leaving).wish(LEAVE, Effect::Leave { url: url.into() }),
        None => Step::done(Outcome::SignedOut),
    }
}
