//! When a failed renewal may be tried again. It is stored with the session, so that every tab
//! waits.

use super::entropy::Entropy;
use crate::proto::effect::UnixTime;
use crate::proto::error::Error;
use crate::proto::oidc::callback;
use crate::proto::oidc::retry::{
    MAX_FAILURES, MAX_OWN_WAIT_SECONDS, MAX_RETRY_AFTER_SECONDS, wait_seconds,
};
use crate::proto::state::session::{RefreshNumber, Session};

/// The session after one more failure, `error`. `retry_after` is the header of the answer. Half of the
/// wait is random, so that the tabs of many users do not return at the same moment.
#[must_use]
pub(super) fn after(
    session: &Session,
    error: Error,
    retry_after: &str,
    now: UnixTime,
    entropy: &Entropy,
) -> Session {
    let tries = session.refresh_number(RefreshNumber::Failures).min(MAX_FAILURES);
    let wait = wait_seconds(tries, retry_after, entropy.state[0]);
    let numbers = [
        (RefreshNumber::Failures, tries.saturating_add(1)),
        (RefreshNumber::RetryAt, now.plus(wait).0),
        (RefreshNumber::Error, error.stored_number()),
    ];
    session.with_numbers(&numbers)
}

/// Whether the wait after a failed renewal has not ended. A wait that is longer than this client ever
/// chooses was stored by a clock that was wrong, and counts as ended.
#[must_use]
pub(super) fn is_waiting(session: &Session, now: UnixTime) -> bool {
    let until = session.refresh_number(RefreshNumber::RetryAt);
    now.0 < until && until <= now.plus(MAX_RETRY_AFTER_SECONDS + MAX_OWN_WAIT_SECONDS).0
}

/// The session after a hidden frame that failed. `query` has the provider's words.
#[must_use]
pub(super) fn after_frame(
    session: &Session,
    error: Error,
    query: &str,
    now: UnixTime,
    entropy: &Entropy,
) -> Session {
    let said = callback::provider_error(query);
    after(session, error, "", now, entropy).with_refusal(said.as_ref())
}
