//! An API refused a request with a token: another token may help, or a stronger sign-in (RFC 6750,
//! section 3.1; RFC 9470, sections 3 and 4).
//!
//! `LOADING_LAST_CHALLENGE` → `STORING_CHALLENGE`. The challenge is stored where the page finds it
//! after it returns from the provider: one sign-in must be enough for it.

use super::step::{Outcome, Step};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, Input, StorageArea, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{Code, Error};
use crate::proto::oidc::step_up_challenge::{self, StepUpChallenge};
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::session::Session;
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::text::{concat, has_word, has_words};
use alloc::{borrow::ToOwned, boxed::Box, string::String};

const VERSION: u64 = 1;
/// The same challenge within so many seconds leads to no other sign-in.
const REPEAT_WINDOW_SECONDS: u64 = 10;

/// Begins with a refusal: the stored session, and as JSON text the `status` of the response, its
/// `challenge`, the token that was `refused`, when the request was `sent`, and whether the user is
/// signing in for another one (`asking`).
#[must_use]
pub fn begin(config: &ClientConfig, session: &str, refusal: &str, now: UnixTime) -> Box<Step> {
    super::step::settle(try_begin(config, session, refusal, now))
}

fn try_begin(
    config: &ClientConfig,
    session: &str,
    refusal: &str,
    now: UnixTime,
) -> Result<Box<Step>, Error> {
    let refusal = json::read_object(refusal.as_bytes()).map_err(|_| Code::Internal)?;
    let Some(demand) = StepUpChallenge::read(member(&refusal, "challenge"), config.token_type())
    else {
        // Another token would have the same proof (RFC 9449, section 7.1).
        let challenge = member(&refusal, "challenge");
        let is_unproved = step_up_challenge::has_proof_error(challenge, "invalid_dpop_proof");
        let is_token_refused = !is_unproved && refusal.seconds_or("status", 0) == 401;
        return Ok(Step::done(if is_token_refused {
            Outcome::TryAnotherToken
        } else {
            Outcome::Ignored
        }));
    };
    let session = Session::read(session, config).filter(|_| !demand.is_empty());
    let Some(session) = session else { return Ok(Step::done(Outcome::Ignored)) };
    if is_met(&demand, &session, now) {
        let refused = member(&refusal, "refused");
        for grant in session.access_tokens() {
            if grant.token() == refused {
                return Err(Code::StepupRefused.into());
            }
        }
        // A user signed in since, and that session has a token.
        return Ok(Step::done(Outcome::TryAnotherToken));
    }
    // A sign-in for it is under way.
    if refusal.is_true("asking") {
        return Ok(asked(&write(&demand, &session), false));
    }
    let sent = refusal.seconds_or("sent", 0);
    let mut flow = FlowState::LOADING_LAST_CHALLENGE.begin_text();
    flow.text("detail", &write(&demand, &session)).number("sent", sent);
    let load = Effect::Load { area: StorageArea::Pending, key: config.step_up_key() };
    Ok(Step::wait(&flow).run(EffectId::LOAD_STEP_UP_CHALLENGE, load))
}

pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    let options = member(state, "detail");
    match (FlowState::of(state), input) {
        (
            FlowState::LOADING_LAST_CHALLENGE,
            Input::Text(EffectId::LOAD_STEP_UP_CHALLENGE, noted),
        ) => {
            let noted = noted.and_then(|text| json::read_object(text.as_bytes()).ok());
            let noted = noted.filter(|noted| member(noted, "detail") == options);
            let noted_at = noted.as_ref().and_then(|noted| noted.member("at")?.seconds());
            match noted_at.filter(|noted_at| now < UnixTime(*noted_at).plus(REPEAT_WINDOW_SECONDS))
            {
                None => Ok(Some(note(config, options, now))),
                // The request was sent before the sign-in was requested.
                Some(at) if state.member("sent").and_then(Json::seconds) <= Some(at) => {
                    Ok(Some(asked(options, false)))
                }
                Some(_) => Err(Code::StepupRefused.into()),
            }
        }
        (FlowState::STORING_CHALLENGE, Input::Done(EffectId::STORE_STEP_UP_CHALLENGE, _)) => {
            Ok(Some(asked(options, true)))
        }
        _ => Ok(None),
    }
}

fn asked(options: &str, is_new: bool) -> Box<Step> {
    Step::done(Outcome::StepUp { options: options.to_owned(), is_new })
}

fn note(config: &ClientConfig, options: &str, now: UnixTime) -> Box<Step> {
    let text =
        Writer::new().number("v", VERSION).text("detail", options).number("at", now.0).finish();
    let mut flow = FlowState::STORING_CHALLENGE.begin_text();
    flow.text("detail", options);
    let (area, key) = (StorageArea::Pending, config.step_up_key());
    Step::wait(&flow).run(EffectId::STORE_STEP_UP_CHALLENGE, Effect::Save { area, key, text })
}

/// The challenge as options of a sign-in, which asks for all that the session's sign-in asked for.
fn write(demand: &StepUpChallenge, session: &Session) -> String {
    let mut out = Writer::new();
    let options = json::read_object(session.options().as_bytes()).unwrap_or_default();
    out.members_except(&options, "prompt maxAge acrValues scope");
    if !demand.acr_values.is_empty() {
        out.text("acrValues", &demand.acr_values);
    }
    if let Some(seconds) = demand.max_age {
        out.number("maxAge", seconds);
    }
    let asked = member(&options, "scope");
    let space = if asked.is_empty() || demand.scope.is_empty() { "" } else { " " };
    let scope = concat(&[asked, space, &demand.scope]);
    if !scope.is_empty() {
        out.text("scope", &scope);
    }
    out.finish()
}

/// Whether the present sign-in has what is requested, so that another one would add nothing. Scope
/// that was requested and not granted will not be granted the next time.
fn is_met(demand: &StepUpChallenge, session: &Session, now: UnixTime) -> bool {
    let claims = session.claims().unwrap_or_default();
    let scope = concat(&[session.requested_scope(), " ", session.scope()]);
    let auth_time = claims.member("auth_time").and_then(Json::seconds);
    let is_recent = |max_age: u64| {
        auth_time.is_some_and(|auth_time| {
            session.provider_time(now) <= UnixTime(auth_time).plus(max_age)
        })
    };
    let acr = member(&claims, "acr");
    (demand.acr_values.is_empty() || !acr.is_empty() && has_word(&demand.acr_values, acr))
        && demand.max_age.is_none_or(is_recent)
        && has_words(&scope, &demand.scope)
}
