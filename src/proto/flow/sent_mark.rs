//! The mark of a refresh token that was sent. The mark is stored before the request, and the answer
//! removes it.
//!
//! A tab that finds the mark knows that an answer was lost: the provider may have rotated the token,
//! and may treat its repetition as theft (RFC 9700, section 4.14). So the token is sent once more at
//! most: at once if the provider allows it (`refreshGrace`), otherwise after a hidden frame was
//! tried.

use crate::proto::client::config::ClientConfig;
use crate::proto::effect::UnixTime;
use crate::proto::state::session::{RefreshNumber, Session};

/// Whether the refresh token was sent and no answer arrived.
pub(super) fn is_set(session: &Session) -> bool {
    session.refresh_number(RefreshNumber::SentAt) != 0
}

/// Whether the refresh token was sent a second time after a lost answer.
pub(super) fn was_repeated(session: &Session) -> bool {
    session.refresh_number(RefreshNumber::Resent) != 0
}

/// Whether a hidden frame is tried before the refresh token is sent again.
pub(super) fn needs_frame_first(config: &ClientConfig, session: &Session, now: UnixTime) -> bool {
    let sent_at = UnixTime(session.refresh_number(RefreshNumber::SentAt));
    let is_within_grace = now < sent_at.plus(config.refresh_grace());
    config.silent_redirect_uri().is_some() && (!is_within_grace || was_repeated(session))
}

/// The session with the mark of a request. `resent` is 1 if the token was sent before.
pub(super) fn set(session: &Session, now: UnixTime, resent: u64) -> Session {
    session.with_numbers(&[(RefreshNumber::SentAt, now.0), (RefreshNumber::Resent, resent)])
}

/// The session before the mark: there is no doubt about this request, because it did not leave the
/// device or the provider did nothing. An earlier mark stays.
pub(super) fn remove(session: &Session) -> Session {
    let sent_at =
        if was_repeated(session) { session.refresh_number(RefreshNumber::SentAt) } else { 0 };
    session.with_numbers(&[(RefreshNumber::SentAt, sent_at), (RefreshNumber::Resent, 0)])
}
