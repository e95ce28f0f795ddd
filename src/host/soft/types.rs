//! The types that jwt-compact asks of every algorithm here.

use alloc::{borrow::Cow, vec::Vec};
use jwt_compact::AlgorithmSignature;

/// A private key that cannot exist: this module verifies and never signs.
pub(super) enum NoPrivateKey {}

/// A key that does not fit its algorithm, or that is unsafe to verify with.
pub(super) struct UnsuitableKey;

/// A signature as the token has it. Each algorithm checks its form together with the key, since
/// the length of an RSA signature depends on the key.
pub(super) struct RawSignature(pub(super) Vec<u8>);

impl AlgorithmSignature for RawSignature {
    fn try_from_slice(slice: &[u8]) -> anyhow::Result<Self> {
        Ok(Self(slice.to_vec()))
    }

    fn as_bytes(&self) -> Cow<'_, [u8]> {
        Cow::Borrowed(&self.0)
    }
}
