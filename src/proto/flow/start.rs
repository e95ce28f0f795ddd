//! The start of a page: if its address is a response to a sign-in of this client, finishes it;
//! otherwise restores the session.
//!
//! `TAKING_PENDING_SIGN_IN`, then [`redeem`]; or `RELAYING_RESPONSE`; or `RESTORING`.

use super::entropy::Entropy;
use super::restore::{self, restore, restored};
use super::step::{Outcome, Step};
use super::{redeem, session_effects, sign_in, silent_redirect};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, Input, StorageArea, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::{IN_PAGE, WITH_FRAMES, WITH_RENEWAL};
use crate::proto::oidc::callback::{self, Found, Page};
use crate::proto::oidc::provider_error::Subject;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::pending::{self, PendingSignIn};
use crate::proto::state::session::Session;
use crate::proto::text::json::{self, Json, Writer};
use alloc::{borrow::ToOwned, boxed::Box, string::String};

/// Begins at a page's address.
#[must_use]
pub fn begin(config: &ClientConfig, page_url: &str, now: UnixTime) -> Box<Step> {
    let page = Page::read(page_url);
    match callback::find(config, page_url) {
        Found::Nothing => restore(config),
        Found::Foreign(Code::StateMissing)
            if WITH_RENEWAL
                && callback::provider_error(page.query)
                    .is_some_and(|said| !said.error.is_empty()) =>
        {
            let mut flow = FlowState::TAKING_PENDING_SIGN_IN.begin_text();
            Step::wait(flow.text("query", page.query).text("page", page.base))
                .run(EffectId::LIST_PENDING_SIGN_INS, sign_in::list_pending(config))
        }
        Found::Foreign(code) => restore(config)
            .with_notice(code)
            .with_provider_error(callback::provider_error(page.query)),
        Found::SignedOut => replace_url(restore(config), &|| page.without_state()),
        Found::Relayed { state } if WITH_FRAMES => {
            let query = if page.query.is_empty() { page.fragment } else { page.query }.to_owned();
            let step = Step::wait(&FlowState::RELAYING_RESPONSE.begin_text())
                .run(EffectId::RELAY_RESPONSE, Effect::Relay { state, query });
            replace_url(step, &|| page.clean(config.redirect_uri()))
        }
        Found::Relayed { .. } => restore(config).with_notice(Code::StateUnknown),
        // The code leaves the address before another script can read it there (RFC 9700, 4.3).
        Found::Ours { state, in_fragment } => {
            let take = Effect::Take {
                area: StorageArea::Pending,
                key: pending::key(&state),
                tombstone: if is_refusal(page.query) {
                    pending::cancelled_tombstone(now)
                } else {
                    pending::tombstone(now)
                },
            };
            let mut text = FlowState::TAKING_PENDING_SIGN_IN.begin_text();
            text.text("query", if in_fragment { page.fragment } else { page.query })
                .bool("in_fragment", in_fragment)
                .bool("elsewhere", !page.is_at(config.redirect_uri()));
            let step = Step::wait(&text).run(EffectId::TAKE_PENDING_SIGN_IN, take);
            replace_url(step, &|| page.clean(config.redirect_uri()))
        }
    }
}

/// Replaces the address of the page first. A server shows no address: its response is a redirect.
fn replace_url(step: Box<Step>, url: &dyn Fn() -> String) -> Box<Step> {
    if IN_PAGE {
        step.run_first(EffectId::REPLACE_URL, Effect::ReplaceUrl { url: url() })
    } else {
        step
    }
}

/// Begins in a duplicated tab: the copy has no refresh token, because only one of the two may send
/// it.
#[must_use]
pub fn begin_duplicated_tab(config: &ClientConfig) -> Box<Step> {
    Step::wait(&FlowState::LOADING_DUPLICATED_SESSION.begin_text()).load_session(config)
}

pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
    entropy: &Entropy,
) -> Result<Option<Box<Step>>, Error> {
    match (FlowState::of(state), input) {
        (FlowState::TAKING_PENDING_SIGN_IN, Input::Text(EffectId::TAKE_PENDING_SIGN_IN, text)) => {
            taken(config, state, text, now, entropy).map(Some)
        }
        (
            FlowState::TAKING_PENDING_SIGN_IN,
            Input::List(EffectId::LIST_PENDING_SIGN_INS, entries),
        ) if WITH_RENEWAL => Ok(Some(refused_without_state(config, state, entries, now))),
        (FlowState::LOADING_DUPLICATED_SESSION, Input::Text(EffectId::LOAD_SESSION, text))
            if WITH_FRAMES =>
        {
            Ok(Some(duplicated(config, text)))
        }
        (FlowState::RELAYING_RESPONSE, Input::Done(EffectId::RELAY_RESPONSE, true))
            if WITH_FRAMES =>
        {
            Ok(Some(Step::done(Outcome::Relayed)))
        }
        // The page that sent the request is gone, and the secret with it.
        (FlowState::RELAYING_RESPONSE, Input::Done(EffectId::RELAY_RESPONSE, false))
            if WITH_FRAMES =>
        {
            Err(Code::StateUnknown.into())
        }
        _ => restore::resume(config, state, input),
    }
}

fn duplicated(config: &ClientConfig, text: Option<&str>) -> Box<Step> {
    let Some(session) = text.and_then(|text| Session::read(text, config)) else {
        return restored(config, text, None);
    };
    let original = session;
    let session = original.without_refresh_token();
    let swap = session_effects::swap(config, &original.text, &session.text);
    // A user who signs in here meanwhile has another refresh token.
    Step::done(Outcome::SignedIn {
        session,
        is_new: false,
        is_stored: true,
        return_to: None,
        parameters: None,
    })
    .run(EffectId::STORE_DUPLICATED_SESSION, swap)
}

