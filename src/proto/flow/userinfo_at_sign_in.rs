//! UserInfo at a sign-in on a server: a plain response, or a signed one that is verified like an ID token.

use super::step::Step;
use super::verification::{USERINFO, Verification};
use super::{redeem, userinfo};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Input, Response, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{Code, Error};
use crate::proto::oidc::response::PlainOrSigned;
use crate::proto::oidc::userinfo::plain_or_signed;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::pending::{Found, PendingSignIn};
use crate::proto::text::concat;
use crate::proto::text::json::{Json, Writer};
use alloc::boxed::Box;

pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    match (FlowState::of(state), input) {
        (
            FlowState::FETCHING_USERINFO_AT_SIGN_IN,
            Input::Response(EffectId::FETCH_USERINFO, response),
        ) => take(config, state, &response, now),
        _ => userinfo::resume(state, input),
    }
}

/// Stores the claims of the response, or has its signature verified first.
fn take(
    config: &ClientConfig,
    state: &Json,
    response: &Response<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    let (text, session) = (member(state, "pending"), member(state, "session"));
    match plain_or_signed(response, false)? {
        PlainOrSigned::Signed(jwt) => {
            // The response has the place of an ID token.
            let mut tokens = Writer::new();
            let tokens = tokens.text("token_type", config.token_type()).text("id_token", &jwt);
            let (tokens, keys) = (tokens.finish(), config.pinned_keys());
            let need = concat(&[USERINFO, session]);
            let verification = Verification {
                keys: &keys,
                tokens: &tokens,
                received: now.0,
                ..Verification::new(text, &need)
            };
            redeem::verify(config, &verification, now)
        }
        PlainOrSigned::Plain(claims) => {
            let Found::Waiting(pending) = PendingSignIn::read(text, config) else {
                return Err(Code::Internal.into());
            };
            userinfo::store_with_claims(config, &pending, session, &claims).map(Some)
        }
    }
}
