//! Checks of a client's settings.

use super::config::{ClientConfig, DPOP_ALG};
use super::quirks::HAS_QUIRKS;
use super::{auth, reserved};
use crate::proto::error::{At, Code, Error};
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_FRAMES, WITH_RENEWAL};
use crate::proto::jose::jwk::{Jwk, KeySet};
use crate::proto::jose::{alg, hash};
use crate::proto::provider::issuer::client_discovery_issuer;
use crate::proto::provider::{endpoint, preset, restrictions};
use crate::proto::settings::{
    self, API_NEED, CLIENT_SETTINGS, LOGOUT_DIALECT, SESSIONS_SETTINGS, SLIM_CLIENT_SETTINGS,
    Setting, insecure, invalid,
};
use crate::proto::text::json::{self, Json, Text};
use crate::proto::text::{base64url, concat, has_word, url};
use alloc::string::String;

/// The claims of the protocol that mean no boolean, whatever a provider writes (RFC 7519, section 4.1; OpenID
/// Connect Core 1.0, section 2).
const NEVER_BOOLEAN: &str =
    "iss sub aud exp nbf iat jti nonce azp auth_time acr amr at_hash c_hash sid tid";

impl ClientConfig {
    /// Reads and checks settings.
    ///
    /// # Errors
    /// `OIDC_CONFIG_INVALID`, `OIDC_CONFIG_INSECURE` with the setting's name; for given metadata
    /// the codes of [`Metadata::read`](crate::proto::provider::metadata::Metadata::read).
    pub fn read(text: &str) -> Result<Self, Error> {
        let table = if WITH_RENEWAL { CLIENT_SETTINGS } else { SLIM_CLIENT_SETTINGS };
        Self::check_config(text, table, "page")
    }

    /// Reads and checks the settings of a confidential client, which holds a secret.
    ///
    /// # Errors
    /// As [`ClientConfig::read`].
    pub fn read_confidential(text: &str) -> Result<Self, Error> {
        let config = Self::check_config(text, SESSIONS_SETTINGS, "sessions")?;
        config.check_confidential()?;
        config.check_refused()?;
        Ok(config)
    }

    fn check_config(text: &str, table: &[Setting], part: &str) -> Result<Self, Error> {
        let json = json::read_object(text.as_bytes()).map_err(|_| Code::ConfigInvalid)?;
        let json = preset::apply(json, part)?;
        settings::check(&json, table).map_err(invalid)?;
        let mut config = Self { json, tag: String::new() };
        config.check_issuer()?;
        config.check_page_url(At::RedirectUri)?;
        config.check_page_url(At::PostLogoutRedirectUri)?;
        config.check_apis()?;
        config.check_algorithms()?;
        config.check_silent()?;
        config.check_extra()?;
        if HAS_QUIRKS {
            config.check_quirks()?;
        }
        if config.clock_tolerance() > 300 {
            return Err(invalid(At::ClockTolerance));
        }
        if WITH_FRAMES {
            config.check_page_url(At::SilentRedirectUri)?;
            config.check_session_check()?;
            config.check_dpop_key()?;
            KeySet::pinned(&config.json)?;
        }
        if let Some(given) = config.json.member("metadata") {
            config.read_metadata(given)?;
        }
        config.tag = derive_tag(&config);
        Ok(config)
    }

    /// OpenID Connect Discovery 1.0 section 2: https, without query and fragment.
    pub(super) fn check_issuer(&self) -> Result<(), Error> {
        if self.has_endpoints_only() {
            return Ok(());
        }
        let issuer = client_discovery_issuer(self.issuer());
        let url = url::read(&issuer).map_err(|_| invalid(At::Issuer))?;
        if url.query.is_some() || url.fragment.is_some() {
            return Err(invalid(At::Issuer));
        }
        if url.is_secure(self.allows_loopback()) { Ok(()) } else { Err(insecure(At::Issuer)) }
    }

    /// An address of the app itself has no fragment, and is https or on this machine (RFC 9700
    /// section 2.6).
    fn check_page_url(&self, name: At) -> Result<(), Error> {
        let Some(text) = self.text(name.text()) else { return Ok(()) };
        let url = url::read(text).map_err(|_| invalid(name))?;
        if url.fragment.is_some() {
            return Err(invalid(name));
        }
        if is_confidential_transport(&url) || self.allows_insecure() {
            Ok(())
        } else {
            Err(insecure(name))
        }
    }

    /// Whether the app itself may be on plain http, in a network that its users trust.
    fn allows_insecure(&self) -> bool {
        WITH_FRAMES && self.json.is_true("allowInsecure")
    }

