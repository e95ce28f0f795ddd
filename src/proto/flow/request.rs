//! Requests of a client that proves who it is, or the key that its tokens are bound to.

use crate::proto::client::auth::Method;
use crate::proto::client::config::Config;
use crate::proto::effect::{Effect, Request};
use crate::proto::features::{CONFIDENTIAL, GOES_ON};
use alloc::borrow::ToOwned;

/// A request of a client that proves who it is.
pub(super) fn send_as(config: &Config, auth: Method, request: Request) -> Effect {
    if !CONFIDENTIAL {
        return Effect::Send(request);
    }
    match auth {
        Method::Key => Effect::SendAsserting(request),
        _ => Effect::Send(auth.prove(config, request)),
    }
}

/// The same at the token endpoint, where a public client proves the key that its tokens are bound to.
pub(super) fn send_for_tokens(config: &Config, auth: Method, request: Request) -> Effect {
    if !GOES_ON {
        return Effect::Send(request);
    }
    match auth {
        Method::Public => send(config, request, ""),
        _ => send_as(config, auth, request),
    }
}

/// A request that proves the client's key, where it has one, for the token that goes along.
pub(super) fn send(config: &Config, request: Request, token: &str) -> Effect {
    if !GOES_ON {
        return Effect::Send(request);
    }
    match config.proof_key() {
        Some(_) => Effect::SendProving { request, token: token.to_owned() },
        None => Effect::Send(request),
    }
}
