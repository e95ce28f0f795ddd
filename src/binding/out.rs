//! Writes what every module returns to JavaScript: JSON text, from the core's own writer.
//!
//! It is text and not objects, because the writer is part of the core anyway and `JSON.parse` is
//! the fastest reader of a host. serde with serde-wasm-bindgen weighed 4 KB more here.

#[cfg(all(feature = "renewal", not(feature = "sessions")))]
use crate::proto::effect::Screen;
use crate::proto::effect::{Effect, EffectRequest, Request, StorageArea};
use crate::proto::error::{Error, ProviderError};
use crate::proto::text::json::Writer;

/// The words about a failure: the provider's, and the texts that differ.
pub(super) type Words<'a> = (Option<&'a ProviderError>, Option<&'a str>);

/// The members of every step: its text, its effects and its notices, with the words about them.
pub(super) fn step(
    out: &mut Writer,
    flow: &str,
    effects: &[EffectRequest],
    (notices, words): (&[Error], Words<'_>),
) {
    out.text("flow", flow).open("effects", '[');
    for one in effects {
        effect_request(out, one);
    }
    out.close(']').open("notices", '[');
    for error in notices {
        failure(out.element('{'), *error, words).close('}');
    }
    out.close(']');
}

/// An end with an error.
#[cfg(feature = "edge")]
pub(super) fn refusal(error: Error) -> alloc::string::String {
    end_in(&mut Writer::new(), error, (None, None)).finish()
}

/// The members of an end with an error.
pub(super) fn end_in<'a>(out: &'a mut Writer, error: Error, words: Words<'_>) -> &'a mut Writer {
    out.text("kind", "error").open("failure", '{');
    failure(out, error, words).close('}')
}

/// The number of the code, the `at`, the provider's `error` and `error_description`, and the `detail`.
pub(super) fn failure<'a>(
    out: &'a mut Writer,
    error: Error,
    (said, detail): Words<'_>,
) -> &'a mut Writer {
    out.number("code", error.code as u64).text("at", error.at.text());
    // A verifier has no words about a failure: its host adds them.
    if !cfg!(feature = "page") {
        return out;
    }
    if let Some(said) = said {
        out.text("error", &said.error).text("description", &said.description);
    }
    out.optional_text("detail", detail)
}

