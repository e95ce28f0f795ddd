//! The authorization request (OpenID Connect Core 1.0, section 3.1.2.1; RFC 6749, section 4.1.1).

use super::pkce;
use crate::proto::client::config::ClientConfig;
use crate::proto::client::reserved;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_FRAMES, WITH_RENEWAL};
use crate::proto::settings::{self, SIGN_IN_OPTIONS, Setting};
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::text::{concat, form, has_word, words};
use alloc::{boxed::Box, string::String};

/// The options of one sign-in, beyond the settings.
#[derive(Debug)]
pub struct SignInOptions {
    json: Box<Json>,
}

/// Options that are one parameter each.
static PARAMETERS: &[(&str, &str)] = &[
    ("prompt", "prompt"),
    ("loginHint", "login_hint"),
    ("acrValues", "acr_values"),
    ("uiLocales", "ui_locales"),
    ("claims", "claims"),
];

impl SignInOptions {
    /// Reads the options of a sign-in from their JSON text.
    ///
    /// # Errors
    /// `OIDC_SIGNIN_OPTION_INVALID` with the option's name, also for an option that the provider
    /// refuses; `OIDC_EXTRA_FORBIDDEN`.
    pub fn read(text: &str, config: &ClientConfig) -> Result<Self, Error> {
        let json = json::read_object(text.as_bytes()).map_err(|_| Code::SigninOptionInvalid)?;
        settings::check(&json, SIGN_IN_OPTIONS)
            .map_err(|name| Error::at(Code::SigninOptionInvalid, name))?;
        let check = |name: &str, at| match config.refuses_option(name) {
            true => Err(Error::at(Code::SigninOptionInvalid, at)),
            false => Ok(()),
        };
        for Setting { name, .. } in SIGN_IN_OPTIONS {
            if json.member(name.text()).or_else(|| config.setting(*name)).is_some() {
                check(name.text(), *name)?;
            }
        }
        let ask = Self { json };
        // The parameters of the settings are sent with each sign-in.
        for (name, _) in ask.extra().iter().chain(config.extra()) {
            check(name, At::Extra)?;
        }
        reserved::check(ask.extra(), reserved::OF_AUTHORIZATION)?;
        Ok(ask)
    }

    /// The address to return to, as the app wrote it.
    #[must_use]
    pub fn return_to(&self) -> Option<&str> {
        self.json.member("returnTo")?.text()
    }

    /// The options as JSON text, without the address to return to.
    #[must_use]
    pub fn without_return_to(&self) -> String {
        Writer::new().members_except(&self.json, At::ReturnTo.text()).finish()
    }

    /// The options of a request without the user: those of a sign-in, without what only the user can
    /// fulfill, and with `prompt=none`.
    #[must_use]
    pub fn without_user(options: &str) -> String {
        let options = json::read_object(options.as_bytes()).unwrap_or_default();
        Writer::new()
            .text("prompt", "none")
            .members_except(&options, "prompt maxAge acrValues")
            .finish()
    }

    /// The scope of this sign-in.
    #[must_use]
    pub fn scope(&self, config: &ClientConfig) -> String {
        let own = self.json.text_of("scope").unwrap_or_default();
        // Without the user there is no consent, which `offline_access` needs (Core, section 11).
        let is_wanted = WITH_RENEWAL && config.requests_refresh_token() && !self.is_unattended();
        config.scope(&concat(&[own, if is_wanted { " offline_access" } else { "" }]))
    }

    /// Whether the provider must not ask the user: `prompt=none`.
    fn is_unattended(&self) -> bool {
        self.json.text_of("prompt").is_some_and(|all| has_word(all, "none"))
    }

    /// The resources of this sign-in, separated by spaces (RFC 8707).
    #[must_use]
    pub fn resource(&self, config: &ClientConfig) -> String {
        let own = self.json.member("resource").map(Json::joined).unwrap_or_default();
        concat(&[&config.resource(), " ", &own])
    }

    /// `max_age`, in seconds.
    #[must_use]
    pub fn max_age(&self, config: &ClientConfig) -> Option<u64> {
        self.json.member("maxAge").and_then(Json::seconds).or_else(|| config.max_age())
    }

    /// The accepted `acr` values, separated by spaces.
    #[must_use]
    pub fn acr_values(&self) -> String {
        self.json.member("acrValues").map(Json::joined).unwrap_or_default()
    }

    fn extra(&self) -> &[(json::Text, Json)] {
        self.json.member("extra").map(Json::members).unwrap_or_default()
    }

    /// The text of an option's parameter: lists are joined by spaces, objects are JSON.
    fn parameter(&self, option: &str) -> Option<String> {
        match self.json.member(option)? {
            object @ Json::Object(_) => Some(json::write(object)),
            value => Some(value.joined()),
        }
    }
}

/// The unique values of one request. They are secret until they are used.
#[derive(Clone, Copy)]
pub struct RequestSecrets<'a> {
    /// `state`.
    pub state: &'a str,
    /// `nonce`.
    pub nonce: &'a str,
    /// `code_verifier`; only its challenge is sent.
    pub verifier: &'a str,
    /// `redirect_uri`: the address for the response.
    pub redirect_uri: &'a str,
}

/// Writes the request, as a form.
#[must_use]
pub fn write(config: &ClientConfig, ask: &SignInOptions, once: &RequestSecrets<'_>) -> String {
    let scope = ask.scope(config);
    let challenge = pkce::derive_challenge(once.verifier);
    let mut form = String::new();
    form::add(&mut form, "client_id", config.client_id());
    form::add(&mut form, "response_type", "code");
    form::add(&mut form, "redirect_uri", once.redirect_uri);
    if !CONFIDENTIAL_CLIENT || !scope.is_empty() {
        form::add(&mut form, "scope", &scope);
    }
    form::add(&mut form, "state", once.state);
    if config.sends_nonce(&scope) {
        form::add(&mut form, "nonce", once.nonce);
    }
    if config.uses_pkce() {
        form::add(&mut form, "code_challenge", &challenge);
        form::add(&mut form, "code_challenge_method", "S256");
    }
    if let Some(prompt) = config.usual_prompt()
        && ask.json.member("prompt").is_none()
    {
        form::add(&mut form, "prompt", prompt);
    }
    for (option, parameter) in PARAMETERS {
        if let Some(value) = ask.parameter(option) {
            form::add(&mut form, parameter, &value);
        }
    }
    if WITH_FRAMES && let Some(jkt) = config.request_jkt() {
        form::add(&mut form, "dpop_jkt", &jkt);
    }
    if let Some(seconds) = ask.max_age(config) {
        form::add(&mut form, "max_age", &json::decimal(seconds));
    }
    for resource in words(&ask.resource(config)) {
        form::add(&mut form, "resource", resource);
    }
    if let Some(mode) = config.response_mode() {
        form::add(&mut form, At::ResponseMode.text(), mode);
    }
    for (name, value) in ask.extra() {
        // The options were checked: these are strings.
        form::add(&mut form, name, value.text().unwrap_or_default());
    }
    // The options of this sign-in come first, and each parameter is sent once (RFC 6749, 3.1).
    let own = ask.json.member("extra").unwrap_or(&Json::Null);
    for (name, value) in config.extra() {
        let is_usual = config.usual_prompt().is_some() && **name == *At::Prompt.text();
        if own.member(name).is_none() && ask.json.member(name).is_none() && !is_usual {
            form::add(&mut form, name, value.text().unwrap_or_default());
        }
    }
    form
}

redact_debug! { RequestSecrets<'a> }
