//! The offset of a device's clock, learned once from the ID token that answers a sign-in.

use crate::proto::client::config::ClientConfig;
use crate::proto::effect::UnixTime;
use crate::proto::error::{At, Code};
use crate::proto::jose::claims::VerifiedClaims;
use crate::proto::oidc::registered_claims;
use crate::proto::text::json::Json;

/// A larger offset is not corrected, in seconds: no honest ID token would be accepted.
const MAX_OFFSET_SECONDS: u64 = 24 * 60 * 60;

/// How many seconds the device's clock is behind, or ahead. (0, 0) if it is right within the app's
/// clock tolerance, or if nothing can be learned.
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
) -> Result<(u64, u64), Code> {
    let is_of_now = claims.member("nonce").and_then(Json::text) == Some(nonce);
    let Some(iat) =
        registered_claims::time(claims.json(), At::Iat).ok().flatten().filter(|_| is_of_now)
    else {
        return Ok((0, 0));
    };
    let off = iat.0.abs_diff(received.0);
    if off > MAX_OFFSET_SECONDS && off > config.max_token_age() {
        return Err(Code::ClockUnusable);
    }
    if off <= config.clock_tolerance() || off > MAX_OFFSET_SECONDS {
        return Ok((0, 0));
    }
    Ok(if iat > received { (off, 0) } else { (0, off) })
}
