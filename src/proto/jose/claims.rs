//! Claims that were signed by a verified key (RFC 7519, section 4).

use super::alg::Alg;
use crate::proto::text::json::{Json, Text};
use alloc::string::String;

/// The payload of a token with a valid signature. Only [`UntrustedJws::verified`] creates one.
///
/// [`UntrustedJws::verified`]: super::jws::UntrustedJws::verified
#[derive(Clone)]
pub struct VerifiedClaims {
    pub(super) alg: &'static Alg,
    pub(super) header: Json,
    pub(super) text: String,
    pub(super) payload: Json,
}

impl VerifiedClaims {
    /// A claim.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Json> {
        self.payload.member(name)
    }

    /// All claims, as an object.
    #[must_use]
    pub const fn json(&self) -> &Json {
        &self.payload
    }

    /// The payload as the provider wrote it: the exact JSON text that was signed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The algorithm of the signature.
    #[must_use]
    pub const fn alg(&self) -> &'static Alg {
        self.alg
    }

    /// The token's `typ`.
    #[inline(always)]
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.header.text_of("typ").map(Text::as_str)
    }

    /// The token's `kid`.
    #[inline(always)]
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.header.text_of("kid").map(Text::as_str)
    }
}

redact_debug! { VerifiedClaims }
