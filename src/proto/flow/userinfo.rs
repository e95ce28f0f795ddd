//! Asks UserInfo about the signed-in user.

use super::request::send;
use super::step::{Outcome, Step, settle};
use super::store_session;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Input, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::response;
use crate::proto::oidc::token::TokenResponse;
use crate::proto::oidc::userinfo::{self, SignedExpected};
use crate::proto::provider::endpoint;
use crate::proto::provider::metadata::Metadata;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::need::TokenNeed;
use crate::proto::state::pending::PendingSignIn;
use crate::proto::state::session::Session;
use crate::proto::text::json::Json;
use alloc::boxed::Box;

/// Begins. `session` is the stored text, or empty.
#[must_use]
pub fn begin(config: &ClientConfig, session: &str, now: UnixTime) -> Box<Step> {
    settle(try_begin(config, session, now))
}

fn try_begin(config: &ClientConfig, session: &str, now: UnixTime) -> Result<Box<Step>, Error> {
    let session = Session::read(session, config).ok_or(Code::SigninRequired)?;
    let endpoint = session.metadata().and_then(|metadata| metadata.endpoint(endpoint::USERINFO));
    let endpoint = endpoint.ok_or(Code::UserinfoMissing)?;
    let grant =
        TokenNeed::from_state("{}").find_token(&session).filter(|grant| grant.is_alive(now));
    let token = grant.ok_or(Code::SessionExpired)?.token();
    let request = userinfo::request(endpoint, config.token_type(), token);
    let mut text = FlowState::FETCHING_USERINFO.begin_text();
    text.text("sub", session.sub());
    Ok(Step::wait(&text).run(EffectId::FETCH_USERINFO, send(config, request, token)))
}

/// Asks UserInfo before the session of a sign-in is stored. `text` is that session.
pub(super) fn begin_at_sign_in(
    config: &ClientConfig,
    pending: &PendingSignIn,
    metadata: &Metadata<'_>,
    tokens: &TokenResponse,
    text: &str,
) -> Result<Box<Step>, Error> {
    let endpoint = metadata.endpoint(endpoint::USERINFO).ok_or(Code::UserinfoMissing)?;
    let token = tokens.access_token();
    let request = userinfo::request(endpoint, config.token_type(), token);
    let mut flow = FlowState::FETCHING_USERINFO_AT_SIGN_IN.begin_text();
    flow.text("pending", &pending.write()).text("session", text);
    Ok(Step::wait(&flow).run(EffectId::FETCH_USERINFO, send(config, request, token)))
}

/// Stores the session with the claims of a signed response, whose signature is valid.
pub(super) fn store_signed(
    config: &ClientConfig,
    (pending, session): (&PendingSignIn, &str),
    claims: &Json,
    now: UnixTime,
) -> Result<Box<Step>, Error> {
    let issued = Session::read(session, config).ok_or(Code::Internal)?;
    let (own, named) = (issued.issuer(), claims.text_of("iss").unwrap_or_default());
    let expected = SignedExpected {
        // The provider may use another of its names here.
        issuer: if config.is_same_issuer(named, &own) { named } else { &own },
        client_id: config.client_id(),
        tolerance: config.clock_tolerance(),
    };
    userinfo::check_signed(claims, &expected, issued.provider_time(now))?;
    store_with_claims(config, pending, session, claims)
}

/// Adds the claims of UserInfo to the session, and stores it.
pub(super) fn store_with_claims(
    config: &ClientConfig,
    pending: &PendingSignIn,
    session: &str,
    claims: &Json,
) -> Result<Box<Step>, Error> {
    let session = Session::read(session, config).ok_or(Code::Internal)?;
    userinfo::check_sub(claims, session.sub())?;
    let text = session.with_userinfo(config, claims).text.clone();
    Ok(store_session::store_sign_in(config, pending, text))
}

pub(super) fn resume(state: &Json, input: Input<'_>) -> Result<Option<Box<Step>>, Error> {
    match (FlowState::of(state), input) {
        (FlowState::FETCHING_USERINFO, Input::Response(EffectId::FETCH_USERINFO, response)) => {
            let claims = userinfo::read(&response, member(state, "sub"))?;
            Ok(Some(Step::done(Outcome::Claims(claims))))
        }
        (
            FlowState::FETCHING_USERINFO | FlowState::FETCHING_USERINFO_AT_SIGN_IN,
            Input::Failure(EffectId::FETCH_USERINFO, failure),
        ) => Err(response::failure(failure, At::UserinfoEndpoint)),
        _ => Ok(None),
    }
}
