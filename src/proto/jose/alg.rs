//! The algorithms that a token may be signed with (RFC 7518, section 3.1; RFC 8037; RFC 8812; RFC
//! 9864).
//!
//! `none` and the HMAC algorithms are not in the table, so no list of algorithms can allow them
//! ([`HS256`] is for one setting). A module for
//! pages also lacks the algorithms that no browser can verify, because every page would download
//! them.

use super::hash::Hash;

/// A signature algorithm.
#[derive(Debug, PartialEq, Eq)]
pub struct Alg {
    /// The JOSE name.
    pub name: &'static str,
    /// The type of its keys.
    pub kty: &'static str,
    /// The curve of its keys; empty for RSA.
    pub crv: &'static str,
    /// The hash function, also for `at_hash`.
    pub hash: Hash,
    /// The length of every signature in bytes; 0 for RSA, where the modulus decides.
    pub signature_bytes: usize,
}

/// The algorithm with exactly this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Alg> {
    ALL.iter().find(|alg| alg.name == name)
}

/// HMAC with SHA-256. It is not in the table: only a client whose settings pin it uses it, with its
/// own secret and no key of a set.
pub static HS256: Alg =
    Alg { name: "HS256", kty: "oct", crv: "", hash: Hash::Sha256, signature_bytes: 32 };

/// Every supported algorithm.
pub static ALL: &[Alg] = &[
    rsa("RS256", Hash::Sha256),
    rsa("RS384", Hash::Sha384),
    rsa("RS512", Hash::Sha512),
    rsa("PS256", Hash::Sha256),
    rsa("PS384", Hash::Sha384),
    rsa("PS512", Hash::Sha512),
    ec("ES256", "P-256", Hash::Sha256, 64),
    ec("ES384", "P-384", Hash::Sha384, 96),
    ec("ES512", "P-521", Hash::Sha512, 132),
    ed25519("EdDSA"),
    ed25519("Ed25519"),
    #[cfg(any(feature = "edge", feature = "soft", not(feature = "page")))]
    ec("ES256K", "secp256k1", Hash::Sha256, 64),
    #[cfg(any(feature = "edge", feature = "soft", not(feature = "page")))]
    Alg { name: "Ed448", kty: "OKP", crv: "Ed448", hash: Hash::Shake256, signature_bytes: 114 },
];

const fn rsa(name: &'static str, hash: Hash) -> Alg {
    Alg { name, kty: "RSA", crv: "", hash, signature_bytes: 0 }
}

const fn ec(name: &'static str, crv: &'static str, hash: Hash, signature_bytes: usize) -> Alg {
    Alg { name, kty: "EC", crv, hash, signature_bytes }
}

const fn ed25519(name: &'static str) -> Alg {
    Alg { name, kty: "OKP", crv: "Ed25519", hash: Hash::Sha512, signature_bytes: 64 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jose_08_a_name_is_found_only_as_it_is_spelt() {
        assert!(ALL.iter().all(|alg| find(alg.name) == Some(alg)));
        for name in ["rs256", "RS256 ", " RS256", "ES256k", "RS1", "ED448", "", "EDDSA", "ed25519"]
        {
            assert_eq!(find(name), None, "{name}");
        }
    }

    #[test]
    fn jose_09_and_10_none_and_the_hmacs_are_not_in_the_table() {
        for name in ["none", "None", "NONE", "nOnE", "HS256", "HS384", "HS512"] {
            assert_eq!(find(name), None, "{name}");
        }
    }
}
