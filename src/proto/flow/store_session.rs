//! Stores the result of a renewal: a token, another tab's session, or no session.

use super::explain::issuer_query;
use super::step::{Outcome, Step};
use super::verification::Verification;
use super::{broadcast, restore, sign_out};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, Input, StorageArea, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::{IN_PAGE, WITH_FRAMES, WITH_RENEWAL};
use crate::proto::state::access_token::AccessToken;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::need::{TokenNeed, missing};
use crate::proto::state::pending::{self, PendingSignIn};
use crate::proto::state::session::Session;
use crate::proto::text::has_word;
use crate::proto::text::json::{Json, Writer};
use alloc::{boxed::Box, string::String};

/// Stores the result of a response, unless its session is gone.
pub(super) fn store_refresh(
    config: &ClientConfig,
    previous: &str,
    next: Session,
    need: &TokenNeed,
) -> Box<Step> {
    Step::wait(&state_text(FlowState::STORING_REFRESH, &next, need)).swap_session(
        EffectId::STORE_SESSION,
        config,
        previous,
        &next.text,
    )
}

/// The end of a successful renewal.
pub(super) fn done(
    config: &ClientConfig,
    session: Session,
    need: &TokenNeed,
    is_stored: bool,
) -> Box<Step> {
    let Some(grant) = need.find_token(&session) else {
        return Step::fail(reason(config, need, &session));
    };
    let mut step = broadcast::changed(config, token(&session, grant));
    if !is_stored {
        step = step.with_notice(Error::at(Code::StorageDegraded, At::Store));
    }
    step
}

/// Stores the result of a silent sign-in of the same user.
///
/// After a change in the provider's frame, and with the same user, the session continues with its
/// own tokens (Session Management 1.0, section 3.1).
fn store_silent_sign_in(
    config: &ClientConfig,
    pending: &PendingSignIn,
    previous: &Session,
    later: Session,
) -> Box<Step> {
    let is_check = !TokenNeed::from_state(pending.need_text()).changed_session_state().is_empty();
    let next = if is_check { previous.with_session_state_of(&later) } else { later };
    let mut flow = FlowState::STORING_SIGN_IN.begin_text();
    flow.text("session", &next.text)
        .text("return_to", pending.return_to())
        .bool(pending::SILENT, pending.is_silent())
        .text("basis", &previous.text)
        .text("need", pending.need_text());
    Step::wait(&flow).swap_session(EffectId::STORE_SESSION, config, &previous.text, &next.text)
}

/// A renewal whose ID token was refused, or could not be verified.
pub(super) fn failed_verification(
    config: &ClientConfig,
    verification: &Verification<'_>,
    error: Error,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    let session = Session::read(verification.basis, config).ok_or(Code::Internal)?;
    Ok(Some(if FINAL_CODES.contains(&error.code) {
        end(config, &session, error, &issuer_query(verification.tokens))
    } else {
        failed(&session, &TokenNeed::from_state(verification.need), error, now)
    }))
}

/// The refusals of a renewed ID token that end its session: no later attempt accepts this token, and
/// nothing of its response may be used (Core 12.2).
///
/// The others say nothing about the token, and fail the call alone. The session keeps the refresh token of
/// the response, for the next attempt:
/// - `OIDC_TOKEN_EXPIRED`, `OIDC_TOKEN_NOT_YET_VALID`, `OIDC_ISSUED_IN_FUTURE`, `OIDC_TOKEN_AGE_EXCEEDED`:
///   the clock of this device may be wrong.
/// - `OIDC_KEY_NOT_FOUND`, `OIDC_KEYS_INVALID`, and the codes of requests: the keys may come back.
/// - `OIDC_ALG_UNSUPPORTED`, `OIDC_INSECURE_CONTEXT`: this host verifies nothing of the kind.
static FINAL_CODES: &[Code] = &[
    // Not a token that this client may read.
    Code::TokenMalformed,
    Code::TokenEncrypted,
    Code::TokenTooLarge,
    Code::AlgForbidden,
    Code::CritUnsupported,
    Code::SignatureInvalid,
    // A token of another kind.
    Code::TypForbidden,
    Code::ClaimInvalid,
    // Of another provider, for another client, or beside another access token.
    Code::IssuerMismatch,
    Code::AudienceMismatch,
    Code::AzpMismatch,
    Code::AtHashMismatch,
    // About another user, or about one whom the app does not let in.
    Code::RenewedMismatch,
    Code::TenantForbidden,
];

