//! The response with an ID token, in the fragment of the address (Core 3.2.2.5). The ID token is not verified here.

use super::request::state_prefix;
use super::settings::client;
use crate::proto::error::{Code, Error};
use crate::proto::oidc::callback;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::text_of;
use crate::proto::text::form;
use crate::proto::text::json::{self, Json, Writer};
use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;

/// How long a sign-in may take, in seconds.
const LIFETIME_SECONDS: u64 = 3600;

/// Parameters that no response to this request has. A token that was not asked for may be another user's (RFC 6749, 10.16).
const FORBIDDEN: &[&str] = &["access_token", "refresh_token", "code", "token_type"];

/// The parts of an address.
fn parts(address: &str) -> (&str, &str, &str) {
    let (plain, fragment) = address.split_once('#').unwrap_or((address, ""));
    let (page, query) = plain.split_once('?').unwrap_or((plain, ""));
    (page, query, fragment)
}

fn states_of<'a>(text: &str, prefix: &'a str) -> impl Iterator<Item = String> + 'a {
    let all = form::read_any(text);
    all.into_iter().filter_map(move |(name, value)| {
        value.filter(|value| name == "state" && value.starts_with(prefix))
    })
}

/// `{settings, url}`: the `state` of a response to this client in the address of the page, and that address without the
/// response. Nothing for an address without one.
pub(in crate::proto::systems) fn find(input: &Json) -> Result<String, Fault> {
    let (config, _) = client(input)?;
    let (page, query, fragment) = parts(text_of(input, "url"));
    let prefix = state_prefix(&config);
    let mut out = Writer::new();
    if let Some(state) = states_of(fragment, &prefix).next() {
        let plain = if query.is_empty() { page.to_owned() } else { [page, "?", query].concat() };
        out.text("state", &state).text("url", &plain);
    } else if let Some(state) = states_of(query, &prefix).next() {
        out.text("state", &state).text("url", page);
    }
    Ok(out.finish())
}

/// `{settings, url, pending, now}`: checks the response to the request that `pending` is about. The answer has the ID
/// token for the verifier, what it must have, and the address to return to. A missing `pending` is that of a response
/// that was taken before, or of a request of another browser.
pub(in crate::proto::systems) fn response(input: &Json) -> Result<String, Fault> {
    let (config, _) = client(input)?;
    let address = text_of(input, "url");
    let (_, query, fragment) = parts(address);
    let fault = |code: Code| Fault::new(code, "", "");
    let pending = pending_of(input).ok_or_else(|| fault(Code::StateUnknown))?;
    if states_of(query, &state_prefix(&config)).next().is_some() {
        return Err(Fault::new(
            Code::CallbackMode,
            "response_mode",
            "the response is in the query",
        ));
    }
    let state = text_of(&pending, "state");
    let all = form::read_any(fragment);
    // The ID token names the issuer, so a response with one needs no parameter for it (RFC 9207, section 2.4).
    let has_token = all.iter().any(|(name, _)| name == "id_token");
    let sends_issuer = pending.is_true("sendsIssuer") && !has_token;
    let read = callback::read(fragment, state, config.issuer(), sends_issuer);
    match read {
        Err(Error { code: Code::CallbackCodeMissing, .. }) => {}
        Err(error) => {
            let said =
                callback::provider_error(fragment).map(|said| said.error).unwrap_or_default();
            return Err(Fault::new(error.code, error.at.text(), &said));
        }
        Ok(_) => return Err(unasked("code")),
    }
    if let Some(name) = FORBIDDEN.iter().find(|name| all.iter().any(|(one, _)| one == *name)) {
        return Err(unasked(name));
    }
    if input.seconds_or("now", 0)
        >= pending.seconds_or("created", 0).saturating_add(LIFETIME_SECONDS)
    {
        return Err(fault(Code::SigninExpired));
    }
    let mut tokens = all.iter().filter(|(name, _)| name == "id_token");
    let token = tokens.next().and_then(|(_, value)| value.as_deref()).unwrap_or_default();
    if tokens.next().is_some() {
        return Err(Fault::new(Code::CallbackDuplicate, "id_token", ""));
    }
    if token.is_empty() {
        return Err(fault(Code::IdTokenMissing));
    }
    let mut out = Writer::new();
    out.text("idToken", token).open("expected", '{').text("nonce", text_of(&pending, "nonce"));
    let acr_values = text_of(&pending, "acrValues");
    out.optional_text("acrValues", Some(acr_values).filter(|values| !values.is_empty()));
    if let Some(seconds) = pending.member("maxAge").and_then(Json::seconds) {
        out.number("maxAge", seconds);
    }
    out.close('}').text("returnTo", text_of(&pending, "returnTo"));
    Ok(out.finish())
}

