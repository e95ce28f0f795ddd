//! What another tab of this client said.

use super::restore;
use super::step::{Outcome, Step};
use super::tabs::{CHANGED, OUT, REASONS};
use crate::proto::client::config::Config;
use crate::proto::effect::{Effect, Place};
use crate::proto::error::Error;
use crate::proto::features::GOES_ON;
use crate::proto::text::split;
use alloc::boxed::Box;

const DROP: u32 = 9;

/// Begins with what was heard. Whoever signs out in another tab is signed out here, whatever is kept
/// where only this tab sees it. What all tabs see was forgotten before the word was said: who is
/// there now has signed in since, for a tab that slept may hear a word late. Another word is worth a
/// look at what is kept. What is none of this client's words changes nothing.
#[must_use]
pub fn hear(config: &Config, text: &str) -> Box<Step> {
    match split(text, b' ') {
        (tag, Some(OUT)) if tag == config.tag() => {
            let (place, key) = (Place::Session, config.session_key());
            restore::restore(config).first(DROP, Effect::DropOwn { place, key })
        }
        (tag, Some(CHANGED)) if tag == config.tag() => restore::restore(config),
        (tag, Some(word)) if GOES_ON && tag == config.tag() => hear_reason(config, word),
        _ => Step::done(Outcome::Ignored),
    }
}

/// Why a session ended in another tab. Where one is kept, it goes on.
fn hear_reason(config: &Config, word: &str) -> Box<Step> {
    match REASONS.iter().find(|(known, _)| *known == word) {
        Some((_, code)) => restore::restore_unless(config, Error::from(*code)),
        None => Step::done(Outcome::Ignored),
    }
}
