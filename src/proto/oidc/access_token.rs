//! An access token that is a JWT, checked by the API that it is for (RFC 9068, section 4).
//!
//! The signature is verified before these functions are called: [`check`] takes verified claims.

use super::registered_claims::{self, invalid};
use crate::proto::effect::UnixTime;
use crate::proto::error::{At, Code, Error};
use crate::proto::jose::claims::VerifiedClaims;
use crate::proto::text::has_word;
use crate::proto::text::json::Json;

/// The profile of a provider's access tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Profile {
    /// RFC 9068: `typ` is `at+jwt`, and all claims of the standard are required.
    Rfc9068,
    /// Older than RFC 9068: `typ` is `JWT` or missing (or `at+jwt`), fewer claims are required,
    /// `client_id` may stand for a missing `aud`, and a token that looks like an ID token is
    /// refused.
    Jwt,
}

/// The expectations for a token.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// `iss`, as text.
    pub issuer: &'a str,
    /// The names of this API, one of which is in `aud`: a string or a list of strings.
    pub audiences: &'a Json,
    /// The profile.
    pub profile: Profile,
    /// The clock tolerance, in seconds.
    pub tolerance: u64,
    /// The maximum time since the user signed in, in seconds.
    pub max_age: Option<u64>,
    /// The accepted `acr` values, separated by spaces; empty accepts any, or none.
    pub acr_values: &'a str,
    /// The keys that the sender has proven, under the names of `cnf` (`jkt`, `x5t#S256`).
    pub proven: Option<&'a Json>,
    /// The only clients whose tokens are accepted, if they are listed.
    pub authorized_parties: Option<&'a Json>,
}

/// The values of `typ` in the header of an access token (RFC 9068, section 2.1), in lower case.
const TYPES: &str = "at+jwt application/at+jwt";

/// The accepted values of `typ` (RFC 9068, sections 2.1 and 4).
#[must_use]
pub fn allows_typ(profile: Profile, typ: Option<&str>) -> bool {
    let typ = typ.unwrap_or("jwt").to_ascii_lowercase();
    has_word(TYPES, &typ) || (typ == "jwt" && profile == Profile::Jwt)
}

/// Checks the claims in the fixed order.
///
/// # Errors
/// `OIDC_CLAIM_INVALID` with the claim's name, `OIDC_ISSUER_MISMATCH`, `OIDC_AUDIENCE_MISMATCH`,
/// `OIDC_TOKEN_EXPIRED`, `OIDC_TOKEN_NOT_YET_VALID`, `OIDC_ISSUED_IN_FUTURE`,
/// `OIDC_ACCESS_TOKEN_EXPECTED`, `OIDC_AUTH_TIME_TOO_OLD`, `OIDC_ACR_MISMATCH`,
/// `OIDC_PROOF_MISSING`, `OIDC_ACCESS_TOKEN_EXPECTED`, `OIDC_AZP_MISMATCH`.
pub fn check(token: &VerifiedClaims, expected: &Expected<'_>, now: UnixTime) -> Result<(), Error> {
    let claims = token.json();
    registered_claims::check_iss(claims, expected.issuer)?;
    let client_id = registered_claims::text(claims, At::ClientIdClaim)?;
    // Amazon Cognito writes no `aud`: there the token is for the client that it was issued to.
    let is_for_client = expected.profile == Profile::Jwt
        && claims.member("aud").is_none()
        && client_id.is_some_and(|id| is_one_of(expected.audiences, id));
    if !is_for_client {
        check_aud(claims, expected.audiences)?;
    }
    if client_id.is_none() && expected.profile == Profile::Rfc9068 {
        return Err(invalid(At::ClientIdClaim));
    }
    registered_claims::check_exp(claims, expected.tolerance, now)?;
    registered_claims::check_nbf(claims, expected.tolerance, now)?;
    let has_iat = registered_claims::check_iat(claims, expected.tolerance, now)?;
    match expected.profile {
        Profile::Rfc9068 if !has_iat => return Err(invalid(At::Iat)),
        Profile::Rfc9068 => {
            check_stated_kind(claims)?;
        }
        Profile::Jwt => check_kind(token)?,
    }
    registered_claims::check_auth_time(claims, expected.max_age, expected.tolerance, now)?;
    registered_claims::check_acr(claims, expected.acr_values)?;
    match expected.profile {
        Profile::Rfc9068 => check_ids(claims)?,
        Profile::Jwt => check_named(claims)?,
    }
    check_party(claims, expected.authorized_parties)?;
    check_cnf(claims, expected.proven)
}

