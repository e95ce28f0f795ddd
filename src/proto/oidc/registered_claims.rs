//! The claims that several kinds of token share (RFC 7519, section 4.1; OpenID Connect Core 1.0,
//! section 2), each with its one check.

use crate::proto::effect::UnixTime;
use crate::proto::error::{At, Code, Error};
use crate::proto::text::has_word;
use crate::proto::text::json::Json;

/// `OIDC_CLAIM_INVALID` for this claim.
#[must_use]
pub const fn invalid(name: At) -> Error {
    Error::at(Code::ClaimInvalid, name)
}

/// A claim that must be a string, if it is there.
///
/// # Errors
/// `OIDC_CLAIM_INVALID` for another type.
pub fn text(claims: &Json, name: At) -> Result<Option<&str>, Error> {
    let value = claims.member(name.text());
    value.map(|value| value.text().ok_or(invalid(name))).transpose()
}

/// A claim that must be a time, if it is there. A wrong type is an error and never counts as
/// missing.
///
/// # Errors
/// `OIDC_CLAIM_INVALID`.
pub fn time(claims: &Json, name: At) -> Result<Option<UnixTime>, Error> {
    let value = claims.member(name.text());
    value.map(|value| value.seconds().map(UnixTime).ok_or(invalid(name))).transpose()
}

/// `iss`: required, and exactly this issuer.
///
/// # Errors
/// `OIDC_CLAIM_INVALID`, `OIDC_ISSUER_MISMATCH`.
pub fn check_iss(claims: &Json, issuer: &str) -> Result<bool, Error> {
    let iss = text(claims, At::Iss)?.ok_or(invalid(At::Iss))?;
    if iss == issuer { Ok(true) } else { Err(Code::IssuerMismatch.into()) }
}

/// `exp`: required, and later than now. `tolerance` is in seconds.
///
/// # Errors
/// `OIDC_CLAIM_INVALID`, `OIDC_TOKEN_EXPIRED`.
pub fn check_exp(claims: &Json, tolerance: u64, now: UnixTime) -> Result<bool, Error> {
    let exp = time(claims, At::Exp)?.ok_or(invalid(At::Exp))?;
    if now < exp.plus(tolerance) { Ok(true) } else { Err(Code::TokenExpired.into()) }
}

/// `nbf`: not later than now, if it is there. Returns whether it is.
///
/// # Errors
/// `OIDC_CLAIM_INVALID`, `OIDC_TOKEN_NOT_YET_VALID`.
pub fn check_nbf(claims: &Json, tolerance: u64, now: UnixTime) -> Result<bool, Error> {
    is_past(claims, At::Nbf, Code::TokenNotYetValid, now.plus(tolerance))
}

/// `iat`: not later than now, if it is there. Returns whether it is.
///
/// # Errors
/// `OIDC_CLAIM_INVALID`, `OIDC_ISSUED_IN_FUTURE`.
pub fn check_iat(claims: &Json, tolerance: u64, now: UnixTime) -> Result<bool, Error> {
    is_past(claims, At::Iat, Code::IssuedInFuture, now.plus(tolerance))
}

fn is_past(claims: &Json, name: At, refusal: Code, latest: UnixTime) -> Result<bool, Error> {
    match time(claims, name)? {
        None => Ok(false),
        Some(time) if time <= latest => Ok(true),
        Some(_) => Err(refusal.into()),
    }
}

/// `auth_time`: required and no older than this, if an age is given. Ages are in seconds.
///
/// # Errors
/// `OIDC_CLAIM_INVALID`, `OIDC_AUTH_TIME_TOO_OLD`.
pub fn check_auth_time(
    claims: &Json,
    max_age: Option<u64>,
    tolerance: u64,
    now: UnixTime,
) -> Result<bool, Error> {
    let Some(max_age) = max_age else {
        return Ok(false);
    };
    let auth_time = time(claims, At::AuthTime)?.ok_or(invalid(At::AuthTime))?;
    let latest = auth_time.plus(max_age).plus(tolerance);
    if now <= latest { Ok(true) } else { Err(Code::AuthTimeTooOld.into()) }
}

/// `acr`: one of these values, which are separated by spaces; without values any, or none.
///
/// # Errors
/// `OIDC_ACR_MISMATCH`.
pub fn check_acr(claims: &Json, acr_values: &str) -> Result<bool, Error> {
    if acr_values.is_empty() {
        return Ok(false);
    }
    let acr = claims.member("acr").and_then(Json::text);
    if acr.is_some_and(|acr| has_word(acr_values, acr)) {
        return Ok(true);
    }
    Err(Code::AcrMismatch.into())
}
