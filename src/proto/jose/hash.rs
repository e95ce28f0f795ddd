//! SHA-2, and the left half of a hash that binds a token to another (OIDC Core 3.1.3.6).

use crate::proto::text::base64url;
use alloc::{string::String, vec::Vec};
use sha2::{Digest, Sha256, Sha384, Sha512};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// SHA-256 of these bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The hash of these bytes.
#[must_use]
pub fn digest(hash: Hash, bytes: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha256 => Sha256::digest(bytes).to_vec(),
        Hash::Sha384 => Sha384::digest(bytes).to_vec(),
        Hash::Sha512 => Sha512::digest(bytes).to_vec(),
    }
}

/// The left half of the text's hash as base64url: what `at_hash` and `c_hash` carry.
#[must_use]
pub fn half(hash: Hash, text: &str) -> String {
    let whole = digest(hash, text.as_bytes());
    base64url::write(whole.get(..whole.len() / 2).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_left_half_has_half_the_length() {
        for (hash, whole, half_text) in
            [(Hash::Sha256, 32, 22), (Hash::Sha384, 48, 32), (Hash::Sha512, 64, 43)]
        {
            assert_eq!(digest(hash, b"").len(), whole);
            assert_eq!(half(hash, "").len(), half_text);
        }
    }

    #[test]
    fn sha256_is_the_one_of_fips_180() {
        assert_eq!(
            base64url::write(&sha256(b"abc")),
            "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
        );
        assert_eq!(digest(Hash::Sha256, b"abc"), sha256(b"abc"));
    }

    #[test]
    fn an_access_token_has_the_at_hash_of_oidc_core_a_3() {
        let token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(half(Hash::Sha256, token), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
