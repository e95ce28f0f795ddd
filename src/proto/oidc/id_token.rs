//! The ID token, checked in the order of OpenID Connect Core 1.0, section 3.1.3.7.
//!
//! The signature is verified before these functions are called: [`check`] takes verified claims.

use super::{access_token, registered_claims};
use crate::proto::effect::UnixTime;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::{AT_EDGE, WITH_RENEWAL};
use crate::proto::jose::claims::VerifiedClaims;
use crate::proto::jose::hash::Hash;
use crate::proto::text::json::{Json, Text};
use crate::proto::text::{has_word, secret};
use alloc::string::String;

/// The expectations for a token.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// `iss`, as text.
    pub issuer: &'a str,
    /// `aud`, which may contain only this client and trusted audiences.
    pub client_id: &'a str,
    /// Other audiences that the token may contain: a list of strings (Core 3.1.3.7, rule 3).
    pub trusted: Option<&'a Json>,
    /// Other clients to which the token may have been issued (`azp`): a list of strings.
    pub authorized_parties: Option<&'a Json>,
    /// Whether a token for several audiences must have `azp`. Not in a response to this client, if
    /// the app trusts the others.
    pub requires_azp: bool,
    /// Whether a scope beside the name of a client says that a token is an access token. Not where access
    /// tokens have another issuer: ID tokens of AD FS have `appid` and `scp` too.
    pub scope_tells_kind: bool,
    /// `nonce`.
    pub nonce: Nonce<'a>,
    /// The access token of the same response, for `at_hash`.
    pub access_token: Option<&'a str>,
    /// The code of the same response, for `c_hash`.
    pub code: Option<&'a str>,
    /// Whether the hash of a given value is required, as in the front channel (Core 3.2.2.9,
    /// 3.3.2.10).
    pub requires_hashes: bool,
    /// The left half of a text's hash: [`hash::half`], or that of a host with more hash functions.
    ///
    /// [`hash::half`]: crate::proto::jose::hash::half
    pub left_half: &'a dyn Fn(Hash, &str) -> String,
    /// `max_age` as it was sent, in seconds.
    pub max_age: Option<u64>,
    /// The accepted `acr` values, separated by spaces; empty accepts any, or none.
    pub acr_values: &'a str,
    /// The clock tolerance, in seconds.
    pub tolerance: u64,
    /// The maximum age of the token, and the maximum time until its expiry, in seconds.
    pub max_token_age: u64,
}

