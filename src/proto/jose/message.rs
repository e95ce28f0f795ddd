//! A signed message: a token in compact form whose payload is any bytes (RFC 7515 section 5.2).
//!
//! For tools. A token whose claims must be trusted is an [`UntrustedJws`].
//!
//! [`UntrustedJws`]: super::jws::UntrustedJws

use super::alg::Alg;
use super::jwk::KeySet;
use super::jws::{Parts, check_header, read_object};
use crate::proto::effect::VerifyRequest;
use crate::proto::error::{Code, Error};
use crate::proto::text::base64url;
use crate::proto::text::json::Json;
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// A well-formed message whose signature is not verified yet.
pub struct UntrustedMessage {
    alg: &'static Alg,
    kid: Option<String>,
    /// The header's JSON text, as it was sent.
    pub header: String,
    /// The signed payload.
    pub payload: Vec<u8>,
    input: String,
    signature: Vec<u8>,
}

impl UntrustedMessage {
    /// Reads a message whose algorithm the caller allows.
    ///
    /// # Errors
    /// As for a token, but that its payload and its `typ` may be anything.
    pub fn read(text: &str, allowed: &dyn Fn(&'static Alg) -> bool) -> Result<Self, Error> {
        let parts = Parts::read(text)?;
        let (json, header) = read_object(parts.header)?;
        let payload = base64url::read(parts.payload).map_err(|_| Code::TokenMalformed)?;
        let signature = base64url::read(parts.signature).map_err(|_| Code::TokenMalformed)?;
        let alg = check_header(&json, allowed, &|_| true)?;
        let kid = json.member("kid").and_then(Json::text).map(ToOwned::to_owned);
        Ok(Self { alg, kid, header, payload, input: parts.input.to_owned(), signature })
    }

    /// The questions for the host, in this order, until one answer is yes.
    ///
    /// # Errors
    /// - `OIDC_KEY_NOT_FOUND`: no key fits
    /// - `OIDC_SIGNATURE_INVALID`: no key that fits could have made this signature
    pub fn verify_requests(&self, keys: &KeySet) -> Result<Vec<VerifyRequest>, Error> {
        let candidates = keys.candidates(self.alg, self.kid.as_deref());
        if candidates.is_empty() {
            return Err(Code::KeyNotFound.into());
        }
        let mut verify_requests = Vec::new();
        for key in candidates {
            verify_requests.extend(key.verify_request(self.alg, &self.input, &self.signature));
        }
        if verify_requests.is_empty() {
            Err(Code::SignatureInvalid.into())
        } else {
            Ok(verify_requests)
        }
    }
}

redact_debug! { UntrustedMessage }

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use alloc::format;

    const KEY: &str =
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    fn read(header: &str, payload: &str, signature: &[u8]) -> Result<UntrustedMessage, Code> {
        let [header, payload] = [header, payload].map(|part| base64url::write(part.as_bytes()));
        let text = [&*header, &*payload, &*base64url::write(signature)].join(".");
        UntrustedMessage::read(&text, &|alg| alg.name == "EdDSA").map_err(|error| error.code)
    }

    #[test]
    fn a_message_of_any_bytes_becomes_a_question_for_each_fitting_key() {
        let message = read(r#"{"alg":"EdDSA"}"#, "no claims", &[1; 64]).unwrap();
        assert_eq!(
            (&*message.header, &*message.payload),
            (r#"{"alg":"EdDSA"}"#, &b"no claims"[..])
        );
        let set = KeySet::read(format!(r#"{{"keys":[{KEY},{KEY}]}}"#).as_bytes()).unwrap();
        let verify_requests = message.verify_requests(&set).unwrap();
        assert_eq!(verify_requests.len(), 2);
        assert!(verify_requests.iter().all(|question| question.input.ends_with(".bm8gY2xhaW1z")));
    }

    #[test]
    fn jose_32_without_a_key_there_is_no_question() {
        let code = |set: &KeySet, signature: &[u8]| {
            let message = read(r#"{"alg":"EdDSA"}"#, "", signature).unwrap();
            message.verify_requests(set).map(|_| ()).map_err(|error| error.code)
        };
        let no_keys = KeySet::default();
        assert_eq!(code(&no_keys, &[1; 64]), Err(Code::KeyNotFound));
        let one = KeySet::read(format!(r#"{{"keys":[{KEY}]}}"#).as_bytes()).unwrap();
        assert_eq!(code(&one, &[1; 63]), Err(Code::SignatureInvalid));
        assert_eq!(code(&one, &[1; 64]), Ok(()));
    }

    #[test]
    fn jose_02_and_05_a_message_has_three_canonical_parts() {
        let header = base64url::write(br#"{"alg":"EdDSA"}"#);
        let read = |rest: &str| {
            let text = [&*header, rest].concat();
            UntrustedMessage::read(&text, &|_| true).map(|_| ()).map_err(|error| error.code)
        };
        assert_eq!(read(".AA.AA"), Ok(()));
        for rest in ["", ".AA", ".AA.AA.AA", ".AB.AA", ".AA.AB", ".A.AA", ".AA.A=", ".A+.AA"] {
            assert_eq!(read(rest), Err(Code::TokenMalformed), "{rest}");
        }
    }

    #[test]
    fn jose_06_08_and_09_a_message_is_held_to_the_rules_of_a_token() {
        for (header, code) in [
            (r#"{"alg":"none"}"#, Code::AlgForbidden),
            (r#"{"alg":"ES256"}"#, Code::AlgForbidden),
            (r#"{"alg":"EdDSA","crit":["b64"],"b64":false}"#, Code::CritUnsupported),
            (r#"{"alg":"EdDSA","kid":1}"#, Code::TokenMalformed),
            ("[]", Code::TokenMalformed),
        ] {
            assert_eq!(read(header, "x", &[1; 64]).err(), Some(code), "{header}");
        }
    }
}
