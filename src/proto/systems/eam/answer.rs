//! The answer: one ID token or one error, as the fields of a form that the browser posts to Entra.

use super::input::{now, part, text};
use super::settings::ATTEMPT_SECONDS;
use super::{control, hint, methods};
use crate::proto::error::{Blame, Code, Error};
use crate::proto::systems::fault::Fault;
use crate::proto::text::json::{Json, Writer};
use crate::proto::text::{base64url, concat};
use alloc::string::String;

/// How long the ID token of an answer is valid, in seconds. The browser posts it at once.
const LIFETIME: u64 = 300;
/// The errors that a provider answers with.
const ERRORS: [&str; 2] = ["access_denied", "temporarily_unavailable"];

/// `{settings, attempt, now}`: what the app sees of an attempt.
///
/// # Errors
/// `OIDC_ATTEMPT_UNKNOWN` if it is too old, or of another method; `OIDC_TENANT_FORBIDDEN`.
pub(in crate::proto::systems) fn pending(input: &Json) -> Result<String, Fault> {
    let attempt = part(input, "attempt")?;
    check_attempt(part(input, "settings")?, attempt, now(input))?;
    let (request, until) = (part(attempt, "request")?, attempt.seconds_or("until", 0));
    let mut out = Writer::new();
    out.json("claims", part(attempt, "claims")?);
    for name in ["acr", "methods", "controls", "requestId"] {
        if let Some(value) = request.member(name) {
            out.json(name, value);
        }
    }
    Ok(out.number("until", until).finish())
}

/// `{settings, attempt, outcome, kid, now}`: the answer to an attempt. For a success it has the text
/// to sign, for a failure the error.
///
/// # Errors
/// `OIDC_EXPECTED_INVALID` for an outcome that does not exist; `OIDC_ACR_MISMATCH` for a method that
/// was not requested; `OIDC_ATTEMPT_UNKNOWN`; `OIDC_TENANT_FORBIDDEN` if the tenant is not on the list any more.
pub(in crate::proto::systems) fn answer(input: &Json) -> Result<String, Fault> {
    let (settings, attempt, now) = (part(input, "settings")?, part(input, "attempt")?, now(input));
    let (outcome, request) =
        (input.member("outcome").unwrap_or(&Json::Null), part(attempt, "request")?);
    check_attempt(settings, attempt, now)?;
    let unknown = |name: &str, detail: &str| Fault::new(Code::ExpectedInvalid, name, detail);
    let [(name, value)] = outcome.members() else {
        return Err(unknown("outcome", "not exactly one member"));
    };
    let mut claims = Writer::new();
    claims
        .text("iss", text(settings, "issuer")?)
        .text("aud", text(settings, "clientId")?)
        .text("sub", text(part(attempt, "claims")?, "sub")?)
        .optional_text("nonce", request.member("nonce").and_then(Json::text))
        .number("iat", now)
        .number("exp", now.saturating_add(LIFETIME));
    let is_control = control::is_control(settings);
    match (name.as_str(), value.text()) {
        ("error", Some(error)) if ERRORS.contains(&error) => return Ok(failed(request, error)),
        ("amr", Some(method)) if !is_control && methods::is_method(method) => {
            let mismatch = || Fault::new(Code::AcrMismatch, "amr", method);
            let asked =
                request.member("methods").filter(|all| all.has(method)).ok_or_else(mismatch);
            let acr = methods::class_for(method, asked.and(part(request, "acr"))?)
                .ok_or_else(mismatch)?;
            claims.text("acr", acr).open("amr", '[').push(method).close(']');
        }
        ("done", _) if is_control && *value == Json::Bool(true) => {
            control::write_claims(&mut claims, request);
        }
        _ => return Err(unknown(name, "value not allowed")),
    }
    let mut header = Writer::new();
    header.text("typ", "JWT").text("alg", "RS256").text("kid", text(input, "kid")?);
    let parts = [header.finish(), claims.finish()].map(|part| base64url::write(part.as_bytes()));
    let [header, payload] = &parts;
    let mut out = Writer::new();
    out.text("input", &concat(&[header, ".", payload]));
    let extra: &[(&str, &str)] = if is_control { control::ANSWER } else { &[] };
    Ok(with_fields(&mut out, request, extra))
}

/// `{code, destination}`: the answer to a request that is refused with this code, given as its number. It has
/// `isTemporary`, and, if the request named a safe `destination`, the fields of the form.
pub(in crate::proto::systems) fn failure(input: &Json) -> Result<String, Fault> {
    let number = input.member("code").and_then(Json::seconds).unwrap_or(u64::MAX >> 8);
    let is_temporary = is_temporary(Error::of_number(number << 8).code);
    let mut out = Writer::new();
    out.bool("isTemporary", is_temporary);
    let error = if is_temporary { "temporarily_unavailable" } else { "access_denied" };
    match input.member("destination") {
        Some(destination) => Ok(with_fields(&mut out, destination, &[("error", error)])),
        None => Ok(out.finish()),
    }
}

