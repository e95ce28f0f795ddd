//! A tab, and the flows that run in it: what the package's TypeScript does with a flow's wishes.

use super::event::{FlowId, TabId};
use countersign::proto::effect::{Effect, EffectRequest, Failure, Input, Response, Verdict};
use countersign::proto::error::Error;
use countersign::proto::flow::step::{Outcome, Step};
use std::collections::VecDeque;

/// Where a tab is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// At the app.
    #[default]
    Here,
    /// At the provider: the request that it was sent with, or that a person signed out.
    Away(String),
    /// Nowhere: closed, or crashed.
    Gone,
}

#[derive(Default)]
pub struct Tab {
    pub page: Page,
    pub is_frozen: bool,
    /// Whether a look at what is kept has ended.
    pub is_settled: bool,
    /// The session that it shows, as it was kept.
    pub shown: Option<String>,
    /// How often it came to show something else.
    pub turns: u32,
    /// The sign-ins, one bit each, that a sign-out has reached this tab about.
    pub left: u64,
    /// What it was told and has not heard yet.
    pub inbox: VecDeque<String>,
    /// Whether somebody signed out, and nobody in, since its page went to the provider unseen.
    pub is_overtaken: bool,
    /// What its store refused.
    pub memory: Option<String>,
    /// What is kept where only this tab sees it.
    pub own: Option<String>,
    /// Whether it began as a copy of another one; whether that is still to be settled.
    pub is_copy: bool,
    pub is_unsettled_copy: bool,
    /// How its last wish for a token ended: in a token, or in an error.
    pub last: Option<Result<(), Error>>,
}

/// What a flow is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The start of a page; `again` after one that failed.
    Start {
        again: bool,
    },
    Copied,
    /// One more look, or a word that was heard.
    Look,
    TokenNeed,
    Leave,
    Page,
    Popup,
}

/// What a host says.
#[derive(Clone, Debug)]
pub enum Said {
    Response(u16, String, String),
    Failure(Failure),
    Verdict(Verdict),
    Text(Option<String>),
    List(Vec<(String, String)>),
    Done(bool),
}

impl Said {
    pub fn input(&self, id: u32) -> Input<'_> {
        match self {
            Self::Response(status, retry_after, body) => {
                let body = body.as_bytes();
                let (content_type, cache_control) = ("application/json", "");
                let status = *status;
                Input::Response(
                    id,
                    Response { status, content_type, cache_control, retry_after, body },
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

/// A wish that is under way. `until` is when its patience ends, in seconds.
pub struct Open {
    pub wish: u32,
    pub state: Under,
}

pub enum Under {
    Sent { until: u64 },
    Locking { until: u64 },
    Shown { url: String, unseen: bool },
    Said(Said),
}

/// A flow in a tab.
pub struct Run {
    pub id: FlowId,
    pub tab: TabId,
    pub kind: Kind,
    /// What a token is needed for.
    pub about: String,
    /// The session that it began with.
    pub began_with: String,
    /// How often the tab had come to show something else when it began.
    pub turns: u32,
    pub text: String,
    pub queue: VecDeque<EffectRequest>,
    pub open: Vec<Open>,
    pub end: Option<Result<Outcome, Error>>,
    /// Whether it is still to be told that its lock is lost, before anything else.
    pub is_lock_lost: bool,
    pub track: Track,
}

/// What the invariants want to know of a flow that renews.
#[derive(Default)]
pub struct Track {
    /// When it marked the refresh token as sent, as the number of an event.
    pub marked_at: Option<u32>,
    /// The refresh token that it sent, until its answer is in.
    pub sent: Option<(usize, u32)>,
    /// The refresh token whose final answer is in, until the flow could keep it.
    pub answered: Option<(usize, u32)>,
    /// Whether it signs out, and what was kept is forgotten.
    pub has_forgotten: bool,
}

impl Tab {
    /// What is left of a tab when its page goes: what the browser keeps for it.
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

    /// A step: the next text and the wishes, behind those that are under way.
    pub fn take(&mut self, step: Step) {
        self.text = step.flow;
        self.queue.extend(step.effects);
        self.end = step.end;
    }

    /// Whether the next wish has to wait for the one before.
    pub fn is_blocked(&self) -> bool {
        let is_waited_for =
            |open: &Open| matches!(open.state, Under::Locking { .. } | Under::Shown { .. });
        self.open.iter().any(is_waited_for)
    }

    pub fn can_run_effect(&self) -> bool {
        !self.queue.is_empty() && !self.is_blocked()
    }

    /// Whether an answer may reach the core: not before a step's wishes are all under way.
    pub fn can_be_answered(&self) -> bool {
        self.queue.is_empty() && !self.is_blocked() && self.end.is_none()
    }

    pub fn find(&mut self, wish: u32) -> Option<&mut Open> {
        self.open.iter_mut().find(|open| open.wish == wish)
    }

    pub fn locking(&self) -> Option<(u32, u64)> {
        self.open.iter().find_map(|open| match open.state {
            Under::Locking { until } => Some((open.wish, until)),
            _ => None,
        })
    }

    pub fn is_next_at_once(&self) -> bool {
        let is_at_once =
            |wish: &EffectRequest| matches!(wish.effect, Effect::Send(_) | Effect::Verify { .. });
        self.can_run_effect() && self.queue.front().is_some_and(is_at_once)
    }
}
