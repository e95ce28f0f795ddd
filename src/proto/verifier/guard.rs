//! A request at an API's guard: its credentials, and the response if it is refused (RFC 6750, RFC
//! 9470, RFC 9728).
//!
//! [`read`] finds the token, the verifier verifies it, [`check_claims`] compares its claims with the
//! requirements of the route, and [`refuse`] builds the response with its challenge.

use super::config::VerifierConfig;
use super::cors::{self, Headers, Preflight};
use crate::proto::effect::UnixTime;
use crate::proto::error::{At, Blame, Code, Error};
use crate::proto::oidc::bearer_challenge::Challenge;
use crate::proto::oidc::{
    access_token, bearer_token, protected_resource, registered_claims, replay,
};
use crate::proto::settings::{self, Kind, Setting};
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::text::{url, words};
use alloc::{borrow::ToOwned, string::String};

/// `Retry-After` while keys are unavailable, in seconds.
const RETRY_AFTER_SECONDS: &str = "5";

/// The members of the requirements.
pub const REQUIREMENTS: &[Setting] = &[
    Setting { name: At::Scope, kind: Kind::Words, required: false },
    Setting { name: At::AcrValues, kind: Kind::Words, required: false },
    Setting { name: At::MaxAge, kind: Kind::Number, required: false },
];

/// The settings of a verifier that the guard uses.
#[derive(Clone, Copy)]
pub struct Guard<'a> {
    /// The names of this API: a string or a list of strings.
    pub audiences: &'a Json,
    /// The accepted issuers.
    pub issuers: &'a [String],
    /// The origins of the pages that may read the responses, if the verifier has `cors`.
    pub origins: Option<&'a Json>,
    /// More metadata of the API (RFC 9728, section 2), if the app sets it.
    pub resource_metadata: Option<&'a Json>,
    /// The clock tolerance, in seconds.
    pub tolerance: u64,
}

/// The parts of a request that the guard reads. Absent headers are empty.
#[derive(Clone, Copy, Debug)]
pub struct ApiRequest<'a> {
    /// The method.
    pub method: &'a str,
    /// The absolute URL.
    pub url: &'a str,
    /// `Authorization`; several headers are joined by commas, as the Fetch standard does.
    pub authorization: &'a str,
    /// `Origin`.
    pub origin: &'a str,
    /// The headers of a CORS preflight; the method is empty in any other request.
    pub preflight: Preflight<'a>,
    /// The body, if it is a form; else empty.
    pub form: &'a str,
}

/// The requirements of a route.
#[derive(Clone, Debug, Default)]
pub struct Requirements {
    scope: String,
    acr_values: String,
    max_age: Option<u64>,
}

/// An HTTP response, and the failure behind it.
#[derive(Clone, Debug)]
pub struct GuardResponse {
    /// The status.
    pub status: u16,
    /// Names and values.
    pub headers: Headers,
    /// The body: JSON text, or empty.
    pub body: String,
    /// The failure; `None` if the response is no refusal.
    pub failure: Option<Error>,
}

impl<'a> Guard<'a> {
    /// The settings that the guard uses.
    #[must_use]
    pub fn of(verifier: &'a VerifierConfig) -> Self {
        Self {
            audiences: verifier.audiences(),
            issuers: &verifier.issuers,
            origins: verifier.origins(),
            resource_metadata: verifier.setting(At::ResourceMetadata),
            tolerance: verifier.tolerance,
        }
    }

    /// The resource identifier of this API, if it has metadata.
    fn resource(&self) -> Option<&'a str> {
        self.resource_metadata.and_then(|_| protected_resource::find(self.audiences))
    }

    fn realm(&self) -> &'a str {
        let first = self.audiences.list().and_then(<[Json]>::first).unwrap_or(self.audiences);
        first.text().unwrap_or_default()
    }

    /// The headers of every response to this origin, the app's own responses included.
    #[must_use]
    pub fn headers(&self, origin: &str) -> Headers {
        self.origins.map(|origins| cors::headers(origins, origin)).unwrap_or_default()
    }
}