/// Whether the user may try again: Entra's metadata and keys, the store or the settings fail. A key that is
/// not found is one that a replica of Entra does not serve yet.
fn is_temporary(code: Code) -> bool {
    let is_of_entra = matches!(
        code,
        Code::KeyNotFound
            | Code::KeysInvalid
            | Code::MetadataInvalid
            | Code::MetadataInsecure
            | Code::MetadataIssuerMismatch
            | Code::ResponseRedirected
            | Code::ResponseTooLarge
            | Code::ResponseEmpty
            | Code::ResponseNotJson
            | Code::ResponseStatus
    );
    is_of_entra || !matches!(code.blame(), Blame::Provider | Blame::User)
}

fn failed(request: &Json, error: &str) -> String {
    with_fields(&mut Writer::new(), request, &[("error", error)])
}

/// Adds the address and the fields of the form. `state` is there only if the request had one.
fn with_fields(out: &mut Writer, request: &Json, fields: &[(&str, &str)]) -> String {
    let redirect_uri = request.member("redirectUri").and_then(Json::text);
    out.text("redirectUri", redirect_uri.unwrap_or_default()).open("fields", '{');
    for (name, value) in fields {
        out.text(name, value);
    }
    out.optional_text("state", request.member("state").and_then(Json::text));
    out.close('}').finish()
}