/// Whether the client that the token was issued to is one of these, if any are listed.
///
/// # Errors
/// `OIDC_AZP_MISMATCH`.
pub fn check_party(claims: &Json, parties: Option<&Json>) -> Result<(), Error> {
    let is_one_of = |all: &Json| party(claims).is_some_and(|id| all.has(id));
    if parties.is_none_or(is_one_of) { Ok(()) } else { Err(Code::AzpMismatch.into()) }
}

/// The client that the token was issued to: the first of the claims that may name it.
#[must_use]
pub fn party(claims: &Json) -> Option<&str> {
    CLIENT_CLAIMS.iter().find_map(|name| claims.member(name).and_then(Json::text))
}

/// The names of the claim for the client that a token was issued to: that of RFC 9068, and those of
/// older providers.
pub const CLIENT_CLAIMS: [&str; 4] = ["azp", "client_id", "cid", "appid"];

/// The granted scope: `scope`, else `scp`. `null` counts as missing, because some serializers write
/// it.
#[must_use]
pub fn scope(claims: &Json) -> Option<&Json> {
    let granted = |name| claims.member(name).filter(|value| !matches!(value, Json::Null));
    granted("scope").or_else(|| granted("scp"))
}

/// Whether the token was granted this scope: a whole word of `scope`, else of `scp`; both may be a
/// string of words or a list (RFC 8693, section 4.2).
#[must_use]
pub fn has_scope(claims: &Json, word: &str) -> bool {
    match scope(claims) {
        Some(Json::Text(text)) => has_word(text, word),
        Some(list) => list.has(word),
        None => false,
    }
}

/// One of the API's names is enough: an access token may be for several APIs (RFC 9068, section 4).
///
/// # Errors
/// `OIDC_CLAIM_INVALID` unless `aud` is a string or a list of strings, `OIDC_AUDIENCE_MISMATCH`.
pub fn check_aud(claims: &Json, audiences: &Json) -> Result<(), Error> {
    let all = match claims.member("aud") {
        Some(one @ Json::Text(_)) => core::slice::from_ref(one),
        Some(list) if list.is_texts() => list.list().unwrap_or_default(),
        _ => return Err(invalid(At::Aud)),
    };
    let is_ours = |aud: &Json| aud.text().is_some_and(|aud| is_one_of(audiences, aud));
    if all.iter().any(is_ours) { Ok(()) } else { Err(Code::AudienceMismatch.into()) }
}

/// Whether a name of this API is this text. `audiences` is a string or a list of strings.
fn is_one_of(audiences: &Json, name: &str) -> bool {
    audiences.text().filter(|text| !text.is_empty()) == Some(name) || audiences.has(name)
}

/// With `typ` JWT, only claims tell an ID token or a logout token from an access token. `nonce`
/// alone does not: some providers write it into access tokens that say what they are.
fn check_kind(token: &VerifiedClaims) -> Result<(), Error> {
    let claims = token.json();
    // Any other `typ` of a header says nothing about the kind.
    let is_typed = token.typ().is_some_and(|typ| !typ.eq_ignore_ascii_case("JWT"));
    let is_stated = check_stated_kind(claims)? || scope(claims).is_some() || is_typed;
    if !is_stated && claims.member("nonce").is_some() {
        return Err(Code::AccessTokenExpected.into());
    }
    Ok(())
}

/// The kinds that an access token may state, in lower case.
const ACCESS_TOKEN_KINDS: &str =
    "access access_token access-token bearer dpop at+jwt application/at+jwt";

/// The kinds of other tokens, in lower case.
const OTHER_KINDS: &str = "id id_token id-token refresh refresh_token refresh-token offline logout logout_token logout+jwt";

