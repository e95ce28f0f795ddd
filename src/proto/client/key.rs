//! JWTs that a client signs with its own key: the assertion that authenticates it
//! (`private_key_jwt`, OpenID Connect Core 1.0 section 9, RFC 7523), and the request object (RFC
//! 9101).

use crate::proto::effect::{Effect, UnixTime};
use crate::proto::error::At;
use crate::proto::jose::alg::{self, Alg};
use crate::proto::jose::jwk::Jwk;
use crate::proto::jose::signing;
use crate::proto::text::form;
use crate::proto::text::json::{Json, Writer};
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// The lifetime of an assertion in seconds. It is sent at once.
const ASSERTION_LIFETIME_SECONDS: u64 = 60;
/// The lifetime of a request object in seconds. The user's browser delivers it.
const REQUEST_OBJECT_LIFETIME_SECONDS: u64 = 300;
/// The value of `client_assertion_type` (RFC 7523 section 2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The public half of a client's key, with its algorithm.
pub struct ClientKey {
    key: Jwk,
    alg: &'static Alg,
    /// The thumbprints of its certificate (RFC 7515 sections 4.1.7 and 4.1.8), by their names.
    thumbprints: Vec<(At, String)>,
}

impl ClientKey {
    /// Reads a JWK. Returns `None` if it has no `alg`, or one that does not fit the key.
    #[must_use]
    pub fn read(json: &Json) -> Option<Self> {
        let key = Jwk::read(json)?;
        let alg = alg::find(key.alg.as_deref()?)?;
        let text = |name: At| Some((name, json.member(name.text())?.text()?.to_owned()));
        let thumbprints = [At::X5t, At::X5tS256].into_iter().filter_map(text).collect();
        Some(Self { key, alg, thumbprints })
    }

    /// The signing input of an assertion. Its audience is the issuer alone, unless the app sets
    /// another one: a server whose endpoint is the audience could replay it elsewhere
    /// (draft-ietf-oauth-security-topics-update section 2.1). `jti` is random and used once.
    #[must_use]
    pub fn assertion(
        &self,
        client_id: &str,
        audience: (Option<&Json>, &str),
        jti: &str,
        now: UnixTime,
    ) -> String {
        let mut claims = Writer::new();
        claims.text("iss", client_id).text("sub", client_id);
        match audience {
            (Some(audience), _) => claims.json("aud", audience),
            (None, issuer) => claims.text("aud", issuer),
        };
        claims
            .text("jti", jti)
            .number("iat", now.0)
            .number("exp", now.plus(ASSERTION_LIFETIME_SECONDS).0);
        signing::input(&self.header("JWT"), &claims.finish())
    }

    /// The signing input of a request object with the parameters of a form (RFC 9101 section 4). It
    /// has no `sub`, so that it cannot pass for an assertion (section 10.8).
    #[must_use]
    pub fn request(&self, client_id: &str, issuer: &str, request: &str, now: UnixTime) -> String {
        let mut claims = Writer::new();
        claims
            .text("iss", client_id)
            .text("aud", issuer)
            .number("iat", now.0)
            .number("nbf", now.0)
            .number("exp", now.plus(REQUEST_OBJECT_LIFETIME_SECONDS).0);
        // The form can be read, because this module wrote it.
        let pairs = form::read(request).unwrap_or_default();
        for (at, (name, value)) in pairs.iter().enumerate() {
            let same: Vec<&str> =
                pairs.iter().filter(|one| one.0 == *name).map(|one| &*one.1).collect();
            let is_first = pairs.iter().position(|one| one.0 == *name) == Some(at);
            match &**name {
                _ if !is_first => {}
                // JSON values, and not texts that contain JSON (RFC 9101 section 4).
                "claims" | "max_age" => _ = claims.raw(name, value),
                _ if same.len() > 1 => {
                    claims.open(name, '[');
                    same.iter().for_each(|one| _ = claims.push(one));
                    claims.close(']');
                }
                _ => _ = claims.text(name, value),
            }
        }
        signing::input(&self.header("oauth-authz-req+jwt"), &claims.finish())
    }

    /// The effect that signs this input.
    #[must_use]
    pub fn sign(&self, input: String) -> Effect {
        Effect::Sign { key: self.key.members(), alg: self.alg.name, input }
    }

