//! The loop guard: an app that signs in after every sign-in is stopped.

use super::pending::ASKED;
use crate::proto::effect::UnixTime;
use crate::proto::text::json::{self, Json};
use alloc::string::String;

/// The time in which too many sign-ins are a loop, in seconds.
const LOOP_WINDOW_SECONDS: u64 = 30;
/// The maximum number of sign-ins in that time.
const MAX_SIGN_INS_IN_WINDOW: u32 = 3;

/// When sign-ins ended here, if `next`, the text of a new one, would be one more round of a loop: three
/// within half a minute, since the last sign-out, that failed or asked for the same, and that the user
/// did not refuse.
#[must_use]
pub fn detect(entries: &[(String, String)], next: &str, now: UnixTime) -> Option<String> {
    let mut times = String::new();
    let mut rounds = 0_u32;
    let next = json::read(next.as_bytes()).unwrap_or_default();
    let signed_out = last_sign_out(entries);
    for (_, text) in entries {
        let entry = json::read_object(text.as_bytes()).unwrap_or_default();
        let Some(ended) = time_of(&entry, "used") else { continue };
        if now < UnixTime(ended).plus(LOOP_WINDOW_SECONDS)
            && signed_out < Some(ended)
            && is_round(&entry, &next)
        {
            rounds = rounds.saturating_add(1);
            times.push_str(&json::decimal(ended));
            times.push(' ');
        }
    }
    (rounds >= MAX_SIGN_INS_IN_WINDOW).then_some(times)
}

/// Whether the sign-in of this tombstone is a round of a loop that `next` would continue.
fn is_round(entry: &Json, next: &Json) -> bool {
    if entry.member("cancelled").is_some() {
        return false;
    }
    // A failed one does not say what it asked for.
    let has_failed = entry.member("scope").is_none();
    has_failed || ASKED.iter().all(|name| json::are_same(entry.member(name), next.member(name)))
}

/// The time of the last sign-out.
fn last_sign_out(entries: &[(String, String)]) -> Option<u64> {
    let mut last = None;
    for (_, text) in entries {
        let entry = json::read_object(text.as_bytes()).unwrap_or_default();
        last = last.max(time_of(&entry, "out"));
    }
    last
}

/// The time of an entry that has this mark.
fn time_of(entry: &Json, mark: &str) -> Option<u64> {
    entry.member(mark).and(entry.member("created"))?.seconds()
}
