//! The need for an access token, and which tokens of a session fit it.

use super::access_token::{self, AccessToken};
use super::flow_state::member;
use super::identity;
use super::session::{self, Session};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::UnixTime;
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::callback::Page;
use crate::proto::oidc::id_token::IdToken;
use crate::proto::oidc::token::TokenResponse;
use crate::proto::settings::{self, TOKEN_NEED};
use crate::proto::text::json::{self, Json, Text, Writer};
use crate::proto::text::{has_word, has_words, url, words};
use alloc::{boxed::Box, string::String};

/// The need for an access token: words of `scope` that it must have, and a `resource` that it must
/// be for.
#[derive(Debug)]
pub struct TokenNeed(Box<Json>);

impl TokenNeed {
    /// Reads the input of a renewal: a need, `refused`, the access token that an API refused, and
    /// `renew`, whether a good token is not enough.
    ///
    /// # Errors
    /// `OIDC_SIGNIN_OPTION_INVALID` with the member's name.
    pub fn read(text: &str) -> Result<Self, Error> {
        let json = json::read_object(text.as_bytes()).map_err(|_| Code::SigninOptionInvalid)?;
        settings::check(&json, TOKEN_NEED)
            .map_err(|name| Error::at(Code::SigninOptionInvalid, name))?;
        Ok(Self(json))
    }

    /// The need that the app asks to renew, as if an API had refused the newest token of the session.
    /// An expired one is renewed anyway.
    #[must_use]
    pub fn renewing(self, session: &Session, now: UnixTime) -> Self {
        let is_asked = self.0.is_true(At::Renew.text());
        match self.find_token(session).filter(|grant| is_asked && grant.is_alive(now)) {
            Some(grant) => Self::from_state(
                &Writer::new()
                    .text("scope", self.scope())
                    .text("resource", self.required_resource())
                    .text("refused", grant.token())
                    .finish(),
            ),
            None => self,
        }
    }

    /// A need that was checked before.
    pub(crate) fn from_state(text: &str) -> Self {
        Self(json::read(text.as_bytes()).unwrap_or_default())
    }

    /// The need to ask the provider for the user, after its session changed from this
    /// `session_state`.
    pub(crate) fn for_session_change(session_state: &str) -> Self {
        Self::from_state(&Writer::new().text("changed", session_state).finish())
    }

    /// The outdated `session_state` after a change at the provider; empty if a token is needed.
    pub(crate) fn changed_session_state(&self) -> &Text {
        member(&self.0, "changed")
    }

    /// The need of an address, as JSON text, if it is under one of the configured APIs.
    #[must_use]
    pub fn for_url(config: &ClientConfig, address: &str) -> Option<String> {
        let url = url::read(Page::read(address).base).ok()?;
        let mut found: Option<&(Text, Json)> = None;
        for api in config.apis() {
            if is_under(&url, &api.0) && found.is_none_or(|found| found.0.len() <= api.0.len()) {
                found = Some(api);
            }
        }
        Some(json::write(&found?.1))
    }

    /// The resource, separated by spaces. Without one, that of the session's first token.
    #[must_use]
    pub fn resource<'a>(&'a self, session: &'a Session) -> &'a Text {
        let resource = self.required_resource();
        if resource.is_empty() { session.resource() } else { resource }
    }

    /// The newest token of the session that fits, however old it is; never the token that an API
    /// refused.
    #[must_use]
    pub fn find_token<'a>(&self, session: &'a Session) -> Option<AccessToken<'a>> {
        let mut found: Option<AccessToken<'_>> = None;
        for one in session.access_tokens() {
            let fits = self.is_met_by(&one, session) && one.token() != self.refused_token();
            if fits && found.is_none_or(|found| found.end() <= one.end()) {
                found = Some(one);
            }
        }
        found
    }

    /// Fails if the provider was never asked for this scope: then no renewal can add it.
    ///
    /// # Errors
    /// `OIDC_SESSION_EXPIRED` if another sign-in would ask for it, because the settings changed since;
    /// `OIDC_TOKEN_SCOPE_MISSING` otherwise.
    pub fn check(&self, config: &ClientConfig, session: &Session) -> Result<(), Error> {
        let (asked, granted) = (session.requested_scope(), session.scope());
        for word in words(self.scope()) {
            if !has_word(asked, word) && !has_word(granted, word) {
                return Err(missing(has_word(&config.scope(""), word), At::Scope));
            }
        }
        Ok(())
    }

    /// Whether the session's first token fits, apart from its age.
    #[must_use]
    pub fn is_met_by_first(&self, session: &Session) -> bool {
        self.is_met_by(&session.first_access_token(), session)
    }

    /// Whether a token was granted for this need, however old it is.
    #[must_use]
    pub fn is_met_by(&self, grant: &AccessToken<'_>, session: &Session) -> bool {
        let resource = grant.resource();
        let is_for = match self.required_resource().as_str() {
            "" => resource == session.resource(),
            wanted => has_word(resource, wanted),
        };
        let scope = self.scope();
        // A renewal for this scope brought it: another one would bring the same.
        is_for
            && !grant.token().is_empty()
            && (has_words(grant.scope(), scope) || has_words(grant.renewed_for(), scope))
    }

    /// The session with a newer access token for this need, and with a newer ID token and the claims
    /// that it leads to, if there is one.
    #[must_use]
    pub fn apply_refresh(
        &self,
        session: &Session,
        config: &ClientConfig,
        tokens: &TokenResponse,
        renewed: Option<(&IdToken, &str)>,
        (received, now): (UnixTime, UnixTime),
    ) -> Session {
        let mut writer = Writer::new();
        if let Some((id_token, claims)) = renewed {
            identity::write(&mut writer, config, id_token, claims, tokens.id_token(), now);
        }
        if self.is_met_by_first(session) {
            let asked: (&str, &str) = (session.scope(), session.resource());
            access_token::write(&mut writer, config, tokens, asked, received);
            return session.with_members(&writer);
        }
        let mut one = Writer::new();
        access_token::write(
            &mut one,
            config,
            tokens,
            (self.scope(), self.resource(session)),
            received,
        );
        writer.open("more", '[').put(&one.text("for", self.scope()).finish());
        // The newest ones, without duplicates.
        let mut left = session::MAX_OTHER_TOKENS.saturating_sub(1);
        for other in session.other_tokens() {
            if left > 0 && !self.is_met_by(&AccessToken(other), session) {
                left = left.saturating_sub(1);
                writer.put(&json::write(other));
            }
        }
        session.with_members(writer.close(']'))
    }

    /// The words of `scope` that the token must have; empty if none are required.
    #[must_use]
    pub fn scope(&self) -> &Text {
        member(&self.0, "scope")
    }

    /// The resource that is required; empty for that of the session's first token.
    #[must_use]
    pub fn required_resource(&self) -> &Text {
        member(&self.0, "resource")
    }

    /// The access token that an API refused; empty if none was.
    #[must_use]
    pub fn refused_token(&self) -> &Text {
        member(&self.0, "refused")
    }

    /// The JSON text.
    #[must_use]
    pub fn write(&self) -> String {
        json::write(&self.0)
    }
}

