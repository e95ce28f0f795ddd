//! The settings of a verifier: read once from their JSON text and checked.

use crate::proto::error::{At, Code, Error};
use crate::proto::jose::alg;
use crate::proto::jose::jwk::KeySet;
use crate::proto::oidc::access_token::{self, Profile};
use crate::proto::provider::issuer::discovery_issuer;
use crate::proto::provider::preset;
use crate::proto::settings::{self, ISSUER_RULES, VERIFIER_SETTINGS, insecure, invalid};
use crate::proto::text::json::{self, Json, Text};
use crate::proto::text::url;
use alloc::{borrow::ToOwned, boxed::Box, string::String, vec::Vec};

/// The kind of token that is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// An access token (RFC 9068, or as [`Profile`] defines).
    AccessToken,
    /// An ID token (OpenID Connect Core 1.0 section 2).
    IdToken,
    /// An ID token that tells a provider about the user (`id_token_hint`). It may have expired; the
    /// caller checks its age.
    IdTokenHint,
    /// A logout token (OpenID Connect Back-Channel Logout 1.0 section 2.4).
    LogoutToken,
    /// A signed introspection response (RFC 9701).
    Introspection,
    /// A signed UserInfo response (OpenID Connect Core 1.0, section 5.3.2).
    Userinfo,
}

/// Checked settings.
#[derive(Debug)]
pub struct VerifierConfig {
    /// The kind of token.
    pub kind: TokenKind,
    /// The issuers, exactly as they write themselves. One may contain `{tenantid}`.
    pub issuers: Vec<String>,
    /// The clock tolerance, in seconds.
    pub tolerance: u64,
    /// The maximum time until `exp`, and for an ID token also its maximum age, in seconds.
    pub max_token_age: u64,
    /// Pinned keys: if set, nothing is fetched.
    pub pinned: Option<KeySet>,
    pub(super) json: Box<Json>,
}

impl VerifierConfig {
    /// Reads and checks settings.
    ///
    /// # Errors
    /// `OIDC_CONFIG_INVALID`, `OIDC_CONFIG_INSECURE` with the setting's name.
    pub fn read(text: &str) -> Result<Self, Error> {
        let json = json::read_object(text.as_bytes()).map_err(|_| Code::ConfigInvalid)?;
        let is_one = json.member(At::Provider.text()).is_some_and(is_one_preset);
        let json = if is_one { preset::apply(json, PART)? } else { json };
        settings::check(&json, VERIFIER_SETTINGS).map_err(invalid)?;
        texts(&json, At::Audience)?;
        let number = |name, usual| json.seconds_or(name, usual);
        let verifier = Self {
            kind: kind_of(json.member("kind"))?,
            issuers: issuers_of(&json)?,
            tolerance: number("clockTolerance", 30),
            max_token_age: number("maxTokenAge", 24 * 60 * 60),
            pinned: KeySet::pinned(&json)?,
            json,
        };
        verifier.check()?;
        Ok(verifier)
    }

    fn check(&self) -> Result<(), Error> {
        self.check_several()?;
        for place in 0..self.issuers.len() {
            profile_of(self.rule(place, At::Profile))?;
            self.check_policy(place)?;
            self.check_supported(place)?;
            if self.discovery_url(place).is_some_and(|text| !self.allows_endpoint(text)) {
                return Err(insecure(At::DiscoveryUrl));
            }
        }
        let shared = self.pinned.is_some() || self.jwks_uri().is_some();
        // Where the app names the keys, the issuer is an identifier: nothing is fetched from it.
        for issuer in self.issuers.iter().filter(|_| !shared) {
            // OpenID Connect Discovery 1.0, section 2: https, no query, no fragment.
            let plain = discovery_issuer(issuer);
            let url = url::read(&plain).map_err(|_| invalid(At::Issuer))?;
            if url.query.is_some() || url.fragment.is_some() {
                return Err(invalid(At::Issuer));
            }
            if !url.is_secure(self.allows_loopback()) {
                return Err(insecure(At::Issuer));
            }
        }
        self.check_origins()?;
        if self.tolerance > 300 {
            return Err(invalid(At::ClockTolerance));
        }
        if self.jwks_uri().is_some_and(|text| !self.allows_endpoint(text)) {
            return Err(insecure(At::JwksUriSetting));
        }
        match self.json.member("algorithms").and_then(Json::list) {
            Some([]) => Err(invalid(At::Algorithms)),
            Some(names) if !names.iter().all(is_alg) => Err(invalid(At::Algorithms)),
            _ => Ok(()),
        }
    }