    /// Whether a page on plain http may send its token to this address. The page's own origin is as
    /// readable on the network as the token.
    fn is_same_origin_as_insecure_app(&self, url: &url::Url<'_>) -> bool {
        let home = url::read(self.redirect_uri());
        self.allows_insecure() && home.is_ok_and(|home| url.same_origin(&home))
    }

    /// `dpop` is off, or the public half of a key. The host replaces `true` with that half.
    fn check_dpop_key(&self) -> Result<(), Error> {
        let is_usable = |key: Jwk| alg::find(DPOP_ALG).is_some_and(|alg| key.fits(alg));
        match self.json.member(At::Dpop.text()) {
            None | Some(Json::Bool(false)) => Ok(()),
            _ if self.dpop_key().is_some_and(is_usable) => Ok(()),
            _ => Err(invalid(At::Dpop)),
        }
    }

    fn check_extra(&self) -> Result<(), Error> {
        reserved::check(self.extra(), reserved::OF_ALL_REQUESTS)
    }

    /// The settings that a preset usually has.
    pub(super) fn check_quirks(&self) -> Result<(), Error> {
        if self.discovery_url().is_some_and(|text| !self.allows_endpoint(text)) {
            return Err(insecure(At::DiscoveryUrl));
        }
        // Another issuer would make every check of the issuer pass.
        if self.setting(At::MetadataOverlay).is_some_and(|some| some.member("issuer").is_some()) {
            return Err(invalid(At::MetadataOverlay));
        }
        if !self.setting(At::RequiredClaims).is_none_or(restrictions::are_claims) {
            return Err(invalid(At::RequiredClaims));
        }
        let preset = self.setting(At::Provider).unwrap_or(&Json::Null);
        if CONFIDENTIAL_CLIENT {
            self.check_contradictions(preset)?;
        } else if self.has_issuer_beside(preset) {
            return Err(invalid(At::Issuer));
        }
        let Some(logout) = self.setting(At::Logout) else { return Ok(()) };
        let hint = logout.text_of(At::IdTokenHint.text()).map(Text::as_str);
        match settings::check(logout, LOGOUT_DIALECT) {
            Ok(()) if matches!(hint, None | Some("required" | "never")) => Ok(()),
            _ => Err(invalid(At::Logout)),
        }
    }

    /// The settings of sessions that stand for an option of every sign-in, and that the provider refuses.
    fn check_refused(&self) -> Result<(), Error> {
        let is_on = |value: &Json| value.bool() != Some(false);
        for Setting { name, .. } in SESSIONS_SETTINGS {
            if self.refuses_option(name.text()) && self.setting(*name).is_some_and(is_on) {
                return Err(invalid(*name));
            }
        }
        if self.extra().iter().any(|(name, _)| self.refuses_option(name)) {
            return Err(invalid(At::Extra));
        }
        Ok(())
    }

    /// Whether the app names another issuer than its preset, whose settings would be those of a stranger.
    fn has_issuer_beside(&self, preset: &Json) -> bool {
        preset.text_of(At::Issuer.text()).is_some_and(|issuer| issuer != self.issuer())
    }

    /// Settings that no sign-in can satisfy. A page does without this check, for its size: there each
    /// sign-in fails instead.
    fn check_contradictions(&self, preset: &Json) -> Result<(), Error> {
        restrictions::check([&self.json, preset]).map_err(invalid)?;
        if self.has_issuer_beside(preset) {
            return Err(invalid(At::Issuer));
        }
        let texts = self.setting(At::BooleansAsText).and_then(Json::list).unwrap_or_default();
        if texts.iter().filter_map(Json::text).any(|name| has_word(NEVER_BOOLEAN, name)) {
            return Err(invalid(At::BooleansAsText));
        }
        Ok(())
    }

    /// A confidential client has either a secret or a key.
    pub(super) fn check_confidential(&self) -> Result<(), Error> {
        let has_key = self.json.member(At::ClientKey.text()).is_some();
        let is_known = |name: &str| auth::is_known(name) && !has_key;
        if !has_key && self.requires_request_object() || has_key && self.client_key().is_none() {
            return Err(invalid(At::ClientKey));
        }
        if !matches!(self.response_mode(), None | Some("query" | "form_post")) {
            return Err(invalid(At::ResponseModeSetting));
        }
        self.check_tokens_only()?;
        // Core 10.1: the key has at least as many bytes as the hash.
        if self.hmac_secret().is_some_and(|secret| secret.len() < 32) {
            return Err(invalid(At::ClientSecret));
        }
        match (has_key, self.client_secret()) {
            (true, Some(_)) => Err(invalid(At::ClientKey)),
            (false, None) if self.auth_method() == Some("none") => Ok(()),
            (false, None) => Err(invalid(At::ClientSecret)),
            _ if !self.auth_method().is_none_or(is_known) => Err(invalid(At::AuthMethod)),
            _ => Ok(()),
        }
    }

