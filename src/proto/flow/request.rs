//! Requests of a client that authenticates, or proves the key that its tokens are bound to.

use crate::proto::client::auth::Method;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, Request};
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_FRAMES, WITH_RENEWAL};
use alloc::borrow::ToOwned;

/// A request with the authentication of the client.
pub(super) fn send_as(config: &ClientConfig, auth: Method, request: Request) -> Effect {
    if !CONFIDENTIAL_CLIENT {
        return Effect::Send(request);
    }
    match auth {
        Method::Key => Effect::SendWithAssertion(request),
        _ => Effect::Send(auth.prove(config, request)),
    }
}

/// The same at the token endpoint, where a public client proves the key that its tokens are bound
/// to.
pub(super) fn send_for_tokens(config: &ClientConfig, auth: Method, request: Request) -> Effect {
    if !WITH_RENEWAL {
        return Effect::Send(request);
    }
    match auth {
        Method::Public => send(config, request, ""),
        _ => send_as(config, auth, request),
    }
}

/// A request with a DPoP proof for its access token, if the client has a key.
pub(super) fn send(config: &ClientConfig, request: Request, token: &str) -> Effect {
    if !WITH_FRAMES {
        return Effect::Send(request);
    }
    match config.dpop_key() {
        Some(_) => Effect::SendWithDpop { request, token: token.to_owned() },
        None => Effect::Send(request),
    }
}
