//! The numbers of a session that a refresh changes.

/// A number of a session that a refresh changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshNumber {
    /// When the refresh token was sent without an answer since, in seconds since 1970.
    SentAt,
    /// 1 if the refresh token was sent a second time without an answer.
    Resent,
    /// When the next refresh may begin after a failure, in seconds since 1970.
    RetryAt,
    /// How many refreshes have failed since the last successful one.
    Failures,
    /// The error of the last refresh, if it failed, as a number that this version of the package knows.
    Error,
}

impl RefreshNumber {
    pub(super) const ALL: [Self; 5] =
        [Self::SentAt, Self::Resent, Self::RetryAt, Self::Failures, Self::Error];

    /// The name of the member in the stored text.
    pub(super) const fn member(self) -> &'static str {
        match self {
            Self::SentAt => "sent",
            Self::Resent => "resent",
            Self::RetryAt => "retry_at",
            Self::Failures => "tries",
            Self::Error => "why",
        }
    }
}
