//! RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC 7518 sections 3.3 and 3.5, RFC 8017 section 8).

use super::types::{NoPrivateKey, RawSignature, UnsuitableKey};
use alloc::borrow::Cow;
use core::marker::PhantomData;
use digest::{Digest, FixedOutputReset, const_oid::AssociatedOid};
use jwt_compact::Algorithm;
use jwt_compact::jwk::JsonWebKey;
use rsa::signature::Verifier;
use rsa::{BoxedUint, RsaPublicKey, pkcs1v15, pss};

/// The sizes that the core accepts. Shorter keys are broken, longer ones could keep a verifier
/// busy.
const MODULUS_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;
const EXPONENT_BYTES: usize = 8;

/// RSASSA-PKCS1-v1_5 with the hash `D`.
pub(super) struct Pkcs1<D>(&'static str, PhantomData<fn() -> D>);

/// RSASSA-PSS with the hash `D`, which MGF1 uses too, and a salt as long as the hash.
pub(super) struct Pss<D>(&'static str, PhantomData<fn() -> D>);

impl<D> Pkcs1<D> {
    pub(super) const fn named(name: &'static str) -> Self {
        Self(name, PhantomData)
    }
}

impl<D> Pss<D> {
    pub(super) const fn named(name: &'static str) -> Self {
        Self(name, PhantomData)
    }
}

/// A modulus of 2048 to 8192 bits, and an odd exponent of 2 to 33 bits.
pub(super) struct Key(RsaPublicKey);

impl TryFrom<&JsonWebKey<'_>> for Key {
    type Error = UnsuitableKey;

    fn try_from(key: &JsonWebKey<'_>) -> Result<Self, UnsuitableKey> {
        let JsonWebKey::Rsa { modulus, public_exponent, .. } = key else {
            return Err(UnsuitableKey);
        };
        let (n, e) = (without_zeros(modulus), without_zeros(public_exponent));
        let most = MODULUS_BITS.end().div_ceil(8);
        if n.len() > most || e.len() > EXPONENT_BYTES {
            return Err(UnsuitableKey);
        }
        let (n, e) = (BoxedUint::from_be_slice_vartime(n), BoxedUint::from_be_slice_vartime(e));
        let key = RsaPublicKey::new_with_size_limits(n, e, MODULUS_BITS);
        key.map(Self).map_err(|_| UnsuitableKey)
    }
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

impl<D: Digest + AssociatedOid> Algorithm for Pkcs1<D> {
    type SigningKey = NoPrivateKey;
    type VerifyingKey = Key;
    type Signature = RawSignature;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.0)
    }

    fn sign(&self, key: &NoPrivateKey, _: &[u8]) -> RawSignature {
        match *key {}
    }

    /// The crate checks length and range of the signature (RFC 8017 section 8.2.2 steps 1 and 2).
    fn verify_signature(&self, signature: &RawSignature, key: &Key, message: &[u8]) -> bool {
        let key = pkcs1v15::VerifyingKey::<D>::new(key.0.clone());
        pkcs1v15::Signature::try_from(signature.0.as_slice())
            .is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }
}

impl<D: Digest + FixedOutputReset> Algorithm for Pss<D> {
    type SigningKey = NoPrivateKey;
    type VerifyingKey = Key;
    type Signature = RawSignature;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.0)
    }

    fn sign(&self, key: &NoPrivateKey, _: &[u8]) -> RawSignature {
        match *key {}
    }

    /// The crate checks length and range of the signature (RFC 8017 section 8.1.2 steps 1 and 2).
    fn verify_signature(&self, signature: &RawSignature, key: &Key, message: &[u8]) -> bool {
        let key = pss::VerifyingKey::<D>::new(key.0.clone());
        pss::Signature::try_from(signature.0.as_slice())
            .is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }
}
