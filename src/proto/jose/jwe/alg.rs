//! The algorithms that a token may be encrypted with (RFC 7518, sections 4.1 and 5.1; RFC 8037).
//!
//! `RSA1_5` and the `PBES2` family are not in the table: the first is a padding oracle, and the
//! second lets the sender choose how long the receiver computes. The 192-bit algorithms are missing
//! because Chromium lacks them.

/// An algorithm that finds the content encryption key (`alg`).
#[derive(Debug, PartialEq, Eq)]
pub struct Alg {
    /// The JOSE name.
    pub name: &'static str,
    /// The kind of its keys.
    pub takes: Takes,
    /// The length of the AES key that unwraps the content key, in bytes; 0 without AES key wrap.
    pub wrapping_key_bytes: usize,
}

/// The kind of key that an algorithm needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// A shared secret.
    Secret,
    /// An RSA key.
    Rsa,
    /// A key on a curve, with an ephemeral key on that curve in the header.
    Curve,
}

/// An algorithm that encrypts content (`enc`).
#[derive(Debug, PartialEq, Eq)]
pub struct Enc {
    /// The JOSE name.
    pub name: &'static str,
    /// The length of its key, in bytes.
    pub key_bytes: usize,
    iv_bytes: usize,
    tag_bytes: usize,
    /// The block size: it divides the length of every ciphertext.
    block_bytes: usize,
}

impl Enc {
    /// Whether these lengths are possible for this algorithm. A host that gets a shorter tag may
    /// compare only that many bytes (RFC 7518, sections 5.2.2.2 and 5.3).
    pub(super) fn has_lengths(&self, iv: &[u8], ciphertext: &[u8], tag: &[u8]) -> bool {
        // CBC adds padding, so its ciphertext is never empty.
        let least = if self.block_bytes > 1 { self.block_bytes } else { 0 };
        iv.len() == self.iv_bytes
            && tag.len() == self.tag_bytes
            && ciphertext.len() >= least
            && ciphertext.len().is_multiple_of(self.block_bytes)
    }
}

/// The `alg` algorithm with exactly this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Alg> {
    ALL.iter().find(|alg| alg.name == name)
}

/// The `enc` algorithm with exactly this name.
#[must_use]
pub fn find_enc(name: &str) -> Option<&'static Enc> {
    ALL_ENC.iter().find(|enc| enc.name == name)
}

/// Every supported `alg` algorithm.
pub static ALL: &[Alg] = &[
    alg("RSA-OAEP", Takes::Rsa, 0),
    alg("RSA-OAEP-256", Takes::Rsa, 0),
    alg("ECDH-ES", Takes::Curve, 0),
    alg("ECDH-ES+A128KW", Takes::Curve, 16),
    alg("ECDH-ES+A256KW", Takes::Curve, 32),
    alg("A128KW", Takes::Secret, 16),
    alg("A256KW", Takes::Secret, 32),
    alg("dir", Takes::Secret, 0),
];

/// Every supported `enc` algorithm.
pub static ALL_ENC: &[Enc] = &[
    gcm("A128GCM", 16),
    gcm("A256GCM", 32),
    cbc("A128CBC-HS256", 32, 16),
    cbc("A256CBC-HS512", 64, 32),
];

const fn alg(name: &'static str, takes: Takes, wrapping_key_bytes: usize) -> Alg {
    Alg { name, takes, wrapping_key_bytes }
}

const fn gcm(name: &'static str, key_bytes: usize) -> Enc {
    Enc { name, key_bytes, iv_bytes: 12, tag_bytes: 16, block_bytes: 1 }
}

const fn cbc(name: &'static str, key_bytes: usize, tag_bytes: usize) -> Enc {
    Enc { name, key_bytes, iv_bytes: 16, tag_bytes, block_bytes: 16 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jose_27_a_password_and_pkcs_1_padding_are_not_in_the_table() {
        for name in [
            "RSA1_5",
            "PBES2-HS256+A128KW",
            "PBES2-HS384+A192KW",
            "PBES2-HS512+A256KW",
            "A128GCMKW",
            "A192KW",
            "RSA-OAEP-512",
            "DIR",
            "dir ",
            "",
            "none",
        ] {
            assert_eq!(find(name), None, "{name}");
        }
        for name in ["A192GCM", "A192CBC-HS384", "a128gcm", "", "none", "A128CBC"] {
            assert_eq!(find_enc(name), None, "{name}");
        }
        assert!(ALL.iter().all(|alg| find(alg.name) == Some(alg)));
        assert!(ALL_ENC.iter().all(|enc| find_enc(enc.name) == Some(enc)));
    }

    #[test]
    fn every_part_has_its_one_length() {
        for enc in ALL_ENC {
            let has = |iv: usize, ciphertext: usize, tag: usize| {
                enc.has_lengths(&[0].repeat(iv), &[0].repeat(ciphertext), &[0].repeat(tag))
            };
            let (iv, tag) = (enc.iv_bytes, enc.tag_bytes);
            assert!(has(iv, 32, tag));
            for (iv, tag) in [(0, tag), (iv - 1, tag), (iv + 1, tag), (iv, 0), (iv, tag - 1)] {
                assert!(!has(iv, 32, tag), "{} {iv} {tag}", enc.name);
            }
            assert!(!has(iv, 32, tag + 1) && !has(iv, 32, tag * 2));
            assert_eq!(has(iv, 0, tag), enc.block_bytes == 1);
            assert_eq!(has(iv, 33, tag), enc.block_bytes == 1);
        }
    }
}
