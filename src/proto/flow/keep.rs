//! How a renewal ends: in a token, in another tab's session, or in none.

use super::step::{Outcome, Step};
use super::verification::Proof;
use super::{restore, tabs};
use crate::proto::client::config::Config;
use crate::proto::effect::{Effect, Input, Place, UnixTime};
use crate::proto::error::{At, Code, Error};
use crate::proto::features::GOES_ON;
use crate::proto::state::flow_text::{at, member};
use crate::proto::state::grant::Grant;
use crate::proto::state::need::Need;
use crate::proto::state::pending::{self, Pending};
use crate::proto::state::session::Session;
use crate::proto::text::json::Json;
use alloc::{borrow::ToOwned, boxed::Box, string::String};

use super::verification::FLOW;

const SAVE: u32 = 4;
const END: u32 = 6;
const TELL: u32 = 7;
const REASON: u32 = 8;

/// Keeps what a response brought, unless what it belongs to is no longer there.
pub(super) fn keep(config: &Config, was: &str, next: Session, need: &Need) -> Box<Step> {
    let swap = swap(config, was, &next.text);
    Step::wait(place("renewing", &next, need)).wish(SAVE, swap)
}

/// The end of a renewal that went well.
pub(super) fn done(config: &Config, session: Session, need: &Need, kept: bool) -> Box<Step> {
    let Some(grant) = need.find(&session) else {
        return Step::fail(reason(need, &session));
    };
    let mut step = token(&session, grant).wish(TELL, tabs::tell(config, tabs::CHANGED));
    if !kept {
        step = step.notice(Error::at(Code::StorageDegraded, At::Store));
    }
    step
}

/// Keeps what a sign-in brought that the person did not see, unless it is another person's.
///
/// After the provider's frame said that something changed, nothing else did where the same person is
/// there: the session goes on with its own tokens (Session Management 1.0 section 3.1).
pub(super) fn keep_unseen(
    config: &Config,
    pending: &Pending,
    was: &Session,
    sub: &str,
    text: String,
) -> Box<Step> {
    if was.member("sub") != sub {
        return end(config, was, Code::SessionChanged.into());
    }
    let need = Need::known(pending.need());
    let later = if need.changed().is_empty() { None } else { Session::read(text.clone(), config) };
    let text = later.map_or(text, |later| was.seen(&later).text);
    let flow = at(FLOW, "keeping")
        .text("session", &text)
        .text("return_to", pending.return_to())
        .bool("unseen", pending.is_unseen())
        .text("basis", &was.text)
        .text("need", pending.need())
        .finish();
    Step::wait(flow).wish(SAVE, swap(config, &was.text, &text))
}

/// A renewal whose ID token was not believed, or could not be judged.
pub(super) fn failed_proof(
    config: &Config,
    proof: &Proof<'_>,
    error: Error,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    let session = Session::read(proof.basis.to_owned(), config).ok_or(Code::Internal)?;
    let need = Need::known(proof.need);
    let is_forged = FORGED.contains(&error.code);
    Ok(Some(if is_forged {
        end(config, &session, error)
    } else {
        failed(&session, &need, error, now)
    }))
}

/// What a provider's own renewal never is (Core 12.2).
static FORGED: &[Code] = &[
    Code::SignatureInvalid,
    Code::AlgForbidden,
    Code::TokenMalformed,
    Code::ClaimInvalid,
    Code::IssuerMismatch,
    Code::AudienceMismatch,
    Code::AzpMismatch,
    Code::AtHashMismatch,
    Code::RenewedMismatch,
];

/// While the answer was under way, another tab kept something else, or forgot.
pub(super) fn overtaken(
    config: &Config,
    proof: &Proof<'_>,
    text: Option<&str>,
    now: UnixTime,
) -> Box<Step> {
    match Session::read(proof.basis.to_owned(), config) {
        Some(session) => overtake(config, &session, &Need::known(proof.need), text, now),
        None => Step::fail(Code::Internal),
    }
}

pub(super) fn overtake(
    config: &Config,
    session: &Session,
    need: &Need,
    text: Option<&str>,
    now: UnixTime,
) -> Box<Step> {
    let Some(kept) = text.and_then(|text| Session::read(text.to_owned(), config)) else {
        return Step::done(Outcome::Ended(Code::SigninRequired.into()));
    };
    if kept.member("sub") == session.member("sub") {
        failed(&kept, need, Code::RenewBusy.into(), now)
    } else {
        Step::done(Outcome::Switched(kept))
    }
}

/// Ends the session, unless another one is kept by now.
pub(super) fn end(config: &Config, session: &Session, why: Error) -> Box<Step> {
    let text = at(FLOW, "ending")
        .text("session", &session.text)
        .text("need", "{}")
        .number("why", why.number())
        .finish();
    Step::wait(text).wish(END, swap(config, &session.text, ""))
}

/// The session is forgotten. No sign-out: another tab may have a session of its own, which goes on.
pub(super) fn ended(config: &Config, why: Error) -> Box<Step> {
    tell(config, Step::done(Outcome::Ended(why)), why)
}

/// Other tabs are told of an end, and why.
pub(super) fn tell(config: &Config, mut step: Box<Step>, why: Error) -> Box<Step> {
    if let Some(word) = tabs::reason(why) {
        step = step.wish(REASON, tabs::tell(config, word));
    }
    step.wish(TELL, tabs::tell(config, tabs::CHANGED))
}

