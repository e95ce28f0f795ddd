//! Token introspection (RFC 7662), with a plain response or a signed one (RFC 9701).

use super::registered_claims::{self, invalid};
use super::{access_token, token};
use crate::proto::client::auth;
use crate::proto::effect::{Request, UnixTime};
use crate::proto::error::{At, Code, Error};
use crate::proto::text::form;
use crate::proto::text::json::Json;
use alloc::string::String;

/// A query and its sender.
#[derive(Clone, Copy)]
pub struct IntrospectionRequest<'a> {
    /// The endpoint.
    pub endpoint: &'a str,
    /// `client_id` of this API at the provider.
    pub client_id: &'a str,
    /// `client_secret` of this API.
    pub client_secret: &'a str,
    /// Whether the secret is sent in the form (`client_secret_post`) instead of the header.
    pub post: bool,
    /// Whether a signed response is requested.
    pub signed: bool,
    /// The token.
    pub token: &'a str,
}

/// A check of `iss`; the second text is `tid`.
pub type IssuerCheck<'a> = dyn Fn(&str, Option<&str>) -> Result<(), Error> + 'a;

/// The expectations for an active token.
#[derive(Clone, Copy)]
pub struct Expected<'a> {
    /// Checks `iss`, if it is there.
    pub check_issuer: &'a IssuerCheck<'a>,
    /// The names of which `aud` must have one: a string or a list of strings.
    pub audiences: &'a Json,
    /// The clock tolerance, in seconds.
    pub tolerance: u64,
    /// The names of the required members: a list of strings. `aud` is required too, unless the list
    /// is there and empty.
    pub required: &'a Json,
    /// The only clients whose tokens are accepted, if they are listed.
    pub authorized_parties: Option<&'a Json>,
}

/// Writes the request: the token and the secret are in the body or a header, never in the address.
#[must_use]
pub fn request(ask: &IntrospectionRequest<'_>) -> Request {
    let mut form = String::new();
    form::add(&mut form, "token", ask.token);
    form::add(&mut form, "token_type_hint", "access_token");
    if ask.post {
        form::add(&mut form, "client_id", ask.client_id);
        form::add(&mut form, "client_secret", ask.client_secret);
    }
    let mut request = token::post(ask.endpoint, form);
    if !ask.post {
        request.authorization = Some(auth::basic(ask.client_id, ask.client_secret));
    }
    if ask.signed {
        request.headers = SIGNED_HEADERS;
    }
    request
}

const SIGNED_HEADERS: &[(&str, &str)] = &[
    ("content-type", "application/x-www-form-urlencoded"),
    ("accept", "application/token-introspection+jwt"),
];

/// The content type of a signed response (RFC 9701, section 5).
pub const SIGNED: &str = "application/token-introspection+jwt";

/// The accepted values of a signed response's `typ` (RFC 9701, section 5).
#[must_use]
pub fn allows_typ(typ: Option<&str>) -> bool {
    typ.is_some_and(|typ| {
        typ.eq_ignore_ascii_case("token-introspection+jwt") || typ.eq_ignore_ascii_case(SIGNED)
    })
}

/// The members of a signed response, whose signature, `iss`, `aud` and `typ` are already checked.
///
/// # Errors
/// `OIDC_CLAIM_INVALID` if `token_introspection` is not an object, or `iat` is missing.
pub fn token_introspection(claims: &Json) -> Result<&Json, Error> {
    registered_claims::time(claims, At::Iat)?.ok_or(invalid(At::Iat))?;
    let token_introspection = claims.member("token_introspection");
    token_introspection
        .filter(|json| matches!(json, Json::Object(_)))
        .ok_or(invalid(At::TokenIntrospection))
}

/// The members that an app can require.
const REQUIRABLE: &[At] =
    &[At::Scope, At::Iss, At::Aud, At::ClientIdClaim, At::Exp, At::Iat, At::Sub, At::Jti];

/// Checks the values of the settings. A misspelt requirement would be none.
///
/// # Errors
/// The setting with an unknown value.
pub fn check_settings(settings: &Json) -> Result<(), At> {
    if !settings.text_of(At::AuthMethod.text()).is_none_or(|method| auth::is_known(method)) {
        return Err(At::AuthMethod);
    }
    let required = settings.member(At::Required.text()).and_then(Json::list);
    for name in required.unwrap_or_default() {
        if !REQUIRABLE.iter().any(|known| name.text() == Some(known.text())) {
            return Err(At::Required);
        }
    }
    Ok(())
}

