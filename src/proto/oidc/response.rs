//! The first checks of every HTTP response: its status, and whether it is a JSON object.

use crate::proto::effect::{Failure, Response};
use crate::proto::error::{At, Code, Error, ProviderError};
use crate::proto::text::json::{self, Json, Text};
use crate::proto::text::{split, utf8};
use alloc::{boxed::Box, string::String};

/// The error for a request without an answer. `at` names the endpoint.
#[must_use]
pub const fn failure(failure: Failure, at: At) -> Error {
    let code = match failure {
        Failure::Network => Code::NetworkFailed,
        Failure::Offline => Code::Offline,
        Failure::TimedOut => Code::NetworkTimeout,
        Failure::TooLarge => Code::ResponseTooLarge,
        Failure::Redirected => Code::ResponseRedirected,
        Failure::Blocked => Code::PopupBlocked,
        Failure::Closed => Code::PopupClosed,
    };
    Error::at(code, at)
}

/// Reads the JSON object of a 200 response. `at` names the endpoint.
///
/// # Errors
/// `OIDC_PROVIDER_UNAVAILABLE` (5xx, 429), `OIDC_RESPONSE_REDIRECTED`, `OIDC_RESPONSE_STATUS`,
/// `OIDC_RESPONSE_EMPTY`, `OIDC_RESPONSE_NOT_JSON`.
pub fn json_object(response: &Response<'_>, at: At) -> Result<Box<Json>, Error> {
    check_status(response.status, at)?;
    json_body(response, at)
}

/// Reads the JSON object of a response with any status.
///
/// # Errors
/// `OIDC_RESPONSE_EMPTY`, `OIDC_RESPONSE_NOT_JSON`.
pub fn json_body(response: &Response<'_>, at: At) -> Result<Box<Json>, Error> {
    if response.body.is_empty() {
        return Err(Error::at(Code::ResponseEmpty, at));
    }
    json::read_object(response.body).map_err(|_| Error::at(Code::ResponseNotJson, at))
}

/// A response that may be plain or signed.
pub enum PlainOrSigned {
    /// A JSON object.
    Plain(Box<Json>),
    /// An unverified JWT.
    Signed(String),
}

/// Reads a 200 response that is signed if it has this content type. `signed` means that it must be.
///
/// # Errors
/// Those of [`json_object`], and `OIDC_SIGNATURE_MISSING` for a plain response.
pub fn plain_or_signed(
    response: &Response<'_>,
    content_type: &str,
    signed: bool,
    at: At,
) -> Result<PlainOrSigned, Error> {
    check_status(response.status, at)?;
    let came = split(response.content_type, b';').0.trim_ascii();
    if came.eq_ignore_ascii_case(content_type) {
        let text = utf8(response.body).map_err(|_| Error::at(Code::TokenMalformed, at))?;
        return Ok(PlainOrSigned::Signed(text.trim_ascii().into()));
    }
    if signed {
        Err(Error::at(Code::SignatureMissing, at))
    } else {
        json_body(response, at).map(PlainOrSigned::Plain)
    }
}

/// Accepts only 200.
///
/// # Errors
/// `OIDC_PROVIDER_UNAVAILABLE` (5xx, 429), `OIDC_RESPONSE_REDIRECTED`, `OIDC_RESPONSE_STATUS`.
pub const fn check_status(status: u16, at: At) -> Result<(), Error> {
    let code = match status {
        200 => return Ok(()),
        429 | 500..=599 => Code::ProviderUnavailable,
        300..=399 => Code::ResponseRedirected,
        _ => Code::ResponseStatus,
    };
    Err(Error::at(code, at))
}

/// The provider's `error` and `error_description` in a JSON error response (RFC 6749, 5.2). An empty
/// `error` is none.
#[must_use]
pub fn provider_error(response: &Response<'_>) -> Option<ProviderError> {
    let json = json::read_object(response.body).ok()?;
    let description = json.text_of("error_description").map(Text::as_str);
    let error = json.text_of("error").filter(|error| !error.is_empty());
    Some(quote(error?, description))
}

/// A provider's text, cut to a maximum length.
#[must_use]
pub fn quote(error: &str, description: Option<&str>) -> ProviderError {
    ProviderError {
        error: cut(error, 256),
        description: cut(description.unwrap_or_default(), 1024),
    }
}

/// The first characters of a text.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    let mut left = most;
    let mut end = text.len();
    for (place, byte) in text.bytes().enumerate() {
        // A UTF-8 character begins at every byte that is not a continuation byte.
        if byte & 0xc0 != 0x80 {
            if left == 0 {
                end = place;
                break;
            }
            left = left.saturating_sub(1);
        }
    }
    text.get(..end).unwrap_or_default().into()
}

/// The beginning of a provider's text that has at most so many bytes as JSON. A control character, which
/// would be six, is a space.
#[must_use]
pub fn cut_json(text: &str, mut left: usize) -> String {
    let mut kept = String::new();
    for letter in text.chars() {
        let letter = if letter.is_control() { ' ' } else { letter };
        let bytes = if matches!(letter, '"' | '\\') { 2 } else { letter.len_utf8() };
        match left.checked_sub(bytes) {
            Some(rest) => left = rest,
            None => break,
        }
        kept.push(letter);
    }
    kept
}

redact_debug! { PlainOrSigned }

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SIGNED: &str = "application/jwt";

    fn read(content_type: &str, body: &str, signed: bool) -> Result<bool, Code> {
        let body = body.as_bytes();
        let response = Response {
            status: 200,
            content_type,
            cache_control: "",
            retry_after: "",
            challenge: "",
            body,
        };
        let answered = plain_or_signed(&response, SIGNED, signed, At::UserinfoEndpoint);
        answered.map(|it| matches!(it, PlainOrSigned::Signed(_))).map_err(|error| error.code)
    }

    #[test]
    fn uin_03_a_plain_answer_is_refused_where_a_signed_one_was_registered() {
        for content_type in ["application/json", "", "application/jwtx", "text/plain"] {
            assert_eq!(read(content_type, "{}", true), Err(Code::SignatureMissing));
            assert_eq!(read(content_type, "{}", false), Ok(false));
        }
        for content_type in ["application/jwt", "Application/JWT ; charset=utf-8"] {
            assert_eq!(read(content_type, "a.b.c", true), Ok(true));
            assert_eq!(read(content_type, "a.b.c", false), Ok(true));
        }
    }

    #[test]
    fn uin_06_only_an_object_is_an_answer() {
        for body in ["[]", "\"x\"", "null", "1", "[{}]", "<html>"] {
            assert_eq!(read("application/json", body, false), Err(Code::ResponseNotJson), "{body}");
        }
        assert_eq!(read("application/json", "", false), Err(Code::ResponseEmpty));
    }

    #[test]
    fn b_bff_11_words_of_a_provider_never_take_a_session_in_a_cookie_over_its_limit() {
        for (letter, kept) in
            [("\u{1}", " "), ("\u{9b}", " "), ("\"", "\""), ("\u{1f600}", "\u{1f600}")]
        {
            let words = cut_json(&letter.repeat(1024), 400);
            assert!(words.starts_with(kept) && !words.contains('\u{1}'), "{words:?}");
            let written = json::Writer::new().text("w", &words).finish();
            assert!(written.len() <= 400 + 8, "{}", written.len());
        }
        assert_eq!(cut_json("Token is expired", 400), "Token is expired");
        assert_eq!(cut_json("invalid_grant", 64), "invalid_grant");
    }
}
