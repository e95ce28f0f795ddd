//! A page starts where somebody was signed in whose tokens are over and cannot be renewed: the
//! provider is asked with `prompt=none` (OpenID Connect Core 1.0 section 3.1.2.1), in a hidden
//! frame, or where that brings nothing, by the page itself, which comes back to its place.
//!
//! looking, or remembering → locking → reading → asking, in a frame, then [`redeem`]; or else
//! [`login`], then away. Its response: recalling → [`redeem`], or forgetting.
//!
//! The person asked for none of this: whatever fails is said, and the page starts with what it has.

use super::login::{self, Entropy};
use super::pending::{self, Found, Pending};
use super::proof::Proof;
use super::session::Session;
use super::{Outcome, Step, at, ending, member, redeem, return_to, silent, start, tabs};
use crate::proto::config::Config;
use crate::proto::effect::{Effect, Input, Place, UnixTime};
use crate::proto::error::{Code, Error};
use crate::proto::oidc::{callback, pkce};
use crate::proto::text::json::{self, Json, Writer};
use alloc::{borrow::ToOwned, boxed::Box, string::String};

pub(super) const FLOW: &str = "unseen";
const LOAD: u32 = 60;
pub(super) const MARK: u32 = 61;
const LOCK: u32 = 62;
pub(super) const AWAY: u32 = 63;
const END: u32 = 64;
const NOTE: u32 = 65;
const TELL: u32 = 66;
/// How long to wait for a renewal in another tab, in milliseconds.
const PATIENCE: u32 = 12_000;

/// Begins at the address of a page that the person looks at.
#[must_use]
pub fn begin(config: &Config, page_url: &str, now: UnixTime) -> Box<Step> {
    if !config.goes_unseen() || callback::find(config, page_url) != callback::Found::Nothing {
        return start::begin(config, page_url, now);
    }
    let flow = at(FLOW, "looking").text("page", page_url).finish();
    Step::wait(flow).wish(LOAD, load(config))
}

/// Leaves the mark that somebody was signed in here, which is no secret: where no session is kept
/// at the next start, it is reason enough to ask the provider.
#[must_use]
pub fn remember(config: &Config) -> Effect {
    let (place, key) = (Place::Pending, config.mark_key());
    Effect::Save { place, key, text: "{}".to_owned() }
}

/// Leaves the mark for a session that may be lost without an end, as in the memory of a worker.
#[must_use]
pub fn begin_mark(config: &Config) -> Box<Step> {
    let step = Step::done(Outcome::Ignored);
    if config.goes_unseen() { step.wish(MARK, remember(config)) } else { step }
}

/// Takes the mark away.
#[must_use]
pub fn forget_mark(config: &Config) -> Effect {
    Effect::Drop { place: Place::Pending, key: config.mark_key() }
}

fn load(config: &Config) -> Effect {
    Effect::Load { place: Place::Session, key: config.session_key() }
}

fn load_mark(config: &Config) -> Effect {
    Effect::Load { place: Place::Pending, key: config.mark_key() }
}

pub(super) fn resume(
    config: &Config,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
    entropy: &Entropy,
) -> Result<Option<Box<Step>>, Error> {
    let page = member(state, "page");
    Ok(Some(match (member(state, "at"), input) {
        ("looking" | "reading", Input::Text(LOAD, kept)) => {
            look(config, state, kept, (now, entropy))?
        }
        ("remembering", Input::Text(MARK, Some(_))) => go(config, page, false, entropy),
        ("remembering", Input::Text(MARK, None)) => Step::done(Outcome::SignedOut),
        ("locking", Input::Done(LOCK, true)) => {
            let flow = at(FLOW, "reading").text("page", page).finish();
            Step::wait(flow).wish(LOAD, load(config))
        }
        // Another tab renews, or may do so by now.
        ("locking" | "reading" | "asking", Input::Done(LOCK, false))
        | ("away", Input::Text(AWAY, _)) => start::restore(config),
        ("asking", Input::Response(silent::PUSH, _) | Input::Failure(silent::PUSH, _)) => {
            silent::pushed(config, state, input).unwrap_or_else(|error| stay(config, error))
        }
        ("asking", Input::Text(silent::FRAME, answer)) => {
            match silent::heard(config, state, answer) {
                Ok(step) => step,
                // Whether nobody is signed in there or the browser keeps the provider's cookies
                // from the frame, the frame cannot tell.
                Err(Error { code: Code::InteractionRequired | Code::NetworkTimeout, .. }) => {
                    go(config, page, true, entropy)
                }
                Err(error) => stay(config, error),
            }
        }
        ("recalling", Input::Text(LOAD, kept)) => recalled(config, state, kept, now)?,
        ("recalling", Input::Text(MARK, mark)) => recognised(config, state, mark)?,
        ("forgetting", Input::Done(END, _)) => {
            let step = Step::done(Outcome::Returned(member(state, "return_to").to_owned()));
            // No sign-out: another tab may have a session of its own.
            match state.member("why").and_then(Json::seconds).map(Error::of_number) {
                Some(why) => ending::tell(config, step, why).notice(why),
                None => step.wish(TELL, tabs::tell(config, tabs::CHANGED)),
            }
        }
        ("forgetting", Input::Text(END, kept)) => overtaken(config, state, kept),
        _ => return Ok(None),
    }))
}

