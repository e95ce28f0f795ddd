//! Whether the provider's session is still the one that this session came from (OpenID Connect
//! Session Management 1.0). The provider's frame is asked again and again, and its answers are
//! evaluated here.
//!
//! `WAITING_FOR_SESSION_FRAME`, then [`refresh`], which asks for the user. If a browser withholds the
//! provider's cookies from the frame, the frame always reports a change, and the provider finds no
//! session. So a change counts only if the frame has reported `unchanged` before.

use super::refresh;
use super::step::{Outcome, Step};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, Input};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::session_management::{self, FrameAnswer, FrameQuestion};
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::session::Session;
use crate::proto::text::json::Json;
use alloc::boxed::Box;

/// Begins. `session` is the stored text, or empty; `frame_works` whether the frame has shown before
/// that it can see the session.
#[must_use]
pub fn begin(config: &ClientConfig, session: &str, frame_works: bool) -> Box<Step> {
    match (Session::read(session, config), config.session_check_interval_seconds()) {
        (Some(session), Some(_)) => watch(config, &session, frame_works, !frame_works),
        _ => Step::done(Outcome::Ignored),
    }
}

/// Asks the frame, at once or when it is time.
fn watch(config: &ClientConfig, session: &Session, frame_works: bool, at_once: bool) -> Box<Step> {
    let state = session.session_state();
    let question = session.metadata().ok_or(Code::Internal.into());
    let question = question.and_then(|them| session_management::ask(config, &them, state));
    let asked = match question {
        Ok(asked) => asked,
        Err(why) => return stop(why),
    };
    let seconds =
        if at_once { 0 } else { config.session_check_interval_seconds().unwrap_or_default() };
    // One day at most: the settings allow no more.
    let delay_ms = u32::try_from(seconds).unwrap_or_default().saturating_mul(1000);
    let mut text = FlowState::WAITING_FOR_SESSION_FRAME.begin_text();
    text.text("session", &session.text).bool("sees", frame_works);
    let FrameQuestion { url, origin, text: question } = asked;
    Step::wait(&text).run(
        EffectId::CHECK_SESSION,
        Effect::CheckSession { url, origin, text: question, delay_ms },
    )
}

pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
) -> Result<Option<Box<Step>>, Error> {
    let (FlowState::WAITING_FOR_SESSION_FRAME, Input::Text(EffectId::CHECK_SESSION, word)) =
        (FlowState::of(state), input)
    else {
        return Ok(None);
    };
    let session = Session::read(member(state, "session"), config);
    let session = session.ok_or(Code::Internal)?;
    let frame_works = state.is_true("sees");
    let said = word.map_or(FrameAnswer::Nothing, session_management::read);
    Ok(Some(match said {
        FrameAnswer::Unchanged => watch(config, &session, true, false),
        FrameAnswer::Changed if frame_works => {
            refresh::check_changed_session(config, &session, session.session_state())
        }
        FrameAnswer::Changed => stop(Code::SessionCheckBlind.into()),
        FrameAnswer::Error => stop(Code::SessionCheckRefused.into()),
        // A device that slept, for example.
        FrameAnswer::Nothing if frame_works => watch(config, &session, true, false),
        FrameAnswer::Nothing => stop(Error::at(Code::NetworkTimeout, At::CheckSessionIframe)),
    }))
}

fn stop(why: Error) -> Box<Step> {
    Step::done(Outcome::SessionCheckStopped { reason: why, check_again: false })
}
