//! A client's settings, read once from their JSON text and checked.

use super::key::ClientKey;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_FRAMES, WITH_RENEWAL};
use crate::proto::jose::jwk::Jwk;
use crate::proto::provider::issuer::{CLIENT_HAS_TEMPLATES, is_issuer, is_template};
use crate::proto::provider::metadata::Metadata;
use crate::proto::text::json::{Json, Text};
use crate::proto::text::{concat, url};
use alloc::{boxed::Box, string::String};

/// The algorithm of every DPoP proof (RFC 9449). Every browser, and every provider with DPoP,
/// supports it.
pub const DPOP_ALG: &str = "ES256";

/// The algorithm of ID tokens that are signed with the client's secret.
pub const HMAC_ALG: &str = "HS256";

/// Checked settings of a client.
pub struct ClientConfig {
    pub(super) json: Box<Json>,
    pub(super) tag: String,
}

impl ClientConfig {
    /// The provider's issuer identifier, compared as text.
    #[must_use]
    pub fn issuer(&self) -> &Text {
        let given = self.json.member("metadata").unwrap_or(&self.json);
        self.text("issuer").or_else(|| given.text_of("issuer")).unwrap_or_default()
    }

    /// `client_id`.
    #[must_use]
    pub fn client_id(&self) -> &Text {
        self.text("clientId").unwrap_or_default()
    }

    /// `client_secret`. Returns `None` for a public client and for one with a key.
    #[must_use]
    pub fn client_secret(&self) -> Option<&Text> {
        if CONFIDENTIAL_CLIENT { self.text(At::ClientSecret.text()) } else { None }
    }

    /// The public half of the client's key. Returns `None` for a client without one.
    #[must_use]
    pub fn client_key(&self) -> Option<ClientKey> {
        if !CONFIDENTIAL_CLIENT {
            return None;
        }
        ClientKey::read(self.json.member(At::ClientKey.text())?)
    }

    /// `aud` of client assertions, if it is not the issuer: a text or a list.
    #[must_use]
    pub fn assertion_audience(&self) -> Option<&Json> {
        self.json.member(At::AssertionAudience.text())
    }

    /// Whether the client holds a secret or a key.
    #[must_use]
    pub fn has_credentials(&self) -> bool {
        self.client_secret().is_some() || self.client_key().is_some()
    }

    /// Whether the client runs on a server: it holds a secret or a key, or its settings say that it has none. Those of
    /// a page have no method.
    #[must_use]
    pub fn is_confidential(&self) -> bool {
        self.has_credentials() || CONFIDENTIAL_CLIENT && self.auth_method().is_some()
    }

    /// Parameters of every authorization request.
    #[must_use]
    pub fn extra(&self) -> &[(Text, Json)] {
        let extra = if WITH_RENEWAL { self.json.member(At::Extra.text()) } else { None };
        extra.map(Json::members).unwrap_or_default()
    }

    /// `response_mode`, if it is sent.
    #[must_use]
    pub fn response_mode(&self) -> Option<&str> {
        let mode =
            if CONFIDENTIAL_CLIENT { self.text(At::ResponseModeSetting.text()) } else { None };
        mode.map(Text::as_str)
    }

    /// Whether an ID token without a `nonce` is refused. PKCE protects the code as well.
    #[must_use]
    pub fn requires_nonce(&self) -> bool {
        let setting = At::RequireNonce.text();
        !CONFIDENTIAL_CLIENT || self.json.member(setting).and_then(Json::bool) != Some(false)
    }

    /// Whether a sign-in adds the claims of UserInfo.
    #[must_use]
    pub fn reads_userinfo(&self) -> bool {
        CONFIDENTIAL_CLIENT && self.json.is_true(At::UserInfo.text())
    }

    /// The names of the claims that a session keeps. Returns `None` for all.
    #[must_use]
    pub fn kept_claims(&self) -> Option<&Json> {
        if CONFIDENTIAL_CLIENT { self.json.member(At::KeepClaims.text()) } else { None }
    }

    /// Whether the provider accepts only signed requests from this client (RFC 9101 section 10.5).
    #[must_use]
    pub fn requires_request_object(&self) -> bool {
        let setting = At::RequireSignedRequestObject.text();
        self.json.is_true(setting)
    }

    /// The authentication method that the settings name. Returns `None` if they name none.
    #[must_use]
    pub fn auth_method(&self) -> Option<&str> {
        self.text(At::AuthMethod.text()).map(Text::as_str)
    }

