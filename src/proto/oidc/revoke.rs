//! Token revocation (RFC 7009).

use crate::proto::effect::Request;
use crate::proto::oidc::token;

/// The request that revokes a token: the refresh token where there is one, which takes its access
/// tokens along (RFC 7009 section 2.1). Its answer decides nothing.
#[must_use]
pub fn request(endpoint: &str, client_id: &str, token: &str, hint: &str) -> Request {
    let pairs = [("token", token), ("token_type_hint", hint), ("client_id", client_id)];
    token::post(endpoint, &pairs)
}
