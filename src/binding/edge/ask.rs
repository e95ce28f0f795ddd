//! The border for asking the issuer about a token.

use super::super::{failure_of, out, time};
use super::{registry, unknown};
use crate::proto::effect::{Input, Response};
use crate::proto::error::Error;
use crate::proto::flow::enquiry::{self, Known, Step};
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::verifier::Verifier;
use alloc::string::String;
use wasm_bindgen::prelude::*;

/// Begins an enquiry. `topic` is `introspection` or `userinfo`, `held` the endpoint that an earlier
/// one found, or empty; `sub` whom UserInfo must speak of.
#[wasm_bindgen(js_name = beginAsk)]
#[must_use]
pub fn begin_ask(handle: u32, topic: &str, held: &str, token: &str, sub: &str) -> String {
    with(handle, &|verifier| said(&enquiry::begin(verifier, topic, held, token, sub)))
}

/// Brings an HTTP response to an enquiry.
#[wasm_bindgen(js_name = askResponse)]
#[must_use]
pub fn ask_response(
    handle: u32,
    flow: &str,
    id: u32,
    status: u16,
    content_type: &str,
    body: &[u8],
    now: f64,
) -> String {
    let response = Response { status, content_type, cache_control: "", body };
    resume(handle, flow, Input::Response(id, response), now)
}

/// Brings the news that there is no response to an enquiry.
#[wasm_bindgen(js_name = askFailure)]
#[must_use]
pub fn ask_failure(handle: u32, flow: &str, id: u32, why: &str, now: f64) -> String {
    resume(handle, flow, Input::Failure(id, failure_of(why)), now)
}

/// Judges what a signed answer said, whose claims were verified: they come as JSON text.
#[wasm_bindgen(js_name = takeSigned)]
#[must_use]
pub fn take_signed(handle: u32, topic: &str, claims: &str, sub: &str, now: f64) -> String {
    with(handle, &|verifier| {
        let claims = json::read(claims.as_bytes()).unwrap_or(Json::Null);
        ended(&mut Writer::new(), &enquiry::take(verifier, topic, &claims, sub, time(now))).finish()
    })
}

fn resume(handle: u32, flow: &str, input: Input<'_>, now: f64) -> String {
    with(handle, &|verifier| said(&enquiry::resume(verifier, flow, input, time(now))))
}

fn with(handle: u32, work: &dyn Fn(&Verifier) -> String) -> String {
    registry::with(handle, |verifier, _| work(verifier)).unwrap_or_else(unknown)
}

fn said(step: &Step) -> String {
    let mut out = Writer::new();
    out::step(&mut out, &step.flow, &step.wishes, &[]);
    if let Some(end) = &step.end {
        ended(out.open("end", '{'), end).text("endpoint", &step.endpoint).close('}');
    }
    out.finish()
}

fn ended<'a>(out: &'a mut Writer, end: &Result<Known, Error>) -> &'a mut Writer {
    match end {
        Ok(Known::Claims(claims, until)) => {
            out.text("was", "known").raw("claims", claims).number("until", until.0)
        }
        Ok(Known::Signed(jwt)) => out.text("was", "signed").text("jwt", jwt),
        Err(error) => out::end_in(out, *error, None),
    }
}
