//! The tools without a provider: one signature, one signed message, one encrypted token, one
//! thumbprint. Keys come as JWK texts.

use super::alg;
use super::jwe::alg::{Alg, Enc};
use super::jwe::{UntrustedJwe, is_token, key};
use super::jwk::{Jwk, KeySet};
use super::message::UntrustedMessage;
use crate::proto::effect::{DecryptRequest, VerifyRequest};
use crate::proto::error::{At, Code, Error};
use crate::proto::text::json::{self, Json};
use alloc::{boxed::Box, string::String, vec::Vec};

/// A signed message and its verify requests. The message is unverified until one is answered with
/// yes.
pub struct SignedMessage {
    /// The message.
    pub message: UntrustedMessage,
    /// The requests, to be sent in this order until one answer is yes.
    pub verify_requests: Vec<VerifyRequest>,
}

/// An encrypted token and its decrypt request.
pub struct EncryptedToken {
    /// The protected header.
    pub header: Json,
    /// The decrypt request.
    pub decrypt_request: DecryptRequest,
}

/// Reads a signed message. `keys` is a JWK or a set of them, `algorithms` a list of names.
///
/// # Errors
/// - `OIDC_CONFIG_INVALID`: `algorithms` is not a list of names
/// - `OIDC_KEYS_INVALID`: `keys` is neither a JWK that verifies nor a set
/// - those of [`UntrustedMessage::read`] and [`UntrustedMessage::verify_requests`]
pub fn read_signed(token: &str, keys: &str, algorithms: &str) -> Result<SignedMessage, Error> {
    let allowed = names(algorithms)?;
    let keys = read_keys(keys)?;
    let message = UntrustedMessage::read(token, &|alg| allowed.has(alg.name))?;
    let verify_requests = message.verify_requests(&keys)?;
    Ok(SignedMessage { message, verify_requests })
}

/// The verify request for one signature, without the signing input. `None` if the key is not a JWK or
/// could not have made the signature.
#[must_use]
pub fn signature_request(alg: &str, key: &str, signature: &[u8]) -> Option<VerifyRequest> {
    let key = Jwk::read(&*json::read(key.as_bytes()).ok()?)?;
    key.verify_request(alg::find(alg)?, "", signature).ok()
}

/// Reads an encrypted token. `keys` is a list of JWKs, whose private members may be missing;
/// `algs` and `encs` are lists of names.
///
/// # Errors
/// - `OIDC_CONFIG_INVALID`: `algs` or `encs` is not a list of names
/// - `OIDC_TOKEN_UNENCRYPTED`: a signed token, where `is_nested` says that one is inside
/// - those of [`UntrustedJwe::read`] and [`UntrustedJwe::unlock`]
pub fn read_encrypted(
    token: &str,
    keys: &str,
    algs: &str,
    encs: &str,
    is_nested: bool,
) -> Result<EncryptedToken, Error> {
    // A client that agreed on encryption accepts no other token (OpenID Connect Core 1.0 section 3.1.3.7).
    if is_nested && token.bytes().filter(|byte| *byte == b'.').count() == 2 {
        return Err(Code::TokenUnencrypted.into());
    }
    let (algs, encs) = (names(algs)?, names(encs)?);
    let keys = json::read(keys.as_bytes()).map_err(|_| Code::KeysInvalid)?;
    let keys = key::read_all(keys.list().ok_or(Code::KeysInvalid)?);
    let allowed = |alg: &'static Alg, enc: &'static Enc| algs.has(alg.name) && encs.has(enc.name);
    let jwe = UntrustedJwe::read(token, &allowed, &|cty| !is_nested || is_token(cty))?;
    let question = jwe.unlock(&keys)?;
    Ok(EncryptedToken { header: jwe.header().clone(), decrypt_request: question })
}

/// The thumbprint of a public key with SHA-256 (RFC 7638), for a key of any use.
///
/// # Errors
/// `OIDC_KEYS_INVALID`: not a JWK of a supported type.
pub fn thumbprint(key: &str) -> Result<String, Error> {
    let key = json::read_object(key.as_bytes()).map_err(|_| Code::KeysInvalid)?;
    let is_part = |name: &str| ["kty", "crv", "x", "y", "n", "e"].contains(&name);
    let parts = key.members().iter().filter(|(name, _)| is_part(name)).cloned().collect();
    let key = Jwk::read(&Json::Object(json::store_list(parts))).ok_or(Code::KeysInvalid)?;
    Ok(key.thumbprint())
}

fn read_keys(text: &str) -> Result<KeySet, Error> {
    let json = json::read(text.as_bytes()).map_err(|_| Code::KeysInvalid)?;
    if json.member("keys").is_some() {
        return KeySet::read(text.as_bytes());
    }
    let key = Jwk::read(&json).ok_or(Code::KeysInvalid)?;
    Ok(KeySet { keys: Vec::from([key]), ..KeySet::default() })
}

