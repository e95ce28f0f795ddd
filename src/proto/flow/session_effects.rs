//! The effects on the stored session, and the lock that a renewal holds.

use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, StorageArea};
use alloc::borrow::ToOwned;

/// Reads the session.
pub(super) fn load(config: &ClientConfig) -> Effect {
    Effect::Load { area: StorageArea::Session, key: config.session_key() }
}

/// Replaces the session that was read by another one; an empty `text` removes it.
pub(super) fn swap(config: &ClientConfig, previous: &str, text: &str) -> Effect {
    let (area, key) = (StorageArea::Session, config.session_key());
    Effect::CompareAndSwap { area, key, expected: previous.to_owned(), text: text.to_owned() }
}

/// Removes the session.
pub(super) fn remove(config: &ClientConfig) -> Effect {
    Effect::Remove { area: StorageArea::Session, key: config.session_key() }
}

/// Waits for the lock of a renewal.
pub(super) fn lock(config: &ClientConfig, timeout_ms: u32) -> Effect {
    Effect::Lock { name: config.refresh_lock(), timeout_ms }
}