/// The expected `nonce` (Core 3.1.3.7, rule 11).
#[derive(Clone, Copy, Debug)]
pub enum Nonce<'a> {
    /// The one that was sent.
    Sent(&'a str),
    /// The one that was sent, or none, for a provider that omits it.
    SentOrMissing(&'a str),
    /// None was sent: a token with a nonce answers another request.
    None,
    /// Any: the token was issued to another client.
    Any,
}

/// An ID token that passed every check.
pub struct IdToken {
    /// The claims, as they were signed.
    pub claims: VerifiedClaims,
    /// The checks, in order, separated by spaces: `signature`, then the names of claims.
    pub checks: String,
}

impl IdToken {
    /// `sub`.
    #[must_use]
    pub fn sub(&self) -> &Text {
        self.claims.json().text_of("sub").unwrap_or_default()
    }
}

/// The accepted values of `typ` (RFC 8725, section 3.11).
#[must_use]
pub fn allows_typ(typ: Option<&str>) -> bool {
    typ.is_none_or(|typ| typ.eq_ignore_ascii_case("JWT"))
}

/// Checks the claims.
///
/// # Errors
/// `OIDC_CLAIM_INVALID` with the claim's name, `OIDC_ISSUER_MISMATCH`, `OIDC_AUDIENCE_MISMATCH`,
/// `OIDC_AZP_MISMATCH`, `OIDC_TOKEN_EXPIRED`, `OIDC_TOKEN_NOT_YET_VALID`,
/// `OIDC_ISSUED_IN_FUTURE`, `OIDC_TOKEN_AGE_EXCEEDED`, `OIDC_NONCE_MISMATCH`,
/// `OIDC_AT_HASH_MISMATCH`, `OIDC_C_HASH_MISMATCH`, `OIDC_AUTH_TIME_TOO_OLD`,
/// `OIDC_ACR_MISMATCH`, `OIDC_TYP_FORBIDDEN`.
pub fn check(
    claims: VerifiedClaims,
    expected: &Expected<'_>,
    now: UnixTime,
) -> Result<IdToken, Error> {
    let mut checks = String::from("signature");
    for (name, check) in CHECKS {
        if check(&claims, expected, now)? {
            checks.push(' ');
            checks.push_str(name.text());
        }
    }
    Ok(IdToken { claims, checks })
}

/// Returns whether there was anything to check.
type Check = fn(&VerifiedClaims, &Expected<'_>, UnixTime) -> Result<bool, Error>;

static CHECKS: &[(At, Check)] = &[
    (At::Iss, check_iss),
    (At::Aud, check_aud),
    (At::Azp, check_azp),
    (At::Exp, check_exp),
    (At::Nbf, check_nbf),
    (At::Iat, check_iat),
    (At::Events, check_kind),
    (At::Nonce, check_nonce),
    (At::AtHash, check_at_hash),
    (At::CHash, check_c_hash),
    (At::AuthTime, check_auth_time),
    (At::Acr, check_acr),
    (At::Sub, check_sub),
];

fn check_iss(claims: &VerifiedClaims, expected: &Expected<'_>, _: UnixTime) -> Result<bool, Error> {
    registered_claims::check_iss(claims.json(), expected.issuer)
}

/// `aud` contains this client, and otherwise only trusted audiences (Core 3.1.3.7, rule 3).
fn check_aud(claims: &VerifiedClaims, expected: &Expected<'_>, _: UnixTime) -> Result<bool, Error> {
    let aud = claims.member("aud").ok_or(registered_claims::invalid(At::Aud))?;
    let all = match aud {
        Json::Text(_) => core::slice::from_ref(aud),
        Json::List(all) if aud.is_texts() => all,
        _ => return Err(registered_claims::invalid(At::Aud)),
    };
    let is_ours = |one: &Json| one.text() == Some(expected.client_id);
    let is_trusted = |one: &Json| {
        let name = one.text().unwrap_or_default();
        is_ours(one) || WITH_RENEWAL && expected.trusted.is_some_and(|list| list.has(name))
    };
    if all.iter().any(is_ours) && all.iter().all(is_trusted) {
        return Ok(true);
    }
    Err(Code::AudienceMismatch.into())
}

fn check_azp(claims: &VerifiedClaims, expected: &Expected<'_>, _: UnixTime) -> Result<bool, Error> {
    match claims.member("azp") {
        // With several audiences, the token names the client that requested it (Core 3.1.3.7, rule
        // 4).
        None if WITH_RENEWAL && expected.requires_azp && names_others(claims, expected) => {
            Err(Code::AzpMismatch.into())
        }
        None => Ok(false),
        Some(azp) => {
            let is_known = azp.text().is_some_and(|azp| {
                azp == expected.client_id
                    || WITH_RENEWAL && expected.authorized_parties.is_some_and(|list| list.has(azp))
            });
            if is_known { Ok(true) } else { Err(Code::AzpMismatch.into()) }
        }
    }
}

fn names_others(claims: &VerifiedClaims, expected: &Expected<'_>) -> bool {
    let all = claims.member("aud").and_then(Json::list).unwrap_or_default();
    all.iter().any(|one| one.text() != Some(expected.client_id))
}

fn check_exp(
    claims: &VerifiedClaims,
    expected: &Expected<'_>,
    now: UnixTime,
) -> Result<bool, Error> {
    registered_claims::check_exp(claims.json(), expected.tolerance, now)?;
    check_span(claims, At::Exp, expected, now)
}

/// A token without a limited lifetime could never expire (Core 3.1.3.7, rules 9 and 10).
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
    registered_claims::check_nbf(claims.json(), expected.tolerance, now)
}

/// Required (Core, section 2).
fn check_iat(
    claims: &VerifiedClaims,
    expected: &Expected<'_>,
    now: UnixTime,
) -> Result<bool, Error> {
    let is_there = registered_claims::check_iat(claims.json(), expected.tolerance, now)?;
    if !is_there {
        return Err(registered_claims::invalid(At::Iat));
    }
    check_span(claims, At::Iat, expected, now)
}

/// The kinds of other tokens that a token may state, in lower case.
const OTHER_KINDS: &str =
    "access access_token access-token bearer refresh refresh_token refresh-token offline logout";

/// A token with `events` is no ID token, with any `typ`: older providers omit the `typ` of a
/// logout token (Back-Channel Logout 1.0, section 2.4). Neither is one that states another kind:
/// `token_use` of Cognito and Hydra (`access`, `refresh_token`), the claim `typ` of Keycloak
/// (`Bearer`, `Refresh`, `Offline`, `Logout`).
fn check_kind(
    claims: &VerifiedClaims,
    expected: &Expected<'_>,
    _: UnixTime,
) -> Result<bool, Error> {
    check_other_kinds(claims.json())?;
    if AT_EDGE && matches!(expected.nonce, Nonce::Any) {
        let has_scope =
            check_client(claims.json(), expected.client_id, expected.authorized_parties)?;
        if has_scope && expected.scope_tells_kind {
            return Err(Code::TypForbidden.into());
        }
    }
    Ok(false)
}

/// A provider may write the id of a client into `aud` of the access tokens that other clients use at it.
/// Such a token in a request does not answer a sign-in, so no nonce tells it from an ID token. What it says
/// about its own client does, and so does a scope beside that: an ID token names its client in `azp` alone.
/// Returns whether there is such a scope.
fn check_client(claims: &Json, client: &str, parties: Option<&Json>) -> Result<bool, Error> {
    let mut has_scope = false;
    for name in access_token::CLIENT_CLAIMS {
        // Some serializers write `null` for what is missing.
        if let Some(value) = claims.member(name).filter(|value| !value.is_null()) {
            let party = value.text().unwrap_or_default();
            let is_known = party == client || parties.is_some_and(|all| all.has(party));
            if party.is_empty() || !is_known {
                return Err(Code::AzpMismatch.into());
            }
            has_scope |= name != "azp" && access_token::scope(claims).is_some();
        }
    }
    Ok(has_scope)
}

/// Checks that a hint is no token of another kind, and no access token. `audiences` are those of the hint.
///
/// # Errors
/// `OIDC_CLAIM_INVALID` with `events`, `OIDC_TYP_FORBIDDEN`, `OIDC_AZP_MISMATCH`.
pub fn check_hint(claims: &Json, audiences: &Json) -> Result<(), Error> {
    check_other_kinds(claims)?;
    check_client(claims, audiences.text().unwrap_or_default(), Some(audiences))?;
    if access_token::scope(claims).is_some() {
        return Err(Code::TypForbidden.into());
    }
    Ok(())
}

fn check_other_kinds(claims: &Json) -> Result<(), Error> {
    if claims.member("events").is_some() {
        return Err(registered_claims::invalid(At::Events));
    }
    for name in ["token_use", "typ"] {
        let kind = claims.member(name).and_then(Json::text).unwrap_or_default();
        if has_word(OTHER_KINDS, &kind.to_ascii_lowercase()) {
            return Err(Code::TypForbidden.into());
        }
    }
    Ok(())
}

fn check_nonce(
    claims: &VerifiedClaims,
    expected: &Expected<'_>,
    _: UnixTime,
) -> Result<bool, Error> {
    let nonce = claims.member("nonce");
    let right = match expected.nonce {
        Nonce::Any => return Ok(false),
        Nonce::None => nonce.is_none(),
        Nonce::SentOrMissing(_) if matches!(nonce, None | Some(Json::Null)) => return Ok(false),
        Nonce::Sent(sent) | Nonce::SentOrMissing(sent) => {
            // A missing nonce is not one of another sign-in: the provider does not return it.
            let nonce = nonce.ok_or(registered_claims::invalid(At::Nonce))?;
            let nonce = nonce.text().unwrap_or_default();
            secret::same(nonce.as_bytes(), sent.as_bytes())
        }
    };
    if right { Ok(true) } else { Err(Code::NonceMismatch.into()) }
}

/// `at_hash` (Core 3.1.3.8): optional in the code flow, and checked if it is there.
fn check_at_hash(
    claims: &VerifiedClaims,
    expected: &Expected<'_>,
    _: UnixTime,
) -> Result<bool, Error> {
    check_hash(claims, At::AtHash, expected.access_token, expected, Code::AtHashMismatch)
}

/// `c_hash` (Core 3.3.2.10): the same for the code.
fn check_c_hash(
    claims: &VerifiedClaims,
    expected: &Expected<'_>,
    _: UnixTime,
) -> Result<bool, Error> {
    check_hash(claims, At::CHash, expected.code, expected, Code::CHashMismatch)
}

fn check_hash(
    claims: &VerifiedClaims,
    name: At,
    hashed: Option<&str>,
    expected: &Expected<'_>,
    refusal: Code,
) -> Result<bool, Error> {
    let (Some(hashed), found) = (hashed, claims.member(name.text())) else {
        return Ok(false);
    };
    let Some(found) = found else {
        let is_missing = expected.requires_hashes;
        return if is_missing { Err(registered_claims::invalid(name)) } else { Ok(false) };
    };
    let right = (expected.left_half)(claims.alg().hash, hashed);
    let is_right = !right.is_empty() && found.text() == Some(&*right);
    if is_right { Ok(true) } else { Err(refusal.into()) }
}

fn check_auth_time(
    claims: &VerifiedClaims,
    expected: &Expected<'_>,
    now: UnixTime,
) -> Result<bool, Error> {
    registered_claims::check_auth_time(claims.json(), expected.max_age, expected.tolerance, now)
}

fn check_acr(claims: &VerifiedClaims, expected: &Expected<'_>, _: UnixTime) -> Result<bool, Error> {
    registered_claims::check_acr(claims.json(), expected.acr_values)
}

/// Required, at most 255 ASCII characters (Core, section 2).
fn check_sub(claims: &VerifiedClaims, _: &Expected<'_>, _: UnixTime) -> Result<bool, Error> {
    let sub =
        claims.member("sub").and_then(Json::text).ok_or(registered_claims::invalid(At::Sub))?;
    if sub.is_empty() || sub.len() > 255 || !sub.is_ascii() {
        return Err(registered_claims::invalid(At::Sub));
    }
    Ok(true)
}

redact_debug! { Expected<'a>, IdToken }

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::jose::jws::UntrustedJws;
    use crate::proto::jose::{alg, hash};
    use crate::proto::text::base64url;
    use alloc::format;
    use alloc::vec::Vec;
    use ring::digest;

    const NOW: UnixTime = UnixTime(1_700_000_000);

    const MEMBERS: [(&str, &str); 6] = [
        ("iss", r#""https://op.example""#),
        ("aud", r#""c""#),
        ("sub", r#""ada""#),
        ("iat", "1700000000"),
        ("exp", "1700000600"),
        ("nonce", r#""n""#),
    ];

    /// The members with one replaced, added, or (for an empty value) removed.
    fn claims(alg: &str, name: &str, value: &str) -> VerifiedClaims {
        let mut members: Vec<_> = MEMBERS.into_iter().filter(|member| member.0 != name).collect();
        if !value.is_empty() {
            members.push((name, value));
        }
        let texts = members.iter().map(|(name, value)| format!(r#""{name}":{value}"#));
        let payload = format!("{{{}}}", texts.collect::<Vec<String>>().join(","));
        let header = format!(r#"{{"alg":"{alg}"}}"#);
        let part = |text: &str| base64url::write(text.as_bytes());
        let token = [part(&header), part(&payload), part("s")].join(".");
        UntrustedJws::read(&token, &|_| true, &|_| true).unwrap().verified()
    }

    fn expected() -> Expected<'static> {
        Expected {
            issuer: "https://op.example",
            client_id: "c",
            trusted: None,
            authorized_parties: None,
            requires_azp: true,
            scope_tells_kind: true,
            nonce: Nonce::Sent("n"),
            access_token: Some("at"),
            code: None,
            requires_hashes: false,
            left_half: &hash::half,
            max_age: None,
            acr_values: "",
            tolerance: 60,
            max_token_age: 86_400,
        }
    }

    fn verdict_of(name: &str, value: &str) -> Result<String, (Code, &'static str)> {
        let verdict = check(claims("ES256", name, value), &expected(), NOW);
        verdict.map(|token| token.checks).map_err(|error| (error.code, error.at.text()))
    }

    fn refused(name: &str, values: &[&str], code: Code, at: &'static str) {
        for value in values {
            assert_eq!(verdict_of(name, value), Err((code, at)), "{name} {value}");
        }
    }

    #[test]
    fn a_good_token_says_what_was_checked() {
        assert_eq!(verdict_of("x", "1").unwrap(), "signature iss aud exp iat nonce sub");
    }

    /// As [`verdict_of`], with another expectation.
    fn verdict_where<'a>(
        change: impl FnOnce(&mut Expected<'a>),
        name: &str,
        value: &str,
    ) -> Result<String, (Code, &'static str)> {
        let mut expected: Expected<'a> = expected();
        change(&mut expected);
        let verdict = check(claims("ES256", name, value), &expected, NOW);
        verdict.map(|token| token.checks).map_err(|error| (error.code, error.at.text()))
    }

    #[test]
    fn idt_04_other_audiences_are_the_trusted_ones_beside_this_client() {
        let trusted = crate::proto::text::json::read(br#"["api"]"#).unwrap();
        let code = |aud: &str| {
            let verdict = verdict_where(|expected| expected.trusted = Some(&trusted), "aud", aud);
            verdict.map_err(|error| error.0).err()
        };
        assert_eq!(code(r#"["c"]"#), None);
        assert_eq!(code(r#"["c","api"]"#), Some(Code::AzpMismatch), "azp says which one asked");
        let without_azp = |expected: &mut Expected<'_>| expected.requires_azp = false;
        assert!(verdict_where(without_azp, "aud", r#"["c"]"#).is_ok());
        for aud in [r#"["api"]"#, r#""api""#, r#"["c","x"]"#, r#"["c","api","x"]"#] {
            assert_eq!(code(aud), Some(Code::AudienceMismatch), "{aud}");
        }
    }

    #[test]
    fn a_token_that_any_nonce_fits_is_of_a_known_client_and_no_access_token() {
        let parties = crate::proto::text::json::read(br#"["app"]"#).unwrap();
        let code = |nonce: Nonce<'static>, name: &str, value: &str| {
            let mut expected = expected();
            expected.nonce = nonce;
            expected.authorized_parties = Some(&parties);
            let verdict = check(claims("ES256", name, value), &expected, NOW);
            verdict.map_err(|error| error.code).err()
        };
        for name in access_token::CLIENT_CLAIMS {
            for value in [r#""c""#, r#""app""#] {
                assert_eq!(code(Nonce::Any, name, value), None, "{name} {value}");
            }
            for value in [r#""x""#, "1", r#"["c"]"#] {
                assert_eq!(
                    code(Nonce::Any, name, value),
                    Some(Code::AzpMismatch),
                    "{name} {value}"
                );
            }
            // The answer to a sign-in of this client is bound to it by its nonce.
            let is_refused = code(Nonce::Sent("n"), name, r#""x""#).is_some();
            assert_eq!(is_refused, name == "azp", "{name}");
        }
        let with_scope = |scope: &str| {
            let claims = crate::proto::text::json::read_object_text(scope).unwrap();
            check_client(&claims, "c", None).map_err(|error| error.code)
        };
        for name in ["client_id", "cid", "appid"] {
            for scope in [r#""scope":"openid""#, r#""scp":["a"]"#] {
                let found = with_scope(&format!(r#"{{"{name}":"c",{scope}}}"#));
                assert_eq!(found, Ok(true), "{name} {scope}");
            }
        }
        for claims in [
            r#"{"azp":"c","scope":"openid"}"#,
            r#"{"scope":"openid"}"#,
            r#"{"client_id":null,"scp":"a"}"#,
        ] {
            assert_eq!(with_scope(claims), Ok(false), "{claims}");
        }
    }

    #[test]
    fn a_hint_is_no_token_of_another_kind() {
        let audiences = crate::proto::text::json::read(br#""c""#).unwrap();
        let verdict = |claims: &str| {
            let claims = crate::proto::text::json::read_object_text(claims).unwrap();
            check_hint(&claims, &audiences).map_err(|error| error.code)
        };
        for claims in ["{}", r#"{"azp":"c"}"#, r#"{"appid":"c"}"#] {
            assert_eq!(verdict(claims), Ok(()), "{claims}");
        }
        for (claims, code) in [
            (r#"{"azp":"x"}"#, Code::AzpMismatch),
            (r#"{"cid":"x"}"#, Code::AzpMismatch),
            (r#"{"scp":"a"}"#, Code::TypForbidden),
            (r#"{"scope":"a"}"#, Code::TypForbidden),
            (r#"{"token_use":"access"}"#, Code::TypForbidden),
            (r#"{"typ":"Bearer"}"#, Code::TypForbidden),
            (r#"{"events":{}}"#, Code::ClaimInvalid),
        ] {
            assert_eq!(verdict(claims), Err(code), "{claims}");
        }
    }

    #[test]
    fn idt_16_a_nonce_that_was_not_sent_is_not_there_unless_any_will_do() {
        let code = |nonce: Nonce<'static>, value: &str| {
            let verdict = verdict_where(|expected| expected.nonce = nonce, "nonce", value);
            verdict.map_err(|error| error.0).err()
        };
        assert_eq!(code(Nonce::None, ""), None);
        for value in [r#""n""#, r#""""#, "null", "1"] {
            assert_eq!(code(Nonce::None, value), Some(Code::NonceMismatch), "{value}");
            assert_eq!(code(Nonce::Any, value), None, "{value}");
        }
        assert_eq!(code(Nonce::Any, ""), None);
    }

    #[test]
    fn idt_24_and_25_a_hash_is_there_where_it_must_be_and_of_what_came_with_it() {
        let at_hash = format!(r#""{}""#, hash::half(hash::Hash::Sha256, "at"));
        let c_hash = format!(r#""{}""#, hash::half(hash::Hash::Sha256, "code"));
        let front = |expected: &mut Expected<'static>| {
            (expected.access_token, expected.code) = (None, Some("code"));
            expected.requires_hashes = true;
        };
        assert!(verdict_where(front, "c_hash", &c_hash).unwrap().contains(" c_hash "));
        assert_eq!(verdict_where(front, "c_hash", ""), Err((Code::ClaimInvalid, "c_hash")));
        assert_eq!(verdict_where(front, "c_hash", &at_hash), Err((Code::CHashMismatch, "")));
        let no_hash = |_: Hash, _: &str| String::new();
        let verdict = verdict_where(|expected| expected.left_half = &no_hash, "at_hash", r#""""#);
        assert_eq!(
            verdict,
            Err((Code::AtHashMismatch, "")),
            "without the hash function no hash matches"
        );
        let none = |expected: &mut Expected<'static>| expected.access_token = None;
        assert!(verdict_where(none, "at_hash", r#""x""#).is_ok(), "there is nothing to compare");
    }

    #[test]
    fn idt_02_another_spelling_of_the_issuer_is_another_issuer() {
        let others = [
            r#""https://op.example/""#,
            r#""https://op.example1""#,
            r#""ttps://op.example""#,
            r#""https://op.exampl""#,
            r#""https://OP.example""#,
            r#""http://op.example""#,
            r#""https://op.example:443""#,
            r#""https://u@op.example""#,
            r#""https://op.example/tenant""#,
            r#""""#,
        ];
        refused("iss", &others, Code::IssuerMismatch, "");
        refused("iss", &["", "null", "1", r#"["https://op.example"]"#], Code::ClaimInvalid, "iss");
    }

    #[test]
    fn idt_03_and_04_the_token_is_for_this_client_only() {
        let others =
            [r#""d""#, r#""c1""#, r#""C""#, "[]", r#""""#, r#"["c","d"]"#, r#"["d"]"#, r#""c d""#];
        refused("aud", &others, Code::AudienceMismatch, "");
        let odd = ["", "null", "1", "{}", r#"["c",1]"#, r#"[["c"]]"#, r#"{"c":"c"}"#];
        refused("aud", &odd, Code::ClaimInvalid, "aud");
    }

    #[test]
    fn idt_05_a_list_of_this_client_is_this_client() {
        assert!(verdict_of("aud", r#"["c"]"#).is_ok());
        assert!(verdict_of("aud", r#"["c","c"]"#).is_ok());
    }

    #[test]
    fn idt_06_azp_is_this_client_where_it_is_there() {
        assert_eq!(verdict_of("azp", r#""c""#).unwrap(), "signature iss aud azp exp iat nonce sub");
        let others = [r#""d""#, r#""""#, "null", "1", r#"["c"]"#, "true"];
        refused("azp", &others, Code::AzpMismatch, "");
    }

    #[test]
    fn idt_11_13_15_a_time_of_another_type_is_an_error_and_never_an_absence() {
        let odd = [
            r#""1700000600""#,
            "null",
            "true",
            "[1700000600]",
            "{}",
            "1e400",
            "-1",
            "1e300",
            "9007199254740992",
            "9007199254740993",
            "18446744073709551616",
        ];
        for name in ["exp", "nbf", "iat"] {
            refused(name, &odd, Code::ClaimInvalid, name);
        }
        refused("exp", &[""], Code::ClaimInvalid, "exp");
        refused("iat", &[""], Code::ClaimInvalid, "iat");
        assert!(verdict_of("nbf", "").is_ok());
    }

    #[test]
    fn idt_11_14_15_times_are_kept_to_the_second_with_the_tolerance() {
        for (name, last, first_bad, code) in [
            ("exp", "1699999941", "1699999940", Code::TokenExpired),
            ("nbf", "1700000060", "1700000061", Code::TokenNotYetValid),
            ("iat", "1700000060", "1700000061", Code::IssuedInFuture),
        ] {
            assert!(verdict_of(name, last).is_ok(), "{name}");
            refused(name, &[first_bad], code, "");
        }
    }

    #[test]
    fn idt_12_and_14_a_token_is_neither_older_nor_longer_lived_than_allowed() {
        assert!(verdict_of("exp", "1700086460").is_ok());
        refused("exp", &["1700086461", "9007199254740991"], Code::TokenAgeExceeded, "exp");
        assert!(verdict_of("iat", "1699913540").is_ok());
        refused("iat", &["1699913539", "0"], Code::TokenAgeExceeded, "iat");
    }

    #[test]
    fn idt_16_the_nonce_is_the_one_that_was_sent() {
        refused("nonce", &[""], Code::ClaimInvalid, "nonce");
        let others = [r#""N""#, r#""n1""#, r#""""#, "null", "1", r#"["n"]"#, "true"];
        refused("nonce", &others, Code::NonceMismatch, "");
    }

    fn verdict_as(
        expected: &Expected<'_>,
        name: &str,
        value: &str,
    ) -> Result<(), (Code, &'static str)> {
        let verdict = check(claims("ES256", name, value), expected, NOW);
        verdict.map(|_| ()).map_err(|error| (error.code, error.at.text()))
    }

    #[test]
    fn idt_17_an_unexpected_nonce_is_refused_and_any_is_for_tokens_of_other_clients() {
        let unsent = Expected { nonce: Nonce::None, ..expected() };
        assert_eq!(verdict_as(&unsent, "nonce", ""), Ok(()));
        for unsolicited in [r#""n""#, r#""""#, "null", "1", "[]"] {
            let verdict = verdict_as(&unsent, "nonce", unsolicited);
            assert_eq!(verdict, Err((Code::NonceMismatch, "")), "{unsolicited}");
        }
        let optional = Expected { nonce: Nonce::SentOrMissing("n"), ..expected() };
        for (nonce, is_good) in [("", true), ("null", true), (r#""n""#, true), (r#""m""#, false)] {
            assert_eq!(verdict_as(&optional, "nonce", nonce).is_ok(), is_good, "{nonce}");
        }
        let any = Expected { nonce: Nonce::Any, ..expected() };
        for sent in ["", r#""n""#, r#""another""#] {
            assert_eq!(verdict_as(&any, "nonce", sent), Ok(()), "{sent}");
        }
    }

    #[test]
    fn idt_22_and_24_a_hash_that_is_required_is_there_and_right() {
        let right = |text: &str| format!(r#""{}""#, hash::half(hash::Hash::Sha256, text));
        let (token, code) = (right("at"), right("code"));
        let front = Expected { requires_hashes: true, ..expected() };
        assert_eq!(verdict_as(&front, "at_hash", &token), Ok(()));
        assert_eq!(verdict_as(&front, "at_hash", ""), Err((Code::ClaimInvalid, "at_hash")));
        for wrong in [&*code, r#""""#, "null"] {
            let verdict = verdict_as(&front, "at_hash", wrong);
            assert_eq!(verdict, Err((Code::AtHashMismatch, "")), "{wrong}");
        }
        let hybrid = Expected { access_token: None, code: Some("code"), ..front };
        assert_eq!(verdict_as(&hybrid, "c_hash", &code), Ok(()));
        assert_eq!(verdict_as(&hybrid, "c_hash", ""), Err((Code::ClaimInvalid, "c_hash")));
        for wrong in [&*token, r#""""#, "null", "1"] {
            let verdict = verdict_as(&hybrid, "c_hash", wrong);
            assert_eq!(verdict, Err((Code::CHashMismatch, "")), "{wrong}");
        }
        let optional = Expected { requires_hashes: false, ..hybrid };
        assert_eq!(verdict_as(&optional, "c_hash", ""), Ok(()));
        assert_eq!(verdict_as(&optional, "c_hash", &token), Err((Code::CHashMismatch, "")));
        // A host without this hash function cannot confirm the hash.
        let unhashed = Expected { left_half: &|_, _| String::new(), ..front };
        for empty in [r#""""#, &*token] {
            let verdict = verdict_as(&unhashed, "at_hash", empty);
            assert_eq!(verdict, Err((Code::AtHashMismatch, "")), "{empty}");
        }
    }

    #[test]
    fn idt_04_and_07_several_audiences_are_all_trusted_and_azp_says_whose_the_token_is() {
        let list = crate::proto::text::json::read(br#"["d"]"#).unwrap();
        let trusting = Expected { trusted: Some(&list), ..expected() };
        for (aud, code) in [
            (r#"["c","d"]"#, Code::AzpMismatch),
            (r#"["d","c"]"#, Code::AzpMismatch),
            (r#"["c","d","e"]"#, Code::AudienceMismatch),
            (r#"["d"]"#, Code::AudienceMismatch),
            (r#""d""#, Code::AudienceMismatch),
        ] {
            assert_eq!(verdict_as(&trusting, "aud", aud), Err((code, "")), "{aud}");
        }
        assert_eq!(verdict_as(&trusting, "aud", r#"["c"]"#), Ok(()));
        let lenient = Expected { requires_azp: false, ..trusting };
        assert_eq!(verdict_as(&lenient, "aud", r#"["c","d"]"#), Ok(()));
        let parties = Expected { authorized_parties: Some(&list), ..expected() };
        for (azp, is_good) in [(r#""c""#, true), (r#""d""#, true), (r#""e""#, false), ("1", false)]
        {
            assert_eq!(verdict_as(&parties, "azp", azp).is_ok(), is_good, "{azp}");
        }
        for (azp, is_good) in [(r#""c""#, true), (r#""d""#, false), ("null", false)] {
            let both = format!(r#"["c","d"],"azp":{azp}"#);
            assert_eq!(verdict_as(&trusting, "aud", &both).is_ok(), is_good, "{azp}");
        }
    }

    #[test]
    fn idt_19_and_20_what_was_asked_for_is_there() {
        let verdict_of = |name: &str, value: &str, asked: Expected<'_>| {
            let name = if value.is_empty() { "x" } else { name };
            let value = if value.is_empty() { "1" } else { value };
            check(claims("ES256", name, value), &asked, NOW).err().map(|error| error.code)
        };
        let recent = Expected { max_age: Some(100), ..expected() };
        assert_eq!(verdict_of("auth_time", "1699999840", recent), None);
        assert_eq!(verdict_of("auth_time", "1699999839", recent), Some(Code::AuthTimeTooOld));
        for odd in ["", "null", r#""1700000000""#, "true", "-1"] {
            assert_eq!(verdict_of("auth_time", odd, recent), Some(Code::ClaimInvalid), "{odd}");
        }
        let strong = Expected { acr_values: "mfa hw", ..expected() };
        assert_eq!(verdict_of("acr", r#""hw""#, strong), None);
        for odd in ["", r#""pwd""#, r#""mf""#, r#""mfa hw""#, "1", r#"["mfa"]"#, "null"] {
            assert_eq!(verdict_of("acr", odd, strong), Some(Code::AcrMismatch), "{odd}");
        }
    }

    #[test]
    fn idt_21_sub_is_1_to_255_ascii_characters() {
        let most = format!(r#""{}""#, "a".repeat(255));
        assert!(verdict_of("sub", &most).is_ok());
        let longer = format!(r#""{}""#, "a".repeat(256));
        let odd = ["", "null", "1", "[]", r#"["ada"]"#, r#""""#, &longer, r#""\u00e4""#];
        refused("sub", &odd, Code::ClaimInvalid, "sub");
        let long = format!(r#""{}""#, "\u{e9}".repeat(128));
        refused("sub", &[&*long], Code::ClaimInvalid, "sub");
    }

    const SHAKE256_OF_AT: &str =
        "17v4Z8kSooWdC06z7Zll5SuO-4R2XSdJ0HxDJ87zyLiop9YEBPpnJTFGIA__j9kUxK6itsJyVZ2P";

    #[test]
    fn idt_23_and_25_at_hash_is_of_the_hash_of_the_tokens_own_algorithm() {
        let half = |hash: &'static digest::Algorithm| {
            let whole = digest::digest(hash, b"at");
            let (half, _) = whole.as_ref().split_at(whole.as_ref().len() / 2);
            format!(r#""{}""#, base64url::write(half))
        };
        let [sha256, sha384, sha512] =
            [&digest::SHA256, &digest::SHA384, &digest::SHA512].map(half);
        // `hashlib.shake_256(b"at").digest(114)[:57]` of Python.
        let shake256 = format!(r#""{SHAKE256_OF_AT}""#);
        let halves = [sha256, sha384, sha512, shake256];
        for alg in alg::ALL {
            let own = match alg.name {
                "RS256" | "PS256" | "ES256" | "ES256K" => 0,
                "RS384" | "PS384" | "ES384" => 1,
                "Ed448" => 3,
                _ => 2,
            };
            for (place, at_hash) in halves.iter().enumerate() {
                let verdict = check(claims(alg.name, "at_hash", at_hash), &expected(), NOW);
                assert_eq!(verdict.is_ok(), place == own, "{} {at_hash}", alg.name);
            }
        }
        let whole = base64url::write(digest::digest(&digest::SHA256, b"at").as_ref());
        let whole = format!(r#""{whole}""#);
        let short = halves.first().unwrap().replacen(char::is_alphanumeric, "", 1);
        let odd = [&*whole, &*short, r#""""#, "null", "5", "[]"];
        refused("at_hash", &odd, Code::AtHashMismatch, "");
    }

    #[test]
    fn a2_a_token_that_states_another_kind_is_no_id_token() {
        for (name, values) in [
            ("token_use", [r#""access""#, r#""refresh_token""#, r#""Access_Token""#]),
            ("typ", [r#""Bearer""#, r#""Refresh""#, r#""Logout""#]),
        ] {
            refused(name, &values, Code::TypForbidden, "");
        }
        for (name, value) in [("token_use", r#""id""#), ("typ", r#""ID""#), ("typ", r#""JWT""#)] {
            assert!(verdict_of(name, value).is_ok(), "{name} {value}");
        }
    }

    #[test]
    fn idt_27_what_tells_of_an_event_is_a_logout_token_and_no_id_token() {
        let logout = r#"{"http://schemas.openid.net/event/backchannel-logout":{}}"#;
        refused("events", &[logout, "{}", "null", "[]", "1"], Code::ClaimInvalid, "events");
        for nonce in [Nonce::None, Nonce::Any] {
            let verdict = verdict_where(|expected| expected.nonce = nonce, "events", logout);
            assert_eq!(verdict, Err((Code::ClaimInvalid, "events")));
        }
    }

    #[test]
    fn idt_27_a_jwt_of_another_kind_is_no_id_token() {
        for typ in [None, Some("JWT"), Some("jwt")] {
            assert!(allows_typ(typ), "{typ:?}");
        }
        for typ in [
            "at+jwt",
            "application/at+jwt",
            "logout+jwt",
            "dpop+jwt",
            "secevent+jwt",
            "token-introspection+jwt",
            "oauth-authz-req+jwt",
            "JWT ",
            "JOSE",
            "",
        ] {
            assert!(!allows_typ(Some(typ)), "{typ}");
        }
    }
}
