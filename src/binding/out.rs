//! What leaves for JavaScript: JSON text, written by the core's own writer.
//!
//! Text, not objects: the writer is in the core anyway, `JSON.parse` is the fastest reader a host
//! has, and serde with serde-wasm-bindgen in this place weighed 4 KB more on the wire.

use crate::proto::effect::{Effect, Place, Wish};
use crate::proto::error::{Error, Said};
use crate::proto::flow::session::Session;
use crate::proto::flow::{Outcome, Step};
use crate::proto::text::json::{self, Writer, decimal};
use crate::proto::text::words;
use alloc::{string::String, vec::Vec};

/// A step.
pub(super) fn step(step: &Step) -> String {
    let notices = step.notices.iter().map(|error| failure(*error, None));
    let mut out = Writer::new();
    out.text("flow", &step.flow)
        .raw("wishes", &list(step.wishes.iter().map(wish)))
        .raw("notices", &list(notices));
    match &step.end {
        None => {}
        Some(Ok(outcome)) => _ = out.raw("end", &end(outcome)),
        Some(Err(error)) => _ = out.raw("end", &refusal(*error, step.said.as_ref())),
    }
    out.finish()
}

/// An end in an error.
pub(super) fn refusal(error: Error, said: Option<&Said>) -> String {
    Writer::new().text("was", "error").raw("failure", &failure(error, said)).finish()
}

/// An end in an access token.
pub(super) fn token(access_token: &str, session: &Session) -> String {
    Writer::new()
        .text("was", "token")
        .text("accessToken", access_token)
        .number("expiresAt", session.time("expires_at"))
        .finish()
}

fn end(outcome: &Outcome) -> String {
    let mut out = Writer::new();
    match outcome {
        Outcome::SignedOut => out.text("was", "signedOut"),
        Outcome::Leaving => out.text("was", "leaving"),
        Outcome::Claims(claims) => out.text("was", "claims").text("claims", claims),
        Outcome::SignedIn { session, fresh, kept, return_to } => out
            .text("was", "signedIn")
            .raw("session", &person(session))
            .bool("fresh", *fresh)
            .bool("kept", *kept)
            .maybe("returnTo", return_to.as_deref()),
    }
    .finish()
}

/// The number of the code, what it names, and the provider's own words.
fn failure(error: Error, said: Option<&Said>) -> String {
    Writer::new()
        .number("code", error.code as u64)
        .text("at", error.at.text())
        .maybe("error", said.map(|said| &*said.error))
        .maybe("description", said.map(|said| &*said.description))
        .finish()
}

/// What an app may see of a session, and the text it is kept as.
fn person(session: &Session) -> String {
    let mut out = Writer::new();
    for name in ["claims", "alg", "kid", "scope"] {
        out.text(name, session.member(name));
    }
    out.text("text", &session.text)
        .raw("checks", &json::texts(&words(session.member("checks")).collect::<Vec<_>>()))
        .number("checkedAt", session.time("checked"))
        .text("accessToken", session.member("access_token"))
        .number("expiresAt", session.time("expires_at"))
        .finish()
}

fn wish(Wish { id, effect }: &Wish) -> String {
    let mut out = Writer::new();
    out.number("id", (*id).into());
    match effect {
        Effect::Send(request) => out
            .text("want", "send")
            .text("method", request.method)
            .text("url", &request.url)
            .raw("headers", &list(request.headers.iter().map(|(name, value)| pair(name, value))))
            .maybe("body", request.body.as_deref())
            .number("maxBytes", request.max_bytes.into())
            .number("timeoutMs", request.timeout_ms.into())
            .bool("fresh", request.fresh),
        Effect::Verify(question) => out
            .text("want", "verify")
            .text("alg", question.alg)
            .raw("key", &list(question.key.iter().map(|(name, value)| pair(name, value))))
            .text("input", &question.input)
            .raw("signature", &list(question.signature.iter().map(|byte| decimal((*byte).into())))),
        Effect::List { place, prefix } => {
            out.text("want", "list").text("place", name(*place)).text("prefix", prefix)
        }
        Effect::Load { place, key } => stored(&mut out, "load", *place, key),
        Effect::Take { place, key, tombstone } => {
            stored(&mut out, "take", *place, key).text("tombstone", tombstone)
        }
        Effect::Save { place, key, text } => {
            stored(&mut out, "save", *place, key).text("text", text)
        }
        Effect::Drop { place, key } => stored(&mut out, "drop", *place, key),
        Effect::Rewrite { url } => out.text("want", "rewrite").text("url", url),
        Effect::Leave { url } => out.text("want", "leave").text("url", url),
    }
    .finish()
}

/// A wish for one text of a store.
fn stored<'a>(out: &'a mut Writer, want: &str, place: Place, key: &str) -> &'a mut Writer {
    out.text("want", want).text("place", name(place)).text("key", key)
}

const fn name(place: Place) -> &'static str {
    match place {
        Place::Pending => "pending",
        Place::Session => "session",
    }
}

fn pair(name: &str, value: &str) -> String {
    json::texts(&[name, value])
}

fn list(items: impl Iterator<Item = String>) -> String {
    let mut out = String::from("[");
    for item in items {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&item);
    }
    out.push(']');
    out
}
