//! ECDSA (RFC 7518 section 3.4, RFC 8812 section 3.2, FIPS 186-5 section 6.4.2).

use super::types::{NoPrivateKey, RawSignature, UnsuitableKey};
use ::ecdsa::elliptic_curve::sec1::{FromSec1Point, ModulusSize, ToSec1Point};
use ::ecdsa::elliptic_curve::{self, CurveArithmetic};
use ::ecdsa::signature::Verifier;
use ::ecdsa::{DigestAlgorithm, EcdsaCurve, Signature, VerifyingKey};
use alloc::borrow::Cow;
use core::marker::PhantomData;
use jwt_compact::Algorithm;
use jwt_compact::jwk::JsonWebKey;
use k256::Secp256k1;
use p256::NistP256;
use p384::NistP384;
use p521::NistP521;

/// ECDSA over the curve `C`, with the hash that JOSE pairs it with.
pub(super) struct Ecdsa<C>(PhantomData<fn() -> C>);

impl<C> Ecdsa<C> {
    pub(super) const fn new() -> Self {
        Self(PhantomData)
    }
}

/// A curve with an algorithm in JOSE.
pub(super) trait Curve:
    EcdsaCurve
    + DigestAlgorithm
    + elliptic_curve::Curve<FieldBytesSize: ModulusSize>
    + CurveArithmetic<AffinePoint: FromSec1Point<Self> + ToSec1Point<Self>>
{
    /// The name of the algorithm.
    const ALG: &'static str;
    /// The name of the curve.
    const CRV: &'static str;
    /// The length of a coordinate, in bytes.
    const BYTES: usize;
}

impl Curve for NistP256 {
    const ALG: &'static str = "ES256";
    const CRV: &'static str = "P-256";
    const BYTES: usize = 32;
}

impl Curve for NistP384 {
    const ALG: &'static str = "ES384";
    const CRV: &'static str = "P-384";
    const BYTES: usize = 48;
}

impl Curve for NistP521 {
    const ALG: &'static str = "ES512";
    const CRV: &'static str = "P-521";
    const BYTES: usize = 66;
}

impl Curve for Secp256k1 {
    const ALG: &'static str = "ES256K";
    const CRV: &'static str = "secp256k1";
    const BYTES: usize = 32;
}

/// A point of the curve that is not the identity.
pub(super) struct Key<C: Curve>(VerifyingKey<C>);

impl<C: Curve> TryFrom<&JsonWebKey<'_>> for Key<C> {
    type Error = UnsuitableKey;

    fn try_from(key: &JsonWebKey<'_>) -> Result<Self, UnsuitableKey> {
        match key {
            // Each coordinate has the full length (RFC 7518 section 6.2.1.2): their sum could be
            // right with two wrong ones.
            JsonWebKey::EllipticCurve { curve, x, y, .. }
                if curve == C::CRV && x.len() == C::BYTES && y.len() == C::BYTES =>
            {
                let point = [&[4], &**x, y].concat();
                VerifyingKey::from_sec1_bytes(&point).map(Self).map_err(|_| UnsuitableKey)
            }
            _ => Err(UnsuitableKey),
        }
    }
}

impl<C: Curve> Algorithm for Ecdsa<C> {
    type SigningKey = NoPrivateKey;
    type VerifyingKey = Key<C>;
    type Signature = RawSignature;

    fn name(&self) -> Cow<'static, str> {
        Cow::Borrowed(C::ALG)
    }

    fn sign(&self, key: &NoPrivateKey, _: &[u8]) -> RawSignature {
        match *key {}
    }

    /// `r || s`, each between 1 and n-1.
    fn verify_signature(&self, signature: &RawSignature, key: &Key<C>, message: &[u8]) -> bool {
        let Ok(mut signature) = Signature::<C>::from_slice(&signature.0) else { return false };
        if C::NORMALIZE_S {
            // Every signature is valid with two values of s. Bitcoin refuses the greater one; JOSE
            // does not.
            signature = signature.normalize_s();
        }
        key.0.verify(message, &signature).is_ok()
    }
}
