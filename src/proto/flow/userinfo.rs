//! Asks UserInfo about the signed-in user.

use super::request::send;
use super::step::{Outcome, Step, settle};
use super::store_session;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Input, Response, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::CONFIDENTIAL_CLIENT;
use crate::proto::oidc::token::TokenResponse;
use crate::proto::oidc::{response, userinfo};
use crate::proto::provider::endpoint;
use crate::proto::provider::metadata::Metadata;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::need::TokenNeed;
use crate::proto::state::pending::{Found, PendingSignIn};
use crate::proto::state::session::Session;
use crate::proto::text::json::{self, Json};
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

/// Adds the claims of UserInfo to the session, and stores it.
fn store_with_claims(
    config: &ClientConfig,
    state: &Json,
    response: &Response<'_>,
) -> Result<Box<Step>, Error> {
    let session = Session::read(member(state, "session"), config);
    let session = session.ok_or(Code::Internal)?;
    let Found::Waiting(pending) = PendingSignIn::read(member(state, "pending"), config) else {
        return Err(Code::Internal.into());
    };
    let text = userinfo::read(response, session.sub())?;
    let claims = json::read_object(text.as_bytes()).map_err(|_| Code::Internal)?;
    let text = session.with_userinfo(config, &claims).text.clone();
    Ok(store_session::store_sign_in(config, &pending, session.sub(), text))
}

pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
) -> Result<Option<Box<Step>>, Error> {
    match (FlowState::of(state), input) {
        (FlowState::FETCHING_USERINFO, Input::Response(EffectId::FETCH_USERINFO, response)) => {
            let claims = userinfo::read(&response, member(state, "sub"))?;
            Ok(Some(Step::done(Outcome::Claims(claims))))
        }
        (
            FlowState::FETCHING_USERINFO_AT_SIGN_IN,
            Input::Response(EffectId::FETCH_USERINFO, response),
        ) if CONFIDENTIAL_CLIENT => store_with_claims(config, state, &response).map(Some),
        (
            FlowState::FETCHING_USERINFO | FlowState::FETCHING_USERINFO_AT_SIGN_IN,
            Input::Failure(EffectId::FETCH_USERINFO, failure),
        ) => Err(response::failure(failure, At::UserinfoEndpoint)),
        _ => Ok(None),
    }
}
