//! Signatures verified in Rust: without the host's cryptography, synchronously, and with the same
//! result everywhere (RFC 7518 section 3.1, RFC 8037, RFC 8812, RFC 9864).
//!
//! Algorithms and keys implement jwt-compact's traits and types, [`Algorithm`] and [`JsonWebKey`].
//! The `RustCrypto` crates below are newer than those of jwt-compact's own algorithms: they are
//! twice as fast in wasm and have more curves. Three parts of jwt-compact are not used. Its tokens
//! and validators read JSON with serde, which accepts duplicate members and adds 18 KB
//! (compressed). Its own algorithms need the older crates. Its `sign` needs a private key, so
//! [`NoPrivateKey`](types::NoPrivateKey) is a type without values.
//!
//! Every input is checked here completely, even if the caller has checked it: lengths, ranges,
//! points that are not on their curve, points of small order. Invalid input returns `false` and
//! never panics.

mod ecdsa;
mod eddsa;
mod key;
mod rsa;
mod types;

use crate::host::soft::ecdsa::Ecdsa;
use crate::host::soft::eddsa::{Ed448, Ed25519};
use crate::host::soft::rsa::{Pkcs1, Pss};
use crate::host::soft::types::RawSignature;
use crate::proto::effect::{Verdict, VerifyRequest};
use crate::proto::jose::hash::{self, Hash};
use alloc::{borrow::Cow, vec::Vec};
use jwt_compact::Algorithm;
use jwt_compact::jwk::JsonWebKey;
use k256::Secp256k1;
use p256::NistP256;
use p384::NistP384;
use p521::NistP521;
use sha2::{Sha256, Sha384, Sha512};

/// Every algorithm that this module verifies.
static ALL: &[&dyn AnyAlgorithm] = &[
    &Pkcs1::<Sha256>::named("RS256"),
    &Pkcs1::<Sha384>::named("RS384"),
    &Pkcs1::<Sha512>::named("RS512"),
    &Pss::<Sha256>::named("PS256"),
    &Pss::<Sha384>::named("PS384"),
    &Pss::<Sha512>::named("PS512"),
    &Ecdsa::<NistP256>::new(),
    &Ecdsa::<NistP384>::new(),
    &Ecdsa::<NistP521>::new(),
    &Ecdsa::<Secp256k1>::new(),
    &Ed25519("EdDSA"),
    &Ed25519("Ed25519"),
    &Ed448,
];

/// The JOSE names of the algorithms that this module verifies.
pub fn algorithms() -> impl Iterator<Item = Cow<'static, str>> {
    ALL.iter().map(|alg| alg.jose_name())
}

/// The digest of `input`. Returns `None` if the name of the hash function is unknown.
#[must_use]
pub fn digest(name: &str, input: &[u8]) -> Option<Vec<u8>> {
    Some(hash::digest(Hash::named(name)?, input))
}

/// Whether `signature` over `input` is valid for the key, under the algorithm with this JOSE name.
/// `key` is the JSON text of a public JWK; only the members that make up the key are read.
#[must_use]
pub fn check(alg: &str, key: &str, input: &[u8], signature: &[u8]) -> bool {
    let is_valid = |alg: &&dyn AnyAlgorithm| {
        key::read(key).is_some_and(|key| alg.is_valid(&key, input, signature))
    };
    find(alg).is_some_and(is_valid)
}

/// Answers the core's question about a signature. Native apps verify with it.
#[must_use]
pub fn verify(question: &VerifyRequest) -> Verdict {
    let Some(alg) = find(question.alg) else { return Verdict::Unsupported };
    let is_valid =
        |key: JsonWebKey<'_>| alg.is_valid(&key, question.input.as_bytes(), &question.signature);
    if key::of_members(&question.key).is_some_and(is_valid) {
        Verdict::Valid
    } else {
        Verdict::Invalid
    }
}

fn find(name: &str) -> Option<&'static &'static dyn AnyAlgorithm> {
    ALL.iter().find(|alg| alg.jose_name() == name)
}

/// An [`Algorithm`] with any types, so that a table can hold it.
trait AnyAlgorithm: Sync {
    fn jose_name(&self) -> Cow<'static, str>;
    fn is_valid(&self, key: &JsonWebKey<'_>, input: &[u8], signature: &[u8]) -> bool;
}

impl<A> AnyAlgorithm for A
where
    A: Algorithm<Signature = RawSignature> + Sync,
    A::VerifyingKey: for<'a> TryFrom<&'a JsonWebKey<'a>>,
{
    fn jose_name(&self) -> Cow<'static, str> {
        self.name()
    }

    fn is_valid(&self, key: &JsonWebKey<'_>, input: &[u8], signature: &[u8]) -> bool {
        let key = A::VerifyingKey::try_from(key);
        key.is_ok_and(|key| self.verify_signature(&RawSignature(signature.to_vec()), &key, input))
    }
}
