//! A client's settings: read once from their JSON text, checked, then believed.

use super::key::ClientKey;
use crate::proto::error::{At, Error};
use crate::proto::features::WITH_RENEWAL;
use crate::proto::jose::jwk::Jwk;
use crate::proto::provider::metadata::Metadata;
use crate::proto::text::json::{self, Json};
use crate::proto::text::{concat, has_word, url, words};
use alloc::string::String;

/// The algorithm of every DPoP proof (RFC 9449): the one that every browser has, and every provider
/// that has DPoP.
pub const DPOP_ALG: &str = "ES256";

/// Settings that were checked.
pub struct ClientConfig {
    pub(super) json: Json,
    pub(super) tag: String,
}

impl ClientConfig {
    /// The provider's issuer identifier, compared as text.
    #[must_use]
    pub fn issuer(&self) -> &str {
        let given = self.json.member("metadata").unwrap_or(&self.json);
        self.text("issuer").or_else(|| given.member("issuer")?.text()).unwrap_or_default()
    }

    /// `client_id`.
    #[must_use]
    pub fn client_id(&self) -> &str {
        self.text("clientId").unwrap_or_default()
    }

    /// `client_secret`, where this is a confidential client.
    #[must_use]
    pub fn client_secret(&self) -> Option<&str> {
        self.text(At::ClientSecret.text())
    }

    /// The public half of the client's key, where it has one recover_silently of a secret.
    #[must_use]
    pub fn client_key(&self) -> Option<ClientKey> {
        ClientKey::read(self.json.member(At::ClientKey.text())?)
    }

    /// Whether the client is registered as one whose requests are all signed (RFC 9101 section 10.5).
    #[must_use]
    pub fn requires_request_object(&self) -> bool {
        let setting = At::RequireSignedRequestObject.text();
        self.json.member(setting).and_then(Json::bool) == Some(true)
    }

    /// How a confidential client is to say who it is, as the registration names it.
    #[must_use]
    pub fn auth_method(&self) -> Option<&str> {
        self.text(At::AuthMethod.text())
    }

    /// `redirect_uri`, absolute, sent exactly as it stands here.
    #[must_use]
    pub fn redirect_uri(&self) -> &str {
        self.text("redirectUri").unwrap_or_default()
    }

    /// The `redirect_uri` of requests in a hidden frame, absolute; without it, there are none.
    #[must_use]
    pub fn silent_redirect_uri(&self) -> Option<&str> {
        let is_off = self.json.member("silent").and_then(Json::bool) == Some(false);
        self.text("silentRedirectUri").filter(|_| !is_off)
    }

    /// Whether a page that starts may go to the provider and come back, unseen by the person.
    #[must_use]
    pub fn allows_silent_redirect(&self) -> bool {
        self.json.member("silent").is_none_or(|silent| silent.text() == Some("page"))
    }

    /// The key under which the last demand of an API for a stronger sign-in is noted.
    #[must_use]
    pub fn step_up_key(&self) -> String {
        concat(&["countersign:demand:", &self.tag])
    }

    /// The key of the mark that somebody was signed in here.
    #[must_use]
    pub fn session_hint_key(&self) -> String {
        concat(&["countersign:mark:", &self.tag])
    }

    /// How often to look whether the provider's session is the same, in seconds; without it, never.
    #[must_use]
    pub fn session_check_interval_seconds(&self) -> Option<u64> {
        self.json.member("sessionCheck")?.seconds()
    }

    /// Whether a front-channel logout counts only with `iss` and `sid`.
    #[must_use]
    pub fn requires_logout_sid(&self) -> bool {
        let setting = At::FrontchannelLogoutSessionRequired.text();
        self.json.member(setting).and_then(Json::bool) != Some(false)
    }

    /// The public half of the key that tokens are bound to (RFC 9449), where they are.
    #[must_use]
    pub fn dpop_key(&self) -> Option<Jwk> {
        if WITH_RENEWAL { Jwk::read(self.json.member(At::Dpop.text())?) } else { None }
    }

    /// Its thumbprint (RFC 7638): `dpop_jkt`.
    #[must_use]
    pub fn jkt(&self) -> Option<String> {
        self.dpop_key().map(|key| key.thumbprint())
    }

    /// The same, for a request whose response may find another page: nothing, where the host says that the
    /// key is not `kept` for that. Then the first token is bound, and not the code.
    #[must_use]
    pub fn request_jkt(&self) -> Option<String> {
        let kept = self.json.member(At::Dpop.text())?.member("kept").and_then(Json::bool);
        if kept == Some(false) { None } else { self.jkt() }
    }

