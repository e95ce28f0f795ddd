//! A client without users, which gets tokens for itself (RFC 6749, section 4.4).

use super::config::ClientConfig;
use crate::proto::error::{At, Error};
use crate::proto::provider::issuer;
use crate::proto::provider::metadata::Metadata;
use crate::proto::settings::{self, Kind, Setting, invalid, may, must};
use crate::proto::text::has_word;
use crate::proto::text::json::{self, Json, Writer};
use alloc::string::String;

/// Every setting of `createMachineClient` that reaches the core.
pub const MACHINE_SETTINGS: &[Setting] = &[
    may(At::Issuer, Kind::Text),
    may(At::Provider, Kind::Object),
    may(At::Metadata, Kind::Object),
    may(At::IssuerAliases, Kind::TextList),
    may(At::DiscoveryUrl, Kind::Text),
    may(At::MetadataOverlay, Kind::Object),
    must(At::ClientId, Kind::Text),
    may(At::ClientSecret, Kind::Text),
    may(At::ClientKey, Kind::Object),
    may(At::AuthMethod, Kind::Text),
    may(At::AssertionAudience, Kind::Words),
    may(At::Scope, Kind::Text),
    may(At::Audience, Kind::Text),
    may(At::Resource, Kind::Words),
    may(At::Apis, Kind::TextList),
    may(At::Extra, Kind::Texts),
    may(At::RenewBefore, Kind::Number),
    may(At::AllowLoopbackIssuer, Kind::Bool),
];

/// The settings of a preset that count here. Its others are about users: `scope` and `extra` are those of their sign-ins.
const OF_PRESET: &[At] = &[
    At::Issuer,
    At::IssuerAliases,
    At::DiscoveryUrl,
    At::MetadataOverlay,
    At::AuthMethod,
    At::AssertionAudience,
    At::RefusedOptions,
];

/// The settings that are read from the app alone.
const OF_APP: &str = "provider apis audience";

impl ClientConfig {
    /// Reads and checks the settings of a client without users. `preset` has the settings that the preset of the provider
    /// has for servers.
    ///
    /// # Errors
    /// `OIDC_CONFIG_INVALID`, `OIDC_CONFIG_INSECURE` with the setting's name; for given metadata
    /// the codes of [`Metadata::read_token_endpoint`].
    pub fn read_machine(app: &Json, preset: &Json) -> Result<Self, Error> {
        settings::check(app, MACHINE_SETTINGS).map_err(invalid)?;
        let mut all = Writer::new();
        all.members_except(app, OF_APP).bool(At::UserSetting.text(), false);
        for name in OF_PRESET {
            if let Some(value) = preset.member(name.text())
                && app.member(name.text()).is_none()
            {
                all.json(name.text(), value);
            }
        }
        if let Some(issuer) = preset.member(At::Issuer.text()) {
            all.open(At::Provider.text(), '{').json(At::Issuer.text(), issuer).close('}');
        }
        all.open(At::Apis.text(), '{');
        let apis = app.member(At::Apis.text()).and_then(Json::list).unwrap_or_default();
        for (place, api) in apis.iter().enumerate() {
            let is_repeated = apis.iter().take(place).any(|before| before.text() == api.text());
            if let (Some(prefix), false) = (api.text(), is_repeated) {
                all.open(prefix, '{').close('}');
            }
        }
        all.close('}');
        let json = json::read_object(all.finish().as_bytes()).map_err(|_| invalid(At::Apis))?;
        let config = Self { json, tag: String::new() };
        config.check_machine()?;
        Ok(config)
    }

    fn check_machine(&self) -> Result<(), Error> {
        self.check_issuer()?;
        // A template stands for the tenants of users, and no user names one here.
        if issuer::is_template(self.issuer()) {
            return Err(invalid(At::Issuer));
        }
        self.check_quirks()?;
        if !self.has_credentials() {
            let has_key = self.setting(At::ClientKey).is_some();
            return Err(invalid(if has_key { At::ClientKey } else { At::ClientSecret }));
        }
        self.check_confidential()?;
        // An assertion without an audience could be replayed anywhere (RFC 7523, section 3).
        if self.client_key().is_some()
            && self.issuer().is_empty()
            && self.assertion_audience().is_none()
        {
            return Err(invalid(At::AssertionAudience));
        }
        self.check_apis()?;
        if let Some(given) = self.setting(At::Metadata) {
            self.read_token_metadata(given)?;
        }
        Ok(())
    }

