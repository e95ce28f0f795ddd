//! An encrypted token in compact form (RFC 7516, sections 3.1 and 5.2).
//!
//! This module decides the algorithms, the key, and that every part has the right length. The host
//! does everything with a secret: a content encryption key never reaches this module.

mod agreement;
pub mod alg;
pub mod key;
mod x25519;

use super::jwe::alg::{Alg, Enc};
use super::jwe::key::DecryptionKey;
use super::jwk::MAX_CANDIDATE_KEYS;
use super::jws::{self, UntrustedJws};
use crate::proto::effect::DecryptRequest;
use crate::proto::error::{Code, Error};
use crate::proto::text::json::Json;
use crate::proto::text::{base64url, pieces, utf8};
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// A well-formed token that is not decrypted yet.
#[derive(Clone)]
pub struct UntrustedJwe {
    alg: &'static Alg,
    enc: &'static Enc,
    header: Json,
    /// The header as it was sent: it is authenticated with the content.
    aad: String,
    encrypted_key: Vec<u8>,
    iv: Vec<u8>,
    ciphertext: Vec<u8>,
    tag: Vec<u8>,
}

impl UntrustedJwe {
    /// Reads a token whose two algorithms and content type (`cty`) the caller allows.
    ///
    /// # Errors
    /// In this order:
    /// - `OIDC_TOKEN_MALFORMED`: not five base64url parts
    /// - `OIDC_TOKEN_TOO_LARGE`: more than 256 KiB, or a header of more than 16 KiB
    /// - `OIDC_TOKEN_MALFORMED`: the header is not a strict JSON object, or `kid`, `typ`, `cty`,
    ///   `apu` or `apv` is not a string
    /// - `OIDC_ALG_FORBIDDEN`: `alg` or `enc` is missing, unknown or not allowed; `RSA1_5` and
    ///   `PBES2-*` are unknown
    /// - `OIDC_CRIT_UNSUPPORTED`: any `crit`, any `zip`
    /// - `OIDC_TYP_FORBIDDEN`: another content type
    pub fn read(
        text: &str,
        allowed: &dyn Fn(&'static Alg, &'static Enc) -> bool,
        cty_ok: &dyn Fn(Option<&str>) -> bool,
    ) -> Result<Self, Error> {
        let [protected, encrypted_key, iv, ciphertext, tag] = parts(text)?;
        let bytes = |part| base64url::read(part).map_err(|_| Code::TokenMalformed);
        let (header, _) = jws::read_object(protected)?;
        let (encrypted_key, iv) = (bytes(encrypted_key)?, bytes(iv)?);
        let (ciphertext, tag) = (bytes(ciphertext)?, bytes(tag)?);
        let (alg, enc) = check_header(&header, allowed)?;
        if !cty_ok(header.member("cty").and_then(Json::text)) {
            return Err(Code::TypForbidden.into());
        }
        let aad = protected.to_owned();
        Ok(Self { alg, enc, header, aad, encrypted_key, iv, ciphertext, tag })
    }

    /// The algorithm that finds the content encryption key.
    #[must_use]
    pub const fn alg(&self) -> &'static Alg {
        self.alg
    }

    /// The algorithm that encrypts the content.
    #[must_use]
    pub const fn enc(&self) -> &'static Enc {
        self.enc
    }

    /// The protected header.
    #[must_use]
    pub const fn header(&self) -> &Json {
        &self.header
    }

    /// The question for the host with these keys. Keys with the token's `kid` are tried; if the
    /// token has none, or no key has it, the keys without a `kid` (RFC 7516, section 5.2).
    ///
    /// # Errors
    /// `OIDC_DECRYPT_FAILED`: no key fits, or no key can have encrypted this token. Every later
    /// failure has the same code: an attacker must not learn which step failed.
    pub fn unlock(&self, keys: &[Option<DecryptionKey>]) -> Result<DecryptRequest, Error> {
        let failed = || Error::from(Code::DecryptFailed);
        let agreed = agreement::read(self.alg, self.enc, &self.header).ok_or_else(failed)?;
        let kid = self.text("kid");
        let knows_kid = keys.iter().flatten().any(|key| key.kid.as_deref() == kid);
        let wanted = kid.filter(|_| knows_kid);
        let mut places = Vec::new();
        for (place, key) in keys.iter().enumerate() {
            let Some(key) = key else { continue };
            let is_meant = kid.is_none() || key.kid.as_deref() == wanted;
            let fits = key.fits(self.alg, self.enc, agreed.crv, &self.encrypted_key);
            if is_meant && fits && places.len() < MAX_CANDIDATE_KEYS {
                places.push(place);
            }
        }
        if places.is_empty() || !self.enc.has_lengths(&self.iv, &self.ciphertext, &self.tag) {
            return Err(failed());
        }
        Ok(DecryptRequest {
            alg: self.alg.name,
            enc: self.enc.name,
            keys: places,
            content_key_bytes: self.enc.key_bytes,
            wrapping_key_bytes: self.alg.wrapping_key_bytes,
            epk: agreed.epk,
            other_info: agreed.other_info,
            encrypted_key: self.encrypted_key.clone(),
            aad: self.aad.clone(),
            iv: self.iv.clone(),
            ciphertext: self.ciphertext.clone(),
            tag: self.tag.clone(),
        })
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.header.member(name)?.text()
    }
}

