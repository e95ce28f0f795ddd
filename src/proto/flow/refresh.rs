//! Returns a token that an app needs: the stored one, or a renewed one. One tab renews under a lock,
//! and the others take over what it stored.
//!
//! `REFRESH_LOCKING` → `REFRESH_LOADING` → `STORING_SENT_MARK` → `SENDING_REFRESH_TOKEN` →
//! `STORING_REFRESH`, or [`redeem`] if the response has an ID token. Without a refresh token, a hidden
//! frame asks the provider (`REFRESH_WAITING_FOR_FRAME`).
//!
//! A mark is stored before the refresh token is sent. [`sent_mark`] says what follows from it.

use super::entropy::Entropy;
use super::request::send_for_tokens;
use super::session_effects::swap;
use super::step::{Outcome, Step};
use super::store_session::{end, failed, reason, state_text, store_refresh, token};
use super::{backoff, redeem, sent_mark, silent_frame, tokens_only};
use crate::proto::client::auth::Method;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Input, Response, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::{WITH_FRAMES, WITH_RENEWAL};
use crate::proto::oidc::provider_error::Subject;
use crate::proto::oidc::token::{self, Refresh, TokenResponse};
use crate::proto::oidc::{callback, response};
use crate::proto::provider::endpoint;
use crate::proto::state::access_token::AccessToken;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::need::TokenNeed;
use crate::proto::state::session::Session;
use crate::proto::text::json::Json;
use crate::proto::text::utf8;
use alloc::boxed::Box;

/// The timeout for another tab's renewal, in milliseconds: that of its request and a little more.
const LOCK_TIMEOUT_MS: u32 = 12_000;

/// Asks for the user after the provider's frame reported another session than that of
/// `session_state`.
pub(super) fn check_changed_session(
    config: &ClientConfig,
    session: &Session,
    session_state: &str,
) -> Box<Step> {
    lock(config, session, &TokenNeed::for_session_change(session_state))
}

/// Begins. `session` is the stored text, or empty; `need` the JSON text of the need.
#[must_use]
pub fn begin(config: &ClientConfig, session: &str, need: &str, now: UnixTime) -> Box<Step> {
    super::step::settle(try_begin(config, session, need, now))
}

fn try_begin(
    config: &ClientConfig,
    session: &str,
    need: &str,
    now: UnixTime,
) -> Result<Box<Step>, Error> {
    let need = TokenNeed::read(need)?;
    let session = Session::read(session, config).ok_or(Code::SigninRequired)?;
    let need = if WITH_RENEWAL { need.renewing(&session, now) } else { need };
    if !config.has_single_resource() {
        need.check(config, &session)?;
    }
    let is_renewable = can_renew(config, &session);
    let is_usable =
        |grant: &AccessToken<'_>| grant.is_fresh(now) || !is_renewable && grant.is_alive(now);
    if let Some(grant) = need.find_token(&session).filter(is_usable) {
        return Ok(token(&session, grant));
    }
    if !is_renewable {
        return Err(reason(config, &need, &session));
    }
    Ok(lock(config, &session, &need))
}

fn lock(config: &ClientConfig, session: &Session, need: &TokenNeed) -> Box<Step> {
    let flow = state_text(FlowState::REFRESH_LOCKING, session, need);
    Step::wait(&flow).lock_session(config, LOCK_TIMEOUT_MS)
}

pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
    entropy: &Entropy,
) -> Result<Option<Box<Step>>, Error> {
    let session = Session::read(member(state, "session"), config);
    let session = session.ok_or(Code::Internal)?;
    let need = TokenNeed::from_state(member(state, "need"));
    let current = RefreshState { config, session, need, now, entropy };
    Ok(Some(match (FlowState::of(state), input) {
        (FlowState::REFRESH_LOCKING, Input::Done(EffectId::LOCK_SESSION, true)) => {
            Step::wait(&state_text(FlowState::REFRESH_LOADING, &current.session, &current.need))
                .load_session(config)
        }
        (FlowState::REFRESH_LOCKING, Input::Done(EffectId::LOCK_SESSION, false)) => {
            current.failed(Code::RenewBusy.into())
        }
        // The lock was lost because the page slept: another tab may be sending. The mark stays,
        // because it may be that tab's.
        (
            FlowState::REFRESH_LOADING
            | FlowState::STORING_SENT_MARK
            | FlowState::REFRESH_WAITING_FOR_FRAME,
            Input::Done(EffectId::LOCK_SESSION, false),
        ) => current.failed(Code::RenewBusy.into()),
        (FlowState::REFRESH_LOADING, Input::Text(EffectId::LOAD_SESSION, text))
        | (FlowState::STORING_SENT_MARK, Input::Text(EffectId::STORE_SENT_MARK, text)) => {
            current.use_stored_session(text)?
        }
        (FlowState::STORING_SENT_MARK, Input::Done(EffectId::STORE_SENT_MARK, _)) => {
            current.send()?
        }
        (
            FlowState::SENDING_REFRESH_TOKEN,
            Input::Response(EffectId::SEND_REFRESH_TOKEN, response),
        ) => current.answered(&response)?,
        (
            FlowState::SENDING_REFRESH_TOKEN,
            Input::Failure(EffectId::SEND_REFRESH_TOKEN, failure),
        ) => current.unanswered(failure),
        (FlowState::REFRESH_WAITING_FOR_FRAME, Input::Text(EffectId::SHOW_FRAME, answer))
            if WITH_FRAMES =>
        {
            current.handle_frame_response(state, answer)?
        }
        (
            FlowState::REFRESH_WAITING_FOR_FRAME,
            Input::Response(EffectId::PUSH_REQUEST, _) | Input::Failure(EffectId::PUSH_REQUEST, _),
        ) if WITH_FRAMES => silent_frame::pushed(config, state, input)
            .unwrap_or_else(|error| current.frame_failed(error, "")),
        (FlowState::REFRESH_WAITING_FOR_FRAME, Input::Failure(EffectId::SHOW_FRAME, failure))
            if WITH_FRAMES =>
        {
            current.frame_failed(response::failure(failure, At::SilentRedirectUri), "")
        }
        _ => return Ok(None),
    }))
}

/// A renewal between two inputs.
pub(super) struct RefreshState<'a> {
    pub(super) config: &'a ClientConfig,
    pub(super) session: Session,
    pub(super) need: TokenNeed,
    pub(super) now: UnixTime,
    pub(super) entropy: &'a Entropy,
}

