//! A client that gets tokens and no user: its ID token, if there is one, is not verified. Either the app knows two
//! endpoints of the server and nothing else, or the server speaks OAuth 2.0 without OpenID Connect.

use super::config::ClientConfig;
use crate::proto::error::{At, Error};
use crate::proto::features::CONFIDENTIAL_CLIENT;
use crate::proto::settings::{insecure, invalid};
use crate::proto::text::has_word;
use crate::proto::text::json::Json;

/// Settings that say what an ID token must have. It is not checked for a client without a user.
static OF_USERS: &[At] = &[
    At::Algorithms,
    At::IdTokenSignedResponseAlg,
    At::TrustedAudiences,
    At::RequiredClaims,
    At::Tenants,
    At::RefusedTenants,
    At::MaxAge,
    At::UserInfo,
    At::KeepClaims,
];

impl ClientConfig {
    /// Whether a sign-in verifies an ID token, so that its session has a user.
    #[must_use]
    pub fn has_user(&self) -> bool {
        !CONFIDENTIAL_CLIENT || self.is_unset_or_on(At::UserSetting)
    }

    /// Whether the issuer is unknown, so that nothing of the provider can be verified.
    #[must_use]
    pub fn has_endpoints_only(&self) -> bool {
        CONFIDENTIAL_CLIENT && !self.has_user() && self.issuer().is_empty()
    }

    /// Whether requests have a code challenge (RFC 7636).
    #[must_use]
    pub fn uses_pkce(&self) -> bool {
        !CONFIDENTIAL_CLIENT || self.is_unset_or_on(At::Pkce)
    }

    /// Whether a request for this scope has a `nonce`. OpenID Connect alone defines the parameter. A server whose
    /// endpoints alone are known gets one, because it may speak OpenID Connect.
    #[must_use]
    pub fn sends_nonce(&self, scope: &str) -> bool {
        self.has_user() || self.has_endpoints_only() || has_word(scope, "openid")
    }

    /// The `nonce` of all requests, if the settings have one.
    #[must_use]
    pub fn static_nonce(&self) -> Option<&str> {
        let nonce = if CONFIDENTIAL_CLIENT { self.setting(At::Nonce) } else { None };
        nonce.and_then(Json::text)
    }

    /// `prompt` of every sign-in that names none.
    #[must_use]
    pub fn usual_prompt(&self) -> Option<&str> {
        let prompt = if CONFIDENTIAL_CLIENT { self.setting(At::Prompt) } else { None };
        prompt.and_then(Json::text)
    }

    /// The settings around a client without a user.
    pub(super) fn check_tokens_only(&self) -> Result<(), Error> {
        if let Some(wrong) =
            OF_USERS.iter().find(|name| !self.has_user() && self.setting(**name).is_some())
        {
            return Err(invalid(*wrong));
        }
        // One text for all requests does not tell whose request an ID token answers.
        if self.has_user() && self.static_nonce().is_some() {
            return Err(invalid(At::Nonce));
        }
        // RFC 9700, 2.1.1: without PKCE the nonce protects the code, and only of a client with credentials.
        let is_protected = self.requires_nonce() && self.auth_method() != Some("none");
        if !self.uses_pkce() && !is_protected {
            return Err(insecure(At::Pkce));
        }
        // Nothing can be discovered without an issuer.
        if self.has_endpoints_only() && self.metadata().is_none() {
            return Err(invalid(At::Issuer));
        }
        Ok(())
    }

    fn is_unset_or_on(&self, name: At) -> bool {
        self.setting(name).and_then(Json::bool) != Some(false)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::error::Code;
    use alloc::format;

    const ENDPOINTS: &str = r#""metadata":{"authorization_endpoint":"https://a.example/a","token_endpoint":"https://a.example/t"}"#;
    const ISSUER: &str = r#""issuer":"https://op.example""#;

    fn read(members: &str) -> Result<ClientConfig, (Code, &'static str)> {
        ClientConfig::read_confidential(&format!(
            r#"{{"clientId":"c","redirectUri":"https://app.example/cb",{members}}}"#
        ))
        .map_err(|error| (error.code, error.at.text()))
    }

    #[test]
    fn two_endpoints_are_enough_for_a_client_without_a_user_only() {
        let only = read(&format!(r#"{ENDPOINTS},"clientSecret":"s","user":false"#)).unwrap();
        assert!(only.has_endpoints_only() && !only.fetches_keys() && only.sends_nonce(""));
        assert_eq!(only.scope(""), "");
        assert_eq!(only.scope("a"), "a");
        let plain =
            read(&format!(r#"{ISSUER},"clientSecret":"s","user":false,"scope":"a""#)).unwrap();
        assert!(!plain.has_endpoints_only() && !plain.sends_nonce("a"));
        assert!(plain.sends_nonce("a openid"));
        assert_eq!(plain.scope("b"), "a b");
        for (members, at) in [
            (format!(r#"{ENDPOINTS},"clientSecret":"s""#), "issuer"),
            (r#""clientSecret":"s","user":false"#.into(), "issuer"),
            (format!(r#"{ENDPOINTS},"clientSecret":"s","user":0"#), "user"),
        ] {
            assert_eq!(read(&members).err(), Some((Code::ConfigInvalid, at)), "{members}");
        }
        let half = r#""metadata":{"authorization_endpoint":"https://a.example/a"},"clientSecret":"s","user":false"#;
        assert_eq!(read(half).err(), Some((Code::MetadataInvalid, "token_endpoint")));
    }

    #[test]
    fn a_setting_that_needs_a_verified_token_is_refused_without_a_user() {
        for (member, at) in [
            (r#""maxAge":5"#, "maxAge"),
            (r#""userInfo":true"#, "userInfo"),
            (r#""requiredClaims":{"hd":"a"}"#, "requiredClaims"),
            (r#""tenants":["t"]"#, "tenants"),
            (r#""keepClaims":["a"]"#, "keepClaims"),
            (r#""algorithms":["RS256"]"#, "algorithms"),
        ] {
            let members = format!(r#"{ENDPOINTS},"clientSecret":"s","user":false,{member}"#);
            assert_eq!(read(&members).err(), Some((Code::ConfigInvalid, at)), "{member}");
        }
    }

    #[test]
    fn what_protects_a_code_is_never_all_off() {
        for (members, verdict) in [
            (r#""clientSecret":"s","pkce":false"#, None),
            (
                r#""clientSecret":"s","pkce":false,"requireNonce":false"#,
                Some((Code::ConfigInsecure, "pkce")),
            ),
            (r#""authMethod":"none","pkce":false"#, Some((Code::ConfigInsecure, "pkce"))),
            (r#""authMethod":"none""#, None),
            (r#""clientSecret":"s","nonce":"n""#, Some((Code::ConfigInvalid, "nonce"))),
            (r#""clientSecret":"s","nonce":"n","user":false"#, None),
        ] {
            assert_eq!(read(&format!("{ISSUER},{members}")).err(), verdict, "{members}");
        }
    }
}
