//! Whose failure it is: who has to act on it, and which entries of the package can meet it.

/// Who has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Blame {
    /// The person at the screen: ask again.
    User,
    /// The app's author: a misuse that can be read from the code or its settings.
    App,
    /// The provider misbehaved, or cannot do what was asked.
    Provider,
    /// The network, the storage or the browser; a later try may work.
    Host,
    /// Countersign itself. Please report it.
    Bug,
}

impl Blame {
    /// The word that JavaScript sees.
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

/// Which entries of the package can meet a code: the JavaScript of each carries its own rows only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Side {
    /// A page's client.
    Page,
    /// What lets a page's session go on: renewal and popups.
    Renewal,
    /// A verifier at the edge.
    Edge,
    /// Sessions at the edge, beside what a page meets.
    Sessions,
    /// Either.
    Both,
}

/// Who reads a hint: the author of one kind of entry.
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

    /// Where the reader meets an error, as the second half of "in a …".
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Api => "verifier",
            Self::Sessions => "sessions",
        }
    }
}
