//! Whether the provider's session is the same (OpenID Connect Session Management 1.0): the question
//! for its frame, and the answer.

use crate::proto::client::config::ClientConfig;
use crate::proto::error::{At, Code, Error};
use crate::proto::provider::endpoint;
use crate::proto::provider::metadata::Metadata;
use crate::proto::text::{concat, form, url};
use alloc::string::String;

/// The maximum length of `session_state`, in bytes.
const MAX_SESSION_STATE_BYTES: usize = 1024;

/// The `session_state` of a checked response. It is the provider's name for its session; it is no
/// secret and not signed. A value that is there twice, is too long, or has characters that
/// addresses lack, is ignored.
#[must_use]
pub fn read_state(query: &str) -> Option<String> {
    let is_state = |pair: &(String, _)| pair.0 == At::SessionState.text();
    let mut states = form::read_any(query).into_iter().filter(is_state);
    let state = states.next()?.1?;
    let is_one =
        states.next().is_none() && state.len() <= MAX_SESSION_STATE_BYTES && is_word(&state);
    is_one.then_some(state)
}

/// A text without spaces, which separate the parts of the message, and without characters that HTML
/// or scripts could interpret.
fn is_word(text: &str) -> bool {
    let is_plain = |byte: u8| {
        byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\')
    };
    !text.is_empty() && text.bytes().all(is_plain)
}

/// The question for a provider's frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameQuestion {
    /// The address of the frame, `check_session_iframe`.
    pub url: String,
    /// The origin of the frame.
    pub origin: String,
    /// `client_id`, a space, `session_state`.
    pub text: String,
}

/// Writes the question.
///
/// # Errors
/// `OIDC_SESSION_CHECK_UNAVAILABLE` with the missing or invalid value.
pub fn ask(
    config: &ClientConfig,
    metadata: &Metadata<'_>,
    session_state: &str,
) -> Result<FrameQuestion, Error> {
    let missing = |at| Error::at(Code::SessionCheckUnavailable, at);
    let frame = metadata.endpoint(endpoint::CHECK_SESSION);
    let frame = frame.ok_or(missing(endpoint::CHECK_SESSION))?;
    let url = url::read(frame).map_err(|_| missing(endpoint::CHECK_SESSION))?;
    if !is_word(config.client_id()) {
        return Err(missing(At::ClientId));
    }
    if !is_word(session_state) {
        return Err(missing(At::SessionState));
    }
    let text = concat(&[config.client_id(), " ", session_state]);
    Ok(FrameQuestion { url: frame.into(), origin: url.origin(), text })
}

/// The answer of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameAnswer {
    /// The session is the same.
    Unchanged,
    /// The session changed, or the frame cannot see it.
    Changed,
    /// The frame did not understand the question.
    Error,
    /// No usable answer.
    Nothing,
}

/// Reads the frame's message.
#[must_use]
pub fn read(word: &str) -> FrameAnswer {
    match word {
        "unchanged" => FrameAnswer::Unchanged,
        "changed" => FrameAnswer::Changed,
        "error" => FrameAnswer::Error,
        _ => FrameAnswer::Nothing,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;
    use alloc::format;

    #[test]
    fn log_20_a_session_state_that_could_break_out_of_where_it_stands_is_none() {
        for state in ["a", "H+/=.S-_", "5f1c%", "https://op.example/?a&b;c", "~!@#$^*()[]{}|:,"] {
            assert_eq!(read_state(&form::write(&[("session_state", state)])).unwrap(), state);
        }
        for state in
            ["", " ", "a b", "\"", "'", "`", "</script>", "a\\b", "a\nb", "\u{1}", "ä", "\u{7f}"]
        {
            assert_eq!(read_state(&form::write(&[("session_state", state)])), None, "{state}");
        }
        let long = "a".repeat(MAX_SESSION_STATE_BYTES);
        assert_eq!(read_state(&format!("session_state={long}")), Some(long.clone()));
        assert_eq!(read_state(&format!("session_state={long}a")), None);
        assert_eq!(read_state("session_state=a&session_state=a"), None);
        assert_eq!(read_state("state=a"), None);
    }

    fn question(client_id: &str, frame: &str, session_state: &str) -> Result<FrameQuestion, At> {
        let settings = format!(
            r#"{{"issuer":"https://op.example","clientId":{client_id},
            "redirectUri":"https://app.example/cb"}}"#
        );
        let config = ClientConfig::read(&settings).unwrap();
        let json = json::read(
            format!(
                r#"{{"issuer":"https://op.example","authorization_endpoint":"https://op.example/a",
                "token_endpoint":"https://op.example/t","jwks_uri":"https://op.example/k"{frame}}}"#
            )
            .as_bytes(),
        )
        .unwrap();
        let metadata = config.read_metadata(&json).unwrap();
        ask(&config, &metadata, session_state).map_err(|error| {
            assert_eq!(error.code, Code::SessionCheckUnavailable);
            error.at
        })
    }

    const FRAME: &str = r#","check_session_iframe":"https://OP.example:443/check?a""#;

    #[test]
    fn log_17_the_frame_is_spoken_to_at_its_exact_origin() {
        let asked = question(r#""c""#, FRAME, "s").unwrap();
        assert_eq!(
            [&*asked.url, &asked.origin, &asked.text],
            ["https://OP.example:443/check?a", "https://op.example", "c s"]
        );
    }

    #[test]
    fn log_20_what_cannot_be_asked_is_named() {
        for (client_id, frame, state, at) in [
            (r#""c""#, "", "s", At::CheckSessionIframe),
            (r#""c""#, r#","check_session_iframe":null"#, "s", At::CheckSessionIframe),
            (r#""c""#, FRAME, "", At::SessionState),
            (r#""c""#, FRAME, "a b", At::SessionState),
            (r#""c d""#, FRAME, "s", At::ClientId),
            (r#""</script>""#, FRAME, "s", At::ClientId),
            (r#""c\"""#, FRAME, "s", At::ClientId),
        ] {
            assert_eq!(question(client_id, frame, state), Err(at), "{client_id} {state}");
        }
    }
}
