//! The exports for a request at an API's guard.

use super::{registry, unknown};
use crate::binding::{out, time};
use crate::proto::error::Code;
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::verifier::cors::{Headers, Preflight};
use crate::proto::verifier::guard::{self, ApiRequest, Guard, GuardResponse, Requirements};
use alloc::string::String;
use wasm_bindgen::prelude::*;

/// Reads a request. `shown` is the JSON text of its parts, `need` that of the route's need, or
/// empty. A token comes with the headers that the API's own response must have.
#[wasm_bindgen(js_name = readRequest)]
#[must_use]
pub fn read_request(handle: u32, shown: &str, need: &str) -> String {
    with_guard(handle, shown, need, &|guard, asked, need| {
        let token = guard::read(guard, asked, need)?;
        let mut out = Writer::new();
        headers(out.text("kind", "token").text("token", token), &guard.headers(asked.origin));
        Ok(out.finish())
    })
}

/// Compares the claims of a verified token, as JSON text, with the route's need.
#[wasm_bindgen(js_name = checkClaims)]
#[must_use]
pub fn check_claims(handle: u32, shown: &str, need: &str, claims: &str, now: f64) -> String {
    with_guard(handle, shown, need, &|guard, asked, need| {
        let claims = json::read(claims.as_bytes()).unwrap_or(Json::Null);
        guard::check_claims(guard, asked.origin, need, &claims, time(now))?;
        Ok(Writer::new().text("kind", "sufficient").finish())
    })
}

/// The response to a failure: the number of its code, and its message for developers.
#[wasm_bindgen(js_name = refuse)]
#[must_use]
pub fn refuse(handle: u32, shown: &str, need: &str, code: u32, text: &str) -> String {
    with_guard(handle, shown, need, &|guard, asked, need| {
        let found = Code::ALL.get(code as usize).copied().unwrap_or(Code::Internal);
        Err(guard::refuse(guard, asked.origin, need, found.into(), text))
    })
}

/// The text whose hash identifies a token that may pass once, and for how many seconds the hash is
/// stored. `claims` are those of a verified token, as JSON text.
#[wasm_bindgen(js_name = replayKeyOf)]
#[must_use]
pub fn replay_key_of(handle: u32, claims: &str, now: f64) -> String {
    let claims = json::read(claims.as_bytes()).unwrap_or(Json::Null);
    let said = registry::with(handle, |verifier, _| {
        let mark = guard::replay_key(verifier, &claims, time(now));
        mark.map_or_else(out::refusal, |(key, seconds)| {
            let mut out = Writer::new();
            out.text("kind", "replayKey").text("key", &key).number("seconds", seconds).finish()
        })
    });
    said.unwrap_or_else(unknown)
}

/// Not generic: every export would contain a copy.
type Work<'a> =
    &'a dyn Fn(&Guard<'_>, &ApiRequest<'_>, &Requirements) -> Result<String, GuardResponse>;

fn with_guard(handle: u32, shown: &str, need: &str, work: Work<'_>) -> String {
    let shown = json::read(shown.as_bytes()).unwrap_or(Json::Null);
    let text = |name: &str| shown.member(name).and_then(Json::text).unwrap_or_default();
    let preflight = Preflight { method: text("corsMethod"), headers: text("corsHeaders") };
    let asked = ApiRequest {
        method: text("method"),
        url: text("url"),
        authorization: text("authorization"),
        origin: text("origin"),
        preflight,
        form: text("form"),
    };
    let need = match Requirements::read(need) {
        Ok(need) => need,
        Err(error) => return out::refusal(error),
    };
    let said = registry::with(handle, |verifier, _| {
        work(&Guard::of(verifier), &asked, &need).unwrap_or_else(|answer| write(&answer))
    });
    said.unwrap_or_else(unknown)
}

fn write(answer: &GuardResponse) -> String {
    let mut out = Writer::new();
    out.text("kind", "response").number("status", answer.status.into()).text("body", &answer.body);
    headers(&mut out, &answer.headers);
    if let Some(failure) = answer.failure {
        out::failure(out.open("failure", '{'), failure, None).close('}');
    }
    out.finish()
}

fn headers(out: &mut Writer, headers: &Headers) {
    out.open("headers", '[');
    for (name, value) in headers {
        out::pair(out, name, value);
    }
    out.close(']');
}
