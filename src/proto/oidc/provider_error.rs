//! The meaning of a provider's `error`. It depends on where the error arrives: `docs/provider-errors.md`
//! has the table, and a test compares it with this file.

use super::response;
use crate::proto::effect::Response;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::WITH_RENEWAL;
use crate::proto::text::has_word;

/// The subject of an error (RFC 6749, 4.1.2.1 and 5.2; OpenID Connect Core 1.0, 3.1.2.6; RFC 8707;
/// RFC 9126; RFC 9396; RFC 9449).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The user refused.
    Refusal,
    /// The user must sign in.
    Login,
    /// The user must do something else at the provider.
    Interaction,
    /// The provider cannot answer at present.
    Outage,
    /// The code or the refresh token is not valid any more.
    Grant,
    /// The request, or the use of this grant by this client.
    Request,
    /// The authentication of this client.
    Client,
    /// The scope, the resource or the details of the request.
    Target,
    /// Anything else.
    Other,
}

/// The errors by their subject, separated by spaces. No first sign-in meets the last ones, and only a
/// renewal tells their subjects apart.
static SUBJECTS: &[(&str, Subject)] = &[
    ("access_denied", Subject::Refusal),
    ("login_required", Subject::Login),
    (
        "interaction_required consent_required account_selection_required \
         unmet_authentication_requirements",
        Subject::Interaction,
    ),
    ("temporarily_unavailable server_error", Subject::Outage),
    ("invalid_grant", Subject::Grant),
    (in_renewal("slow_down"), Subject::Outage),
    (in_renewal("invalid_token expired_token"), Subject::Grant),
    (in_renewal("invalid_request unauthorized_client unsupported_grant_type"), Subject::Request),
    (in_renewal("invalid_client"), Subject::Client),
    (
        in_renewal(
            "invalid_scope invalid_target invalid_resource insufficient_scope \
             invalid_authorization_details",
        ),
        Subject::Target,
    ),
];

/// Errors that a module without renewal does not know: there the text is empty.
const fn in_renewal(errors: &'static str) -> &'static str {
    if WITH_RENEWAL { errors } else { "" }
}

impl Subject {
    /// Reads an `error`.
    #[must_use]
    pub fn of(error: &str) -> Self {
        for (known, subject) in SUBJECTS {
            if has_word(known, error) {
                return *subject;
            }
        }
        Self::Other
    }

    /// The code of an error in an address: of a page, a popup or a hidden frame.
    #[must_use]
    pub const fn in_address(self) -> Code {
        match self {
            Self::Refusal => Code::SigninRefused,
            Self::Login | Self::Interaction => Code::InteractionRequired,
            Self::Outage => Code::ProviderUnavailable,
            _ => Code::ProviderError,
        }
    }

    /// The code of an error in the response of an endpoint.
    #[must_use]
    pub const fn in_response(self) -> Code {
        match self {
            Self::Grant => Code::GrantInvalid,
            Self::Login | Self::Interaction => Code::InteractionRequired,
            Self::Outage => Code::ProviderUnavailable,
            _ => Code::ProviderError,
        }
    }

    /// Whether a renewal that is refused for this reason ends the session: the same refresh token
    /// will be refused again, and a new sign-in brings another one, or the provider tells the user
    /// the reason.
    #[must_use]
    pub const fn ends_session(self) -> bool {
        matches!(self, Self::Grant | Self::Request | Self::Login | Self::Refusal)
    }

    /// Whether the provider may renew a session silently whose refresh token it refused for this
    /// reason: it said nothing of the user or of the grant.
    #[must_use]
    pub const fn leaves_grant(self) -> bool {
        matches!(self, Self::Request)
    }

    /// Whether another renewal of the same session may succeed at once.
    #[must_use]
    pub const fn is_about_one_call(self) -> bool {
        matches!(self, Self::Target | Self::Interaction)
    }

    /// Whether it says something of the user's session at the provider.
    #[must_use]
    pub const fn is_about_user(self) -> bool {
        matches!(self, Self::Refusal | Self::Login | Self::Interaction)
    }
}

/// The subject of an error response of an endpoint. Returns `None` if it is none, or if the status
/// says more (5xx, 429).
#[must_use]
pub fn of_response(response: &Response<'_>) -> Option<Subject> {
    if response.status >= 500 || response.status == 429 {
        return None;
    }
    Some(Subject::of(&response::provider_error(response)?.error))
}

/// The error for an error response of the endpoint `at`.
#[must_use]
pub fn refusal(response: &Response<'_>, at: At) -> Option<Error> {
    of_response(response).map(|subject| Error::at(subject.in_response(), at))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    const TABLE: &str = include_str!("../../../docs/provider-errors.md");

    #[test]
    fn res_08_tok_19_every_error_means_what_the_table_says_where_it_arrives() {
        let rows =
            TABLE.lines().filter(|line| line.starts_with("| `") || line.starts_with("| any"));
        let mut count = 0;
        for row in rows {
            let cells: Vec<_> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
            let subject = Subject::of(cells[1]);
            let fate = |ends, call| match (ends, call) {
                (true, _) => "ends",
                (_, true) => "call",
                _ => "stays",
            };
            let is_over = subject.in_address() == Code::InteractionRequired;
            let found = [
                subject.in_address().text(),
                subject.in_response().text(),
                fate(subject.ends_session(), subject.is_about_one_call()),
                fate(is_over, false),
                fate(subject.is_about_user() || subject.ends_session(), false),
            ];
            assert_eq!(found, cells[3..8], "{row}");
            count += 1;
        }
        assert!(count > 30, "{count} rows");
    }
}