fn taken(
    config: &ClientConfig,
    state: &Json,
    text: Option<&str>,
    now: UnixTime,
    entropy: &Entropy,
) -> Result<Box<Step>, Error> {
    let text = text.ok_or(Code::StateUnknown)?;
    let pending = match PendingSignIn::read(text, config) {
        pending::Found::Waiting(pending) => pending,
        // After a reload or the back button the session of the first use counts.
        pending::Found::Used => return Ok(restore(config).with_notice(Code::StateUsed)),
        pending::Found::Unreadable => return Err(Code::StateUnknown.into()),
    };
    let answered;
    let mut text = text;
    if WITH_RENEWAL {
        answered = pending.with_response(member(state, "query"));
        text = &answered;
    }
    let answer = check_response(state, &pending, now);
    if pending.is_silent() {
        let query = member(state, "query");
        return Ok(silent_redirect::handle_response(config, (text, query), &pending, answer, now));
    }
    // The code of a late response is never redeemed. On a server, another sign-in returns to the same
    // address; a page reports the error, and its next sign-in returns there.
    if config.is_confidential()
        && answer.as_ref().is_err_and(|error| error.code == Code::SigninExpired)
        && callback::parameter(member(state, "query"), "code").is_some()
        && !pending.is_repeated()
    {
        // The user has registered.
        let ask = json::read_object(pending.ask().as_bytes()).unwrap_or_default();
        let is_done = ask.text_of("prompt").is_some_and(|prompt| prompt.as_str() == "create");
        let ask = Writer::new().members_except(&ask, if is_done { "prompt" } else { "" }).finish();
        return Ok(sign_in::begin_again(config, &pending, &ask, entropy));
    }
    if WITH_RENEWAL
        && answer.as_ref().is_err_and(|error| error.at == At::Error)
        && callback::asks_to_start_again(member(state, "query"))
        && !pending.is_repeated()
    {
        return Ok(sign_in::begin_again(config, &pending, pending.ask(), entropy));
    }
    let step = redeem::begin(config, text, &pending, &answer?)?;
    if !WITH_RENEWAL {
        return Ok(step);
    }
    let (area, key) = (StorageArea::Pending, pending::key(pending.state()));
    let used = Effect::Save { area, key, text: pending.tombstone(now) };
    Ok(step.run_first(EffectId::STORE_SILENT_REFUSAL, used))
}

/// An error response without `state`. Any page can link to such an address, so it takes no pending
/// sign-in and changes no session. Without a sign-in that waits, it is an error of the app.
fn refused_without_state(
    config: &ClientConfig,
    state: &Json,
    entries: &[(String, String)],
    now: UnixTime,
) -> Box<Step> {
    let query = member(state, "query");
    let mut newest: Option<PendingSignIn> = None;
    for (_, text) in entries {
        if let pending::Found::Waiting(one) = PendingSignIn::read(text, config)
            && !one.is_expired(now)
            && newest.as_ref().is_none_or(|known| known.number("created") <= one.number("created"))
        {
            newest = Some(one);
        }
    }
    let Some(pending) = newest else {
        let step = restore(config);
        return if IN_PAGE { step } else { step.with_notice(Code::StateMissing) };
    };
    let subject = Subject::of(&callback::parameter(query, "error").unwrap_or_default());
    let error = Error::at(subject.in_address(), At::Error);
    let step = if pending.is_silent() {
        restore::restore_at(config, Some(pending.return_to())).with_notice(error)
    } else {
        let mut step = Step::fail(error);
        step.return_to = Some(pending.return_to().to_owned());
        step
    };
    replace_url(step, &|| Page::read(member(state, "page")).clean(config.redirect_uri()))
}

/// Whether the user refused. A cancelled sign-in is no round of a loop.
fn is_refusal(query: &str) -> bool {
    let said = callback::provider_error(query);
    said.is_some_and(|said| Subject::of(&said.error) == Subject::Refusal)
}

/// The code of a response to this sign-in.
fn check_response(state: &Json, pending: &PendingSignIn, now: UnixTime) -> Result<String, Error> {
    if pending.is_expired(now) {
        return Err(Code::SigninExpired.into());
    }
    if state.is_true("in_fragment") {
        return Err(Code::CallbackMode.into());
    }
    if state.is_true("elsewhere") {
        return Err(Code::CallbackElsewhere.into());
    }
    let metadata = pending.metadata().ok_or(Code::Internal)?;
    callback::read(
        member(state, "query"),
        pending.state(),
        metadata.issuer(),
        metadata.sends_issuer(),
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn res_11_the_response_leaves_the_address_before_anything_else_happens() {
        let settings = r#"{"issuer":"https://op.example","clientId":"c",
            "redirectUri":"https://app.example/cb"}"#;
        let config = ClientConfig::read(settings).unwrap();
        let state = callback::derive_state(&config, "r");
        let url = ["https://app.example/cb?code=x&iss=y&state=", &state].concat();
        let step = begin(&config, &url, UnixTime(1));
        let mut effects = step.effects.iter().map(|request| &request.effect);
        let is_clean = |effect: &Effect| match effect {
            Effect::ReplaceUrl { url } => url == "https://app.example/cb",
            _ => false,
        };
        assert!(effects.next().is_some_and(is_clean));
        assert!(matches!(effects.next(), Some(Effect::Take { .. })));
        assert!(effects.next().is_none());
    }
}
