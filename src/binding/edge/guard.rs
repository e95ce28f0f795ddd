//! The exports for a request at an API's guard.

use super::{registry, unknown};
use crate::binding::{out, time};
use crate::proto::error::Code;
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::verifier::cors::{Headers, Preflight};
use crate::proto::verifier::guard::{self, ApiRequest, Guard, GuardResponse, Requirements};
use alloc::string::String;
use wasm_bindgen::prelude::*;

/// Reads a request. `request_json` is the JSON text of its parts, `requirements` that of the route's
/// requirements, or empty. A token comes with the headers that the API's own response must have.
#[wasm_bindgen(js_name = readRequest)]
#[must_use]
pub fn read_request(handle: u32, request_json: &str, requirements: &str) -> String {
    with_guard(handle, request_json, requirements, &|guard, request, requirements| {
        let token = guard::read(guard, request, requirements)?;
        let mut out = Writer::new();
        headers(out.text("kind", "token").text("token", token), &guard.headers(request.origin));
        Ok(out.finish())
    })
}

/// Compares the claims of a verified token, as JSON text, with the route's
/// requirements.
#[wasm_bindgen(js_name = checkClaims)]
#[must_use]
pub fn check_claims(
    handle: u32,
    request_json: &str,
    requirements: &str,
    claims: &str,
    now: f64,
) -> String {
    with_guard(handle, request_json, requirements, &|guard, request, requirements| {
        let claims = json::read(claims.as_bytes()).unwrap_or_default();
        guard::check_claims(guard, request.origin, requirements, &claims, time(now))?;
        Ok(Writer::new().text("kind", "sufficient").finish())
    })
}

/// The response to a failure. `code` is the number of its code, `description` a text for developers.
#[wasm_bindgen(js_name = refuse)]
#[must_use]
pub fn refuse(
    handle: u32,
    request_json: &str,
    requirements: &str,
    code: u32,
    description: &str,
) -> String {
    with_guard(handle, request_json, requirements, &|guard, request, requirements| {
        let code = Code::ALL.get(code as usize).copied().unwrap_or(Code::Internal);
        Err(guard::refuse(guard, request.origin, requirements, code.into(), description))
    })
}

/// The text whose hash identifies a token that may pass once, and for how many seconds the hash is
/// stored. `claims` are those of a verified token, as JSON text.
#[wasm_bindgen(js_name = replayKeyOf)]
#[must_use]
pub fn replay_key_of(handle: u32, claims: &str, now: f64) -> String {
    let claims = json::read(claims.as_bytes()).unwrap_or_default();
    let result = registry::with(handle, |verifier, _| {
        let replay_key = guard::replay_key(verifier, &claims, time(now));
        replay_key.map_or_else(out::refusal, |(key, seconds)| {
            let mut out = Writer::new();
            out.text("kind", "replayKey").text("key", &key).number("seconds", seconds).finish()
        })
    });
    result.unwrap_or_else(unknown)
}

/// Not generic: every export would contain a copy.
type Work<'a> =
    &'a dyn Fn(&Guard<'_>, &ApiRequest<'_>, &Requirements) -> Result<String, GuardResponse>;

fn with_guard(handle: u32, request_json: &str, requirements: &str, work: Work<'_>) -> String {
    let parts = json::read(request_json.as_bytes()).unwrap_or_default();
    let text = |name: &str| parts.member(name).and_then(Json::text).unwrap_or_default();
    let preflight = Preflight { method: text("corsMethod"), headers: text("corsHeaders") };
    let request = ApiRequest {
        method: text("method"),
        url: text("url"),
        authorization: text("authorization"),
        origin: text("origin"),
        preflight,
        form: text("form"),
    };
    let requirements = match Requirements::read(requirements) {
        Ok(requirements) => requirements,
        Err(error) => return out::refusal(error),
    };
    let result = registry::with(handle, |verifier, _| {
        work(&Guard::of(verifier), &request, &requirements)
            .unwrap_or_else(|response| write(&response))
    });
    result.unwrap_or_else(unknown)
}

fn write(response: &GuardResponse) -> String {
    let mut out = Writer::new();
    out.text("kind", "response")
        .number("status", response.status.into())
        .text("body", &response.body);
    headers(&mut out, &response.headers);
    if let Some(failure) = response.failure {
        out::failure(out.open("failure", '{'), failure, (None, None)).close('}');
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
