//! The keys that verify ID tokens: those that the provider publishes, those that the app pins, or the
//! client's secret.

use super::config::{ClientConfig, HMAC_ALG};
use crate::proto::error::At;
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_FRAMES};
use crate::proto::jose::alg::{self, Alg};
use crate::proto::text::json::{self, Json, Text};
use alloc::string::String;

impl ClientConfig {
    /// The key of ID tokens that are signed with the client's secret (OpenID Connect Core 10.1).
    /// Returns `None` unless the settings pin `HS256`.
    #[must_use]
    pub fn hmac_secret(&self) -> Option<&Text> {
        if !CONFIDENTIAL_CLIENT {
            return None;
        }
        let pinned = self.text(At::IdTokenSignedResponseAlg.text());
        self.client_secret().filter(|_| pinned.is_some_and(|alg| *alg == *HMAC_ALG))
    }

    /// Whether an ID token can be accepted, or none is needed: `announced` are the provider's algorithms.
    #[must_use]
    pub fn accepts_id_tokens(&self, announced: Option<&Json>) -> bool {
        let is_allowed = |alg: &Alg| self.allows_alg(alg.name, announced);
        !self.has_user() || self.hmac_secret().is_some() || alg::ALL.iter().any(is_allowed)
    }

    /// The provider's keys, if the settings pin them: none are fetched. Empty otherwise.
    #[must_use]
    pub fn pinned_keys(&self) -> String {
        let set = if WITH_FRAMES { self.json.member(At::Jwks.text()) } else { None };
        set.map(json::write).unwrap_or_default()
    }

    /// Whether keys are fetched: none are pinned, the client's secret is not the key, and an ID token is verified.
    #[must_use]
    pub fn fetches_keys(&self) -> bool {
        self.hmac_secret().is_none()
            && self.has_user()
            && (!WITH_FRAMES || self.json.member(At::Jwks.text()).is_none())
    }
}