impl RefreshState<'_> {
    /// Reads the stored session and decides what to do with it.
    fn use_stored_session(self, text: Option<&str>) -> Result<Box<Step>, Error> {
        let Some(kept) = text.and_then(|text| Session::read(text, self.config)) else {
            return Ok(Step::done(Outcome::Ended(Code::SigninRequired.into())));
        };
        if !kept.is_of_same_user(self.config, &self.session) {
            return Ok(Step::done(Outcome::UserSwitched(kept)));
        }
        let current = Self { session: kept, ..self };
        if WITH_FRAMES && !current.need.changed_session_state().is_empty() {
            return current.check_changed_session_state();
        }
        if let Some(grant) =
            current.need.find_token(&current.session).filter(|grant| grant.is_fresh(current.now))
        {
            return Ok(token(&current.session, grant));
        }
        if !can_renew(current.config, &current.session) {
            return Ok(current.failed(reason(current.config, &current.need, &current.session)));
        }
        if backoff::is_waiting(&current.session, current.now) {
            return Ok(current.failed_before());
        }
        if WITH_FRAMES && current.session.refresh_token().is_empty() {
            return current.ask();
        }
        if !sent_mark::is_set(&current.session) {
            return Ok(current.store_sent_mark(0));
        }
        if sent_mark::needs_frame_first(current.config, &current.session, current.now) {
            return current.ask();
        }
        Ok(current.send_again())
    }

    /// The provider's frame reported a change. Another tab may have checked it already.
    fn check_changed_session_state(self) -> Result<Box<Step>, Error> {
        let is_known = self.session.session_state() != self.need.changed_session_state();
        match self.need.find_token(&self.session).filter(|_| is_known) {
            Some(grant) => Ok(token(&self.session, grant)),
            None => self.ask(),
        }
    }

    /// Sends the refresh token a second time after a lost answer, but not a third time.
    fn send_again(self) -> Box<Step> {
        if sent_mark::was_repeated(&self.session) {
            return end(self.config, &self.session, Code::RenewUncertain.into(), "");
        }
        self.store_sent_mark(1)
    }

    fn store_sent_mark(self, resent: u64) -> Box<Step> {
        let marked = sent_mark::set(&self.session, self.now, resent);
        Step::wait(&state_text(FlowState::STORING_SENT_MARK, &marked, &self.need)).swap_session(
            EffectId::STORE_SENT_MARK,
            self.config,
            &self.session.text,
            &marked.text,
        )
    }

    pub(super) fn ask(self) -> Result<Box<Step>, Error> {
        let mut flow = FlowState::REFRESH_WAITING_FOR_FRAME.begin_text();
        flow.text("session", &self.session.text).text("need", &self.need.write());
        let need = Some(&self.need);
        silent_frame::ask(self.config, &self.session, flow, need, self.entropy, self.now)
    }

    fn send(self) -> Result<Box<Step>, Error> {
        let metadata = self.session.metadata().ok_or(Code::Internal)?;
        let auth = Method::choose(self.config, &metadata);
        // Without `scope` a refresh is for that of the sign-in (RFC 6749, section 6). Entra ID and Azure
        // AD B2C want it again (AADSTS90009).
        let scope = if !self.need.is_met_by_first(&self.session) {
            self.need.scope()
        } else if self.config.has_single_resource() {
            self.session.requested_scope()
        } else {
            ""
        };
        let request = token::refresh(
            metadata.required(endpoint::TOKEN),
            &Refresh {
                refresh_token: self.session.refresh_token(),
                client_id: auth.form_id(self.config),
                scope,
                resource: self.need.resource(&self.session),
            },
        );
        Ok(Step::wait(&state_text(FlowState::SENDING_REFRESH_TOKEN, &self.session, &self.need))
            .run(EffectId::SEND_REFRESH_TOKEN, send_for_tokens(self.config, auth, request)))
    }

    fn answered(self, response: &Response<'_>) -> Result<Box<Step>, Error> {
        let tokens = token::read(response, self.config.token_type());
        let tokens = match tokens.and_then(TokenResponse::with_access_token) {
            Ok(tokens) => tokens,
            Err(error) => return self.refused(response, error),
        };
        // The newest refresh token is stored first: nothing is lost if this page closes now. The ID
        // token counts only after it is verified.
        let held = self.session.with_refresh_token_of(&tokens);
        if tokens.id_token().is_empty() || !self.config.has_user() {
            let times = (self.now, self.now);
            let mut next = self.need.apply_refresh(&held, self.config, &tokens, None, times);
            if !self.config.has_user() {
                next = tokens_only::renewed(self.config, next, &tokens, self.now);
            }
            return Ok(store_refresh(self.config, &self.session.text, next, &self.need));
        }
        let body = utf8(response.body).unwrap_or_default();
        let swap = swap(self.config, &self.session.text, &held.text);
        Ok(redeem::verify_refreshed(self.config, &held, &self.need, body, self.now)?
            .run_first(EffectId::STORE_REFRESH_TOKEN, swap))
    }

    /// The result of the hidden frame.
    fn handle_frame_response(self, state: &Json, answer: Option<&str>) -> Result<Box<Step>, Error> {
        let query = callback::query_of(answer.unwrap_or_default());
        match silent_frame::read_response(self.config, state, answer) {
            Ok(step) => Ok(step),
            Err(error) if error.code == Code::ProviderUnavailable => {
                Ok(self.frame_failed(error, &query))
            }
            Err(error) if !self.need.changed_session_state().is_empty() => {
                Ok(self.failed_session_check(error, &query))
            }
            Err(_) if !self.session.refresh_token().is_empty() => Ok(self.send_again()),
            Err(Error { code: Code::InteractionRequired, at: At::Error, .. }) => {
                // The browser may have withheld the provider's cookies from the frame.
                let end = end(self.config, &self.session, Code::SessionEnded.into(), &query);
                Ok(self.with_session_hint(end, true))
            }
            Err(error) => Ok(self.frame_failed(error, &query)),
        }
    }

    /// After a change the provider refused: it has no session of this user (Session Management 1.0,
    /// section 3.1), unless its error is about something else. If the provider was unreachable,
    /// nothing is known.
    fn failed_session_check(&self, error: Error, query: &str) -> Box<Step> {
        let said = callback::provider_error(query).filter(|_| error.at == At::Error);
        let subject = said.map(|said| Subject::of(&said.error));
        if subject.is_some_and(|one| one.is_about_user() || one.ends_session()) {
            return end(self.config, &self.session, Code::SessionEnded.into(), query);
        }
        self.failed(error)
    }

    pub(super) fn failed(&self, error: Error) -> Box<Step> {
        failed(&self.session, &self.need, error, self.now)
    }
}

fn can_renew(config: &ClientConfig, session: &Session) -> bool {
    let is_renewable =
        !session.refresh_token().is_empty() || config.silent_redirect_uri().is_some();
    WITH_RENEWAL && is_renewable
}