    /// Reads the metadata of the provider of a client without users.
    ///
    /// # Errors
    /// Those of [`Metadata::read_token_endpoint`].
    pub fn read_token_metadata<'a>(&self, json: &'a Json) -> Result<Metadata<'a>, Error> {
        let issuer = self.known_issuer(json.text_of("issuer"));
        Metadata::read_token_endpoint(json, issuer, |address| self.allows_endpoint(address))
    }

    /// `scope` of a client without users; empty for that of its registration.
    ///
    /// # Errors
    /// `OIDC_CONFIG_INVALID` with `scope`: a word asks for a user, or for a refresh token (RFC 6749, section 4.4.3).
    pub fn machine_scope(&self) -> Result<String, Error> {
        let scope = self.scope("");
        let is_of_user = has_word(&scope, "openid") || has_word(&scope, "offline_access");
        if is_of_user { Err(invalid(At::Scope)) } else { Ok(scope) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::error::Code;
    use alloc::format;

    const KEY: &str = r#""clientKey":{"kty":"EC","crv":"P-256","alg":"ES256",
        "x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}"#;

    fn read_with(members: &str, preset: &str) -> Result<ClientConfig, (Code, &'static str)> {
        let read = |text: &str| json::read_object(text.as_bytes()).unwrap();
        let app = read(&format!(r#"{{"clientId":"c",{members}}}"#));
        let config = ClientConfig::read_machine(&app, &read(preset));
        let config = config.and_then(|config| config.machine_scope().map(|_| config));
        config.map_err(|error| (error.code, error.at.text()))
    }

    fn read(members: &str) -> Result<ClientConfig, (Code, &'static str)> {
        read_with(members, "{}")
    }

    #[test]
    fn a_client_without_users_holds_a_secret_or_a_key_and_asks_for_no_user() {
        const ISSUER: &str = r#""issuer":"https://op.example""#;
        const SECRET: &str = r#""issuer":"https://op.example","clientSecret":"s""#;
        let key = format!("{ISSUER},{KEY}");
        for (members, verdict) in [
            (SECRET.into(), None),
            (key.clone(), None),
            (format!(r#"{SECRET},"scope":"inbox:read","resource":["a","b"]"#), None),
            (ISSUER.into(), Some((Code::ConfigInvalid, "clientSecret"))),
            (
                format!(r#"{ISSUER},"authMethod":"none""#),
                Some((Code::ConfigInvalid, "clientSecret")),
            ),
            (format!(r#"{ISSUER},"clientKey":{{}}"#), Some((Code::ConfigInvalid, "clientKey"))),
            (format!(r#"{key},"clientSecret":"s""#), Some((Code::ConfigInvalid, "clientKey"))),
            (
                format!(r#"{key},"authMethod":"client_secret_post""#),
                Some((Code::ConfigInvalid, "authMethod")),
            ),
            (format!(r#"{SECRET},"authMethod":"none""#), Some((Code::ConfigInvalid, "authMethod"))),
            (format!(r#"{SECRET},"scope":"a openid""#), Some((Code::ConfigInvalid, "scope"))),
            (format!(r#"{SECRET},"scope":"offline_access""#), Some((Code::ConfigInvalid, "scope"))),
            (format!(r#"{SECRET},"resource":[]"#), Some((Code::ConfigInvalid, "resource"))),
            (format!(r#"{SECRET},"apis":["/inbox"]"#), Some((Code::ConfigInvalid, "apis"))),
            (
                format!(r#"{SECRET},"apis":["http://api.example"]"#),
                Some((Code::ConfigInsecure, "apis")),
            ),
            (
                format!(r#"{SECRET},"redirectUri":"https://a.example""#),
                Some((Code::ConfigInvalid, "")),
            ),
            (
                format!(r#"{SECRET},"metadataOverlay":{{"issuer":"x"}}"#),
                Some((Code::ConfigInvalid, "metadataOverlay")),
            ),
            (SECRET.replace("https:", "http:"), Some((Code::ConfigInsecure, "issuer"))),
            (r#""clientSecret":"s""#.into(), Some((Code::ConfigInvalid, "issuer"))),
        ] {
            assert_eq!(read(&members).err(), verdict, "{members}");
        }
        let twice = format!(r#"{SECRET},"apis":["https://a.example","https://a.example"]"#);
        assert_eq!(read(&twice).unwrap().apis().len(), 1);
    }

    #[test]
    fn a_token_endpoint_is_enough_and_must_be_secure() {
        for (members, verdict) in [
            (r#""clientSecret":"s","metadata":{"token_endpoint":"https://a.example/t"}"#.into(), None),
            (
                r#""clientSecret":"s","metadata":{"token_endpoint":"http://a.example/t"}"#.into(),
                Some((Code::MetadataInsecure, "token_endpoint")),
            ),
            (
                r#""clientSecret":"s","metadata":{"issuer":"https://op.example"}"#.into(),
                Some((Code::MetadataInvalid, "token_endpoint")),
            ),
            (
                r#""clientSecret":"s","issuer":"https://op.example","metadata":{"issuer":"https://other.example","token_endpoint":"https://a.example/t"}"#.into(),
                Some((Code::MetadataIssuerMismatch, "issuer")),
            ),
            (
                format!(r#"{KEY},"metadata":{{"token_endpoint":"https://a.example/t"}}"#),
                Some((Code::ConfigInvalid, "assertionAudience")),
            ),
            (
                format!(r#"{KEY},"assertionAudience":"https://a.example/t","metadata":{{"token_endpoint":"https://a.example/t"}}"#),
                None,
            ),
        ] {
            let members: String = members;
            assert_eq!(read(&members).err(), verdict, "{members}");
        }
    }

    #[test]
    fn a_preset_says_what_its_provider_needs_and_nothing_of_users() {
        let preset = r#"{"issuer":"https://op.example","scope":"openid profile","refresh":true,
            "extra":{"prompt":"consent"},"authMethod":"client_secret_post","requiredClaims":{"hd":"a"}}"#;
        let config = read_with(r#""clientSecret":"s""#, preset).unwrap();
        assert_eq!(&**config.issuer(), "https://op.example");
        assert_eq!(config.auth_method(), Some("client_secret_post"));
        assert_eq!(config.scope(""), "");
        assert!(config.extra().is_empty());
        let own = read_with(r#""clientSecret":"s","authMethod":"client_secret_basic""#, preset);
        assert_eq!(own.unwrap().auth_method(), Some("client_secret_basic"));
        let other = read_with(r#""clientSecret":"s","issuer":"https://other.example""#, preset);
        assert_eq!(other.err(), Some((Code::ConfigInvalid, "issuer")));
        let template = preset.replace("op.example", "op.example/{tenantid}/v2.0");
        let refused = read_with(r#""clientSecret":"s""#, &template);
        assert_eq!(refused.err(), Some((Code::ConfigInvalid, "issuer")));
    }
}