/// Refuses a token, or an answer about one, that states another kind: `token_use` of Cognito and
/// Hydra (`id`, `refresh_token`), the claim `typ` of Keycloak (`ID`, `Refresh`, `Offline`), `type`
/// and `token_type` of libraries for APIs (`refresh`), and claims that only ID tokens and logout
/// tokens have. Returns whether it says that it is an access token.
///
/// # Errors
/// `OIDC_ACCESS_TOKEN_EXPECTED`.
pub fn check_stated_kind(claims: &Json) -> Result<bool, Error> {
    let kind = |name: &&str| {
        let kind = claims.member(name).and_then(Json::text).unwrap_or_default();
        has_word(OTHER_KINDS, &kind.to_ascii_lowercase())
    };
    let is_there = |name: &&str| claims.member(name).is_some();
    // Any other value of these names is the app's own.
    if ["token_type", "type", "use"].iter().any(kind)
        || ["at_hash", "c_hash", "events"].iter().any(is_there)
    {
        return Err(Code::AccessTokenExpected.into());
    }
    let mut is_stated = false;
    for name in ["token_use", "typ"] {
        let kind = match claims.member(name) {
            None | Some(Json::Null) => continue,
            Some(kind) => kind.text().unwrap_or_default().to_ascii_lowercase(),
        };
        let is_access_token = has_word(ACCESS_TOKEN_KINDS, &kind);
        // `JWT` says nothing about the kind.
        if !is_access_token && (name, &*kind) != ("typ", "jwt") {
            return Err(Code::AccessTokenExpected.into());
        }
        is_stated |= is_access_token;
    }
    Ok(is_stated)
}

/// The claims that every token has (RFC 9068, section 2.2).
fn check_ids(claims: &Json) -> Result<(), Error> {
    for name in [At::ClientIdClaim, At::Sub, At::Jti] {
        let value = registered_claims::text(claims, name)?;
        value.filter(|text| !text.is_empty()).ok_or(invalid(name))?;
    }
    Ok(())
}

/// The token must name the user, or the client under one of the usual names (`common_name`: a
/// service token of Cloudflare Access).
fn check_named(claims: &Json) -> Result<(), Error> {
    registered_claims::text(claims, At::Sub)?;
    let is_named = |name: &&str| {
        let value = claims.member(name).and_then(Json::text);
        value.is_some_and(|text| !text.is_empty())
    };
    if ["sub", "common_name"].iter().chain(&CLIENT_CLAIMS).any(is_named) {
        return Ok(());
    }
    Err(invalid(At::Sub))
}

/// A token that is bound to a key needs the proof: every member of `cnf` must be proven (RFC 7800,
/// section 3.1; RFC 9449, section 7.1; RFC 8705, section 3). An unknown member of `cnf` is not
/// proven.
///
/// # Errors
/// `OIDC_CLAIM_INVALID`, `OIDC_PROOF_MISSING`.
pub fn check_cnf(claims: &Json, proven: Option<&Json>) -> Result<(), Error> {
    let Some(cnf) = claims.member("cnf") else {
        return Ok(());
    };
    if cnf.members().is_empty() {
        return Err(invalid(At::Cnf));
    }
    for (name, value) in cnf.members() {
        let seen = proven.and_then(|proven| proven.member(name)).and_then(Json::text);
        if seen.is_none() || seen != value.text() {
            return Err(Error::at(Code::ProofMissing, At::Cnf));
        }
    }
    Ok(())
}

