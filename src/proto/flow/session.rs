//! A session: what is known of a person after a sign-in, as versioned text while it is kept.

use super::member;
use super::pending::Pending;
use crate::proto::config::Config;
use crate::proto::effect::UnixTime;
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::callback::Page;
use crate::proto::oidc::discovery::Metadata;
use crate::proto::oidc::id_token::IdToken;
use crate::proto::oidc::token::TokenResponse;
use crate::proto::settings::{self, NEEDS};
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::text::{has_word, url, words};
use alloc::string::String;

const VERSION: u64 = 1;

/// A verified person and their tokens.
pub struct Session {
    json: Json,
    /// The session as it is kept.
    pub text: String,
}

/// Writes the session that a sign-in ends in, as [`Session::read`] reads it. A refresh token that
/// was given unasked is kept to be revoked.
#[must_use]
pub fn write(
    config: &Config,
    id_token: &IdToken,
    tokens: &TokenResponse,
    pending: &Pending,
    metadata: &Metadata<'_>,
    (received, now): (UnixTime, UnixTime),
) -> String {
    let claims = &id_token.claims;
    let mut writer = Writer::new();
    writer
        .number("v", VERSION)
        .text("tag", config.tag())
        .text("sub", id_token.sub())
        .text("claims", claims.text())
        .text("alg", claims.alg().name)
        .maybe("kid", claims.kid())
        .text("checks", &id_token.checks)
        .number("checked", now.0)
        .text("id_token", tokens.id_token())
        .text("access_token", tokens.access_token())
        .maybe("refresh_token", tokens.refresh_token())
        .text("scope", tokens.scope().unwrap_or(pending.scope()))
        .text("resource", pending.resource());
    metadata.write(&mut writer);
    if let Some(seconds) = tokens.expires_in() {
        writer.number("expires_at", received.plus(seconds).0);
    }
    writer.finish()
}

impl Session {
    /// Reads a kept session; `None` when another version or another client wrote it.
    #[must_use]
    pub fn read(text: String, config: &Config) -> Option<Self> {
        let json = json::read_object(text.as_bytes()).ok()?;
        for name in &["sub", "claims", "alg", "id_token", "access_token", "scope"] {
            json.member(name)?.text()?;
        }
        if json.member("v")?.seconds()? != VERSION || json.member("tag")?.text()? != config.tag() {
            return None;
        }
        let session = Self { json, text };
        let claims = json::read_object(session.member("claims").as_bytes()).ok()?;
        let is_whole = claims.member("sub")?.text()? == session.member("sub")
            && Metadata::read(session.json.member("metadata")?, config).is_ok();
        is_whole.then_some(session)
    }

    /// The provider as it was at sign-in; every session that was read has it.
    #[must_use]
    pub fn metadata(&self) -> Option<Metadata<'_>> {
        Metadata::known(&self.json)
    }

    /// A text of the session: `sub`, `claims` (the ID token's, exactly as they were signed),
    /// `alg` and `kid` of its signature, `id_token`, `access_token`, `refresh_token`, `scope`,
    /// `checks` (what was checked of the ID token, separated by spaces);
    /// empty where there is none.
    #[must_use]
    pub fn member(&self, name: &str) -> &str {
        member(&self.json, name)
    }

    /// A time of the session in seconds: `checked`, or `expires_at` of the access token; 0 where it
    /// is not known.
    #[must_use]
    pub fn time(&self, name: &str) -> u64 {
        self.json.member(name).and_then(Json::seconds).unwrap_or_default()
    }

    /// The access token, if it is good for what is needed.
    ///
    /// # Errors
    /// `OIDC_TOKEN_SCOPE_MISSING`, `OIDC_SESSION_EXPIRED`.
    pub fn token(&self, need: &Need, now: UnixTime) -> Result<&str, Error> {
        let granted = self.member("scope");
        if !words(need.member("scope")).all(|word| has_word(granted, word)) {
            return Err(Error::at(Code::TokenScopeMissing, At::Scope));
        }
        let resource = need.member("resource");
        if !resource.is_empty() && !has_word(self.member("resource"), resource) {
            return Err(Error::at(Code::TokenScopeMissing, At::Resource));
        }
        // There is no renewal yet, so the token serves until its very end.
        let end = self.time("expires_at");
        if end != 0 && end <= now.0 {
            return Err(Code::SessionExpired.into());
        }
        Ok(self.member("access_token"))
    }
}

/// What an access token is needed for: words of `scope` it must have, a `resource` it must be for.
#[derive(Debug)]
pub struct Need(Json);