fn unasked(name: &str) -> Fault {
    Fault::new(Code::CallbackMalformed, name, "this request asks for an ID token alone")
}

fn pending_of(input: &Json) -> Option<Box<Json>> {
    let pending = json::read_object(text_of(input, "pending").as_bytes()).ok()?;
    let is_whole = !text_of(&pending, "state").is_empty() && !text_of(&pending, "nonce").is_empty();
    is_whole.then_some(pending)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::settings::tests::{SETTINGS, input};
    use super::*;
    use crate::proto::client::config::ClientConfig;
    use alloc::format;

    fn state() -> String {
        let config = ClientConfig::read(
            r#"{"issuer":"https://op.example","clientId":"c","redirectUri":"https://app.example/cb"}"#,
        );
        [&*state_prefix(&config.unwrap()), "xyz"].concat()
    }

    fn respond(address: &str, created: u64, pending: bool) -> Result<String, (Code, String)> {
        let kept = format!(
            r#"{{\"state\":\"{}\",\"nonce\":\"n\",\"returnTo\":\"/inbox\",\"acrValues\":\"\",\"created\":{created}}}"#,
            state()
        );
        let kept = if pending { kept } else { String::new() };
        let more = format!(r#","url":"{address}","pending":"{kept}","now":3600"#);
        response(&input(SETTINGS, &more)).map_err(|fault| (fault.code, fault.at))
    }

    #[test]
    fn a_response_brings_its_token_and_what_it_must_have() {
        let address = format!("https://app.example/cb?a=1#id_token=x.y.z&state={}", state());
        let found = find(&input(SETTINGS, &format!(r#","url":"{address}""#))).unwrap();
        assert!(found.ends_with(r#""url":"https://app.example/cb?a=1"}"#), "{found}");
        let answer = respond(&address, 1, true).unwrap();
        assert_eq!(answer, r#"{"idToken":"x.y.z","expected":{"nonce":"n"},"returnTo":"/inbox"}"#);
    }

    #[test]
    fn another_response_is_refused() {
        let state = state();
        for (after, code, at) in [
            (
                format!("#id_token=x&state={state}&access_token=t"),
                Code::CallbackMalformed,
                "access_token",
            ),
            (format!("#id_token=x&state={state}&code=c"), Code::CallbackMalformed, "code"),
            (
                format!("#id_token=x&state={state}&token_type=Bearer"),
                Code::CallbackMalformed,
                "token_type",
            ),
            (format!("#id_token=x&id_token=y&state={state}"), Code::CallbackDuplicate, "id_token"),
            (format!("#id_token=x&state={state}&state={state}"), Code::CallbackDuplicate, "state"),
            (format!("#id_token=x&state={state}1"), Code::StateMismatch, ""),
            (format!("#state={state}"), Code::IdTokenMissing, ""),
            (format!("#state={state}&error=access_denied"), Code::SigninRefused, "error"),
            (
                format!("#id_token=x&state={state}&iss=https://evil.example"),
                Code::CallbackIssuerMismatch,
                "",
            ),
            (format!("?id_token=x&state={state}"), Code::CallbackMode, "response_mode"),
        ] {
            let refusal = respond(&format!("https://app.example/cb{after}"), 1, true).unwrap_err();
            assert_eq!((refusal.0, &*refusal.1), (code, at), "{after}");
        }
        let right = format!("https://app.example/cb#id_token=x&state={state}");
        assert_eq!(respond(&right, 0, true).unwrap_err().0, Code::SigninExpired);
        assert_eq!(respond(&right, 1, false).unwrap_err().0, Code::StateUnknown);
        let none = input(SETTINGS, r#","url":"https://app.example/cb#id_token=x&state=cs.other""#);
        assert_eq!(find(&none).unwrap(), "{}");
    }
}
