//! The keys that sign answers: their published form, and which of them signs now.

use super::der;
use super::input::{now, part};
use crate::proto::error::Code;
use crate::proto::jose::hash::sha256;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::{self, Field, Kind, optional, required};
use crate::proto::text::base64url;
use crate::proto::text::json::{Json, Writer};
use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

/// How long a new key is published before it signs, in seconds. Entra keeps the key set for a day
/// and asks for two, so that every copy of it has the key by then.
const PUBLISHED_FIRST: u64 = 2 * 24 * 60 * 60;
/// The fewest bytes of a modulus (RFC 7518, section 3.3).
const MIN_MODULUS_BYTES: usize = 256;

/// `n` is the modulus of the app's own key, if the host can read it.
const FIELDS: &[Field] = &[
    required("x5c", Kind::Texts),
    optional("kid", Kind::Text),
    optional("publishedAt", Kind::Number),
    optional("n", Kind::Text),
];

struct Key<'a> {
    kid: String,
    published_at: u64,
    x5c: &'a Json,
    modulus: String,
    exponent: String,
}

/// The keys in the order of the settings.
pub(super) struct Keys<'a>(Vec<Key<'a>>);

impl<'a> Keys<'a> {
    /// Reads the keys: their public half is that of the certificate, so that both cannot differ.
    pub(super) fn read(list: &'a Json) -> Result<Self, Fault> {
        let mut keys: Vec<Key<'a>> = Vec::new();
        let list = list.list().unwrap_or_default();
        for one in list {
            fields::check(one, FIELDS)?;
            let published_at = one.member("publishedAt").and_then(Json::seconds);
            // Without the times, nothing says which of two keys is the new one.
            if published_at.is_none() && list.len() > 1 {
                return Err(Fault::of_field("publishedAt", "missing beside another key"));
            }
            let key = read(one, published_at.unwrap_or_default())?;
            if keys.iter().any(|other| other.kid == key.kid) {
                return Err(Fault::of_field("kid", "the same for two keys"));
            }
            keys.push(key);
        }
        if keys.is_empty() { Err(Fault::of_field("signingKeys", "empty")) } else { Ok(Self(keys)) }
    }

    /// The key set (RFC 7517, section 5). Every key has `x5c`, which Entra requires.
    pub(super) fn document(&self) -> String {
        let mut out = Writer::new();
        out.open("keys", '[');
        for key in &self.0 {
            out.element('{').text("kty", "RSA").text("use", "sig").text("alg", "RS256");
            out.text("kid", &key.kid).text("n", &key.modulus).text("e", &key.exponent);
            out.json("x5c", key.x5c).close('}');
        }
        out.close(']').finish()
    }

    /// The members of each key that the host needs.
    pub(super) fn list(&self) -> String {
        let mut out = Writer::new();
        out.open("keys", '[');
        for key in &self.0 {
            out.element('{').text("kid", &key.kid).number("publishedAt", key.published_at);
            out.text("n", &key.modulus).text("e", &key.exponent).close('}');
        }
        let text = out.close(']').finish();
        text.strip_prefix(r#"{"keys":"#)
            .and_then(|rest| rest.strip_suffix('}'))
            .unwrap_or_default()
            .to_owned()
    }
}

fn read(one: &Json, published_at: u64) -> Result<Key<'_>, Fault> {
    let invalid = |detail| Fault::of_field("x5c", detail);
    let x5c = one.member("x5c").unwrap_or(&Json::Null);
    let mut chain = Vec::new();
    for certificate in x5c.list().unwrap_or_default() {
        let text = certificate.text().unwrap_or_default();
        chain.push(from_base64(text).ok_or_else(|| invalid("not base64 of DER"))?);
    }
    let leaf = chain.first().ok_or_else(|| invalid("empty"))?;
    let (modulus, exponent) =
        der::rsa_key(leaf).ok_or_else(|| invalid("no certificate of an RSA key"))?;
    if modulus.len() < MIN_MODULUS_BYTES {
        return Err(invalid("the key has fewer than 2048 bits"));
    }
    let modulus = base64url::write(modulus);
    if one.member("n").and_then(Json::text).is_some_and(|own| own != modulus) {
        return Err(invalid("the certificate of another key"));
    }
    let kid = one.member("kid").and_then(Json::text);
    let kid = kid.map_or_else(|| base64url::write(&sha256(leaf)), ToOwned::to_owned);
    Ok(Key { kid, published_at, x5c, modulus, exponent: base64url::write(exponent) })
}

/// The bytes of base64 with padding, as `x5c` has it (RFC 7517, section 4.7).
fn from_base64(text: &str) -> Option<Vec<u8>> {
    let letters = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.contains(['-', '_']) {
        return None;
    }
    base64url::read(&letters.replace('+', "-").replace('/', "_")).ok()
}