/// During the renewal another tab stored another session, or removed it.
pub(super) fn adopt_newer_session_of(
    config: &ClientConfig,
    verification: &Verification<'_>,
    text: Option<&str>,
    now: UnixTime,
) -> Box<Step> {
    match Session::read(verification.basis, config) {
        Some(session) if config.is_confidential() && text.is_none() => {
            match verification.tokens(config) {
                Ok(tokens) => {
                    let newest: [&str; 2] = [tokens.access_token(), session.refresh_token()];
                    sign_out::revoke_orphan(config, &session, newest)
                }
                Err(error) => Step::fail(error),
            }
        }
        Some(session) => adopt_newer_session(
            config,
            &session,
            &TokenNeed::from_state(verification.need),
            text,
            now,
        ),
        None => Step::fail(Code::Internal),
    }
}

pub(super) fn adopt_newer_session(
    config: &ClientConfig,
    session: &Session,
    need: &TokenNeed,
    text: Option<&str>,
    now: UnixTime,
) -> Box<Step> {
    let Some(stored) = text.and_then(|text| Session::read(text, config)) else {
        return Step::done(Outcome::Ended(Code::SigninRequired.into()));
    };
    if stored.is_of_same_user(config, session) {
        failed(&stored, need, Code::RenewBusy.into(), now)
    } else {
        Step::done(Outcome::UserSwitched(stored))
    }
}

/// Ends the session, unless another one is stored. `query` has the provider's words or the `iss` of a
/// forged token, or is empty.
pub(super) fn end(config: &ClientConfig, session: &Session, why: Error, query: &str) -> Box<Step> {
    let mut text = FlowState::ENDING_SESSION.begin_text();
    text.text("session", &session.text)
        .text("need", "{}")
        .text("query", query)
        .number("why", why.number());
    Step::wait(&text).swap_session(EffectId::END_SESSION, config, &session.text, "")
}

/// The session is removed. The user is not signed out: another tab may have a session of its own,
/// which continues.
pub(super) fn ended(config: &ClientConfig, why: Error) -> Box<Step> {
    broadcast_end(config, Step::done(Outcome::Ended(why)), why)
}

/// Notifies other tabs of the end and its reason.
pub(super) fn broadcast_end(config: &ClientConfig, mut step: Box<Step>, why: Error) -> Box<Step> {
    if IN_PAGE && let Some(word) = broadcast::end_reason(why) {
        step = step.run(EffectId::BROADCAST_REASON, broadcast::send(config, word));
    }
    broadcast::changed(config, step)
}

/// A token that is still valid is enough; otherwise this error ends the flow. A check of the
/// provider's session is repeated later.
pub(super) fn failed(
    session: &Session,
    need: &TokenNeed,
    error: Error,
    now: UnixTime,
) -> Box<Step> {
    if !need.changed_session_state().is_empty() {
        return Step::done(Outcome::SessionCheckStopped { reason: error, check_again: true });
    }
    match need.find_token(session).filter(|grant| grant.is_alive(now)) {
        Some(grant) if error.code == Code::SessionExpired => token(session, grant),
        Some(grant) => token(session, grant).with_notice(error),
        None => Step::fail(error),
    }
}

pub(super) fn token(session: &Session, grant: AccessToken<'_>) -> Box<Step> {
    let (access_token, expires_at) = (grant.token().into(), grant.expires_at());
    let session = session.clone();
    Step::done(Outcome::Token { access_token, expires_at, refresh_at: grant.refresh_at(), session })
}

/// Why there is no token.
pub(super) fn reason(config: &ClientConfig, need: &TokenNeed, session: &Session) -> Error {
    for grant in session.access_tokens() {
        if need.is_met_by(&grant, session) {
            // A newer token was asked for, and this one may be valid.
            let is_refused = !need.refused_token().is_empty();
            return if is_refused { Code::RenewUnavailable } else { Code::SessionExpired }.into();
        }
    }
    match need.required_resource().as_str() {
        "" => missing(false, At::Scope),
        resource => {
            let is_new =
                has_word(&config.resource(), resource) && !has_word(session.resource(), resource);
            missing(is_new, At::Resource)
        }
    }
}

