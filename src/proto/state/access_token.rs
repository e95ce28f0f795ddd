//! One access token of a session.

use super::flow_state::member;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::UnixTime;
use crate::proto::oidc::token::TokenResponse;
use crate::proto::text::json::{Json, Text, Writer};

/// An access token of a session, and what it was granted for.
#[derive(Clone, Copy)]
pub struct AccessToken<'a>(pub(crate) &'a Json);

impl<'a> AccessToken<'a> {
    /// The token itself.
    #[must_use]
    pub fn token(&self) -> &'a Text {
        member(self.0, "access_token")
    }

    /// The scope that was granted for it.
    #[must_use]
    pub fn scope(&self) -> &'a Text {
        member(self.0, "scope")
    }

    /// The scope that a renewal asked for. A provider may spell the granted one in its own way (RFC
    /// 6749 section 3.3), so that only the API can tell whether the token is enough.
    #[must_use]
    pub fn renewed_for(&self) -> &'a Text {
        member(self.0, "for")
    }

    /// The resource that it is for, separated by spaces.
    #[must_use]
    pub fn resource(&self) -> &'a Text {
        member(self.0, "resource")
    }

    /// When it expires, in seconds since 1970; 0 if the provider did not say.
    #[must_use]
    pub fn expires_at(&self) -> u64 {
        self.time("expires_at").unwrap_or_default()
    }

    /// When to renew it, in seconds since 1970; 0 if that is unknown.
    #[must_use]
    pub fn refresh_at(&self) -> u64 {
        self.time("old_at").unwrap_or_else(|| self.expires_at())
    }

    /// Whether it is still valid.
    #[must_use]
    pub fn is_alive(&self, now: UnixTime) -> bool {
        now < self.end()
    }

    /// Whether it is valid and not yet due for renewal.
    #[must_use]
    pub fn is_fresh(&self, now: UnixTime) -> bool {
        self.is_alive(now) && (self.refresh_at() == 0 || now.0 < self.refresh_at())
    }

    pub(crate) fn end(&self) -> UnixTime {
        match self.expires_at() {
            0 => UnixTime(u64::MAX),
            end => UnixTime(end),
        }
    }

    fn time(&self, name: &str) -> Option<u64> {
        self.0.member(name)?.seconds()
    }
}

redact_debug! { AccessToken<'a> }

/// Writes an access token, and what it was granted for; without an answer, what was requested.
pub(crate) fn write(
    writer: &mut Writer,
    config: &ClientConfig,
    tokens: &TokenResponse,
    (scope, resource): (&str, &str),
    received: UnixTime,
) {
    writer
        .text("access_token", tokens.access_token())
        .text("scope", tokens.scope().as_deref().unwrap_or(scope))
        .text("resource", resource);
    let (mut expires_at, mut refresh_at) = (0, 0);
    if let Some(seconds) = tokens.expires_in() {
        expires_at = received.plus(seconds).0;
        // At most half of the lifetime, so that a token of one minute is not renewed all the time.
        refresh_at = expires_at.saturating_sub(config.renew_before().min(seconds / 2));
    }
    writer.number("expires_at", expires_at).number("old_at", refresh_at);
}
