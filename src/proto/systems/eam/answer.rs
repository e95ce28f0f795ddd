//! The answer: one ID token or one error, as the fields of a form that the browser posts to Entra.

use super::input::{now, part, text};
use super::{control, hint, methods};
use crate::proto::error::Code;
use crate::proto::systems::fault::Fault;
use crate::proto::text::json::{Json, Writer};
use crate::proto::text::{base64url, concat};
use alloc::string::String;

/// How long the ID token of an answer is valid, in seconds. The browser posts it at once.
const LIFETIME: u64 = 300;
/// The errors that a provider answers with.
const ERRORS: [&str; 2] = ["access_denied", "temporarily_unavailable"];

/// `{attempt, now}`: what the app sees of an attempt.
///
/// # Errors
/// `OIDC_ATTEMPT_UNKNOWN` if it is too old.
pub(in crate::proto::systems) fn pending(input: &Json) -> Result<String, Fault> {
    let attempt = part(input, "attempt")?;
    check_age(attempt, now(input))?;
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
/// was not requested; `OIDC_ATTEMPT_UNKNOWN`.
pub(in crate::proto::systems) fn answer(input: &Json) -> Result<String, Fault> {
    let (settings, attempt, now) = (part(input, "settings")?, part(input, "attempt")?, now(input));
    let (outcome, request) = (part(input, "outcome")?, part(attempt, "request")?);
    check_age(attempt, now)?;
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

/// `{destination, error}`: the answer to a request that never became an attempt.
pub(in crate::proto::systems) fn failure(input: &Json) -> Result<String, Fault> {
    let error = text(input, "error")?;
    Ok(failed(part(input, "destination")?, if ERRORS.contains(&error) { error } else { ERRORS[0] }))
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

/// An attempt is open for five minutes, and not before it began.
fn check_age(attempt: &Json, now: u64) -> Result<(), Fault> {
    let until = attempt.seconds_or("until", 0);
    if now < until && until <= now.saturating_add(hint::ATTEMPT_SECONDS) {
        return Ok(());
    }
    Err(Fault::new(Code::AttemptUnknown, "reference", "too old"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::request::{check, tests::input};
    use super::super::settings::tests::normal;
    use super::*;
    use crate::proto::text::json;
    use alloc::boxed::Box;
    use alloc::format;
    use alloc::vec::Vec;

    const NOW: u64 = 1_536_093_791;

    fn ask(outcome: &str, more: &[(&str, &str)], now: u64) -> Result<Box<Json>, (Code, String)> {
        let request = json::read_object_text(&check(&input(more)).unwrap()).unwrap();
        let request = json::write(request.member("request").unwrap());
        let attempt = format!(
            r#"{{"request":{request},"claims":{{"sub":"s-of-hint"}},"until":{}}}"#,
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
    fn an_attempt_is_open_for_five_minutes() {
        assert!(ask(r#"{"amr":"otp"}"#, &[], NOW + 299).is_ok());
        for now in [NOW + 300, NOW - 1] {
            assert_eq!(ask(r#"{"amr":"otp"}"#, &[], now).unwrap_err().0, Code::AttemptUnknown);
        }
    }
}
