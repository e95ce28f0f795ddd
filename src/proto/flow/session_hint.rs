//! The session hint: it says that a user was signed in here. It is no secret, and a reason to ask
//! the provider if no session is stored.

use super::step::{Outcome, Step};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, StorageArea};
use crate::proto::effect_id::EffectId;
use alloc::{borrow::ToOwned, boxed::Box};

/// Stores the hint. If no session is stored at the next start, the provider is asked.
#[must_use]
pub fn save(config: &ClientConfig) -> Effect {
    let (area, key) = (StorageArea::Pending, config.session_hint_key());
    Effect::Save { area, key, text: "{}".to_owned() }
}

/// Stores the hint for a session that may disappear without an end, as in the memory of a worker.
#[must_use]
pub fn begin(config: &ClientConfig) -> Box<Step> {
    let step = Step::done(Outcome::Ignored);
    if config.allows_silent_redirect(false) {
        step.run(EffectId::STORE_SESSION_HINT, save(config))
    } else {
        step
    }
}

/// Removes the hint.
#[must_use]
pub(super) fn remove(config: &ClientConfig) -> Effect {
    Effect::Remove { area: StorageArea::Pending, key: config.session_hint_key() }
}

pub(super) fn load(config: &ClientConfig) -> Effect {
    Effect::Load { area: StorageArea::Pending, key: config.session_hint_key() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn b1_a_session_hint_is_stored_if_a_page_may_redirect_silently() {
        for (silent, mut marks) in [("\"page\"", 1), ("\"frame\"", 0), ("false", 0)] {
            let settings = alloc::format!(
                r#"{{"issuer":"https://op.example","clientId":"c",
                "redirectUri":"https://app.example/cb","silent":{silent}}}"#
            );
            let config = ClientConfig::read(&settings).unwrap();
            let step = begin(&config);
            assert_eq!(step.effects.len(), marks, "{silent}");
            assert!(matches!(step.end, Some(Ok(Outcome::Ignored))));
            for request in &step.effects {
                let Effect::Save { area: StorageArea::Pending, key, .. } = &request.effect else {
                    continue;
                };
                assert_eq!(*key, config.session_hint_key());
                marks -= 1;
            }
            assert_eq!(marks, 0, "{silent}");
        }
    }
}
