//! Public keys and sets of them (RFC 7517; RFC 7518, section 6; RFC 8037).

use super::alg::{self, Alg};
use super::{curve, ed25519, hash};
use crate::proto::effect::VerifyRequest;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::WITH_RENEWAL;
use crate::proto::settings::invalid;
use crate::proto::text::base64url;
use crate::proto::text::json::{self, Json, Text, Writer};
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// The maximum size of a key set, in bytes.
const MAX_BYTES: usize = 256 * 1024;
/// The maximum number of keys in a set.
pub(super) const MAX_KEYS: usize = 100;
/// The maximum number of keys that are tried on one token.
pub const MAX_CANDIDATE_KEYS: usize = 8;

/// A public key that is suitable for verification.
#[derive(Clone, Debug)]
pub struct Jwk {
    /// `kid`, if the key has one.
    pub kid: Option<String>,
    /// The only algorithm that it may be used with, if it names one.
    pub alg: Option<String>,
    /// The issuer that it belongs to, in a set of several issuers (a member that Microsoft adds).
    pub issuer: Option<String>,
    kind: &'static Kind,
    /// The key's members, in the order of the kind's names.
    parts: Parts,
}

type Parts = [Vec<u8>; 2];

impl Jwk {
    /// The key, if its type is known, it is meant for verification, and it is safe.
    #[must_use]
    pub fn read(json: &Json) -> Option<Self> {
        // Optional members must have the right type.
        for name in &["use", "kid", "alg", "issuer", "crv"] {
            present(json, name).map_or(Some(""), Json::text)?;
        }
        let operations = present(json, "key_ops");
        let is_for_verifying = text(json, "use").is_none_or(|usage| usage == "sig")
            && operations.is_none_or(|list| list.is_texts() && list.has("verify"));
        let kind = Kind::of(json)?;
        let fits = |alg| alg::find(alg).is_some_and(|alg| kind.fits(alg));
        if !is_for_verifying || !text(json, "alg").is_none_or(fits) {
            return None;
        }
        let parts = kind.read(json)?;
        let owned = |name| text(json, name).map(ToOwned::to_owned);
        Some(Self { kid: owned("kid"), alg: owned("alg"), issuer: owned("issuer"), kind, parts })
    }

    /// The public members for the host's import: `kty` first, with canonical base64url values.
    #[must_use]
    pub fn members(&self) -> Vec<(&'static str, String)> {
        let mut members = Vec::from([("kty", self.kind.kty.to_owned())]);
        if !self.kind.crv.is_empty() {
            members.push(("crv", self.kind.crv.to_owned()));
        }
        for (name, part) in self.kind.names.iter().zip(&self.parts) {
            members.push((*name, base64url::write(part)));
        }
        members
    }

    /// Whether it may be used with this algorithm: type, curve and the key's own `alg` agree.
    #[must_use]
    pub fn fits(&self, alg: &Alg) -> bool {
        // `EdDSA` and `Ed25519` are two names of one algorithm (RFC 9864, section 2.2).
        let is_meant = self.alg.as_ref().is_none_or(|name| name == alg.name || alg.kty == "OKP");
        is_meant && self.kind.fits(alg)
    }

    /// The bytes of its texts and parts, of which the issuer chooses the number.
    #[must_use]
    pub fn size(&self) -> usize {
        let texts = [&self.kid, &self.issuer].into_iter().flatten().map(String::len);
        texts.chain(self.parts.iter().map(Vec::len)).sum()
    }

    /// Whether only the curve differs from the algorithm's: `EdDSA` with a key of Ed448 (RFC 8037,
    /// section 3.1), which is not supported under this name.
    #[must_use]
    pub fn is_on_other_curve(&self, alg: &Alg) -> bool {
        alg.name == "EdDSA" && self.kind.crv == "Ed448"
    }

    /// The key's thumbprint with SHA-256 (RFC 7638).
    #[must_use]
    pub fn thumbprint(&self) -> String {
        let members = self.members();
        // The members are hashed in the order of their names.
        let mut writer = Writer::new();
        for name in ["crv", "e", "kty", "n", "x", "y"] {
            let member = members.iter().find(|(known, _)| *known == name);
            writer.optional_text(name, member.map(|(_, value)| &**value));
        }
        base64url::write(&hash::sha256(writer.finish().as_bytes()))
    }

