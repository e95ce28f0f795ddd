//! A message from another tab of this client.

use super::broadcast::{END_REASONS, SESSION_CHANGED, SIGNED_OUT};
use super::restore;
use super::step::{Outcome, Step};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, StorageArea};
use crate::proto::effect_id::EffectId;
use crate::proto::error::Error;
use crate::proto::features::WITH_RENEWAL;
use crate::proto::text::split;
use alloc::boxed::Box;

/// Begins with the message. After a sign-out in another tab the user is signed out here, even if
/// only this tab sees its store. A shared store was cleared before the message was sent, so a
/// session in it began since: a tab that slept may receive a message late. Any other message of
/// this client makes this tab read the store. A foreign message changes nothing.
#[must_use]
pub fn begin(config: &ClientConfig, text: &str) -> Box<Step> {
    match split(text, b' ') {
        (tag, Some(SIGNED_OUT)) if tag == config.tag() => {
            let (area, key) = (StorageArea::Session, config.session_key());
            restore::restore(config)
                .run_first(EffectId::REMOVE_SESSION, Effect::RemoveFromTab { area, key })
        }
        (tag, Some(SESSION_CHANGED)) if tag == config.tag() => restore::restore(config),
        (tag, Some(word)) if WITH_RENEWAL && tag == config.tag() => read_end_reason(config, word),
        _ => Step::done(Outcome::Ignored),
    }
}

/// The reason for the end of a session in another tab. A stored session continues.
fn read_end_reason(config: &ClientConfig, word: &str) -> Box<Step> {
    match END_REASONS.iter().find(|(known, _)| *known == word) {
        Some((_, code)) => restore::restore_unless(config, Error::from(*code)),
        None => Step::done(Outcome::Ignored),
    }
}
