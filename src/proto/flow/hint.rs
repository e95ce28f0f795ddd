//! The hint that somebody was signed in here: no secret, and reason enough to ask the provider where no
//! session is kept.

use super::step::{Outcome, Step};
use crate::proto::client::config::Config;
use crate::proto::effect::{Effect, Place};
use alloc::{borrow::ToOwned, boxed::Box};

pub(super) const MARK: u32 = 61;

/// Leaves the mark that somebody was signed in here, which is no secret: where no session is kept
/// at the next start, it is reason enough to ask the provider.
#[must_use]
pub fn remember(config: &Config) -> Effect {
    let (place, key) = (Place::Pending, config.mark_key());
    Effect::Save { place, key, text: "{}".to_owned() }
}

/// Leaves the mark for a session that may be lost without an end, as in the memory of a worker.
#[must_use]
pub fn begin_mark(config: &Config) -> Box<Step> {
    let step = Step::done(Outcome::Ignored);
    if config.goes_unseen() { step.wish(MARK, remember(config)) } else { step }
}

/// Takes the mark away.
#[must_use]
pub(super) fn forget_mark(config: &Config) -> Effect {
    Effect::Drop { place: Place::Pending, key: config.mark_key() }
}

pub(super) fn load_mark(config: &Config) -> Effect {
    Effect::Load { place: Place::Pending, key: config.mark_key() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn b1_a_mark_is_left_where_a_page_may_go_unseen() {
        for (silent, mut marks) in [("\"page\"", 1), ("\"frame\"", 0), ("false", 0)] {
            let settings = alloc::format!(
                r#"{{"issuer":"https://op.example","clientId":"c",
                "redirectUri":"https://app.example/cb","silent":{silent}}}"#
            );
            let config = Config::read(&settings).unwrap();
            let step = begin_mark(&config);
            assert_eq!(step.wishes.len(), marks, "{silent}");
            assert!(matches!(step.end, Some(Ok(Outcome::Ignored))));
            for wish in &step.wishes {
                let Effect::Save { place: Place::Pending, key, .. } = &wish.effect else {
                    continue;
                };
                assert_eq!(*key, config.mark_key());
                marks -= 1;
            }
            assert_eq!(marks, 0, "{silent}");
        }
    }
}
