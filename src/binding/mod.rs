//! The binding to JavaScript: synchronous exports over values. They convert, call and convert; they
//! decide nothing. The results are JSON text. A feature decides which exports a module has.

#[cfg(feature = "edge")]
pub mod edge;
#[cfg(feature = "ask")]
pub mod introspection;
#[cfg(feature = "jose")]
pub mod jose;
#[cfg(any(feature = "page", feature = "edge", feature = "ask"))]
mod out;
#[cfg(feature = "page")]
pub mod page;
#[cfg(feature = "soft")]
pub mod soft;
#[cfg(any(feature = "systems", feature = "client-credentials"))]
pub mod systems;

#[cfg(any(feature = "page", feature = "edge", feature = "ask"))]
use crate::proto::effect::{Failure, Input, Response, UnixTime};
#[cfg(any(feature = "page", feature = "edge", feature = "ask"))]
use crate::proto::effect_id::EffectId;
#[cfg(any(feature = "page", feature = "edge", feature = "ask"))]
use crate::proto::error::Code;
#[cfg(any(feature = "page", feature = "edge", feature = "ask"))]
use crate::proto::text::pieces;

/// A fraction of a second is dropped, and an invalid time counts as 0.
#[cfg(any(feature = "page", feature = "edge", feature = "ask"))]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn time(now: f64) -> UnixTime {
    UnixTime(now as u64)
}

/// The answer to an effect, as TypeScript sends it: its kind and its values. `text` is a stored
/// text, or a response's `Content-Type`, `Cache-Control`, `Retry-After` and `WWW-Authenticate`, one per
/// line.
#[cfg(any(feature = "page", feature = "edge", feature = "ask"))]
fn answer<'a>(
    (id, kind): (u32, &str),
    (text, body, status): (&'a str, &'a [u8], u16),
) -> Result<Input<'a>, Code> {
    let id = EffectId(id);
    Ok(match kind {
        "response" => {
            let mut lines = pieces(text, b'\n');
            let mut line = || lines.next().unwrap_or_default();
            let (content_type, cache_control) = (line(), line());
            let retry_after = line();
            let challenge = if cfg!(feature = "page") { line() } else { "" };
            Input::Response(
                id,
                Response { status, content_type, cache_control, retry_after, challenge, body },
            )
        }
        "network" => Input::Failure(id, Failure::Network),
        "offline" => Input::Failure(id, Failure::Offline),
        "timeout" => Input::Failure(id, Failure::TimedOut),
        #[cfg(feature = "renewal")]
        "blocked" => Input::Failure(id, Failure::Blocked),
        #[cfg(feature = "renewal")]
        "closed" => Input::Failure(id, Failure::Closed),
        "too-large" => Input::Failure(id, Failure::TooLarge),
        "redirected" => Input::Failure(id, Failure::Redirected),
        "text" => Input::Text(id, Some(text)),
        "none" => Input::Text(id, None),
        "done" => Input::Done(id, true),
        "not-done" => Input::Done(id, false),
        _ => return Err(Code::Internal),
    })
}
