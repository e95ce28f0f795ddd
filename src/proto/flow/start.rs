//! The start of a page: if its address is a response to a sign-in of ours, finish that; else
//! restore the session.
//!
//! taking, then [`redeem`]; or relaying; or restoring.

use super::restore::{self, restore, restored};
use super::step::{Outcome, Step};
use super::{redeem, silent_redirect};
use crate::proto::client::config::Config;
use crate::proto::effect::{Effect, Input, Place, UnixTime};
use crate::proto::error::{At, Code, Error};
use crate::proto::features::GOES_ON;
use crate::proto::oidc::callback::{self, Found, Page};
use crate::proto::state::flow_text::{at, member};
use crate::proto::state::pending::{self, Pending};
use crate::proto::state::session::Session;
use crate::proto::text::json::Json;
use alloc::{borrow::ToOwned, boxed::Box, string::String};

const FLOW: &str = "start";
const REWRITE: u32 = 1;
const TAKE: u32 = 2;
const LOAD: u32 = 3;
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
        ("taking", Input::Text(TAKE, text)) => taken(config, state, text, now).map(Some),
        ("copying", Input::Text(LOAD, text)) if GOES_ON => Ok(Some(copied(config, text))),
        ("relaying", Input::Done(RELAY, true)) if GOES_ON => Ok(Some(Step::done(Outcome::Relayed))),
        // Whoever asked is gone, and the secret with it.
        ("relaying", Input::Done(RELAY, false)) if GOES_ON => Err(Code::StateUnknown.into()),
        _ => restore::resume(config, state, input),
    }
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
        return Ok(silent_redirect::returned(config, text, &pending, answer));
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