    /// Whether this key can have created the signature: the algorithm fits, and length and ranges
    /// are valid. Checked here, because hosts differ in what they accept.
    #[must_use]
    pub fn could_have_signed(&self, alg: &Alg, signature: &[u8]) -> bool {
        let [first, _] = &self.parts;
        self.fits(alg) && (self.kind.could_have_signed)(self.kind.crv, first, signature)
    }

    /// The question for the host about a signature over `input`.
    ///
    /// # Errors
    /// - `OIDC_SIGNATURE_INVALID`: the algorithm does not fit, or the key cannot have signed this
    pub fn verify_request(
        &self,
        alg: &'static Alg,
        input: &str,
        signature: &[u8],
    ) -> Result<VerifyRequest, Error> {
        if !self.could_have_signed(alg, signature) {
            return Err(Code::SignatureInvalid.into());
        }
        Ok(VerifyRequest {
            alg: alg.name,
            key: self.members(),
            input: input.to_owned(),
            signature: signature.to_vec(),
        })
    }
}

/// A kind of key: its names, and its checks before a host is asked.
#[derive(Debug)]
struct Kind {
    kty: &'static str,
    /// Empty for RSA.
    crv: &'static str,
    /// The names of the key's members.
    names: &'static [&'static str],
    /// Checks the curve and the two parts: whether they form a key that is safe to verify with.
    is_usable: Check,
    /// Checks the curve, the first part and a signature: whether the key can have created it.
    could_have_signed: Check,
}

type Check = fn(&str, &[u8], &[u8]) -> bool;

static KINDS: &[Kind] = &[
    Kind {
        kty: "RSA",
        crv: "",
        names: &["n", "e"],
        is_usable: |_, n, e| is_modulus(n) && is_exponent(e),
        // RFC 8017, 8.2.2 and 5.2.2: as long as the modulus, and smaller than it.
        could_have_signed: |_, n, signature| signature.len() == n.len() && signature < n,
    },
    ec("P-256"),
    ec("P-384"),
    ec("P-521"),
    Kind {
        kty: "OKP",
        crv: "Ed25519",
        names: &["x"],
        is_usable: |_, x, _| ed25519::is_key(x),
        could_have_signed: |_, _, signature| ed25519::is_signature(signature),
    },
    #[cfg(any(feature = "edge", feature = "soft", not(feature = "page")))]
    ec("secp256k1"),
    #[cfg(any(feature = "edge", feature = "soft", not(feature = "page")))]
    Kind {
        kty: "OKP",
        crv: "Ed448",
        names: &["x"],
        is_usable: |_, x, _| super::ed448::is_key(x),
        could_have_signed: |_, _, signature| super::ed448::is_signature(signature),
    },
];

const fn ec(crv: &'static str) -> Kind {
    Kind {
        kty: "EC",
        crv,
        names: &["x", "y"],
        is_usable: |crv, x, y| curve::find(crv).is_some_and(|curve| curve.has_point(x, y)),
        could_have_signed: |crv, _, signature| {
            curve::find(crv).is_some_and(|curve| curve.has_signature(signature))
        },
    }
}

impl Kind {
    fn of(json: &Json) -> Option<&'static Self> {
        let (kty, crv) = (text(json, "kty")?, text(json, "crv").unwrap_or_default());
        KINDS.iter().find(|kind| kind.kty == kty && kind.crv == crv)
    }

    fn fits(&self, alg: &Alg) -> bool {
        self.kty == alg.kty && self.crv == alg.crv
    }

    fn read(&self, json: &Json) -> Option<Parts> {
        let mut parts = Parts::default();
        for (name, part) in self.names.iter().zip(&mut parts) {
            let mut text = text(json, name)?;
            // Some providers add padding.
            while let Some(rest) = text.strip_suffix('=') {
                text = rest;
            }
            *part = base64url::read(text).ok()?;
            if self.crv.is_empty() {
                // Some providers write a modulus with the leading zero of DER. A coordinate has one
                // fixed length (RFC 7518, section 6.2.1.2).
                *part = without_zeros(part);
            }
        }
        let [first, second] = &parts;
        (self.is_usable)(self.crv, first, second).then_some(parts)
    }
}

/// A member. `null` counts as missing, because some serializers write it.
fn present<'a>(json: &'a Json, name: &str) -> Option<&'a Json> {
    json.member(name).filter(|value| !matches!(value, Json::Null))
}

#[inline(always)]
pub(super) fn text<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    json.text_of(name).map(Text::as_str)
}