    /// `redirect_uri`, absolute. It is sent exactly as it is here.
    #[must_use]
    pub fn redirect_uri(&self) -> &Text {
        self.text("redirectUri").unwrap_or_default()
    }

    /// The `redirect_uri` for requests in a hidden frame, absolute. Returns `None` if there are
    /// none.
    #[must_use]
    pub fn silent_redirect_uri(&self) -> Option<&Text> {
        let is_off = self.json.member("silent").and_then(Json::bool) == Some(false);
        self.text("silentRedirectUri").filter(|_| WITH_FRAMES && !is_off)
    }

    /// Whether a starting page may go to the provider with `prompt=none` and come back. A provider that
    /// ignores the prompt shows its login page to a user who did not ask for it. So the page goes
    /// only if the app says so, or if the provider `obeys`, as its answer in a hidden frame showed.
    #[must_use]
    pub fn allows_silent_redirect(&self, obeys: bool) -> bool {
        let setting = self.json.member("silent");
        WITH_FRAMES && setting.map_or(obeys, |silent| silent.text() == Some("page"))
    }

    /// The storage key of the last step-up challenge of an API.
    #[must_use]
    pub fn step_up_key(&self) -> String {
        concat(&["countersign:demand:", &self.tag])
    }

    /// The storage key of the session hint: a user was signed in here.
    #[must_use]
    pub fn session_hint_key(&self) -> String {
        concat(&["countersign:mark:", &self.tag])
    }

    /// Seconds between two checks of the provider's session. Returns `None` for no checks.
    #[must_use]
    pub fn session_check_interval_seconds(&self) -> Option<u64> {
        self.json.member("sessionCheck")?.seconds()
    }

    /// Whether a front-channel logout counts only if it has `iss` and `sid`.
    #[must_use]
    pub fn requires_logout_sid(&self) -> bool {
        let setting = At::FrontchannelLogoutSessionRequired.text();
        self.json.member(setting).and_then(Json::bool) != Some(false)
    }

    /// The public half of the key that tokens are bound to (RFC 9449). Returns `None` without
    /// `dpop`.
    #[must_use]
    pub fn dpop_key(&self) -> Option<Jwk> {
        if WITH_FRAMES { Jwk::read(self.json.member(At::Dpop.text())?) } else { None }
    }

    /// The key's thumbprint (RFC 7638), for `dpop_jkt`.
    #[must_use]
    pub fn jkt(&self) -> Option<String> {
        self.dpop_key().map(|key| key.thumbprint())
    }

    /// The key's thumbprint for a request whose response another page may redeem. Returns `None` if
    /// the host says that the key is not `kept` until then. In that case the first token is bound,
    /// and the code is not.
    #[must_use]
    pub fn request_jkt(&self) -> Option<String> {
        let kept = self
            .json
            .member(At::Dpop.text())
            .filter(|_| WITH_FRAMES)?
            .member("kept")
            .and_then(Json::bool);
        if kept == Some(false) { None } else { self.jkt() }
    }

