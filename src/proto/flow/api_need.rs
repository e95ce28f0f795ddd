//! The need of an address.

use super::step::{Outcome, Step};
use crate::proto::client::config::ClientConfig;
use crate::proto::state::need::TokenNeed;
use alloc::boxed::Box;

/// Finds the need of an address. It is answered at once.
#[must_use]
pub fn choose(config: &ClientConfig, address: &str) -> Box<Step> {
    Step::done(Outcome::ApiNeed(TokenNeed::for_url(config, address)))
}
