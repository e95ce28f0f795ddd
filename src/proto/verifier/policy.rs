//! Which issuers, tenants and claims a verifier accepts. What a preset and an app require holds together:
//! neither loosens the other.

use super::config::{PART, TokenKind, VerifierConfig};
use crate::proto::error::{At, Code, Error};
use crate::proto::provider::issuer::{is_issuer, is_name, is_template};
use crate::proto::provider::restrictions;
use crate::proto::settings::invalid;
use crate::proto::text::json::Json;

impl VerifierConfig {
    /// The preset of an issuer: that of the verifier, or one of its list.
    fn preset(&self, place: usize) -> Option<&Json> {
        match self.setting(At::Provider)? {
            Json::List(list) => list.get(place)?.member(PART),
            one => Some(one),
        }
    }

    /// A setting for one issuer: that of its preset in a list, otherwise that of the app for all.
    pub(super) fn rule(&self, place: usize, name: At) -> Option<&Json> {
        let has_list = self.setting(At::Provider).and_then(Json::list).is_some();
        let in_list = self.preset(place).filter(|_| has_list);
        in_list.and_then(|own| own.member(name.text())).or_else(|| self.setting(name))
    }

    /// The settings of the app, and those of the preset of an issuer.
    fn layers(&self, place: usize) -> restrictions::Layers<'_> {
        restrictions::layers(&self.json, self.preset(place))
    }

    /// Checks the settings that say what an issuer's tokens must have.
    pub(super) fn check_policy(&self, place: usize) -> Result<(), Error> {
        if !is_name(self.issuer(place)) {
            return Err(invalid(At::Issuer));
        }
        if !self.aliases(place).iter().all(|one| one.text().is_some_and(is_name)) {
            return Err(invalid(At::IssuerAliases));
        }
        // The announced text is bound to no tenant.
        if self.trusts_announced_issuer(place) && self.has_tenants(place) {
            return Err(invalid(At::TrustAccessTokenIssuer));
        }
        for settings in self.layers(place) {
            if !settings.member(At::RequiredClaims.text()).is_none_or(restrictions::are_claims) {
                return Err(invalid(At::RequiredClaims));
            }
        }
        restrictions::check(self.layers(place)).map_err(invalid)
    }

    /// The issuer that metadata names: the one at this place, or an alias of it.
    #[must_use]
    pub fn known_issuer<'a>(&'a self, place: usize, named: &'a str) -> &'a str {
        let aliases = self.rule(place, At::IssuerAliases);
        if aliases.is_some_and(|list| list.has(named)) { named } else { self.issuer(place) }
    }

    /// Whether `iss` of an access token may be the `access_token_issuer` of the metadata. Only a single
    /// issuer may announce another one: beside others it could name one of them.
    #[must_use]
    pub fn trusts_announced_issuer(&self, place: usize) -> bool {
        let setting = self.rule(place, At::TrustAccessTokenIssuer).and_then(Json::bool);
        self.kind == TokenKind::AccessToken && self.issuers.len() == 1 && setting == Some(true)
    }

    /// Refuses a token of an issuer without the claims that the app and its preset require of it. A logout
    /// token has none of them, and a signed answer is about a token that has them.
    ///
    /// # Errors
    /// `OIDC_TENANT_FORBIDDEN` with the claim's name.
    pub fn check_required_claims(&self, place: usize, claims: &Json) -> Result<(), Error> {
        for settings in self.layers(place) {
            if let Some(required) = settings.member(At::RequiredClaims.text())
                && self.is_of_users()
            {
                restrictions::check_claims(claims, required)?;
            }
        }
        Ok(())
    }

    /// The position of the issuer that a token names. `tid` is its tenant.
    ///
    /// # Errors
    /// - `OIDC_ISSUER_MISMATCH`: not one of the configured issuers
    /// - `OIDC_TENANT_FORBIDDEN`: a tenant that the settings do not name, or that they refuse
    pub fn issuer_of(&self, iss: &str, tid: Option<&str>) -> Result<usize, Error> {
        let mut places = self.issuers.iter().enumerate();
        let place = places.find(|(place, issuer)| {
            let is_other = |alias: &Json| is_issuer(alias.text().unwrap_or_default(), iss, tid);
            is_issuer(issuer, iss, tid) || self.aliases(*place).iter().any(is_other)
        });
        let (place, _) = place.ok_or(Code::IssuerMismatch)?;
        self.check_tenant(place, tid)?;
        Ok(place)
    }

    /// Refuses a tenant that the settings do not name, or that they refuse. Of several issuers, the app's
    /// `tenants` are for those of many tenants: the tokens of the others have no `tid`.
    ///
    /// # Errors
    /// `OIDC_TENANT_FORBIDDEN`
    pub fn check_tenant(&self, place: usize, tid: Option<&str>) -> Result<(), Error> {
        let has_tid = self.has_tenants(place) || self.issuers.len() == 1 && self.is_of_users();
        for settings in self.layers(place) {
            let has = |name: At| {
                settings.member(name.text()).map(|list| list.has(tid.unwrap_or_default()))
            };
            let is_unlisted = has_tid && has(At::Tenants) == Some(false);
            if is_unlisted || has(At::RefusedTenants) == Some(true) {
                let is_hint = self.kind == TokenKind::IdTokenHint;
                return Err(Error::at(
                    Code::TenantForbidden,
                    if is_hint { At::Iss } else { At::Tid },
                ));
            }
        }
        Ok(())
    }

    /// Whether the tokens say who the user is.
    const fn is_of_users(&self) -> bool {
        use TokenKind::{AccessToken, IdToken, IdTokenHint};
        matches!(self.kind, AccessToken | IdToken | IdTokenHint)
    }

    /// The other texts that an issuer has in tokens.
    fn aliases(&self, place: usize) -> &[Json] {
        self.rule(place, At::IssuerAliases).and_then(Json::list).unwrap_or_default()
    }

    /// Whether an issuer stands for many tenants, by its own text or by an alias.
    fn has_tenants(&self, place: usize) -> bool {
        let is_many = |alias: &Json| alias.text().is_some_and(is_template);
        is_template(self.issuer(place)) || self.aliases(place).iter().any(is_many)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;
    use alloc::format;

    const TID: &str = "0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50";
    const OTHER: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";

    #[test]
    fn b22_an_alias_of_many_tenants_is_under_tenants() {
        let read = |members: &str| {
            VerifierConfig::read(&format!(
                r#"{{"issuer":"https://l.example/t/","audience":"x",{members}}}"#
            ))
        };
        let other = OTHER;
        let alias = r#""issuerAliases":["https://sts.example/{tenantid}/"]"#;
        let limited = read(&format!(r#"{alias},"tenants":["{TID}"]"#)).unwrap();
        let verdict = |iss: &str, tid: Option<&str>| {
            limited.issuer_of(iss, tid).map_err(|error| (error.code, error.at))
        };
        let forbidden = Err((Code::TenantForbidden, At::Tid));
        assert_eq!(verdict(&format!("https://sts.example/{TID}/"), Some(TID)), Ok(0));
        assert_eq!(verdict(&format!("https://sts.example/{other}/"), Some(other)), forbidden);
        assert_eq!(verdict("https://l.example/t/", Some(other)), forbidden);
        assert_eq!(verdict("https://l.example/t/", Some(TID)), Ok(0));
        assert_eq!(verdict("https://l.example/t/", None), forbidden);
        let open = read(alias).unwrap();
        assert_eq!(open.issuer_of(&format!("https://sts.example/{other}/"), Some(other)), Ok(0));
        for wrong in ["{tenantid}", "https://{tenantid}/", "https://a.example/?{tenantid}"] {
            let error = read(&format!(r#""issuerAliases":["{wrong}"]"#)).unwrap_err();
            assert_eq!((error.code, error.at), (Code::ConfigInvalid, At::IssuerAliases), "{wrong}");
        }
        let pinned = r#"{"issuer":"{tenantid}","audience":"x","jwks":{"keys":[]}}"#;
        let error = VerifierConfig::read(pinned).unwrap_err();
        assert_eq!((error.code, error.at), (Code::ConfigInvalid, At::Issuer));
    }

    #[test]
    fn tenants_of_several_issuers_are_for_those_of_many_tenants() {
        let verifier = VerifierConfig::read(&format!(
            r#"{{"issuer":["https://l.example/{{tenantid}}/","https://op.example"],"audience":"x","tenants":["{TID}"]}}"#
        ))
        .unwrap();
        assert_eq!(verifier.issuer_of("https://op.example", None), Ok(1));
        assert_eq!(verifier.issuer_of(&format!("https://l.example/{TID}/"), Some(TID)), Ok(0));
    }

    #[test]
    fn b22_a_tenant_that_is_not_listed_is_refused() {
        let read = |tenants: &str| {
            VerifierConfig::read(&format!(
                r#"{{"issuer":"https://l.example/{{tenantid}}/","audience":"x","tenants":[{tenants}]}}"#
            ))
            .unwrap()
        };
        let iss = format!("https://l.example/{TID}/");
        assert_eq!(read(&format!("\"{TID}\"")).issuer_of(&iss, Some(TID)).unwrap(), 0);
        let error = read("\"x\"").issuer_of(&iss, Some(TID)).unwrap_err();
        assert_eq!(error.code, Code::TenantForbidden);
    }

    fn of_provider(provider: &str, more: &str) -> Result<VerifierConfig, (Code, At)> {
        VerifierConfig::read(&format!(r#"{{"provider":{provider},"audience":"api"{more}}}"#))
            .map_err(|error| (error.code, error.at))
    }

    fn verdict(verifier: &VerifierConfig, place: usize, claims: &str) -> Option<At> {
        let claims = json::read(claims.as_bytes()).unwrap();
        verifier.check_required_claims(place, &claims).err().map(|error| error.at)
    }

    #[test]
    fn what_a_preset_and_an_app_require_holds_together() {
        let preset =
            r#"{"verifier":{"issuer":"https://a.example","requiredClaims":{"org_id":["o","p"]}}}"#;
        for provider in [preset.into(), format!(r#"[{preset},"https://b.example"]"#)] {
            let both = of_provider(&provider, r#","requiredClaims":{"hd":"h"}"#).unwrap();
            assert_eq!(verdict(&both, 0, r#"{"org_id":"o","hd":"h"}"#), None);
            assert_eq!(verdict(&both, 0, r#"{"org_id":"q","hd":"h"}"#), Some(At::OrgId));
            assert_eq!(verdict(&both, 0, r#"{"org_id":"o","hd":"x"}"#), Some(At::Hd));
            let narrow =
                of_provider(&provider, r#","requiredClaims":{"org_id":["p","q"]}"#).unwrap();
            assert_eq!(verdict(&narrow, 0, r#"{"org_id":"p"}"#), None);
            assert_eq!(verdict(&narrow, 0, r#"{"org_id":"o"}"#), Some(At::OrgId));
            assert_eq!(verdict(&narrow, 0, r#"{"org_id":"q"}"#), Some(At::OrgId));
            let none = of_provider(&provider, r#","requiredClaims":{"org_id":"x"}"#);
            assert_eq!(none.err(), Some((Code::ConfigInvalid, At::RequiredClaims)));
            let wrong = of_provider(&provider, r#","requiredClaims":{"hd":1}"#);
            assert_eq!(wrong.err(), Some((Code::ConfigInvalid, At::RequiredClaims)));
        }
    }

    #[test]
    fn tenants_of_a_preset_and_of_an_app_are_intersected() {
        let preset = format!(
            r#"{{"verifier":{{"issuer":"https://l.example/{{tenantid}}/","tenants":["{TID}","{OTHER}"]}}}}"#
        );
        let iss = |tid: &str| format!("https://l.example/{tid}/");
        let forbidden = Some((Code::TenantForbidden, At::Tid));
        for provider in [preset.clone(), format!(r#"[{preset},"https://b.example"]"#)] {
            let both = of_provider(&provider, &format!(r#","tenants":["{TID}"]"#)).unwrap();
            assert_eq!(both.issuer_of(&iss(TID), Some(TID)), Ok(0));
            let error = both.issuer_of(&iss(OTHER), Some(OTHER)).err();
            assert_eq!(error.map(|error| (error.code, error.at)), forbidden);
            let none = of_provider(&provider, r#","tenants":["x"]"#);
            assert_eq!(none.err(), Some((Code::ConfigInvalid, At::Tenants)));
        }
    }

    #[test]
    fn a_refused_tenant_is_refused_beside_every_list() {
        let preset = format!(
            r#"{{"verifier":{{"issuer":"https://l.example/{{tenantid}}/","refusedTenants":["{OTHER}"]}}}}"#
        );
        let iss = format!("https://l.example/{OTHER}/");
        for more in ["", r#","refusedTenants":[]"#, &format!(r#","tenants":["{OTHER}"]"#)] {
            let verifier = of_provider(&preset, more).unwrap();
            let error = verifier.issuer_of(&iss, Some(OTHER)).unwrap_err();
            assert_eq!((error.code, error.at), (Code::TenantForbidden, At::Tid), "{more}");
        }
    }

    #[test]
    fn an_issuer_is_the_app_s_or_the_preset_s() {
        let preset = r#"{"verifier":{"issuer":"https://a.example","issuerAliases":["a"]}}"#;
        for provider in [preset.into(), format!("[{preset}]")] {
            let other = of_provider(&provider, r#","issuer":"https://b.example""#);
            assert_eq!(other.err(), Some((Code::ConfigInvalid, At::Issuer)), "{provider}");
        }
    }
}
