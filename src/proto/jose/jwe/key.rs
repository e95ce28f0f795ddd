//! What is known here of a key that decrypts: its public half (RFC 7517, RFC 7518 section 6).
//!
//! The private half stays with the host. `oct` keys have no public half: the host measures them.

use super::agreement::Point;
use super::alg::{Alg, Enc, Takes};
use crate::proto::jose::jwk::{MAX_KEYS, is_exponent, is_modulus, without_zeros};
use crate::proto::text::base64url;
use crate::proto::text::json::Json;
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// A key that names what it may do must name one of these.
const OPERATIONS: &[&str] = &["decrypt", "unwrapKey", "deriveKey", "deriveBits"];

/// A key that is fit to decrypt with.
#[derive(Clone, Debug)]
pub struct DecryptionKey {
    /// Its name, where it has one.
    pub kid: Option<String>,
    /// The only algorithm it may be used with, where it says so.
    alg: Option<String>,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// There is nothing public about it.
    Secret,
    /// The modulus.
    Rsa(Vec<u8>),
    /// The name of its curve.
    Curve(&'static str),
}

impl DecryptionKey {
    /// The key, when it is of a known type, meant for decrypting and safe to decrypt with. Private
    /// members are not looked at and need not be there.
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

    /// Whether it may be used with these algorithms, and could have been with this encrypted key.
    pub(super) fn fits(&self, alg: &Alg, enc: &Enc, crv: &str, encrypted_key: &[u8]) -> bool {
        // Where the secret itself encrypts the content, its algorithm is that of the content.
        let is_meant = self
            .alg
            .as_ref()
            .is_none_or(|name| name == alg.name || alg.name == "dir" && name == enc.name);
        let wrapped_bytes = match alg.wrapping_key_bytes {
            0 => 0,
            // RFC 3394 section 2.2.1: one block of eight bytes more than the key.
            _ => enc.key_bytes.saturating_add(8),
        };
        is_meant
            && match (&self.kind, alg.takes) {
                (Kind::Secret, Takes::Secret) => encrypted_key.len() == wrapped_bytes,
                (Kind::Curve(own), Takes::Curve) => {
                    *own == crv && encrypted_key.len() == wrapped_bytes
                }
                // RFC 8017 section 7.1.2: as long as the modulus, and below it.
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

fn text<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    json.member(name)?.text()
}

/// Reads the list of keys that decrypt. A key of no use leaves its place empty, so that a place in
/// this list is one in the host's.
#[must_use]
pub fn read_all(list: &[Json]) -> Vec<Option<DecryptionKey>> {
    list.iter().take(MAX_KEYS).map(DecryptionKey::read).collect()
}
