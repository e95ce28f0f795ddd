//! The messages in their order: one state machine a file, each a pure function of what it was, one
//! input and the time.
//!
//! A flow is text while it is outside, so it survives a page load, another tab or a trap.

pub mod assert;
mod backoff;
mod clock;
pub mod cors;
mod ending;
pub mod enquiry;
pub mod frontchannel;
pub mod guard;
pub mod judged;
pub mod keyring;
pub mod leave;
pub mod login;
pub mod need;
pub mod pending;
mod proof;
pub mod prove;
mod redeem;
pub mod renew;
pub mod return_to;
pub mod ring;
pub mod session;
mod silent;
pub mod start;
pub mod step_up;
pub mod tabs;
pub mod tools;
pub mod unseen;
pub mod userinfo;
pub mod verify;
pub mod watch;

use crate::proto::config::Config;
use crate::proto::effect::{Effect, Input, Request, UnixTime, Wish};
use crate::proto::error::{Code, Error, Said};
use crate::proto::oidc::client_auth::Method;
pub use crate::proto::settings::{CONFIDENTIAL, GOES_ON};
use crate::proto::text::json::{self, Json, Writer};
use alloc::{borrow::ToOwned, boxed::Box, string::String, vec::Vec};
use session::Session;

/// Where a flow stands after one input, and what it wishes for.
pub struct Step {
    /// The flow as text; empty when it is over.
    pub flow: String,
    /// What it wishes for, to be granted in this order.
    pub wishes: Vec<Wish>,
    /// What is worth a word and stops nothing.
    pub notices: Vec<Error>,
    /// The provider's own words, where its error ended the flow.
    pub said: Option<Said>,
    /// How it ended, when it did. The wishes beside it are still to be granted.
    pub end: Option<Result<Outcome, Error>>,
}

/// How a flow ends well.
pub enum Outcome {
    /// Somebody is signed in.
    SignedIn {
        /// Their session.
        session: Session,
        /// Whether a sign-in just finished; else the session was restored.
        fresh: bool,
        /// Whether the store took the session.
        kept: bool,
        /// Where the app wants to be: an absolute URL of its own origin.
        return_to: Option<String>,
    },
    /// Nobody is.
    SignedOut,
    /// Nobody is any more, and the page is to be where it was: an absolute URL of its own origin.
    Returned(String),
    /// There is an access token.
    Token {
        /// `access_token`.
        access_token: String,
        /// Until when it serves, in seconds since 1970; 0 where nobody said.
        expires_at: u64,
        /// From when on it is to be renewed, in seconds since 1970; 0 where that is not known.
        old_at: u64,
        /// The session it is of, as it is kept now.
        session: Session,
    },
    /// The session ended, for this reason.
    Ended(Error),
    /// Somebody else signed in in another tab.
    Switched(Session),
    /// The provider's session could not be looked at, for this reason; nobody is signed out for it.
    Unwatched {
        /// The reason.
        why: Error,
        /// Whether the provider said that something changed, and could not be asked what: then it is
        /// to be looked at again.
        again: bool,
    },
    /// The response was brought to the page that waited for it.
    Relayed,
    /// What an address needs, as JSON text, when it lies under one of the configured APIs.
    Api(Option<String>),
    /// It was not for us.
    Ignored,
    /// An API refused a token, and another one may do.
    Again,
    /// An API asks for another sign-in.
    StepUp {
        /// The options of that sign-in, as JSON text.
        detail: String,
        /// Whether nobody has asked for it yet.
        is_new: bool,
    },
    /// The page goes away.
    Leaving,
    /// UserInfo's claims, as JSON text.
    Claims(String),
    /// The proof of the client's key for one request (RFC 9449).
    Proof(String),
}

