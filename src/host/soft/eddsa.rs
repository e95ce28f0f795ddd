//! `EdDSA` (RFC 8037 section 3.1, RFC 8032 sections 5.1.7 and 5.2.7).

use super::{Never, Octets, Unfit};
use crate::proto::jose::ed25519;
use alloc::borrow::Cow;
use ed448_goldilocks::signature::Verifier;
use jwt_compact::Algorithm;
use jwt_compact::jwk::JsonWebKey;

/// Ed25519, under one of its two JOSE names (RFC 9864 section 2.2).
pub(super) struct Ed25519(pub(super) &'static str);

/// A canonical point that is not of small order.
pub(super) struct Ed25519Key(ed25519_dalek::VerifyingKey);

impl TryFrom<&JsonWebKey<'_>> for Ed25519Key {
    type Error = Unfit;

    fn try_from(key: &JsonWebKey<'_>) -> Result<Self, Unfit> {
        // The crate takes second spellings of a point, as Zcash wants it.
        let x = coordinate(key, "Ed25519").filter(|x| ed25519::is_key(x)).ok_or(Unfit)?;
        let x = x.try_into().map_err(|_| Unfit)?;
        ed25519_dalek::VerifyingKey::from_bytes(x).map(Self).map_err(|_| Unfit)
    }
}

impl Algorithm for Ed25519 {
    type SigningKey = Never;
    type VerifyingKey = Ed25519Key;
    type Signature = Octets;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.0)
    }

    fn sign(&self, key: &Never, _: &[u8]) -> Octets {
        match *key {}
    }

    /// `R || S` with R canonical and not of small order, S below the order of the base point.
    fn verify_signature(&self, signature: &Octets, key: &Ed25519Key, message: &[u8]) -> bool {
        let signature = ed25519_dalek::Signature::from_slice(&signature.0);
        signature.is_ok_and(|signature| key.0.verify_strict(message, &signature).is_ok())
    }
}

/// Ed448 (RFC 9864 section 2.2).
pub(super) struct Ed448;

/// A canonical point of the prime-order subgroup that is not the identity.
pub(super) struct Ed448Key(ed448_goldilocks::VerifyingKey);

impl TryFrom<&JsonWebKey<'_>> for Ed448Key {
    type Error = Unfit;

    fn try_from(key: &JsonWebKey<'_>) -> Result<Self, Unfit> {
        let x = coordinate(key, "Ed448").filter(|x| is_canonical(x)).ok_or(Unfit)?;
        let x = x.try_into().map_err(|_| Unfit)?;
        ed448_goldilocks::VerifyingKey::from_bytes(x).map(Self).map_err(|_| Unfit)
    }
}

impl Algorithm for Ed448 {
    type SigningKey = Never;
    type VerifyingKey = Ed448Key;
    type Signature = Octets;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed("Ed448")
    }

    fn sign(&self, key: &Never, _: &[u8]) -> Octets {
        match *key {}
    }

    /// `R || S` with R canonical, S below the order of the base point.
    fn verify_signature(&self, signature: &Octets, key: &Ed448Key, message: &[u8]) -> bool {
        let r = signature.0.get(..57).unwrap_or_default();
        let signature = ed448_goldilocks::Signature::try_from(&*signature.0);
        is_canonical(r)
            && signature.is_ok_and(|signature| key.0.verify(message, &signature).is_ok())
    }
}

/// Whether this is the one spelling of a point: 57 bytes, y below p = 2^448 - 2^224 - 1, nothing in
/// the last byte but the sign of x (RFC 8032 section 5.2.3). The crate reduces y, and looks at the
/// sign only. That x = 0 has no sign needs no look: both points there are of small order.
fn is_canonical(point: &[u8]) -> bool {
    let Some((sign, y)) = point.split_last() else { return false };
    let is_below_p = y.iter().rev().lt(P.iter().rev());
    y.len() == P.len() && sign & 0x7f == 0 && is_below_p
}

/// p, least significant byte first.
static P: [u8; 56] = *b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xfe\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\
    \xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";

fn coordinate<'a>(key: &'a JsonWebKey<'_>, crv: &str) -> Option<&'a [u8]> {
    match key {
        JsonWebKey::KeyPair { curve, x, .. } if curve == crv => Some(x),
        _ => None,
    }
}
