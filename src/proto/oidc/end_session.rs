//! The logout request (OpenID Connect RP-Initiated Logout 1.0, section 2).

use crate::proto::client::config::ClientConfig;
use crate::proto::client::reserved;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::WITH_FRAMES;
use crate::proto::settings::{self, SIGN_OUT_OPTIONS};
use crate::proto::text::json::{self, Json, Text};
use crate::proto::text::{form, url};
use alloc::{boxed::Box, string::String};

/// The longest ID token that is sent as a hint, in bytes: servers refuse addresses of 8 KB, and the
/// provider's cookies count too.
const MAX_HINT_BYTES: usize = 4000;

/// The options of one sign-out. Only a page with renewal has them.
pub struct SignOutOptions(Box<Json>);

impl SignOutOptions {
    /// Reads the JSON text of the options. An empty text has none.
    ///
    /// # Errors
    /// `OIDC_SIGNIN_OPTION_INVALID` with the option's name, `OIDC_EXTRA_FORBIDDEN`.
    pub fn read(text: &str) -> Result<Self, Error> {
        if !WITH_FRAMES || text.is_empty() {
            return Ok(Self(Box::default()));
        }
        let json = json::read_object(text.as_bytes()).map_err(|_| Code::SigninOptionInvalid)?;
        settings::check(&json, SIGN_OUT_OPTIONS)
            .map_err(|name| Error::at(Code::SigninOptionInvalid, name))?;
        let options = Self(json);
        reserved::check(options.extra(), reserved::OF_LOGOUT)?;
        Ok(options)
    }

    /// Whether the provider's session stays.
    #[must_use]
    pub fn is_local(&self) -> bool {
        WITH_FRAMES && self.0.is_true(At::Local.text())
    }

    fn has_hint(&self) -> bool {
        !WITH_FRAMES || self.0.member(At::IdTokenHint.text()).and_then(Json::bool) != Some(false)
    }

    /// The parameters of the app.
    fn extra(&self) -> &[(json::Text, Json)] {
        self.0.member(At::Extra.text()).map(Json::members).unwrap_or_default()
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
    let dialect = config.logout_dialect();
    let hint = dialect.text_of(At::IdTokenHint.text()).map(Text::as_str);
    let max_bytes = if hint == Some("required") { usize::MAX } else { MAX_HINT_BYTES };
    let has_hint = options.has_hint() && hint != Some("never");
    if has_hint && (1..=max_bytes).contains(&id_token.len()) {
        form::add(&mut form, "id_token_hint", id_token);
    }
    if let Some(uri) = config.post_logout_redirect_uri() {
        let name = dialect.text_of(At::RedirectParameter.text()).map(Text::as_str);
        form::add(&mut form, name.unwrap_or("post_logout_redirect_uri"), uri);
        if !state.is_empty() && dialect.member(At::State.text()) != Some(&Json::Bool(false)) {
            form::add(&mut form, "state", state);
        }
    }
    for (name, value) in dialect.member(At::Extra.text()).map(Json::members).unwrap_or_default() {
        form::add(&mut form, name, value.text().unwrap_or_default());
    }
    if WITH_FRAMES {
        for (name, value) in options.extra() {
            // The options were checked: these are strings.
            form::add(&mut form, name, value.text().unwrap_or_default());
        }
    }
    url::with_form(endpoint, &form)
}
