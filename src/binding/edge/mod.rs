//! The exports of the module for an edge.
//!
//! Settings and keys stay between two calls, so that a token needs one call. The caller holds their
//! texts, and registers them again in a new instance after a trap. Nothing else is kept.

pub mod guard;
mod registry;

use crate::binding::out::{self, refusal};
use crate::binding::{answer, time};
use crate::host::web::signature;
use crate::proto::text::json::Writer;
use crate::proto::verifier::config::VerifierConfig;
use crate::proto::verifier::key_search::{self, End, Step};
use crate::proto::verifier::verify::{Host, Progress, TokenToVerify, Verified};
use crate::proto::verifier::{signature_check, verify as flow};
use alloc::string::String;
use wasm_bindgen::prelude::*;

/// Registers settings. Returns their handle, and what the host must know to verify signatures.
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

/// Gives a registered verifier the keys of one of its issuers, as the text of [`IssuerKeys`]. If
/// the settings pin keys, the text is the list of the dropped ones. `first` is the number of the
/// first key: the caller never reuses a number for another key.
#[wasm_bindgen(js_name = loadKeys)]
#[must_use]
pub fn load_keys(handle: u32, issuer: u32, issuer_keys: &str, first: u32) -> String {
    registry::load(handle, issuer, issuer_keys, first).unwrap_or_else(unknown)
}

/// Verifies a token. `verdicts` are the host's verdicts on its signature since the first call.
/// `digests` are those of the expected access token and code, see [`Host`]; empty if neither is
/// expected. `is_search_final` says that another search for keys would find no more.
#[wasm_bindgen(js_name = verify)]
#[must_use]
#[allow(clippy::too_many_arguments)]
pub fn verify(
    handle: u32,
    token: &str,
    expected: &str,
    verdicts: &str,
    digests: &[u8],
    is_search_final: bool,
    now: f64,
) -> String {
    #[cfg(feature = "planted-trap")]
    if token.contains("plant-a-trap") {
        core::arch::wasm32::unreachable();
    }
    let mut ask = |question: u32, input: &str, signature: &[u8]| {
        signature_check::find_verdict(verdicts, question)
            .or_else(|| signature::ask(question, input, signature))
    };
    let result = registry::with(handle, |verifier, loaded| {
        let host = Host { verify: &mut ask, digests };
        let now = time(now);
        flow::check(
            verifier,
            loaded,
            &TokenToVerify { token, expected, is_search_final, now },
            host,
        )
    });
    match result {
        None => unknown(),
        Some(Err(error)) => refusal(error),
        Some(Ok(progress)) => progress_json(&progress),
    }
}

/// Searches an issuer's keys. `held` is the text of the issuer's keys, `token` the one whose key is
/// searched, `drop` the kid of a key to drop; each may be empty.
#[wasm_bindgen(js_name = beginKeys)]
#[must_use]
pub fn begin_keys(config: &str, issuer: u32, held: &str, token: &str, drop: &str) -> String {
    with(config, &|verifier| key_search::begin(verifier, issuer as usize, held, token, drop))
}

/// Continues with the answer to an effect; see [`answer`].
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
    out::step(&mut out, &step.flow, &step.effects, (&step.notices, (None, None)));
    if let Some(End { issuer_keys, fresh, last, quiet, failure }) = &step.end {
        out.open("end", '{')
            .text("kind", "keys")
            .text("text", issuer_keys)
            .number("freshUntil", fresh.0)
            .number("quietUntil", quiet.0);
        out.bool("isFinal", *last);
        if let Some(error) = failure {
            out::failure(out.open("failure", '{'), *error, (None, None)).close('}');
        }
        out.close('}');
    }
    out.finish()
}

fn progress_json(progress: &Progress) -> String {
    let mut out = Writer::new();
    match progress {
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

/// The answer to a handle of another instance, or of an evicted verifier: the caller registers the
/// settings again.
fn unknown() -> String {
    Writer::new().text("kind", "unknownHandle").finish()
}
