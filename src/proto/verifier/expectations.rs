//! The expectations of the caller of `verify`: the nonce, hashes, the age of the sign-in.

use super::config::TokenKind;
use crate::proto::error::{At, Code, Error};
use crate::proto::jose::hash::{self, Hash};
use crate::proto::oidc::id_token::Nonce;
use crate::proto::settings::{self, VERIFY_OPTIONS};
use crate::proto::text::json::{self, Json};
use alloc::{boxed::Box, string::String};

/// The expectations of the caller of `verify`, as it wrote them.
pub(super) struct Expectations(Box<Json>);

impl Expectations {
    pub(super) fn read(text: &str, kind: TokenKind) -> Result<Self, Error> {
        let json = if text.is_empty() {
            Box::default()
        } else {
            json::read_object(text.as_bytes()).map_err(|_| Code::ExpectedInvalid)?
        };
        let invalid = |name| Error::at(Code::ExpectedInvalid, name);
        if !matches!(*json, Json::Null) {
            settings::check(&json, VERIFY_OPTIONS).map_err(invalid)?;
        }
        let nonce = json.member("nonce");
        let is_nonce = matches!(nonce, Some(Json::Null | Json::Text(_)));
        // A caller that forgets the nonce would accept the ID token of another user.
        if is_nonce != (kind == TokenKind::IdToken)
            && (nonce.is_some() || kind == TokenKind::IdToken)
        {
            return Err(invalid(At::Nonce));
        }
        let expectations = Self(json);
        // `requireHashes` without an access token or a code would give a false sense of safety.
        let has_hashable = expectations.text("accessToken").or(expectations.text("code")).is_some();
        if expectations.requires_hashes() && !has_hashable {
            return Err(invalid(At::RequireHashes));
        }
        Ok(expectations)
    }

    /// The left half of a text's hash as base64url. `None` if the host lacks the hash function.
    pub(super) fn left_half(&self, digests: &[u8], hash: Hash, text: &str) -> Option<String> {
        let (access_token, code) = digests.split_at_checked(digests.len() / 2)?;
        let is_access_token = self.text("accessToken") == Some(text);
        hash.pick(if is_access_token { access_token } else { code }).map(hash::left_half)
    }

    pub(super) fn requires_hashes(&self) -> bool {
        self.0.is_true("requireHashes")
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.member(name)?.text()
    }

    pub(super) fn nonce(&self) -> Nonce<'_> {
        match self.text("nonce") {
            None => Nonce::None,
            Some("any") => Nonce::Any,
            Some(sent) => Nonce::Sent(sent),
        }
    }

    pub(super) fn max_age(&self) -> Option<u64> {
        self.0.member("maxAge")?.seconds()
    }

    pub(super) fn acr_values(&self) -> String {
        self.0.member("acrValues").map(Json::joined).unwrap_or_default()
    }

    pub(super) fn is_cacheable(&self) -> bool {
        ["accessToken", "code", "maxAge"].iter().all(|name| self.0.member(name).is_none())
    }
}
