//! A silent sign-in: `prompt=none` in a hidden frame (OpenID Connect Core 1.0, section 3.1.2.1),
//! for sessions without a refresh token, or with one whose answer was lost.

use super::redeem;
use super::step::Step;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, Input, Screen, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::authorize::{self, RequestSecrets, SignInOptions};
use crate::proto::oidc::{callback, pkce, pushed};
use crate::proto::provider::endpoint;
use crate::proto::state::flow_state::member;
use crate::proto::state::need::TokenNeed;
use crate::proto::state::pending::{self, Found, PendingSignIn};
use crate::proto::state::session::Session;
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::text::{form, url};
use alloc::{boxed::Box, string::String};

use super::entropy::Entropy;

/// The timeout for a provider that answers without a user interface, in milliseconds.
const FRAME_TIMEOUT_MS: u32 = 8_000;
/// The longest ID token that goes along as a hint: a query of 2,048 bytes is refused by IIS, and so by
/// AD FS.
const MAX_HINT_BYTES: usize = 1_200;

/// Asks the provider in a hidden frame, for a need, or for a page that starts. The data stays in
/// the flow, which has begun and ends with the page.
pub(super) fn ask(
    config: &ClientConfig,
    session: &Session,
    mut flow: Box<Writer>,
    need: Option<&TokenNeed>,
    entropy: &Entropy,
    now: UnixTime,
) -> Result<Box<Step>, Error> {
    let metadata = session.metadata().ok_or(Code::Internal)?;
    let redirect_uri = config.silent_redirect_uri().ok_or(Code::Internal)?;
    let options = SignInOptions::without_user(session.options());
    let ask = SignInOptions::read(&options, config)?;
    let state = callback::derive_relayed_state(config, &pkce::derive_secret(&entropy.state));
    let nonce = pkce::derive_secret(&entropy.nonce);
    let verifier = pkce::derive_secret(&entropy.verifier);
    let once = RequestSecrets { state: &state, nonce: &nonce, verifier: &verifier, redirect_uri };
    let mut pending = pending::write(config, &ask, &once, "", &metadata, now);
    pending.text("before", &session.text);
    match need {
        Some(need) => pending.text("need", &need.write()),
        None => pending.bool(pending::SILENT, true),
    };
    pending.text("ask", &options);
    flow.text("pending", &pending.finish());
    let mut form = authorize::write(config, &ask, &once);
    let hint = session.id_token();
    // The user who is expected (Core, section 3.1.2.1). The check of a changed session must have it
    // (Session Management 1.0, section 3.1).
    let is_check = need.is_some_and(|need| !need.changed_session_state().is_empty());
    if is_check || matches!(hint.len(), 1..=MAX_HINT_BYTES) {
        form::add(&mut form, "id_token_hint", &hint);
    }
    let step = Step::wait(&flow);
    Ok(match pushed::endpoint(config, &metadata)? {
        Some(endpoint) => {
            step.run(EffectId::PUSH_REQUEST, Effect::Send(pushed::request(endpoint, &form)))
        }
        None => {
            let to = metadata.required(endpoint::AUTHORIZATION);
            step.run(EffectId::SHOW_FRAME, show(url::with_form(to, &form), state))
        }
    })
}

/// Continues with the answer to a pushed request.
///
/// # Errors
/// Those of [`pushed::read_answer`].
pub(super) fn pushed(
    config: &ClientConfig,
    state: &Json,
    answer: Input<'_>,
) -> Result<Box<Step>, Error> {
    let name = pushed::read_answer(answer)?;
    let pending = waiting(config, state)?;
    let to = pending.metadata().ok_or(Code::Internal)?.required(endpoint::AUTHORIZATION);
    let url = pushed::address(to, config, &name);
    Ok(Step::wait_as(json::write(state))
        .run(EffectId::SHOW_FRAME, show(url, pending.state().into())))
}

const fn show(url: String, state: String) -> Effect {
    Effect::Show { on: Screen::Frame, url, state, timeout_ms: FRAME_TIMEOUT_MS }
}

pub(super) fn waiting(config: &ClientConfig, state: &Json) -> Result<PendingSignIn, Error> {
    match PendingSignIn::read(member(state, "pending"), config) {
        Found::Waiting(pending) => Ok(pending),
        _ => Err(Code::Internal.into()),
    }
}

/// Reads the response and continues with its code.
///
/// # Errors
/// Those of [`callback::read`], and `OIDC_NETWORK_TIMEOUT` where nothing came.
pub(super) fn read_response(
    config: &ClientConfig,
    state: &Json,
    answer: Option<&str>,
) -> Result<Box<Step>, Error> {
    let answer = answer.ok_or(Error::at(Code::NetworkTimeout, At::AuthorizationEndpoint))?;
    let pending = waiting(config, state)?;
    let query = callback::query_of(answer);
    let metadata = pending.metadata().ok_or(Code::Internal)?;
    let code = callback::read(&query, pending.state(), metadata.issuer(), metadata.sends_issuer())?;
    redeem::begin(config, &pending.with_response(&query), &pending, &code)
}
