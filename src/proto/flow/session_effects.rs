//! The effects on the stored session, and the lock that a renewal holds.

use super::step::Step;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, StorageArea};
use crate::proto::effect_id::EffectId;
use alloc::{borrow::ToOwned, boxed::Box};

impl Step {
    /// Reads the session.
    pub(super) fn load_session(self: Box<Self>, config: &ClientConfig) -> Box<Self> {
        let effect = Effect::Load { area: StorageArea::Session, key: config.session_key() };
        self.run(EffectId::LOAD_SESSION, effect)
    }

    /// Replaces the session by another one, as [`swap`].
    pub(super) fn swap_session(
        self: Box<Self>,
        id: EffectId,
        config: &ClientConfig,
        previous: &str,
        text: &str,
    ) -> Box<Self> {
        self.run(id, swap(config, previous, text))
    }

    /// Waits for the lock of a renewal.
    pub(super) fn lock_session(
        self: Box<Self>,
        config: &ClientConfig,
        timeout_ms: u32,
    ) -> Box<Self> {
        let effect = Effect::Lock { name: config.refresh_lock(), timeout_ms };
        self.run(EffectId::LOCK_SESSION, effect)
    }
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
