//! A sign-out: this place forgets first, then the provider is told (RFC 7009, RP-Initiated Logout).

use super::{Outcome, Step, at, member, session::Session};
use crate::proto::config::Config;
use crate::proto::effect::{Effect, Input, Place};
use crate::proto::oidc::callback;
use crate::proto::oidc::{discovery, logout, pkce, revoke};
use crate::proto::text::json::Json;
use alloc::boxed::Box;

const FLOW: &str = "leave";
const DROP: u32 = 1;
const REVOKE: u32 = 2;
const LEAVE: u32 = 3;

/// Begins a sign-out. `session` is the kept text, or empty.
#[must_use]
pub fn begin(config: &Config, session: &str, entropy: &[u8; pkce::ENTROPY]) -> Box<Step> {
    let drop = Effect::Drop { place: Place::Session, key: config.session_key() };
    let Some(session) = Session::read(session.into(), config) else {
        return Step::done(Outcome::SignedOut).wish(DROP, drop);
    };
    let state = callback::derive_sign_out_state(config, &pkce::derive_secret(entropy));
    let Some(metadata) = session.metadata() else {
        return Step::done(Outcome::SignedOut).wish(DROP, drop);
    };
    let end = metadata.endpoint(discovery::END_SESSION);
    let url = end.map(|end| logout::write(end, config, session.member("id_token"), &state));
    let Some(revocation) = metadata.endpoint(discovery::REVOCATION) else {
        return go(url.as_deref()).first(DROP, drop);
    };
    let (token, hint) = match session.member("refresh_token") {
        "" => (session.member("access_token"), "access_token"),
        token => (token, "refresh_token"),
    };
    let revoke = revoke::request(revocation, config.client_id(), token, hint);
    Step::wait(at(FLOW, "revoking").maybe("url", url.as_deref()).finish())
        .wish(DROP, drop)
        .wish(REVOKE, Effect::Send(revoke))
}

/// Whatever the provider says of the revocation, the person wanted to leave.
pub(super) fn resume(state: &Json, input: Input<'_>) -> Option<Box<Step>> {
    match (member(state, "at"), input) {
        ("revoking", Input::Response(REVOKE, _) | Input::Failure(REVOKE, _)) => {
            Some(go(state.member("url").and_then(Json::text)))
        }
        _ => None,
    }
}

fn go(url: Option<&str>) -> Box<Step> {
    match url {
        Some(url) => Step::done(Outcome::Leaving).wish(LEAVE, Effect::Leave { url: url.into() }),
        None => Step::done(Outcome::SignedOut),
    }
}