fn effect_request(out: &mut Writer, EffectRequest { id, effect }: &EffectRequest) {
    out.element('{').number("id", id.0.into());
    match effect {
        Effect::Send(request) => send(out, request),
        #[cfg(all(feature = "renewal", not(feature = "sessions")))]
        Effect::SendWithDpop { request, token } => send(out, request).text("dpopToken", token),
        #[cfg(feature = "sessions")]
        Effect::SendWithAssertion(request) => send(out, request).bool("needsAssertion", true),
        #[cfg(feature = "renewal")]
        Effect::Sign { key, alg, input } => {
            out.text("kind", "sign").text("alg", alg).text("input", input).open("key", '[');
            for (name, value) in key {
                pair(out, name, value);
            }
            out.close(']')
        }
        #[cfg(feature = "page")]
        Effect::Verify { question, also_hash } => {
            out.text("kind", "verify").text("alg", question.alg).open("key", '[');
            for (name, value) in &question.key {
                pair(out, name, value);
            }
            out.close(']').text("input", &question.input).open("signature", '[');
            for byte in &question.signature {
                out.byte(*byte);
            }
            out.close(']').text("alsoHash", also_hash)
        }
        #[cfg(feature = "page")]
        Effect::List { area, prefix } => {
            out.text("kind", "list").text("area", name(*area)).text("prefix", prefix)
        }
        Effect::Load { area, key } => storage_effect(out, "load", *area, key),
        #[cfg(feature = "page")]
        Effect::Take { area, key, tombstone } => {
            storage_effect(out, "take", *area, key).text("tombstone", tombstone)
        }
        Effect::Save { area, key, text } => {
            storage_effect(out, "save", *area, key).text("text", text)
        }
        #[cfg(feature = "renewal")]
        Effect::CompareAndSwap { area, key, expected, text } => {
            storage_effect(out, "compare-and-swap", *area, key)
                .text("expected", expected)
                .text("text", text)
        }
        #[cfg(feature = "page")]
        Effect::Remove { area, key } => storage_effect(out, "remove", *area, key),
        #[cfg(all(feature = "page", not(feature = "sessions")))]
        Effect::RemoveFromTab { area, key } => storage_effect(out, "remove-from-tab", *area, key),
        #[cfg(feature = "renewal")]
        Effect::Lock { name, timeout_ms } => {
            out.text("kind", "lock").text("name", name).number("timeoutMs", (*timeout_ms).into())
        }
        #[cfg(all(feature = "page", not(feature = "sessions")))]
        Effect::Broadcast { text } => out.text("kind", "broadcast").text("text", text),
        #[cfg(all(feature = "renewal", not(feature = "sessions")))]
        Effect::Relay { state, query } => {
            out.text("kind", "relay").text("state", state).text("query", query)
        }
        #[cfg(all(feature = "renewal", not(feature = "sessions")))]
        Effect::Show { on, url, state, timeout_ms } => out
            .text("kind", "show")
            .text("on", screen(*on))
            .text("url", url)
            .text("state", state)
            .number("timeoutMs", (*timeout_ms).into()),
        #[cfg(all(feature = "renewal", not(feature = "sessions")))]
        Effect::CheckSession { url, origin, text, delay_ms } => out
            .text("kind", "check-session")
            .text("url", url)
            .text("origin", origin)
            .text("text", text)
            .number("delayMs", (*delay_ms).into()),
        #[cfg(not(feature = "page"))]
        Effect::Wait { delay_ms } => out.text("kind", "wait").number("delayMs", (*delay_ms).into()),
        #[cfg(all(feature = "page", not(feature = "sessions")))]
        Effect::ReplaceUrl { url } => out.text("kind", "replace-url").text("url", url),
        #[cfg(feature = "page")]
        Effect::Navigate { url } => out.text("kind", "navigate").text("url", url),
        // An effect that only another module's host can run is not requested here.
        _ => out,
    }
    .close('}');
}

fn send<'a>(out: &'a mut Writer, request: &Request) -> &'a mut Writer {
    out.text("kind", "send").text("method", request.method).text("url", &request.url);
    out.open("headers", '[');
    for (name, value) in request.headers {
        pair(out, name, value);
    }
    if let Some(value) = &request.authorization {
        pair(out, "authorization", value);
    }
    out.close(']')
        .optional_text("body", request.body.as_deref())
        .number("maxBytes", request.max_bytes.into())
        .number("timeoutMs", request.timeout_ms.into())
        .bool("bypassCache", request.bypass_cache);
    if request.outlives_page { out.bool("keepalive", true) } else { out }
}

/// A request for one text of a store.
fn storage_effect<'a>(
    out: &'a mut Writer,
    kind: &str,
    area: StorageArea,
    key: &str,
) -> &'a mut Writer {
    out.text("kind", kind).text("area", name(area)).text("key", key)
}

#[cfg(all(feature = "renewal", not(feature = "sessions")))]
const fn screen(on: Screen) -> &'static str {
    match on {
        Screen::Frame => "frame",
        Screen::Popup => "popup",
        Screen::Page => "page",
        Screen::NextPage => "next-page",
    }
}

const fn name(area: StorageArea) -> &'static str {
    match area {
        StorageArea::Pending => "pending",
        StorageArea::Session => "session",
        StorageArea::Keys => "keys",
    }
}

/// A name and a value, as an element of a list.
pub(super) fn pair(out: &mut Writer, name: &str, value: &str) {
    out.element('[').push(name).push(value).close(']');
}
