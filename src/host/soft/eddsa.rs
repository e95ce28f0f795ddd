//! `EdDSA` (RFC 8037 section 3.1, RFC 8032 sections 5.1.7 and 5.2.7).

use super::types::{NoPrivateKey, RawSignature, UnsuitableKey};
use crate::proto::jose::{ed448, ed25519};
use alloc::borrow::Cow;
use ed448_goldilocks::signature::Verifier;
use jwt_compact::Algorithm;
use jwt_compact::jwk::JsonWebKey;

/// Ed25519, under one of its two JOSE names (RFC 9864 section 2.2).
pub(super) struct Ed25519(pub(super) &'static str);

/// A canonical point that is not of small order.
pub(super) struct Ed25519Key(ed25519_dalek::VerifyingKey);

impl TryFrom<&JsonWebKey<'_>> for Ed25519Key {
    type Error = UnsuitableKey;

    fn try_from(key: &JsonWebKey<'_>) -> Result<Self, UnsuitableKey> {
        // The crate accepts second encodings of a point, as Zcash needs them.
        let x = coordinate(key, "Ed25519").filter(|x| ed25519::is_key(x)).ok_or(UnsuitableKey)?;
        let x = x.try_into().map_err(|_| UnsuitableKey)?;
        ed25519_dalek::VerifyingKey::from_bytes(x).map(Self).map_err(|_| UnsuitableKey)
    }
}

impl Algorithm for Ed25519 {
    type SigningKey = NoPrivateKey;
    type VerifyingKey = Ed25519Key;
    type Signature = RawSignature;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.0)
    }

    fn sign(&self, key: &NoPrivateKey, _: &[u8]) -> RawSignature {
        match *key {}
    }

    /// `R || S` with R canonical and not of small order, S below the order of the base point.
    fn verify_signature(&self, signature: &RawSignature, key: &Ed25519Key, message: &[u8]) -> bool {
        let signature = ed25519_dalek::Signature::from_slice(&signature.0);
        signature.is_ok_and(|signature| key.0.verify_strict(message, &signature).is_ok())
    }
}

/// Ed448 (RFC 9864 section 2.2).
pub(super) struct Ed448;

/// A canonical point of the prime-order subgroup that is not the identity.
pub(super) struct Ed448Key(ed448_goldilocks::VerifyingKey);

impl TryFrom<&JsonWebKey<'_>> for Ed448Key {
    type Error = UnsuitableKey;

    fn try_from(key: &JsonWebKey<'_>) -> Result<Self, UnsuitableKey> {
        // The crate reduces y, and reads only the sign of the last byte.
        let x = coordinate(key, "Ed448").filter(|x| ed448::is_key(x)).ok_or(UnsuitableKey)?;
        let x = x.try_into().map_err(|_| UnsuitableKey)?;
        ed448_goldilocks::VerifyingKey::from_bytes(x).map(Self).map_err(|_| UnsuitableKey)
    }
}

impl Algorithm for Ed448 {
    type SigningKey = NoPrivateKey;
    type VerifyingKey = Ed448Key;
    type Signature = RawSignature;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed("Ed448")
    }

    fn sign(&self, key: &NoPrivateKey, _: &[u8]) -> RawSignature {
        match *key {}
    }

    /// `R || S` with R canonical and in the prime-order subgroup, S below the order of the base point.
    fn verify_signature(&self, signature: &RawSignature, key: &Ed448Key, message: &[u8]) -> bool {
        ed448::is_signature(&signature.0)
            && ed448_goldilocks::Signature::try_from(&*signature.0)
                .is_ok_and(|signature| key.0.verify(message, &signature).is_ok())
    }
}

fn coordinate<'a>(key: &'a JsonWebKey<'_>, crv: &str) -> Option<&'a [u8]> {
    match key {
        JsonWebKey::KeyPair { curve, x, .. } if curve == crv => Some(x),
        _ => None,
    }
}
