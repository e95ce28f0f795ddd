//! Makes a failing schedule as short as possible, and prints it.

use super::event::Event;
use super::ledger::Wrong;

/// Removes every event that is not needed for the same failure.
pub fn shrink(
    events: Vec<Event>,
    wrong: Wrong,
    play: impl Fn(&[Event]) -> Option<Wrong>,
) -> Vec<Event> {
    let mut events = events;
    let mut size = events.len().div_ceil(2).max(1);
    loop {
        let mut at = 0;
        let mut is_shorter = false;
        while at < events.len() {
            let mut fewer = events.clone();
            fewer.drain(at..(at + size).min(events.len()));
            if play(&fewer) == Some(wrong) {
                events = fewer;
                is_shorter = true;
            } else {
                at += size;
            }
        }
        if size == 1 && !is_shorter {
            return events;
        }
        size = (size / 2).max(1);
    }
}

/// The schedule, one line per event.
pub fn story(events: &[Event]) -> String {
    events.iter().map(|event| format!("  {event:?}\n")).collect()
}
