//! The public half of a decryption key (RFC 7517; RFC 7518, section 6).
//!
//! The private half stays with the host. An `oct` key has no public half: the host checks its
//! length.

use super::agreement::Point;
use super::alg::{Alg, Enc, Takes};
use crate::proto::jose::jwk::{MAX_KEYS, is_exponent, is_modulus, text, without_zeros};
use crate::proto::text::base64url;
use crate::proto::text::json::Json;
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// A key with `key_ops` must list one of these.
const OPERATIONS: &[&str] = &["decrypt", "unwrapKey", "deriveKey", "deriveBits"];

/// A key that is suitable for decryption.
#[derive(Clone, Debug)]
pub struct DecryptionKey {
    /// `kid`, if the key has one.
    pub kid: Option<String>,
    /// The only algorithm that it may be used with, if it names one.
    alg: Option<String>,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// An `oct` key has no public member.
    Secret,
    /// The modulus.
    Rsa(Vec<u8>),
    /// The name of the curve.
    Curve(&'static str),
}

impl DecryptionKey {
    /// The key, if its type is known, it is meant for decryption, and it is safe. Private members
    /// are not read and may be missing.
    #[must_use]
    pub fn read(json: &Json) -> Option<Self> {
        for name in &["use", "kid", "alg"] {
            json.member(name).map_or(Some(""), Json::text)?;
        }
        let operations = json.member("key_ops");
        let is_for_decrypting = text(json, "use").is_none_or(|usage| usage == "enc")
            && operations.is_none_or(|list| {
                list.is_texts() && OPERATIONS.iter().any(|operation| list.has(operation))
            });
        let owned = |name| text(json, name).map(ToOwned::to_owned);
        let kind = Kind::read(json).filter(|_| is_for_decrypting)?;
        Some(Self { kid: owned("kid"), alg: owned("alg"), kind })
    }

    /// Whether the key fits these algorithms and the length of this encrypted key.
    pub(super) fn fits(&self, alg: &Alg, enc: &Enc, crv: &str, encrypted_key: &[u8]) -> bool {
        // With `dir`, the key's algorithm is that of the content.
        let is_meant = self
            .alg
            .as_ref()
            .is_none_or(|name| name == alg.name || alg.name == "dir" && name == enc.name);
        let wrapped_bytes = match alg.wrapping_key_bytes {
            0 => 0,
            // RFC 3394, section 2.2.1: the key plus one block of eight bytes.
            _ => enc.key_bytes.saturating_add(8),
        };
        is_meant
            && match (&self.kind, alg.takes) {
                (Kind::Secret, Takes::Secret) => encrypted_key.len() == wrapped_bytes,
                (Kind::Curve(own), Takes::Curve) => {
                    *own == crv && encrypted_key.len() == wrapped_bytes
                }
                // RFC 8017, section 7.1.2: as long as the modulus, and smaller than it.
                (Kind::Rsa(n), Takes::Rsa) => {
                    encrypted_key.len() == n.len() && encrypted_key < n.as_slice()
                }
                _ => false,
            }
    }
}

impl Kind {
    fn read(json: &Json) -> Option<Self> {
        let bytes = |name| base64url::read(text(json, name)?).ok();
        match text(json, "kty")? {
            "oct" => Some(Self::Secret),
            "RSA" => {
                let [n, e] = [bytes("n")?, bytes("e")?].map(|number| without_zeros(&number));
                (is_modulus(&n) && is_exponent(&e)).then_some(Self::Rsa(n))
            }
            _ => Some(Self::Curve(Point::read(json)?.crv)),
        }
    }
}

/// Reads the list of decryption keys. An unusable key leaves its place empty, so that positions in
/// this list and in the host's list are the same.
#[must_use]
pub fn read_all(list: &[Json]) -> Vec<Option<DecryptionKey>> {
    list.iter().take(MAX_KEYS).map(DecryptionKey::read).collect()
}
