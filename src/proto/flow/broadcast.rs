//! What the tabs of one client tell each other: one word, and no secret.

use crate::proto::client::config::ClientConfig;
use crate::proto::effect::Effect;
use crate::proto::error::{Code, Error};
use crate::proto::text::concat;

/// Somebody signed in, or their tokens were renewed, or can be no more.
pub(super) const SESSION_CHANGED: &str = "changed";
/// Somebody signed out.
pub(super) const SIGNED_OUT: &str = "out";
/// The reasons for which a session ends that other tabs are told. Who knows no reasons hears of a
/// change besides.
pub(super) static END_REASONS: &[(&str, Code)] = &[
    ("ended", Code::SessionEnded),
    ("uncertain", Code::RenewUncertain),
    ("left", Code::SessionChanged),
];

/// The word for a reason, where it has one.
pub(super) fn end_reason(why: Error) -> Option<&'static str> {
    END_REASONS.iter().find(|(_, code)| *code == why.code).map(|(word, _)| *word)
}

/// Says a word to the other tabs.
pub(super) fn send(config: &ClientConfig, word: &str) -> Effect {
    Effect::Broadcast { text: concat(&[config.tag(), " ", word]) }
}
