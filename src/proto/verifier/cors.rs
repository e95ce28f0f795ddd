//! Which pages may read an API's responses (Fetch, "CORS protocol").

use crate::proto::text::json::Json;
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// The headers of a response: names and values.
pub type Headers = Vec<(&'static str, String)>;

/// The headers of a CORS preflight.
#[derive(Clone, Copy, Debug)]
pub struct Preflight<'a> {
    /// `Access-Control-Request-Method`.
    pub method: &'a str,
    /// `Access-Control-Request-Headers`, or empty.
    pub headers: &'a str,
}

/// The CORS headers for the page at this origin. A page whose origin is exactly one of `origins`
/// may read the response and its challenges. `Vary` tells caches that it depends on the origin.
#[must_use]
pub fn headers(origins: &Json, origin: &str) -> Headers {
    let mut headers: Headers = Vec::new();
    headers.push(("vary", "Origin".to_owned()));
    if origins.has(origin) {
        headers.push(("access-control-allow-origin", origin.to_owned()));
        // Without it a page sees only the status.
        let exposed = "WWW-Authenticate, DPoP-Nonce".to_owned();
        headers.push(("access-control-expose-headers", exposed));
    }
    headers
}

/// The response to a preflight, and whether it allows the request. Every method and header is
/// allowed, because the token decides about access.
#[must_use]
pub fn preflight(origins: &Json, origin: &str, request: Preflight<'_>) -> (bool, Headers) {
    let mut out = headers(origins, origin);
    let allowed = origins.has(origin) && is_plain(request.method) && is_plain(request.headers);
    if allowed {
        out.push(("access-control-allow-methods", request.method.to_owned()));
        out.push(("access-control-allow-headers", request.headers.to_owned()));
        out.push(("access-control-max-age", "600".to_owned()));
    }
    (allowed, out)
}

/// A list of tokens of RFC 9110, section 5.6.2: nothing else is echoed.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~, ".contains(&byte))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;

    fn origins() -> Json {
        *json::read(br#"["https://app.example"]"#).unwrap()
    }

    #[test]
    fn an_origin_is_ours_letter_by_letter() {
        for origin in [
            "https://app.example.evil.example",
            "https://APP.example",
            "https://app.example/",
            "http://app.example",
            "null",
            "*",
            "",
        ] {
            assert_eq!(headers(&origins(), origin), [("vary", "Origin".into())], "{origin}");
        }
        assert_eq!(headers(&origins(), "https://app.example").len(), 3);
    }

    #[test]
    fn a_preflight_echoes_nothing_but_tokens() {
        let ask = |method, headers| {
            preflight(&origins(), "https://app.example", Preflight { method, headers })
        };
        let (allowed, headers) = ask("DELETE", "authorization,content-type");
        assert!(allowed);
        assert!(headers.contains(&("access-control-allow-methods", "DELETE".into())));
        assert!(
            headers
                .contains(&("access-control-allow-headers", "authorization,content-type".into()))
        );
        for (method, more) in [("GET\r\nx: y", ""), ("GET", "a\nb"), ("GET", "\u{e9}")] {
            let (allowed, headers) = ask(method, more);
            assert!(!allowed && headers.len() == 3, "{method} {more}");
        }
    }
}
