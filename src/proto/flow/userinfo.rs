//! Asks UserInfo about the signed-in user.

use super::request::send;
use super::step::{Outcome, Step, settle};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Input, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::{response, userinfo};
use crate::proto::provider::endpoint;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::need::TokenNeed;
use crate::proto::state::session::Session;
use crate::proto::text::json::Json;
use alloc::boxed::Box;

/// Begins. `session` is the stored text, or empty.
#[must_use]
pub fn begin(config: &ClientConfig, session: &str, now: UnixTime) -> Box<Step> {
    settle(try_begin(config, session, now))
}

fn try_begin(config: &ClientConfig, session: &str, now: UnixTime) -> Result<Box<Step>, Error> {
    let session = Session::read(session.into(), config).ok_or(Code::SigninRequired)?;
    let endpoint = session.metadata().and_then(|metadata| metadata.endpoint(endpoint::USERINFO));
    let endpoint = endpoint.ok_or(Code::UserinfoMissing)?;
    let grant =
        TokenNeed::from_state("{}").find_token(&session).filter(|grant| grant.is_alive(now));
    let token = grant.ok_or(Code::SessionExpired)?.token();
    let request = userinfo::request(endpoint, config.token_type(), token);
    let text = FlowState::FETCHING_USERINFO.begin_text().text("sub", session.sub()).finish();
    Ok(Step::wait(text).run(EffectId::FETCH_USERINFO, send(config, request, token)))
}

pub(super) fn resume(state: &Json, input: Input<'_>) -> Result<Option<Box<Step>>, Error> {
    match (FlowState::of(state), input) {
        (FlowState::FETCHING_USERINFO, Input::Response(EffectId::FETCH_USERINFO, response)) => {
            let claims = userinfo::read(&response, member(state, "sub"))?;
            Ok(Some(Step::done(Outcome::Claims(claims))))
        }
        (FlowState::FETCHING_USERINFO, Input::Failure(EffectId::FETCH_USERINFO, failure)) => {
            Err(response::failure(failure, At::UserinfoEndpoint))
        }
        _ => Ok(None),
    }
}
