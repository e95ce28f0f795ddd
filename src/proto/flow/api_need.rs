//! What an address needs.

use super::step::{Outcome, Step};
use crate::proto::client::config::ClientConfig;
use crate::proto::state::need::TokenNeed;
use alloc::boxed::Box;

/// What an address needs: answered at once.
#[must_use]
pub fn choose(config: &ClientConfig, address: &str) -> Box<Step> {
    Step::done(Outcome::ApiNeed(TokenNeed::for_url(config, address)))
}