impl Requirements {
    /// Reads the JSON text of requirements; an empty text requires nothing.
    ///
    /// # Errors
    /// `OIDC_EXPECTED_INVALID` with the member's name (wrong type, or empty), or without one (an
    /// unknown member).
    pub fn read(text: &str) -> Result<Self, Error> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let json = json::read_object(text.as_bytes()).map_err(|_| Code::ExpectedInvalid)?;
        settings::check(&json, REQUIREMENTS).map_err(|at| Error::at(Code::ExpectedInvalid, at))?;
        let joined = |name| json.member(name).map(Json::joined).unwrap_or_default();
        let max_age = json.member("maxAge").and_then(Json::seconds);
        Ok(Self { scope: joined("scope"), acr_values: joined("acrValues"), max_age })
    }
}

/// Reads the one token of a request, from its header only (RFC 6750, section 2.1).
///
/// # Errors
/// The response, if there is no token to verify: to a preflight, to a request for the metadata of
/// this resource, or a refusal with `OIDC_CREDENTIAL_MISSING` or `OIDC_CREDENTIAL_INVALID`.
pub fn read<'a>(
    guard: &Guard<'_>,
    request: &ApiRequest<'a>,
    requirements: &Requirements,
) -> Result<&'a str, GuardResponse> {
    if let Some(response) = preflight(guard, request).or_else(|| metadata(guard, request)) {
        return Err(response);
    }
    let refused = |code: Code| refuse(guard, request.origin, requirements, code.into(), "");
    if bearer_token::is_in_query(request.url) || bearer_token::is_in_form(request.form) {
        return Err(refused(Code::CredentialInvalid));
    }
    bearer_token::read(request.authorization).map_err(refused)
}

/// Compares verified claims with the requirements of the route.
///
/// # Errors
/// The refusal: `OIDC_AUTH_TIME_TOO_OLD`, `OIDC_ACR_MISMATCH`, `OIDC_TOKEN_SCOPE_MISSING`.
pub fn check_claims(
    guard: &Guard<'_>,
    origin: &str,
    requirements: &Requirements,
    claims: &Json,
    now: UnixTime,
) -> Result<(), GuardResponse> {
    check_requirements(guard, requirements, claims, now)
        .map_err(|error| refuse(guard, origin, requirements, error, ""))
}

/// A missing scope is reported first, because a stronger sign-in would not add it.
fn check_requirements(
    guard: &Guard<'_>,
    requirements: &Requirements,
    claims: &Json,
    now: UnixTime,
) -> Result<(), Error> {
    if !words(&requirements.scope).all(|word| access_token::has_scope(claims, word)) {
        return Err(Error::at(Code::TokenScopeMissing, At::Scope));
    }
    // Without `auth_time` the age of the sign-in is unknown: the user must sign in again.
    registered_claims::check_auth_time(claims, requirements.max_age, guard.tolerance, now)
        .map_err(|_| Code::AuthTimeTooOld)?;
    registered_claims::check_acr(claims, &requirements.acr_values).map(|_| ())
}

/// The unique id of a token that may pass once, and for how many seconds its hash must be
/// stored.
///
/// # Errors
/// Those of [`replay::key`].
pub fn replay_key(
    verifier: &VerifierConfig,
    claims: &Json,
    now: UnixTime,
) -> Result<(String, u64), Error> {
    replay::key(claims, verifier.tolerance, now)
}

