//! How long to wait before a request that failed is sent again.

use crate::proto::text::json;

/// The maximum wait that this client chooses, in seconds; a provider may ask for more.
pub const MAX_OWN_WAIT_SECONDS: u64 = 60;
/// The maximum wait that a provider may ask for, in seconds.
pub const MAX_RETRY_AFTER_SECONDS: u64 = 3600;

/// The number of failures after which the wait becomes no longer.
pub const MAX_FAILURES: u64 = 6;

/// The wait in seconds. `failures` counts those before this one, at most [`MAX_FAILURES`]. `retry_after` is
/// the header of the answer in seconds (RFC 9110, section 10.2.3); with a date or nothing, this client
/// chooses. `random` adds up to half of the wait, so that many clients do not return at the same moment.
#[must_use]
pub fn wait_seconds(failures: u64, retry_after: &str, random: u8) -> u64 {
    let own = (1_u64 << failures).min(MAX_OWN_WAIT_SECONDS);
    let asked = json::read(retry_after.as_bytes()).ok().and_then(|number| number.seconds());
    let asked = asked.unwrap_or_default().min(MAX_RETRY_AFTER_SECONDS);
    let chance = u64::from(random).wrapping_mul(own) >> 9;
    own.max(asked).saturating_add(chance)
}
