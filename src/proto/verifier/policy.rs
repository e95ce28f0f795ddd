//! Which issuers, tenants and claims a verifier accepts. What a preset and an app require holds together:
//! neither loosens the other.

use super::config::{PART, TokenKind, VerifierConfig};
use crate::proto::error::{At, Code, Error};
use crate::proto::provider::issuer::{have_common, is_issuer, is_name, is_template};
use crate::proto::provider::restrictions;
use crate::proto::settings::invalid;
use crate::proto::text::json::Json;

/// The settings of an app that are about one issuer.
const OF_ONE_ISSUER: [At; 5] =
    [At::Jwks, At::JwksUriSetting, At::IssuerAliases, At::DiscoveryUrl, At::TrustAccessTokenIssuer];

impl VerifierConfig {
    /// The preset of an issuer: that of the verifier, or one of its list.
    fn preset(&self, place: usize) -> Option<&Json> {
        match self.setting(At::Provider)? {
            Json::List(list) => list.get(place)?.member(PART),
            one => Some(one),
        }
    }

    /// A setting for one issuer: that of the app, otherwise that of its preset.
    pub(super) fn rule(&self, place: usize, name: At) -> Option<&Json> {
        self.setting(name).or_else(|| self.preset(place)?.member(name.text()))
    }

