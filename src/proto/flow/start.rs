//! The start of a page: if its address is a response to a sign-in of ours, finish that; else
//! restore the session.
//!
//! taking, then [`redeem`]; or relaying; or restoring.

use super::session::{self, Session};
use super::{GOES_ON, Outcome, Step, at, member, pending, redeem, unseen};
use crate::proto::config::Config;
use crate::proto::effect::{Effect, Input, Place, UnixTime};
use crate::proto::error::{At, Code, Error};
use crate::proto::flow::pending::Pending;
use crate::proto::oidc::callback::{self, Found, Page};
use crate::proto::text::json::Json;
use alloc::{borrow::ToOwned, boxed::Box, string::String};

const FLOW: &str = "start";
const REWRITE: u32 = 1;
const TAKE: u32 = 2;
const LOAD: u32 = 3;
const DROP: u32 = 4;
const RELAY: u32 = 5;
const SAVE: u32 = 6;

/// Begins at a page's address.
#[must_use]
pub fn begin(config: &Config, page_url: &str, now: UnixTime) -> Box<Step> {
    let page = Page::read(page_url);
    match callback::find(config, page_url) {
        Found::Nothing => restore(config),
        Found::Foreign(code) => restore(config).notice(code),
        Found::SignedOut => {
            restore(config).first(REWRITE, Effect::Rewrite { url: page.without_state() })
        }
        Found::Relayed { state } if GOES_ON => {
            let query = if page.query.is_empty() { page.fragment } else { page.query }.to_owned();
            Step::wait(at(FLOW, "relaying").finish())
                .wish(REWRITE, Effect::Rewrite { url: page.clean(config.redirect_uri()) })
                .wish(RELAY, Effect::Relay { state, query })
        }
        Found::Relayed { .. } => restore(config).notice(Code::StateUnknown),
        // The code leaves the address before anything else can read it there (RFC 9700 4.3).
        Found::Ours { state, in_fragment } => {
            let take = Effect::Take {
                place: Place::Pending,
                key: pending::key(&state),
                tombstone: pending::tombstone(now),
            };
            let text = at(FLOW, "taking")
                .text("query", page.query)
                .bool("in_fragment", in_fragment)
                .bool("elsewhere", !page.is_at(config.redirect_uri()))
                .finish();
            Step::wait(text)
                .wish(REWRITE, Effect::Rewrite { url: page.clean(config.redirect_uri()) })
                .wish(TAKE, take)
        }
    }
}

/// Begins in a tab that was copied with what it keeps: the copy has no refresh token, which only one
/// of the two may send.
#[must_use]
pub fn begin_copied(config: &Config) -> Box<Step> {
    let load = Effect::Load { place: Place::Session, key: config.session_key() };
    Step::wait(at(FLOW, "copying").finish()).wish(LOAD, load)
}

pub(super) fn resume(
    config: &Config,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    match (member(state, "at"), input) {
        ("restoring", Input::Text(LOAD, text)) => {
            Ok(Some(restored(config, text, if GOES_ON { place(state) } else { None })))
        }
        ("taking", Input::Text(TAKE, text)) => taken(config, state, text, now).map(Some),
        (place, input) if GOES_ON => resume_beside(config, state, place, input),
        _ => Ok(None),
    }
}

/// In a tab that was copied, in a popup or a frame, or where another tab said why it ended.
fn resume_beside(
    config: &Config,
    state: &Json,
    place: &str,
    input: Input<'_>,
) -> Result<Option<Box<Step>>, Error> {
    match (place, input) {
        ("copying", Input::Text(LOAD, text)) => Ok(Some(copied(config, text))),
        ("hearing", Input::Text(LOAD, None)) => {
            let why = state.member("why").and_then(Json::seconds).unwrap_or_default();
            Ok(Some(Step::done(Outcome::Ended(Error::of_number(why)))))
        }
        ("hearing", Input::Text(LOAD, text)) => Ok(Some(restored(config, text, None))),
        ("relaying", Input::Done(RELAY, true)) => Ok(Some(Step::done(Outcome::Relayed))),
        // Whoever asked is gone, and the secret with it.
        ("relaying", Input::Done(RELAY, false)) => Err(Code::StateUnknown.into()),
        _ => Ok(None),
    }
}

/// Looks at what is kept.
pub(super) fn restore(config: &Config) -> Box<Step> {
    restore_at(config, None)
}

/// Looks at what is kept, for a page that went away unseen and is to be where it was.
pub(super) fn restore_at(config: &Config, return_to: Option<&str>) -> Box<Step> {
    let load = Effect::Load { place: Place::Session, key: config.session_key() };
    let flow = at(FLOW, "restoring").maybe("return_to", return_to).finish();
    Step::wait(flow).wish(LOAD, load)
}

