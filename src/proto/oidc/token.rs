//! The token request and response (OpenID Connect Core 1.0, section 3.1.3; RFC 6749, sections 4.1.3
//! and 5).

use super::{provider_error, response};
use crate::proto::client::auth;
use crate::proto::effect::{Request, Response};
use crate::proto::error::{At, Code, Error};
use crate::proto::features::CONFIDENTIAL_CLIENT;
use crate::proto::text::json::{self, Json, Text};
use crate::proto::text::{form, words};
use alloc::{borrow::ToOwned, boxed::Box, string::String};

/// The parameters that redeem a code.
#[derive(Clone, Copy)]
pub struct Redeem<'a> {
    /// `code`.
    pub code: &'a str,
    /// `code_verifier`; empty if the request had no challenge.
    pub verifier: &'a str,
    /// `client_id`; empty if the header has it.
    pub client_id: &'a str,
    /// `redirect_uri`, the same text as in the authorization request (RFC 6749, 4.1.3).
    pub redirect_uri: &'a str,
    /// `resource`s, separated by spaces (RFC 8707, section 2.2).
    pub resource: &'a str,
}

/// A token response of valid form. Its ID token is not verified yet.
pub struct TokenResponse(Box<Json>);

impl TokenResponse {
    /// `access_token`.
    #[must_use]
    pub fn access_token(&self) -> &Text {
        self.text("access_token").unwrap_or_default()
    }

    /// `id_token`.
    #[must_use]
    pub fn id_token(&self) -> &Text {
        self.text("id_token").unwrap_or_default()
    }

    /// `refresh_token`.
    #[must_use]
    pub fn refresh_token(&self) -> Option<&Text> {
        self.text("refresh_token")
    }

    /// `scope`, if it differs from the requested one. Some providers send a list of its words. A value
    /// of another type says nothing.
    #[must_use]
    pub fn scope(&self) -> Option<String> {
        let scope = self.0.member(At::Scope.text())?;
        matches!(scope, Json::Text(_) | Json::List(_)).then(|| scope.joined())
    }

    /// `expires_in`, in seconds: a number, or a string of digits, which some providers send. A value
    /// that cannot be read says nothing.
    #[must_use]
    pub fn expires_in(&self) -> Option<u64> {
        let value = self.0.member("expires_in")?;
        match value.text() {
            Some(text) => json::read(text.as_bytes()).ok()?.seconds(),
            None => value.seconds(),
        }
    }

    /// Requires the ID token that answers a sign-in (Core 3.1.3.3).
    ///
    /// # Errors
    /// `OIDC_ID_TOKEN_MISSING`.
    pub fn with_id_token(self) -> Result<Self, Error> {
        if self.id_token().is_empty() { Err(Code::IdTokenMissing.into()) } else { Ok(self) }
    }

    /// Requires the access token of a successful response (RFC 6749, section 5.1).
    ///
    /// # Errors
    /// `OIDC_TOKEN_RESPONSE_INVALID`.
    pub fn with_access_token(self) -> Result<Self, Error> {
        if self.access_token().is_empty() { Err(invalid(At::AccessToken)) } else { Ok(self) }
    }

    /// Empty counts as absent.
    fn text(&self, name: &str) -> Option<&Text> {
        self.0.text_of(name).filter(|text| !text.is_empty())
    }
}

/// The parameters of a renewal (RFC 6749, section 6).
#[derive(Clone, Copy)]
pub struct Refresh<'a> {
    /// `refresh_token`.
    pub refresh_token: &'a str,
    /// `client_id`; empty if the header has it.
    pub client_id: &'a str,
    /// `scope`; empty for the scope of the sign-in.
    pub scope: &'a str,
    /// `resource`s, separated by spaces (RFC 8707, section 2.2).
    pub resource: &'a str,
}

/// The request for a renewal.
#[must_use]
pub fn refresh(token_endpoint: &str, refresh: &Refresh<'_>) -> Request {
    let mut form = String::new();
    form::add(&mut form, "grant_type", "refresh_token");
    form::add(&mut form, "refresh_token", refresh.refresh_token);
    auth::add_client_id(&mut form, refresh.client_id);
    if !refresh.scope.is_empty() {
        form::add(&mut form, "scope", refresh.scope);
    }
    add_resources(&mut form, refresh.resource);
    post(token_endpoint, form)
}

