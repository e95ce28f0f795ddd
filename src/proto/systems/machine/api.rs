//! Requests to APIs: which of them get the token, and which refusal is worth another token.

use super::settings;
use crate::proto::oidc::step_up_challenge::StepUpChallenge;
use crate::proto::state::need::TokenNeed;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::text_of;
use crate::proto::text::json::{Json, Writer};
use alloc::string::String;

/// For how many seconds a token that replaced a refused one is not replaced for the same reason. An API that refuses every
/// token would make each of its requests a token request.
const REFUSAL_INTERVAL_SECONDS: u64 = 10;

/// `{settings, url}`: whether a request to this address gets the token.
pub(in crate::proto::systems) fn need(input: &Json) -> Result<String, Fault> {
    let config = settings::read(input)?.config;
    let is_listed = TokenNeed::for_url(&config, text_of(input, "url")).is_some();
    Ok(Writer::new().bool("getsToken", is_listed).finish())
}

/// `{status, challenge, replacedAt, now}`: whether another token may help after this response of an API. `replacedAt` is
/// when the token was fetched because an API had refused the one before; 0 otherwise. A challenge that asks for a scope or
/// for a stronger sign-in (RFC 6750, section 3.1; RFC 9470) is not met by the same grant.
pub(in crate::proto::systems) fn refusal(input: &Json) -> Result<String, Fault> {
    let asks_more = StepUpChallenge::read(text_of(input, "challenge"), "Bearer").is_some();
    let quiet = input.seconds_or("replacedAt", 0).saturating_add(REFUSAL_INTERVAL_SECONDS);
    let is_early = input.seconds_or("now", 0) < quiet;
    let renews = input.seconds_or("status", 0) == 401 && !asks_more && !is_early;
    Ok(Writer::new().bool("renews", renews).finish())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::settings::tests::{SETTINGS, input};
    use super::*;
    use crate::proto::text::json;
    use alloc::format;

    #[test]
    fn only_an_address_under_a_prefix_gets_the_token() {
        let settings = format!(r#"{SETTINGS},"apis":["https://api.example/inbox"]"#);
        let gets = |url: &str| need(&input(&settings, &format!(r#","url":"{url}""#))).unwrap();
        for url in ["https://api.example/inbox", "https://API.example:443/inbox/1?q=a#b"] {
            assert_eq!(gets(url), r#"{"getsToken":true}"#, "{url}");
        }
        for url in [
            "https://api.example/inbox-evil",
            "https://api.example/inbox/..%2fadmin",
            "https://api.example.evil.example/inbox",
            "http://api.example/inbox",
            "https://user@api.example/inbox",
            "",
        ] {
            assert_eq!(gets(url), r#"{"getsToken":false}"#, "{url}");
        }
        let none = need(&input(SETTINGS, r#","url":"https://api.example/inbox""#)).unwrap();
        assert_eq!(none, r#"{"getsToken":false}"#);
    }

    #[test]
    fn another_token_helps_after_a_401_and_not_again_at_once() {
        for (status, challenge, replaced_at, expected) in [
            (401, r#"Bearer error=\"invalid_token\""#, 0, true),
            (401, "", 0, true),
            (401, "Basic", 0, true),
            (
                401,
                r#"Bearer error=\"insufficient_user_authentication\", acr_values=\"a\""#,
                0,
                false,
            ),
            (403, r#"Bearer error=\"insufficient_scope\", scope=\"a\""#, 0, false),
            (403, "", 0, false),
            (200, "", 0, false),
            (401, "", 995, false),
            (401, "", 990, true),
        ] {
            let text = format!(
                r#"{{"status":{status},"challenge":"{challenge}","replacedAt":{replaced_at},"now":1000}}"#
            );
            let answer = refusal(&json::read_object(text.as_bytes()).unwrap()).unwrap();
            assert_eq!(answer, format!(r#"{{"renews":{expected}}}"#), "{text}");
        }
    }
}
