//! The result of one step, and the text of a flow between two steps.

use crate::proto::effect::{Effect, EffectRequest};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{Error, ProviderError};
use crate::proto::state::session::Session;
use crate::proto::text::json::Writer;
use alloc::{boxed::Box, string::String, vec::Vec};

/// The result of one step: the next text, the effects and the end.
pub struct Step {
    /// The flow as text; empty when it has ended.
    pub flow: String,
    /// The effects, to be run in this order.
    pub effects: Vec<EffectRequest>,
    /// Non-fatal failures.
    pub notices: Vec<Error>,
    /// The provider's `error` and `error_description`, if its error ended the flow or is a notice.
    pub provider_error: Option<ProviderError>,
    /// The fault of the reported error in words: the texts that differ.
    pub detail: Option<String>,
    /// The address that a failed sign-in was to return to.
    pub return_to: Option<String>,
    /// How the flow ended. `None` while it waits. The effects are run even if the flow ended.
    pub end: Option<Result<Outcome, Error>>,
}

/// How a flow ends without an error.
pub enum Outcome {
    /// A user is signed in.
    SignedIn {
        /// The user's session.
        session: Session,
        /// Whether a sign-in just finished; otherwise the session was restored.
        is_new: bool,
        /// Whether the session could be stored.
        is_stored: bool,
        /// The address that the app returns to: an absolute URL of its own origin.
        return_to: Option<String>,
        /// The parameters of the response that are not of this protocol, as JSON text.
        parameters: Option<String>,
    },
    /// No user is signed in.
    SignedOut,
    /// No user is signed in any more, and the page shows its former address: an absolute URL of its
    /// own origin.
    SignedOutAt(String),
    /// There is an access token.
    Token {
        /// `access_token`.
        access_token: String,
        /// When it expires, in seconds since 1970; 0 if that is unknown.
        expires_at: u64,
        /// When to renew it, in seconds since 1970; 0 if that is unknown.
        refresh_at: u64,
        /// The session that it belongs to, as it is stored.
        session: Session,
    },
    /// The session ended, for this reason.
    Ended(Error),
    /// Another user signed in in another tab.
    UserSwitched(Session),
    /// The provider's session could not be checked, for this reason. No user is signed out for it.
    SessionCheckStopped {
        /// The reason.
        reason: Error,
        /// Whether the provider reported a change that could not be verified, so that it must be
        /// checked again.
        check_again: bool,
    },
    /// The response was passed to the page that waits for it.
    Relayed,
    /// The need of an address, as JSON text, if it is under one of the configured APIs.
    ApiNeed(Option<String>),
    /// The response or the message was not for this client.
    Ignored,
    /// An API refused a token, and another one may be accepted.
    TryAnotherToken,
    /// An API asks for another sign-in.
    StepUp {
        /// The options of that sign-in, as JSON text.
        options: String,
        /// Whether the app has not been asked for it yet.
        is_new: bool,
    },
    /// The page navigates.
    Navigating,
    /// UserInfo's claims, as JSON text.
    Claims(String),
    /// A token that the host asked for: the DPoP proof for one request (RFC 9449), or the ID token.
    Proof(String),
}

impl Step {
    /// Waits for the answers to its effects. `flow` is the text of the flow until then.
    pub(super) fn wait(flow: &Writer) -> Box<Self> {
        Self::wait_as(flow.finish())
    }

    /// [`Step::wait`] for a finished text.
    pub(super) fn wait_as(flow: String) -> Box<Self> {
        Self::with(flow, None)
    }

    pub(super) fn done(outcome: Outcome) -> Box<Self> {
        Self::with(String::new(), Some(Ok(outcome)))
    }

    /// Ends a flow with this error.
    #[must_use]
    pub fn fail(error: impl Into<Error>) -> Box<Self> {
        Self::with(String::new(), Some(Err(error.into())))
    }

    pub(super) fn with(flow: String, end: Option<Result<Outcome, Error>>) -> Box<Self> {
        Box::new(Self {
            flow,
            effects: Vec::new(),
            notices: Vec::new(),
            provider_error: None,
            detail: None,
            return_to: None,
            end,
        })
    }

    pub(super) fn run(mut self: Box<Self>, id: EffectId, effect: Effect) -> Box<Self> {
        self.effects.push(EffectRequest { id, effect });
        self
    }

    pub(super) fn run_first(mut self: Box<Self>, id: EffectId, effect: Effect) -> Box<Self> {
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

    /// The error that it reports, which the provider may have caused.
    pub(super) fn failure(&self) -> Option<Error> {
        match &self.end {
            Some(
                Err(error)
                | Ok(Outcome::Ended(error))
                | Ok(Outcome::SessionCheckStopped { reason: error, .. }),
            ) => Some(*error),
            _ => self.notices.first().copied(),
        }
    }

    pub(super) fn with_notice(mut self: Box<Self>, error: impl Into<Error>) -> Box<Self> {
        self.notices.push(error.into());
        self
    }
}

/// Turns an error into a step, so that steps can use `?`.
pub(super) fn settle(result: Result<Box<Step>, Error>) -> Box<Step> {
    result.unwrap_or_else(Step::fail)
}

redact_debug! { Step, Outcome }
