//! The ID token, judged in the order of OpenID Connect Core 1.0 section 3.1.3.7.
//!
//! The signature was checked before anything here is called: [`check`] takes verified claims.

use crate::proto::effect::UnixTime;
use crate::proto::error::{At, Code, Error};
use crate::proto::jose::claims::VerifiedClaims;
use crate::proto::jose::hash;
use crate::proto::oidc::registered;
use crate::proto::text::{json::Json, secret};
use alloc::string::String;

/// What the token must say.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// `iss`, as text.
    pub issuer: &'a str,
    /// `aud`, alone.
    pub client_id: &'a str,
    /// `nonce`, as it was sent.
    pub nonce: &'a str,
    /// The access token of the same response, for `at_hash`.
    pub access_token: &'a str,
    /// `max_age` as it was sent, in seconds.
    pub max_age: Option<u64>,
    /// The `acr` values that will do, separated by spaces; empty: any, or none.
    pub acr_values: &'a str,
    /// How far clocks may differ, in seconds.
    pub tolerance: u64,
    /// How old the token may be, and how far ahead its end, in seconds.
    pub max_token_age: u64,
}

/// An ID token in which everything was checked.
pub struct IdToken {
    /// The claims, as they were signed.
    pub claims: VerifiedClaims,
    /// What was checked, in order, separated by spaces: `signature`, then the names of claims.
    pub checks: String,
}

impl IdToken {
    /// `sub`.
    #[must_use]
    pub fn sub(&self) -> &str {
        self.claims.member("sub").and_then(Json::text).unwrap_or_default()
    }
}

/// Which kinds of JWT may pass for an ID token, by their `typ` (RFC 8725 section 3.11).
#[must_use]
pub fn allows_typ(typ: Option<&str>) -> bool {
    typ.is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"))
}

/// Judges the claims.
///
/// # Errors
/// `OIDC_CLAIM_INVALID` with the claim's name, `OIDC_ISSUER_MISMATCH`, `OIDC_AUDIENCE_MISMATCH`,
/// `OIDC_AZP_MISMATCH`, `OIDC_TOKEN_EXPIRED`, `OIDC_TOKEN_NOT_YET_VALID`,
/// `OIDC_ISSUED_IN_FUTURE`, `OIDC_TOKEN_AGE_EXCEEDED`, `OIDC_NONCE_MISMATCH`,
/// `OIDC_AT_HASH_MISMATCH`, `OIDC_AUTH_TIME_TOO_OLD`, `OIDC_ACR_MISMATCH`.
pub fn check(
    claims: VerifiedClaims,
    expected: &Expected<'_>,
    now: UnixTime,
) -> Result<IdToken, Error> {
    let mut checks = String::from("signature");
    for (name, judge) in JUDGES {
        if judge(&claims, expected, now)? {
            checks.push(' ');
            checks.push_str(name.text());
        }
    }
    Ok(IdToken { claims, checks })
}

