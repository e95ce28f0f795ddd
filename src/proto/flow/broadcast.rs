//! The messages between the tabs of one client: one word, and no secret.

use super::step::Step;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::Effect;
use crate::proto::effect_id::EffectId;
use crate::proto::error::{Code, Error};
use crate::proto::features::IN_PAGE;
use crate::proto::text::concat;
use alloc::boxed::Box;

/// A user signed in, tokens were renewed, or they can no longer be renewed.
pub(super) const SESSION_CHANGED: &str = "changed";
/// The user signed out.
pub(super) const SIGNED_OUT: &str = "out";
/// The reasons for the end of a session that other tabs are notified of. A tab of an older version
/// receives a change as well.
pub(super) static END_REASONS: &[(&str, Code)] = &[
    ("ended", Code::SessionEnded),
    ("uncertain", Code::RenewUncertain),
    ("left", Code::SessionChanged),
];

/// The message for a reason, if it has one.
pub(super) fn end_reason(why: Error) -> Option<&'static str> {
    END_REASONS.iter().find(|(_, code)| *code == why.code).map(|(word, _)| *word)
}

/// Notifies the other tabs of a change, after the effects of this step. A server has no tabs.
pub(super) fn changed(config: &ClientConfig, step: Box<Step>) -> Box<Step> {
    if IN_PAGE { step.run(EffectId::BROADCAST, send(config, SESSION_CHANGED)) } else { step }
}

/// Sends a message to the other tabs.
pub(super) fn send(config: &ClientConfig, word: &str) -> Effect {
    Effect::Broadcast { text: concat(&[config.tag(), " ", word]) }
}
