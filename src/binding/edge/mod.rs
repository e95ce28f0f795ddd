//! The border of the module that an edge loads.
//!
//! Settings and keys are kept between two calls, so that a token costs one crossing; whoever calls
//! holds their texts, and brings them to a new instance after a trap. Nothing else is kept.

pub mod guard;
mod registry;

use crate::binding::out::{self, refusal};
use crate::binding::{answer, time};
use crate::host::web::signature;
use crate::proto::text::json::Writer;
use crate::proto::verifier::config::VerifierConfig;
use crate::proto::verifier::key_search::{self, End, Step};
use crate::proto::verifier::verify::{Host, Progress, Verified};
use crate::proto::verifier::{signature_check, verify as flow};
use alloc::string::String;
use wasm_bindgen::prelude::*;

/// Registers settings: their handle, and what the host must know to judge signatures.
#[wasm_bindgen(js_name = register)]
#[must_use]
pub fn register(config: &str) -> String {
    #[cfg(feature = "planted-trap")]
    if config.contains("plant-a-trap") {
        core::arch::wasm32::unreachable();
    }
    match registry::register(config) {
        Ok(handle) => {
            let mut out = Writer::new();
            out.text("kind", "registered").number("handle", handle.into()).open("algs", '[');
            for alg in signature_check::algs() {
                out.push(alg);
            }
            out.close(']').finish()
        }
        Err(error) => refusal(error),
    }
}

/// Gives a registered verifier the keys of one of its issuers, in the text of a issuer_keys; where the
/// settings pin keys, the text is the list of those that are dropped. `first` is the number of the
/// first key: whoever gives it never uses a number for two keys.
#[wasm_bindgen(js_name = loadKeys)]
#[must_use]
pub fn load_keys(handle: u32, issuer: u32, issuer_keys: &str, first: u32) -> String {
    registry::load(handle, issuer, issuer_keys, first).unwrap_or_else(unknown)
}

/// Looks at a token. `judged` is what the host said of its signature since the first look. `digests`
/// are those of the access token and of the code that are expected, see [`Host`]; empty where neither
/// is.
#[wasm_bindgen(js_name = verify)]
#[must_use]
#[allow(clippy::too_many_arguments)]
pub fn verify(
    handle: u32,
    token: &str,
    expected: &str,
    judged: &str,
    digests: &[u8],
    last: bool,
    now: f64,
) -> String {
    #[cfg(feature = "planted-trap")]
    if token.contains("plant-a-trap") {
        core::arch::wasm32::unreachable();
    }
    let mut ask = |question: u32, input: &str, signature: &[u8]| {
        signature_check::find_verdict(judged, question)
            .or_else(|| signature::ask(question, input, signature))
    };
    let seen = registry::with(handle, |verifier, loaded| {
        let host = Host { verify: &mut ask, digests };
        flow::check(verifier, loaded, token, expected, last, time(now), host)
    });
    match seen {
        None => unknown(),
        Some(Err(error)) => refusal(error),
        Some(Ok(seen)) => said(&seen),
    }
}

/// Looks for an issuer's keys. `held` is the issuer_keys's text, `token` the one whose key is looked for,
/// `drop` the name of a key to drop; each may be empty.
#[wasm_bindgen(js_name = beginKeys)]
#[must_use]
pub fn begin_keys(config: &str, issuer: u32, held: &str, token: &str, drop: &str) -> String {
    with(config, &|verifier| key_search::begin(verifier, issuer as usize, held, token, drop))
}

/// Brings the answer to a wish; see [`answer`].
#[wasm_bindgen]
#[must_use]
// One export for every kind of answer: each of their own would weigh what lowering its inputs does.
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
    let input = answer((id, kind), (text, bytes, status));
    with(config, &|verifier| match input {
        Ok(input) => key_search::resume(verifier, flow, input, time(now)),
        Err(code) => Step::fail(code.into()),
    })
}

fn with(config: &str, step: &dyn Fn(&VerifierConfig) -> Step) -> String {
    match VerifierConfig::read(config) {
        Ok(verifier) => stepped(&step(&verifier)),
        Err(error) => stepped(&Step::fail(error)),
    }
}

fn stepped(step: &Step) -> String {
    let mut out = Writer::new();
    out::step(&mut out, &step.flow, &step.effects, &step.notices);
    if let Some(End { issuer_keys, fresh, last, failure }) = &step.end {
        out.open("end", '{')
            .text("kind", "keys")
            .text("text", issuer_keys)
            .number("freshUntil", fresh.0);
        out.bool("isFinal", *last);
        if let Some(error) = failure {
            out::failure(out.open("failure", '{'), *error, None).close('}');
        }
        out.close('}');
    }
    out.finish()
}

fn said(seen: &Progress) -> String {
    let mut out = Writer::new();
    match seen {
        Progress::SignaturePending => out.text("kind", "signaturePending"),
        Progress::KeysMissing { issuer } => {
            out.text("kind", "keysMissing").number("issuer", *issuer as u64)
        }
        Progress::Verified(Verified { claims, from, until, issuer, cacheable }) => out
            .text("kind", "verified")
            .raw("claims", claims.text())
            .number("validFrom", from.0)
            .number("validUntil", until.0)
            .number("issuer", *issuer as u64)
            .bool("isCacheable", *cacheable),
    }
    .finish()
}

/// A handle of another instance, or one that was evicted: whoever holds the settings registers
/// them again.
fn unknown() -> String {
    Writer::new().text("kind", "unknownHandle").finish()
}
