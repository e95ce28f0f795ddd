//! UserInfo (OpenID Connect Core 1.0, section 5.3).

use super::registered_claims;
use super::response::{self, PlainOrSigned};
use crate::proto::effect::{Request, Response, UnixTime};
use crate::proto::error::{At, Code, Error};
use crate::proto::text::concat;
use crate::proto::text::json::{self, Json};
use alloc::{borrow::ToOwned, string::String};

const AT: At = At::UserinfoEndpoint;

/// The request, with the access token in the header only (RFC 6750, section 2.3), under the scheme
/// of its type.
#[must_use]
pub fn request(endpoint: &str, token_type: &str, access_token: &str) -> Request {
    Request {
        headers: &[("accept", "application/json")],
        authorization: Some(concat(&[token_type, " ", access_token])),
        bypass_cache: true,
        ..Request::get(endpoint.to_owned())
    }
}

/// Reads a response that may be signed; `signed` means that it must be.
///
/// # Errors
/// `OIDC_TOKEN_REJECTED` (401), and those of [`response::plain_or_signed`].
pub fn plain_or_signed(response: &Response<'_>, signed: bool) -> Result<PlainOrSigned, Error> {
    if response.status == 401 {
        return Err(Error::at(Code::TokenRejected, AT));
    }
    response::plain_or_signed(response, "application/jwt", signed, AT)
}

/// The claims are used only if their `sub` is that of the ID token (Core 5.3.2).
///
/// # Errors
/// `OIDC_USERINFO_SUB_MISMATCH`.
pub fn check_sub(claims: &Json, sub: &str) -> Result<(), Error> {
    if !sub.is_empty() && claims.member("sub").and_then(Json::text) == Some(sub) {
        return Ok(());
    }
    Err(Code::UserinfoSubMismatch.into())
}

/// The expectations for a signed response.
#[derive(Clone, Copy, Debug)]
pub struct SignedExpected<'a> {
    /// `iss`, if it is there.
    pub issuer: &'a str,
    /// The client that `aud` names, if it is there.
    pub client_id: &'a str,
    /// The clock tolerance, in seconds.
    pub tolerance: u64,
}

/// Checks the claims of a signed response beside `sub`. `iss` and `aud` may be missing (Core 5.3.2); one that is
/// there must name this issuer and this client, so that no other client's response is accepted.
///
/// # Errors
/// `OIDC_CLAIM_INVALID` with the claim's name, `OIDC_ISSUER_MISMATCH`, `OIDC_AUDIENCE_MISMATCH`,
/// `OIDC_TOKEN_EXPIRED`, `OIDC_TOKEN_NOT_YET_VALID`, `OIDC_ISSUED_IN_FUTURE`.
pub fn check_signed(
    claims: &Json,
    expected: &SignedExpected<'_>,
    now: UnixTime,
) -> Result<(), Error> {
    let has = |name: &str| claims.member(name).is_some();
    if has("iss") {
        registered_claims::check_iss(claims, expected.issuer)?;
    }
    if let Some(aud) = claims.member("aud") {
        let is_text = aud.text().is_some() || aud.is_texts();
        if !is_text {
            return Err(registered_claims::invalid(At::Aud));
        }
        if aud.text() != Some(expected.client_id) && !aud.has(expected.client_id) {
            return Err(Code::AudienceMismatch.into());
        }
    }
    if has("exp") {
        registered_claims::check_exp(claims, expected.tolerance, now)?;
    }
    registered_claims::check_nbf(claims, expected.tolerance, now)?;
    registered_claims::check_iat(claims, expected.tolerance, now)?;
    Ok(())
}

