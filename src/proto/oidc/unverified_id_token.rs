//! An ID token of a client that cannot verify it: the issuer's keys are unknown. Its claims are never those of a user.
//! Three of them are read, to refuse a token that surely answers another request.

use crate::proto::client::config::ClientConfig;
use crate::proto::effect::UnixTime;
use crate::proto::error::{At, Code, Error};
use crate::proto::text::json::{self, Json};
use crate::proto::text::{base64url, pieces};

/// Reads `aud`, `exp` and `nonce` of a token. `nonce` is the one that was sent, if one was.
///
/// # Errors
/// `OIDC_TOKEN_MALFORMED`, `OIDC_TOKEN_ENCRYPTED`, `OIDC_AUDIENCE_MISMATCH`, `OIDC_CLAIM_INVALID`,
/// `OIDC_TOKEN_EXPIRED`, `OIDC_NONCE_MISMATCH`.
pub fn check(
    token: &str,
    config: &ClientConfig,
    nonce: Option<&str>,
    now: UnixTime,
) -> Result<(), Error> {
    let malformed = Code::TokenMalformed;
    match pieces(token, b'.').count() {
        3 => {}
        5 => return Err(Code::TokenEncrypted.into()),
        _ => return Err(malformed.into()),
    }
    let payload = pieces(token, b'.').nth(1).unwrap_or_default();
    let payload = base64url::read(payload).map_err(|_| malformed)?;
    let claims = json::read_object(&payload).map_err(|_| malformed)?;
    let client_id = config.client_id();
    let is_for_client = |aud: &Json| aud.as_text() == Some(client_id) || aud.has(client_id);
    if !claims.member("aud").is_some_and(is_for_client) {
        return Err(Code::AudienceMismatch.into());
    }
    let end = claims.member("exp").and_then(Json::seconds);
    let end = end.ok_or(Error::at(Code::ClaimInvalid, At::Exp))?;
    if now >= UnixTime(end).plus(config.clock_tolerance()) {
        return Err(Code::TokenExpired.into());
    }
    let (Some(nonce), found) = (nonce, claims.text_of("nonce")) else { return Ok(()) };
    match found {
        Some(found) if *found == *nonce => Ok(()),
        None if !config.requires_nonce() => Ok(()),
        _ => Err(Code::NonceMismatch.into()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use alloc::format;

    fn verdict(claims: &str, nonce: Option<&str>, more: &str) -> Option<Code> {
        let settings = format!(
            r#"{{"metadata":{{"authorization_endpoint":"https://a.example/a","token_endpoint":"https://a.example/t"}},
            "user":false,"clientId":"c","clientSecret":"s","redirectUri":"https://app.example/cb"{more}}}"#
        );
        let config = ClientConfig::read_confidential(&settings).unwrap();
        let token = format!("e30.{}.AA", base64url::write(claims.as_bytes()));
        check(&token, &config, nonce, UnixTime(1000)).err().map(|error| error.code)
    }

    #[test]
    fn a4_a_token_that_answers_another_request_is_refused() {
        let good = r#"{"aud":"c","exp":2000,"nonce":"n"}"#;
        for (claims, nonce, more, code) in [
            (good, Some("n"), "", None),
            (good, None, "", None),
            (r#"{"aud":["x","c"],"exp":941,"nonce":"n"}"#, Some("n"), "", None),
            (r#"{"aud":"c","exp":940}"#, None, "", Some(Code::TokenExpired)),
            (r#"{"aud":"c","exp":"x"}"#, None, "", Some(Code::ClaimInvalid)),
            (r#"{"aud":"x","exp":2000}"#, None, "", Some(Code::AudienceMismatch)),
            (r#"{"exp":2000}"#, None, "", Some(Code::AudienceMismatch)),
            (good, Some("m"), "", Some(Code::NonceMismatch)),
            (r#"{"aud":"c","exp":2000}"#, Some("n"), "", Some(Code::NonceMismatch)),
            (r#"{"aud":"c","exp":2000}"#, Some("n"), r#","requireNonce":false"#, None),
            (good, Some("m"), r#","requireNonce":false"#, Some(Code::NonceMismatch)),
            ("[]", None, "", Some(Code::TokenMalformed)),
        ] {
            assert_eq!(verdict(claims, nonce, more), code, "{claims} {nonce:?} {more}");
        }
    }
}