    /// The type of the access tokens, which is also the scheme under which they are sent.
    #[must_use]
    pub fn token_type(&self) -> &'static str {
        if self.dpop_key().is_some() { "DPoP" } else { "Bearer" }
    }

    /// Whether the provider accepts only pushed requests from this client (RFC 9126 section 6).
    #[must_use]
    pub fn requires_push(&self) -> bool {
        let setting = At::RequirePushedAuthorizationRequests.text();
        WITH_RENEWAL && self.json.is_true(setting)
    }

    /// Whether to request `offline_access`. A refresh token that comes without it is used as well.
    #[must_use]
    pub fn requests_refresh_token(&self) -> bool {
        self.json.is_true("refresh")
    }

    /// Seconds for which the provider accepts a refresh token that it has replaced.
    #[must_use]
    pub fn refresh_grace(&self) -> u64 {
        self.json.seconds_or("refreshGrace", 0)
    }

    /// Seconds before its end at which an access token counts as old.
    #[must_use]
    pub fn renew_before(&self) -> u64 {
        self.json.seconds_or("renewBefore", 60)
    }

    /// The name of the lock that a renewal holds.
    #[must_use]
    pub fn refresh_lock(&self) -> String {
        concat(&["countersign:renew:", &self.tag])
    }

    /// `post_logout_redirect_uri`, absolute.
    #[must_use]
    pub fn post_logout_redirect_uri(&self) -> Option<&Text> {
        self.text("postLogoutRedirectUri")
    }

    /// The tolerance between clocks, in seconds.
    #[must_use]
    pub fn clock_tolerance(&self) -> u64 {
        self.json.seconds_or("clockTolerance", 60)
    }

    /// `max_age` of every sign-in, in seconds.
    #[must_use]
    pub fn max_age(&self) -> Option<u64> {
        self.json.member("maxAge")?.seconds()
    }

    /// The highest age of an ID token, and its longest remaining lifetime, in seconds.
    #[must_use]
    pub fn max_token_age(&self) -> u64 {
        self.json.seconds_or("maxTokenAge", 24 * 60 * 60)
    }

    /// Reads the metadata of this client's provider.
    ///
    /// # Errors
    /// Those of [`Metadata::read`].
    pub fn read_metadata<'a>(&self, json: &'a Json) -> Result<Metadata<'a>, Error> {
        let issuer = self.known_issuer(json.text_of("issuer"));
        Metadata::read(json, issuer, self.fetches_keys(), |address| self.allows_endpoint(address))
    }

    /// Other audiences that an ID token may name beside this client.
    #[must_use]
    pub fn trusted_audiences(&self) -> Option<&Json> {
        if WITH_RENEWAL { self.json.member(At::TrustedAudiences.text()) } else { None }
    }

    /// The issuer that the claims of an ID token must name: that of this client, or of a template with
    /// the token's own tenant. `all` are the claims, and those of the session that a renewed token lacks.
    ///
    /// # Errors
    /// `OIDC_ISSUER_MISMATCH` if it is not an issuer of the template; those of
    /// [`ClientConfig::check_restrictions`].
    pub fn issuer_of<'a>(
        &'a self,
        metadata: &Metadata<'_>,
        claims: &'a Json,
        all: &Json,
    ) -> Result<&'a Text, Error> {
        if !CLIENT_HAS_TEMPLATES {
            return Ok(self.issuer());
        }
        let (iss, tid) = (claims.text_of("iss"), all.text_of("tid"));
        let issuer = match is_template(metadata.issuer()) {
            true => iss.filter(|iss| is_issuer(metadata.issuer(), iss, tid.map(Text::as_str))),
            false => Some(self.known_issuer(iss)),
        };
        let issuer = issuer.ok_or(Code::IssuerMismatch)?;
        self.check_restrictions(all)?;
        Ok(issuer)
    }

    /// The metadata in the settings: with it, nothing is discovered.
    #[must_use]
    pub fn metadata(&self) -> Option<Metadata<'_>> {
        Metadata::known(&self.json)
    }

    /// Whether this algorithm may sign ID tokens. The settings decide; without them, the provider's
    /// metadata does.
    #[must_use]
    pub fn allows_alg(&self, name: &str, announced: Option<&Json>) -> bool {
        match self.text(At::IdTokenSignedResponseAlg.text()) {
            Some(only) => only == name,
            None => self.json.member("algorithms").or(announced).is_none_or(|list| list.has(name)),
        }
    }

    /// Whether the setting `algorithms` has this name; without the setting any does.
    #[must_use]
    pub fn lists_alg(&self, name: &str) -> bool {
        self.json.member("algorithms").is_none_or(|list| list.has(name))
    }

    /// A text of 11 characters that tells this client from others on the same origin. It is derived
    /// from the issuer, the client's id and `redirect_uri`.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The storage key of the session.
    #[must_use]
    pub fn session_key(&self) -> String {
        concat(&["countersign:session:", &self.tag])
    }

    /// A setting, as it was given.
    #[must_use]
    pub fn setting(&self, name: At) -> Option<&Json> {
        self.json.member(name.text())
    }

    /// Whether requests may be sent to this endpoint: https, or http on this machine if the
    /// settings allow it.
    #[must_use]
    pub fn allows_endpoint(&self, text: &str) -> bool {
        url::is_endpoint(text, self.allows_loopback())
    }

    pub(super) fn allows_loopback(&self) -> bool {
        self.json.is_true("allowLoopbackIssuer")
    }

    pub(super) fn text(&self, name: &str) -> Option<&Text> {
        self.json.text_of(name)
    }
}

redact_debug! { ClientConfig }
