//! What can happen. An event names what it is about by numbers that stay the same when other events
//! are taken out of a schedule, so that a schedule can be shrunk.

/// A tab.
pub type TabId = u8;
/// A flow in a tab.
pub type FlowId = u32;
/// A person.
pub type Person = u8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// An app, or a person, asks something of a tab.
    Begin { flow: FlowId, tab: TabId, what: What },
    /// What a tab was told reaches its client.
    Hear { flow: FlowId, tab: TabId },
    /// The wish that is next comes true: a text is read or kept, a lock is asked for, a word said.
    RunEffect { flow: FlowId },
    /// The lock that a flow waits for is its own.
    Lock { flow: FlowId },
    /// An answer reaches the core.
    Answer { flow: FlowId, wish: u32 },
    /// A request reaches the provider.
    Arrive { flow: FlowId, wish: u32, fate: Fate },
    /// A request that has reached the provider reaches it once more.
    Repeat { flow: FlowId, wish: u32 },
    /// A request, or the answer to it, is lost, and the tab learns that there is none.
    Lose { flow: FlowId, wish: u32, offline: bool },
    /// Somebody signs in at the provider where a flow shows it, or nobody does.
    Person { flow: FlowId, who: Option<Person> },
    /// A page that went away is loaded again: with a response, where somebody signed in.
    Return { flow: FlowId, tab: TabId, who: Option<Person> },
    /// The browser puts a tab to sleep; everything else goes on.
    Freeze { tab: TabId },
    /// It goes on.
    Thaw { tab: TabId },
    /// A tab is gone.
    Crash { tab: TabId },
    /// Another one is opened in its place.
    Open { flow: FlowId, tab: TabId },
    /// A tab that is gone is opened as a copy of another one.
    Copy { flow: FlowId, tab: TabId, from: TabId },
    /// Time passes.
    Pass { seconds: u32 },
    /// The device's clock is set.
    SetClock { seconds: i32 },
    /// From now on nothing can be kept, or it can again.
    Storage { works: bool },
    /// The provider ends what somebody has.
    Expel { who: Person },
}

/// What is asked of a tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Look,
    NeedToken,
    /// The API did not take the access token.
    NeedAnotherToken,
    SignOut,
    SignInByPage,
    SignInByPopup,
}

/// What becomes of a request at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Served,
    /// 503, and nothing is done.
    Down,
    /// 429 with this `Retry-After`.
    TooMany(u16),
    /// It is served, and what arrives is no JSON.
    Garbled,
    /// It is served, but the ID token of the answer has another signature.
    Forged,
}
