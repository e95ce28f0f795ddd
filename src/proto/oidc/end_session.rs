//! The logout request (OpenID Connect RP-Initiated Logout 1.0, section 2).

use crate::proto::client::config::ClientConfig;
use crate::proto::text::{form, url};
use alloc::string::String;

/// Writes the address that ends the session at the provider.
#[must_use]
pub fn write(endpoint: &str, config: &ClientConfig, id_token: &str, state: &str) -> String {
    let mut form = String::new();
    form::add(&mut form, "client_id", config.client_id());
    if !id_token.is_empty() {
        form::add(&mut form, "id_token_hint", id_token);
    }
    if let Some(uri) = config.post_logout_redirect_uri() {
        form::add(&mut form, "post_logout_redirect_uri", uri);
        if !state.is_empty() {
            form::add(&mut form, "state", state);
        }
    }
    url::with_form(endpoint, &form)
}
