//! The answers of the provider: the token and how long it is used, or a failure and the time of the next request.

use super::settings;
use crate::proto::effect::{Failure, Response};
use crate::proto::error::{At, Code, Error, ProviderError};
use crate::proto::oidc::{response, retry, token};
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::text_of;
use crate::proto::text::json::{Json, Writer};
use alloc::string::String;

/// The scheme under which the token is sent. A token that is bound to a key (RFC 9449) is not asked for.
const TOKEN_TYPE: &str = "Bearer";

/// For how many seconds a token is used whose end the provider does not say (RFC 6749, section 5.1).
const UNKNOWN_LIFETIME_SECONDS: u64 = 60;

/// The answer to a request: `{kind, status, body, retryAfter}`.
pub(super) struct Answer<'a>(&'a Json);

impl<'a> Answer<'a> {
    /// That of a question.
    pub(super) fn of(input: &'a Json) -> Self {
        Self(input.member("answer").unwrap_or(&Json::Null))
    }

    /// The status; 0 without a response.
    pub(super) fn status(&self) -> u64 {
        self.0.seconds_or("status", 0)
    }

    /// The response of the endpoint `at`.
    ///
    /// # Errors
    /// That of the reason why there is none.
    pub(super) fn response(&self, at: At) -> Result<Response<'a>, Error> {
        let failure = match text_of(self.0, "kind") {
            "response" => {
                return Ok(Response {
                    status: u16::try_from(self.status()).unwrap_or_default(),
                    content_type: "",
                    cache_control: "",
                    retry_after: self.retry_after(),
                    challenge: "",
                    body: text_of(self.0, "body").as_bytes(),
                });
            }
            "network" => Failure::Network,
            "offline" => Failure::Offline,
            "timeout" => Failure::TimedOut,
            "too-large" => Failure::TooLarge,
            "redirected" => Failure::Redirected,
            _ => return Err(Code::Internal.into()),
        };
        Err(response::failure(failure, at))
    }

    fn retry_after(&self) -> &'a str {
        text_of(self.0, "retryAfter")
    }
}

/// A failure, and the time before which no other request is sent: a secret that the provider refuses is not sent again
/// with each request of the app, and a provider that is busy gets time. `failures` of the question are those before.
pub(super) fn failed(
    input: &Json,
    error: Error,
    (said, detail): (Option<ProviderError>, Option<&str>),
) -> String {
    let mut out = Writer::new();
    out.open("failure", '{').number("code", error.code as u64).text("at", error.at.text());
    if let Some(said) = said {
        out.text("error", &said.error).text("description", &said.description);
    }
    out.optional_text("detail", detail);
    let failures = input.seconds_or("failures", 0).min(retry::MAX_FAILURES);
    let random = u8::try_from(input.seconds_or("random", 0)).unwrap_or_default();
    let wait = match error.code {
        // Nothing was sent.
        Code::Offline => 0,
        _ => retry::wait_seconds(failures, Answer::of(input).retry_after(), random),
    };
    out.close('}').number("failures", failures.saturating_add(1));
    out.number("retryAt", input.seconds_or("now", 0).saturating_add(wait)).finish()
}

