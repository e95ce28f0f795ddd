//! Where a flow stands after one input, and the text it is while it is outside.

use crate::proto::effect::{Effect, EffectRequest};
use crate::proto::error::{Error, ProviderError};
use crate::proto::state::session::Session;
use alloc::{boxed::Box, string::String, vec::Vec};

/// Where a flow stands after one input, and what it asks for.
pub struct Step {
    /// The flow as text; empty when it is over.
    pub flow: String,
    /// What it asks for, to be granted in this order.
    pub effects: Vec<EffectRequest>,
    /// What is worth a word and stops nothing.
    pub notices: Vec<Error>,
    /// The provider's own words, where its error ended the flow.
    pub provider_error: Option<ProviderError>,
    /// How it ended, when it did. The effects beside it are still to be granted.
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
    SignedOutAt(String),
    /// There is an access token.
    Token {
        /// `access_token`.
        access_token: String,
        /// Until when it serves, in seconds since 1970; 0 where nobody said.
        expires_at: u64,
        /// From when on it is to be renewed, in seconds since 1970; 0 where that is not known.
        refresh_at: u64,
        /// The session it is of, as it is kept now.
        session: Session,
    },
    /// The session ended, for this reason.
    Ended(Error),
    /// Somebody else signed in in another tab.
    UserSwitched(Session),
    /// The provider's session could not be looked at, for this reason; nobody is signed out for it.
    SessionCheckStopped {
        /// The reason.
        why: Error,
        /// Whether the provider said that something changed, and could not be asked what: then it is
        /// to be looked at again.
        again: bool,
    },
    /// The response was brought to the page that waited for it.
    Relayed,
    /// What an address needs, as JSON text, when it lies under one of the configured APIs.
    ApiNeed(Option<String>),
    /// It was not for us.
    Ignored,
    /// An API refused a token, and another one may do.
    TryAnotherToken,
    /// An API asks for another sign-in.
    StepUp {
        /// The options of that sign-in, as JSON text.
        detail: String,
        /// Whether nobody has asked for it yet.
        is_new: bool,
    },
    /// The page goes away.
    Navigating,
    /// UserInfo's claims, as JSON text.
    Claims(String),
    /// The proof of the client's key for one request (RFC 9449).
    Proof(String),
}

impl Step {
    pub(super) fn wait(flow: String) -> Box<Self> {
        Self::with(flow, None)
    }

    pub(super) fn done(outcome: Outcome) -> Box<Self> {
        Self::with(String::new(), Some(Ok(outcome)))
    }

    /// The end of a flow in this error.
    #[must_use]
    pub fn fail(error: impl Into<Error>) -> Box<Self> {
        Self::with(String::new(), Some(Err(error.into())))
    }

    pub(super) fn with(flow: String, end: Option<Result<Outcome, Error>>) -> Box<Self> {
        Box::new(Self { flow, effects: Vec::new(), notices: Vec::new(), provider_error: None, end })
    }

    pub(super) fn run(mut self: Box<Self>, id: u32, effect: Effect) -> Box<Self> {
        self.effects.push(EffectRequest { id, effect });
        self
    }

    pub(super) fn run_first(mut self: Box<Self>, id: u32, effect: Effect) -> Box<Self> {
        self.effects.insert(0, EffectRequest { id, effect });
        self
    }

    pub(super) fn with_provider_error(
        mut self: Box<Self>,
        provider_error: Option<ProviderError>,
    ) -> Box<Self> {
        self.provider_error = provider_error;
        self
    }

    pub(super) fn with_notice(mut self: Box<Self>, error: impl Into<Error>) -> Box<Self> {
        self.notices.push(error.into());
        self
    }
}

/// Turns an error into a step: so that steps can be written with `?`.
pub(super) fn settle(result: Result<Box<Step>, Error>) -> Box<Step> {
    result.unwrap_or_else(Step::fail)
}

redact_debug! { Step, Outcome }
