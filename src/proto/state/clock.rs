//! The offset of a device's clock, learned once from the ID token that answers a sign-in.

use crate::proto::client::config::ClientConfig;
use crate::proto::effect::UnixTime;
use crate::proto::error::{At, Code};
use crate::proto::jose::claims::VerifiedClaims;
use crate::proto::oidc::registered_claims;
use crate::proto::text::json::Json;

/// A larger offset is not corrected, in seconds: no honest ID token would be accepted.
const MAX_OFFSET_SECONDS: u64 = 24 * 60 * 60;

/// Some providers set `iat` five minutes back on purpose, so that slow clocks accept the token. Such an
/// `iat` is this old at the time of receipt, in seconds.
const BACKDATED_SECONDS: core::ops::RangeInclusive<u64> = 290..=330;

/// The offset of a device's clock from the provider's, in seconds. At most one of both is not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClockOffset {
    /// How far the device's clock is behind.
    pub slow_by: u64,
    /// How far the device's clock is ahead.
    pub fast_by: u64,
}

impl ClockOffset {
    /// The time at the provider.
    #[must_use]
    pub const fn correct(self, now: UnixTime) -> UnixTime {
        UnixTime(now.0.saturating_add(self.slow_by).saturating_sub(self.fast_by))
    }
}

/// Measures the offset of the device's clock. It is 0 if the clock is right within the app's clock
/// tolerance, or if nothing can be learned.
///
/// The claims were signed, and came from the token endpoint for this flow's code. With this flow's
/// nonce they were also written just now, so that `iat` is the time of receipt.
///
/// # Errors
/// `OIDC_CLOCK_UNUSABLE`.
pub(crate) fn measure_offset(
    config: &ClientConfig,
    claims: &VerifiedClaims,
    nonce: &str,
    received: UnixTime,
) -> Result<ClockOffset, Code> {
    let is_of_now = claims.member("nonce").and_then(Json::text) == Some(nonce);
    let Some(iat) =
        registered_claims::time(claims.json(), At::Iat).ok().flatten().filter(|_| is_of_now)
    else {
        return Ok(ClockOffset::default());
    };
    // The user signed in before the token was made: a later `auth_time` shows that `iat` is set back.
    let auth_time = registered_claims::time(claims.json(), At::AuthTime).ok().flatten();
    let precedes = |signed_in: &UnixTime| iat < *signed_in && *signed_in <= iat.plus(600);
    let iat = auth_time.filter(precedes).unwrap_or(iat);
    let off = iat.0.abs_diff(received.0);
    let is_set_back = iat < received && BACKDATED_SECONDS.contains(&off);
    if off > MAX_OFFSET_SECONDS && off > config.max_token_age() {
        return Err(Code::ClockUnusable);
    }
    if is_set_back || off <= config.clock_tolerance() || off > MAX_OFFSET_SECONDS {
        return Ok(ClockOffset::default());
    }
    let (slow_by, fast_by) = if iat > received { (off, 0) } else { (0, off) };
    Ok(ClockOffset { slow_by, fast_by })
}
