//! What leaves for JavaScript: plain objects, written by serde.

use crate::proto::effect::{Effect, Place, UnixTime, Wish};
use crate::proto::error::{Error, Said};
use crate::proto::flow::session::Session;
use crate::proto::flow::{Outcome, Step};
use alloc::{string::String, vec::Vec};
use serde::{Serialize, Serializer};
use serde_wasm_bindgen::to_value;
use wasm_bindgen::JsValue;

/// A step as JavaScript sees it.
pub(super) fn step(step: &Step) -> JsValue {
    write(&StepOut {
        flow: &step.flow,
        wishes: step.wishes.iter().map(Into::into).collect(),
        notices: step.notices.iter().map(|error| FailureOut::new(*error, None)).collect(),
        end: step.end.as_ref().map(|end| End::new(end, step.said.as_ref())),
    })
}

/// An end by itself.
pub(super) fn end(end: &End<'_>) -> JsValue {
    write(end)
}

/// Seconds as a number of JavaScript.
#[allow(clippy::cast_precision_loss)]
pub(super) const fn seconds(time: UnixTime) -> f64 {
    time.0 as f64
}

/// Nothing here can fail to be written; if it did, JavaScript would see `undefined` and say
/// `OIDC_INTERNAL`.
fn write(value: &impl Serialize) -> JsValue {
    to_value(value).unwrap_or(JsValue::UNDEFINED)
}

#[derive(Serialize)]
struct StepOut<'a> {
    flow: &'a str,
    wishes: Vec<WishOut<'a>>,
    notices: Vec<FailureOut<'a>>,
    end: Option<End<'a>>,
}

/// A failure: the number of its code, and what it names.
#[derive(Serialize)]
pub(super) struct FailureOut<'a> {
    code: u32,
    at: &'static str,
    error: Option<&'a str>,
    description: Option<&'a str>,
}

impl<'a> FailureOut<'a> {
    fn new(error: Error, said: Option<&'a Said>) -> Self {
        Self {
            code: error.code as u32,
            at: error.at,
            error: said.map(|said| &*said.error),
            description: said.map(|said| &*said.description),
        }
    }
}

/// How a flow or a question ended.
#[derive(Serialize)]
#[serde(tag = "was", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub(super) enum End<'a> {
    Error { failure: FailureOut<'a> },
    SignedIn { session: SessionOut<'a>, fresh: bool, kept: bool, return_to: Option<&'a str> },
    SignedOut,
    Leaving,
    Claims { claims: &'a str },
    Token { access_token: &'a str, expires_at: f64 },
}

impl<'a> End<'a> {
    /// An error without words of the provider.
    pub(super) fn of(error: Error) -> Self {
        Self::Error { failure: FailureOut::new(error, None) }
    }

    fn new(end: &'a Result<Outcome, Error>, said: Option<&'a Said>) -> Self {
        match end {
            Err(error) => Self::Error { failure: FailureOut::new(*error, said) },
            Ok(Outcome::SignedOut) => Self::SignedOut,
            Ok(Outcome::Leaving) => Self::Leaving,
            Ok(Outcome::Claims(claims)) => Self::Claims { claims },
            Ok(Outcome::SignedIn { session, fresh, kept, return_to }) => Self::SignedIn {
                session: SessionOut::new(session),
                fresh: *fresh,
                kept: *kept,
                return_to: return_to.as_deref(),
            },
        }
    }
}

/// A session: what an app may see, and the text it is kept as.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SessionOut<'a> {
    text: &'a str,
    claims: &'a str,
    alg: &'a str,
    kid: &'a str,
    checks: Vec<&'a str>,
    checked_at: f64,
    access_token: &'a str,
    expires_at: f64,
    scope: &'a str,
}

impl<'a> SessionOut<'a> {
    fn new(session: &'a Session) -> Self {
        Self {
            text: &session.text,
            claims: session.member("claims"),
            alg: session.member("alg"),
            kid: session.member("kid"),
            checks: session.checks(),
            checked_at: session.time("checked").map_or(0.0, seconds),
            access_token: session.member("access_token"),
            expires_at: session.time("expires_at").map_or(0.0, seconds),
            scope: session.member("scope"),
        }
    }
}

/// A wish: its id, and what is wanted.
#[derive(Serialize)]
#[serde(tag = "want", rename_all = "lowercase", rename_all_fields = "camelCase")]
enum WishOut<'a> {
    Send {
        id: u32,
        method: &'static str,
        url: &'a str,
        headers: Vec<(&'static str, &'a str)>,
        body: Option<&'a str>,
        max_bytes: u32,
        timeout_ms: u32,
        fresh: bool,
    },
    Verify {
        id: u32,
        alg: &'static str,
        key: &'a [(&'static str, String)],
        input: &'a str,
        signature: Bytes<'a>,
    },
    List {
        id: u32,
        place: &'static str,
        prefix: &'a str,
    },
    Load {
        id: u32,
        place: &'static str,
        key: &'a str,
    },
    Take {
        id: u32,
        place: &'static str,
        key: &'a str,
        tombstone: &'a str,
    },
    Save {
        id: u32,
        place: &'static str,
        key: &'a str,
        text: &'a str,
    },
    Drop {
        id: u32,
        place: &'static str,
        key: &'a str,
    },
    Rewrite {
        id: u32,
        url: &'a str,
    },
    Leave {
        id: u32,
        url: &'a str,
    },
}

impl<'a> From<&'a Wish> for WishOut<'a> {
    fn from(wish: &'a Wish) -> Self {
        let id = wish.id;
        match &wish.effect {
            Effect::Send(request) => Self::Send {
                id,
                method: request.method,
                url: &request.url,
                headers: request.headers.iter().map(|(name, value)| (*name, &**value)).collect(),
                body: request.body.as_deref(),
                max_bytes: request.max_bytes,
                timeout_ms: request.timeout_ms,
                fresh: request.fresh,
            },
            Effect::Verify(question) => Self::Verify {
                id,
                alg: question.alg,
                key: &question.key,
                input: &question.input,
                signature: Bytes(&question.signature),
            },
            Effect::List { place, prefix } => Self::List { id, place: name(*place), prefix },
            Effect::Load { place, key } => Self::Load { id, place: name(*place), key },
            Effect::Take { place, key, tombstone } => {
                Self::Take { id, place: name(*place), key, tombstone }
            }
            Effect::Save { place, key, text } => Self::Save { id, place: name(*place), key, text },
            Effect::Drop { place, key } => Self::Drop { id, place: name(*place), key },
            Effect::Rewrite { url } => Self::Rewrite { id, url },
            Effect::Leave { url } => Self::Leave { id, url },
        }
    }
}

const fn name(place: Place) -> &'static str {
    match place {
        Place::Pending => "pending",
        Place::Session => "session",
    }
}

/// Bytes that become a `Uint8Array`, not a list of numbers.
struct Bytes<'a>(&'a [u8]);

impl Serialize for Bytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0)
    }
}