    /// Refuses a setting that asks an issuer for what its preset says that it does not have.
    fn check_supported(&self, place: usize) -> Result<(), Error> {
        let Some(lacks) = self.rule(place, At::Unsupported) else { return Ok(()) };
        let is_lacking = |name: &&At| lacks.has(name.text()) && self.setting(**name).is_some();
        match [At::Introspection, At::DecryptionKeys].iter().find(is_lacking) {
            Some(name) => Err(Error::at(Code::ProviderUnsupported, *name)),
            None => Ok(()),
        }
    }

    /// The profile of an issuer's access tokens.
    #[must_use]
    pub fn profile(&self, place: usize) -> Profile {
        profile_of(self.rule(place, At::Profile)).unwrap_or(Profile::Rfc9068)
    }

    /// How long a key that disappeared from an issuer's JWKS stays valid, in seconds.
    #[must_use]
    pub fn key_grace(&self, place: usize) -> u64 {
        self.rule(place, At::KeyGrace).and_then(Json::seconds).unwrap_or(60 * 60)
    }

    /// Whether an access token of some issuer may have this `typ`.
    #[must_use]
    pub fn allows_typ(&self, typ: Option<&str>) -> bool {
        let mut places = 0..self.issuers.len();
        places.any(|place| access_token::allows_typ(self.profile(place), typ))
    }

    /// The address of an issuer's metadata. Returns `None` if it is that of the issuer.
    #[must_use]
    pub fn discovery_url(&self, place: usize) -> Option<&Text> {
        self.rule(place, At::DiscoveryUrl)?.as_text()
    }

    /// The issuer at a place.
    #[must_use]
    pub fn issuer(&self, place: usize) -> &str {
        self.issuers.get(place).map(String::as_str).unwrap_or_default()
    }

    /// The place of an issuer of the settings.
    #[must_use]
    pub fn place(&self, issuer: &str) -> usize {
        self.issuers.iter().position(|one| one == issuer).unwrap_or_default()
    }

    /// `jwks_uri`, if the app sets it instead of discovery.
    #[must_use]
    pub fn jwks_uri(&self) -> Option<&str> {
        self.json.member("jwksUri")?.text()
    }

    /// Whether the settings allow this algorithm.
    #[must_use]
    pub fn allows_alg(&self, name: &str) -> bool {
        self.json.member("algorithms").is_none_or(|list| list.has(name))
    }

    /// Whether the settings name the algorithms, so that the provider's announcement is ignored.
    #[must_use]
    pub fn restricts_algs(&self) -> bool {
        self.json.member("algorithms").is_some()
    }

    /// The accepted values of a token's `aud`: a string or a list of strings. For an ID token they
    /// are client ids.
    #[must_use]
    pub fn audiences(&self) -> &Json {
        self.json.member("audience").unwrap_or(&Json::Null)
    }

    /// Other audiences that an ID token of an issuer may contain: a list of strings.
    #[must_use]
    pub fn trusted_audiences(&self, place: usize) -> Option<&Json> {
        self.rule(place, At::TrustedAudiences)
    }

    /// The other clients to which a token may have been issued: a list of strings.
    #[must_use]
    pub fn authorized_parties(&self) -> Option<&Json> {
        self.json.member("authorizedParties")
    }

    /// A setting that is an object, if it is set.
    #[must_use]
    pub fn setting(&self, name: At) -> Option<&Json> {
        self.json.member(name.text())
    }

    /// The origins of the pages that may read an API's responses: a list of strings. `None` without
    /// `cors`.
    #[must_use]
    pub fn origins(&self) -> Option<&Json> {
        self.setting(At::Cors)?.member("origins")
    }

    /// Origins must be exact: a spelling that no browser sends in `Origin` would match no page.
    fn check_origins(&self) -> Result<(), Error> {
        let Some(cors) = self.setting(At::Cors) else { return Ok(()) };
        let is_origin = |one: &Json| {
            let text = one.text().unwrap_or_default();
            url::read(text).is_ok_and(|url| url.origin() == text)
        };
        match cors.member("origins").and_then(Json::list) {
            Some(list) if !list.is_empty() && list.iter().all(is_origin) => Ok(()),
            _ => Err(invalid(At::Cors)),
        }
    }