/// Continues after the store has answered.
pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    let place = FlowState::of(state);
    if let (FlowState::STORING_SIGN_IN, Input::Done(EffectId::STORE_SESSION, is_stored)) =
        (place, input)
    {
        return finish(config, state, is_stored).map(Some);
    }
    if !WITH_RENEWAL {
        return Ok(None);
    }
    let why = || state.member("why").and_then(Json::seconds).map(Error::of_number);
    let need = TokenNeed::from_state(member(state, "need"));
    let read = |name| Session::read(member(state, name), config).ok_or(Code::Internal);
    Ok(Some(match (place, input) {
        (FlowState::STORING_SIGN_IN, Input::Text(EffectId::STORE_SESSION, text)) if WITH_FRAMES => {
            match member(state, "need").as_str() {
                "" => restore::adopt_newer_session(config, state, text),
                _ => adopt_newer_session(config, &read("basis")?, &need, text, now),
            }
        }
        (FlowState::STORING_REFRESH, Input::Done(EffectId::STORE_SESSION, is_stored)) => {
            done(config, read("session")?, &need, is_stored)
        }
        (FlowState::ENDING_SESSION, Input::Done(EffectId::END_SESSION, _)) => {
            ended(config, why().unwrap_or(Code::Internal.into()))
        }
        (FlowState::STORING_REFRESH, Input::Text(EffectId::STORE_SESSION, None))
            if config.is_confidential() =>
        {
            let session = read("session")?;
            let newest = need.find_token(&session).map(|grant| grant.token());
            let tokens: [&str; 2] = [newest.unwrap_or_default(), session.refresh_token()];
            sign_out::revoke_orphan(config, &session, tokens)
        }
        (FlowState::STORING_REFRESH, Input::Text(EffectId::STORE_SESSION, text))
        | (FlowState::ENDING_SESSION, Input::Text(EffectId::END_SESSION, text)) => {
            adopt_newer_session(config, &read("session")?, &need, text, now)
        }
        (FlowState::FORGETTING_SESSION, Input::Done(EffectId::END_SESSION, _)) if WITH_FRAMES => {
            let step = Step::done(Outcome::SignedOutAt(member(state, "return_to").to_owned()));
            // No sign-out: another tab may have a session of its own.
            match why() {
                Some(why) => broadcast_end(config, step, why).with_notice(why),
                None => broadcast::changed(config, step),
            }
        }
        (FlowState::FORGETTING_SESSION, Input::Text(EffectId::END_SESSION, stored_text))
            if WITH_FRAMES =>
        {
            restore::adopt_newer_session(config, state, stored_text)
        }
        _ => return Ok(None),
    }))
}

/// A session and the need for a token of it, while the flow waits.
pub(super) fn state_text(state: FlowState, session: &Session, need: &TokenNeed) -> Box<Writer> {
    let mut flow = state.begin_text();
    flow.text("session", &session.text).text("need", &need.write());
    flow
}

/// Stores the session of a sign-in. A silent one belongs to the user who was signed in, and stores
/// nothing after a sign-out.
pub(super) fn store_sign_in(
    config: &ClientConfig,
    pending: &PendingSignIn,
    text: String,
) -> Box<Step> {
    let mut flow = FlowState::STORING_SIGN_IN.begin_text();
    flow.text("session", &text).text("return_to", pending.return_to());
    flow.optional_text(pending::PARAMETERS, pending.parameters());
    let (area, key) = (StorageArea::Session, config.session_key());
    let read = |text: &str| if WITH_FRAMES { Session::read(text, config) } else { None };
    let both = read(pending.session_text()).zip(read(&text));
    if WITH_FRAMES {
        flow.bool(pending::SILENT, pending.is_silent());
    }
    let Some((previous, later)) = both else {
        return Step::wait(&flow).run(EffectId::STORE_SESSION, Effect::Save { area, key, text });
    };
    let why = Code::SessionChanged.into();
    if previous.is_of_same_user(config, &later) {
        store_silent_sign_in(config, pending, &previous, later)
    } else if pending.is_silent() {
        forget(config, &previous, pending.return_to(), Some(why))
    } else {
        end(config, &previous, why, "")
    }
}

fn finish(config: &ClientConfig, state: &Json, is_stored: bool) -> Result<Box<Step>, Error> {
    let session = Session::read(member(state, "session"), config).ok_or(Code::Internal)?;
    let need = member(state, "need");
    if WITH_FRAMES && !need.is_empty() {
        return Ok(done(config, session, &TokenNeed::from_state(need), is_stored));
    }
    let return_to = Some(member(state, "return_to").to_owned());
    let is_new = !pending::is_silent(state);
    // A frame did not navigate the page.
    let return_to = return_to.filter(|to| !WITH_FRAMES || !to.is_empty());
    let parameters = state.member(pending::PARAMETERS).filter(|_| WITH_RENEWAL && is_new);
    let parameters = parameters.and_then(Json::text).map(Into::into);
    let step = Step::done(Outcome::SignedIn { session, is_new, is_stored, return_to, parameters });
    Ok(broadcast::changed(config, step))
}

/// Ends an expired session, unless another one is stored.
pub(super) fn forget(
    config: &ClientConfig,
    session: &Session,
    return_to: &str,
    why: Option<Error>,
) -> Box<Step> {
    let mut flow = FlowState::FORGETTING_SESSION.begin_text();
    flow.text("return_to", return_to);
    if let Some(why) = why {
        flow.number("why", why.number());
    }
    Step::wait(&flow).swap_session(EffectId::END_SESSION, config, &session.text, "")
}