/// An attempt is open for five minutes, and not before it began. It belongs to one method, whose settings may
/// have changed since.
fn check_attempt(settings: &Json, attempt: &Json, now: u64) -> Result<(), Fault> {
    let unknown = |detail| Fault::new(Code::AttemptUnknown, "reference", detail);
    let until = attempt.seconds_or("until", 0);
    if now >= until || until > now.saturating_add(ATTEMPT_SECONDS) {
        return Err(unknown("too old"));
    }
    let method = part(attempt, "method")?;
    let is_same = |object: &Json, name: &str| object.text_of(name) == settings.text_of(name);
    let is_bound = hint::BOUND.iter().all(|name| is_same(method, name));
    if !is_bound || !is_same(part(attempt, "request")?, "redirectUri") {
        return Err(unknown("of another method"));
    }
    hint::check_tenants(settings, part(attempt, "claims")?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::request::{check, tests::input};
    use super::super::settings::tests::{TENANT, normal};
    use super::*;
    use crate::proto::text::json;
    use alloc::boxed::Box;
    use alloc::format;
    use alloc::vec::Vec;

    const NOW: u64 = 1_536_093_791;
    const METHOD: &str = r#"{"issuer":"https://mfa.example","appId":"00001111-aaaa-2222-bbbb-3333cccc4444","clientId":"contoso","cloud":"login.microsoftonline.com","profile":"external-method"}"#;

    fn ask(outcome: &str, more: &[(&str, &str)], now: u64) -> Result<Box<Json>, (Code, String)> {
        let request = json::read_object_text(&check(&input(more)).unwrap()).unwrap();
        let request = json::write(request.member("request").unwrap());
        let attempt = format!(
            r#"{{"request":{request},"claims":{{"sub":"s-of-hint","tid":"{TENANT}","iss":"https://login.microsoftonline.com/{TENANT}/v2.0"}},"method":{METHOD},"until":{}}}"#,
            NOW + 300
        );
        let settings = normal("{}");
        let all = format!(
            r#"{{"settings":{settings},"attempt":{attempt},"outcome":{outcome},"kid":"k1","now":{now}}}"#
        );
        let answer = answer(&json::read_object_text(&all).unwrap());
        answer
            .map(|text| json::read_object_text(&text).unwrap())
            .map_err(|fault| (fault.code, fault.at))
    }

    #[test]
    fn eam_answer_the_token_has_every_claim_of_the_table() {
        let answer = ask(r#"{"amr":"otp"}"#, &[], NOW).unwrap();
        let signed = answer.text_of("input").unwrap();
        let parts: Vec<_> = signed.split('.').map(|part| base64url::read(part).unwrap()).collect();
        let [header, payload] = &parts[..] else { panic!() };
        assert_eq!(header, br#"{"typ":"JWT","alg":"RS256","kid":"k1"}"#);
        let expected = format!(
            r#"{{"iss":"https://mfa.example","aud":"contoso","sub":"s-of-hint","nonce":"n-1","iat":{NOW},"exp":{},"acr":"possessionorinherence","amr":["otp"]}}"#,
            NOW + 300
        );
        assert_eq!(core::str::from_utf8(payload).unwrap(), expected);
        assert_eq!(json::write(answer.member("fields").unwrap()), r#"{"state":"s-1"}"#);
    }

    #[test]
    fn eam_answer_state_and_nonce_are_there_only_if_they_were_sent() {
        let answer = ask(r#"{"amr":"otp"}"#, &[("state", ""), ("nonce", "")], NOW).unwrap();
        assert_eq!(json::write(answer.member("fields").unwrap()), "{}");
        let payload = answer.text_of("input").unwrap().split('.').nth(1).unwrap();
        assert!(
            !core::str::from_utf8(&base64url::read(payload).unwrap()).unwrap().contains("nonce")
        );
    }

    #[test]
    fn eam_answer_an_error_goes_back_with_the_state() {
        for error in ERRORS {
            let answer = ask(&format!(r#"{{"error":"{error}"}}"#), &[], NOW).unwrap();
            assert!(answer.member("input").is_none());
            let fields = json::write(answer.member("fields").unwrap());
            assert_eq!(fields, format!(r#"{{"error":"{error}","state":"s-1"}}"#));
        }
    }

    #[test]
    fn eam_answer_an_outcome_that_was_not_requested_is_refused() {
        for (outcome, code, at) in [
            (r#"{"amr":"sms"}"#, Code::AcrMismatch, "amr"),
            (r#"{"amr":"pwd"}"#, Code::ExpectedInvalid, "amr"),
            (r#"{"amr":["otp"]}"#, Code::ExpectedInvalid, "amr"),
            (r#"{"done":true}"#, Code::ExpectedInvalid, "done"),
            (r#"{"error":"server_error"}"#, Code::ExpectedInvalid, "error"),
            ("{}", Code::ExpectedInvalid, "outcome"),
            (r#"{"amr":"otp","error":"access_denied"}"#, Code::ExpectedInvalid, "outcome"),
        ] {
            assert_eq!(ask(outcome, &[], NOW).unwrap_err(), (code, at.into()), "{outcome}");
        }
    }

    #[test]
    fn an_attempt_is_answered_with_the_settings_that_it_began_with() {
        let settings = json::read_object_text(&normal("{}")).unwrap();
        let request =
            format!(r#"{{"redirectUri":"{}"}}"#, settings.text_of("redirectUri").unwrap().as_str());
        let claims = format!(
            r#"{{"tid":"{TENANT}","iss":"https://login.microsoftonline.com/{TENANT}/v2.0"}}"#
        );
        let other = "0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50";
        let verdict = |method: &str, request: &str, claims: &str| {
            let attempt = format!(
                r#"{{"method":{method},"request":{request},"claims":{claims},"until":{}}}"#,
                NOW + 300
            );
            check_attempt(&settings, &json::read_object_text(&attempt).unwrap(), NOW)
                .map_err(|fault| (fault.code, fault.at))
        };
        assert_eq!(verdict(METHOD, &request, &claims), Ok(()));
        let unknown = || Err((Code::AttemptUnknown, "reference".into()));
        for (from, to) in [
            ("https://mfa.example", "https://mfa.example/b"),
            ("contoso", "fabrikam"),
            ("00001111-aaaa", "11112222-aaaa"),
            ("microsoftonline.com", "microsoftonline.us"),
            ("external-method", control::PROFILE),
        ] {
            assert_eq!(
                verdict(&METHOD.replacen(from, to, 1), &request, &claims),
                unknown(),
                "{to}"
            );
        }
        let elsewhere = request.replacen("externalauthprovider", "OAuth2ClaimsProvider", 1);
        assert_eq!(verdict(METHOD, &elsewhere, &claims), unknown());
        for (name, claims) in [
            ("tid", claims.replacen(TENANT, other, 1)),
            ("iss", claims.replacen(&format!("/{TENANT}/"), &format!("/{other}/"), 1)),
        ] {
            let forbidden = Err((Code::TenantForbidden, name.into()));
            assert_eq!(verdict(METHOD, &request, &claims), forbidden, "{name}");
        }
    }

    #[test]
    fn eam_answer_an_error_is_temporary_if_entra_the_store_or_the_settings_fail() {
        for (code, is_expected) in [
            (Code::KeyNotFound, true),
            (Code::KeysUnavailable, true),
            (Code::MetadataInvalid, true),
            (Code::ReplayUnavailable, true),
            (Code::ConfigInvalid, true),
            (Code::Internal, true),
            (Code::SignatureInvalid, false),
            (Code::TenantForbidden, false),
            (Code::AcrMismatch, false),
            (Code::TokenReplayed, false),
            (Code::RequestInvalid, false),
        ] {
            let destination = r#""destination":{"redirectUri":"https://a.example","state":"s"}"#;
            let input = format!(r#"{{"code":{},{destination}}}"#, code as u64);
            let answer = failure(&json::read_object_text(&input).unwrap()).unwrap();
            let error = if is_expected { "temporarily_unavailable" } else { "access_denied" };
            assert_eq!(
                answer,
                format!(
                    r#"{{"isTemporary":{is_expected},"redirectUri":"https://a.example","fields":{{"error":"{error}","state":"s"}}}}"#
                )
            );
        }
        let unknown = failure(&json::read_object_text(r#"{"code":-1}"#).unwrap()).unwrap();
        assert_eq!(unknown, r#"{"isTemporary":true}"#);
    }

    #[test]
    fn an_attempt_is_open_for_five_minutes() {
        assert!(ask(r#"{"amr":"otp"}"#, &[], NOW + 299).is_ok());
        for now in [NOW + 300, NOW - 1] {
            assert_eq!(ask(r#"{"amr":"otp"}"#, &[], now).unwrap_err().0, Code::AttemptUnknown);
        }
    }
}
