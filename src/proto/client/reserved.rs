//! The parameters of an authorization request that no app can set as `extra`.

use crate::proto::error::At;

/// The parameters that this client writes itself. A request with one of them twice, or with a
/// request object that overrides them, would not be the request whose response is checked (RFC
/// 6749, 3.1; RFC 9101).
static RESERVED_PARAMETERS: &[At] = &[
    At::ClientIdParameter,
    At::RedirectUriParameter,
    At::ResponseType,
    At::ResponseMode,
    At::Scope,
    At::State,
    At::Nonce,
    At::CodeChallenge,
    At::CodeChallengeMethod,
    At::Prompt,
    At::LoginHintParameter,
    At::MaxAgeParameter,
    At::AcrValuesParameter,
    At::UiLocalesParameter,
    At::Claims,
    At::Resource,
    At::Request,
    At::RequestUri,
];

/// The parameter with this name, if this client writes it itself.
#[must_use]
pub fn find(name: &str) -> Option<At> {
    RESERVED_PARAMETERS.iter().find(|ours| ours.text() == name).copied()
}