/// The request that redeems a code.
#[must_use]
pub fn request(token_endpoint: &str, redeem: &Redeem<'_>) -> Request {
    let mut form = String::new();
    form::add(&mut form, "grant_type", "authorization_code");
    form::add(&mut form, "code", redeem.code);
    form::add(&mut form, "redirect_uri", redeem.redirect_uri);
    auth::add_client_id(&mut form, redeem.client_id);
    if !CONFIDENTIAL_CLIENT || !redeem.verifier.is_empty() {
        form::add(&mut form, "code_verifier", redeem.verifier);
    }
    add_resources(&mut form, redeem.resource);
    post(token_endpoint, form)
}

/// The parameters of a request for a token of the client itself (RFC 6749, section 4.4.2).
#[derive(Clone, Copy)]
pub struct ClientCredentials<'a> {
    /// `client_id`; empty if the header has it.
    pub client_id: &'a str,
    /// `scope`; empty for that of the registration.
    pub scope: &'a str,
    /// `audience`, which RFC 8693 defines for another grant and providers accept here; empty for none.
    pub audience: &'a str,
    /// `resource`s, separated by spaces (RFC 8707, section 2.2).
    pub resource: &'a str,
    /// Other parameters, whose values are texts.
    pub extra: &'a [(Text, Json)],
}

/// The request for a token of the client itself.
#[must_use]
pub fn client_credentials(token_endpoint: &str, grant: &ClientCredentials<'_>) -> Request {
    let mut form = String::new();
    form::add(&mut form, "grant_type", "client_credentials");
    auth::add_client_id(&mut form, grant.client_id);
    for (name, value) in [("scope", grant.scope), ("audience", grant.audience)] {
        if !value.is_empty() {
            form::add(&mut form, name, value);
        }
    }
    add_resources(&mut form, grant.resource);
    for (name, value) in grant.extra {
        form::add(&mut form, name, value.text().unwrap_or_default());
    }
    post(token_endpoint, form)
}

fn add_resources(form: &mut String, resources: &str) {
    for resource in words(resources) {
        form::add(form, "resource", resource);
    }
}

/// A form, posted.
pub(crate) fn post(url: &str, form: String) -> Request {
    Request {
        method: "POST",
        url: url.to_owned(),
        headers: &[
            ("accept", "application/json"),
            ("content-type", "application/x-www-form-urlencoded"),
        ],
        authorization: None,
        body: Some(form),
        max_bytes: 512 * 1024,
        timeout_ms: 10_000,
        bypass_cache: true,
        outlives_page: false,
    }
}

/// Reads a token response, whose access token, if there is one, must have this type (RFC 6749, section 7.1): an
/// unbound token is not used if a bound one was requested (RFC 9449, section 5).
///
/// # Errors
/// `OIDC_PROVIDER_UNAVAILABLE`, `OIDC_RESPONSE_REDIRECTED`, `OIDC_RESPONSE_STATUS`,
/// `OIDC_RESPONSE_EMPTY`, `OIDC_RESPONSE_NOT_JSON`, `OIDC_GRANT_INVALID`, `OIDC_PROVIDER_ERROR`,
/// `OIDC_TOKEN_RESPONSE_INVALID`, `OIDC_TOKEN_TYPE_UNSUPPORTED`.
pub fn read(response: &Response<'_>, token_type: &str) -> Result<TokenResponse, Error> {
    // Some providers send an error with status 200.
    if let Some(error) = provider_error::refusal(response, AT) {
        return Err(error);
    }
    response::check_status(response.status, AT)?;
    let json = response::json_body(response, AT)?;
    // The token is sent in a header: a value that a header cannot contain is refused (RFC 6749,
    // A.12; RFC 6750, 2.1).
    let token = json.text_of("access_token").unwrap_or_default();
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(invalid(At::AccessToken));
    }
    // A refresh token of another type is none.
    for &name in &[At::AccessToken, At::IdToken] {
        if !matches!(json.member(name.text()), None | Some(Json::Null | Json::Text(_))) {
            return Err(invalid(name));
        }
    }
    let tokens = TokenResponse(json);
    let kind = tokens.text("token_type").ok_or(invalid(At::TokenType))?;
    if !kind.eq_ignore_ascii_case(token_type) {
        return Err(Code::TokenTypeUnsupported.into());
    }
    Ok(tokens)
}

const AT: At = At::TokenEndpoint;

const fn invalid(name: At) -> Error {
    Error::at(Code::TokenResponseInvalid, name)
}

redact_debug! { Redeem<'a>, Refresh<'a>, ClientCredentials<'a>, TokenResponse }
