//! UserInfo (OpenID Connect Core 1.0 section 5.3).

use crate::proto::effect::{Request, Response};
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::answer::{self, Answered};
use crate::proto::text::concat;
use crate::proto::text::json::{self, Json};
use alloc::{borrow::ToOwned, string::String};

const AT: At = At::UserinfoEndpoint;

/// The request, with the access token in the header and nowhere else (RFC 6750 section 2.3).
#[must_use]
pub fn request(endpoint: &str, access_token: &str) -> Request {
    Request {
        headers: &[("accept", "application/json")],
        authorization: Some(concat(&["Bearer ", access_token])),
        fresh: true,
        ..Request::get(endpoint.to_owned())
    }
}

/// Reads an answer that may be signed; `signed` says that it must be.
///
/// # Errors
/// `OIDC_TOKEN_REJECTED` (401), and those of [`answer::either`].
pub fn either(response: &Response<'_>, signed: bool) -> Result<Answered, Error> {
    if response.status == 401 {
        return Err(Error::at(Code::TokenRejected, AT));
    }
    answer::either(response, "application/jwt", signed, AT)
}

/// Claims are of the person whose `sub` the ID token has, or they are not used (Core 5.3.2).
///
/// # Errors
/// `OIDC_USERINFO_SUB_MISMATCH`.
pub fn check_sub(claims: &Json, sub: &str) -> Result<(), Error> {
    if !sub.is_empty() && claims.member("sub").and_then(Json::text) == Some(sub) {
        return Ok(());
    }
    Err(Code::UserinfoSubMismatch.into())
}

/// Reads the answer's claims, as JSON text. They are of the person whose `sub` the ID token has,
/// or they are not used (Core 5.3.2).
///
/// # Errors
/// `OIDC_TOKEN_REJECTED` (401), `OIDC_USERINFO_SIGNED`, `OIDC_USERINFO_SUB_MISMATCH`, and those of
/// [`answer::object`].
pub fn read(response: &Response<'_>, sub: &str) -> Result<String, Error> {
    if response.status == 401 {
        return Err(Error::at(Code::TokenRejected, AT));
    }
    answer::check_status(response.status, AT)?;
    if response.content_type.to_ascii_lowercase().starts_with("application/jwt") {
        return Err(Error::at(Code::UserinfoSigned, AT));
    }
    let json = answer::body(response, AT)?;
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
}