    fn header(&self, typ: &str) -> String {
        let mut header = Writer::new();
        header
            .text("alg", self.alg.name)
            .optional_text("kid", self.key.kid.as_deref())
            .text("typ", typ);
        for (name, thumbprint) in &self.thumbprints {
            header.text(name.text(), thumbprint);
        }
        header.finish()
    }
}

/// The form parameters of a signed assertion.
#[must_use]
pub fn assertion_form(input: &str, signature: &[u8]) -> String {
    let assertion = signing::compact(input, signature);
    form::write(&[("client_assertion_type", JWT_BEARER), ("client_assertion", &assertion)])
}

/// The form of a signed request. The object's parameters are not repeated (RFC 9101 section 5).
#[must_use]
pub fn request_form(client_id: &str, input: &str, signature: &[u8]) -> String {
    let object = signing::compact(input, signature);
    form::write(&[("client_id", client_id), (At::Request.text(), &object)])
}

redact_debug! { ClientKey }

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::{base64url, json};

    const JWK: &str = r#"{"kty":"EC","crv":"P-256","alg":"ES256","kid":"k1",
        "x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}"#;

    const ISSUER: &str = "https://op.example";

    #[test]
    fn tok_10_the_thumbprints_of_a_certificate_are_in_the_header() {
        let jwk = JWK.replacen('{', r#"{"x5t":"dGh1bWI","x5t#S256":"c2hh","x5c":["MII"],"#, 1);
        let key = ClientKey::read(&json::read(jwk.as_bytes()).unwrap()).unwrap();
        let input = key.assertion("c", (None, ISSUER), "j", UnixTime(1));
        let header = base64url::read(input.split('.').next().unwrap()).unwrap();
        let wanted = br#"{"alg":"ES256","kid":"k1","typ":"JWT","x5t":"dGh1bWI","x5t#S256":"c2hh"}"#;
        assert_eq!(header, wanted);
        let odd = JWK.replacen('{', r#"{"x5t":1,"#, 1);
        let key = ClientKey::read(&json::read(odd.as_bytes()).unwrap()).unwrap();
        assert!(key.thumbprints.is_empty());
    }

    fn key() -> ClientKey {
        ClientKey::read(&json::read(JWK.as_bytes()).unwrap()).unwrap()
    }

    fn parts(input: &str) -> [String; 2] {
        let part = |part: &str| String::from_utf8(base64url::read(part).unwrap()).unwrap();
        let (header, claims) = input.split_once('.').unwrap();
        [part(header), part(claims)]
    }

    #[test]
    fn tok_10_an_assertion_is_for_the_issuer_alone_has_a_jti_and_lives_for_a_minute() {
        let [header, claims] = parts(&key().assertion("c", (None, ISSUER), "j", UnixTime(100)));
        assert_eq!(header, r#"{"alg":"ES256","kid":"k1","typ":"JWT"}"#);
        assert_eq!(
            claims,
            r#"{"iss":"c","sub":"c","aud":"https://op.example","jti":"j","iat":100,"exp":160}"#
        );
    }

    #[test]
    fn req_13_a_request_object_names_issuer_and_client_says_what_it_is_and_is_no_assertion() {
        let form = "client_id=c&scope=openid%20x&resource=https%3A%2F%2Fa.example%2F&max_age=0\
                    &resource=b&claims=%7B%22id_token%22%3A%7B%7D%7D";
        let [header, claims] = parts(&key().request("c", ISSUER, form, UnixTime(100)));
        assert_eq!(header, r#"{"alg":"ES256","kid":"k1","typ":"oauth-authz-req+jwt"}"#);
        assert_eq!(
            claims,
            r#"{"iss":"c","aud":"https://op.example","iat":100,"nbf":100,"exp":400,"client_id":"c","scope":"openid x","resource":["https://a.example/","b"],"max_age":0,"claims":{"id_token":{}}}"#
        );
    }

    #[test]
    fn a_key_says_what_it_signs_with() {
        let read = |text: &str| ClientKey::read(&json::read(text.as_bytes()).unwrap()).is_some();
        assert!(read(JWK));
        for (from, to) in [
            (r#""alg":"ES256","#, ""),
            ("ES256", "HS256"),
            ("ES256", "none"),
            ("ES256", "RS256"),
            ("P-256", "P-384"),
        ] {
            assert!(!read(&JWK.replace(from, to)), "{from} -> {to}");
        }
    }
}
