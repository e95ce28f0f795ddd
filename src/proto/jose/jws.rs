//! A signed token in compact form (RFC 7515, sections 3.1 and 5.2).
//!
//! Keys that a header carries or points to (`jwk`, `jku`, `x5u`, `x5c`) are never used: a key comes
//! from the provider's JWKS.

use super::alg::{self, Alg};
use super::claims::VerifiedClaims;
use super::hash;
use super::jwk::Jwk;
use crate::proto::effect::VerifyRequest;
use crate::proto::error::{Code, Error};
use crate::proto::text::json::{self, Json, Text};
use crate::proto::text::{base64url, secret, utf8};
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// The maximum size of a token, in bytes.
pub(super) const MAX_BYTES: usize = 256 * 1024;
/// The maximum size of its header, in bytes.
pub(super) const MAX_HEADER_BYTES: usize = 16 * 1024;

/// A well-formed token whose signature is not verified yet.
#[derive(Clone)]
pub struct UntrustedJws {
    alg: &'static Alg,
    header: Json,
    /// Header and payload as they were sent: the signed text.
    input: String,
    signature: Vec<u8>,
    text: String,
    payload: Json,
}

impl UntrustedJws {
    /// Reads a token whose algorithm and type the caller allows.
    ///
    /// # Errors
    /// In this order:
    /// - `OIDC_TOKEN_MALFORMED`: not three base64url parts
    /// - `OIDC_TOKEN_ENCRYPTED`: five parts, a JWE
    /// - `OIDC_TOKEN_TOO_LARGE`: more than 256 KiB, or a header of more than 16 KiB
    /// - `OIDC_TOKEN_MALFORMED`: header or payload is not a strict JSON object, or `kid` or `typ`
    ///   is not a string
    /// - `OIDC_ALG_FORBIDDEN`: `alg` is missing, unknown, not allowed, `none` or an HMAC
    /// - `OIDC_CRIT_UNSUPPORTED`: any `crit`, any `b64`
    /// - `OIDC_TYP_FORBIDDEN`: another type of token
    pub fn read(
        text: &str,
        allowed: &dyn Fn(&'static Alg) -> bool,
        typ_ok: &dyn Fn(Option<&str>) -> bool,
    ) -> Result<Self, Error> {
        let parts = Parts::read(text)?;
        let (header, _) = read_object(parts.header)?;
        let (payload, text) = read_object(parts.payload)?;
        let signature = base64url::read(parts.signature).map_err(|_| Code::TokenMalformed)?;
        let alg = check_header(&header, allowed, typ_ok)?;
        Ok(Self { alg, header, input: parts.input.to_owned(), signature, text, payload })
    }

    /// Reads a token that is signed with HS256 and nothing else, and verifies its signature with this
    /// secret.
    ///
    /// # Errors
    /// As [`UntrustedJws::read`], and `OIDC_SIGNATURE_INVALID`.
    pub fn read_hmac(
        text: &str,
        secret: &str,
        typ_ok: &dyn Fn(Option<&str>) -> bool,
    ) -> Result<Self, Error> {
        let parts = Parts::read(text)?;
        let (header, _) = read_object(parts.header)?;
        let (payload, text) = read_object(parts.payload)?;
        let signature = base64url::read(parts.signature).map_err(|_| Code::TokenMalformed)?;
        check_names(&header)?;
        if header.member("alg").and_then(Json::text) != Some(alg::HS256.name) {
            return Err(Code::AlgForbidden.into());
        }
        check_extensions(&header, typ_ok)?;
        let right = hash::hmac_sha256(secret.as_bytes(), parts.input.as_bytes());
        if !secret::same(&right, &signature) {
            return Err(Code::SignatureInvalid.into());
        }
        Ok(Self {
            alg: &alg::HS256,
            header,
            input: parts.input.to_owned(),
            signature,
            text,
            payload,
        })
    }

    /// The algorithm in its header.
    #[must_use]
    pub const fn alg(&self) -> &'static Alg {
        self.alg
    }

