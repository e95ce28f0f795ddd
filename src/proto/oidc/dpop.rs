//! DPoP (RFC 9449): proofs that the client holds the key that its tokens are bound to.

use super::step_up_challenge;
use crate::proto::client::config::DPOP_ALG;
use crate::proto::effect::UnixTime;
use crate::proto::error::Code;
use crate::proto::jose::jwk::Jwk;
use crate::proto::jose::{hash, signing};
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::text::{base64url, concat, url};
use alloc::string::String;

/// The request that a proof is for.
#[derive(Clone, Copy)]
pub struct ProofRequest<'a> {
    /// The method of the request.
    pub method: &'a str,
    /// The address of the request.
    pub url: &'a str,
    /// The access token of the request; empty if there is none.
    pub token: &'a str,
    /// The server's last nonce; empty if it gave none (section 8).
    pub nonce: &'a str,
}

/// The signing input of a proof for one request (section 4.2). `jti` must be unique.
///
/// # Errors
/// `OIDC_INTERNAL` for an invalid address.
pub fn write(
    key: &Jwk,
    asked: &ProofRequest<'_>,
    jti: &str,
    now: UnixTime,
) -> Result<String, Code> {
    let mut header = Writer::new();
    header.text("typ", "dpop+jwt").text("alg", DPOP_ALG).open("jwk", '{');
    for (name, value) in key.members() {
        header.text(name, &value);
    }
    let header = header.close('}').finish();
    let address = url::read(asked.url).map_err(|_| Code::Internal)?;
    let path = if address.path.is_empty() { "/" } else { address.path };
    let mut claims = Writer::new();
    claims
        .text("jti", jti)
        .text("htm", asked.method)
        // Neither query nor fragment; scheme and host as browsers write them.
        .text("htu", &concat(&[&address.origin(), path]))
        .number("iat", now.0);
    if !asked.token.is_empty() {
        claims.text("ath", &base64url::write(&hash::sha256(asked.token.as_bytes())));
    }
    if !asked.nonce.is_empty() {
        claims.text("nonce", asked.nonce);
    }
    Ok(signing::input(&header, &claims.finish()))
}

/// The `error` of a response that asks for a nonce (RFC 9449, sections 8 and 9).
const NONCE_WANTED: &str = "use_dpop_nonce";

/// Whether a response only asks for the nonce that it brings: an authorization server (section 8)
/// says so in its body, an API (section 9) in its challenge.
#[must_use]
pub fn wants_nonce(status: u64, challenge: &str, body: &str) -> bool {
    match status {
        400 => json::read_object(body.as_bytes())
            .is_ok_and(|json| json.member("error").and_then(Json::text) == Some(NONCE_WANTED)),
        401 => step_up_challenge::has_proof_error(challenge, NONCE_WANTED),
        _ => false,
    }
}

redact_debug! { ProofRequest<'a> }

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    /// RFC 9449 section 4.1, figure 2.
    const JWK: &str = r#"{"kty":"EC","crv":"P-256",
        "x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}"#;

    fn key() -> Jwk {
        Jwk::read(&json::read(JWK.as_bytes()).unwrap()).unwrap()
    }

    fn parts(asked: &ProofRequest<'_>) -> [String; 2] {
        let input = write(&key(), asked, "-BwC3ESc6acc2lTc", UnixTime(1_562_262_616)).unwrap();
        let parts: Vec<String> = input
            .split('.')
            .map(|part| String::from_utf8(base64url::read(part).unwrap()).unwrap())
            .collect();
        parts.try_into().unwrap()
    }

    const TOKEN_REQUEST: ProofRequest<'static> = ProofRequest {
        method: "POST",
        url: "https://server.example.com/token",
        token: "",
        nonce: "",
    };

    #[test]
    fn dpop_01_and_04_a_proof_says_what_that_of_the_rfc_says() {
        let [header, claims] = parts(&TOKEN_REQUEST);
        // Section 4.2: the proof of figure 1, its members in the same order.
        let jwk = r#"{"kty":"EC","crv":"P-256","x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs","y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}"#;
        assert_eq!(header, concat(&[r#"{"typ":"dpop+jwt","alg":"ES256","jwk":"#, jwk, "}"]));
        assert_eq!(
            claims,
            r#"{"jti":"-BwC3ESc6acc2lTc","htm":"POST","htu":"https://server.example.com/token","iat":1562262616}"#
        );
        assert_eq!(key().thumbprint(), "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I");
    }

    #[test]
    fn dpop_02_neither_query_nor_fragment_is_named_and_the_host_is_lower_case() {
        for (url, htu) in [
            ("https://API.example:443/Inbox?page=2#top", "https://api.example/Inbox"),
            ("HTTPS://api.example", "https://api.example/"),
            ("http://localhost:8080/a%2Fb?x", "http://localhost:8080/a%2Fb"),
        ] {
            let [_, claims] = parts(&ProofRequest { url, ..TOKEN_REQUEST });
            assert!(claims.contains(&concat(&["\"htu\":\"", htu, "\""])), "{claims}");
        }
    }

    #[test]
    fn dpop_03_and_04_a_token_is_bound_by_its_hash_where_it_goes_along_and_nowhere_else() {
        // Section 7.1, figure 13.
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        let [_, claims] = parts(&ProofRequest { token, ..TOKEN_REQUEST });
        assert!(claims.contains(r#""ath":"fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo""#));
        assert!(!parts(&TOKEN_REQUEST)[1].contains("ath"));
    }

    #[test]
    fn dpop_05_and_06_only_a_demand_for_a_nonce_is_one() {
        let body = r#"{"error":"use_dpop_nonce","error_description":"x"}"#;
        for (status, challenge, body, wants) in [
            (400, "", body, true),
            (400, "", r#"{"error":"invalid_dpop_proof"}"#, false),
            (400, "", "use_dpop_nonce", false),
            (401, "", body, false),
            (401, r#"DPoP error="use_dpop_nonce""#, "", true),
            (401, r#"dpop realm="x", error=use_dpop_nonce"#, "", true),
            (401, r#"Bearer realm="x", dPoP algs="ES256", error="use_dpop_nonce""#, "", true),
            (401, r#"DPoP error="invalid_token", error_description="use_dpop_nonce""#, "", false),
            (401, r#"Basic error="use_dpop_nonce""#, "", false),
            (403, r#"DPoP error="use_dpop_nonce""#, body, false),
            (200, "", body, false),
        ] {
            assert_eq!(wants_nonce(status, challenge, body), wants, "{status} {challenge} {body}");
        }
    }
}