    /// A session check needs a way to ask the provider silently who is signed in.
    fn check_session_check(&self) -> Result<(), Error> {
        match self.session_check_interval_seconds() {
            Some(0 | 86_401..) => Err(invalid(At::SessionCheck)),
            Some(_) if self.silent_redirect_uri().is_none() => Err(invalid(At::SilentRedirectUri)),
            _ => Ok(()),
        }
    }

    pub(super) fn check_apis(&self) -> Result<(), Error> {
        // The scope is first: where no sign-in may have a resource, an API has none either.
        let has_none = self.refuses_option(At::Resource.text());
        let table = if has_none { API_NEED.get(..1).unwrap_or_default() } else { API_NEED };
        for (prefix, need) in self.apis() {
            let url = url::read(prefix).map_err(|_| invalid(At::Apis))?;
            let is_object = matches!(need, Json::Object(_));
            let plain = url.query.is_none() && url.fragment.is_none();
            if !is_object || !plain || settings::check(need, table).is_err() {
                return Err(invalid(At::Apis));
            }
            if !is_confidential_transport(&url) && !self.is_same_origin_as_insecure_app(&url) {
                return Err(insecure(At::Apis));
            }
        }
        Ok(())
    }

    fn check_silent(&self) -> Result<(), Error> {
        let is_known = |silent: &Json| {
            silent.bool() == Some(false) || matches!(silent.text(), Some("page" | "frame"))
        };
        let is_right = !WITH_FRAMES || self.json.member("silent").is_none_or(is_known);
        if is_right { Ok(()) } else { Err(invalid(At::Silent)) }
    }

    fn check_algorithms(&self) -> Result<(), Error> {
        let is_known = |name: &Json| name.text().is_some_and(|name| alg::find(name).is_some());
        let pinned = At::IdTokenSignedResponseAlg;
        let is_hmac = self.hmac_secret().is_some();
        if !is_hmac && !self.json.member(pinned.text()).is_none_or(is_known) {
            return Err(invalid(pinned));
        }
        let Some(names) = self.json.member("algorithms").and_then(Json::list) else {
            return Ok(());
        };
        for name in names {
            if !is_known(name) {
                return Err(invalid(At::Algorithms));
            }
        }
        if names.is_empty() { Err(invalid(At::Algorithms)) } else { Ok(()) }
    }
}

/// Whether other machines of the network cannot read a token that is sent to this URL.
fn is_confidential_transport(url: &url::Url<'_>) -> bool {
    url.is_https() || url.is_loopback()
}

fn derive_tag(config: &ClientConfig) -> String {
    let parts = [provider_of(config), "\n", config.client_id(), "\n", config.redirect_uri()];
    let digest = hash::sha256(concat(&parts).as_bytes());
    base64url::write(digest.get(..8).unwrap_or_default())
}

