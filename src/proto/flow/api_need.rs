//! What an address needs.

use super::step::{Outcome, Step};
use crate::proto::client::config::Config;
use crate::proto::state::need::Need;
use alloc::boxed::Box;

/// What an address needs: answered at once.
#[must_use]
pub fn choose(config: &Config, address: &str) -> Box<Step> {
    Step::done(Outcome::Api(Need::of_url(config, address)))
}
