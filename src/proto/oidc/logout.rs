//! The logout request (OpenID Connect RP-Initiated Logout 1.0 section 2).

use crate::proto::config::Config;
use crate::proto::text::url;
use alloc::{string::String, vec::Vec};

/// Writes the address that ends the session at the provider.
#[must_use]
pub fn write(endpoint: &str, config: &Config, id_token: &str, state: &str) -> String {
    let mut pairs = Vec::from([("client_id", config.client_id())]);
    if !id_token.is_empty() {
        pairs.push(("id_token_hint", id_token));
    }
    if let Some(uri) = config.post_logout_redirect_uri() {
        pairs.push(("post_logout_redirect_uri", uri));
        pairs.push(("state", state));
    }
    url::with_query(endpoint, &pairs)
}
