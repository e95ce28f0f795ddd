//! What every module says to JavaScript: JSON text, written by the core's own writer.
//!
//! Text, not objects: the writer is in the core anyway, `JSON.parse` is the fastest reader a host
//! has, and serde with serde-wasm-bindgen in this place weighed 4 KB more on the wire.

#[cfg(feature = "renewal")]
use crate::proto::effect::Screen;
use crate::proto::effect::{Effect, Place, Request, Wish};
use crate::proto::error::{Error, Said};
use crate::proto::text::json::Writer;

/// What every step has: where the flow stands, its wishes, and what is worth a word.
pub(super) fn step(out: &mut Writer, flow: &str, wishes: &[Wish], notices: &[Error]) {
    out.text("flow", flow).open("wishes", '[');
    for one in wishes {
        wish(out, one);
    }
    out.close(']').open("notices", '[');
    for error in notices {
        failure(out.element('{'), *error, None).close('}');
    }
    out.close(']');
}

/// An end in an error.
#[cfg(feature = "edge")]
pub(super) fn refusal(error: Error) -> alloc::string::String {
    end_in(&mut Writer::new(), error, None).finish()
}

/// The members of an end in an error.
pub(super) fn end_in<'a>(out: &'a mut Writer, error: Error, said: Option<&Said>) -> &'a mut Writer {
    out.text("was", "error").open("failure", '{');
    failure(out, error, said).close('}')
}

/// The number of the code, what it names, and the provider's own words.
pub(super) fn failure<'a>(
    out: &'a mut Writer,
    error: Error,
    said: Option<&Said>,
) -> &'a mut Writer {
    out.number("code", error.code as u64).text("at", error.at.text());
    if let Some(said) = said {
        out.text("error", &said.error).text("description", &said.description);
    }
    out
}

fn wish(out: &mut Writer, Wish { id, effect }: &Wish) {
    out.element('{').number("id", (*id).into());
    match effect {
        Effect::Send(request) => send(out, request),
        #[cfg(feature = "renewal")]
        Effect::SendProving { request, token } => send(out, request).text("proof", token),
        #[cfg(feature = "sessions")]
        Effect::SendAsserting(request) => send(out, request).bool("asserts", true),
        #[cfg(feature = "renewal")]
        Effect::Sign { key, alg, input } => {
            out.text("want", "sign").text("alg", alg).text("input", input).open("key", '[');
            for (name, value) in key {
                pair(out, name, value);
            }
            out.close(']')
        }
        #[cfg(feature = "page")]
        Effect::Verify { question, bound } => {
            out.text("want", "verify").text("alg", question.alg).open("key", '[');
            for (name, value) in &question.key {
                pair(out, name, value);
            }
            out.close(']').text("input", &question.input).open("signature", '[');
            for byte in &question.signature {
                out.byte(*byte);
            }
            out.close(']').text("bound", bound)
        }
        #[cfg(feature = "page")]
        Effect::List { place, prefix } => {
            out.text("want", "list").text("place", name(*place)).text("prefix", prefix)
        }
        Effect::Load { place, key } => stored(out, "load", *place, key),
        #[cfg(feature = "page")]
        Effect::Take { place, key, tombstone } => {
            stored(out, "take", *place, key).text("tombstone", tombstone)
        }
        Effect::Save { place, key, text } => stored(out, "save", *place, key).text("text", text),
        #[cfg(feature = "renewal")]
        Effect::Swap { place, key, was, text } => {
            stored(out, "swap", *place, key).text("was", was).text("text", text)
        }
        #[cfg(feature = "page")]
        Effect::Drop { place, key } => stored(out, "drop", *place, key),
        #[cfg(feature = "page")]
        Effect::DropOwn { place, key } => stored(out, "drop-own", *place, key),
        #[cfg(feature = "renewal")]
        Effect::Lock { name, ms } => {
            out.text("want", "lock").text("name", name).number("ms", (*ms).into())
        }
        #[cfg(feature = "page")]
        Effect::Tell { text } => out.text("want", "tell").text("text", text),
        #[cfg(feature = "renewal")]
        Effect::Relay { state, query } => {
            out.text("want", "relay").text("state", state).text("query", query)
        }
        #[cfg(feature = "renewal")]
        Effect::Show { on, url, state, ms } => out
            .text("want", "show")
            .text("on", screen(*on))
            .text("url", url)
            .text("state", state)
            .number("ms", (*ms).into()),
        #[cfg(feature = "renewal")]
        Effect::Watch { url, origin, text, ms } => out
            .text("want", "watch")
            .text("url", url)
            .text("origin", origin)
            .text("text", text)
            .number("ms", (*ms).into()),
        #[cfg(not(feature = "page"))]
        Effect::Wait { ms } => out.text("want", "wait").number("ms", (*ms).into()),
        #[cfg(feature = "page")]
        Effect::Rewrite { url } => out.text("want", "rewrite").text("url", url),
        #[cfg(feature = "page")]
        Effect::Leave { url } => out.text("want", "leave").text("url", url),
        // What only another module's host can grant, nobody wishes for here.
        _ => out,
    }
    .close('}');
}

fn send<'a>(out: &'a mut Writer, request: &Request) -> &'a mut Writer {
    out.text("want", "send").text("method", request.method).text("url", &request.url);
    out.open("headers", '[');
    for (name, value) in request.headers {
        pair(out, name, value);
    }
    if let Some(value) = &request.authorization {
        pair(out, "authorization", value);
    }
    out.close(']')
        .maybe("body", request.body.as_deref())
        .number("maxBytes", request.max_bytes.into())
        .number("timeoutMs", request.timeout_ms.into())
        .bool("fresh", request.fresh)
}

/// A wish for one text of a store.
fn stored<'a>(out: &'a mut Writer, want: &str, place: Place, key: &str) -> &'a mut Writer {
    out.text("want", want).text("place", name(place)).text("key", key)
}

#[cfg(feature = "renewal")]
const fn screen(on: Screen) -> &'static str {
    match on {
        Screen::Frame => "frame",
        Screen::Popup => "popup",
        Screen::Page => "page",
    }
}

const fn name(place: Place) -> &'static str {
    match place {
        Place::Pending => "pending",
        Place::Session => "session",
        Place::Keys => "keys",
    }
}

/// A name and a value, as an element of a list.
pub(super) fn pair(out: &mut Writer, name: &str, value: &str) {
    out.element('[').push(name).push(value).close(']');
}
