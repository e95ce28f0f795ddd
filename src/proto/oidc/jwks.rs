//! The provider's JWKS (OpenID Connect Core 1.0, section 10.1.1; RFC 7517, section 5).

use super::response;
use crate::proto::effect::{Request, Response};
use crate::proto::error::{At, Code, Error};
use crate::proto::jose::jwk::KeySet;
use crate::proto::text::pieces;
use alloc::borrow::ToOwned;

/// The request for a JWKS. `bypass_cache` bypasses the HTTP cache, for keys that rotated.
#[must_use]
pub fn request(jwks_uri: &str, bypass_cache: bool) -> Request {
    Request { bypass_cache, ..Request::get(jwks_uri.to_owned()) }
}

/// Reads a JWKS response.
///
/// # Errors
/// `OIDC_PROVIDER_UNAVAILABLE`, `OIDC_RESPONSE_STATUS`, `OIDC_RESPONSE_EMPTY`,
/// `OIDC_RESPONSE_NOT_JSON`, `OIDC_KEYS_INVALID`.
pub fn read(response: &Response<'_>) -> Result<KeySet, Error> {
    response::json_object(response, At::JwksUri)?;
    KeySet::read(response.body).map_err(|_| Error::at(Code::KeysInvalid, At::JwksUri))
}

/// `max-age` of a `Cache-Control` header (RFC 9111, section 5.2.2.1), in seconds. Returns `None` if it is
/// missing or no number.
#[must_use]
pub fn max_age(cache_control: &str) -> Option<u64> {
    for directive in pieces(cache_control, b',') {
        if let Some(age) = directive.trim_ascii().strip_prefix("max-age=") {
            return seconds(age);
        }
    }
    None
}

/// A number of at most 19 digits, which always fits. `str::parse` would check for an overflow in 128
/// bits.
fn seconds(text: &str) -> Option<u64> {
    if !matches!(text.len(), 1..=19) {
        return None;
    }
    let mut seconds: u64 = 0;
    for byte in text.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        seconds = seconds.wrapping_mul(10).wrapping_add(byte.wrapping_sub(b'0').into());
    }
    Some(seconds)
}