/// Checks the members: only `active` with the value `true` is active, and the other members must be
/// valid (RFC 7662, sections 2.2 and 4).
///
/// # Errors
/// `OIDC_TOKEN_INACTIVE`, those of `check_issuer` and of [`access_token::check`].
pub fn check(members: &Json, expected: &Expected<'_>, now: UnixTime) -> Result<(), Error> {
    if members.member("active").and_then(Json::bool) != Some(true) {
        return Err(Code::TokenInactive.into());
    }
    let is_needed = |name: At| expected.required.has(name.text());
    for &name in REQUIRABLE {
        if is_needed(name) && members.member(name.text()).is_none() {
            return Err(invalid(name));
        }
    }
    if let Some(iss) = registered_claims::text(members, At::Iss)? {
        (expected.check_issuer)(iss, members.member("tid").and_then(Json::text))?;
    }
    // Hydra writes an empty list where a token is for no API.
    let is_list = |list: &Json| list.list().is_some_and(<[Json]>::is_empty);
    match members.member("aud").filter(|aud| !is_list(aud)) {
        None if is_list(expected.required) => {}
        None => return Err(invalid(At::Aud)),
        Some(_) => access_token::check_aud(members, expected.audiences)?,
    }
    access_token::check_party(members, expected.authorized_parties)?;
    for name in [At::ClientIdClaim, At::Sub, At::TokenType] {
        registered_claims::text(members, name)?;
    }
    if members.member("exp").is_some() {
        registered_claims::check_exp(members, expected.tolerance, now)?;
    }
    registered_claims::check_nbf(members, expected.tolerance, now)?;
    registered_claims::check_iat(members, expected.tolerance, now)?;
    let token_type = members.member("token_type").and_then(Json::text).unwrap_or_default();
    let is = |name: &&str| token_type.eq_ignore_ascii_case(name);
    // Some issuers answer with the name of the kind.
    if !["", "Bearer", "access_token"].iter().any(is) {
        let is_bound = ["DPoP", "PoP", "MAC"].iter().any(is);
        let code = if is_bound { Code::ProofMissing } else { Code::AccessTokenExpected };
        return Err(Error::at(code, At::TokenType));
    }
    access_token::check_stated_kind(members)?;
    access_token::check_cnf(members, None)
}

/// Until when a response may be cached: the token's expiry, or so many seconds.
#[must_use]
pub fn until(members: &Json, keep: u64, now: UnixTime) -> UnixTime {
    let latest = now.plus(keep);
    let exp = members.member("exp").and_then(Json::seconds).map(UnixTime);
    exp.filter(|exp| *exp < latest).unwrap_or(latest)
}

