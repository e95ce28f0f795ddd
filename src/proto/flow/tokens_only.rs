//! The sign-in and the renewal of a client without a user: the session has tokens, and no ID token was verified.

use super::step::Step;
use super::store_session;
use super::verification::{Verification, VerificationBasis};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Response, UnixTime};
use crate::proto::error::{Code, Error};
use crate::proto::oidc::token::{self, TokenResponse};
use crate::proto::oidc::unverified_id_token;
use crate::proto::state::session::Session;
use crate::proto::state::token_session;
use crate::proto::text::json::{Text, Writer};
use alloc::boxed::Box;

/// Stores the tokens of a response. An ID token that surely answers another request is refused.
pub(super) fn sign_in(
    config: &ClientConfig,
    verification: &Verification<'_>,
    response: &Response<'_>,
    now: UnixTime,
) -> Result<Box<Step>, Error> {
    let tokens = token::read(response, config.token_type())?.with_access_token()?;
    let basis = verification.basis(config)?;
    let VerificationBasis::SignIn(pending) = &basis else { return Err(Code::Internal.into()) };
    let nonce = config.sends_nonce(pending.scope()).then(|| pending.nonce());
    if !tokens.id_token().is_empty() {
        unverified_id_token::check(tokens.id_token(), config, nonce.map(Text::as_str), now)?;
    }
    let text = token_session::write(config, &tokens, pending, &basis.metadata()?, now);
    Ok(store_session::store_sign_in(config, pending, text))
}

/// The session with the ID token of a renewal. One for another client, or an old one, is not taken over: the renewed
/// access token and the new refresh token count.
pub(super) fn renewed(
    config: &ClientConfig,
    session: Session,
    tokens: &TokenResponse,
    now: UnixTime,
) -> Session {
    match unverified_id_token::check(tokens.id_token(), config, None, now) {
        Ok(()) => session.with_members(Writer::new().text("id_token", tokens.id_token())),
        Err(_) => session,
    }
}
