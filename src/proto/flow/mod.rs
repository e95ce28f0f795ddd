//! The state machines of a relying party, one per file. Each step is a pure function of the state,
//! one input and the time.
//!
//! A flow is text between two steps, so it survives a page load, another tab or a trap.

pub mod api_need;
mod backoff;
pub mod broadcast;
pub mod check_session;
pub mod client_assertion;
pub mod dpop_proof;
pub mod entropy;
pub mod frontchannel_logout;
mod keep;
mod redeem;
pub mod refresh;
mod request;
mod restore;
pub mod return_to;
pub mod session_hint;
pub mod sign_in;
pub mod sign_out;
mod silent_frame;
pub mod silent_redirect;
pub mod start;
pub mod step;
pub mod step_up;
pub mod tab_message;
pub mod userinfo;
mod verification;

use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Input, UnixTime};
use crate::proto::error::Code;
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_RENEWAL};
use crate::proto::state::flow_text::member;
use crate::proto::text::json;
use alloc::{borrow::ToOwned, boxed::Box};
use step::Step;

/// Begins at the address of a page that the user sees, and that may begin a silent redirect.
#[must_use]
pub fn begin_visible(config: &ClientConfig, page_url: &str, now: UnixTime) -> Box<Step> {
    silent_redirect::begin(config, page_url).unwrap_or_else(|| start::begin(config, page_url, now))
}

/// Gives a flow its next input. `entropy` is drawn for this step alone.
#[must_use]
pub fn resume(
    config: &ClientConfig,
    flow: &str,
    input: Input<'_>,
    now: UnixTime,
    entropy: &entropy::Entropy,
) -> Box<Step> {
    let Ok(state) = json::read_object(flow.as_bytes()) else {
        return Step::fail(Code::Internal);
    };
    let next = match member(&state, "flow") {
        "start" => start::resume(config, &state, input, now),
        "redeem" => redeem::resume(config, &state, input, now),
        "login" => sign_in::resume(config, &state, input, now),
        "leave" => sign_out::resume(config, &state, input),
        "userinfo" => userinfo::resume(&state, input),
        step_up::FLOW if WITH_RENEWAL => step_up::resume(config, &state, input, now),
        silent_redirect::FLOW if WITH_RENEWAL => {
            silent_redirect::resume(config, &state, input, now, entropy)
        }
        frontchannel_logout::FLOW if WITH_RENEWAL => {
            frontchannel_logout::resume(config, &state, input)
        }
        check_session::FLOW if WITH_RENEWAL => check_session::resume(config, &state, input),
        client_assertion::FLOW if CONFIDENTIAL_CLIENT => client_assertion::resume(&state, input),
        dpop_proof::FLOW if WITH_RENEWAL => dpop_proof::resume(&state, input),
        refresh::FLOW if WITH_RENEWAL => refresh::resume(config, &state, input, now, entropy),
        _ => Err(Code::Internal.into()),
    };
    match next {
        Ok(Some(step)) => step,
        // An answer without a matching effect changes nothing.
        Ok(None) => Step::wait(flow.to_owned()),
        Err(error) => Step::fail(error),
    }
}