    /// The type that access tokens have, and the scheme under which they are sent.
    #[must_use]
    pub fn token_type(&self) -> &'static str {
        if self.dpop_key().is_some() { "DPoP" } else { "Bearer" }
    }

    /// Whether the client is registered as one whose requests are all pushed (RFC 9126 section 6).
    #[must_use]
    pub fn requires_push(&self) -> bool {
        let setting = At::RequirePushedAuthorizationRequests.text();
        WITH_RENEWAL && self.json.member(setting).and_then(Json::bool) == Some(true)
    }

    /// Whether `offline_access` is asked for where the provider announces it.
    #[must_use]
    pub fn requests_refresh_token(&self) -> bool {
        self.json.member("refresh").and_then(Json::bool) != Some(false)
    }

    /// How long the provider takes a refresh token again that it replaced, in seconds.
    #[must_use]
    pub fn refresh_grace(&self) -> u64 {
        self.json.member("refreshGrace").and_then(Json::seconds).unwrap_or_default()
    }

    /// How long before its end an access token counts as old, in seconds.
    #[must_use]
    pub fn renew_before(&self) -> u64 {
        self.json.member("renewBefore").and_then(Json::seconds).unwrap_or(60)
    }

    /// The name of the lock under which this client renews.
    #[must_use]
    pub fn refresh_lock(&self) -> String {
        concat(&["countersign:renew:", &self.tag])
    }

    /// `post_logout_redirect_uri`, absolute.
    #[must_use]
    pub fn post_logout_redirect_uri(&self) -> Option<&str> {
        self.text("postLogoutRedirectUri")
    }

    /// `resource`s, separated by spaces (RFC 8707): the app's, then those of its APIs.
    #[must_use]
    pub fn resource(&self) -> String {
        let mut all = self.json.member("resource").map(Json::joined).unwrap_or_default();
        for (_, need) in self.apis() {
            let resource = need.member("resource").and_then(Json::text).unwrap_or_default();
            if !has_word(&all, resource) {
                all.push(' ');
                all.push_str(resource);
            }
        }
        all
    }

    /// Addresses that get the access token, and what each needs: an object with `scope`,
    /// `resource`.
    #[must_use]
    pub fn apis(&self) -> &[(json::Text, Json)] {
        self.json.member("apis").map(Json::members).unwrap_or_default()
    }

    /// How far clocks may differ, in seconds.
    #[must_use]
    pub fn clock_tolerance(&self) -> u64 {
        self.json.member("clockTolerance").and_then(Json::seconds).unwrap_or(60)
    }

    /// `max_age`, in seconds, for every sign-in.
    #[must_use]
    pub fn max_age(&self) -> Option<u64> {
        self.json.member("maxAge")?.seconds()
    }

    /// How old an ID token may be, and how far ahead its end, in seconds.
    #[must_use]
    pub fn max_token_age(&self) -> u64 {
        self.json.member("maxTokenAge").and_then(Json::seconds).unwrap_or(24 * 60 * 60)
    }

    /// Reads the metadata of this client's provider.
    ///
    /// # Errors
    /// Those of [`Metadata::read`].
    pub fn read_metadata<'a>(&self, json: &'a Json) -> Result<Metadata<'a>, Error> {
        Metadata::read(json, self.issuer(), |address| self.allows_endpoint(address))
    }

    /// Metadata given by the app: then nothing is discovered.
    #[must_use]
    pub fn metadata(&self) -> Option<Metadata<'_>> {
        Metadata::known(&self.json)
    }

    /// Whether this algorithm may sign ID tokens: by the settings, else as the provider announces.
    #[must_use]
    pub fn allows_alg(&self, name: &str, announced: Option<&Json>) -> bool {
        match self.text(At::IdTokenSignedResponseAlg.text()) {
            Some(only) => only == name,
            None => self.json.member("algorithms").or(announced).is_none_or(|list| list.has(name)),
        }
    }

    /// The words of `scope`: `openid`, the app's, what each API needs, then `more`; each once.
    #[must_use]
    pub fn scope(&self, more: &str) -> String {
        let mut scope = String::from("openid");
        let mut add = |asked: &str| {
            for word in words(asked) {
                if !has_word(&scope, word) {
                    scope.push(' ');
                    scope.push_str(word);
                }
            }
        };
        add(self.text("scope").unwrap_or("openid profile email"));
        for (_, need) in self.apis() {
            add(need.member("scope").and_then(Json::text).unwrap_or_default());
        }
        add(more);
        scope
    }

    /// What tells this client from others on the same origin: derived from issuer, client and
    /// `redirect_uri`; 11 characters.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// The key under which the session is kept.
    #[must_use]
    pub fn session_key(&self) -> String {
        concat(&["countersign:session:", &self.tag])
    }

    /// Whether a provider's endpoint may be talked to: https, or http on this machine where the
    /// app allows it.
    #[must_use]
    pub fn allows_endpoint(&self, text: &str) -> bool {
        url::read(text).is_ok_and(|url| url.fragment.is_none() && self.is_safe(&url))
    }

    pub(super) fn is_safe(&self, url: &url::Url<'_>) -> bool {
        let loopback = self.json.member("allowLoopbackIssuer").and_then(Json::bool);
        url.is_https() || (loopback == Some(true) && url.is_loopback())
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.json.member(name)?.text()
    }
}

redact_debug! { ClientConfig }
