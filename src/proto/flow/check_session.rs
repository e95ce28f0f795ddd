//! Whether the provider's session is still the one that this one came of (OpenID Connect Session
//! Management 1.0): its frame is asked again and again, and what it says is weighed here.
//!
//! watching, then [`renew`], which asks who is there. Where a browser withholds the provider's cookies
//! from the frame, it always says that something changed, and the provider that it knows nobody. So a
//! change is believed of a frame alone that has said before that nothing did.

use super::refresh;
use super::step::{Outcome, Step};
use crate::proto::client::config::Config;
use crate::proto::effect::{Effect, Input};
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::session_management::{self, Question, Said};
use crate::proto::state::flow_text::{at, member};
use crate::proto::state::session::Session;
use crate::proto::text::json::Json;
use alloc::{borrow::ToOwned, boxed::Box};

pub(super) const FLOW: &str = "watch";
const WATCH: u32 = 9;

/// Begins. `session` is the kept text, or empty; `sees` whether the frame has shown before that it can
/// see the session.
#[must_use]
pub fn begin(config: &Config, session: &str, sees: bool) -> Box<Step> {
    match (Session::read(session.to_owned(), config), config.session_check()) {
        (Some(session), Some(_)) => watch(config, &session, sees, !sees),
        _ => Step::done(Outcome::Ignored),
    }
}

/// Asks the frame, at once or when it is time.
fn watch(config: &Config, session: &Session, sees: bool, at_once: bool) -> Box<Step> {
    let state = session.member("session_state");
    let question = session.metadata().ok_or(Code::Internal.into());
    let question = question.and_then(|them| session_management::ask(config, &them, state));
    let asked = match question {
        Ok(asked) => asked,
        Err(why) => return stop(why),
    };
    let seconds = if at_once { 0 } else { config.session_check().unwrap_or_default() };
    // A day at most: the settings allow no more.
    let ms = u32::try_from(seconds).unwrap_or_default().saturating_mul(1000);
    let text = at(FLOW, "watching").text("session", &session.text).bool("sees", sees).finish();
    let Question { url, origin, text: question } = asked;
    Step::wait(text).wish(WATCH, Effect::Watch { url, origin, text: question, ms })
}

pub(super) fn resume(
    config: &Config,
    state: &Json,
    input: Input<'_>,
) -> Result<Option<Box<Step>>, Error> {
    let ("watching", Input::Text(WATCH, word)) = (member(state, "at"), input) else {
        return Ok(None);
    };
    let session = Session::read(member(state, "session").to_owned(), config);
    let session = session.ok_or(Code::Internal)?;
    let sees = state.member("sees").and_then(Json::bool) == Some(true);
    let said = word.map_or(Said::Nothing, session_management::read);
    Ok(Some(match said {
        Said::Unchanged => watch(config, &session, true, false),
        Said::Changed if sees => {
            refresh::ask_of_change(config, &session, session.member("session_state"))
        }
        Said::Changed => stop(Code::SessionCheckBlind.into()),
        Said::Error => stop(Code::SessionCheckRefused.into()),
        // A device that slept, say.
        Said::Nothing if sees => watch(config, &session, true, false),
        Said::Nothing => stop(Error::at(Code::NetworkTimeout, At::CheckSessionIframe)),
    }))
}

fn stop(why: Error) -> Box<Step> {
    Step::done(Outcome::Unwatched { why, again: false })
}