redact_debug! { IntrospectionRequest<'a> }

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;

    const NOW: UnixTime = UnixTime(1_700_000_000);

    fn verdict_with(members: &str, required: &str) -> Result<(), (Code, &'static str)> {
        let members = json::read(members.as_bytes()).unwrap();
        let required = json::read(required.as_bytes()).unwrap();
        let audiences = json::read(br#""urn:api""#).unwrap();
        let check_issuer = |iss: &str, _: Option<&str>| match iss {
            "https://op.example" => Ok(()),
            _ => Err(Code::IssuerMismatch.into()),
        };
        let expected = Expected {
            check_issuer: &check_issuer,
            audiences: &audiences,
            tolerance: 30,
            required: &required,
            authorized_parties: None,
        };
        check(&members, &expected, NOW).map_err(|error| (error.code, error.at.text()))
    }

    fn verdict_of(members: &str) -> Result<(), (Code, &'static str)> {
        verdict_with(&["{\"active\":true", members, "}"].concat(), "[]")
    }

    #[test]
    fn uin_08_only_true_is_active() {
        assert_eq!(verdict_of(""), Ok(()));
        for members in [
            "{}",
            r#"{"active":"true"}"#,
            r#"{"active":1}"#,
            r#"{"active":false,"sub":"alice"}"#,
            r#"{"active":null}"#,
            r#"{"active":[true]}"#,
            r#"{"Active":true}"#,
        ] {
            assert_eq!(verdict_with(members, "[]"), Err((Code::TokenInactive, "")), "{members}");
        }
    }

    #[test]
    fn uin_09_every_member_must_be_valid() {
        for (members, verdict) in [
            (r#","iss":"https://op.example","aud":["x","urn:api"],"exp":1700000001"#, Ok(())),
            (r#","token_type":"bearer","nbf":1700000000,"client_id":"c""#, Ok(())),
            (r#","iss":"https://evil.example""#, Err((Code::IssuerMismatch, ""))),
            (r#","iss":1"#, Err((Code::ClaimInvalid, "iss"))),
            (r#","aud":"urn:other""#, Err((Code::AudienceMismatch, ""))),
            (r#","aud":null"#, Err((Code::ClaimInvalid, "aud"))),
            (r#","exp":1699999970"#, Err((Code::TokenExpired, ""))),
            (r#","exp":"1700000001""#, Err((Code::ClaimInvalid, "exp"))),
            (r#","nbf":1700000031"#, Err((Code::TokenNotYetValid, ""))),
            (r#","iat":1700000031"#, Err((Code::IssuedInFuture, ""))),
            (r#","client_id":5"#, Err((Code::ClaimInvalid, "client_id"))),
            (r#","sub":5"#, Err((Code::ClaimInvalid, "sub"))),
            (r#","token_type":"DPoP""#, Err((Code::ProofMissing, "token_type"))),
            (r#","cnf":{"jkt":"k"}"#, Err((Code::ProofMissing, "cnf"))),
        ] {
            assert_eq!(verdict_of(members), verdict, "{members}");
        }
    }

    #[test]
    fn uin_09_what_is_required_must_be_there() {
        for name in ["iss", "aud", "client_id", "exp", "sub", "scope"] {
            let required = ["[\"", name, "\"]"].concat();
            let verdict = verdict_with(r#"{"active":true}"#, &required);
            assert_eq!(verdict, Err((Code::ClaimInvalid, name)), "{name}");
        }
    }

    #[test]
    fn uin_09_a_token_for_no_named_api_is_refused_unless_nothing_is_required() {
        for aud in ["", r#","aud":[]"#] {
            let members = ["{\"active\":true", aud, "}"].concat();
            for required in ["null", r#"["exp"]"#] {
                let members = members.replace("true", r#"true,"exp":1700000001"#);
                let verdict = verdict_with(&members, required);
                assert_eq!(verdict, Err((Code::ClaimInvalid, "aud")), "{aud} {required}");
            }
            assert_eq!(verdict_with(&members, "[]"), Ok(()), "{aud}");
        }
        let other = r#"{"active":true,"aud":"urn:other"}"#;
        assert_eq!(verdict_with(other, "[]"), Err((Code::AudienceMismatch, "")));
    }

    #[test]
    fn uin_09_an_answer_about_another_kind_of_token_is_refused() {
        for kind in [
            r#""token_use":"refresh_token""#,
            r#""token_use":"id""#,
            r#""token_use":["access_token"]"#,
            r#""typ":"ID""#,
            r#""typ":"Refresh""#,
            r#""typ":"Offline""#,
            r#""type":"refresh""#,
            r#""at_hash":"x""#,
            r#""c_hash":"x""#,
            r#""events":{}"#,
        ] {
            let verdict = verdict_of(&[",", kind].concat());
            assert_eq!(verdict, Err((Code::AccessTokenExpected, "")), "{kind}");
        }
        for kind in [
            r#""token_use":"access_token","token_type":"Bearer""#,
            r#""token_use":"access""#,
            r#""typ":"Bearer""#,
            r#""typ":"JWT","token_use":null"#,
            r#""token_type":"access_token""#,
            r#""token_type":"""#,
        ] {
            assert_eq!(verdict_of(&[",", kind].concat()), Ok(()), "{kind}");
        }
        for kind in ["refresh_token", "N_A", "id_token"] {
            let verdict = verdict_of(&[r#","token_type":""#, kind, "\""].concat());
            assert_eq!(verdict, Err((Code::AccessTokenExpected, "token_type")), "{kind}");
        }
    }

    #[test]
    fn uin_10_a_signed_answer_is_of_its_own_kind() {
        assert!(allows_typ(Some("token-introspection+jwt")));
        assert!(allows_typ(Some("application/Token-Introspection+JWT")));
        for typ in [None, Some("JWT"), Some("at+jwt"), Some("")] {
            assert!(!allows_typ(typ), "{typ:?}");
        }
        let read = |text: &str| json::read(text.as_bytes()).unwrap();
        let good = read(r#"{"iat":1,"token_introspection":{"active":true}}"#);
        assert_eq!(token_introspection(&good).unwrap().member("active"), Some(&Json::Bool(true)));
        for text in [
            r#"{"iat":1,"active":true}"#,
            r#"{"iat":1,"token_introspection":[]}"#,
            r#"{"token_introspection":{"active":true}}"#,
        ] {
            assert_eq!(
                token_introspection(&read(text)).unwrap_err().code,
                Code::ClaimInvalid,
                "{text}"
            );
        }
    }

    #[test]
    fn uin_11_an_answer_ends_with_its_token() {
        let end = |text: &str| until(&json::read(text.as_bytes()).unwrap(), 60, NOW).0;
        assert_eq!(end(r#"{"exp":1700000010}"#), 1_700_000_010);
        assert_eq!(end(r#"{"exp":1700000100}"#), 1_700_000_060);
        assert_eq!(end("{}"), 1_700_000_060);
    }

    #[test]
    fn uin_02_token_and_secret_are_never_in_the_address() {
        let ask = IntrospectionRequest {
            endpoint: "https://op.example/introspect",
            client_id: "api",
            client_secret: "s e",
            post: false,
            signed: true,
            token: "opaque+token",
        };
        let basic = request(&ask);
        assert_eq!((basic.method, &*basic.url), ("POST", ask.endpoint));
        assert_eq!(
            basic.body.as_deref(),
            Some("token=opaque%2Btoken&token_type_hint=access_token")
        );
        assert!(basic.authorization.unwrap().starts_with("Basic "));
        assert!(basic.headers.contains(&("accept", SIGNED)));
        let post = request(&IntrospectionRequest { post: true, signed: false, ..ask });
        assert!(post.body.unwrap().ends_with("&client_id=api&client_secret=s%20e"));
        assert!(post.authorization.is_none());
    }
}