/// Looks at what is kept. In a frame it is asked by one tab for all, so that is looked at again.
fn look(
    config: &Config,
    state: &Json,
    kept: Option<&str>,
    (now, entropy): (UnixTime, &Entropy),
) -> Result<Box<Step>, Error> {
    let page = member(state, "page");
    let Some(text) = kept else {
        let flow = at(FLOW, "remembering").text("page", page).finish();
        return Ok(Step::wait(flow).wish(MARK, load_mark(config)));
    };
    let session = Session::read(text.to_owned(), config).filter(|one| is_over(one, now));
    let Some(session) = session else { return Ok(start::restored(config, kept, None)) };
    if config.silent_redirect_uri().is_none() {
        return Ok(go(config, page, true, entropy));
    }
    if member(state, "at") == "looking" {
        let flow = at(FLOW, "locking").text("page", page).finish();
        let lock = Effect::Lock { name: config.renewal_lock(), ms: PATIENCE };
        return Ok(Step::wait(flow).wish(LOCK, lock));
    }
    let mut flow = at(FLOW, "asking");
    flow.text("page", page);
    silent::ask(config, &session, flow, None, entropy, now)
}

/// Whether none of a session's tokens serves any more, and none can be had for it.
fn is_over(session: &Session, now: UnixTime) -> bool {
    let is_dead = session.grants().all(|grant| !grant.is_alive(now));
    is_dead && session.member("refresh_token").is_empty()
}

/// The page itself goes. `knows` says that it is for the session that is kept, not for a mark alone.
fn go(config: &Config, page: &str, knows: bool, entropy: &Entropy) -> Box<Step> {
    let to = return_to::resolve(None, page, config);
    let state = callback::derive_state(config, &pkce::derive_secret(&entropy.state));
    let mut plan = login::plan(silent::ASK, &state, entropy, &to);
    login::reach(config, &plan.bool("unseen", true).bool("knows", knows).finish())
}

/// Whether the person does not see what this sign-in does.
pub(super) fn is_unseen(state: &Json) -> bool {
    let plan = state.member("plan").unwrap_or(state);
    plan.member("unseen").and_then(Json::bool) == Some(true)
}

/// The page starts with what it has.
pub(super) fn stay(config: &Config, error: Error) -> Box<Step> {
    start::restore(config).notice(error)
}

/// Goes on with the response to a request that the page itself went with.
pub(super) fn returned(
    config: &Config,
    text: &str,
    pending: &Pending,
    answer: Result<String, Error>,
) -> Box<Step> {
    let mut flow = at(FLOW, "recalling");
    flow.text("pending", text);
    let needs_mark = answer.is_ok() && !pending.knows();
    match answer {
        Ok(code) => flow.text("code", &code),
        Err(error) => flow.number("why", error.number()),
    };
    let step = Step::wait(flow.finish());
    if needs_mark { step.wish(MARK, load_mark(config)) } else { step.wish(LOAD, load(config)) }
}

