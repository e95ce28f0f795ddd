//! The border of the module that a page loads.
//!
//! No export keeps anything between two calls, so an instance that trapped can be thrown away, and
//! the memory of a call is given back whole.

mod out;

use crate::binding::{answer, time};
use crate::host::web::{arena, entropy};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Input, UnixTime, Verdict};
use crate::proto::error::{At, Code, Error};
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_RENEWAL};
use crate::proto::flow::entropy::Entropy;
use crate::proto::flow::sign_in::{self, SignInMode};
use crate::proto::flow::step::Step;
use crate::proto::flow::{
    self, api_need, check_session, client_assertion, dpop_proof, frontchannel_logout, refresh,
    return_to, session_hint, sign_out, start, step_up, tab_message, userinfo,
};
use crate::proto::text::json::{self, Json};
use alloc::{borrow::ToOwned, boxed::Box, string::String, vec::Vec};
use wasm_bindgen::prelude::*;

/// Gives back the memory of the last call, whose text was read.
#[wasm_bindgen]
#[allow(unsafe_code)]
pub fn release() {
    // SAFETY: JavaScript calls it between two calls, when no value of Rust's is left.
    unsafe { arena::release() };
}

/// Begins a flow: `start` of the page whose address is `about`, `unseen` of one that the person looks
/// at and that may go away, `mark` for a session that may be lost without an end, `copied` in a tab
/// that was copied; `login` and `popup`, with `text` the JSON text of the options; `hear`, with `text`
/// what another tab said; `api`, with `text` an address; `renew`, `leave`, `userinfo`, `watch` and
/// `step-up`, with `text` the kept session, or empty, and `about` the JSON text of the need to renew
/// for, the refusal of an API, or `sees` where the provider's frame has shown that it can;
/// `frontchannel`, of the page in a provider's frame; `prove` and `nonce`, with `text` the JSON text of a
/// request that proves the client's key, and of the answer to it; at an edge `return-to`, of the route
/// whose address is `about`, and `assert`, for one request that says who the client is.
#[wasm_bindgen]
#[must_use]
pub fn begin(config: &str, flow: &str, text: &str, about: &str, now: f64) -> String {
    #[cfg(feature = "planted-trap")]
    if text.contains("plant-a-trap") {
        core::arch::wasm32::unreachable();
    }
    with(config, &|config, entropy| {
        Ok(match flow {
            "start" => start::begin(config, about, time(now)),
            "hear" => tab_message::begin(config, text),
            "api" => api_need::choose(config, text),
            "login" => sign_in::begin(config, text, about, SignInMode::Page, entropy),
            "renew" => refresh::begin(config, text, about, time(now)),
            "leave" => sign_out::begin(config, text, &entropy.state),
            "userinfo" => userinfo::begin(config, text, time(now)),
            _ if WITH_RENEWAL => go_on(config, flow, text, about, (time(now), entropy))?,
            // In the module of those who do without.
            _ => return Err(Error::at(Code::ConfigInvalid, At::Module)),
        })
    })
}

/// Begins what only renewal has.
fn go_on(
    config: &ClientConfig,
    flow: &str,
    text: &str,
    about: &str,
    (now, entropy): (UnixTime, &Entropy),
) -> Result<Box<Step>, Error> {
    Ok(match flow {
        "unseen" => flow::begin_visible(config, about, now),
        "mark" => session_hint::begin(config),
        "copied" => start::begin_duplicated_tab(config),
        "popup" => sign_in::begin(config, text, about, SignInMode::Popup, entropy),
        "prove" => dpop_proof::begin(config, text, now, &entropy.state),
        "nonce" => dpop_proof::judge(text),
        "step-up" => step_up::begin(config, text, about, now),
        "watch" => check_session::begin(config, text, about == "sees"),
        "frontchannel" => frontchannel_logout::begin(config, about),
        "assert" if CONFIDENTIAL_CLIENT => client_assertion::begin(config, now, &entropy.state),
        "return-to" if CONFIDENTIAL_CLIENT => return_to::choose(config, about),
        _ => return Err(Code::Internal.into()),
    })
}

/// Brings the answer to a wish; see [`answer`]. Of a verdict, `bytes` is the digest; of a list, `text`
/// is JSON text, pairs of key and text.
#[wasm_bindgen]
#[must_use]
// One export for every kind of answer: each of their own would weigh what lowering its inputs does.
#[allow(clippy::too_many_arguments)]
pub fn resume(
    config: &str,
    flow: &str,
    id: u32,
    word: &str,
    text: &str,
    bytes: &[u8],
    status: u16,
    now: f64,
) -> String {
    with(config, &|config, entropy| {
        let entries;
        let input = match word {
            "good" => Input::Verdict(id, Verdict::Valid, bytes),
            "bad" => Input::Verdict(id, Verdict::Invalid, bytes),
            "unsupported" => Input::Verdict(id, Verdict::Unsupported, bytes),
            "unavailable" => Input::Verdict(id, Verdict::Unavailable, bytes),
            "list" => {
                entries = pairs(text);
                Input::List(id, &entries)
            }
            "signature" if WITH_RENEWAL => Input::Signature(id, bytes),
            _ => answer((id, word), (text, bytes, status))?,
        };
        Ok(flow::resume(config, flow, input, time(now), entropy))
    })
}

/// What a step decides by: the settings, and randomness of its own.
type Decide<'a> = dyn Fn(&ClientConfig, &Entropy) -> Result<Box<Step>, Error> + 'a;

/// Not generic: every export would carry a copy.
fn with(config: &str, decide: &Decide<'_>) -> String {
    let read =
        if CONFIDENTIAL_CLIENT { ClientConfig::read_confidential } else { ClientConfig::read };
    let step = read(config).and_then(|config| decide(&config, &draw()));
    out::step(&step.unwrap_or_else(Step::fail))
}

fn draw() -> Entropy {
    let mut all = [[0; 32]; 3];
    entropy::fill(all.as_flattened_mut());
    let [state, nonce, verifier] = all;
    Entropy { state, nonce, verifier }
}

fn pairs(entries: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let Ok(list) = json::read(entries.as_bytes()) else { return pairs };
    for entry in list.list().unwrap_or_default() {
        if let Some([Json::Text(key), Json::Text(text)]) = entry.list() {
            pairs.push(((*key).to_owned(), (*text).to_owned()));
        }
    }
    pairs
}