    /// The settings of the app, and those of the preset of an issuer.
    fn layers(&self, place: usize) -> restrictions::Layers<'_> {
        restrictions::layers(&self.json, self.preset(place))
    }

    /// Checks the settings that say what an issuer's tokens must have.
    pub(super) fn check_policy(&self, place: usize) -> Result<(), Error> {
        // For another issuer, the other settings of a preset would be those of a stranger.
        let is_other = |own: &Json| {
            own.text_of(At::Issuer.text()).is_none_or(|named| named.as_str() != self.issuer(place))
        };
        if !is_name(self.issuer(place)) || self.preset(place).is_some_and(is_other) {
            return Err(invalid(At::Issuer));
        }
        if !self.aliases(place).iter().all(|one| one.text().is_some_and(is_name)) {
            return Err(invalid(At::IssuerAliases));
        }
        // The announced text is bound to no tenant.
        if self.trusts_announced_issuer(place) && self.has_tenants(place) {
            return Err(invalid(At::TrustAccessTokenIssuer));
        }
        if !self.setting(At::RequiredClaims).is_none_or(restrictions::are_claims) {
            return Err(invalid(At::RequiredClaims));
        }
        restrictions::check(self.layers(place)).map_err(invalid)
    }

    /// Refuses settings of the app that are about one issuer, if there are several: they would let one
    /// issuer sign for another. No text in `iss` may be that of two issuers.
    pub(super) fn check_several(&self) -> Result<(), Error> {
        let has = |name: &&At| self.setting(**name).is_some_and(|it| it.bool() != Some(false));
        let several = self.issuers.len() > 1;
        if let Some(name) = OF_ONE_ISSUER.iter().find(has).filter(|_| several) {
            return Err(invalid(*name));
        }
        let is_list = self.setting(At::Provider).is_some();
        for place in 0..self.issuers.len() {
            for other in 0..place {
                let is_common = |one: &str| self.has_name(other, &|name| have_common(one, name));
                if self.has_name(place, &is_common) {
                    return Err(invalid(if is_list { At::Provider } else { At::Issuer }));
                }
            }
        }
        Ok(())
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
        let mut places = 0..self.issuers.len();
        let place = places.find(|place| self.has_name(*place, &|name| is_issuer(name, iss, tid)));
        let place = place.ok_or(Code::IssuerMismatch)?;
        self.check_tenant(place, tid)?;
        Ok(place)
    }

    /// Refuses a tenant that the settings do not name, or that they refuse. Of several issuers, the app's
    /// `tenants` are for those of many tenants: the tokens of the others have no `tid`. Those of a preset
    /// are for its own issuer.
    ///
    /// # Errors
    /// `OIDC_TENANT_FORBIDDEN`
    pub fn check_tenant(&self, place: usize, tid: Option<&str>) -> Result<(), Error> {
        let has_tid = self.has_tenants(place);
        let [app, preset] = self.layers(place);
        let is_for_all = self.is_of_users() && self.issuers.len() == 1;
        for (settings, is_limited) in
            [(app, has_tid || is_for_all), (preset, has_tid || self.is_of_users())]
        {
            let has = |name: At| {
                settings.member(name.text()).map(|list| list.has(tid.unwrap_or_default()))
            };
            let is_unlisted = is_limited && has(At::Tenants) == Some(false);
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

    /// Whether one of the texts that an issuer has in tokens is such: its own, or an alias.
    fn has_name(&self, place: usize, is_such: &dyn Fn(&str) -> bool) -> bool {
        let mut aliases = self.aliases(place).iter().filter_map(Json::text);
        is_such(self.issuer(place)) || aliases.any(is_such)
    }

    /// Whether an issuer stands for many tenants, by its own text or by an alias.
    fn has_tenants(&self, place: usize) -> bool {
        self.has_name(place, &is_template)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;
    use alloc::{format, string::String};

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

    #[test]
    fn settings_that_are_about_one_issuer_are_not_for_several() {
        let lists = [
            r#""issuer":["https://k.example/realms/r","https://fs.example/adfs"]"#,
            r#""provider":[{"verifier":{"issuer":"https://k.example"}},"https://fs.example/adfs"]"#,
        ];
        let settings = [
            (r#""issuerAliases":["http://fs.example/adfs/services/trust"]"#, At::IssuerAliases),
            (r#""issuerAliases":["https://sts.example/{tenantid}/"]"#, At::IssuerAliases),
            (r#""issuerAliases":[]"#, At::IssuerAliases),
            (r#""discoveryUrl":"https://k.example/x""#, At::DiscoveryUrl),
            (r#""trustAccessTokenIssuer":true"#, At::TrustAccessTokenIssuer),
            (r#""jwks":{"keys":[]}"#, At::Jwks),
            (r#""jwksUri":"https://k.example/keys""#, At::JwksUriSetting),
        ];
        for list in lists {
            for (setting, at) in settings {
                let read =
                    VerifierConfig::read(&format!(r#"{{{list},"audience":"api",{setting}}}"#));
                let error = read.err().map(|error| (error.code, error.at));
                assert_eq!(error, Some((Code::ConfigInvalid, at)), "{list} {setting}");
                let one = r#"{"issuer":"https://k.example","audience":"api","#;
                VerifierConfig::read(&format!("{one}{setting}}}")).unwrap();
            }
            let stricter = r#""trustAccessTokenIssuer":false,"keyGrace":5,"profile":"jwt""#;
            VerifierConfig::read(&format!(r#"{{{list},"audience":"api",{stricter}}}"#)).unwrap();
        }
    }

    #[test]
    fn two_issuers_of_a_list_have_no_common_iss() {
        let own = format!("https://l.example/{TID}/");
        let many = "https://l.example/{tenantid}/";
        for (one, other) in
            [("https://a.example", "https://a.example"), (many, many), (many, &*own), (&*own, many)]
        {
            let text =
                format!(r#"{{"issuer":["{one}","https://c.example","{other}"],"audience":"api"}}"#);
            let error = VerifierConfig::read(&text).err().map(|error| (error.code, error.at));
            assert_eq!(error, Some((Code::ConfigInvalid, At::Issuer)), "{text}");
        }
        let of = |issuer: &str, alias: &str| {
            format!(r#"{{"verifier":{{"issuer":"{issuer}","issuerAliases":["{alias}"]}}}}"#)
        };
        for (one, other) in [
            (of("https://a.example", "https://b.example"), r#""https://b.example""#.into()),
            (of("https://a.example", "x"), of("https://b.example", "x")),
            (of("https://a.example", many), of("https://b.example", &own)),
            (of("https://a.example", many), of("https://b.example", many)),
            (of(many, "x"), of("https://b.example", &own)),
            (of(many, "x"), of(&own, "y")),
        ] {
            for list in
                [format!("[{one},{other}]"), format!(r#"[{other},"https://c.example",{one}]"#)]
            {
                let error = of_provider(&list, "").err();
                assert_eq!(error, Some((Code::ConfigInvalid, At::Provider)), "{list}");
            }
        }
        let apart = format!("[{},{}]", of(&own, "x"), of(&own.replace('0', "1"), "y"));
        assert!(of_provider(&apart, "").is_ok());
        assert!(of_provider(&of("https://a.example", "https://a.example"), "").is_ok());
    }

    #[test]
    fn tenants_of_a_preset_hold_for_an_exact_issuer_and_those_of_an_app_for_templates_of_a_list() {
        let iss = "https://a.example";
        let preset = format!(r#"{{"verifier":{{"issuer":"{iss}","tenants":["{TID}"]}}}}"#);
        let list = format!(r#"[{preset},"https://b.example"]"#);
        for (provider, more) in [
            (preset, String::new()),
            (list.clone(), String::new()),
            (list.clone(), format!(r#","tenants":["{TID}","{OTHER}"]"#)),
        ] {
            let verifier = of_provider(&provider, &more).unwrap();
            assert_eq!(verifier.issuer_of(iss, Some(TID)), Ok(0));
            for tid in [Some(OTHER), None] {
                let error = verifier.issuer_of(iss, tid).unwrap_err();
                assert_eq!((error.code, error.at), (Code::TenantForbidden, At::Tid), "{provider}");
            }
        }
        let verifier = of_provider(&list, &format!(r#","tenants":["{TID}"]"#)).unwrap();
        assert_eq!(verifier.issuer_of("https://b.example", None), Ok(1));
        // A logout token has no tenant.
        let logout = of_provider(&list, r#","kind":"logout_token""#).unwrap();
        assert_eq!(logout.issuer_of(iss, None), Ok(0));
    }

    #[test]
    fn a_restriction_of_a_preset_with_a_wrong_type_is_refused_beside_that_of_an_app() {
        for (own, app, at) in [
            (r#""tenants":"T""#, r#""tenants":["T"]"#, At::Tenants),
            (r#""tenants":null"#, r#""tenants":["T"]"#, At::Tenants),
            (r#""tenants":[1]"#, r#""tenants":["T"]"#, At::Tenants),
            (r#""refusedTenants":"T""#, r#""refusedTenants":[]"#, At::RefusedTenants),
            (r#""refusedTenants":null"#, r#""refusedTenants":[]"#, At::RefusedTenants),
            (r#""refusedTenants":[null]"#, r#""refusedTenants":[]"#, At::RefusedTenants),
            (r#""refusedTenants":{"0":"T"}"#, r#""refusedTenants":["z"]"#, At::RefusedTenants),
            (r#""requiredClaims":null"#, r#""requiredClaims":{"l":"de"}"#, At::RequiredClaims),
            (r#""requiredClaims":[]"#, r#""requiredClaims":{"l":"de"}"#, At::RequiredClaims),
            (r#""requiredClaims":"x""#, r#""requiredClaims":{"l":"de"}"#, At::RequiredClaims),
            (r#""requiredClaims":1"#, r#""requiredClaims":{"l":"de"}"#, At::RequiredClaims),
            (r#""requiredClaims":{"hd":1}"#, r#""requiredClaims":{"l":"de"}"#, At::RequiredClaims),
        ] {
            let preset = format!(r#"{{"verifier":{{"issuer":"https://a.example",{own}}}}}"#);
            let list = format!(r#"[{preset},"https://b.example"]"#);
            for provider in [preset.clone(), format!("[{preset}]"), list] {
                let error = of_provider(&provider, &format!(",{app}")).err();
                assert_eq!(error, Some((Code::ConfigInvalid, at)), "{provider} {app}");
            }
        }
        let none =
            r#"[{"verifier":{"issuer":"https://a.example","tenants":[]}},"https://b.example"]"#;
        assert_eq!(of_provider(none, "").err(), Some((Code::ConfigInvalid, At::Tenants)));
    }
}