/// A token that still serves will do; else this is the error. Who only asks who is there asks again.
pub(super) fn failed(session: &Session, need: &Need, error: Error, now: UnixTime) -> Box<Step> {
    if !need.changed().is_empty() {
        return Step::done(Outcome::Unwatched { why: error, again: true });
    }
    match need.find(session).filter(|grant| grant.is_alive(now)) {
        Some(grant) if error.code == Code::SessionExpired => token(session, grant),
        Some(grant) => token(session, grant).notice(error),
        None => Step::fail(error),
    }
}

pub(super) fn token(session: &Session, grant: Grant<'_>) -> Box<Step> {
    let (access_token, expires_at) = (grant.member("access_token").into(), grant.expires_at());
    let session = session.again();
    Step::done(Outcome::Token { access_token, expires_at, old_at: grant.old_at(), session })
}

/// Why there is no token, where none can be had.
pub(super) fn reason(need: &Need, session: &Session) -> Error {
    if session.grants().any(|grant| need.is_met_by(&grant, session)) {
        return Code::SessionExpired.into();
    }
    let at = if need.member("resource").is_empty() { At::Scope } else { At::Resource };
    Error::at(Code::TokenScopeMissing, at)
}

pub(super) fn swap(config: &Config, was: &str, text: &str) -> Effect {
    let (place, key) = (Place::Session, config.session_key());
    Effect::Swap { place, key, was: was.to_owned(), text: text.to_owned() }
}

/// Goes on once the store has answered.
pub(super) fn resume(
    config: &Config,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    let place = member(state, "at");
    if let ("keeping", Input::Done(SAVE, kept)) = (place, input) {
        return finish(config, state, kept).map(Some);
    }
    if !GOES_ON {
        return Ok(None);
    }
    let why = || state.member("why").and_then(Json::seconds).map(Error::of_number);
    let need = Need::known(member(state, "need"));
    let read = |name| Session::read(member(state, name).to_owned(), config).ok_or(Code::Internal);
    Ok(Some(match (place, input) {
        ("keeping", Input::Text(SAVE, text)) => match member(state, "need") {
            "" => restore::overtaken(config, state, text),
            _ => overtake(config, &read("basis")?, &need, text, now),
        },
        ("renewing", Input::Done(SAVE, kept)) => done(config, read("session")?, &need, kept),
        ("ending", Input::Done(END, _)) => ended(config, why().unwrap_or(Code::Internal.into())),
        ("renewing", Input::Text(SAVE, text)) | ("ending", Input::Text(END, text)) => {
            overtake(config, &read("session")?, &need, text, now)
        }
        ("forgetting", Input::Done(END, _)) => {
            let step = Step::done(Outcome::Returned(member(state, "return_to").to_owned()));
            // No sign-out: another tab may have a session of its own.
            match why() {
                Some(why) => tell(config, step, why).notice(why),
                None => step.wish(TELL, tabs::tell(config, tabs::CHANGED)),
            }
        }
        ("forgetting", Input::Text(END, kept)) => restore::overtaken(config, state, kept),
        _ => return Ok(None),
    }))
}

/// A session, and what a token of it is needed for, while something is waited for.
fn place(name: &str, session: &Session, need: &Need) -> String {
    at(FLOW, name).text("session", &session.text).text("need", &need.write()).finish()
}

/// Keeps the session of a sign-in. One that went on unseen is of the person who was there, and
/// keeps nothing once they signed out.
pub(super) fn keep_sign_in(
    config: &Config,
    pending: &Pending,
    sub: &str,
    text: String,
) -> Box<Step> {
    let mut flow = at(FLOW, "keeping");
    flow.text("session", &text).text("return_to", pending.return_to());
    let (place, key) = (Place::Session, config.session_key());
    let before = if GOES_ON { Session::read(pending.before().to_owned(), config) } else { None };
    if GOES_ON {
        flow.bool("unseen", pending.is_unseen());
    }
    let Some(was) = before else {
        return Step::wait(flow.finish()).wish(SAVE, Effect::Save { place, key, text });
    };
    if was.member("sub") != sub && pending.is_unseen() {
        let why = Some(Code::SessionChanged.into());
        return forget(config, &was, pending.return_to(), why);
    }
    keep_unseen(config, pending, &was, sub, text)
}

fn finish(config: &Config, state: &Json, kept: bool) -> Result<Box<Step>, Error> {
    let text = member(state, "session").to_owned();
    let session = Session::read(text, config).ok_or(Code::Internal)?;
    let need = member(state, "need");
    if GOES_ON && !need.is_empty() {
        return Ok(done(config, session, &Need::known(need), kept));
    }
    let return_to = Some(member(state, "return_to").to_owned());
    let fresh = !GOES_ON || !pending::is_unseen(state);
    // A frame went nowhere.
    let return_to = return_to.filter(|to| !GOES_ON || !to.is_empty());
    Ok(Step::done(Outcome::SignedIn { session, fresh, kept, return_to })
        .wish(TELL, tabs::tell(config, tabs::CHANGED)))
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
    Step::wait(flow.finish()).wish(END, swap(config, &session.text, ""))
}