    /// The `kid` in its header.
    #[inline(always)]
    #[must_use]
    pub fn kid(&self) -> Option<&str> {
        self.header.text_of("kid").map(Text::as_str)
    }

    /// The `typ` in its header.
    #[inline(always)]
    #[must_use]
    pub fn typ(&self) -> Option<&str> {
        self.header.text_of("typ").map(Text::as_str)
    }

    /// An unverified claim. An attacker may have written it: use it only to choose whose keys to
    /// load.
    #[inline(always)]
    #[must_use]
    pub fn unverified_member(&self, name: &str) -> Option<&str> {
        self.payload.text_of(name).map(Text::as_str)
    }

    /// As [`UntrustedJws::unverified_member`], for a claim that may have any type.
    #[must_use]
    pub fn unverified_claim(&self, name: &str) -> Option<&Json> {
        self.payload.member(name)
    }

    /// The signed text: header and payload, as they were sent.
    #[must_use]
    pub fn input(&self) -> &str {
        &self.input
    }

    /// The signature's bytes.
    #[must_use]
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }

    /// The question for the host about this key.
    ///
    /// # Errors
    /// Those of [`Jwk::verify_request`].
    pub fn verify_request(&self, key: &Jwk) -> Result<VerifyRequest, Error> {
        key.verify_request(self.alg, &self.input, &self.signature)
    }

    /// Returns the verified claims. Only this raises trust: call it after the host confirmed the
    /// signature.
    #[must_use]
    pub fn verified(self) -> VerifiedClaims {
        let Self { alg, header, text, payload, .. } = self;
        VerifiedClaims { alg, header, text, payload }
    }
}

/// The parts of the compact form, not decoded yet.
pub(super) struct Parts<'a> {
    pub(super) header: &'a str,
    pub(super) payload: &'a str,
    pub(super) signature: &'a str,
    pub(super) input: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn read(text: &'a str) -> Result<Self, Code> {
        // One pass over every character. Dots are counted, not split at, so that a text of dots
        // alone uses no memory.
        let (mut dots, mut first, mut second) = (0_usize, 0, 0);
        for (place, byte) in (0_usize..).zip(text.bytes()) {
            if byte == b'.' {
                dots = dots.saturating_add(1);
                match dots {
                    1 => first = place,
                    2 => second = place,
                    _ => {}
                }
            } else if !base64url::is_letter(byte) {
                return Err(Code::TokenMalformed);
            }
        }
        match dots {
            2 => {}
            4 => return Err(Code::TokenEncrypted),
            _ => return Err(Code::TokenMalformed),
        }
        let part = |from: usize, to| text.get(from..to).unwrap_or_default();
        let (header, input) = (part(0, first), part(0, second));
        let payload = part(first.saturating_add(1), second);
        let signature = part(second.saturating_add(1), text.len());
        if text.len() > MAX_BYTES || header.len() > MAX_HEADER_BYTES {
            return Err(Code::TokenTooLarge);
        }
        Ok(Self { header, payload, signature, input })
    }
}

pub(super) fn read_object(part: &str) -> Result<(Json, String), Code> {
    let bytes = base64url::read(part).map_err(|_| Code::TokenMalformed)?;
    let text = utf8(&bytes).map_err(|_| Code::TokenMalformed)?;
    let json = json::read_object_text(text).map_err(|_| Code::TokenMalformed)?;
    Ok((*json, text.to_owned()))
}

pub(super) fn check_header(
    header: &Json,
    allowed: &dyn Fn(&'static Alg) -> bool,
    typ_ok: &dyn Fn(Option<&str>) -> bool,
) -> Result<&'static Alg, Code> {
    check_names(header)?;
    let name = header.member("alg").and_then(Json::text);
    let alg = name.and_then(alg::find).filter(|alg| allowed(alg)).ok_or(Code::AlgForbidden)?;
    check_extensions(header, typ_ok)?;
    Ok(alg)
}

fn check_names(header: &Json) -> Result<(), Code> {
    for name in &["kid", "typ"] {
        if header.member(name).is_some_and(|value| value.text().is_none()) {
            return Err(Code::TokenMalformed);
        }
    }
    Ok(())
}