redact_debug! { Expected<'a> }

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::error::Reader;
    use crate::proto::jose::jws::UntrustedJws;
    use crate::proto::text::{base64url, json};
    use alloc::{format, string::String};

    const NOW: UnixTime = UnixTime(1_700_000_000);

    const MEMBERS: [(&str, &str); 8] = [
        ("iss", r#""https://op.example""#),
        ("aud", r#""https://api.example/""#),
        ("client_id", r#""spa""#),
        ("exp", "1700003600"),
        ("iat", "1700000000"),
        ("sub", r#""alice""#),
        ("jti", r#""1""#),
        ("auth_time", "1699999900"),
    ];

    fn claims(name: &str, value: &str) -> VerifiedClaims {
        claims_under(r#"{"alg":"ES256"}"#, name, value)
    }

    /// The members with one replaced, added, or (for an empty value) removed, under this header.
    fn claims_under(header: &str, name: &str, value: &str) -> VerifiedClaims {
        let mut members: alloc::vec::Vec<(&str, &str)> =
            MEMBERS.iter().copied().filter(|member| member.0 != name).collect();
        if !value.is_empty() {
            members.push((name, value));
        }
        let texts = members.iter().map(|(name, value)| format!(r#""{name}":{value}"#));
        let payload = format!("{{{}}}", texts.collect::<alloc::vec::Vec<String>>().join(","));
        let part = |text: &str| base64url::write(text.as_bytes());
        let token = [part(header), part(&payload), part("s")].join(".");
        UntrustedJws::read(&token, &|_| true, &|_| true).unwrap().verified()
    }

    fn expected(profile: Profile, audiences: &Json) -> Expected<'_> {
        Expected {
            issuer: "https://op.example",
            audiences,
            profile,
            tolerance: 30,
            max_age: None,
            acr_values: "",
            proven: None,
            authorized_parties: None,
        }
    }

    fn verdict_of(profile: Profile, name: &str, value: &str) -> Result<(), (Code, &'static str)> {
        let audiences = json::read(br#"["https://api.example/","urn:api"]"#).unwrap();
        let expected = expected(profile, &audiences);
        check(&claims(name, value), &expected, NOW).map_err(|error| (error.code, error.at.text()))
    }

    fn both(name: &str, value: &str) -> Result<(), (Code, &'static str)> {
        let verdict = verdict_of(Profile::Rfc9068, name, value);
        assert_eq!(verdict_of(Profile::Jwt, name, value), verdict, "{name} {value}");
        verdict
    }

    #[test]
    fn atj_01_typ_is_at_jwt_in_any_case_or_the_profile_is_jwt() {
        for typ in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/AT+jwt"] {
            assert!(allows_typ(Profile::Rfc9068, Some(typ)), "{typ}");
            assert!(allows_typ(Profile::Jwt, Some(typ)), "{typ}");
        }
        for typ in [Some("JWT"), Some("jwt"), None] {
            assert!(!allows_typ(Profile::Rfc9068, typ), "{typ:?}");
            assert!(allows_typ(Profile::Jwt, typ), "{typ:?}");
        }
        for typ in ["", "logout+jwt", "dpop+jwt", "at+jwt ", "application/jwt", "secevent+jwt"] {
            assert!(!allows_typ(Profile::Rfc9068, Some(typ)), "{typ}");
            assert!(!allows_typ(Profile::Jwt, Some(typ)), "{typ}");
        }
        assert!(
            Code::TypForbidden.advice(Reader::Api).is_some_and(|hint| hint.contains("profile"))
        );
    }

    #[test]
    fn atj_02_iss_is_exact_and_the_api_is_in_aud() {
        assert_eq!(both("x", "1"), Ok(()));
        for iss in ["https://op.example/", "https://OP.example", "http://op.example", ""] {
            let verdict = both("iss", &format!("\"{iss}\""));
            assert_eq!(verdict, Err((Code::IssuerMismatch, "")), "{iss}");
        }
        for aud in [r#""urn:api""#, r#"["other","urn:api"]"#] {
            assert_eq!(both("aud", aud), Ok(()), "{aud}");
        }
        for aud in [r#""urn:ap""#, r#""urn:api2""#, r#""URN:api""#, "[]", r#""""#, r#"["spa"]"#] {
            assert_eq!(both("aud", aud), Err((Code::AudienceMismatch, "")), "{aud}");
        }
        for aud in ["null", "1", "{}", "", r#"["urn:api",1]"#, r#"[["urn:api"]]"#] {
            assert_eq!(both("aud", aud), Err((Code::ClaimInvalid, "aud")), "{aud}");
        }
    }

    #[test]
    fn atj_02_times_are_numbers_and_kept_to_within_the_tolerance() {
        for (name, value, code) in [
            ("exp", "1699999970", Code::TokenExpired),
            ("nbf", "1700000031", Code::TokenNotYetValid),
            ("iat", "1700000031", Code::IssuedInFuture),
        ] {
            assert_eq!(both(name, value), Err((code, "")), "{name}");
        }
        for (name, value) in [("exp", "1699999971"), ("nbf", "1700000030"), ("iat", "1700000030")] {
            assert_eq!(both(name, value), Ok(()), "{name}");
        }
        for name in ["exp", "nbf", "iat"] {
            for value in [r#""1700000000""#, "null", "true", "[1700000000]", "-1", "1e400"] {
                assert_eq!(both(name, value), Err((Code::ClaimInvalid, name)), "{name} {value}");
            }
        }
    }

    #[test]
    fn atj_03_rfc_9068_requires_seven_claims() {
        for name in ["iss", "exp", "aud", "sub", "client_id", "iat", "jti"] {
            let verdict = verdict_of(Profile::Rfc9068, name, "");
            assert_eq!(verdict, Err((Code::ClaimInvalid, name)), "{name}");
        }
        for name in ["sub", "client_id", "jti"] {
            for value in [r#""""#, "7", "null"] {
                let verdict = verdict_of(Profile::Rfc9068, name, value);
                assert_eq!(verdict, Err((Code::ClaimInvalid, name)), "{name} {value}");
            }
        }
    }

    #[test]
    fn atj_03_profile_jwt_requires_iss_aud_exp_and_a_subject() {
        for name in ["iss", "aud", "exp"] {
            assert_eq!(
                verdict_of(Profile::Jwt, name, ""),
                Err((Code::ClaimInvalid, name)),
                "{name}"
            );
        }
        for name in ["sub", "client_id", "iat", "jti"] {
            assert_eq!(verdict_of(Profile::Jwt, name, ""), Ok(()), "{name}");
        }
        let unnamed = json::read_object(b"{}").unwrap();
        assert_eq!(check_named(&unnamed), Err(invalid(At::Sub)));
        for name in ["sub", "client_id", "azp", "cid", "appid", "common_name"] {
            let named = json::read_object(format!(r#"{{"{name}":"c"}}"#).as_bytes()).unwrap();
            assert_eq!(check_named(&named), Ok(()), "{name}");
        }
        assert_eq!(verdict_of(Profile::Jwt, "sub", "7"), Err((Code::ClaimInvalid, "sub")));
    }

    #[test]
    fn atj_04_without_an_audience_nothing_is_for_us() {
        for audiences in ["[]", "null", r#""""#] {
            let audiences = json::read(audiences.as_bytes()).unwrap();
            let verdict = check_aud(claims("x", "1").json(), &audiences);
            assert_eq!(verdict, Err(Code::AudienceMismatch.into()));
        }
    }

    #[test]
    fn atj_04_an_api_may_have_one_name_alone() {
        let name = json::read(br#""https://api.example/""#).unwrap();
        assert_eq!(check_aud(claims("x", "1").json(), &name), Ok(()));
        let both = claims("aud", r#"["urn:other","https://api.example/"]"#);
        assert_eq!(check_aud(both.json(), &name), Ok(()));
        let other = claims("aud", r#""https://api.example""#);
        assert_eq!(check_aud(other.json(), &name), Err(Code::AudienceMismatch.into()));
    }

    #[test]
    fn an_old_sign_in_or_a_weak_one_is_refused_where_the_verifier_asks_for_more() {
        let audiences = json::read(br#""https://api.example/""#).unwrap();
        let verdict_of = |max_age: u64, acr_values: &str| {
            let common = expected(Profile::Rfc9068, &audiences);
            let expected = Expected { max_age: Some(max_age), acr_values, ..common };
            check(&claims("acr", r#""silver""#), &expected, NOW).map_err(|error| error.code)
        };
        assert_eq!(verdict_of(70, "gold silver"), Ok(()));
        assert_eq!(verdict_of(69, "gold silver"), Err(Code::AuthTimeTooOld));
        assert_eq!(verdict_of(70, "gold"), Err(Code::AcrMismatch));
    }

    #[test]
    fn a_token_that_another_client_got_is_refused_where_the_verifier_lists_its_clients() {
        let audiences = json::read(br#""https://api.example/""#).unwrap();
        for (clients, verdict) in [
            (r#"["spa"]"#, Ok(())),
            (r#"["other"]"#, Err(Code::AzpMismatch)),
            ("[]", Err(Code::AzpMismatch)),
        ] {
            let list = json::read(clients.as_bytes()).unwrap();
            let common = expected(Profile::Rfc9068, &audiences);
            let expected = Expected { authorized_parties: Some(&list), ..common };
            let found = check(&claims("x", "1"), &expected, NOW).map_err(|error| error.code);
            assert_eq!(found, verdict, "{clients}");
        }
    }

    #[test]
    fn atj_05_what_looks_like_an_id_token_is_refused() {
        for name in ["nonce", "at_hash", "c_hash", "events"] {
            let verdict = verdict_of(Profile::Jwt, name, r#""x""#);
            assert_eq!(verdict, Err((Code::AccessTokenExpected, "")), "{name}");
        }
        for (name, kind) in [
            ("token_use", r#""id""#),
            ("token_use", r#""refresh_token""#),
            ("token_use", "1"),
            ("typ", r#""ID""#),
            ("typ", r#""Refresh""#),
            ("typ", r#""Logout""#),
        ] {
            assert_eq!(both(name, kind), Err((Code::AccessTokenExpected, "")), "{name} {kind}");
        }
        for name in ["at_hash", "c_hash", "events"] {
            assert_eq!(both(name, r#""x""#), Err((Code::AccessTokenExpected, "")), "{name}");
        }
        for (name, kind) in [
            ("token_type", r#""refresh""#),
            ("token_type", r#""id_token""#),
            ("type", r#""Refresh""#),
            ("use", r#""refresh""#),
        ] {
            assert_eq!(both(name, kind), Err((Code::AccessTokenExpected, "")), "{name} {kind}");
        }
        for (name, value) in [
            ("token_type", r#""Bearer""#),
            ("token_type", r#""access""#),
            ("type", r#""user""#),
            ("type", "1"),
            ("use", r#""sig""#),
        ] {
            assert_eq!(both(name, value), Ok(()), "{name} {value}");
        }
        for (name, kind) in [("token_use", r#""access""#), ("typ", r#""JWT""#), ("typ", "null")] {
            assert_eq!(both(name, kind), Ok(()), "{name} {kind}");
        }
        assert_eq!(both("aud", r#""spa""#), Err((Code::AudienceMismatch, "")));
    }

    #[test]
    fn atj_05_an_access_token_that_says_so_may_have_a_nonce() {
        for mark in [
            r#""typ":"Bearer""#,
            r#""token_use":"access""#,
            r#""scope":"openid""#,
            r#""scp":["read"]"#,
            r#""scope":null,"scp":"read""#,
        ] {
            let both = format!(r#""n",{mark}"#);
            assert_eq!(verdict_of(Profile::Jwt, "nonce", &both), Ok(()), "{mark}");
            let hashed = format!(r#""n","at_hash":"x",{mark}"#);
            let verdict = verdict_of(Profile::Jwt, "nonce", &hashed);
            assert_eq!(verdict, Err((Code::AccessTokenExpected, "")), "{mark}");
        }
        for mark in [r#""typ":"JWT""#, r#""scope":null"#] {
            let verdict = verdict_of(Profile::Jwt, "nonce", &format!(r#""n",{mark}"#));
            assert_eq!(verdict, Err((Code::AccessTokenExpected, "")), "{mark}");
        }
        for (typ, is_stated) in [("at+jwt", true), ("JWT", false), ("jwt", false)] {
            let header = format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#);
            let verdict = check_kind(&claims_under(&header, "nonce", r#""n""#));
            assert_eq!(verdict.is_ok(), is_stated, "{typ}");
        }
    }

    #[test]
    fn atj_04_a_token_without_aud_is_for_the_client_that_it_names_in_profile_jwt_alone() {
        let verdict = |profile, audiences: &str, client: &str| {
            let audiences = json::read(audiences.as_bytes()).unwrap();
            let claims = claims("aud", "");
            let named =
                check(&claims, &expected(profile, &audiences), NOW).map_err(|error| error.code);
            assert_eq!(claims.member("client_id").and_then(Json::text), Some(client));
            named
        };
        assert_eq!(verdict(Profile::Jwt, r#""spa""#, "spa"), Ok(()));
        assert_eq!(verdict(Profile::Jwt, r#"["x","spa"]"#, "spa"), Ok(()));
        assert_eq!(verdict(Profile::Jwt, r#""x""#, "spa"), Err(Code::ClaimInvalid));
        assert_eq!(verdict(Profile::Rfc9068, r#""spa""#, "spa"), Err(Code::ClaimInvalid));
    }

    #[test]
    fn only_tokens_of_the_authorized_parties_pass_where_they_are_listed() {
        let read = |text: &str| json::read(text.as_bytes()).unwrap();
        let parties = read(r#"["app","job"]"#);
        for (claims, is_good) in [
            (r#"{"client_id":"app"}"#, true),
            (r#"{"azp":"job"}"#, true),
            (r#"{"azp":"other","client_id":"app"}"#, false),
            (r#"{"client_id":"other"}"#, false),
            (r#"{"client_id":["app"]}"#, false),
            ("{}", false),
        ] {
            assert_eq!(check_party(&read(claims), Some(&parties)).is_ok(), is_good, "{claims}");
            assert_eq!(check_party(&read(claims), None), Ok(()), "{claims}");
        }
    }

    #[test]
    fn atj_07_atj_08_a_bound_token_needs_its_proof() {
        for cnf in [
            r#"{"jkt":"k"}"#,
            r#"{"x5t#S256":"k"}"#,
            r#"{"jwk":{}}"#,
            r#"{"unknown":"k"}"#,
            r#"{"jkt":null}"#,
        ] {
            assert_eq!(both("cnf", cnf), Err((Code::ProofMissing, "cnf")), "{cnf}");
        }
        for cnf in ["{}", "null", r#""k""#, "[]"] {
            assert_eq!(both("cnf", cnf), Err((Code::ClaimInvalid, "cnf")), "{cnf}");
        }
    }

    #[test]
    fn atj_07_what_was_proven_is_every_member_of_cnf() {
        let proven = json::read_object(br#"{"jkt":"k","x5t#S256":"t"}"#).unwrap();
        for (cnf, is_good) in [
            (r#"{"jkt":"k"}"#, true),
            (r#"{"jkt":"k","x5t#S256":"t"}"#, true),
            (r#"{"jkt":"K"}"#, false),
            (r#"{"jkt":"k","jwk":{}}"#, false),
            (r#"{"x5t#S256":"k"}"#, false),
        ] {
            let claims = claims("cnf", cnf);
            assert_eq!(check_cnf(claims.json(), Some(&proven)).is_ok(), is_good, "{cnf}");
        }
    }

    #[test]
    fn atj_11_a_scope_is_a_whole_word() {
        for granted in [
            r#""scope":"read write""#,
            r#""scope":["read","write"]"#,
            r#""scp":"read write""#,
            r#""scp":["read","write"],"other":1"#,
        ] {
            let claims = json::read_object(format!("{{{granted}}}").as_bytes()).unwrap();
            assert!(has_scope(&claims, "read") && has_scope(&claims, "write"), "{granted}");
            for word in ["rea", "readx", "READ", "read write", "", "ead"] {
                assert!(!has_scope(&claims, word), "{granted} {word}");
            }
        }
        for granted in [
            r#""scope":["read write"]"#,
            r#""scope":"","scp":"read""#,
            r#""scope":{"read":1}"#,
            r#""scopes":"read""#,
        ] {
            let claims = json::read_object(format!("{{{granted}}}").as_bytes()).unwrap();
            assert!(!has_scope(&claims, "read"), "{granted}");
        }
    }
}