/// Reads the response's claims, as JSON text. They are used only if their `sub` is that of the ID
/// token (Core 5.3.2).
///
/// # Errors
/// `OIDC_TOKEN_REJECTED` (401), `OIDC_USERINFO_SIGNED`, `OIDC_USERINFO_SUB_MISMATCH`, and those of
/// [`response::json_object`].
pub fn read(response: &Response<'_>, sub: &str) -> Result<String, Error> {
    if response.status == 401 {
        return Err(Error::at(Code::TokenRejected, AT));
    }
    response::check_status(response.status, AT)?;
    if response.content_type.to_ascii_lowercase().starts_with("application/jwt") {
        return Err(Error::at(Code::UserinfoSigned, AT));
    }
    let json = response::json_body(response, AT)?;
    check_sub(&json, sub)?;
    Ok(json::write(&json))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn uin_01_claims_of_another_person_are_not_used() {
        let check = |text: &str, sub| check_sub(&json::read(text.as_bytes()).unwrap(), sub).is_ok();
        assert!(check(r#"{"sub":"alice"}"#, "alice"));
        for text in ["{}", r#"{"sub":"Alice"}"#, r#"{"sub":1}"#, r#"{"sub":["alice"]}"#] {
            assert!(!check(text, "alice"), "{text}");
        }
        assert!(!check(r#"{"sub":""}"#, ""));
    }

    #[test]
    fn uin_03_a_signed_response_names_this_issuer_and_this_client_or_none() {
        let expected =
            SignedExpected { issuer: "https://op.example", client_id: "c", tolerance: 60 };
        let verdict = |text: &str| {
            let claims = json::read(text.as_bytes()).unwrap();
            check_signed(&claims, &expected, UnixTime(1000))
                .map_err(|error| (error.code, error.at.text()))
        };
        for text in [
            r#"{"sub":"ada"}"#,
            r#"{"iss":"https://op.example","aud":"c"}"#,
            r#"{"iss":"https://op.example","aud":["x","c"],"exp":941,"iat":1060,"nbf":1060}"#,
        ] {
            assert_eq!(verdict(text), Ok(()), "{text}");
        }
        for (text, refusal) in [
            (r#"{"iss":"https://op.example/"}"#, (Code::IssuerMismatch, "")),
            (r#"{"iss":1}"#, (Code::ClaimInvalid, "iss")),
            (r#"{"aud":"x"}"#, (Code::AudienceMismatch, "")),
            (r#"{"aud":["x"]}"#, (Code::AudienceMismatch, "")),
            (r#"{"aud":[]}"#, (Code::AudienceMismatch, "")),
            (r#"{"aud":null}"#, (Code::ClaimInvalid, "aud")),
            (r#"{"exp":940}"#, (Code::TokenExpired, "")),
            (r#"{"nbf":1061}"#, (Code::TokenNotYetValid, "")),
            (r#"{"iat":1061}"#, (Code::IssuedInFuture, "")),
        ] {
            assert_eq!(verdict(text), Err(refusal), "{text}");
        }
    }

    fn answer(status: u16, content_type: &str, body: &str) -> Result<String, Code> {
        let response = Response {
            status,
            content_type,
            cache_control: "",
            retry_after: "",
            challenge: "",
            body: body.as_bytes(),
        };
        read(&response, "ada").map_err(|error| error.code)
    }

    #[test]
    fn uin_02_the_access_token_is_in_the_header_and_nowhere_else() {
        let request = request("https://op.example/me?x=1", "Bearer", "at");
        assert_eq!(request.authorization.as_deref(), Some("Bearer at"));
        assert_eq!((&*request.url, request.body), ("https://op.example/me?x=1", None));
        assert_eq!(request.headers, [("accept", "application/json")]);
        assert_eq!(request.method, "GET");
    }

    #[test]
    fn uin_03_and_04_userinfo_as_a_jwt_has_its_own_code() {
        let jws = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.";
        let jwe = "eyJhbGciOiJkaXIifQ.AA.AA.AA.AA";
        for body in [jws, jwe, r#"{"sub":"ada"}"#] {
            for content_type in
                ["application/jwt", "application/jwt; charset=utf-8", "Application/JWT"]
            {
                assert_eq!(answer(200, content_type, body), Err(Code::UserinfoSigned));
            }
        }
        for body in [jws, jwe] {
            assert_eq!(answer(200, "application/json", body), Err(Code::ResponseNotJson));
        }
    }

    #[test]
    fn uin_01_and_06_claims_are_an_object_about_the_person_of_the_id_token() {
        let json = "application/json";
        assert_eq!(
            answer(200, json, r#"{"sub":"ada","x":[1]}"#),
            Ok(r#"{"sub":"ada","x":[1]}"#.into())
        );
        for body in [
            "{}",
            r#"{"sub":"ada1"}"#,
            r#"{"sub":"ad"}"#,
            r#"{"sub":"Ada"}"#,
            r#"{"sub":["ada"]}"#,
            r#"{"sub":null}"#,
        ] {
            assert_eq!(answer(200, json, body), Err(Code::UserinfoSubMismatch), "{body}");
        }
        for body in ["[]", "null", r#""ada""#, "1", "true", "<html>", r#"{"sub":"ada"}x"#] {
            assert_eq!(answer(200, json, body), Err(Code::ResponseNotJson), "{body}");
        }
    }

    #[test]
    fn uin_05_a_refused_token_has_its_own_code() {
        assert_eq!(answer(401, "", ""), Err(Code::TokenRejected));
        assert_eq!(answer(403, "", ""), Err(Code::ResponseStatus));
    }
}
