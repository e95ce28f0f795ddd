//! The events. An event names its subject by numbers that stay the same when other events are
//! removed, so that a schedule can be shortened.

use countersign::proto::effect_id::EffectId;

/// A tab.
pub type TabId = u8;
/// A flow in a tab.
pub type FlowId = u32;
/// A user.
pub type Person = u8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An app, or a user, asks a tab for something.
    Begin { flow: FlowId, tab: TabId, what: What },
    /// A message reaches the client of a tab.
    Hear { flow: FlowId, tab: TabId },
    /// The next effect is performed: a text is read or stored, a lock is requested, a message is
    /// sent.
    RunEffect { flow: FlowId },
    /// A flow gets the lock that it waits for.
    Lock { flow: FlowId },
    /// An answer reaches the core.
    Answer { flow: FlowId, id: EffectId },
    /// A request reaches the provider.
    Arrive { flow: FlowId, id: EffectId, fate: Fate },
    /// A request reaches the provider a second time.
    Repeat { flow: FlowId, id: EffectId },
    /// A request or its answer is lost, and the tab learns that there is no answer.
    Lose { flow: FlowId, id: EffectId, offline: bool },
    /// A user signs in at the provider that a flow shows, or does not.
    Person { flow: FlowId, who: Option<Person> },
    /// A page that navigated away loads again: with a response, if a user signed in.
    Return { flow: FlowId, tab: TabId, who: Option<Person> },
    /// The browser puts a tab to sleep.
    Freeze { tab: TabId },
    /// The tab wakes up.
    Thaw { tab: TabId },
    /// A tab is gone.
    Crash { tab: TabId },
    /// Another tab is opened in its place.
    Open { flow: FlowId, tab: TabId },
    /// A tab that is gone is opened as a copy of another one.
    Copy { flow: FlowId, tab: TabId, from: TabId },
    /// Time passes.
    Pass { seconds: u32 },
    /// The device's clock is set.
    SetClock { seconds: i32 },
    /// The store starts, or stops, refusing writes.
    Storage { works: bool },
    /// The provider ends a session.
    Expel { who: Person },
}

/// A task for a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Look,
    NeedToken,
    /// The API refused the access token.
    NeedAnotherToken,
    SignOut,
    SignInByPage,
    SignInByPopup,
}

/// The fate of a request at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Served,
    /// 503; the provider does nothing.
    Down,
    /// 429 with this `Retry-After`.
    TooMany(u16),
    /// The provider refuses with this registered error, and does nothing.
    Refused(&'static str),
    /// The provider serves it, and the answer arrives as broken JSON.
    Garbled,
    /// The provider serves it, but the ID token of the answer has another signature.
    Forged,
}
