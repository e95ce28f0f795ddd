//! A sign-out that began at the provider, whose page shows one of this app in a frame (OpenID
//! Connect Front-Channel Logout 1.0).
//!
//! `LOADING_SESSION_TO_END`, then [`sign_out`], which removes the session. Any page can make such a
//! request, so nothing is revoked at the provider.

use super::sign_out;
use super::step::{Outcome, Step};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::Input;
use crate::proto::effect_id::EffectId;
use crate::proto::error::Error;
use crate::proto::oidc::callback::Page;
use crate::proto::oidc::frontchannel_logout;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::session::Session;
use crate::proto::text::json::Json;
use alloc::boxed::Box;

/// Begins at the address of the page in the frame.
#[must_use]
pub fn begin(config: &ClientConfig, page_url: &str) -> Box<Step> {
    let query = Page::read(page_url).query;
    if frontchannel_logout::read(query).is_none() {
        return Step::done(Outcome::Ignored);
    }
    Step::wait(FlowState::LOADING_SESSION_TO_END.begin_text().text("query", query))
        .load_session(config)
}

pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
) -> Result<Option<Box<Step>>, Error> {
    let (FlowState::LOADING_SESSION_TO_END, Input::Text(EffectId::LOAD_SESSION, text)) =
        (FlowState::of(state), input)
    else {
        return Ok(None);
    };
    let kept = text.and_then(|text| Session::read(text, config));
    let logout = frontchannel_logout::read(member(state, "query"));
    Ok(Some(match (kept, logout) {
        (Some(kept), Some(logout)) if logout.is_of(config, &kept.issuer(), &kept.sid()) => {
            sign_out::forget(config, &kept)
        }
        _ => Step::done(Outcome::Ignored),
    }))
}