/// Gives a flow its next input. `entropy` is drawn for this step alone.
#[must_use]
pub fn resume(
    config: &Config,
    flow: &str,
    input: Input<'_>,
    now: UnixTime,
    entropy: &login::Entropy,
) -> Box<Step> {
    let Ok(state) = json::read_object(flow.as_bytes()) else {
        return Step::fail(Code::Internal);
    };
    let next = match member(&state, "flow") {
        "start" => start::resume(config, &state, input, now),
        "redeem" => redeem::resume(config, &state, input, now),
        "login" => login::resume(config, &state, input, now),
        "leave" => leave::resume(config, &state, input),
        "userinfo" => userinfo::resume(&state, input),
        step_up::FLOW if GOES_ON => step_up::resume(config, &state, input, now),
        unseen::FLOW if GOES_ON => unseen::resume(config, &state, input, now, entropy),
        frontchannel::FLOW if GOES_ON => frontchannel::resume(config, &state, input),
        watch::FLOW if GOES_ON => watch::resume(config, &state, input),
        assert::FLOW if CONFIDENTIAL => assert::resume(&state, input),
        prove::FLOW if GOES_ON => prove::resume(&state, input),
        renew::FLOW if GOES_ON => renew::resume(config, &state, input, now, entropy),
        _ => Err(Code::Internal.into()),
    };
    match next {
        Ok(Some(step)) => step,
        // An answer that nobody asked for changes nothing.
        Ok(None) => Step::wait(flow.to_owned()),
        Err(error) => Step::fail(error),
    }
}

impl Step {
    fn wait(flow: String) -> Box<Self> {
        Self::with(flow, None)
    }

    fn done(outcome: Outcome) -> Box<Self> {
        Self::with(String::new(), Some(Ok(outcome)))
    }

    /// The end of a flow in this error.
    #[must_use]
    pub fn fail(error: impl Into<Error>) -> Box<Self> {
        Self::with(String::new(), Some(Err(error.into())))
    }

    fn with(flow: String, end: Option<Result<Outcome, Error>>) -> Box<Self> {
        Box::new(Self { flow, wishes: Vec::new(), notices: Vec::new(), said: None, end })
    }

    fn wish(mut self: Box<Self>, id: u32, effect: Effect) -> Box<Self> {
        self.wishes.push(Wish { id, effect });
        self
    }

    fn first(mut self: Box<Self>, id: u32, effect: Effect) -> Box<Self> {
        self.wishes.insert(0, Wish { id, effect });
        self
    }

    fn quoting(mut self: Box<Self>, said: Option<Said>) -> Box<Self> {
        self.said = said;
        self
    }

    fn notice(mut self: Box<Self>, error: impl Into<Error>) -> Box<Self> {
        self.notices.push(error.into());
        self
    }
}

/// A request of a client that proves who it is.
pub(super) fn send_as(config: &Config, auth: Method, request: Request) -> Effect {
    if !CONFIDENTIAL {
        return Effect::Send(request);
    }
    match auth {
        Method::Key => Effect::SendAsserting(request),
        _ => Effect::Send(auth.prove(config, request)),
    }
}

/// The same at the token endpoint, where a public client proves the key that its tokens are bound to.
pub(super) fn send_for_tokens(config: &Config, auth: Method, request: Request) -> Effect {
    if !GOES_ON {
        return Effect::Send(request);
    }
    match auth {
        Method::Public => send(config, request, ""),
        _ => send_as(config, auth, request),
    }
}

/// A request that proves the client's key, where it has one, for the token that goes along.
pub(super) fn send(config: &Config, request: Request, token: &str) -> Effect {
    if !GOES_ON {
        return Effect::Send(request);
    }
    match config.proof_key() {
        Some(_) => Effect::SendProving { request, token: token.to_owned() },
        None => Effect::Send(request),
    }
}

/// Turns an error into a step: so that steps can be written with `?`.
fn settle(result: Result<Box<Step>, Error>) -> Box<Step> {
    result.unwrap_or_else(Step::fail)
}

/// The text of a flow: its name, where it stands, and what else it must remember.
fn at(flow: &str, place: &str) -> Writer {
    let mut writer = Writer::new();
    writer.text("flow", flow).text("at", place);
    writer
}

/// A text of ours, empty where there is none.
fn member<'a>(json: &'a Json, name: &str) -> &'a str {
    json.member(name).and_then(Json::text).unwrap_or_default()
}

hide! { Step, Outcome }