/// The refusal for a failure: 401, 403 or 400 with its challenge if the request is at fault; 503 if
/// the provider is unreachable, so that the user does not sign in again; 500 for an error of this
/// server. `description` gives a developer more detail than `error`, or is empty.
#[must_use]
pub fn refuse(
    guard: &Guard<'_>,
    origin: &str,
    requirements: &Requirements,
    failure: Error,
    description: &str,
) -> GuardResponse {
    let (status, error) = classify(failure.code);
    let mut response = GuardResponse::new(guard, origin, status);
    response.failure = Some(failure);
    if status == 503 {
        response.headers.push(("retry-after", RETRY_AFTER_SECONDS.to_owned()));
    }
    if status < 500 {
        let challenge = challenge(guard, requirements, error, description);
        response.headers.push(("www-authenticate", challenge));
    }
    if !error.is_empty() {
        let more = Some(description).filter(|text| !text.is_empty());
        let body =
            Writer::new().text("error", error).optional_text("error_description", more).finish();
        response.json(body);
    }
    response
}

fn challenge(
    guard: &Guard<'_>,
    requirements: &Requirements,
    error: &str,
    description: &str,
) -> String {
    let is_step_up = error == STEP_UP;
    let resource_metadata = guard.resource().and_then(protected_resource::address);
    Challenge {
        realm: guard.realm(),
        error,
        description,
        scope: if is_step_up { "" } else { &requirements.scope },
        acr_values: if is_step_up { &requirements.acr_values } else { "" },
        max_age: requirements.max_age.filter(|_| is_step_up),
        resource_metadata: resource_metadata.as_deref().unwrap_or_default(),
    }
    .write()
}

const STEP_UP: &str = "insufficient_user_authentication";

/// The status of a failure and its `error`. A request without a token gets no `error`.
const fn classify(code: Code) -> (u16, &'static str) {
    match code {
        Code::CredentialMissing => (401, ""),
        Code::CredentialInvalid => (400, "invalid_request"),
        Code::TokenScopeMissing | Code::TokenClaimMissing => (403, "insufficient_scope"),
        Code::AuthTimeTooOld | Code::AcrMismatch => (401, STEP_UP),
        Code::NetworkFailed
        | Code::NetworkTimeout
        | Code::ResponseRedirected
        | Code::ResponseTooLarge
        | Code::ResponseEmpty
        | Code::ResponseNotJson
        | Code::ResponseStatus
        | Code::ProviderUnavailable
        | Code::MetadataInvalid
        | Code::MetadataInsecure
        | Code::MetadataIssuerMismatch
        | Code::KeysInvalid
        | Code::KeysUnavailable
        | Code::SignatureMissing
        | Code::ReplayUnavailable => (503, "temporarily_unavailable"),
        // Another token would not help.
        Code::Aborted => (503, "temporarily_unavailable"),
        _ if matches!(code.blame(), Blame::User | Blame::Provider) => (401, "invalid_token"),
        _ => (500, "server_error"),
    }
}

fn preflight(guard: &Guard<'_>, request: &ApiRequest<'_>) -> Option<GuardResponse> {
    let origins = guard.origins?;
    if request.method != "OPTIONS"
        || request.origin.is_empty()
        || request.preflight.method.is_empty()
    {
        return None;
    }
    let (allowed, headers) = cors::preflight(origins, request.origin, request.preflight);
    Some(GuardResponse::with(headers, if allowed { 204 } else { 403 }))
}

fn metadata(guard: &Guard<'_>, request: &ApiRequest<'_>) -> Option<GuardResponse> {
    let resource = guard.resource()?;
    let address = protected_resource::address(resource)?;
    let (requested, metadata) = (url::read(request.url).ok()?, url::read(&address).ok()?);
    // The path alone: behind a proxy the request's origin is not the public one.
    if request.method != "GET" || requested.path != metadata.path {
        return None;
    }
    let mut response = GuardResponse::new(guard, request.origin, 200);
    let body = protected_resource::write(resource, guard.issuers, guard.resource_metadata?);
    response.json(body);
    Some(response)
}

impl GuardResponse {
    fn new(guard: &Guard<'_>, origin: &str, status: u16) -> Self {
        Self::with(guard.headers(origin), status)
    }

    fn with(mut headers: Headers, status: u16) -> Self {
        headers.push(("cache-control", "no-store".to_owned()));
        Self { status, headers, body: String::new(), failure: None }
    }

