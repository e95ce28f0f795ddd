//! What the tabs of one client tell each other: one word, and no secret.

use super::{GOES_ON, Outcome, Step, start};
use crate::proto::config::Config;
use crate::proto::effect::{Effect, Place};
use crate::proto::error::{Code, Error};
use crate::proto::text::{concat, split};
use alloc::boxed::Box;

const DROP: u32 = 1;

/// Somebody signed in, or their tokens were renewed, or can be no more.
pub(super) const CHANGED: &str = "changed";
/// Somebody signed out.
pub(super) const OUT: &str = "out";
/// The reasons for which a session ends that other tabs are told. Who knows no reasons hears of a
/// change besides.
static REASONS: &[(&str, Code)] = &[
    ("ended", Code::SessionEnded),
    ("uncertain", Code::RenewUncertain),
    ("left", Code::SessionChanged),
];

/// The word for a reason, where it has one.
pub(super) fn reason(why: Error) -> Option<&'static str> {
    REASONS.iter().find(|(_, code)| *code == why.code).map(|(word, _)| *word)
}

/// Says a word to the other tabs.
pub(super) fn tell(config: &Config, word: &str) -> Effect {
    Effect::Tell { text: concat(&[config.tag(), " ", word]) }
}

/// Begins with what was heard. Whoever signs out in another tab is signed out here, whatever is kept
/// where only this tab sees it. What all tabs see was forgotten before the word was said: who is
/// there now has signed in since, for a tab that slept may hear a word late. Another word is worth a
/// look at what is kept. What is none of this client's words changes nothing.
#[must_use]
pub fn hear(config: &Config, text: &str) -> Box<Step> {
    match split(text, b' ') {
        (tag, Some(OUT)) if tag == config.tag() => {
            let (place, key) = (Place::Session, config.session_key());
            start::restore(config).first(DROP, Effect::DropOwn { place, key })
        }
        (tag, Some(CHANGED)) if tag == config.tag() => start::restore(config),
        (tag, Some(word)) if GOES_ON && tag == config.tag() => hear_reason(config, word),
        _ => Step::done(Outcome::Ignored),
    }
}

/// Why a session ended in another tab. Where one is kept, it goes on.
fn hear_reason(config: &Config, word: &str) -> Box<Step> {
    match REASONS.iter().find(|(known, _)| *known == word) {
        Some((_, code)) => start::restore_unless(config, Error::from(*code)),
        None => Step::done(Outcome::Ignored),
    }
}