/// Whether content of this type may be a signed token (RFC 7519, section 5.2). Many providers omit
/// the type, although they must not.
#[must_use]
pub fn is_token(cty: Option<&str>) -> bool {
    cty.is_none_or(|cty| {
        cty.eq_ignore_ascii_case("JWT") || cty.eq_ignore_ascii_case("application/jwt")
    })
}

/// The signed token inside. Encryption does not authenticate the author, so content that is
/// unsigned, or encrypted again, is refused.
///
/// # Errors
/// `OIDC_TOKEN_MALFORMED` for content that is not text, and those of [`UntrustedJws::read`].
pub fn inner(
    plaintext: &[u8],
    allowed: &dyn Fn(&'static super::alg::Alg) -> bool,
    typ_ok: &dyn Fn(Option<&str>) -> bool,
) -> Result<UntrustedJws, Error> {
    let text = utf8(plaintext).map_err(|_| Code::TokenMalformed)?;
    UntrustedJws::read(text, allowed, typ_ok)
}

/// The five parts of the compact form, not decoded yet.
fn parts(text: &str) -> Result<[&str; 5], Code> {
    // Dots are counted, not split at, so that a text of dots alone uses no memory.
    if text.bytes().filter(|byte| *byte == b'.').count() != 4 {
        return Err(Code::TokenMalformed);
    }
    let mut all = [""; 5];
    for (part, piece) in all.iter_mut().zip(pieces(text, b'.')) {
        *part = piece;
    }
    let [header, ..] = all;
    if text.len() > jws::MAX_BYTES || header.len() > jws::MAX_HEADER_BYTES {
        return Err(Code::TokenTooLarge);
    }
    Ok(all)
}

fn check_header(
    header: &Json,
    allowed: &dyn Fn(&'static Alg, &'static Enc) -> bool,
) -> Result<(&'static Alg, &'static Enc), Code> {
    for name in &["kid", "typ", "cty", "apu", "apv"] {
        if header.member(name).is_some_and(|value| value.text().is_none()) {
            return Err(Code::TokenMalformed);
        }
    }
    let text = |name| header.member(name).and_then(Json::text);
    let (alg, enc) = (text("alg").and_then(alg::find), text("enc").and_then(alg::find_enc));
    let (Some(alg), Some(enc)) = (alg, enc) else { return Err(Code::AlgForbidden) };
    if !allowed(alg, enc) {
        return Err(Code::AlgForbidden);
    }
    // No extension is supported, and nothing is decompressed (RFC 8725bis, section 3.15).
    if ["crit", "zip"].iter().any(|name| header.member(name).is_some()) {
        return Err(Code::CritUnsupported);
    }
    Ok((alg, enc))
}

redact_debug! { UntrustedJwe }

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;
    use alloc::format;

    const EC: &str = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;
    const X25519: &str =
        r#""kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08""#;

    fn read(text: &str) -> Result<UntrustedJwe, Code> {
        UntrustedJwe::read(text, &|_, _| true, &is_token).map_err(|error| error.code)
    }

    fn token(header: &str, parts: [usize; 4]) -> String {
        let header = base64url::write(header.as_bytes());
        let parts = parts.map(|length| base64url::write(&[7].repeat(length)));
        format!("{header}.{}", parts.join("."))
    }

    /// A token with these algorithms and more header members.
    fn with(more: &str) -> String {
        token(&format!(r#"{{"alg":"dir","enc":"A128GCM"{more}}}"#), [0, 12, 5, 16])
    }

    fn keys(list: &[&str]) -> Vec<Option<DecryptionKey>> {
        let text = format!(
            "[{}]",
            list.iter().map(|key| format!("{{{key}}}")).collect::<Vec<_>>().join(",")
        );
        key::read_all(json::read(text.as_bytes()).unwrap().list().unwrap())
    }

    fn places(token: &str, list: &[&str]) -> Vec<usize> {
        read(token).unwrap().unlock(&keys(list)).map_or(Vec::new(), |question| question.keys)
    }

    #[test]
    fn a_token_is_read_and_becomes_one_question() {
        let header = format!(r#"{{"alg":"ECDH-ES+A128KW","enc":"A256CBC-HS512","epk":{{{EC}}}}}"#);
        let text = token(&header, [72, 16, 32, 32]);
        let question = read(&text).unwrap().unlock(&keys(&[X25519, EC])).unwrap();
        assert_eq!((question.alg, question.enc), ("ECDH-ES+A128KW", "A256CBC-HS512"));
        assert_eq!((question.content_key_bytes, question.wrapping_key_bytes), (64, 16));
        assert_eq!(question.keys, [1]);
        assert_eq!(question.epk.first(), Some(&("kty", "EC".into())));
        assert_eq!(question.aad, text.split('.').next().unwrap());
        let lengths = [&question.encrypted_key, &question.iv, &question.ciphertext, &question.tag];
        assert_eq!(lengths.map(Vec::len), [72, 16, 32, 32]);
        assert!(
            question.other_info.starts_with(b"\0\0\0\x0eECDH-ES+A128KW\0\0\0\0\0\0\0\0\0\0\0\x80")
        );
    }

    #[test]
    fn jose_01_and_02_anything_but_five_canonical_parts_is_refused() {
        let good = with("");
        assert!(read(&good).is_ok());
        for byte in [" ", "\t", "\n", "=", "+", "/", "{", "\0", "\u{3002}", "~"] {
            for text in
                [[&*good, byte].concat(), [byte, &*good].concat(), good.replacen('.', byte, 1)]
            {
                assert_eq!(read(&text).unwrap_err(), Code::TokenMalformed, "{byte:?}");
            }
        }
        let dots = ".".repeat(100_000);
        for text in [
            "",
            "....",
            ".....",
            "a.b.c",
            "e30.e30.e30",
            &dots,
            "e30.A.AA.AA.AA",
            "e30.AB.AA.AA.AA",
        ] {
            assert_eq!(read(text).unwrap_err(), Code::TokenMalformed, "{text:.20}");
        }
    }

    #[test]
    fn jose_05_unused_bits_in_any_part_are_refused() {
        let good = with("");
        assert_eq!(
            (read(&good).unwrap().alg().name, read(&good).unwrap().enc().name),
            ("dir", "A128GCM")
        );
        for place in 0..5 {
            let mut parts: Vec<&str> = good.split('.').collect();
            parts[place] = "AB";
            assert_eq!(read(&parts.join(".")).unwrap_err(), Code::TokenMalformed, "{place}");
        }
    }

    #[test]
    fn jose_03_04_and_22_a_header_that_is_not_one_strict_object_is_refused() {
        for header in
            ["", "[]", "{}{}", r#"{"alg":"dir","alg":"dir","enc":"A128GCM"}"#, "{\"a\":\"\u{0}\"}"]
        {
            let code = read(&token(header, [0, 12, 5, 16])).unwrap_err();
            assert_eq!(code, Code::TokenMalformed, "{header}");
        }
        for name in ["kid", "typ", "cty", "apu", "apv"] {
            for value in ["1", "null", "{}", "[\"x\"]"] {
                let text = with(&format!(r#","{name}":{value}"#));
                assert_eq!(read(&text).unwrap_err(), Code::TokenMalformed, "{name} {value}");
            }
        }
    }

    #[test]
    fn jose_06_and_07_every_crit_is_refused() {
        for more in [
            r#","crit":["exp"]"#,
            r#","crit":[]"#,
            r#","crit":null"#,
            r#","crit":["b64"],"b64":false"#,
        ] {
            assert_eq!(read(&with(more)).unwrap_err(), Code::CritUnsupported, "{more}");
        }
    }

    #[test]
    fn jose_08_and_09_only_algorithms_of_the_tables_that_the_caller_allows_are_read() {
        for header in [
            r#"{"alg":"none","enc":"A128GCM"}"#,
            r#"{"alg":"dir"}"#,
            r#"{"enc":"A128GCM"}"#,
            r#"{"alg":"dir","enc":"none"}"#,
            r#"{"alg":"dir","enc":null}"#,
            r#"{"alg":["dir"],"enc":"A128GCM"}"#,
            r#"{"alg":"RSA1_5","enc":"A128GCM"}"#,
            r#"{"alg":"DIR","enc":"A128GCM"}"#,
            r#"{"alg":"dir ","enc":"A128GCM"}"#,
        ] {
            let code = read(&token(header, [0, 12, 5, 16])).unwrap_err();
            assert_eq!(code, Code::AlgForbidden, "{header}");
        }
        let allowed = |name: &'static str, content: &'static str| {
            let allowed =
                move |alg: &'static Alg, enc: &'static Enc| alg.name == name && enc.name == content;
            UntrustedJwe::read(&with(""), &allowed, &is_token).map_err(|error| error.code).err()
        };
        assert_eq!(allowed("dir", "A128GCM"), None);
        assert_eq!(allowed("ECDH-ES", "A128GCM"), Some(Code::AlgForbidden));
        assert_eq!(allowed("dir", "A256GCM"), Some(Code::AlgForbidden));
    }

    #[test]
    fn jose_27_a_password_is_refused_before_anything_is_derived() {
        for p2c in ["1000", "1200001", "2147483647", "1e99", "-1", "\"1\""] {
            let header = format!(
                r#"{{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2s":"AAAAAAAAAAA","p2c":{p2c}}}"#
            );
            let code = read(&token(&header, [24, 12, 5, 16])).unwrap_err();
            assert_eq!(code, Code::AlgForbidden, "{p2c}");
        }
    }

    #[test]
    fn jose_28_every_zip_is_refused() {
        for zip in ["\"DEF\"", "\"def\"", "\"\"", "null", "[]", "true"] {
            let code = read(&with(&format!(r#","zip":{zip}"#))).unwrap_err();
            assert_eq!(code, Code::CritUnsupported, "{zip}");
        }
    }

    #[test]
    fn jose_29_a_token_of_256_kib_and_a_header_of_16_kib_are_read_and_larger_ones_refused() {
        let sized = |header: usize, whole: usize| {
            let text = r#"{"alg":"dir","enc":"A128GCM"}"#;
            let first = [text, &" ".repeat(header - text.len())].concat();
            let first = base64url::write(first.as_bytes());
            let rest = whole - first.len() - 4;
            read(&format!("{first}..{}..", "A".repeat(rest))).err()
        };
        assert_eq!(sized(12_288, 100_000), None);
        assert_eq!(sized(12_289, 100_000), Some(Code::TokenTooLarge));
        assert_eq!(sized(30, 256 * 1024), None);
        assert_eq!(sized(30, 256 * 1024 + 4), Some(Code::TokenTooLarge));
    }

    #[test]
    fn jose_26_content_that_says_it_is_no_token_is_refused() {
        for (cty, code) in [
            ("JWT", None),
            ("jwt", None),
            ("application/jwt", None),
            ("", Some(Code::TypForbidden)),
            ("JWE", Some(Code::TypForbidden)),
            ("text/plain", Some(Code::TypForbidden)),
            ("JWT ", Some(Code::TypForbidden)),
        ] {
            assert_eq!(read(&with(&format!(r#","cty":"{cty}""#))).err(), code, "{cty}");
        }
        assert!(UntrustedJwe::read(&with(r#","cty":"x""#), &|_, _| true, &|_| true).is_ok());
    }

    #[test]
    fn jose_26_what_was_inside_must_be_signed_and_not_encrypted_again() {
        let inside = |text: &[u8]| {
            inner(text, &|_| true, &|_| true).map(|jws| jws.alg().name).map_err(|error| error.code)
        };
        let unsigned =
            [r#"{"alg":"none"}"#, r#"{"sub":"a"}"#].map(|part| base64url::write(part.as_bytes()));
        let signed = [
            base64url::write(br#"{"alg":"ES256"}"#),
            base64url::write(b"{}"),
            base64url::write(&[1; 64]),
        ];
        assert_eq!(inside(signed.join(".").as_bytes()), Ok("ES256"));
        assert_eq!(
            inside([&*unsigned.join("."), "."].concat().as_bytes()),
            Err(Code::AlgForbidden)
        );
        assert_eq!(inside(with("").as_bytes()), Err(Code::TokenEncrypted));
        for text in [&b"{\"sub\":\"a\"}"[..], b"", b"\xff\xfe", b"eyJhbGciOiJub25lIn0.e30"] {
            assert_eq!(inside(text), Err(Code::TokenMalformed));
        }
    }

    #[test]
    fn a_part_of_another_length_fails_as_a_wrong_key_does() {
        let failed = |header: &str, lengths: [usize; 4], key: &str| {
            read(&token(header, lengths))
                .unwrap()
                .unlock(&keys(&[key]))
                .map_err(|error| error.code)
                .err()
        };
        let oct = r#""kty":"oct""#;
        let dir = r#"{"alg":"dir","enc":"A128CBC-HS256"}"#;
        assert_eq!(failed(dir, [0, 16, 32, 16], oct), None);
        for lengths in [
            [1, 16, 32, 16],
            [0, 12, 32, 16],
            [0, 16, 31, 16],
            [0, 16, 0, 16],
            [0, 16, 32, 15],
            [0, 16, 32, 32],
        ] {
            assert_eq!(failed(dir, lengths, oct), Some(Code::DecryptFailed), "{lengths:?}");
        }
        let wrapped = r#"{"alg":"A256KW","enc":"A128GCM"}"#;
        assert_eq!(failed(wrapped, [24, 12, 1, 16], oct), None);
        for length in [0, 16, 23, 25, 40] {
            assert_eq!(failed(wrapped, [length, 12, 1, 16], oct), Some(Code::DecryptFailed));
        }
        let n = base64url::write(&[0xff; 256]);
        let rsa = format!(r#""kty":"RSA","n":"{n}","e":"AQAB""#);
        let oaep = r#"{"alg":"RSA-OAEP","enc":"A128GCM"}"#;
        assert_eq!(failed(oaep, [256, 12, 1, 16], &rsa), None);
        for length in [0, 255, 257, 512] {
            assert_eq!(failed(oaep, [length, 12, 1, 16], &rsa), Some(Code::DecryptFailed));
        }
    }

    #[test]
    fn an_encrypted_key_of_the_modulus_or_more_is_refused() {
        let n = [&[0x80][..], &[9].repeat(255)].concat();
        let rsa = format!(r#""kty":"RSA","n":"{}","e":"AQAB""#, base64url::write(&n));
        let header = base64url::write(br#"{"alg":"RSA-OAEP","enc":"A128GCM"}"#);
        let rest = [12, 0, 16].map(|length| base64url::write(&[7].repeat(length))).join(".");
        let fits = |last: u8| {
            let encrypted_key = [n.get(..255).unwrap(), &[last]].concat();
            let text = format!("{header}.{}.{rest}", base64url::write(&encrypted_key));
            !places(&text, &[&rsa]).is_empty()
        };
        assert!(fits(0) && fits(8));
        assert!(!fits(9) && !fits(10) && !fits(0xff));
    }

    #[test]
    fn jose_11_a_secret_for_content_never_unwraps_a_key() {
        let token = token(r#"{"alg":"A128KW","enc":"A128GCM"}"#, [24, 12, 5, 16]);
        let fits =
            |alg: &str| !places(&token, &[&format!(r#""kty":"oct","alg":"{alg}""#)]).is_empty();
        assert!(fits("A128KW"));
        assert!(!fits("A128GCM") && !fits("dir") && !fits("A256KW"));
    }

    #[test]
    fn jose_15_an_ephemeral_key_off_the_curve_or_of_another_curve_is_refused() {
        let asked = |epk: &str, key: &str| {
            let header = format!(r#"{{"alg":"ECDH-ES","enc":"A128GCM","epk":{epk}}}"#);
            places(&token(&header, [0, 12, 5, 16]), &[key])
        };
        let braced = |members: &str| format!("{{{members}}}");
        assert_eq!(asked(&braced(EC), EC), [0]);
        assert_eq!(asked(&braced(X25519), X25519), [0]);
        let none: [usize; 0] = [];
        for epk in [
            braced(X25519),
            "null".into(),
            "1".into(),
            "{}".into(),
            braced(&EC.replace("5a0\"", "5a1\"")),
            braced(&EC.replace("P-256", "P-384")),
            braced(&EC.replace("\"EC\"", "\"OKP\"")),
            braced(&EC.replace("P-256", "X25519")),
            braced(r#""kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA""#),
            braced(r#""kty":"EC","crv":"P-256""#),
        ] {
            assert_eq!(asked(&epk, EC), none, "{epk}");
        }
        let zero = base64url::write(&[0; 32]);
        assert_eq!(asked(&format!(r#"{{"kty":"OKP","crv":"X25519","x":"{zero}"}}"#), X25519), none);
        let no_epk = token(r#"{"alg":"ECDH-ES","enc":"A128GCM"}"#, [0, 12, 5, 16]);
        assert_eq!(places(&no_epk, &[EC]), none);
        for name in ["apu", "apv"] {
            let header =
                format!(r#"{{"alg":"ECDH-ES","enc":"A128GCM","{name}":"A","epk":{{{EC}}}}}"#);
            assert_eq!(places(&token(&header, [0, 12, 5, 16]), &[EC]), none, "{name}");
        }
    }

    #[test]
    fn jose_11_and_12_a_key_for_something_else_never_decrypts() {
        let fits = |more: &str| !places(&with(""), &[&format!(r#""kty":"oct"{more}"#)]).is_empty();
        for more in [
            "",
            r#","use":"enc""#,
            r#","alg":"dir""#,
            r#","alg":"A128GCM""#,
            r#","key_ops":["decrypt"]"#,
        ] {
            assert!(fits(more), "{more}");
        }
        for more in [
            r#","use":"sig""#,
            r#","use":1"#,
            r#","alg":"A256GCM""#,
            r#","alg":"A128KW""#,
            r#","alg":"HS256""#,
            r#","key_ops":["encrypt"]"#,
            r#","key_ops":[]"#,
            r#","key_ops":"decrypt""#,
            r#","kid":1"#,
        ] {
            assert!(!fits(more), "{more}");
        }
        // With `dir`, the key names the algorithm of the content.
        let wrapped = token(r#"{"alg":"A128KW","enc":"A128GCM"}"#, [24, 12, 5, 16]);
        assert_eq!(places(&wrapped, &[r#""kty":"oct","alg":"A128KW""#]), [0]);
        assert!(places(&wrapped, &[r#""kty":"oct","alg":"A128GCM""#]).is_empty());
    }

    #[test]
    fn jose_13_and_14_a_key_that_is_weak_or_of_another_type_never_decrypts() {
        let n = base64url::write(&[0xff; 128]);
        let weak = format!(r#""kty":"RSA","n":"{n}","e":"AQAB""#);
        for key in [
            &*weak,
            EC,
            X25519,
            r#""kty":"OKP","crv":"Ed25519","x":"AA""#,
            r#""kty":"AKP""#,
            "",
            r#""kty":1"#,
        ] {
            assert!(places(&with(""), &[key]).is_empty(), "{key}");
        }
        assert!(
            keys(&[&weak, r#""kty":"RSA""#, r#""kty":"RSA","n":"_w""#, ""])
                .iter()
                .all(Option::is_none)
        );
    }

    #[test]
    fn jose_23_and_24_a_kid_chooses_and_without_one_every_fitting_key_is_tried() {
        let named = |kid: &str| format!(r#""kty":"oct","kid":"{kid}""#);
        let (a, b) = (named("a"), named("b"));
        let list = [EC, &a, &b, r#""kty":"oct""#, &named("b"), ""];
        assert_eq!(places(&with(r#","kid":"b""#), &list), [2, 4]);
        assert_eq!(places(&with(""), &list), [1, 2, 3, 4]);
        assert_eq!(places(&with(r#","kid":"__proto__""#), &list), [3]);
        assert!(places(&with(r#","kid":"c""#), &[&a, &b]).is_empty());
        assert_eq!(places(&with(""), &[&*a; 20]).len(), 8);
    }
}
