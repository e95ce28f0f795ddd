//! Public keys in jwt-compact's types (RFC 7517, RFC 7518 section 6, RFC 8037).

use crate::proto::text::base64url;
use crate::proto::text::json::{self, Json};
use alloc::borrow::{Cow, ToOwned};
use jwt_compact::jwk::JsonWebKey;

/// Reads the public key from the JSON text of a JWK. Private members are ignored.
pub(super) fn read(text: &str) -> Option<JsonWebKey<'static>> {
    let json = json::read_object(text.as_bytes()).ok()?;
    of(&|name| json.member(name).and_then(Json::text))
}

/// Reads the public key from members of a JWK.
pub(super) fn of_members<T: AsRef<str>>(members: &[(&str, T)]) -> Option<JsonWebKey<'static>> {
    of(&|name| members.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_ref()))
}

fn of<'a>(text: &dyn Fn(&str) -> Option<&'a str>) -> Option<JsonWebKey<'static>> {
    let bytes = |name| text(name).and_then(|text| base64url::read(text).ok()).map(Cow::Owned);
    let curve = || Some(Cow::Owned(text("crv")?.to_owned()));
    Some(match text("kty")? {
        "RSA" => JsonWebKey::Rsa {
            modulus: bytes("n")?,
            public_exponent: bytes("e")?,
            private_parts: None,
        },
        "EC" => JsonWebKey::EllipticCurve {
            curve: curve()?,
            x: bytes("x")?,
            y: bytes("y")?,
            secret: None,
        },
        "OKP" => JsonWebKey::KeyPair { curve: curve()?, x: bytes("x")?, secret: None },
        _ => return None,
    })
}