fn names(text: &str) -> Result<Box<Json>, Error> {
    let list = json::read(text.as_bytes()).ok().filter(|list| list.is_texts());
    list.ok_or(Error::at(Code::ConfigInvalid, At::Algorithms))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::base64url;
    use alloc::format;

    const KEY: &str =
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    fn signed(keys: &str, algorithms: &str) -> Result<usize, Code> {
        let header = base64url::write(br#"{"alg":"EdDSA"}"#);
        let token = format!("{header}.e30.{}", base64url::write(&[1; 64]));
        let signed = read_signed(&token, keys, algorithms);
        signed.map(|signed| signed.verify_requests.len()).map_err(|error| error.code)
    }

    #[test]
    fn jose_32_what_is_no_key_and_no_set_is_refused() {
        let algorithms = r#"["EdDSA"]"#;
        assert_eq!(signed(KEY, algorithms), Ok(1));
        assert_eq!(signed(&format!(r#"{{"keys":[{KEY},{KEY}]}}"#), algorithms), Ok(2));
        assert_eq!(signed(r#"{"keys":[]}"#, algorithms), Err(Code::KeyNotFound));
        for invalid in
            ["", "null", "false", "\"\"", "{}", "[]", "0", r#"{"keys":null}"#, "undefined"]
        {
            assert_eq!(signed(invalid, algorithms), Err(Code::KeysInvalid), "{invalid}");
        }
    }

    #[test]
    fn jose_08_algorithms_are_named_or_nothing_is_read() {
        for algorithms in ["", "null", "\"EdDSA\"", "{}", "[1]"] {
            assert_eq!(signed(KEY, algorithms), Err(Code::ConfigInvalid), "{algorithms}");
        }
        assert_eq!(signed(KEY, "[]"), Err(Code::AlgForbidden));
        assert_eq!(signed(KEY, r#"["ES256"]"#), Err(Code::AlgForbidden));
    }

    #[test]
    fn a_signature_is_asked_about_when_the_key_could_have_made_it() {
        let asked = |alg: &str, key: &str, length| {
            signature_request(alg, key, &[1].repeat(length)).map(|question| question.alg)
        };
        assert_eq!(asked("Ed25519", KEY, 64), Some("Ed25519"));
        for (alg, key, length) in
            [("ES256", KEY, 64), ("HS256", KEY, 64), ("Ed25519", KEY, 63), ("Ed25519", "{}", 64)]
        {
            assert_eq!(asked(alg, key, length), None, "{alg} {length}");
        }
        assert_eq!(asked("Ed25519", "", 64), None);
    }

    #[test]
    fn a_thumbprint_is_that_of_rfc_8037_a_3_for_a_key_of_any_use() {
        let right = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
        assert_eq!(thumbprint(KEY).unwrap(), right);
        let more = r#"{"use":"enc","alg":"none","kid":1,"#;
        assert_eq!(thumbprint(&KEY.replacen('{', more, 1)).unwrap(), right);
        for none in ["", "[]", "{}", r#"{"kty":"oct","k":"AAAA"}"#] {
            assert_eq!(thumbprint(none).unwrap_err().code, Code::KeysInvalid, "{none}");
        }
    }

    #[test]
    fn an_encrypted_token_is_asked_about_when_both_names_are_allowed() {
        let header = base64url::write(br#"{"alg":"dir","enc":"A128GCM","cty":"x"}"#);
        let token =
            format!("{header}..{}..{}", base64url::write(&[1; 12]), base64url::write(&[1; 16]));
        let asked = |keys: &str, algs: &str, encs: &str| {
            let sealed = read_encrypted(&token, keys, algs, encs, false);
            sealed.map(|sealed| sealed.decrypt_request.keys).map_err(|error| error.code)
        };
        let (keys, algs, encs) = (r#"[{},{"kty":"oct"}]"#, r#"["dir"]"#, r#"["A128GCM"]"#);
        assert_eq!(asked(keys, algs, encs), Ok(Vec::from([1])));
        assert_eq!(asked(keys, r#"["A128KW"]"#, encs), Err(Code::AlgForbidden));
        assert_eq!(asked(keys, algs, "[]"), Err(Code::AlgForbidden));
        assert_eq!(asked(keys, algs, "null"), Err(Code::ConfigInvalid));
        assert_eq!(asked("[]", algs, encs), Err(Code::DecryptFailed));
        assert_eq!(asked(keys, "null", encs), Err(Code::ConfigInvalid));
        assert_eq!(asked("null", algs, encs), Err(Code::KeysInvalid));
        assert_eq!(asked("[", algs, encs), Err(Code::KeysInvalid));
    }

    #[test]
    fn jose_26_where_a_signed_token_is_inside_the_token_is_encrypted_and_says_what_it_contains() {
        let sealed = |cty: &str| {
            let header = format!(r#"{{"alg":"dir","enc":"A128GCM"{cty}}}"#);
            let parts = [header.as_bytes(), &[1; 12], &[1; 16]].map(base64url::write);
            format!("{}..{}..{}", parts[0], parts[1], parts[2])
        };
        let read = |token: &str, is_nested| {
            let keys = r#"[{"kty":"oct"}]"#;
            let read = read_encrypted(token, keys, r#"["dir"]"#, r#"["A128GCM"]"#, is_nested);
            read.map(|_| ()).map_err(|error| error.code)
        };
        assert_eq!(read("e30.e30.e30", true), Err(Code::TokenUnencrypted));
        assert_eq!(read("e30.e30.e30", false), Err(Code::TokenMalformed));
        let json = r#","cty":"json""#;
        for cty in ["", r#","cty":"JWT""#, json] {
            assert_eq!(read(&sealed(cty), false), Ok(()), "{cty}");
        }
        for cty in ["", r#","cty":"JWT""#] {
            assert_eq!(read(&sealed(cty), true), Ok(()), "{cty}");
        }
        assert_eq!(read(&sealed(json), true), Err(Code::TypForbidden));
    }
}