fn place(state: &Json) -> Option<&str> {
    state.member("return_to").and_then(Json::text)
}

/// Looks at what is kept: nothing, for the reason that another tab told, or what goes on.
pub(super) fn restore_unless(config: &Config, why: Error) -> Box<Step> {
    let load = Effect::Load { place: Place::Session, key: config.session_key() };
    let text = at(FLOW, "hearing").number("why", why.number()).finish();
    Step::wait(text).wish(LOAD, load)
}

/// What is kept is who is signed in.
pub(super) fn restored(config: &Config, text: Option<&str>, return_to: Option<&str>) -> Box<Step> {
    let return_to = return_to.map(ToOwned::to_owned);
    let Some(text) = text else { return signed_out(return_to) };
    match Session::read(text.to_owned(), config) {
        Some(session) => {
            Step::done(Outcome::SignedIn { session, fresh: false, kept: true, return_to })
        }
        // Another tab may have the key; what is of use to nobody gives nothing away.
        None if GOES_ON && session::is_bound_elsewhere(text, config) => {
            signed_out(return_to).notice(Code::ProofKeyLost)
        }
        None => signed_out(return_to)
            .notice(Code::SessionUnreadable)
            .wish(DROP, Effect::Drop { place: Place::Session, key: config.session_key() }),
    }
}

fn signed_out(return_to: Option<String>) -> Box<Step> {
    Step::done(match return_to {
        Some(to) if GOES_ON => Outcome::Returned(to),
        _ => Outcome::SignedOut,
    })
}

fn copied(config: &Config, text: Option<&str>) -> Box<Step> {
    let Some(session) = text.and_then(|text| Session::read(text.to_owned(), config)) else {
        return restored(config, text, None);
    };
    let was = session.text.clone();
    let session = session.without_refresh_token();
    let (key, text) = (config.session_key(), session.text.clone());
    // Who signs in here meanwhile has a refresh token of their own.
    Step::done(Outcome::SignedIn { session, fresh: false, kept: true, return_to: None })
        .wish(SAVE, Effect::Swap { place: Place::Session, key, was, text })
}

fn taken(
    config: &Config,
    state: &Json,
    text: Option<&str>,
    now: UnixTime,
) -> Result<Box<Step>, Error> {
    let text = text.ok_or(Code::StateUnknown)?;
    let pending = match Pending::find(text, config) {
        pending::Found::Waiting(pending) => pending,
        // A reload or the back button: the session it made is what counts.
        pending::Found::Used => return Ok(restore(config).notice(Code::StateUsed)),
        pending::Found::Unreadable => return Err(Code::StateUnknown.into()),
    };
    let answered;
    let mut text = text;
    if GOES_ON {
        answered = pending.answered(member(state, "query"));
        text = &answered;
    }
    let answer = judge(config, state, &pending, now);
    if GOES_ON && pending.is_unseen() {
        return Ok(unseen::returned(config, text, &pending, answer));
    }
    match answer {
        Ok(code) => redeem::begin(config, text, &pending, &code),
        Err(error) if error.at == At::Error => {
            Ok(Step::fail(error).quoting(callback::said(member(state, "query"))))
        }
        Err(error) => Err(error),
    }
}

/// The code of a response to this sign-in.
fn judge(config: &Config, state: &Json, pending: &Pending, now: UnixTime) -> Result<String, Error> {
    if pending.is_over(now) {
        return Err(Code::SigninExpired.into());
    }
    if state.member("in_fragment").and_then(Json::bool) == Some(true) {
        return Err(Code::CallbackMode.into());
    }
    if state.member("elsewhere").and_then(Json::bool) == Some(true) {
        return Err(Code::CallbackElsewhere.into());
    }
    let sends_issuer = pending.metadata().ok_or(Code::Internal)?.sends_issuer();
    callback::read(member(state, "query"), pending.state(), config.issuer(), sends_issuer)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn res_11_the_response_leaves_the_address_before_anything_else_happens() {
        let settings = r#"{"issuer":"https://op.example","clientId":"c",
            "redirectUri":"https://app.example/cb"}"#;
        let config = Config::read(settings).unwrap();
        let state = callback::derive_state(&config, "r");
        let url = ["https://app.example/cb?code=x&iss=y&state=", &state].concat();
        let step = begin(&config, &url, UnixTime(1));
        let mut wishes = step.wishes.iter().map(|wish| &wish.effect);
        let is_clean = |effect: &Effect| match effect {
            Effect::Rewrite { url } => url == "https://app.example/cb",
            _ => false,
        };
        assert!(wishes.next().is_some_and(is_clean));
        assert!(matches!(wishes.next(), Some(Effect::Take { .. })));
        assert!(wishes.next().is_none());
    }
}
