//! SHA-2, and the left half of a hash that binds one token to another (OIDC Core 3.1.3.6).

use crate::proto::text::base64url;
use alloc::{string::String, vec::Vec};
use sha2::block_api::{compress256, compress512};

/// A hash function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hash {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SHAKE256 with 114 bytes of output.
    #[cfg(any(feature = "edge", feature = "soft", not(feature = "page")))]
    Shake256,
}

impl Hash {
    /// Every hash function, in the order in which digests are joined.
    pub const ALL: &[(Self, &str, usize)] = &[
        (Self::Sha256, "SHA-256", 32),
        (Self::Sha384, "SHA-384", 48),
        (Self::Sha512, "SHA-512", 64),
        #[cfg(any(feature = "edge", feature = "soft", not(feature = "page")))]
        (Self::Shake256, "SHAKE256", 114),
    ];

    /// The hash function with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == name).map(|row| row.0)
    }

    /// The digest of this hash function among the joined digests of all. `None` if it is missing.
    #[must_use]
    pub fn pick(self, digests: &[u8]) -> Option<&[u8]> {
        // The digests are in the order of the functions.
        let begin: usize = Self::ALL.iter().filter(|row| row.0 < self).map(|row| row.2).sum();
        let end: usize = Self::ALL.iter().filter(|row| row.0 <= self).map(|row| row.2).sum();
        digests.get(begin..end)
    }
}

/// The initial hash values (FIPS 180-4, section 5.3).
#[rustfmt::skip]
const SHA256: [u32; 8] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
];
#[rustfmt::skip]
const SHA384: [u64; 8] = [
    0xcbbb_9d5d_c105_9ed8, 0x629a_292a_367c_d507, 0x9159_015a_3070_dd17, 0x152f_ecd8_f70e_5939,
    0x6733_2667_ffc0_0b31, 0x8eb4_4a87_6858_1511, 0xdb0c_2e0d_64f9_8fa7, 0x47b5_481d_befa_4fa4,
];
#[rustfmt::skip]
const SHA512: [u64; 8] = [
    0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
];

/// SHA-256 of these bytes.
#[must_use]
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut state = SHA256;
    compress256(&mut state, padded(bytes, 64).as_chunks().0);
    let mut out = [0; 32];
    for (out, word) in out.as_chunks_mut().0.iter_mut().zip(state) {
        *out = u32::to_be_bytes(word);
    }
    out
}

/// HMAC-SHA-256 (RFC 2104).
#[must_use]
pub fn hmac_sha256(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0; 64];
    let hashed = if key.len() > block.len() { sha256(key).to_vec() } else { key.to_vec() };
    for (byte, own) in block.iter_mut().zip(&hashed) {
        *byte = *own;
    }
    let keyed = |pad: u8, text: &[u8]| {
        let mut all: Vec<u8> = block.iter().map(|byte| byte ^ pad).collect();
        all.extend_from_slice(text);
        sha256(&all)
    };
    keyed(0x5c, &keyed(0x36, text))
}

fn sha512(mut state: [u64; 8], bytes: &[u8]) -> Vec<u8> {
    compress512(&mut state, padded(bytes, 128).as_chunks().0);
    let mut out = Vec::new();
    for word in state {
        out.extend_from_slice(&word.to_be_bytes());
    }
    out
}

/// The message in whole blocks: a bit, zeros, and its length in bits in the last eighth of the last
/// block (FIPS 180-4, section 5.1). The `Digest` trait of `sha2` pads a stream, with twice the
/// code.
fn padded(bytes: &[u8], block: usize) -> Vec<u8> {
    let length = block / 8;
    let mut all = bytes.to_vec();
    all.push(0x80);
    while !all.len().saturating_add(length).is_multiple_of(block) {
        all.push(0);
    }
    // No input has 2^61 bytes: 64 bits for the length are enough.
    all.resize(all.len().saturating_add(length).saturating_sub(8), 0);
    all.extend_from_slice(&((bytes.len() as u64) << 3).to_be_bytes());
    all
}

/// The hash of these bytes.
#[must_use]
pub fn digest(hash: Hash, bytes: &[u8]) -> Vec<u8> {
    match hash {
        Hash::Sha256 => sha256(bytes).to_vec(),
        Hash::Sha384 => sha512(SHA384, bytes).get(..48).unwrap_or_default().to_vec(),
        Hash::Sha512 => sha512(SHA512, bytes),
        #[cfg(any(feature = "edge", feature = "soft", not(feature = "page")))]
        Hash::Shake256 => super::shake::shake256(bytes),
    }
}

/// The digests of a text by all hash functions, joined.
#[must_use]
pub fn digests(text: &str) -> Vec<u8> {
    Hash::ALL.iter().flat_map(|row| digest(row.0, text.as_bytes())).collect()
}

/// The left half of a hash as base64url.
#[must_use]
pub fn left_half(digest: &[u8]) -> String {
    base64url::write(digest.get(..digest.len() / 2).unwrap_or_default())
}

/// The left half of the text's hash as base64url: the value of `at_hash` and `c_hash`.
#[must_use]
pub fn half(hash: Hash, text: &str) -> String {
    left_half(&digest(hash, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hmac_is_that_of_rfc_4231() {
        let hex = |bytes: &[u8]| {
            bytes.iter().map(|byte| alloc::format!("{byte:02x}")).collect::<String>()
        };
        for (key, text, mac) in [
            (
                &[0x0b; 20][..],
                "Hi There",
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe",
                "what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            // The block size, which RFC 4231 does not test.
            (
                &[0x0b; 64],
                "Hi There",
                "21cd586aeca0579d99a1c938127c92525a371f807bc5ba6eb78bc825bd4f2be3",
            ),
            (
                &[0xaa; 131],
                "Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            assert_eq!(hex(&hmac_sha256(key, text.as_bytes())), mac, "{text}");
        }
    }

    #[test]
    fn the_left_half_has_half_the_length() {
        for (hash, whole, half_text) in [
            (Hash::Sha256, 32, 22),
            (Hash::Sha384, 48, 32),
            (Hash::Sha512, 64, 43),
            (Hash::Shake256, 114, 76),
        ] {
            assert_eq!(digest(hash, b"").len(), whole);
            assert_eq!(half(hash, "").len(), half_text);
        }
    }

    #[test]
    fn every_length_is_padded_as_ring_pads_it() {
        use ring::digest::{SHA256, SHA384, SHA512, digest as reference};
        for length in 0..300 {
            let bytes = [0x5a; 300];
            let bytes = bytes.get(..length).unwrap_or_default();
            for (hash, ring) in
                [(Hash::Sha256, &SHA256), (Hash::Sha384, &SHA384), (Hash::Sha512, &SHA512)]
            {
                assert_eq!(
                    digest(hash, bytes),
                    reference(ring, bytes).as_ref(),
                    "{hash:?} {length}"
                );
            }
        }
    }

    #[test]
    fn a_digest_is_found_among_those_of_all_hash_functions() {
        let mut all = Vec::new();
        for (hash, name, length) in Hash::ALL {
            assert_eq!(Hash::named(name), Some(*hash));
            assert_eq!(hash.pick(&all), None, "{name}: not there yet");
            let digest = digest(*hash, b"x");
            assert_eq!(digest.len(), *length, "{name}");
            all.extend(&digest);
            assert_eq!(hash.pick(&all), Some(&*digest), "{name}");
        }
        assert_eq!(digests("x"), all);
        assert_eq!(Hash::named("MD5"), None);
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