/// `{settings, answer, sentAt, now, failures, random}`: reads the response to a token request. The answer has the token,
/// its scope, when it expires if the provider says so, until when it is used, and until when it is used if another one
/// cannot be fetched. Or a failure. A refresh token and an ID token are ignored (RFC 6749, section 4.4.3).
pub(in crate::proto::systems) fn token(input: &Json) -> Result<String, Fault> {
    let machine = settings::read(input)?;
    let answer = Answer::of(input).response(At::TokenEndpoint);
    let said = answer.ok().and_then(|response| response::provider_error(&response));
    let tokens = answer
        .and_then(|response| token::read(&response, TOKEN_TYPE))
        .and_then(token::TokenResponse::with_access_token);
    let tokens = match tokens {
        Ok(tokens) => tokens,
        Err(error) => return Ok(failed(input, error, (said, None))),
    };
    // The lifetime begins before the answer arrives.
    let sent = input.seconds_or("sentAt", 0);
    let mut out = Writer::new();
    out.text("accessToken", tokens.access_token());
    out.text("scope", tokens.scope().as_deref().unwrap_or(&machine.scope));
    let (fresh, usable) = match tokens.expires_in() {
        Some(seconds) => {
            let end = sent.saturating_add(seconds);
            out.number("expiresAt", end);
            // At most half of the lifetime, so that a token of one minute is not renewed all the time.
            (end.saturating_sub(machine.config.renew_before().min(seconds / 2)), end)
        }
        None => {
            let end = sent.saturating_add(UNKNOWN_LIFETIME_SECONDS);
            (end, end)
        }
    };
    out.number("freshUntil", fresh).number("usableUntil", usable);
    Ok(out.finish())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::settings::tests::{SETTINGS, input};
    use super::*;
    use crate::proto::text::json;
    use alloc::{borrow::ToOwned, boxed::Box, format};

    fn answered(answer: &str, settings: &str, failures: u64) -> Box<Json> {
        let more = format!(
            r#","sentAt":1000,"now":1001,"failures":{failures},"random":0,"answer":{answer}"#
        );
        let text = token(&input(settings, &more)).unwrap();
        json::read_object(text.as_bytes()).unwrap()
    }

    fn tokens(body: &str) -> Box<Json> {
        let mut answer = Writer::new();
        answer.text("kind", "response").number("status", 200).text("body", body);
        answered(&answer.finish(), SETTINGS, 0)
    }

    fn number(of: &Json, name: &str) -> Option<u64> {
        of.member(name)?.seconds()
    }

    fn failure(of: &Json) -> (u64, String) {
        let failure = of.member("failure").unwrap();
        (number(failure, "code").unwrap(), text_of(failure, "at").to_owned())
    }

    #[test]
    fn a_token_is_used_until_shortly_before_its_end() {
        let base = r#"{"access_token":"t","token_type":"bearer""#;
        for (more, expires, fresh, usable) in [
            (r#","expires_in":3600"#, Some(4600), 4540, 4600),
            (r#","expires_in":"3600""#, Some(4600), 4540, 4600),
            (r#","expires_in":10"#, Some(1010), 1005, 1010),
            (r#","expires_in":0"#, Some(1000), 1000, 1000),
            (r#","expires_in":-1"#, None, 1060, 1060),
            ("", None, 1060, 1060),
            (r#","refresh_token":"r","id_token":"i""#, None, 1060, 1060),
        ] {
            let answer = tokens(&format!("{base}{more}}}"));
            assert_eq!(text_of(&answer, "accessToken"), "t");
            assert_eq!(number(&answer, "expiresAt"), expires, "{more}");
            let kept = (number(&answer, "freshUntil"), number(&answer, "usableUntil"));
            assert_eq!(kept, (Some(fresh), Some(usable)), "{more}");
            assert!(answer.member("refresh_token").is_none());
        }
        let scope = tokens(&format!(r#"{base},"scope":"a b"}}"#));
        assert_eq!(text_of(&scope, "scope"), "a b");
        let asked = answered(
            r#"{"kind":"response","status":200,"body":"{\"access_token\":\"t\",\"token_type\":\"Bearer\"}"}"#,
            &format!(r#"{SETTINGS},"scope":"c","renewBefore":0"#),
            0,
        );
        assert_eq!(text_of(&asked, "scope"), "c");
    }

    #[test]
    fn an_answer_that_is_no_token_has_a_code() {
        for (body, code, at) in [
            ("", Code::ResponseEmpty, "token_endpoint"),
            ("<html>", Code::ResponseNotJson, "token_endpoint"),
            ("[]", Code::ResponseNotJson, "token_endpoint"),
            (r#"{"token_type":"Bearer"}"#, Code::TokenResponseInvalid, "access_token"),
            (
                r#"{"token_type":"Bearer","access_token":"a\r\nX: y"}"#,
                Code::TokenResponseInvalid,
                "access_token",
            ),
            (
                r#"{"token_type":"Bearer","access_token":["a"]}"#,
                Code::TokenResponseInvalid,
                "access_token",
            ),
            (r#"{"access_token":"a"}"#, Code::TokenResponseInvalid, "token_type"),
            (r#"{"access_token":"a","token_type":"DPoP"}"#, Code::TokenTypeUnsupported, ""),
            (r#"{"error":"invalid_scope"}"#, Code::ProviderError, "token_endpoint"),
        ] {
            assert_eq!(failure(&tokens(body)), (code as u64, at.to_owned()), "{body}");
        }
        for (kind, code) in [
            ("network", Code::NetworkFailed),
            ("timeout", Code::NetworkTimeout),
            ("too-large", Code::ResponseTooLarge),
            ("redirected", Code::ResponseRedirected),
            ("offline", Code::Offline),
        ] {
            let answer = answered(&format!(r#"{{"kind":"{kind}"}}"#), SETTINGS, 0);
            assert_eq!(failure(&answer), (code as u64, "token_endpoint".to_owned()), "{kind}");
        }
    }

    #[test]
    fn after_a_failure_no_request_is_sent_for_a_while() {
        let refused = |more: &str, failures| {
            let body = r#"{\"error\":\"invalid_client\",\"error_description\":\"no\"}"#;
            let answer = format!(r#"{{"kind":"response","status":401,"body":"{body}"{more}}}"#);
            answered(&answer, SETTINGS, failures)
        };
        let first = refused("", 0);
        let words = first.member("failure").unwrap();
        assert_eq!(
            (text_of(words, "error"), text_of(words, "description")),
            ("invalid_client", "no")
        );
        for (more, failures, wait) in [
            ("", 0, 1),
            ("", 3, 8),
            ("", 60, 60),
            (r#","retryAfter":"120""#, 0, 120),
            (r#","retryAfter":"999999""#, 0, 3600),
            (r#","retryAfter":"Wed, 21 Oct 2026 07:28:00 GMT""#, 0, 1),
        ] {
            let answer = refused(more, failures);
            assert_eq!(number(&answer, "retryAt"), Some(1001 + wait), "{more} {failures}");
            assert_eq!(number(&answer, "failures"), Some(failures.min(6) + 1));
        }
        let offline = answered(r#"{"kind":"offline"}"#, SETTINGS, 0);
        assert_eq!(number(&offline, "retryAt"), Some(1001));
    }
}
