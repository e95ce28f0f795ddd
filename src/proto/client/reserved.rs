//! The parameters that no app can set as `extra`.

use crate::proto::error::{At, Code, Error};
use crate::proto::text::json::{Json, Text};

/// The parameters of an authorization request that this client writes itself, in a hidden frame or
/// in a pushed request too. A request with one of them twice, or with a request object that
/// overrides them, would not be the request whose response is checked (RFC 6749, 3.1; RFC 9101).
///
/// The first is `prompt`, see [`OF_ALL_REQUESTS`].
pub const OF_AUTHORIZATION: &[At] = &[
    At::Prompt,
    At::ClientIdParameter,
    At::RedirectUriParameter,
    At::ResponseType,
    At::ResponseMode,
    At::Scope,
    At::State,
    At::Nonce,
    At::CodeChallenge,
    At::CodeChallengeMethod,
    At::LoginHintParameter,
    At::MaxAgeParameter,
    At::AcrValuesParameter,
    At::UiLocalesParameter,
    At::Claims,
    At::Resource,
    At::Request,
    At::RequestUri,
    At::IdTokenHintParameter,
    At::DpopJkt,
    At::ClientSecretParameter,
    At::ClientAssertionParameter,
    At::ClientAssertionType,
];

/// The parameters that no setting adds to all authorization requests: these without `prompt`, which counts where a
/// request has none of its own.
pub static OF_ALL_REQUESTS: &[At] = match OF_AUTHORIZATION.split_first() {
    Some((At::Prompt, rest)) => rest,
    _ => OF_AUTHORIZATION,
};

/// The parameters of a logout request that this client writes itself (RP-Initiated Logout, section
/// 2).
pub static OF_LOGOUT: &[At] = &[
    At::ClientIdParameter,
    At::IdTokenHintParameter,
    At::PostLogoutRedirectUriParameter,
    At::State,
];

/// Refuses parameters that this client writes itself.
///
/// # Errors
/// `OIDC_EXTRA_FORBIDDEN`
pub fn check(extra: &[(Text, Json)], reserved: &[At]) -> Result<(), Error> {
    for ours in reserved {
        for (name, _) in extra {
            if **name == *ours.text() {
                return Err(Error::at(Code::ExtraForbidden, *ours));
            }
        }
    }
    Ok(())
}