    /// Whether an issuer's endpoint is allowed: https, or http on this machine if the app allows
    /// it.
    #[must_use]
    pub fn allows_endpoint(&self, text: &str) -> bool {
        url::is_endpoint(text, self.allows_loopback())
    }

    fn allows_loopback(&self) -> bool {
        self.json.is_true("allowLoopbackIssuer")
    }
}

/// Whether the setting `provider` is one preset, also in a list.
fn is_one_preset(provider: &Json) -> bool {
    matches!(provider.list().unwrap_or(core::slice::from_ref(provider)), [Json::Object(_)])
}

/// The issuers of the settings. A list of presets and issuers stands for the issuer of each.
fn issuers_of(json: &Json) -> Result<Vec<String>, Error> {
    let provider = match json.member(At::Provider.text()) {
        None | Some(Json::Object(_)) => return texts(json, At::Issuer),
        Some(provider) => provider,
    };
    // Beside presets, nothing says which of them the setting `issuer` belongs to.
    if json.member(At::Issuer.text()).is_some() {
        return Err(invalid(At::Issuer));
    }
    let mut issuers = Vec::new();
    for one in provider.list().unwrap_or_default() {
        let own = one.member(PART);
        let table = own.map_or(Ok(()), |own| settings::check(own, ISSUER_RULES));
        table.map_err(|at| invalid(if at == At::Nothing { At::Provider } else { at }))?;
        let issuer = one.as_text().or_else(|| own?.text_of(At::Issuer.text()));
        issuers.push(issuer.ok_or(invalid(At::Provider))?.to_owned());
    }
    if issuers.is_empty() { Err(invalid(At::Provider)) } else { Ok(issuers) }
}

/// The name of a preset's settings for verifiers.
pub(super) const PART: &str = "verifier";

fn is_alg(name: &Json) -> bool {
    name.text().is_some_and(|name| alg::find(name).is_some())
}

fn kind_of(setting: Option<&Json>) -> Result<TokenKind, Error> {
    match setting.and_then(Json::text) {
        None | Some("access_token") => Ok(TokenKind::AccessToken),
        Some("id_token") => Ok(TokenKind::IdToken),
        Some("id_token_hint") => Ok(TokenKind::IdTokenHint),
        Some("logout_token") => Ok(TokenKind::LogoutToken),
        Some("introspection") => Ok(TokenKind::Introspection),
        Some("userinfo") => Ok(TokenKind::Userinfo),
        Some(_) => Err(invalid(At::Kind)),
    }
}

fn profile_of(setting: Option<&Json>) -> Result<Profile, Error> {
    match setting.and_then(Json::text) {
        None | Some("rfc9068") => Ok(Profile::Rfc9068),
        Some("jwt") => Ok(Profile::Jwt),
        Some(_) => Err(invalid(At::Profile)),
    }
}

