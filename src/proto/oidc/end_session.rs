//! The logout request (OpenID Connect RP-Initiated Logout 1.0, section 2).

use crate::proto::client::config::ClientConfig;
use crate::proto::features::WITH_FRAMES;
use crate::proto::text::json::{self, Json};
use crate::proto::text::{form, url};
use alloc::{boxed::Box, string::String};

/// The longest ID token that is sent as a hint, in bytes: servers refuse addresses of 8 KB, and the
/// provider's cookies count too.
const MAX_HINT_BYTES: usize = 4000;

/// The options of one sign-out. Only a page with renewal has them.
pub struct SignOutOptions(Box<Json>);

impl SignOutOptions {
    /// Reads the JSON text of the options, which the host has checked. An empty text has none.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let options = if WITH_FRAMES { json::read_object(text.as_bytes()).ok() } else { None };
        Self(options.unwrap_or_default())
    }

    /// Whether the provider's session stays.
    #[must_use]
    pub fn is_local(&self) -> bool {
        WITH_FRAMES && self.0.is_true("local")
    }

    fn has_hint(&self) -> bool {
        !WITH_FRAMES || self.0.member("idTokenHint").and_then(Json::bool) != Some(false)
    }

    /// The parameters of the app, without those that the request has anyway.
    fn extra(&self) -> impl Iterator<Item = (&str, &str)> {
        let extra = self.0.member("extra").map(Json::members).unwrap_or_default();
        extra.iter().filter_map(|(name, value)| Some((&**name, value.text()?)))
    }
}

/// Writes the address that ends the session at the provider.
#[must_use]
pub fn write(
    endpoint: &str,
    config: &ClientConfig,
    id_token: &str,
    state: &str,
    options: &SignOutOptions,
) -> String {
    let mut form = String::new();
    form::add(&mut form, "client_id", config.client_id());
    if options.has_hint() && (1..=MAX_HINT_BYTES).contains(&id_token.len()) {
        form::add(&mut form, "id_token_hint", id_token);
    }
    if let Some(uri) = config.post_logout_redirect_uri() {
        form::add(&mut form, "post_logout_redirect_uri", uri);
        if !state.is_empty() {
            form::add(&mut form, "state", state);
        }
    }
    if WITH_FRAMES {
        for (name, value) in options.extra() {
            form::add(&mut form, name, value);
        }
    }
    url::with_form(endpoint, &form)
}
