//! A tab and the flows in it, as the package's TypeScript runs them.

use super::event::{FlowId, TabId};
use countersign::proto::effect::{Effect, EffectRequest, Failure, Input, Response, Verdict};
use countersign::proto::effect_id::EffectId;
use countersign::proto::error::Error;
use countersign::proto::flow::step::{Outcome, Step};
use std::collections::VecDeque;

/// Where a tab is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// At the app.
    #[default]
    Here,
    /// At the provider: the request that it carried, or a sign-out.
    Away(String),
    /// Closed or crashed.
    Gone,
}

#[derive(Default)]
pub struct Tab {
    pub page: Page,
    pub is_frozen: bool,
    /// Whether a read of the store has ended.
    pub is_settled: bool,
    /// The session that it shows, as it was stored.
    pub shown: Option<String>,
    /// How often the shown session changed.
    pub turns: u32,
    /// The sign-ins, one bit each, whose sign-out has reached this tab.
    pub left: u64,
    /// Messages that arrived and are not handled yet.
    pub inbox: VecDeque<String>,
    /// Whether a user signed out, and no user signed in, since its page began a silent redirect.
    pub is_overtaken: bool,
    /// Texts that its store refused.
    pub memory: Option<String>,
    /// The store that only this tab sees.
    pub own: Option<String>,
    /// Whether it began as a copy of another tab; whether that is still unresolved.
    pub is_copy: bool,
    pub is_unsettled_copy: bool,
    /// How its last request for a token ended: with a token or an error.
    pub last: Option<Result<(), Error>>,
}

/// The purpose of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The start of a page; `again` after one that failed.
    Start {
        again: bool,
    },
    Copied,
    /// One more read of the store, or a message.
    Look,
    TokenNeed,
    SignOut,
    Page,
    Popup,
}

/// An answer of the host.
#[derive(Clone, Debug)]
pub enum HostAnswer {
    Response(u16, String, String),
    Failure(Failure),
    Verdict(Verdict),
    Text(Option<String>),
    List(Vec<(String, String)>),
    Done(bool),
}

impl HostAnswer {
    pub fn input(&self, id: EffectId) -> Input<'_> {
        match self {
            Self::Response(status, retry_after, body) => {
                let body = body.as_bytes();
                let (content_type, cache_control) = ("application/json", "");
                let status = *status;
                Input::Response(
                    id,
                    Response {
                        status,
                        content_type,
                        cache_control,
                        retry_after,
                        challenge: "",
                        body,
                    },
                )
            }
            Self::Failure(failure) => Input::Failure(id, *failure),
            Self::Verdict(verdict) => Input::Verdict(id, *verdict, &[]),
            Self::Text(text) => Input::Text(id, text.as_deref()),
            Self::List(list) => Input::List(id, list),
            Self::Done(well) => Input::Done(id, *well),
        }
    }
}

/// A running effect. `until` is when it times out, in seconds.
pub struct Open {
    pub id: EffectId,
    pub state: EffectState,
}

pub enum EffectState {
    Sent { until: u64 },
    Locking { until: u64 },
    Shown { url: String, silent: bool },
    Answered(HostAnswer),
}

/// A flow in a tab.
pub struct Run {
    pub id: FlowId,
    pub tab: TabId,
    pub kind: Kind,
    /// The need that a token is for.
    pub about: String,
    /// The session that it began with.
    pub began_with: String,
    /// How often the tab had changed when it began.
    pub turns: u32,
    pub text: String,
    pub queue: VecDeque<EffectRequest>,
    pub open: Vec<Open>,
    pub end: Option<Result<Outcome, Error>>,
    /// Whether it must first learn that its lock is lost.
    pub is_lock_lost: bool,
    pub track: Track,
}

/// Data about a renewing flow for the invariants.
#[derive(Default)]
pub struct Track {
    /// When it marked the refresh token as sent, as the number of an event.
    pub marked_at: Option<u32>,
    /// The refresh token that it sent, until its answer arrives.
    pub sent: Option<(usize, u32)>,
    /// The refresh token whose final answer arrived, until the flow could store it.
    pub answered: Option<(usize, u32)>,
    /// Whether it signs out and has removed the session.
    pub has_forgotten: bool,
}

impl Tab {
    /// The remains of a tab whose page is gone: what the browser keeps for it.
    pub fn without_page(&mut self, page: Page) -> Self {
        let (is_copy, is_unsettled_copy) = (self.is_copy, self.is_unsettled_copy);
        Self { page, own: self.own.take(), is_copy, is_unsettled_copy, ..Self::default() }
    }
}

impl Run {
    pub fn new(id: FlowId, tab: TabId, kind: Kind) -> Self {
        Self {
            id,
            tab,
            kind,
            about: String::new(),
            began_with: String::new(),
            turns: 0,
            text: String::new(),
            queue: VecDeque::new(),
            open: Vec::new(),
            end: None,
            is_lock_lost: false,
            track: Track::default(),
        }
    }

    /// A step: the next text, and its effects after the running ones.
    pub fn take(&mut self, step: Step) {
        self.text = step.flow;
        self.queue.extend(step.effects);
        self.end = step.end;
    }

    /// Whether the next effect has to wait for the one before.
    pub fn is_blocked(&self) -> bool {
        let is_waited_for = |open: &Open| {
            matches!(open.state, EffectState::Locking { .. } | EffectState::Shown { .. })
        };
        self.open.iter().any(is_waited_for)
    }

    pub fn can_run_effect(&self) -> bool {
        !self.queue.is_empty() && !self.is_blocked()
    }

    /// Whether an answer may reach the core: after all effects of a step have started.
    pub fn can_be_answered(&self) -> bool {
        self.queue.is_empty() && !self.is_blocked() && self.end.is_none()
    }

    pub fn find(&mut self, id: EffectId) -> Option<&mut Open> {
        self.open.iter_mut().find(|open| open.id == id)
    }

    pub fn locking(&self) -> Option<(EffectId, u64)> {
        self.open.iter().find_map(|open| match open.state {
            EffectState::Locking { until } => Some((open.id, until)),
            _ => None,
        })
    }

    pub fn is_next_at_once(&self) -> bool {
        let is_at_once = |request: &EffectRequest| {
            matches!(request.effect, Effect::Send(_) | Effect::Verify { .. })
        };
        self.can_run_effect() && self.queue.front().is_some_and(is_at_once)
    }
}