/// Answers whether there was anything to check.
type Judge = fn(&VerifiedClaims, &Expected<'_>, UnixTime) -> Result<bool, Error>;

static JUDGES: &[(At, Judge)] = &[
    (At::Iss, check_iss),
    (At::Aud, check_aud),
    (At::Azp, check_azp),
    (At::Exp, check_exp),
    (At::Nbf, check_nbf),
    (At::Iat, check_iat),
    (At::Nonce, check_nonce),
    (At::AtHash, check_at_hash),
    (At::AuthTime, check_auth_time),
    (At::Acr, check_acr),
    (At::Sub, check_sub),
];

fn check_iss(claims: &VerifiedClaims, expected: &Expected<'_>, _: UnixTime) -> Result<bool, Error> {
    registered::check_iss(claims.json(), expected.issuer)
}

/// Our client and nobody else: other audiences are not trusted (Core 3.1.3.7 rule 3).
fn check_aud(claims: &VerifiedClaims, expected: &Expected<'_>, _: UnixTime) -> Result<bool, Error> {
    let aud = claims.member("aud").ok_or(registered::invalid(At::Aud))?;
    let is_ours = |one: &Json| one.text() == Some(expected.client_id);
    let right = match aud {
        Json::Text(_) => is_ours(aud),
        Json::List(all) if all.iter().all(|one| one.text().is_some()) => {
            !all.is_empty() && all.iter().all(is_ours)
        }
        _ => return Err(registered::invalid(At::Aud)),
    };
    if right { Ok(true) } else { Err(Code::AudienceMismatch.into()) }
}

fn check_azp(claims: &VerifiedClaims, expected: &Expected<'_>, _: UnixTime) -> Result<bool, Error> {
    match claims.member("azp") {
        None => Ok(false),
        Some(azp) if azp.text() == Some(expected.client_id) => Ok(true),
        Some(_) => Err(Code::AzpMismatch.into()),
    }
}

fn check_exp(
    claims: &VerifiedClaims,
    expected: &Expected<'_>,
    now: UnixTime,
) -> Result<bool, Error> {
    registered::check_exp(claims.json(), expected.tolerance, now)?;
    check_span(claims, At::Exp, expected, now)
}

/// A token of unbounded life is one that nobody can call back (Core 3.1.3.7 rules 9 and 10).
fn check_span(
    claims: &VerifiedClaims,
    name: At,
    expected: &Expected<'_>,
    now: UnixTime,
) -> Result<bool, Error> {
    let time = claims.member(name.text()).and_then(Json::seconds).unwrap_or(now.0);
    let span = expected.max_token_age.saturating_add(expected.tolerance);
    if time.abs_diff(now.0) <= span {
        return Ok(true);
    }
    Err(Error::at(Code::TokenAgeExceeded, name))
}

fn check_nbf(
    claims: &VerifiedClaims,
    expected: &Expected<'_>,
    now: UnixTime,
) -> Result<bool, Error> {
    registered::check_nbf(claims.json(), expected.tolerance, now)
}

/// Core section 2: required.
fn check_iat(
    claims: &VerifiedClaims,
    expected: &Expected<'_>,
    now: UnixTime,
) -> Result<bool, Error> {
    let is_there = registered::check_iat(claims.json(), expected.tolerance, now)?;
    if !is_there {
        return Err(registered::invalid(At::Iat));
    }
    check_span(claims, At::Iat, expected, now)
}

fn check_nonce(
    claims: &VerifiedClaims,
    expected: &Expected<'_>,
    _: UnixTime,
) -> Result<bool, Error> {
    let nonce = claims.member("nonce").and_then(Json::text).unwrap_or_default();
    if secret::same(nonce.as_bytes(), expected.nonce.as_bytes()) {
        return Ok(true);
    }
    Err(Code::NonceMismatch.into())
}

/// Core 3.1.3.8: optional in the code flow, and right where it is there.
fn check_at_hash(
    claims: &VerifiedClaims,
    expected: &Expected<'_>,
    _: UnixTime,
) -> Result<bool, Error> {
    let Some(at_hash) = claims.member("at_hash") else {
        return Ok(false);
    };
    let right = hash::half(claims.alg().hash, expected.access_token);
    if at_hash.text() == Some(&*right) { Ok(true) } else { Err(Code::AtHashMismatch.into()) }
}

fn check_auth_time(
    claims: &VerifiedClaims,
    expected: &Expected<'_>,
    now: UnixTime,
) -> Result<bool, Error> {
    registered::check_auth_time(claims.json(), expected.max_age, expected.tolerance, now)
}

fn check_acr(claims: &VerifiedClaims, expected: &Expected<'_>, _: UnixTime) -> Result<bool, Error> {
    registered::check_acr(claims.json(), expected.acr_values)
}

/// Core section 2: required, at most 255 ASCII characters.
fn check_sub(claims: &VerifiedClaims, _: &Expected<'_>, _: UnixTime) -> Result<bool, Error> {
    let sub = claims.member("sub").and_then(Json::text).ok_or(registered::invalid(At::Sub))?;
    if sub.is_empty() || sub.len() > 255 || !sub.is_ascii() {
        return Err(registered::invalid(At::Sub));
    }
    Ok(true)
}

hide! { Expected<'a>, IdToken }

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::jose::jws::UntrustedJws;
    use crate::proto::text::base64url;
    use alloc::format;

    const NOW: UnixTime = UnixTime(1_700_000_000);

    /// The checks of a good token with this member more, or why it is refused.
    fn judge(more: &str) -> Result<String, (Code, &'static str)> {
        let payload = format!(
            r#"{{"iss":"https://op.example","aud":"c","exp":1700000300,"iat":1700000000,
            "nonce":"n",{more}}}"#
        );
        let part = |text: &str| base64url::write(text.as_bytes());
        let token = [part(r#"{"alg":"ES256"}"#), part(&payload), part("s")].join(".");
        let claims = UntrustedJws::read(&token, &|_| true, &|_| true).unwrap().verified();
        let expected = Expected {
            issuer: "https://op.example",
            client_id: "c",
            nonce: "n",
            access_token: "",
            max_age: None,
            acr_values: "",
            tolerance: 0,
            max_token_age: 86_400,
        };
        let checked = check(claims, &expected, NOW).map(|token| token.checks);
        checked.map_err(|error| (error.code, error.at.text()))
    }

    #[test]
    fn a_sub_has_1_to_255_ascii_characters() {
        let sub = |text: &str| judge(&format!(r#""sub":"{text}""#));
        assert!(sub("a").is_ok() && sub(&"a".repeat(255)).is_ok());
        for bad in ["", "\u{e9}", &"a".repeat(256), &"\u{e9}".repeat(128)] {
            assert_eq!(sub(bad), Err((Code::ClaimInvalid, "sub")), "{bad}");
        }
    }

    #[test]
    fn an_azp_that_is_us_is_checked_and_right() {
        let checks = judge(r#""azp":"c","sub":"s""#).unwrap();
        assert_eq!(checks, "signature iss aud azp exp iat nonce sub");
        assert_eq!(judge(r#""azp":"d","sub":"s""#), Err((Code::AzpMismatch, "")));
    }
}
