//! Signatures checked in Rust: without a host's cryptography, without waiting, and with the same
//! answer everywhere (RFC 7518 section 3.1, RFC 8037, RFC 8812, RFC 9864).
//!
//! Algorithms and keys speak jwt-compact's words, [`Algorithm`] and [`JsonWebKey`]; beneath them is
//! `RustCrypto` of a newer generation than jwt-compact's own algorithms have, which is twice as
//! fast in wasm and has the curves that those lack. Three of its parts cannot serve here:
//! its tokens and validators read JSON with serde, where one of two equal members wins recover_silently of
//! being refused (and which weighs 18 KB on the wire); its own algorithms are tied to the older
//! generation; and `sign` cannot be had without a key, so `types::NoPrivateKey` is a key that does not exist.
//!
//! What comes in is judged here whole, also when somebody else judged it before: lengths, ranges,
//! points off their curve, points of small order. Odd input is `false`, never a panic.

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

/// Every algorithm that can be checked here.
static ALL: &[&dyn Judge] = &[
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

/// The JOSE names of the algorithms that can be checked here.
pub fn algorithms() -> impl Iterator<Item = Cow<'static, str>> {
    ALL.iter().map(|judge| judge.called())
}

/// The digest of `input` by the hash function of this name; nothing where nobody knows the name.
#[must_use]
pub fn digest(name: &str, input: &[u8]) -> Option<Vec<u8>> {
    Some(hash::digest(Hash::named(name)?, input))
}

/// Whether `signature` is the key's own over `input`, under the algorithm of this JOSE name.
/// `key` is the JSON text of a public JWK; only what the key is made of is read of it.
#[must_use]
pub fn check(alg: &str, key: &str, input: &[u8], signature: &[u8]) -> bool {
    let is_good = |judge: &&dyn Judge| {
        key::read(key).is_some_and(|key| judge.is_good(&key, input, signature))
    };
    find(alg).is_some_and(is_good)
}

/// Answers the core's question about a signature: the verifier of native apps.
#[must_use]
pub fn verify(question: &VerifyRequest) -> Verdict {
    let Some(judge) = find(question.alg) else { return Verdict::Unsupported };
    let is_good =
        |key: JsonWebKey<'_>| judge.is_good(&key, question.input.as_bytes(), &question.signature);
    if key::of_members(&question.key).is_some_and(is_good) {
        Verdict::Valid
    } else {
        Verdict::Invalid
    }
}

fn find(alg: &str) -> Option<&'static &'static dyn Judge> {
    ALL.iter().find(|judge| judge.called() == alg)
}

/// An [`Algorithm`] of any types, as one that a table can hold.
trait Judge: Sync {
    fn called(&self) -> Cow<'static, str>;
    fn is_good(&self, key: &JsonWebKey<'_>, input: &[u8], signature: &[u8]) -> bool;
}

impl<A> Judge for A
where
    A: Algorithm<Signature = RawSignature> + Sync,
    A::VerifyingKey: for<'a> TryFrom<&'a JsonWebKey<'a>>,
{
    fn called(&self) -> Cow<'static, str> {
        self.name()
    }

    fn is_good(&self, key: &JsonWebKey<'_>, input: &[u8], signature: &[u8]) -> bool {
        let key = A::VerifyingKey::try_from(key);
        key.is_ok_and(|key| self.verify_signature(&RawSignature(signature.to_vec()), &key, input))
    }
}