/// `{keys, now}`: the position of the key that signs. It is the newest one that was published for
/// two days. While there is none, the oldest signs: with one key only, nothing waits.
pub(in crate::proto::systems) fn signer(input: &Json) -> Result<String, Fault> {
    let now = now(input);
    let keys = part(input, "keys")?.list().unwrap_or_default();
    let published = |key: &Json| key.seconds_or("publishedAt", 0);
    let is_ready = |key: &Json| published(key).saturating_add(PUBLISHED_FIRST) <= now;
    let mut best: Option<(usize, &Json)> = None;
    for (place, key) in keys.iter().enumerate() {
        let is_better = best.is_none_or(|(_, other)| match (is_ready(key), is_ready(other)) {
            (true, true) => published(key) > published(other),
            (false, false) => published(key) < published(other),
            (is_ready, _) => is_ready,
        });
        if is_better {
            best = Some((place, key));
        }
    }
    let (place, key) = best.ok_or_else(|| Fault::new(Code::Internal, "keys", "empty"))?;
    let mut out = Writer::new();
    let kid = key.member("kid").and_then(Json::text).unwrap_or_default();
    Ok(out.number("place", place as u64).text("kid", kid).finish())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::systems::eam::der::tests::certificate;
    use crate::proto::text::json;
    use alloc::format;

    const DAY: u64 = 24 * 60 * 60;

    fn signs(keys: &str, now: u64) -> u64 {
        let input = format!(r#"{{"keys":{keys},"now":{now}}}"#);
        let answer = signer(&json::read_object_text(&input).unwrap()).unwrap();
        json::read_object_text(&answer).unwrap().seconds_or("place", 9)
    }

    #[test]
    fn eam_rollover_the_old_key_signs_for_two_days_and_then_the_new_one() {
        let (old, new) =
            (r#"{"kid":"old","publishedAt":0}"#, r#"{"kid":"new","publishedAt":864000}"#);
        let published = 10 * DAY;
        for keys in [format!("[{old},{new}]"), format!("[{new},{old}]")] {
            let [old, new] = if keys.starts_with(r#"[{"kid":"old"#) { [0, 1] } else { [1, 0] };
            for (time, place) in [
                (published, old),
                (published + 2 * DAY - 1, old),
                (published + 2 * DAY, new),
                (published + 90 * DAY, new),
            ] {
                assert_eq!(signs(&keys, time), place, "{keys} at {time}");
            }
        }
        // The first key, and the only one that is left after another was withdrawn, signs at once.
        assert_eq!(signs(&format!("[{new}]"), published), 0);
        // Two keys that are both new: the one that was published first.
        let newer = r#"{"kid":"newer","publishedAt":864001}"#;
        assert_eq!(signs(&format!("[{newer},{new}]"), published + DAY), 1);
    }

    fn fault(keys: &str) -> (String, String) {
        let input = json::read_object_text(&format!(r#"{{"keys":{keys}}}"#)).unwrap();
        let fault = Keys::read(input.member("keys").unwrap()).err().unwrap();
        (fault.at, fault.detail)
    }

    #[test]
    fn a_key_without_its_own_certificate_is_refused() {
        let (one, two) = (certificate(1), certificate(2));
        for (keys, at, detail) in [
            ("[{}]".into(), "x5c", "missing"),
            (r#"[{"x5c":[]}]"#.into(), "x5c", "empty"),
            (r#"[{"x5c":["MII-"]}]"#.into(), "x5c", "not base64 of DER"),
            (r#"[{"x5c":["MIIB"]}]"#.into(), "x5c", "no certificate of an RSA key"),
            (
                format!(r#"[{{"x5c":["{one}"],"n":"AQAB"}}]"#),
                "x5c",
                "the certificate of another key",
            ),
            (
                format!(r#"[{{"x5c":["{one}"]}},{{"x5c":["{two}"]}}]"#),
                "publishedAt",
                "missing beside another key",
            ),
            (
                format!(
                    r#"[{{"x5c":["{one}"],"publishedAt":1}},{{"x5c":["{one}"],"publishedAt":2}}]"#
                ),
                "kid",
                "the same for two keys",
            ),
            (format!(r#"[{{"x5c":["{one}"],"d":"secret"}}]"#), "d", "unknown"),
        ] {
            assert_eq!(fault(&keys), (at.into(), detail.into()), "{keys}");
        }
    }

    #[test]
    fn eam_every_key_of_the_set_has_x5c_and_the_numbers_of_its_certificate() {
        let x5c = certificate(1);
        let input = format!(r#"{{"keys":[{{"x5c":["{x5c}"],"kid":"k1"}}]}}"#);
        let input = json::read_object_text(&input).unwrap();
        let keys = Keys::read(input.member("keys").unwrap()).ok().unwrap();
        let document = json::read_object_text(&keys.document()).unwrap();
        let [key] = document.member("keys").unwrap().list().unwrap() else { panic!() };
        assert_eq!(key.text_of("kid").unwrap().as_str(), "k1");
        assert_eq!(key.text_of("e").unwrap().as_str(), "AQAB");
        assert!(key.member("x5c").unwrap().has(&x5c));
        assert!(keys.list().starts_with(r#"[{"kid":"k1","publishedAt":0,"n":"#));
    }
}
