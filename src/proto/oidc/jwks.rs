//! The provider's JWKS (OpenID Connect Core 1.0, section 10.1.1; RFC 7517, section 5).

use super::response;
use crate::proto::effect::{Request, Response};
use crate::proto::error::{At, Code, Error};
use crate::proto::jose::jwk::KeySet;
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
