//! Proof Key for Code Exchange, with S256 only (RFC 7636; RFC 9700, section 2.1.1).

use crate::proto::jose::hash;
use crate::proto::text::base64url;
use alloc::string::String;

/// The number of random bytes of each secret of a request: 256 bits (RFC 7636, section 7.1).
pub const ENTROPY: usize = 32;

/// A random value of 43 characters: `code_verifier`, `nonce`, the random part of `state`.
#[must_use]
pub fn derive_secret(entropy: &[u8; ENTROPY]) -> String {
    base64url::write(entropy)
}

/// The `code_challenge` of a verifier (RFC 7636, section 4.2).
#[must_use]
pub fn derive_challenge(verifier: &str) -> String {
    base64url::write(&hash::sha256(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn req_02_the_challenge_of_rfc_7636_appendix_b() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(derive_challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn req_01_a_secret_is_43_unreserved_characters() {
        let secret = derive_secret(&[255; ENTROPY]);
        assert_eq!(secret.len(), 43);
        assert!(
            secret.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        );
    }
}
