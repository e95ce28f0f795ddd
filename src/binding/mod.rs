//! The border to JavaScript: sync exports over values. They convert, call, convert; they decide
//! nothing. What goes out is JSON text. Which exports a module has is the choice of a feature.

#[cfg(feature = "edge")]
pub mod edge;
#[cfg(feature = "jose")]
pub mod jose;
#[cfg(any(feature = "page", feature = "edge"))]
mod out;
#[cfg(feature = "page")]
pub mod page;
#[cfg(feature = "soft")]
pub mod soft;

/// A fraction of a second is dropped, and what is no time is the beginning of time.
#[cfg(any(feature = "page", feature = "edge"))]
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
const fn time(now: f64) -> crate::proto::effect::UnixTime {
    crate::proto::effect::UnixTime(now as u64)
}

/// Why there is no response, in the words of TypeScript.
#[cfg(any(feature = "page", feature = "edge"))]
fn failure_of(why: &str) -> crate::proto::effect::Failure {
    use crate::proto::effect::Failure;
    match why {
        "timeout" => Failure::TimedOut,
        "too-large" => Failure::TooLarge,
        "redirected" => Failure::Redirected,
        _ => Failure::Network,
    }
}