pub(super) fn without_zeros(bytes: &[u8]) -> Vec<u8> {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default().to_vec()
}

/// 2048 to 8192 bits, and odd.
pub(super) fn is_modulus(n: &[u8]) -> bool {
    // Without leading zeros the number of bytes gives the number of bits, except for the first
    // byte.
    let is_long_enough = n.len() > 256 || n.len() == 256 && n.first() >= Some(&0x80);
    is_long_enough && n.len() <= 1024 && is_odd(n)
}

/// Odd, at least 3, and at most 33 bits, as BoringSSL requires, so that all runtimes agree.
pub(super) fn is_exponent(e: &[u8]) -> bool {
    is_odd(e) && e != [1] && (e.len() <= 4 || e.len() == 5 && e.first() == Some(&1))
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|byte| byte & 1 == 1)
}

/// Whether a set notes that it has a key of Ed448: clients name it as the cause of a failure.
const NOTES_ED448: bool = WITH_RENEWAL && cfg!(any(feature = "page", not(target_arch = "wasm32")));

/// A provider's keys that are suitable for verification.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    /// In the provider's order.
    pub keys: Vec<Jwk>,
    /// Whether it has a key of Ed448, whose signatures a page cannot verify.
    pub has_ed448: bool,
}

impl KeySet {
    /// Reads a key set. Unusable entries (another type, encryption, malformed) are skipped and do
    /// not affect the others (RFC 7517, section 5).
    ///
    /// # Errors
    /// - `OIDC_KEYS_INVALID`: not a JSON object with a list `keys`, or above the size limits
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let invalid = || Error::from(Code::KeysInvalid);
        if bytes.len() > MAX_BYTES {
            return Err(invalid());
        }
        let json = json::read_object(bytes).map_err(|_| invalid())?;
        let list = json.member("keys").and_then(Json::list).ok_or_else(invalid)?;
        if list.len() > MAX_KEYS {
            return Err(invalid());
        }
        let (mut keys, mut has_ed448) = (Vec::new(), false);
        for key in list {
            has_ed448 |= NOTES_ED448 && text(key, "crv") == Some("Ed448");
            keys.extend(Jwk::read(key));
        }
        Ok(Self { keys, has_ed448 })
    }

    /// The keys that a setting `jwks` pins, instead of those that the provider publishes.
    ///
    /// # Errors
    /// `OIDC_CONFIG_INVALID`
    pub fn pinned(settings: &Json) -> Result<Option<Self>, Error> {
        let set = settings.member(At::Jwks.text());
        let keys = set.map(|set| Self::read(json::write(set).as_bytes()));
        keys.transpose().map_err(|_| invalid(At::Jwks))
    }

    /// The keys to try on a signature: those with its `kid`; if it has none, or the set does not
    /// contain it, the keys without a `kid`. A key that does not fit `alg` is never tried.
    #[must_use]
    pub fn candidates(&self, alg: &Alg, kid: Option<&str>) -> Vec<&Jwk> {
        let knows_kid = self.keys.iter().any(|key| key.kid.as_deref() == kid);
        // The `kid` that a key must have, if the token names one.
        let wanted = kid.filter(|_| knows_kid);
        let mut keys = Vec::new();
        for key in &self.keys {
            let is_meant = kid.is_none() || key.kid.as_deref() == wanted;
            if is_meant && key.fits(alg) && keys.len() < MAX_CANDIDATE_KEYS {
                keys.push(key);
            }
        }
        keys
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::jose::jws::UntrustedJws;
    use alloc::format;

    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const EC: &str = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;

    fn key(members: &str) -> Option<Jwk> {
        Jwk::read(&json::read(format!("{{{members}}}").as_bytes()).unwrap())
    }

    fn okp(more: &str) -> Option<Jwk> {
        key(&format!(r#""kty":"OKP","crv":"Ed25519","x":"{X}"{more}"#))
    }

    /// An RSA key of so many bytes, with these first and last bytes.
    fn rsa(length: usize, first: u8, last: u8, e: &[u8]) -> Option<Jwk> {
        let mut n = [0x55].repeat(length);
        *n.first_mut().unwrap() = first;
        *n.last_mut().unwrap() = last;
        key(&format!(r#""kty":"RSA","n":"{}","e":"{}""#, base64url::write(&n), base64url::write(e)))
    }

    fn token(header: &str) -> UntrustedJws {
        let text = format!("{}.e30.AA", base64url::write(header.as_bytes()));
        UntrustedJws::read(&text, &|_| true, &|_| true).unwrap()
    }

    fn kids(set: &KeySet, header: &str) -> Vec<String> {
        let jws = token(header);
        let keys = set.candidates(jws.alg(), jws.kid());
        keys.iter().map(|key| key.kid.clone().unwrap_or_default()).collect()
    }

    #[test]
    fn jose_12_a_key_that_is_not_for_verifying_is_refused() {
        for more in [
            r#","use":"enc""#,
            r#","use":"tls""#,
            r#","use":1"#,
            r#","key_ops":[]"#,
            r#","key_ops":["sign"]"#,
            r#","key_ops":"verify""#,
            r#","key_ops":["verify",1]"#,
            r#","use":"sig","key_ops":["encrypt"]"#,
            r#","use":"enc","key_ops":["verify"]"#,
        ] {
            assert!(okp(more).is_none(), "{more}");
        }
        for more in ["", r#","use":"sig""#, r#","use":null"#, r#","key_ops":["sign","verify"]"#] {
            assert!(okp(more).is_some(), "{more}");
        }
    }

    #[test]
    fn jose_13_type_curve_and_algorithm_agree_or_the_key_is_refused() {
        for more in [
            r#","alg":"ES256""#,
            r#","alg":"Ed448""#,
            r#","alg":"ECDH-ES""#,
            r#","alg":"""#,
            r#","alg":1"#,
        ] {
            assert!(okp(more).is_none(), "{more}");
        }
        assert!(key(&format!(r#"{EC},"alg":"ES384""#)).is_none());
        assert!(key(&EC.replace("P-256", "P-384")).is_none());
        assert!(key(&EC.replace("P-256", "secp256k1")).is_none());
        assert!(key(&EC.replace("\"EC\"", "\"OKP\"")).is_none());
        for crv in ["X25519", "Ed448", "ed25519", "P-256"] {
            assert!(key(&format!(r#""kty":"OKP","crv":"{crv}","x":"{X}""#)).is_none(), "{crv}");
        }
        let ec = key(EC).unwrap();
        let fitting = alg::ALL.iter().filter(|alg| ec.fits(alg)).map(|alg| alg.name);
        assert_eq!(fitting.collect::<Vec<_>>(), ["ES256"]);
    }

    #[test]
    fn jose_11_a_key_with_an_algorithm_is_for_no_other() {
        let n = base64url::write(&[0xff; 256]);
        let key = key(&format!(r#""kty":"RSA","n":"{n}","e":"AQAB","alg":"RS256""#)).unwrap();
        let fitting = alg::ALL.iter().filter(|alg| key.fits(alg)).map(|alg| alg.name);
        assert_eq!(fitting.collect::<Vec<_>>(), ["RS256"]);
    }

    #[test]
    fn jose_20_eddsa_and_ed25519_are_two_names_of_one_algorithm() {
        for more in ["", r#","alg":"EdDSA""#, r#","alg":"Ed25519""#] {
            let key = okp(more).unwrap();
            let fitting = alg::ALL.iter().filter(|alg| key.fits(alg)).map(|alg| alg.name);
            assert_eq!(fitting.collect::<Vec<_>>(), ["EdDSA", "Ed25519"]);
        }
    }

    #[test]
    fn jose_19_an_ed448_key_verifies_ed448_alone() {
        let x = base64url::write(&[&[2; 56][..], &[0]].concat());
        let key = key(&format!(r#""kty":"OKP","crv":"Ed448","x":"{x}""#)).unwrap();
        let fitting: Vec<_> = alg::ALL.iter().filter(|alg| key.fits(alg)).collect();
        assert!(fitting.iter().all(|alg| alg.crv == "Ed448") && !fitting.is_empty());
        for alg in fitting {
            assert!(key.verify_request(alg, "x", &[[2; 56], [0; 56]].concat()).is_err());
            let good = [&[2; 56][..], &[0], &[1], &[0; 56]].concat();
            assert_eq!(key.verify_request(alg, "x", &good).unwrap().signature, good);
        }
    }

    #[test]
    fn jose_14_an_rsa_key_has_2048_to_8192_bits() {
        assert!(rsa(256, 0x80, 1, &[1, 0, 1]).is_some());
        assert!(rsa(257, 1, 1, &[1, 0, 1]).is_some());
        assert!(rsa(1024, 0xff, 1, &[1, 0, 1]).is_some());
        assert!(rsa(256, 0x7f, 1, &[1, 0, 1]).is_none(), "2047 bits");
        assert!(rsa(255, 0xff, 1, &[1, 0, 1]).is_none());
        assert!(rsa(257, 0, 1, &[1, 0, 1]).is_none(), "2047 bits and a zero in front");
        assert!(rsa(1025, 1, 1, &[1, 0, 1]).is_none());
        assert!(rsa(1, 1, 1, &[1, 0, 1]).is_none());
    }

    #[test]
    fn jose_14_an_even_modulus_and_an_even_small_or_huge_exponent_are_refused() {
        assert!(rsa(256, 0x80, 2, &[1, 0, 1]).is_none());
        for e in
            [&[][..], &[0], &[1], &[0, 1], &[2], &[1, 0, 0], &[3, 0, 0, 0, 1], &[1, 0, 0, 0, 0, 1]]
        {
            assert!(rsa(256, 0x80, 1, e).is_none(), "{e:?}");
        }
        for e in [&[3][..], &[17], &[0, 0, 1, 0, 1], &[0xff; 4], &[1, 0xff, 0xff, 0xff, 0xff]] {
            assert!(rsa(256, 0x80, 1, e).is_some(), "{e:?}");
        }
    }

    #[test]
    fn an_rsa_key_with_zeros_and_padding_is_handed_out_canonically() {
        let n = [[0, 0].as_slice(), &[0xff; 256]].concat();
        let n_padded = format!("{}==", base64url::write(&n));
        let members =
            key(&format!(r#""kty":"RSA","n":"{n_padded}","e":"AAEAAQ==""#)).unwrap().members();
        let n_right = base64url::write(&[0xff; 256]);
        assert_eq!(members, [("kty", "RSA".into()), ("n", n_right), ("e", "AQAB".into())]);
    }

    #[test]
    fn an_ec_and_an_ed25519_key_are_handed_out_with_their_curve() {
        let names = |key: Option<Jwk>| {
            key.unwrap().members().iter().map(|(name, _)| *name).collect::<Vec<_>>()
        };
        assert_eq!(names(key(EC)), ["kty", "crv", "x", "y"]);
        assert_eq!(names(okp("")), ["kty", "crv", "x"]);
        assert_eq!(okp("").unwrap().members().last(), Some(&("x", X.into())));
    }

    #[test]
    fn a_key_without_what_its_type_needs_is_refused() {
        for members in [
            "",
            r#""kty":"RSA""#,
            r#""kty":"RSA","n":1,"e":"AQAB""#,
            r#""kty":"oct","k":"AAAA""#,
            r#""kty":1"#,
            r#""kty":"OKP","crv":"Ed25519""#,
            r#""kty":"OKP","crv":"Ed25519","x":"AA""#,
            r#""kty":"rsa""#,
            r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURp""#,
            r#""kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA""#,
        ] {
            assert!(key(members).is_none(), "{members}");
        }
        assert!(okp(r#","kid":1"#).is_none());
        assert!(Jwk::read(&Json::Null).is_none());
    }

    #[test]
    fn jose_25_entries_of_no_use_are_skipped_and_the_rest_is_read() {
        let text = format!(
            r#"{{"keys":[null,1,"x",[],{{}},{{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"}},
            {{"kty":"RSA","n":"AQAB","e":"AQAB"}},{{{EC},"use":"enc"}},
            {{{EC},"kid":"one","issuer":"i"}},{{"kty":"OKP","crv":"X25519","x":"{X}"}},
            {{{EC},"kid":"two","alg":"ES256","x5c":["AA"]}}],"more":1}}"#
        );
        let set = KeySet::read(text.as_bytes()).unwrap();
        assert_eq!(kids(&set, r#"{"alg":"ES256"}"#), ["one", "two"]);
        assert_eq!(set.keys.first().unwrap().issuer.as_deref(), Some("i"));
    }

    #[test]
    fn jose_29_a_set_that_is_none_or_too_large_is_refused() {
        let list = |length: usize| format!(r#"{{"keys":[{}null]}}"#, "null,".repeat(length - 1));
        let padded = |length: usize| [r#"{"keys":[]}"#, &" ".repeat(length - 11)].concat();
        assert!(KeySet::read(list(100).as_bytes()).is_ok());
        assert!(KeySet::read(padded(256 * 1024).as_bytes()).is_ok());
        let bad = [
            list(101),
            padded(256 * 1024 + 1),
            "[]".into(),
            "{}".into(),
            r#"{"keys":{}}"#.into(),
            "".into(),
            r#"{"keys":null}"#.into(),
            r#"{"keys":[],"keys":[]}"#.into(),
            "<html>".into(),
        ];
        for text in bad {
            assert_eq!(
                KeySet::read(text.as_bytes()).unwrap_err().code,
                Code::KeysInvalid,
                "{text}"
            );
        }
    }

    fn set(keys: &[String]) -> KeySet {
        let keys: Vec<_> = keys.iter().map(|members| format!("{{{members}}}")).collect();
        KeySet::read(format!(r#"{{"keys":[{}]}}"#, keys.join(",")).as_bytes()).unwrap()
    }

    #[test]
    fn a_key_has_the_size_of_its_texts_and_parts() {
        let bare = okp("").unwrap();
        let named = okp(r#","kid":"12345","issuer":"1234567""#).unwrap();
        assert_eq!((bare.size(), named.size()), (32, 44));
    }

    #[test]
    fn a_key_of_ed448_is_on_another_curve_for_eddsa_and_for_no_other_algorithm() {
        // RFC 8032, section 7.4.
        let x = "X9dEm1m0Yf0s54fsYWrUah2hNCSFpw4fig6nXYDpZ3jt8SR2m0bHBhvWeD3x5Q9s0foavq_oJWGA";
        let ed448 = key(&format!(r#""kty":"OKP","crv":"Ed448","x":"{x}""#)).unwrap();
        let find = |name: &str| alg::ALL.iter().find(|alg| alg.name == name).unwrap();
        assert!(ed448.is_on_other_curve(find("EdDSA")));
        for name in ["Ed25519", "ES256"] {
            assert!(!ed448.is_on_other_curve(find(name)), "{name}");
        }
        assert!(!okp("").unwrap().is_on_other_curve(find("EdDSA")));
        let is_noted =
            |crv: &str| set(&[format!(r#""kty":"OKP","crv":"{crv}","x":"{x}""#)]).has_ed448;
        assert_eq!([is_noted("Ed448"), is_noted("Ed25519")], [true, false]);
    }

    #[test]
    fn jose_23_of_several_keys_under_one_kid_the_fitting_one_is_used() {
        let n = base64url::write(&[0xff; 256]);
        let set = set(&[
            format!(r#""kty":"RSA","n":"{n}","e":"AQAB","alg":"PS256","kid":"k""#),
            format!(r#"{EC},"kid":"k""#),
            format!(r#""kty":"OKP","crv":"Ed25519","x":"{X}","kid":"k""#),
        ]);
        for (alg, kty) in [("PS256", "RSA"), ("ES256", "EC"), ("EdDSA", "OKP"), ("Ed25519", "OKP")]
        {
            let jws = token(&format!(r#"{{"alg":"{alg}","kid":"k"}}"#));
            let keys = set.candidates(jws.alg(), jws.kid());
            assert_eq!(keys.iter().map(|key| key.kind.kty).collect::<Vec<_>>(), [kty]);
        }
        let jws = token(r#"{"alg":"RS256","kid":"k"}"#);
        assert!(set.candidates(jws.alg(), jws.kid()).is_empty());
    }

    #[test]
    fn jose_22_and_24_a_kid_chooses_and_without_one_every_fitting_key_is_tried() {
        let named = |kid: &str| format!(r#"{EC},"kid":"{kid}""#);
        let mixed = set(&[named("a"), named("b"), EC.into(), named("__proto__")]);
        assert_eq!(kids(&mixed, r#"{"alg":"ES256","kid":"b"}"#), ["b"]);
        assert_eq!(kids(&mixed, r#"{"alg":"ES256","kid":"__proto__"}"#), ["__proto__"]);
        assert_eq!(kids(&mixed, r#"{"alg":"ES256"}"#), ["a", "b", "", "__proto__"]);
        assert_eq!(kids(&mixed, r#"{"alg":"ES256","kid":"../../c' OR 1=1"}"#), [""]);
        assert!(kids(&set(&[named("a")]), r#"{"alg":"ES256","kid":"A"}"#).is_empty());
        assert_eq!(kids(&set(&[EC.into(), EC.into()]), r#"{"alg":"ES256","kid":"a"}"#).len(), 2);
        let many: Vec<_> = (0..20).map(|_| EC.into()).collect();
        assert_eq!(kids(&set(&many), r#"{"alg":"ES256"}"#).len(), 8);
    }
}
