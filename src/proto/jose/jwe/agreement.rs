//! The key agreement of two keys on a curve (RFC 7518, section 4.6; RFC 8037, section 3.2).
//!
//! The Concat KDF (NIST SP 800-56A, 5.8.1) runs at the host, which has the shared secret. This
//! module writes the other input of its hash.

use super::alg::{Alg, Enc, Takes};
use super::x25519;
use crate::proto::jose::curve;
use crate::proto::text::base64url;
use crate::proto::text::json::Json;
use alloc::{string::String, vec::Vec};

/// The public half of a key on a curve.
pub(super) struct Point {
    kty: &'static str,
    pub(super) crv: &'static str,
    parts: Vec<(&'static str, Vec<u8>)>,
}

impl Point {
    /// The key, if it is a point of its curve. With an invalid point, some hosts compute a secret
    /// that leaks the other key (CVE-2017-16007).
    pub(super) fn read(json: &Json) -> Option<Self> {
        let text = |name| json.member(name).and_then(Json::text);
        let bytes = |name| base64url::read(text(name)?).ok();
        let (kty, crv, x) = (text("kty")?, text("crv")?, bytes("x")?);
        if kty == "OKP" && crv == "X25519" {
            let is_key = x25519::is_key(&x);
            let parts = Vec::from([("x", x)]);
            return is_key.then_some(Self { kty: "OKP", crv: "X25519", parts });
        }
        let curve = curve::find(crv).filter(|_| kty == "EC")?;
        let y = bytes("y")?;
        curve.has_point(&x, &y).then(|| Self {
            kty: "EC",
            crv: curve.name,
            parts: Vec::from([("x", x), ("y", y)]),
        })
    }

    /// The key's members for the host's import, with canonical base64url values.
    fn members(&self) -> Vec<(&'static str, String)> {
        let mut members = Vec::from([("kty", self.kty.into()), ("crv", self.crv.into())]);
        members.extend(self.parts.iter().map(|(name, part)| (*name, base64url::write(part))));
        members
    }
}

/// The header's members for key agreement; all empty for algorithms without one.
#[derive(Default)]
pub(super) struct Agreement {
    pub(super) crv: &'static str,
    pub(super) epk: Vec<(&'static str, String)>,
    pub(super) other_info: Vec<u8>,
}

/// Reads the sender's key and the context of the derived key. Returns `None` if the key is missing
/// or not a point, or if `apu` or `apv` is not base64url.
pub(super) fn read(alg: &Alg, enc: &Enc, header: &Json) -> Option<Agreement> {
    if alg.takes != Takes::Curve {
        return Some(Agreement::default());
    }
    let epk = Point::read(header.member("epk")?)?;
    let party =
        |name| base64url::read(header.member(name).and_then(Json::text).unwrap_or_default()).ok();
    let (name, length) = match alg.wrapping_key_bytes {
        0 => (enc.name, enc.key_bytes),
        length => (alg.name, length),
    };
    let other_info = other_info(name, &party("apu")?, &party("apv")?, length);
    Some(Agreement { crv: epk.crv, epk: epk.members(), other_info })
}

/// RFC 7518, section 4.6.2: each part with its length in front, then the length of the key in bits.
fn other_info(name: &str, apu: &[u8], apv: &[u8], key_bytes: usize) -> Vec<u8> {
    let number = |number: usize| (number as u32).to_be_bytes();
    let mut out = Vec::new();
    for part in [name.as_bytes(), apu, apv] {
        out.extend_from_slice(&number(part.len()));
        out.extend_from_slice(part);
    }
    out.extend_from_slice(&number(key_bytes.saturating_mul(8)));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::text::json;

    #[test]
    fn the_other_info_is_the_one_of_rfc_7518_c() {
        let right = [
            &[0, 0, 0, 7][..],
            b"A128GCM",
            &[0, 0, 0, 5],
            b"Alice",
            &[0, 0, 0, 3],
            b"Bob",
            &[0, 0, 0, 128],
        ];
        assert_eq!(other_info("A128GCM", b"Alice", b"Bob", 16), right.concat());
    }

    #[test]
    fn jose_14_a_point_is_read_as_its_own_type_and_curve_alone() {
        let x = "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08";
        let read = [("OKP", "X25519"), ("OKP", "Ed25519"), ("EC", "X25519"), ("OKP", "P-256")].map(
            |(kty, crv)| {
                let key = alloc::format!(r#"{{"kty":"{kty}","crv":"{crv}","x":"{x}","y":"{x}"}}"#);
                json::read(key.as_bytes()).ok().and_then(|key| Point::read(&key)).is_some()
            },
        );
        assert_eq!(read, [true, false, false, false]);
    }
}