/// The error for a scope or a resource that no token has. `is_new`: the settings have it since the
/// user signed in, so a sign-in asks for it.
#[must_use]
pub const fn missing(is_new: bool, name: At) -> Error {
    Error::at(if is_new { Code::SessionExpired } else { Code::TokenScopeMissing }, name)
}

/// "Under a prefix" means the same origin, and the same path or one below it. A prefix never ends
/// within a segment, so `/api` does not give `/api-evil` a token.
fn is_under(url: &url::Url<'_>, prefix: &str) -> bool {
    let Ok(prefix) = url::read(prefix) else { return false };
    let path = if url.path.is_empty() { "/" } else { url.path };
    let Some(rest) = path.strip_prefix(prefix.path) else { return false };
    url.same_origin(&prefix)
        && !climbs(path)
        && (rest.is_empty() || rest.starts_with('/') || prefix.path.ends_with('/'))
}

/// Whether a server that decodes a path, once or several times, may leave the prefix: a segment is
/// `..` in any spelling. Some servers cut a segment off at a parameter (`..;x`) or at a NUL (`..%00`),
/// and some remove a space at its end.
fn climbs(path: &str) -> bool {
    let mut dots = 0_u8;
    let mut rest = path.as_bytes();
    while let Some((letter, behind)) = decoded_letter(rest) {
        if dots == 2 && matches!(letter, b'/' | b';') {
            return true;
        }
        dots = match letter {
            b'/' => 0,
            b'.' => dots.saturating_add(1),
            // No number of dots that follow makes two.
            _ => 3,
        };
        rest = behind;
    }
    dots == 2
}

/// The first letter of a path after it is decoded until nothing changes, and the rest of the path.
const fn decoded_letter(path: &[u8]) -> Option<(u8, &[u8])> {
    let (letter, rest) = match path {
        [b'%', rest @ ..] => (b'%', rest),
        [letter, rest @ ..] => return Some((*letter, rest)),
        [] => return None,
    };
    let mut code = rest;
    while let [b'2', b'5', again @ ..] = code {
        code = again;
    }
    Some(match code {
        [b'2', b'e' | b'E', rest @ ..] => (b'.', rest),
        [b'2', b'f' | b'F', rest @ ..] | [b'5', b'c' | b'C', rest @ ..] => (b'/', rest),
        [b'3', b'b' | b'B', rest @ ..] | [b'0' | b'2', b'0', rest @ ..] => (b';', rest),
        _ => (letter, rest),
    })
}

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
        TokenNeed::for_url(&ClientConfig::read(settings).unwrap(), url)
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
    fn a_path_that_leaves_its_prefix_once_it_is_decoded_gets_no_token() {
        for path in [
            "..%2fadmin",
            "x/..%2F..%2Fadmin",
            "%2e%2e/admin",
            ".%2E%2fadmin",
            "..%5cadmin",
            "..%252fadmin",
            "%252e%252e%25252fadmin",
            "..;/admin",
            "..;x=1%2fadmin",
            "..%3bx/admin",
            "..%00/admin",
            "..%2500",
            "..%20/admin",
            "..%252520",
            "%2e.%20%20/admin",
            "../admin",
            "..",
        ] {
            let url = ["https://api.example/inbox/", path].concat();
            assert_eq!(need(&url), None, "{url}");
        }
        for path in [
            "group%2Fproject",
            "a..b",
            "..a",
            "...",
            "%",
            "%2",
            "%25",
            "%c3%a9",
            "x;..x",
            "a%20b",
            "%20..",
            "..a%20",
        ] {
            let url = ["https://api.example/inbox/", path].concat();
            assert!(need(&url).is_some(), "{url}");
        }
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
}
