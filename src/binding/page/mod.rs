//! The exports of the module for a page.
//!
//! No export keeps anything between two calls, so that an instance after a trap can be discarded,
//! and the memory of a call is freed as a whole.

mod out;

use crate::binding::{answer, time};
use crate::host::web::{arena, entropy};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Input, Verdict};
use crate::proto::effect_id::EffectId;
use crate::proto::error::Error;
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_RENEWAL};
use crate::proto::flow;
use crate::proto::flow::entropy::Entropy;
use crate::proto::flow::step::Step;
use crate::proto::text::json::{self, Json};
use alloc::{boxed::Box, string::String, vec::Vec};
use wasm_bindgen::prelude::*;

/// Frees the memory of the last call, after its text was read.
#[wasm_bindgen]
#[allow(unsafe_code)]
pub fn release() {
    // SAFETY: JavaScript calls it between two calls, when no Rust value is left.
    unsafe { arena::release() };
}

/// Begins a flow by its name. `proto::flow::table` says what the two inputs mean.
#[wasm_bindgen]
#[must_use]
pub fn begin(config: &str, flow: &str, first: &str, second: &str, now: f64) -> String {
    #[cfg(feature = "planted-trap")]
    if first.contains("plant-a-trap") {
        core::arch::wasm32::unreachable();
    }
    with(config, &|config, entropy| {
        Ok(flow::begin(config, flow, (first, second), time(now), entropy))
    })
}

/// Continues with the answer to an effect; see [`answer`]. For a verdict, `bytes` is the digest;
/// for a list, `text` is JSON text, pairs of key and text.
#[wasm_bindgen]
#[must_use]
// One export for every kind of answer: separate ones would each repeat the code that reads the
// inputs.
#[allow(clippy::too_many_arguments)]
pub fn resume(
    config: &str,
    flow: &str,
    id: u32,
    kind: &str,
    text: &str,
    bytes: &[u8],
    status: u16,
    now: f64,
) -> String {
    with(config, &|config, entropy| {
        let entries;
        let input = match kind {
            "valid" => Input::Verdict(EffectId(id), Verdict::Valid, bytes),
            "invalid" => Input::Verdict(EffectId(id), Verdict::Invalid, bytes),
            "unsupported" => Input::Verdict(EffectId(id), Verdict::Unsupported, bytes),
            "unavailable" => Input::Verdict(EffectId(id), Verdict::Unavailable, bytes),
            "list" => {
                entries = pairs(text);
                Input::List(EffectId(id), &entries)
            }
            "signature" if WITH_RENEWAL => Input::Signature(EffectId(id), bytes),
            _ => answer((id, kind), (text, bytes, status))?,
        };
        Ok(flow::resume(config, flow, input, time(now), entropy))
    })
}

/// The inputs of a step: the settings and random bytes.
type Decide<'a> = dyn Fn(&ClientConfig, &Entropy) -> Result<Box<Step>, Error> + 'a;

/// Not generic: every export would contain a copy.
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
            pairs.push((key.to_owned(), text.to_owned()));
        }
    }
    pairs
}