    fn json(&mut self, body: String) {
        self.body = body;
        self.headers.push(("content-type", "application/json".to_owned()));
    }
}

redact_debug! { Guard<'a> }

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use alloc::format;

    const APP: &str = "https://app.example";
    const NOW: UnixTime = UnixTime(1_700_000_000);

    fn settings() -> VerifierConfig {
        let text = r#"{"issuer":"https://op.example","audience":["https://api.example/v1","spa"],
            "cors":{"origins":["https://app.example"]},"resourceMetadata":{"resource_name":"I"}}"#;
        VerifierConfig::read(text).unwrap()
    }

    fn api_request<'a>(method: &'a str, url: &'a str, authorization: &'a str) -> ApiRequest<'a> {
        let preflight = Preflight { method: "", headers: "" };
        ApiRequest { method, url, authorization, origin: APP, preflight, form: "" }
    }

    fn reading(request: &ApiRequest<'_>) -> Result<String, GuardResponse> {
        let settings = settings();
        let requirements = Requirements::read(r#"{"scope":["read","write"]}"#).unwrap();
        read(&Guard::of(&settings), request, &requirements).map(ToOwned::to_owned)
    }

    fn get(authorization: &str) -> Result<String, GuardResponse> {
        reading(&api_request("GET", "https://api.example/v1/inbox?x=1", authorization))
    }

    fn checked(requirements: &str, claims: &str) -> Result<(), GuardResponse> {
        let (settings, requirements) = (settings(), Requirements::read(requirements).unwrap());
        let claims = json::read(claims.as_bytes()).unwrap();
        check_claims(&Guard::of(&settings), APP, &requirements, &claims, NOW)
    }

    fn header<'a>(answer: &'a GuardResponse, name: &str) -> &'a str {
        let found: alloc::vec::Vec<&str> =
            answer.headers.iter().filter(|pair| pair.0 == name).map(|pair| &*pair.1).collect();
        assert!(found.len() < 2, "{name} is there twice");
        found.first().copied().unwrap_or_default()
    }

    const REALM: &str = r#"Bearer realm="https://api.example/v1""#;
    const METADATA: &str =
        r#", resource_metadata="https://api.example/.well-known/oauth-protected-resource/v1""#;

    #[test]
    fn atj_06_the_scheme_of_a_token_is_case_insensitive() {
        for scheme in ["Bearer ", "bearer ", "BEARER   "] {
            assert_eq!(get(&format!("{scheme}a-._~+/Z9==")).unwrap(), "a-._~+/Z9==");
        }
    }

    #[test]
    fn atj_06_more_than_one_credential_is_a_bad_request() {
        for authorization in [
            "Bearer a, Bearer b",
            "Bearer a,Bearer b",
            "Bearer a b",
            "Bearer",
            "Bearer ",
            "Bearer =",
            "Bearer a=b",
            "Bearer \u{e9}",
        ] {
            let answer = get(authorization).unwrap_err();
            assert_eq!(answer.status, 400, "{authorization}");
            assert_eq!(answer.failure.unwrap().code, Code::CredentialInvalid);
            assert!(header(&answer, "www-authenticate").contains(r#"error="invalid_request""#));
        }
        for query in ["access_token=a", "x&access%5Ftoken=a", "%zz=1&access_token", "a=b#c"] {
            let url = format!("https://api.example/v1?{query}");
            let answer = reading(&api_request("GET", &url, "Bearer a"));
            assert_eq!(answer.is_ok(), query == "a=b#c", "{query}");
        }
        let form = ApiRequest {
            form: "x=1&access_token=a",
            ..api_request("POST", "https://api.example", "")
        };
        assert_eq!(reading(&form).unwrap_err().status, 400);
    }

    #[test]
    fn atj_09_without_a_token_the_challenge_names_no_error() {
        for authorization in ["", "Basic YTpi", "Bearerx a", "DPoP a"] {
            let answer = get(authorization).unwrap_err();
            assert_eq!((answer.status, &*answer.body), (401, ""), "{authorization}");
            let expected = [REALM, r#", scope="read write""#, METADATA].concat();
            assert_eq!(header(&answer, "www-authenticate"), expected);
            assert_eq!(header(&answer, "cache-control"), "no-store");
            assert_eq!(header(&answer, "access-control-allow-origin"), APP);
        }
    }

    #[test]
    fn atj_09_a_refusal_has_the_status_of_its_kind() {
        let settings = settings();
        for (code, status, error) in [
            (Code::SignatureInvalid, 401, "invalid_token"),
            (Code::TokenExpired, 401, "invalid_token"),
            (Code::KeyNotFound, 401, "invalid_token"),
            (Code::ProofMissing, 401, "invalid_token"),
            (Code::TokenScopeMissing, 403, "insufficient_scope"),
            (Code::CredentialInvalid, 400, "invalid_request"),
            (Code::NetworkFailed, 503, "temporarily_unavailable"),
            (Code::ProviderUnavailable, 503, "temporarily_unavailable"),
            (Code::KeysInvalid, 503, "temporarily_unavailable"),
            (Code::ConfigInvalid, 500, "server_error"),
            (Code::AlgUnsupported, 500, "server_error"),
            (Code::InsecureContext, 500, "server_error"),
            (Code::Internal, 500, "server_error"),
        ] {
            let answer =
                refuse(&Guard::of(&settings), "", &Requirements::default(), code.into(), "why");
            assert_eq!(answer.status, status, "{code:?}");
            assert!(answer.body.contains(error) && answer.body.contains("why"), "{code:?}");
            let challenged = !header(&answer, "www-authenticate").is_empty();
            assert_eq!(challenged, status < 500, "{code:?}");
            assert_eq!(header(&answer, "retry-after").is_empty(), status != 503, "{code:?}");
            assert_eq!(header(&answer, "cache-control"), "no-store");
            assert_eq!(header(&answer, "access-control-allow-origin"), "");
            assert_eq!(header(&answer, "vary"), "Origin");
        }
    }

    #[test]
    fn atj_09_no_new_sign_in_if_the_token_is_not_at_fault() {
        let settings = settings();
        for code in Code::ALL {
            let answer =
                refuse(&Guard::of(&settings), "", &Requirements::default(), (*code).into(), "");
            let is_token = matches!(code.blame(), Blame::User | Blame::Provider);
            let is_need = matches!(code, Code::TokenScopeMissing | Code::TokenClaimMissing);
            assert!(answer.status >= 500 || is_token || is_need, "{code:?}");
        }
    }

    #[test]
    fn atj_09_a_missing_scope_is_named() {
        assert!(checked(r#"{"scope":"read"}"#, r#"{"scope":"write read"}"#).is_ok());
        assert!(checked("", "{}").is_ok());
        let answer =
            checked(r#"{"scope":"read write"}"#, r#"{"scope":"readx write"}"#).unwrap_err();
        assert_eq!(answer.status, 403);
        let challenge = header(&answer, "www-authenticate");
        assert!(challenge.contains(r#"error="insufficient_scope""#), "{challenge}");
        assert!(challenge.contains(r#"scope="read write""#), "{challenge}");
    }

    #[test]
    fn atj_10_a_weak_or_old_sign_in_is_asked_to_step_up() {
        let requirements = r#"{"acrValues":["gold","silver"],"maxAge":60}"#;
        assert!(checked(requirements, r#"{"acr":"silver","auth_time":1699999910}"#).is_ok());
        for (claims, code) in [
            (r#"{"acr":"gold","auth_time":1699999909}"#, Code::AuthTimeTooOld),
            (r#"{"acr":"gold"}"#, Code::AuthTimeTooOld),
            (r#"{"acr":"gold","auth_time":"1700000000"}"#, Code::AuthTimeTooOld),
            (r#"{"acr":"bronze","auth_time":1700000000}"#, Code::AcrMismatch),
            (r#"{"acr":"gold silver","auth_time":1700000000}"#, Code::AcrMismatch),
            (r#"{"auth_time":1700000000}"#, Code::AcrMismatch),
        ] {
            let answer = checked(requirements, claims).unwrap_err();
            assert_eq!((answer.status, answer.failure.unwrap().code), (401, code), "{claims}");
            let expected = format!(
                "{REALM}, error=\"insufficient_user_authentication\", \
                 acr_values=\"gold silver\", max_age=\"60\"{METADATA}"
            );
            assert_eq!(header(&answer, "www-authenticate"), expected, "{claims}");
        }
    }

    #[test]
    fn requirements_of_the_wrong_shape_are_refused() {
        for (requirements, at) in [
            (r#"{"scope":1}"#, "scope"),
            (r#"{"scope":""}"#, "scope"),
            (r#"{"scope":" "}"#, "scope"),
            (r#"{"scope":[]}"#, "scope"),
            (r#"{"scope":["read",""]}"#, "scope"),
            (r#"{"scope":null}"#, "scope"),
            (r#"{"maxAge":"60"}"#, "maxAge"),
            (r#"{"maxAge":null}"#, "maxAge"),
            (r#"{"acrValues":[1]}"#, "acrValues"),
            (r#"{"acrValues":[]}"#, "acrValues"),
            (r#"{"scope":"read","scopes":["admin"]}"#, ""),
            (r#"{"maxage":5}"#, ""),
            (r#"{"acr_values":"gold"}"#, ""),
            ("[]", ""),
            ("null", ""),
            ("x", ""),
        ] {
            let error = Requirements::read(requirements).unwrap_err();
            assert_eq!(
                (error.code, error.at.text()),
                (Code::ExpectedInvalid, at),
                "{requirements}"
            );
        }
        assert!(Requirements::read("{}").is_ok(), "any valid token is enough");
    }

    #[test]
    fn a_preflight_is_answered_without_a_token() {
        let preflight = Preflight { method: "GET", headers: "authorization" };
        let ask = |origin| {
            reading(&ApiRequest {
                preflight,
                origin,
                ..api_request("OPTIONS", "https://api.example/", "")
            })
            .unwrap_err()
        };
        let answer = ask(APP);
        assert_eq!((answer.status, answer.failure), (204, None));
        assert_eq!(header(&answer, "access-control-allow-headers"), "authorization");
        assert_eq!(header(&answer, "vary"), "Origin");
        assert_eq!(ask("https://evil.example").status, 403);
        // Without the CORS header it is an ordinary request.
        assert_eq!(
            reading(&api_request("OPTIONS", "https://api.example/", "")).unwrap_err().status,
            401
        );
    }

    #[test]
    fn the_metadata_of_the_resource_is_public() {
        let path = "/.well-known/oauth-protected-resource/v1";
        let answer =
            reading(&api_request("GET", &format!("http://inside:1{path}"), "")).unwrap_err();
        assert_eq!((answer.status, answer.failure), (200, None));
        assert!(answer.body.contains(r#""resource":"https://api.example/v1""#), "{}", answer.body);
        assert!(answer.body.contains(r#""authorization_servers":["https://op.example"]"#));
        assert_eq!(header(&answer, "content-type"), "application/json");
        let post = reading(&api_request("POST", &format!("https://api.example{path}"), ""));
        assert_eq!(post.unwrap_err().status, 401);
    }

    #[test]
    fn without_cors_and_metadata_there_are_no_headers_for_them() {
        let text = r#"{"issuer":"https://op.example","audience":"https://api.example"}"#;
        let settings = VerifierConfig::read(text).unwrap();
        let guard = Guard::of(&settings);
        let answer =
            read(&guard, &api_request("GET", "https://api.example", ""), &Requirements::default());
        let expected = [
            ("cache-control", "no-store".into()),
            ("www-authenticate", r#"Bearer realm="https://api.example""#.into()),
        ];
        assert_eq!(answer.unwrap_err().headers, expected);
    }
}
