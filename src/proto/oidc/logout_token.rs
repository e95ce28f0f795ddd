//! The logout token, which a provider sends when a session ends elsewhere (OpenID Connect
//! Back-Channel Logout 1.0, sections 2.4 and 2.6).
//!
//! The signature is verified before these functions are called: [`check`] takes verified claims.

use super::access_token::check_aud;
use super::registered_claims::{self, invalid};
use crate::proto::effect::UnixTime;
use crate::proto::error::{At, Error};
use crate::proto::jose::claims::VerifiedClaims;
use crate::proto::text::json::Json;

/// The member of `events` that makes it a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// The expectations for a token.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// `iss`, as text.
    pub issuer: &'a str,
    /// The client's id, or several: a string or a list of strings.
    pub audiences: &'a Json,
    /// The clock tolerance, in seconds.
    pub tolerance: u64,
}

/// The accepted values of `typ`: older providers write none.
#[must_use]
pub fn allows_typ(typ: Option<&str>) -> bool {
    let is = |name: &str| typ.is_none_or(|typ| typ.eq_ignore_ascii_case(name));
    is("logout+jwt") || is("application/logout+jwt") || is("JWT")
}

/// Checks the claims. The caller checks that its `jti` is new.
///
/// # Errors
/// `OIDC_CLAIM_INVALID` with the claim's name (also for a `nonce`, which is forbidden, and where
/// neither `sub` nor `sid` is there), `OIDC_ISSUER_MISMATCH`, `OIDC_AUDIENCE_MISMATCH`,
/// `OIDC_TOKEN_EXPIRED`, `OIDC_TOKEN_NOT_YET_VALID`, `OIDC_ISSUED_IN_FUTURE`.
pub fn check(claims: &VerifiedClaims, expected: &Expected<'_>, now: UnixTime) -> Result<(), Error> {
    let claims = claims.json();
    registered_claims::check_iss(claims, expected.issuer)?;
    check_aud(claims, expected.audiences)?;
    registered_claims::check_exp(claims, expected.tolerance, now)?;
    registered_claims::check_nbf(claims, expected.tolerance, now)?;
    if !registered_claims::check_iat(claims, expected.tolerance, now)? {
        return Err(invalid(At::Iat));
    }
    // A token with a nonce is an ID token (section 2.4).
    if claims.member("nonce").is_some() {
        return Err(invalid(At::Nonce));
    }
    let event = claims.member("events").and_then(|events| events.member(EVENT));
    if !event.is_some_and(|event| matches!(event, Json::Object(_))) {
        return Err(invalid(At::Events));
    }
    let has = |name| {
        registered_claims::text(claims, name).map(|text| text.is_some_and(|t| !t.is_empty()))
    };
    if !has(At::Jti)? {
        return Err(invalid(At::Jti));
    }
    // `sub` and `sid` are both read, so that a wrong type never counts as missing.
    let (sub, sid) = (has(At::Sub)?, has(At::Sid)?);
    if sub || sid { Ok(()) } else { Err(invalid(At::Sub)) }
}

redact_debug! { Expected<'a> }

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::error::Code;
    use crate::proto::jose::jws::UntrustedJws;
    use crate::proto::text::{base64url, json};
    use alloc::{format, string::String, vec::Vec};

    const MEMBERS: [(&str, &str); 7] = [
        ("iss", r#""https://op.example""#),
        ("aud", r#""spa""#),
        ("exp", "1700000120"),
        ("iat", "1700000000"),
        ("jti", r#""1""#),
        ("sub", r#""alice""#),
        ("events", r#"{"http://schemas.openid.net/event/backchannel-logout":{}}"#),
    ];

    /// The token with one member replaced, added, or (for an empty value) removed.
    fn verdict_of(name: &str, value: &str) -> Option<(Code, &'static str)> {
        let mut members: Vec<(&str, &str)> = MEMBERS.into();
        members.retain(|member| member.0 != name);
        if !value.is_empty() {
            members.push((name, value));
        }
        let texts = members.iter().map(|(name, value)| format!(r#""{name}":{value}"#));
        let payload = format!("{{{}}}", texts.collect::<Vec<String>>().join(","));
        let part = |text: &str| base64url::write(text.as_bytes());
        let token = [part(r#"{"alg":"ES256"}"#), part(&payload), part("s")].join(".");
        let claims = UntrustedJws::read(&token, &|_| true, &|_| true).unwrap().verified();
        let audiences = json::read(br#""spa""#).unwrap();
        let expected =
            Expected { issuer: "https://op.example", audiences: &audiences, tolerance: 30 };
        let error = check(&claims, &expected, UnixTime(1_700_000_000)).err()?;
        Some((error.code, error.at.text()))
    }

    #[test]
    fn log_08_a_logout_token_needs_a_subject_or_a_session_and_may_have_other_claims() {
        assert_eq!(verdict_of("x", "1"), None);
        assert_eq!(verdict_of("sid", r#""s""#), None);
    }

    #[test]
    fn log_02_03_04_05_and_06_what_a_logout_token_lacks_or_must_not_have_refuses_it() {
        let invalid = |at| Some((Code::ClaimInvalid, at));
        for (name, value, refusal) in [
            ("iss", r#""https://op.example/""#, Some((Code::IssuerMismatch, ""))),
            ("aud", r#""other""#, Some((Code::AudienceMismatch, ""))),
            ("exp", "", invalid("exp")),
            ("exp", "1699999969", Some((Code::TokenExpired, ""))),
            ("iat", "", invalid("iat")),
            ("jti", "", invalid("jti")),
            ("jti", "1", invalid("jti")),
            ("sub", "", invalid("sub")),
            ("sid", "1", invalid("sid")),
            ("nonce", r#""n""#, invalid("nonce")),
            ("events", "", invalid("events")),
            ("events", "{}", invalid("events")),
            (
                "events",
                r#"["http://schemas.openid.net/event/backchannel-logout"]"#,
                invalid("events"),
            ),
            (
                "events",
                r#"{"http://schemas.openid.net/event/backchannel-logout":true}"#,
                invalid("events"),
            ),
        ] {
            assert_eq!(verdict_of(name, value), refusal, "{name} {value}");
        }
    }

    #[test]
    fn log_11_other_kinds_of_tokens_are_no_logout_token() {
        for typ in ["at+jwt", "dpop+jwt", "secevent+jwt", ""] {
            assert!(!allows_typ(Some(typ)), "{typ}");
        }
        assert!(allows_typ(None) && allows_typ(Some("Logout+JWT")) && allows_typ(Some("JWT")));
    }
}
