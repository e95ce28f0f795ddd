//! The messages in their order: one state machine a file, each a pure function of what it was, one
//! input and the time.
//!
//! A flow is text while it is outside, so it survives a page load, another tab or a trap.

pub mod assert;
mod backoff;
mod clock;
pub mod cors;
mod ending;
pub mod enquiry;
pub mod entropy;
mod flow_text;
pub mod frontchannel;
pub mod grant;
pub mod guard;
pub mod hear;
pub mod hint;
pub mod judged;
pub mod keyring;
pub mod leave;
pub mod login;
pub mod need;
pub mod pending;
mod proof;
pub mod prove;
mod redeem;
pub mod renew;
mod request;
mod restore;
pub mod return_to;
pub mod ring;
pub mod session;
mod silent;
pub mod start;
pub mod step;
pub mod step_up;
pub mod tabs;
pub mod tools;
pub mod unseen;
pub mod userinfo;
pub mod verify;
pub mod watch;

use crate::proto::config::Config;
use crate::proto::effect::{Input, UnixTime};
use crate::proto::error::Code;
pub use crate::proto::settings::{CONFIDENTIAL, GOES_ON};
use crate::proto::text::json;
use alloc::{borrow::ToOwned, boxed::Box};
use flow_text::member;
pub use step::{Outcome, Step};

/// Begins at the address of a page that the person looks at, and that may go to the provider unseen.
#[must_use]
pub fn begin_visible(config: &Config, page_url: &str, now: UnixTime) -> Box<Step> {
    unseen::begin(config, page_url).unwrap_or_else(|| start::begin(config, page_url, now))
}

/// Gives a flow its next input. `entropy` is drawn for this step alone.
#[must_use]
pub fn resume(
    config: &Config,
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
        "login" => login::resume(config, &state, input, now),
        "leave" => leave::resume(config, &state, input),
        "userinfo" => userinfo::resume(&state, input),
        step_up::FLOW if GOES_ON => step_up::resume(config, &state, input, now),
        unseen::FLOW if GOES_ON => unseen::resume(config, &state, input, now, entropy),
        frontchannel::FLOW if GOES_ON => frontchannel::resume(config, &state, input),
        watch::FLOW if GOES_ON => watch::resume(config, &state, input),
        assert::FLOW if CONFIDENTIAL => assert::resume(&state, input),
        prove::FLOW if GOES_ON => prove::resume(&state, input),
        renew::FLOW if GOES_ON => renew::resume(config, &state, input, now, entropy),
        _ => Err(Code::Internal.into()),
    };
    match next {
        Ok(Some(step)) => step,
        // An answer that nobody asked for changes nothing.
        Ok(None) => Step::wait(flow.to_owned()),
        Err(error) => Step::fail(error),
    }
}