fn check_extensions(header: &Json, typ_ok: &dyn Fn(Option<&str>) -> bool) -> Result<(), Code> {
    // No extension is supported; `b64` (RFC 7797) would change the signed text.
    if header.member("crit").is_some() || header.member("b64").is_some() {
        return Err(Code::CritUnsupported);
    }
    let typ = header.member("typ").and_then(Json::text);
    if typ_ok(typ) { Ok(()) } else { Err(Code::TypForbidden) }
}

redact_debug! { UntrustedJws }

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::jose::jwk::KeySet;
    use alloc::format;

    fn read(text: &str) -> Result<UntrustedJws, Code> {
        UntrustedJws::read(text, &|_| true, &|_| true).map_err(|error| error.code)
    }

    fn token(header: &str, payload: &str, signature: &[u8]) -> String {
        let [header, payload] = [header, payload].map(|part| base64url::write(part.as_bytes()));
        [&*header, &*payload, &*base64url::write(signature)].join(".")
    }

    fn header(text: &str) -> Result<UntrustedJws, Code> {
        read(&token(text, r#"{"iss":"https://op.example","n":1}"#, &[1; 64]))
    }

    fn refused(text: &str) -> Code {
        header(text).unwrap_err()
    }

    #[test]
    fn a_token_is_read_and_says_what_it_says() {
        let jws = header(r#"{"alg":"ES256","kid":"k","typ":"JWT"}"#).unwrap();
        assert_eq!((jws.alg().name, jws.kid(), jws.typ()), ("ES256", Some("k"), Some("JWT")));
        assert_eq!(jws.signature(), [1; 64]);
        assert_eq!(jws.unverified_member("iss"), Some("https://op.example"));
        assert_eq!((jws.unverified_member("n"), jws.unverified_member("sub")), (None, None));
        let [input, signature] = [jws.input(), &base64url::write(jws.signature())];
        assert!(read(&[input, signature].join(".")).is_ok_and(|again| again.input() == input));
        let bare = header(r#"{"alg":"EdDSA"}"#).unwrap();
        assert_eq!((bare.alg().name, bare.kid(), bare.typ()), ("EdDSA", None, None));
        let claims = jws.verified();
        assert_eq!(claims.typ(), Some("JWT"));
        assert_eq!(claims.text(), r#"{"iss":"https://op.example","n":1}"#);
        assert_eq!(claims.member("n").and_then(Json::seconds), Some(1));
        assert_eq!((claims.alg().name, claims.kid()), ("ES256", Some("k")));
    }

    #[test]
    fn jose_09_a_token_of_a_shared_secret_is_hs256_under_that_secret_alone() {
        let signed = |header: &str, secret: &str| {
            let [header, payload] = [header, "{}"].map(|part| base64url::write(part.as_bytes()));
            let input = [&*header, &*payload].join(".");
            let mac = hash::hmac_sha256(secret.as_bytes(), input.as_bytes());
            [&*input, &*base64url::write(&mac)].join(".")
        };
        let read = |text: &str| {
            let is_jwt = |typ: Option<&str>| typ.is_none_or(|typ| typ == "JWT");
            let jws = UntrustedJws::read_hmac(text, "secret", &is_jwt);
            jws.map(|jws| jws.alg().name).map_err(|error| error.code)
        };
        let good = signed(r#"{"alg":"HS256","typ":"JWT"}"#, "secret");
        assert_eq!(read(&good), Ok("HS256"));
        for (text, code) in [
            (signed(r#"{"alg":"HS256"}"#, "Secret"), Code::SignatureInvalid),
            (signed(r#"{"alg":"HS512"}"#, "secret"), Code::AlgForbidden),
            (signed(r#"{"alg":"ES256"}"#, "secret"), Code::AlgForbidden),
            (signed(r#"{"alg":"none"}"#, "secret"), Code::AlgForbidden),
            (signed(r#"{"alg":"HS256","crit":["b64"]}"#, "secret"), Code::CritUnsupported),
            (signed(r#"{"alg":"HS256","kid":1}"#, "secret"), Code::TokenMalformed),
            (signed(r#"{"alg":"HS256","typ":"at+jwt"}"#, "secret"), Code::TypForbidden),
            (good.replacen('.', "..", 1), Code::TokenMalformed),
            ([&*good, "!"].concat(), Code::TokenMalformed),
            ([&*good, "A"].concat(), Code::SignatureInvalid),
            ([&*good, "AA"].concat(), Code::TokenMalformed),
            (["!", &*good].concat(), Code::TokenMalformed),
            ("e30.e30.".into(), Code::AlgForbidden),
            ("W10.e30.".into(), Code::TokenMalformed),
            ("e30.W10.".into(), Code::TokenMalformed),
        ] {
            assert_eq!(read(&text), Err(code), "{text}");
        }
    }

    #[test]
    fn jose_01_any_other_byte_is_refused() {
        let good = token(r#"{"alg":"ES256"}"#, "{}", &[1; 64]);
        assert!(read(&good).is_ok());
        for byte in [" ", "\t", "\n", "\r\n", "=", "+", "/", "{", "\0", "\u{3002}", "~", "é"] {
            for text in
                [[&*good, byte].concat(), [byte, &*good].concat(), good.replacen('.', byte, 1)]
            {
                assert_eq!(read(&text).unwrap_err(), Code::TokenMalformed, "{byte:?}");
            }
        }
    }

    #[test]
    fn jose_02_anything_but_three_parts_is_refused() {
        let good = token(r#"{"alg":"ES256"}"#, "{}", &[1; 64]);
        let dots = ".".repeat(100_000);
        for text in
            ["", ".", "..", "...", "e30", "e30.e30", "e30.e30.e30.e30", "a.b.c.d.e.f", &dots]
        {
            assert_eq!(read(text).unwrap_err(), Code::TokenMalformed);
        }
        for text in [[".", &good].concat(), [&good, "."].concat(), good.replacen('.', "..", 1)] {
            assert_eq!(read(&text).unwrap_err(), Code::TokenMalformed);
        }
    }

    #[test]
    fn jose_03_and_04_a_part_that_is_not_one_strict_object_is_refused() {
        let good = r#"{"alg":"ES256"}"#;
        for bad in [
            "",
            "[]",
            "null",
            "\"x\"",
            "{} ",
            "{}{}",
            "{}x",
            "\u{feff}{}",
            r#"{"a":1,"\u0061":2}"#,
            r#"{"a":"\ud800"}"#,
            r#"{"a":"\u0000"}"#,
            "{\"a\":\"\u{0}\"}",
        ] {
            let is_fine = bad == "{} ";
            assert_eq!(read(&token(good, bad, &[1; 64])).is_ok(), is_fine, "{bad}");
            let code = read(&token(bad, "{}", &[1; 64])).unwrap_err();
            assert_eq!(code == Code::TokenMalformed, !is_fine, "{bad}");
        }
        let raw =
            [&*base64url::write(good.as_bytes()), &*base64url::write(b"{\"a\":\"\xff\"}"), "AA"];
        assert_eq!(read(&raw.join(".")).unwrap_err(), Code::TokenMalformed);
    }

    #[test]
    fn jose_05_unused_bits_in_any_part_are_refused() {
        let good = token(r#"{"alg":"ES256"}"#, r#"{"a":12}"#, &[1; 64]);
        let parts: Vec<&str> = good.split('.').collect();
        for place in 1..3 {
            let mut parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
            let part = parts.get_mut(place).unwrap();
            let last = part.pop().unwrap();
            part.push(char::from(u8::try_from(last).unwrap() + 1));
            assert_eq!(read(&parts.join(".")).unwrap_err(), Code::TokenMalformed, "{place}");
        }
    }

    #[test]
    fn jose_06_and_jose_07_every_crit_and_every_b64_is_refused() {
        for more in [
            r#""crit":["exp"]"#,
            r#""crit":[]"#,
            r#""crit":"x""#,
            r#""crit":null"#,
            r#""crit":["alg"]"#,
            r#""crit":["b64"],"b64":false"#,
            r#""b64":false"#,
            r#""b64":true"#,
            r#""crit":["x","x"],"x":1"#,
        ] {
            assert_eq!(
                refused(&format!(r#"{{"alg":"ES256",{more}}}"#)),
                Code::CritUnsupported,
                "{more}"
            );
        }
    }

    #[test]
    fn jose_08_09_and_10_only_an_algorithm_of_the_table_is_read() {
        for alg in [
            "null",
            "256",
            "[\"ES256\"]",
            "{}",
            "\"\"",
            "\"ES256 \"",
            "\"es256\"",
            "\"none\"",
            "\"NONE\"",
            "\"nOnE\"",
            "\"HS256\"",
            "\"HS384\"",
            "\"HS512\"",
            "\"ES512K\"",
            "\"dir\"",
            "true",
        ] {
            assert_eq!(refused(&format!(r#"{{"alg":{alg}}}"#)), Code::AlgForbidden, "{alg}");
        }
        assert_eq!(refused("{}"), Code::AlgForbidden);
        assert_eq!(refused(r#"{"ALG":"ES256"}"#), Code::AlgForbidden);
        let unsigned = token(r#"{"alg":"none"}"#, "{}", &[]);
        assert_eq!(read(&unsigned).unwrap_err(), Code::AlgForbidden);
    }

    #[test]
    fn an_algorithm_and_a_kind_must_be_allowed_by_the_caller() {
        let text = token(r#"{"alg":"ES256","typ":"at+jwt"}"#, "{}", &[1; 64]);
        let code = |alg: &str, typ: &str| {
            let jws =
                UntrustedJws::read(&text, &|known| known.name == alg, &|known| known == Some(typ));
            jws.err().map(|error| error.code)
        };
        assert_eq!(code("ES256", "at+jwt"), None);
        assert_eq!(code("ES256", "JWT"), Some(Code::TypForbidden));
        assert_eq!(code("RS256", "at+jwt"), Some(Code::AlgForbidden));
        assert_eq!(code("RS256", "JWT"), Some(Code::AlgForbidden), "the order is fixed");
    }

    #[test]
    fn jose_22_a_kid_or_typ_that_is_not_a_string_is_refused() {
        for more in [
            r#""kid":1"#,
            r#""kid":null"#,
            r#""kid":{}"#,
            r#""kid":["k"]"#,
            r#""typ":1"#,
            r#""typ":null"#,
        ] {
            assert_eq!(
                refused(&format!(r#"{{"alg":"ES256",{more}}}"#)),
                Code::TokenMalformed,
                "{more}"
            );
        }
    }

    #[test]
    fn jose_26_an_encrypted_token_has_its_own_code() {
        assert_eq!(read("eyJhbGciOiJkaXIifQ.AA.AA.AA.AA").unwrap_err(), Code::TokenEncrypted);
        assert_eq!(read("eyJhbGciOiJkaXIifQ..AA.AA.AA").unwrap_err(), Code::TokenEncrypted);
        assert_eq!(read("eyJhbGciOiJkaXIifQ.AA.AA.AA.A=").unwrap_err(), Code::TokenMalformed);
    }

    #[test]
    fn jose_29_a_token_of_256_kib_and_a_header_of_16_kib_are_read_and_larger_ones_refused() {
        let padded = |text: &str, length: usize| {
            base64url::write([text, &" ".repeat(length - text.len())].concat().as_bytes())
        };
        let sized = |header: usize, whole: usize| {
            let first = padded(r#"{"alg":"ES256"}"#, header);
            let payload = padded("{}", (whole - first.len() - 2) / 4 * 3);
            let signature = "A".repeat(whole - first.len() - payload.len() - 2);
            read(&[&*first, &*payload, &*signature].join(".")).err()
        };
        // 12,288 bytes are 16,384 characters.
        assert_eq!(sized(12_288, 100_000), None);
        assert_eq!(sized(12_289, 100_000), Some(Code::TokenTooLarge));
        assert_eq!(sized(20, 256 * 1024), None);
        assert_eq!(sized(20, 256 * 1024 + 2), Some(Code::TokenTooLarge));
    }

    #[test]
    fn jose_29_many_members_are_read_in_bounded_time() {
        let members: Vec<_> = (0..20_000).map(|number| format!(r#""{number}":0"#)).collect();
        let claims = format!("{{{}}}", members.join(","));
        assert!(claims.len() < 190_000);
        assert!(read(&token(r#"{"alg":"ES256"}"#, &claims, &[1; 64])).is_ok());
    }

    const KEYS: &str = r#"{"keys":[
        {"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
        {"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

    fn question(alg: &str, signature: &[u8]) -> Result<VerifyRequest, Code> {
        let jws = read(&token(&format!(r#"{{"alg":"{alg}"}}"#), "{}", signature)).unwrap();
        let keys = KeySet::read(KEYS.as_bytes()).unwrap();
        let candidates = keys.candidates(jws.alg(), jws.kid());
        jws.verify_request(candidates.first().unwrap()).map_err(|error| error.code)
    }

    #[test]
    fn a_question_holds_what_was_signed_and_by_whom() {
        let question = question("ES256", &[1; 64]).unwrap();
        assert_eq!((question.alg, &*question.input), ("ES256", "eyJhbGciOiJFUzI1NiJ9.e30"));
        assert_eq!(question.signature, [1; 64]);
        assert_eq!(question.key.first(), Some(&("kty", "EC".into())));
    }

    #[test]
    fn jose_16_and_19_a_signature_out_of_range_is_refused_before_the_host_is_asked() {
        for alg in ["ES256", "EdDSA", "Ed25519"] {
            assert!(question(alg, &[1; 64]).is_ok());
            for signature in [&[][..], &[1; 63], &[1; 65], &[0xff; 64], &[1; 96]] {
                assert_eq!(question(alg, signature).unwrap_err(), Code::SignatureInvalid);
            }
        }
        let der = [&[0x30, 0x44, 2, 0x20][..], &[1; 32], &[2, 0x20], &[1; 32]].concat();
        assert_eq!(question("ES256", &der).unwrap_err(), Code::SignatureInvalid);
        assert_eq!(question("ES256", &[0; 64]).unwrap_err(), Code::SignatureInvalid);
    }

    #[test]
    fn jose_17_an_rsa_signature_is_as_long_as_the_modulus_and_below_it() {
        let n = [[0xee; 255].as_slice(), &[0xef]].concat();
        let keys = base64url::write(&n);
        let keys = format!(r#"{{"keys":[{{"kty":"RSA","n":"{keys}","e":"AQAB"}}]}}"#);
        let keys = KeySet::read(keys.as_bytes()).unwrap();
        let ask = |signature: &[u8]| {
            let jws = read(&token(r#"{"alg":"RS256"}"#, "{}", signature)).unwrap();
            jws.verify_request(keys.candidates(jws.alg(), jws.kid()).first().unwrap()).is_ok()
        };
        assert!(ask(&[1; 256]) && ask(&[0xee; 256]), "one less than the modulus");
        for signature in [&*n, &[0xff; 256], &[1; 255], &[1; 257], &[]] {
            assert!(!ask(signature));
        }
    }

    #[test]
    fn a_key_that_does_not_fit_is_never_asked_about() {
        let keys = KeySet::read(KEYS.as_bytes()).unwrap();
        let jws = header(r#"{"alg":"EdDSA"}"#).unwrap();
        let code = jws.verify_request(keys.keys.first().unwrap()).unwrap_err().code;
        assert_eq!(code, Code::SignatureInvalid);
    }

    #[test]
    fn jose_21_a_key_in_the_header_is_never_a_key() {
        let jwk =
            r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        let jws = header(&format!(
            r#"{{"alg":"EdDSA","jwk":{jwk},"jku":"https://evil.example",
            "x5u":"https://evil.example","x5c":["AA"]}}"#
        ));
        let (jws, keys) = (jws.unwrap(), KeySet::default());
        assert!(keys.candidates(jws.alg(), jws.kid()).is_empty());
    }
}