/// Who was signed in when the page went may have signed out in another tab since, or somebody in.
fn recalled(
    config: &Config,
    state: &Json,
    kept: Option<&str>,
    now: UnixTime,
) -> Result<Box<Step>, Error> {
    let text = member(state, "pending");
    let Found::Waiting(pending) = Pending::find(text, config) else {
        return Err(Code::Internal.into());
    };
    let to = pending.return_to();
    // A session that still serves began in the meantime, and the response is not for it.
    let session = kept
        .and_then(|kept| Session::read(kept.to_owned(), config))
        .filter(|session| is_over(session, now));
    let why = state.member("why").and_then(Json::seconds).map(Error::of_number);
    Ok(match (why, session) {
        (Some(Error { code: Code::InteractionRequired, .. }), session) => {
            let step = match &session {
                Some(session) => forget(config, session, to, None),
                None => start::restored(config, kept, Some(to)),
            };
            let (place, key) = (Place::Pending, pending::key(pending.state()));
            let note = Effect::Save { place, key, text: pending::refused(now) };
            step.first(NOTE, note).first(MARK, forget_mark(config))
        }
        (Some(error), _) => start::restored(config, kept, Some(to)).notice(error),
        (None, Some(session)) => {
            let text = with_session(text, &session);
            redeem::begin(config, &text, &pending, member(state, "code"))?
        }
        (None, None) => start::restored(config, kept, Some(to)),
    })
}

/// With nothing but a mark, whoever is signed in at the provider is signed in here, unless the mark
/// is gone: somebody signed out in another tab.
fn recognised(config: &Config, state: &Json, mark: Option<&str>) -> Result<Box<Step>, Error> {
    let text = member(state, "pending");
    let Found::Waiting(pending) = Pending::find(text, config) else {
        return Err(Code::Internal.into());
    };
    if mark.is_none() {
        return Ok(start::restore_at(config, Some(pending.return_to())));
    }
    let step = redeem::begin(config, text, &pending, member(state, "code"))?;
    Ok(step.first(MARK, forget_mark(config)))
}

/// A pending sign-in with the session that it is to go on with. It stays in the flow: what is kept
/// of a sign-in that left the page has no token in it.
fn with_session(text: &str, session: &Session) -> String {
    let mut all = Writer::new();
    let pending = json::read_object(text.as_bytes()).unwrap_or(Json::Null);
    for (name, value) in pending.members() {
        all.json(name, value);
    }
    all.text("before", &session.text).finish()
}

/// Ends a session that is over, unless another one is kept by now.
pub(super) fn forget(
    config: &Config,
    session: &Session,
    return_to: &str,
    why: Option<Error>,
) -> Box<Step> {
    let mut flow = at(FLOW, "forgetting");
    flow.text("return_to", return_to);
    if let Some(why) = why {
        flow.number("why", why.number());
    }
    Step::wait(flow.finish()).wish(END, ending::swap(config, &session.text, ""))
}

/// Another session is kept by now, or none: that is where the page starts.
pub(super) fn overtaken(config: &Config, state: &Json, kept: Option<&str>) -> Box<Step> {
    start::restored(config, kept, place(member(state, "return_to")))
}

/// Where a page came back to; a frame went nowhere.
pub(super) fn place(return_to: &str) -> Option<&str> {
    Some(return_to).filter(|to| !to.is_empty())
}

/// What is done instead of failing, where the person did not ask.
pub(super) fn instead(config: &Config, proof: &Proof<'_>, error: Error) -> Option<Box<Step>> {
    let Found::Waiting(pending) = Pending::find(proof.basis, config) else { return None };
    let step = || start::restore_at(config, place(pending.return_to())).notice(error);
    pending.is_unseen().then(step)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn b1_a_mark_is_left_where_a_page_may_go_unseen() {
        for (silent, mut marks) in [("\"page\"", 1), ("\"frame\"", 0), ("false", 0)] {
            let settings = alloc::format!(
                r#"{{"issuer":"https://op.example","clientId":"c",
                "redirectUri":"https://app.example/cb","silent":{silent}}}"#
            );
            let config = Config::read(&settings).unwrap();
            let step = begin_mark(&config);
            assert_eq!(step.wishes.len(), marks, "{silent}");
            assert!(matches!(step.end, Some(Ok(Outcome::Ignored))));
            for wish in &step.wishes {
                let Effect::Save { place: Place::Pending, key, .. } = &wish.effect else {
                    continue;
                };
                assert_eq!(*key, config.mark_key());
                marks -= 1;
            }
            assert_eq!(marks, 0, "{silent}");
        }
    }
}
