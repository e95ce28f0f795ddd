//! A client's settings: read once from their JSON text, checked, then believed.

mod check;

use super::error::{At, Code, Error};
use super::jose::hash;
use super::jose::jwk::Jwk;
use super::oidc::client_key::ClientKey;
use super::oidc::discovery::Metadata;
use super::settings::{self, GOES_ON, SESSIONS, SETTINGS, SIGN_IN, Setting};
use super::text::json::{self, Json};
use super::text::{base64url, concat, has_word, url, words};
use alloc::string::String;
use check::invalid;

/// Settings that were checked.
pub struct Config {
    json: Json,
    tag: String,
}

impl Config {
    /// Reads and checks settings.
    ///
    /// # Errors
    /// `OIDC_CONFIG_INVALID`, `OIDC_CONFIG_INSECURE` with the setting's name; for given metadata
    /// the codes of [`Metadata::read`].
    pub fn read(text: &str) -> Result<Self, Error> {
        Self::believe(text, if GOES_ON { SETTINGS } else { SIGN_IN })
    }

    /// Reads and checks the settings of a confidential client, which holds a secret.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn read_confidential(text: &str) -> Result<Self, Error> {
        let config = Self::believe(text, SESSIONS)?;
        config.check_confidential()?;
        Ok(config)
    }

    fn believe(text: &str, table: &[Setting]) -> Result<Self, Error> {
        let json = json::read_object(text.as_bytes()).map_err(|_| Code::ConfigInvalid)?;
        settings::check(&json, table).map_err(invalid)?;
        let mut config = Self { json, tag: String::new() };
        config.check_issuer()?;
        config.check_page_url(At::RedirectUri)?;
        config.check_page_url(At::PostLogoutRedirectUri)?;
        config.check_apis()?;
        config.check_algorithms()?;
        config.check_silent()?;
        if config.clock_tolerance() > 300 {
            return Err(invalid(At::ClockTolerance));
        }
        if GOES_ON {
            config.check_page_url(At::SilentRedirectUri)?;
            config.check_session_check()?;
            config.check_proof_key()?;
        }
        if let Some(given) = config.json.member("metadata") {
            Metadata::read(given, &config)?;
        }
        config.tag = derive_tag(&config);
        Ok(config)
    }

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

    /// The public half of the client's key, where it has one instead of a secret.
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
    pub fn goes_unseen(&self) -> bool {
        self.json.member("silent").is_none_or(|silent| silent.text() == Some("page"))
    }

    /// The key under which the last demand of an API for a stronger sign-in is noted.
    #[must_use]
    pub fn demand_key(&self) -> String {
        concat(&["countersign:demand:", &self.tag])
    }

    /// The key of the mark that somebody was signed in here.
    #[must_use]
    pub fn mark_key(&self) -> String {
        concat(&["countersign:mark:", &self.tag])
    }

    /// How often to look whether the provider's session is the same, in seconds; without it, never.
    #[must_use]
    pub fn session_check(&self) -> Option<u64> {
        self.json.member("sessionCheck")?.seconds()
    }

    /// Whether a front-channel logout counts only with `iss` and `sid`.
    #[must_use]
    pub fn requires_logout_session(&self) -> bool {
        let setting = At::FrontchannelLogoutSessionRequired.text();
        self.json.member(setting).and_then(Json::bool) != Some(false)
    }

    /// The public half of the key that tokens are bound to (RFC 9449), where they are.
    #[must_use]
    pub fn proof_key(&self) -> Option<Jwk> {
        if GOES_ON { Jwk::read(self.json.member(At::Dpop.text())?) } else { None }
    }

    /// Its thumbprint (RFC 7638): `dpop_jkt`.
    #[must_use]
    pub fn jkt(&self) -> Option<String> {
        self.proof_key().map(|key| key.thumbprint())
    }

    /// The same, for a request whose response may find another page: nothing, where the host says that the
    /// key is not `kept` for that. Then the first token is bound, and not the code.
    #[must_use]
    pub fn asked_jkt(&self) -> Option<String> {
        let kept = self.json.member(At::Dpop.text())?.member("kept").and_then(Json::bool);
        if kept == Some(false) { None } else { self.jkt() }
    }

    /// The type that access tokens have, and the scheme under which they are sent.
    #[must_use]
    pub fn token_type(&self) -> &'static str {
        if self.proof_key().is_some() { "DPoP" } else { "Bearer" }
    }

    /// Whether the client is registered as one whose requests are all pushed (RFC 9126 section 6).
    #[must_use]
    pub fn requires_push(&self) -> bool {
        let setting = At::RequirePushedAuthorizationRequests.text();
        GOES_ON && self.json.member(setting).and_then(Json::bool) == Some(true)
    }

    /// Whether `offline_access` is asked for where the provider announces it.
    #[must_use]
    pub fn wants_refresh(&self) -> bool {
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
    pub fn renewal_lock(&self) -> String {
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

    fn is_safe(&self, url: &url::Url<'_>) -> bool {
        let loopback = self.json.member("allowLoopbackIssuer").and_then(Json::bool);
        url.is_https() || (loopback == Some(true) && url.is_loopback())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.json.member(name)?.text()
    }
}

hide! { Config }

fn derive_tag(config: &Config) -> String {
    let parts = [config.issuer(), "\n", config.client_id(), "\n", config.redirect_uri()];
    let digest = hash::sha256(concat(&parts).as_bytes());
    base64url::write(digest.get(..8).unwrap_or_default())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use alloc::format;

    fn refusal(members: &str) -> (Code, &'static str) {
        let base =
            r#""issuer":"https://op.example","clientId":"c","redirectUri":"https://a.example/cb""#;
        let error = Config::read(&format!("{{{base},{members}}}")).unwrap_err();
        (error.code, error.at.text())
    }

    fn issuer(text: &str, more: &str) -> Result<Config, Error> {
        Config::read(&format!(
            r#"{{"issuer":"{text}","clientId":"c","redirectUri":"https://a.example/cb"{more}}}"#
        ))
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (members, at) in [
            (r#""scope":5"#, "scope"),
            (r#""postLogoutRedirectUri":"nowhere""#, "postLogoutRedirectUri"),
            (r#""algorithms":["none"]"#, "algorithms"),
            (r#""algorithms":["HS256"]"#, "algorithms"),
            (r#""algorithms":[]"#, "algorithms"),
            (r#""idTokenSignedResponseAlg":"none""#, "idTokenSignedResponseAlg"),
            (r#""clockTolerance":301"#, "clockTolerance"),
            (r#""clockTolerance":-1"#, "clockTolerance"),
            (r#""maxAge":"1""#, "maxAge"),
            (r#""sessionCheck":0,"silentRedirectUri":"https://a.example/s""#, "sessionCheck"),
            (r#""sessionCheck":86401,"silentRedirectUri":"https://a.example/s""#, "sessionCheck"),
            (r#""sessionCheck":5"#, "silentRedirectUri"),
            (r#""frontchannelLogoutSessionRequired":0"#, "frontchannelLogoutSessionRequired"),
            (r#""apis":{"/inbox":{}}"#, "apis"),
            (r#""apis":{"https://api.example/?x":{}}"#, "apis"),
        ] {
            assert_eq!(refusal(members), (Code::ConfigInvalid, at), "{members}");
        }
        assert_eq!(refusal(r#""apis":{"http://api.example/":{}}"#), (Code::ConfigInsecure, "apis"));
    }

    #[test]
    fn tok_11_a_page_knows_no_secret_and_a_confidential_client_has_one() {
        for setting in [r#""clientSecret":"s""#, r#""authMethod":"client_secret_post""#] {
            assert_eq!(refusal(setting), (Code::ConfigInvalid, ""), "{setting}");
        }
        let read = |members: &str| {
            Config::read_confidential(&format!(
                r#"{{"issuer":"https://op.example","clientId":"c",
                "redirectUri":"https://a.example/cb"{members}}}"#
            ))
            .map_err(|error| (error.code, error.at.text()))
        };
        let good = read(r#","clientSecret":"s3cret","authMethod":"client_secret_post""#).unwrap();
        assert_eq!(good.client_secret(), Some("s3cret"));
        assert!(!format!("{good:?}").contains("s3cret"));
        for (members, at) in [
            ("", "clientSecret"),
            (r#","clientSecret":"s","clientKey":{}"#, "clientKey"),
            (r#","clientKey":{}"#, "clientKey"),
            (r#","clientSecret":"s","requireSignedRequestObject":true"#, "clientKey"),
            (r#","clientSecret":"""#, "clientSecret"),
            (r#","clientSecret":"s","authMethod":"none""#, "authMethod"),
            (r#","clientSecret":"s","silentRedirectUri":"https://a.example/s""#, ""),
        ] {
            assert_eq!(read(members).unwrap_err(), (Code::ConfigInvalid, at), "{members}");
        }
    }

    #[test]
    fn idt_09_and_10_no_setting_lets_an_hmac_or_none_in() {
        for name in ["HS256", "HS384", "HS512", "none", "None", "", "RS256 "] {
            let list = format!(r#""algorithms":["ES256","{name}"]"#);
            assert_eq!(refusal(&list), (Code::ConfigInvalid, "algorithms"), "{name}");
            let pinned = format!(r#""idTokenSignedResponseAlg":"{name}""#);
            assert_eq!(
                refusal(&pinned),
                (Code::ConfigInvalid, "idTokenSignedResponseAlg"),
                "{name}"
            );
        }
    }

    #[test]
    fn idt_09_a_pinned_algorithm_comes_first_then_the_settings_then_the_provider() {
        let announced = json::read(br#"["RS256"]"#).unwrap();
        for (more, allowed) in [
            ("", &["RS256"][..]),
            (r#","algorithms":["ES256","PS256"]"#, &["ES256", "PS256"]),
            (r#","algorithms":["ES256"],"idTokenSignedResponseAlg":"PS256""#, &["PS256"]),
        ] {
            let config = issuer("https://op.example", more).unwrap();
            for name in ["RS256", "ES256", "PS256"] {
                let is_allowed = config.allows_alg(name, Some(&announced));
                assert_eq!(is_allowed, allowed.contains(&name), "{more} {name}");
            }
        }
    }

    #[test]
    fn dsc_03_an_issuer_is_https_without_query_or_fragment() {
        for text in ["https://op.example/?x", "https://op.example/#x", "https://u@op.example", "op"]
        {
            assert_eq!(issuer(text, "").unwrap_err().code, Code::ConfigInvalid, "{text}");
        }
        let loopback = r#","allowLoopbackIssuer":true"#;
        for (text, more) in [
            ("http://op.example", ""),
            ("http://localhost:1", ""),
            ("http://op.example", loopback),
            ("http://localhost.evil.example", loopback),
        ] {
            assert_eq!(issuer(text, more).unwrap_err().code, Code::ConfigInsecure, "{text}");
        }
        assert!(issuer("http://localhost:4001", loopback).is_ok());
    }

    #[test]
    fn req_10_a_redirect_uri_is_https_or_on_this_machine_and_has_no_fragment() {
        for (uri, code) in [
            ("https://a.example/cb#x", Code::ConfigInvalid),
            ("javascript:alert(1)", Code::ConfigInvalid),
            ("http://a.example/cb", Code::ConfigInsecure),
        ] {
            let text =
                format!(r#"{{"issuer":"https://o.example","clientId":"c","redirectUri":"{uri}"}}"#);
            let error = Config::read(&text).unwrap_err();
            assert_eq!((error.code, error.at.text()), (code, "redirectUri"), "{uri}");
        }
    }

    #[test]
    fn req_10_b11_an_app_on_plain_http_says_so_and_its_provider_stays_on_https() {
        let read = |uri: &str, more: &str| {
            let text = format!(
                r#"{{"issuer":"https://o.example","clientId":"c","redirectUri":"{uri}"{more}}}"#
            );
            Config::read(&text).map_err(|error| (error.code, error.at.text()))
        };
        let allowed = r#","allowInsecure":true"#;
        assert!(read("http://app.lan:8080/cb", allowed).is_ok());
        assert!(read("https://app.example/cb", allowed).is_ok());
        let frame =
            r#","silentRedirectUri":"http://app.lan/s","postLogoutRedirectUri":"http://app.lan/""#;
        assert!(read("http://app.lan/cb", &[allowed, frame].concat()).is_ok());
        let own = r#","apis":{"http://app.lan/api/":{}}"#;
        assert!(read("http://app.lan/cb", &[allowed, own].concat()).is_ok());
        for (uri, more, refused) in [
            ("http://app.lan/cb", "", (Code::ConfigInsecure, "redirectUri")),
            (
                "http://app.lan/cb",
                r#","allowInsecure":false"#,
                (Code::ConfigInsecure, "redirectUri"),
            ),
            (
                "http://app.lan/cb",
                r#","allowInsecure":"yes""#,
                (Code::ConfigInvalid, "allowInsecure"),
            ),
            ("http://app.lan/cb#x", allowed, (Code::ConfigInvalid, "redirectUri")),
            ("javascript:alert(1)", allowed, (Code::ConfigInvalid, "redirectUri")),
            ("ftp://app.lan/cb", allowed, (Code::ConfigInvalid, "redirectUri")),
        ] {
            assert_eq!(read(uri, more).unwrap_err(), refused, "{uri} {more}");
        }
        for other in ["http://api.lan/", "http://app.lan:81/", "http://app.lan.evil.example/"] {
            let more = format!(r#"{allowed},"apis":{{"{other}":{{}}}}"#);
            let refused = read("http://app.lan/cb", &more).unwrap_err();
            assert_eq!(refused, (Code::ConfigInsecure, "apis"), "{other}");
        }
        let http = issuer("http://op.lan", allowed).unwrap_err();
        assert_eq!((http.code, http.at.text()), (Code::ConfigInsecure, "issuer"));
        assert!(!read("http://app.lan/cb", allowed).unwrap().allows_endpoint("http://o.example/t"));
    }

    #[test]
    fn req_06_openid_is_asked_for_whatever_the_scope() {
        let more =
            r#","scope":"email openid email","apis":{"https://x.example/":{"scope":"read email"}}"#;
        assert_eq!(issuer("https://op.example", more).unwrap().scope(""), "openid email read");
    }
}
