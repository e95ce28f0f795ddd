//! The authorization request (OpenID Connect Core 1.0 section 3.1.2.1, RFC 6749 section 4.1.1).

use crate::proto::config::Config;
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::discovery::{self, Metadata};
use crate::proto::oidc::pkce;
use crate::proto::settings::{self, SIGN_IN_OPTIONS};
use crate::proto::text::json::{self, Json};
use crate::proto::text::{concat, url, words};
use alloc::{string::String, vec::Vec};

/// What an app asks of one sign-in, beyond its settings.
#[derive(Debug)]
pub struct Ask(Json);

/// Parameters that are ours. A request that carried one twice, or carried a request object that
/// overrides them, would not be the request we check the response of (RFC 6749 3.1, RFC 9101).
const OURS: [At; 18] = [
    At::ClientIdParameter,
    At::RedirectUriParameter,
    At::ResponseType,
    At::ResponseMode,
    At::Scope,
    At::State,
    At::Nonce,
    At::CodeChallenge,
    At::CodeChallengeMethod,
    At::Prompt,
    At::LoginHintParameter,
    At::MaxAgeParameter,
    At::AcrValuesParameter,
    At::UiLocalesParameter,
    At::Claims,
    At::Resource,
    At::Request,
    At::RequestUri,
];

/// Options that are one parameter each.
const PARAMETERS: [(&str, &str); 5] = [
    ("prompt", "prompt"),
    ("loginHint", "login_hint"),
    ("acrValues", "acr_values"),
    ("uiLocales", "ui_locales"),
    ("claims", "claims"),
];

impl Ask {
    /// Reads the options of a sign-in from their JSON text.
    ///
    /// # Errors
    /// `OIDC_SIGNIN_OPTION_INVALID` with the option's name, `OIDC_EXTRA_FORBIDDEN`.
    pub fn read(text: &str) -> Result<Self, Error> {
        let json = json::read_object(text.as_bytes()).map_err(|_| Code::SigninOptionInvalid)?;
        settings::check(&json, SIGN_IN_OPTIONS)
            .map_err(|name| Error::at(Code::SigninOptionInvalid, name))?;
        let ask = Self(json);
        for (name, _) in ask.extra() {
            if let Some(ours) = OURS.into_iter().find(|ours| ours.text() == name) {
                return Err(Error::at(Code::ExtraForbidden, ours));
            }
        }
        Ok(ask)
    }

    /// Where to return to, as the app wrote it.
    #[must_use]
    pub fn return_to(&self) -> Option<&str> {
        self.0.member("returnTo")?.text()
    }

    /// The scope of this sign-in.
    #[must_use]
    pub fn scope(&self, config: &Config) -> String {
        config.scope(self.0.member("scope").and_then(Json::text).unwrap_or_default())
    }

    /// The resources of this sign-in, separated by spaces (RFC 8707).
    #[must_use]
    pub fn resource(&self, config: &Config) -> String {
        let own = self.0.member("resource").map(Json::joined).unwrap_or_default();
        concat(&[&config.resource(), " ", &own])
    }

    /// `max_age`, in seconds.
    #[must_use]
    pub fn max_age(&self, config: &Config) -> Option<u64> {
        self.0.member("maxAge").and_then(Json::seconds).or_else(|| config.max_age())
    }

    /// The `acr` values of which the sign-in must have one, separated by spaces.
    #[must_use]
    pub fn acr_values(&self) -> String {
        self.0.member("acrValues").map(Json::joined).unwrap_or_default()
    }

    fn extra(&self) -> &[(String, Json)] {
        self.0.member("extra").map(Json::members).unwrap_or_default()
    }

    /// An option as the text of its parameter: lists are joined by spaces, objects are JSON.
    fn parameter(&self, option: &str) -> Option<String> {
        match self.0.member(option)? {
            object @ Json::Object(_) => Some(json::write(object)),
            value => Some(value.joined()),
        }
    }
}

/// What makes one request this one and no other: all of it secret until it is used.
#[derive(Clone, Copy, Debug)]
pub struct Once<'a> {
    /// `state`.
    pub state: &'a str,
    /// `nonce`.
    pub nonce: &'a str,
    /// `code_verifier`, of which only the challenge is sent.
    pub verifier: &'a str,
}

/// Writes the address to send the person to. A query that the endpoint has is kept.
#[must_use]
pub fn write(config: &Config, metadata: &Metadata<'_>, ask: &Ask, once: &Once<'_>) -> String {
    let scope = ask.scope(config);
    let challenge = pkce::derive_challenge(once.verifier);
    let max_age = ask.max_age(config).map(json::decimal);
    let mut pairs = Vec::from([
        ("client_id", config.client_id()),
        ("response_type", "code"),
        ("redirect_uri", config.redirect_uri()),
        ("scope", &scope),
        ("state", once.state),
        ("nonce", once.nonce),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let asked = PARAMETERS.map(|(option, parameter)| (parameter, ask.parameter(option)));
    for (parameter, value) in &asked {
        pairs.extend(value.as_deref().map(|value| (*parameter, value)));
    }
    pairs.extend(max_age.as_deref().map(|seconds| ("max_age", seconds)));
    let resource = ask.resource(config);
    pairs.extend(words(&resource).map(|resource| ("resource", resource)));
    pairs.extend(ask.extra().iter().filter_map(|(name, value)| Some((&**name, value.text()?))));
    url::with_query(metadata.required(discovery::AUTHORIZATION), &pairs)
}
