//! The party that must act on an error, the entries that can meet it, and the readers of its hint.

/// The party that must act on an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Blame {
    /// The user: they sign in again.
    User,
    /// The author of the app: the code or the settings are wrong.
    App,
    /// The provider: its answer is wrong, or it cannot do what was requested.
    Provider,
    /// The network, the storage or the runtime: a later attempt may succeed.
    Host,
    /// The authors of Countersign: this is a defect, please report it.
    Bug,
}

impl Blame {
    /// The value of `blame` in JavaScript.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::App => "App",
            Self::Provider => "Provider",
            Self::Host => "Host",
            Self::Bug => "Bug",
        }
    }
}

/// Which entries of the package can meet a code. Each entry ships only its own codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Side {
    /// A page's client.
    Page,
    /// Renewal, popups and the other parts of a page that `countersign/slim` lacks.
    Renewal,
    /// A verifier.
    Edge,
    /// Sessions. They can also meet the codes of a page.
    Sessions,
    /// A page and a verifier.
    Both,
}

/// The reader of a hint: the author of one kind of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reader {
    /// The author of a page with `createClient`.
    Page,
    /// The author of an API with `createVerifier`.
    Api,
    /// The author of an app with `createSessions`.
    Sessions,
}

impl Reader {
    /// All readers.
    pub const ALL: &'static [Self] = &[Self::Page, Self::Api, Self::Sessions];

    /// The name of the entry, for messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "verifier",
            Self::Sessions => "sessions",
        }
    }
}
