//! The border of the module that a page loads.
//!
//! No export keeps anything between two calls, so an instance that trapped can be thrown away.

mod out;

use super::out::refusal;
use super::{failure_of, time};
use crate::host::web::entropy;
use crate::proto::config::Config;
use crate::proto::effect::{Input, Response, Verdict};
use crate::proto::error::{Code, Error};
use crate::proto::flow::session::{Need, Session};
use crate::proto::flow::{self, Step, leave, login, start, userinfo};
use crate::proto::text::json::{self, Json};
use alloc::{borrow::ToOwned, boxed::Box, string::String, vec::Vec};
use wasm_bindgen::prelude::*;

/// Begins a start of the page at this address.
#[wasm_bindgen(js_name = beginStart)]
#[must_use]
pub fn begin_start(config: &str, page_url: &str, now: f64) -> String {
    with(config, &|config| Ok(start::begin(config, page_url, time(now))))
}

/// Begins a sign-in; `ask` is the JSON text of its options.
#[wasm_bindgen(js_name = beginLogin)]
#[must_use]
pub fn begin_login(config: &str, ask: &str, page_url: &str) -> String {
    #[cfg(feature = "planted-trap")]
    if ask.contains("plant-a-trap") {
        core::arch::wasm32::unreachable();
    }
    with(config, &|config| {
        let mut entropy = login::Entropy { state: [0; 32], nonce: [0; 32], verifier: [0; 32] };
        draw(&mut entropy.state)?;
        draw(&mut entropy.nonce)?;
        draw(&mut entropy.verifier)?;
        Ok(login::begin(config, ask, page_url, &entropy))
    })
}

/// Begins a sign-out; `session` is the kept text, or empty.
#[wasm_bindgen(js_name = beginLeave)]
#[must_use]
pub fn begin_leave(config: &str, session: &str) -> String {
    with(config, &|config| {
        let mut entropy = [0; 32];
        draw(&mut entropy)?;
        Ok(leave::begin(config, session, &entropy))
    })
}

/// Begins a question to UserInfo; `session` is the kept text.
#[wasm_bindgen(js_name = beginUserinfo)]
#[must_use]
pub fn begin_userinfo(config: &str, session: &str, now: f64) -> String {
    with(config, &|config| Ok(userinfo::begin(config, session, time(now))))
}

/// Brings an HTTP response.
#[wasm_bindgen(js_name = takeResponse)]
#[must_use]
#[allow(clippy::too_many_arguments)]
pub fn take_response(
    config: &str,
    flow: &str,
    id: u32,
    status: u16,
    content_type: &str,
    body: &[u8],
    cache_control: &str,
    now: f64,
) -> String {
    let response = Response { status, content_type, cache_control, body };
    resume(config, flow, Input::Response(id, response), now)
}

/// Brings the news that there is no response.
#[wasm_bindgen(js_name = takeFailure)]
#[must_use]
pub fn take_failure(config: &str, flow: &str, id: u32, why: &str, now: f64) -> String {
    resume(config, flow, Input::Failure(id, failure_of(why)), now)
}

/// Brings what the host says of a signature, and the hash of the bound text. Any word but `good` is
/// a no.
#[wasm_bindgen(js_name = takeVerdict)]
#[must_use]
pub fn take_verdict(
    config: &str,
    flow: &str,
    id: u32,
    verdict: &str,
    digest: &[u8],
    now: f64,
) -> String {
    let verdict = match verdict {
        "good" => Verdict::Good,
        "unsupported" => Verdict::Unsupported,
        "unavailable" => Verdict::Unavailable,
        _ => Verdict::Bad,
    };
    resume(config, flow, Input::Verdict(id, verdict, digest), now)
}

/// Brings a kept text, or the news that there is none.
#[wasm_bindgen(js_name = takeText)]
#[must_use]
pub fn take_text(config: &str, flow: &str, id: u32, text: Option<String>, now: f64) -> String {
    resume(config, flow, Input::Text(id, text.as_deref()), now)
}

/// Brings kept keys and texts, as JSON text: a list of pairs.
#[wasm_bindgen(js_name = takeList)]
#[must_use]
pub fn take_list(config: &str, flow: &str, id: u32, entries: &str, now: f64) -> String {
    resume(config, flow, Input::List(id, &pairs(entries)), now)
}

/// Brings the news whether a text could be kept.
#[wasm_bindgen(js_name = takeDone)]
#[must_use]
pub fn take_done(config: &str, flow: &str, id: u32, ok: bool, now: f64) -> String {
    resume(config, flow, Input::Done(id, ok), now)
}

/// The access token for a need, as an end; `ask` is the JSON text of the need.
#[wasm_bindgen(js_name = readToken)]
#[must_use]
pub fn read_token(config: &str, session: &str, ask: &str, now: f64) -> String {
    let found = Config::read(config).and_then(|config| {
        let session = Session::read(session.to_owned(), &config).ok_or(Code::SigninRequired)?;
        Ok(out::token(session.token(&Need::read(ask)?, time(now))?, &session))
    });
    found.unwrap_or_else(refusal)
}

/// What an address needs, as the JSON text of a need, when it lies under one of the `apis`.
#[wasm_bindgen(js_name = chooseApi)]
#[must_use]
pub fn choose_api(config: &str, url: &str) -> Option<String> {
    Config::read(config).ok().and_then(|config| Need::of_url(&config, url))
}

/// What is wrong with the settings, as an end; nothing when they are believed.
#[wasm_bindgen(js_name = checkConfig)]
#[must_use]
pub fn check_config(config: &str) -> Option<String> {
    let error = Config::read(config).err()?;
    Some(refusal(error))
}

fn resume(config: &str, flow: &str, input: Input<'_>, now: f64) -> String {
    let step = Config::read(config).map(|config| flow::resume(&config, flow, input, time(now)));
    out::step(&step.unwrap_or_else(Step::fail))
}

/// Not generic: every export would carry a copy.
fn with(config: &str, step: &dyn Fn(&Config) -> Result<Box<Step>, Error>) -> String {
    match Config::read(config).and_then(|config| step(&config)) {
        Ok(step) => out::step(&step),
        Err(error) => out::step(&Step::fail(error)),
    }
}

fn draw(bytes: &mut [u8]) -> Result<(), Error> {
    entropy::fill(bytes).map_err(|_| Code::Internal.into())
}

fn pairs(entries: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let Ok(list) = json::read(entries.as_bytes()) else { return pairs };
    for entry in list.list().unwrap_or_default() {
        if let Some([Json::Text(key), Json::Text(text)]) = entry.list() {
            pairs.push((key.clone(), text.clone()));
        }
    }
    pairs
}