impl Need {
    /// Reads a need from its JSON text.
    ///
    /// # Errors
    /// `OIDC_SIGNIN_OPTION_INVALID` with the member's name.
    pub fn read(text: &str) -> Result<Self, Error> {
        let json = json::read_object(text.as_bytes()).map_err(|_| Code::SigninOptionInvalid)?;
        settings::check(&json, NEEDS).map_err(|name| Error::at(Code::SigninOptionInvalid, name))?;
        Ok(Self(json))
    }

    /// A need of nothing but a token.
    #[must_use]
    pub const fn any() -> Self {
        Self(Json::Null)
    }

    /// What an address needs, as JSON text, when it lies under one of the configured APIs.
    #[must_use]
    pub fn of_url(config: &Config, address: &str) -> Option<String> {
        let url = url::read(Page::read(address).base).ok()?;
        let apis = config.apis().iter().filter(|(prefix, _)| lies_under(&url, prefix));
        Some(json::write(&apis.max_by_key(|(prefix, _)| prefix.len())?.1))
    }

    fn member(&self, name: &str) -> &str {
        member(&self.0, name)
    }
}

/// Below a prefix means: the same origin, and the same path or one beneath it. A prefix never ends
/// in the middle of a segment, so `/api` does not let `/api-evil` have a token.
fn lies_under(url: &url::Url<'_>, prefix: &str) -> bool {
    let Ok(prefix) = url::read(prefix) else { return false };
    let path = if url.path.is_empty() { "/" } else { url.path };
    let Some(rest) = path.strip_prefix(prefix.path) else { return false };
    url.same_origin(&prefix)
        && (rest.is_empty() || rest.starts_with('/') || prefix.path.ends_with('/'))
}

hide! { Session }

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn need(url: &str) -> Option<String> {
        let settings = r#"{"issuer":"https://op.example","clientId":"c",
            "redirectUri":"https://app.example/cb","apis":{
            "https://api.example/inbox":{"scope":"read"},
            "https://api.example/inbox/deep/":{"scope":"deep"},
            "https://other.example":{"resource":"https://other.example/"}}}"#;
        Need::of_url(&Config::read(settings).unwrap(), url)
    }

    #[test]
    fn an_address_under_a_prefix_gets_what_the_prefix_needs() {
        assert_eq!(need("https://api.example/inbox").unwrap(), r#"{"scope":"read"}"#);
        assert_eq!(need("https://API.example:443/inbox?q=a\\b#c").unwrap(), r#"{"scope":"read"}"#);
        assert_eq!(need("https://api.example/inbox/deep/x").unwrap(), r#"{"scope":"deep"}"#);
        assert_eq!(
            need("https://other.example/x").unwrap(),
            r#"{"resource":"https://other.example/"}"#
        );
    }

    #[test]
    fn any_other_address_gets_no_token() {
        for url in [
            "https://api.example/inbox-evil",
            "https://api.example/",
            "https://api.example.evil.example/inbox",
            "https://evil.example/https://api.example/inbox",
            "http://api.example/inbox",
            "https://api.example:8443/inbox",
            "https://user@api.example/inbox",
            "https://evil.example\\@api.example/inbox",
            "data:text/plain,https://api.example/inbox",
            "",
        ] {
            assert_eq!(need(url), None, "{url}");
        }
    }

    #[test]
    fn only_what_this_version_of_this_client_kept_is_a_session() {
        let settings = r#"{"issuer":"https://op.example","clientId":"c",
            "redirectUri":"https://app.example/cb"}"#;
        let config = Config::read(settings).unwrap();
        let good = alloc::format!(
            r#"{{"v":1,"tag":"{}","sub":"ada","claims":"{{\"sub\":\"ada\"}}","alg":"ES256",
            "id_token":"i","access_token":"a","scope":"openid","metadata":{{
            "issuer":"https://op.example","authorization_endpoint":"https://op.example/a",
            "token_endpoint":"https://op.example/t","jwks_uri":"https://op.example/k"}}}}"#,
            config.tag()
        );
        let is_read = |from: &str, to: &str| {
            assert!(good.contains(from), "{from}");
            Session::read(good.replacen(from, to, 1), &config).is_some()
        };
        assert!(is_read("ada", "ada"));
        for (from, to) in [
            (r#""v":1"#, r#""v":2"#),
            (r#""v":1,"#, ""),
            (config.tag(), "AAAAAAAAAAA"),
            (r#""sub":"ada""#, r#""sub":"eve""#),
            (r#"\"ada\""#, r#"\"eve\""#),
            (r#"{\"sub\":\"ada\"}"#, "{"),
            (r#""alg":"ES256","#, ""),
            (r#""id_token":"i""#, r#""id_token":1"#),
            (r#""access_token":"a","#, ""),
            (r#""scope":"openid","#, ""),
            ("https://op.example\"", "https://evil.example\""),
            ("https://op.example/t", "http://op.example/t"),
        ] {
            assert!(!is_read(from, to), "{from} -> {to}");
        }
    }
}