/// The issuer. Its place takes the token endpoint, if the issuer is unknown.
fn provider_of(config: &ClientConfig) -> &str {
    if config.has_endpoints_only()
        && let Some(metadata) = config.metadata()
    {
        return metadata.required(endpoint::TOKEN);
    }
    config.issuer()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use alloc::format;

    fn refusal(members: &str) -> (Code, &'static str) {
        let base =
            r#""issuer":"https://op.example","clientId":"c","redirectUri":"https://a.example/cb""#;
        let error = ClientConfig::read(&format!("{{{base},{members}}}")).unwrap_err();
        (error.code, error.at.text())
    }

    fn issuer(text: &str, more: &str) -> Result<ClientConfig, Error> {
        ClientConfig::read(&format!(
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
            (r#""provider":{"sessions":{}}"#, "provider"),
            (r#""metadataOverlay":{"issuer":"https://evil.example"}"#, "metadataOverlay"),
            (r#""requiredClaims":{"hd":1}"#, "requiredClaims"),
            (r#""requiredClaims":{"hd":["a",1]}"#, "requiredClaims"),
            (r#""booleansAsText":["email_verified","sub"]"#, "booleansAsText"),
            (r#""logout":{"idTokenHint":"sometimes"}"#, "logout"),
            (r#""logout":{"redirectParameter":1}"#, "logout"),
            (r#""logout":{"hint":"never"}"#, "logout"),
            (r#""apis":{"/inbox":{}}"#, "apis"),
            (r#""apis":{"https://api.example/?x":{}}"#, "apis"),
        ] {
            assert_eq!(refusal(members), (Code::ConfigInvalid, at), "{members}");
        }
        assert_eq!(refusal(r#""apis":{"http://api.example/":{}}"#), (Code::ConfigInsecure, "apis"));
    }

    #[test]
    fn no_setting_loosens_what_a_preset_restricts() {
        let preset = r#""provider":{"page":{"issuer":"https://op.example","requiredClaims":{"hd":"a"},
            "tenants":["t","u"],"refusedTenants":["u"]}}"#;
        let read = |more: &str| {
            ClientConfig::read(&format!(
                r#"{{"clientId":"c","redirectUri":"https://a.example/cb",{preset},{more}}}"#
            ))
            .map_err(|error| (error.code, error.at.text()))
        };
        let metadata = json::read(br#"{"metadata":{"issuer":"https://op.example"}}"#).unwrap();
        let metadata = crate::proto::provider::metadata::Metadata::known(&metadata).unwrap();
        let all = r#""requiredClaims":{"dept":"x"},"tenants":["t","u","w"],"refusedTenants":[]"#;
        for more in [all, r#""requiredClaims":{"hd":["a","b"]}"#] {
            let config = read(more).unwrap();
            let verdict = |claims: &str| {
                let claims = json::read(claims.as_bytes()).unwrap();
                config.issuer_of(&metadata, &claims, &claims).err().map(|error| error.at.text())
            };
            let good = r#"{"iss":"https://op.example","hd":"a","dept":"x","tid":"t"}"#;
            assert_eq!(verdict(good), None, "{more}");
            for (claims, at) in [
                (r#"{"hd":"b","dept":"x","tid":"t"}"#, "hd"),
                (r#"{"hd":"a","dept":"x","tid":"u"}"#, "tid"),
                (r#"{"hd":"a","dept":"x","tid":"w"}"#, "tid"),
            ] {
                assert_eq!(verdict(claims), Some(at), "{more} {claims}");
            }
        }
        let own = read(r#""requiredClaims":{"dept":"x"}"#).unwrap();
        let claims = json::read(br#"{"hd":"a","tid":"t"}"#).unwrap();
        assert_eq!(own.issuer_of(&metadata, &claims, &claims).unwrap_err().at, At::RequiredClaims);
        for (more, at) in [
            (r#""requiredClaims":{"hd":"b"}"#, "requiredClaims"),
            (r#""tenants":["w"]"#, "tenants"),
            (r#""issuer":"https://other.example""#, "issuer"),
        ] {
            assert_eq!(read(more).err(), Some((Code::ConfigInvalid, at)), "{more}");
        }
    }

    #[test]
    fn tok_11_a_page_knows_no_secret_and_a_confidential_client_has_one() {
        for setting in [r#""clientSecret":"s""#, r#""authMethod":"client_secret_post""#] {
            assert_eq!(refusal(setting), (Code::ConfigInvalid, ""), "{setting}");
        }
        let read = |members: &str| {
            ClientConfig::read_confidential(&format!(
                r#"{{"issuer":"https://op.example","clientId":"c",
                "redirectUri":"https://a.example/cb"{members}}}"#
            ))
            .map_err(|error| (error.code, error.at.text()))
        };
        let good = read(r#","clientSecret":"s3cret","authMethod":"client_secret_post""#).unwrap();
        assert_eq!(good.client_secret().map(json::Text::as_str), Some("s3cret"));
        assert!(!format!("{good:?}").contains("s3cret"));
        for (members, at) in [
            ("", "clientSecret"),
            (
                r#","clientSecret":"s","extra":{"display":"x"},"refusedOptions":["display"]"#,
                "extra",
            ),
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
            let error = ClientConfig::read(&text).unwrap_err();
            assert_eq!((error.code, error.at.text()), (code, "redirectUri"), "{uri}");
        }
    }

    #[test]
    fn req_10_b11_an_app_on_plain_http_says_so_and_its_provider_stays_on_https() {
        let read = |uri: &str, more: &str| {
            let text = format!(
                r#"{{"issuer":"https://o.example","clientId":"c","redirectUri":"{uri}"{more}}}"#
            );
            ClientConfig::read(&text).map_err(|error| (error.code, error.at.text()))
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
    fn req_06_openid_is_always_requested() {
        let more =
            r#","scope":"email openid email","apis":{"https://x.example/":{"scope":"read email"}}"#;
        assert_eq!(issuer("https://op.example", more).unwrap().scope(""), "openid email read");
    }
}
