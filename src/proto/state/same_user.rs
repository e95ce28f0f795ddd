//! Whether two sessions are about the same user, and about the same sign-in.

use super::flow_state::member;
use super::session::Session;
use crate::proto::client::config::ClientConfig;
use crate::proto::text::json;
use alloc::string::String;

impl Session {
    /// Whether the two sessions are about the same user: `sub` is unique at its issuer only (Core 2), and
    /// an issuer of many tenants has a user of the same `sub` in each.
    #[must_use]
    pub fn is_of_same_user(&self, config: &ClientConfig, other: &Self) -> bool {
        self.sub() == other.sub() && config.is_same_issuer(&self.issuer(), &other.issuer())
    }

    /// `iss` of the user's claims.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.claim("iss")
    }

    pub(super) fn claim(&self, name: &str) -> String {
        self.claims().map(|claims| member(&claims, name).into()).unwrap_or_default()
    }

    /// Whether the two sessions come from one sign-in.
    #[must_use]
    pub fn is_from_same_sign_in(&self, other: &Self) -> bool {
        self.sub() == other.sub() && json::are_same(self.first_claims(), other.first_claims())
    }
}
