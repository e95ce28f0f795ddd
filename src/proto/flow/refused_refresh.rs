//! A renewal that was refused, or got no answer: how the session continues, or ends.

use super::refresh::RefreshState;
use super::session_effects::swap;
use super::step::Step;
use super::store_session::end;
use super::{backoff, sent_mark, session_hint};
use crate::proto::effect::{Failure, Response};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error, ProviderError};
use crate::proto::features::WITH_FRAMES;
use crate::proto::oidc::provider_error::{self, Subject};
use crate::proto::oidc::{callback, response};
use crate::proto::state::session::{RefreshNumber, Session};
use alloc::boxed::Box;

impl RefreshState<'_> {
    /// The provider refused (RFC 6749, section 5.2), or could not answer.
    pub(super) fn refused(self, response: &Response<'_>, error: Error) -> Result<Box<Step>, Error> {
        let subject = provider_error::of_response(response);
        let said = response::provider_error(response);
        if subject.is_some_and(Subject::ends_session) {
            let query = said.as_ref().map(callback::query_with).unwrap_or_default();
            let end = |why: Code| end(self.config, &self.session, why.into(), &query);
            if sent_mark::was_repeated(&self.session) {
                return Ok(end(Code::RenewUncertain));
            }
            if !subject.is_some_and(Subject::leaves_grant) {
                return Ok(end(Code::SessionEnded));
            }
            if self.config.silent_redirect_uri().is_some() {
                return self.ask_instead();
            }
            return Ok(self.with_session_hint(end(Code::SessionEnded), false));
        }
        Ok(self.kept(response, (subject, said), error))
    }

    /// The refresh token is of no use any more. The hidden frame may bring another one.
    pub(super) fn ask_instead(mut self) -> Result<Box<Step>, Error> {
        let session = self.session.without_refresh_token();
        let swap = swap(self.config, &self.session.text, &session.text);
        self.session = session;
        Ok(self.ask()?.run_first(EffectId::STORE_FAILED_REFRESH, swap))
    }

    /// Lets the next start ask the provider, if the app allows it. `obeys`: whether the provider
    /// answered `prompt=none`.
    pub(super) fn with_session_hint(&self, step: Box<Step>, obeys: bool) -> Box<Step> {
        if self.config.allows_silent_redirect(obeys) {
            // After the end: a page that leaves in between must not send the refresh token again.
            step.run(EffectId::STORE_SESSION_HINT, session_hint::save(self.config))
        } else {
            step
        }
    }

    /// The session outlives this refusal.
    pub(super) fn kept(
        self,
        response: &Response<'_>,
        (subject, said): (Option<Subject>, Option<ProviderError>),
        error: Error,
    ) -> Box<Step> {
        // The refusal of one scope or resource says nothing of the others.
        if subject.is_some_and(Subject::is_about_one_call) {
            return self.restore_stored(&sent_mark::remove(&self.session), error);
        }
        // A broken answer may hide a successful one: the mark stays, as without an answer.
        let is_lost = response.status == 200 && said.is_none();
        let next =
            backoff::after(&self.session, error, response.retry_after, self.now, self.entropy);
        let next = next.with_refusal(said.as_ref());
        let next = if is_lost { next } else { sent_mark::remove(&next) };
        self.restore_stored(&next, error)
    }

    /// The last renewal failed, and it is too early for another one: its error stays.
    pub(super) fn failed_before(&self) -> Box<Step> {
        let said = Some(self.session.refusal()).filter(|error| !error.is_empty());
        let error = Error::of_stored_number(self.session.refresh_number(RefreshNumber::Error))
            .unwrap_or(Error::at(Code::ProviderUnavailable, At::TokenEndpoint));
        let words = Some(self.session.refusal_words().as_str());
        self.announced(self.failed(error))
            .with_provider_error(said.map(|error| response::quote(error, words)))
    }

    /// The hidden frame brought nothing, or an error that ends no session. `query` has the
    /// provider's words.
    pub(super) fn frame_failed(&self, error: Error, query: &str) -> Box<Step> {
        // A check of the provider's session is repeated at its own interval.
        if self.has_refresh_token() || !self.need.changed_session_state().is_empty() {
            return self.failed(error);
        }
        let next = backoff::after_frame(&self.session, error, query, self.now, self.entropy);
        self.announced(self.restore_stored(&next, error))
    }

    /// Says that only a sign-in helps, where no token is left and no refresh token either.
    fn announced(&self, step: Box<Step>) -> Box<Step> {
        if WITH_FRAMES && matches!(step.end, Some(Err(_))) && !self.has_refresh_token() {
            return step.with_notice(Code::SessionExpired);
        }
        step
    }

    pub(super) fn has_refresh_token(&self) -> bool {
        !self.session.refresh_token().is_empty()
    }

    pub(super) fn unanswered(self, failure: Failure) -> Box<Step> {
        let error = response::failure(failure, At::TokenEndpoint);
        if failure == Failure::Offline {
            return self.restore_stored(&sent_mark::remove(&self.session), error);
        }
        let next = backoff::after(&self.session, error, "", self.now, self.entropy);
        self.restore_stored(&next.with_refusal(None), error)
    }

    pub(super) fn restore_stored(&self, next: &Session, error: Error) -> Box<Step> {
        self.failed(error).run_first(
            EffectId::STORE_FAILED_REFRESH,
            swap(self.config, &self.session.text, &next.text),
        )
    }
}