/// One or several strings, none of them empty.
fn texts(json: &Json, name: At) -> Result<Vec<String>, Error> {
    let value = json.member(name.text()).ok_or(invalid(name))?;
    let list = value.list().unwrap_or(core::slice::from_ref(value));
    let mut all = Vec::new();
    for one in list {
        let text = one.text().filter(|text| !text.is_empty()).ok_or(invalid(name))?;
        all.push(text.to_owned());
    }
    if all.is_empty() { Err(invalid(name)) } else { Ok(all) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use alloc::format;

    const TID: &str = "0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50";

    fn read(members: &str) -> Result<VerifierConfig, Error> {
        VerifierConfig::read(&format!(
            r#"{{"issuer":"https://op.example","audience":"api"{members}}}"#
        ))
    }

    fn refusal(members: &str) -> (Code, &'static str) {
        let error = read(members).unwrap_err();
        (error.code, error.at.text())
    }

    #[test]
    fn atj_04_a_verifier_without_an_audience_cannot_be_built() {
        for text in [
            r#"{"issuer":"https://op.example"}"#,
            r#"{"issuer":"https://op.example","audience":[]}"#,
            r#"{"issuer":"https://op.example","audience":""}"#,
            r#"{"issuer":"https://op.example","audience":["",""]}"#,
        ] {
            let error = VerifierConfig::read(text).unwrap_err();
            assert_eq!((error.code, error.at), (Code::ConfigInvalid, At::Audience), "{text}");
        }
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (members, at) in [
            (r#","kind":"refresh_token""#, "kind"),
            (r#","profile":"x""#, "profile"),
            (r#","algorithms":[]"#, "algorithms"),
            (r#","algorithms":["HS256"]"#, "algorithms"),
            (r#","algorithms":["none"]"#, "algorithms"),
            (r#","clockTolerance":301"#, "clockTolerance"),
            (r#","keyGrace":-1"#, "keyGrace"),
            (r#","jwks":{"keys":1}"#, "jwks"),
            (r#","cors":{}"#, "cors"),
            (r#","cors":{"origins":[]}"#, "cors"),
            (r#","cors":{"origins":"https://a.example"}"#, "cors"),
            (r#","cors":{"origins":["*"]}"#, "cors"),
            (r#","cors":{"origins":["null"]}"#, "cors"),
            (r#","cors":{"origins":["https://a.example/"]}"#, "cors"),
            (r#","cors":{"origins":["https://A.example"]}"#, "cors"),
            (r#","cors":{"origins":["https://a.example:443"]}"#, "cors"),
        ] {
            assert_eq!(refusal(members), (Code::ConfigInvalid, at), "{members}");
        }
        assert_eq!(refusal(r#","jwksUri":"http://op.example/k""#).1, "jwksUri");
    }

    #[test]
    fn dsc_12_keys_that_are_given_serve_one_issuer_alone() {
        for more in [r#""jwks":{"keys":[]}"#, r#""jwksUri":"https://a.example/k""#] {
            let text = format!(
                r#"{{"issuer":["https://a.example","https://b.example"],"audience":"x",{more}}}"#
            );
            assert_eq!(VerifierConfig::read(&text).unwrap_err().code, Code::ConfigInvalid);
        }
    }

    fn of_provider(provider: &str) -> Result<VerifierConfig, Error> {
        VerifierConfig::read(&format!(r#"{{"provider":{provider},"audience":"api"}}"#))
    }

    #[test]
    fn the_preset_of_one_provider_has_settings_of_the_verifier() {
        let preset = r#"{"name":"x","verifier":{"issuer":"https://op.example","profile":"jwt",
            "issuerAliases":["accounts.op.example"],"requiredClaims":{"hd":"a.example"}}}"#;
        let verifier = of_provider(preset).unwrap();
        assert_eq!(verifier.issuers, ["https://op.example"]);
        assert_eq!(verifier.profile(0), Profile::Jwt);
        assert_eq!(verifier.issuer_of("accounts.op.example", None).unwrap(), 0);
        assert_eq!(verifier.issuer_of("op.example", None).unwrap_err().code, Code::IssuerMismatch);
        let claims = json::read(br#"{"hd":"b.example"}"#).unwrap();
        let error = verifier.check_required_claims(0, &claims).unwrap_err();
        assert_eq!((error.code, error.at), (Code::TenantForbidden, At::Hd));
    }

    #[test]
    fn what_one_provider_of_a_list_may_do_another_may_not() {
        let a = r#"{"name":"a","verifier":{"issuer":"https://a.example","profile":"jwt","keyGrace":7,
            "issuerAliases":["a.example"],"requiredClaims":{"org_id":"o"}}}"#;
        let b = r#"{"verifier":{"issuer":"https://l.example/{tenantid}/","tenants":["x"]}}"#;
        let verifier = of_provider(&format!(r#"[{a},"https://plain.example",{b}]"#)).unwrap();
        let names = ["https://a.example", "https://plain.example", "https://l.example/{tenantid}/"];
        assert_eq!(verifier.issuers, names);
        let profiles = [0, 1, 2].map(|place| verifier.profile(place));
        assert_eq!(profiles, [Profile::Jwt, Profile::Rfc9068, Profile::Rfc9068]);
        assert!(verifier.allows_typ(Some("JWT")) && verifier.allows_typ(Some("at+jwt")));
        assert_eq!([0, 1].map(|place| verifier.key_grace(place)), [7, 3600]);
        assert_eq!(verifier.issuer_of("a.example", None).unwrap(), 0);
        assert_eq!(verifier.known_issuer(1, "a.example"), "https://plain.example");
        let claims = json::read(br#"{"org_id":"p"}"#).unwrap();
        assert!(verifier.check_required_claims(0, &claims).is_err());
        assert!(verifier.check_required_claims(1, &claims).is_ok());
        let iss = format!("https://l.example/{TID}/");
        let error = verifier.issuer_of(&iss, Some(TID)).unwrap_err();
        assert_eq!(error.code, Code::TenantForbidden);
    }

    #[test]
    fn a_list_of_providers_has_an_issuer_for_each() {
        for provider in [
            "[]",
            "1",
            r#""https://op.example""#,
            r#"[{"page":{"issuer":"https://op.example"}}]"#,
            r#"["https://a.example",{"page":{"issuer":"https://op.example"}}]"#,
            r#"["https://a.example",{"verifier":{"issuer":"https://op.example","audience":"x"}}]"#,
            "[null]",
        ] {
            let error = of_provider(provider).unwrap_err();
            assert_eq!((error.code, error.at), (Code::ConfigInvalid, At::Provider), "{provider}");
        }
        for before in ["", r#""https://a.example","#] {
            let without = format!(r#"[{before}{{"verifier":{{"profile":"jwt"}}}}]"#);
            let error = of_provider(&without).unwrap_err();
            assert_eq!((error.code, error.at), (Code::ConfigInvalid, At::Issuer), "{without}");
        }
        let both = r#","provider":["https://a.example"]"#;
        assert_eq!(refusal(both), (Code::ConfigInvalid, "issuer"));
    }

    /// The verifiers of a preset alone, of a list of one, and of a list of two.
    fn of_preset(preset: &str, more: &str) -> [Result<VerifierConfig, Error>; 3] {
        [preset.into(), format!("[{preset}]"), format!(r#"[{preset},"https://b.example"]"#)]
            .map(|provider| of_provider(&format!(r"{provider}{more}")))
    }

    #[test]
    fn a_list_of_one_preset_is_that_preset() {
        let preset = r#"{"verifier":{"issuer":"https://a.example","profile":"jwt","trustedAudiences":["p"],
            "keyGrace":7,"trustAccessTokenIssuer":true,"issuerAliases":["a"],"audience":"x"}}"#;
        for more in ["", r#","issuer":"https://a.example""#, r#","issuerAliases":["c"]"#] {
            let [one, list, _] = of_preset(preset, more);
            assert_eq!(one.unwrap().json, list.unwrap().json, "{more}");
        }
        let other = r#","issuer":"https://other.example""#;
        let [one, list, _] = of_preset(preset, other);
        assert_eq!(one.unwrap_err().at, At::Issuer);
        assert_eq!(list.unwrap_err().at, At::Issuer);
        let [one, list, _] =
            of_preset(preset, r#","trustAccessTokenIssuer":false,"issuerAliases":[]"#);
        for verifier in [one.unwrap(), list.unwrap()] {
            assert!(!verifier.trusts_announced_issuer(0));
            assert!(verifier.issuer_of("a", None).is_err());
        }
    }

    #[test]
    fn a_setting_of_the_app_counts_more_than_one_of_a_preset() {
        let preset = r#"{"verifier":{"issuer":"https://a.example","profile":"jwt","keyGrace":7,
            "trustedAudiences":["p"]}}"#;
        for verifier in of_preset(preset, "") {
            let verifier = verifier.unwrap();
            assert_eq!((verifier.profile(0), verifier.key_grace(0)), (Profile::Jwt, 7));
            assert!(verifier.trusted_audiences(0).unwrap().has("p"));
            assert_eq!(verifier.trusted_audiences(1).is_some(), verifier.issuers.len() == 1);
        }
        let more = r#","profile":"rfc9068","keyGrace":9,"trustedAudiences":[]"#;
        for verifier in of_preset(preset, more) {
            let verifier = verifier.unwrap();
            assert_eq!((verifier.profile(0), verifier.key_grace(0)), (Profile::Rfc9068, 9));
            assert!(!verifier.allows_typ(Some("JWT")));
            assert!(!verifier.trusted_audiences(0).unwrap().has("p"));
        }
    }

    #[test]
    fn the_issuer_of_a_preset_is_one_text() {
        for provider in [
            r#"{"verifier":{"issuer":["https://a.example"]}}"#,
            r#"{"verifier":{"issuer":["https://a.example","https://b.example"]}}"#,
            r#"{"verifier":{"issuer":1}},"issuer":"https://a.example""#,
        ] {
            assert_eq!(of_provider(provider).unwrap_err().at, At::Issuer, "{provider}");
        }
    }
}
