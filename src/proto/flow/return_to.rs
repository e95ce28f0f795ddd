//! The address that an app returns to after a sign-in: always on its own origin (RFC 9700, section
//! 4.11).

use crate::proto::client::config::ClientConfig;
use crate::proto::oidc::callback;
use crate::proto::text::{concat, form, split, url};
use alloc::{borrow::ToOwned, string::String};

/// The maximum length of a stored address. At an edge it is stored in cookies, and servers refuse
/// headers of more than 8 KB.
const MAX_URL_BYTES: usize = if cfg!(feature = "sessions") { 3 * 1024 } else { 16 * 1024 };

/// The absolute URL to return to: the requested one if it is on the origin of `redirect_uri`, else
/// the page itself, else the origin's root (if the page is the callback, or on another origin).
#[must_use]
pub fn resolve(asked: Option<&str>, page_url: &str, config: &ClientConfig) -> String {
    let Ok(home) = url::read(config.redirect_uri()) else {
        return String::new();
    };
    let origin = home.origin();
    if let Some(asked) = asked.map(escape).filter(|asked| asked.len() <= MAX_URL_BYTES) {
        if is_safe_path(&asked) {
            return concat(&[&origin, &asked]);
        }
        if url::read(&asked).is_ok_and(|url| url.same_origin(&home) && is_safe_path(url.path)) {
            return asked;
        }
    }
    // The callback itself, or with a response, is no address of the app. A root or a hash router
    // with something in its query or fragment is.
    let is_callback = page_url == config.redirect_uri()
        || callback::find(config, page_url) != callback::Found::Nothing;
    let path = page_url.strip_prefix(&*origin).unwrap_or_default();
    if is_safe_path(path) && !is_callback && page_url.len() <= MAX_URL_BYTES {
        return page_url.to_owned();
    }
    concat(&[&origin, "/"])
}

/// Escapes that a server may decode to a slash, a backslash or a control character before it
/// redirects.
static UNSAFE_PREFIXES: &[&str] = &["%0", "%1", "%2f", "%2F", "%5c", "%5C", "/"];

/// Escapes spaces and letters outside of ASCII, as a browser does in an address.
fn escape(asked: &str) -> String {
    let mut out = String::new();
    for byte in asked.bytes() {
        if byte.is_ascii() && byte != b' ' {
            out.push(char::from(byte));
        } else {
            form::escape(&mut out, byte);
        }
    }
    out
}

/// Refuses a path that a browser or a server may read as another host: `//evil`, `/\evil`,
/// `/%09/evil` and similar.
fn is_safe_path(path: &str) -> bool {
    let Some(rest) = path.strip_prefix('/') else {
        return false;
    };
    for escape in UNSAFE_PREFIXES {
        if rest.starts_with(escape) {
            return false;
        }
    }
    !hides_slashes(rest) && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// Whether a path has dots and two slashes: a reader that resolves the dots may find `//evil.example`.
fn hides_slashes(path: &str) -> bool {
    let (mut has_dots, mut has_slashes) = (false, false);
    let mut rest = Some(split(split(path, b'?').0, b'#').0);
    while let Some(text) = rest {
        let (segment, next) = split(text, b'/');
        for dot in [".", "%2e", "%2E"] {
            has_dots |= segment.starts_with(dot);
        }
        has_slashes |= segment.is_empty() && next.is_some();
        rest = next;
    }
    has_dots && has_slashes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const CLIENT_SETTINGS: &str = r#"{"issuer":"https://op.example","clientId":"c",
        "redirectUri":"https://app.example/cb"}"#;

    fn resolve(asked: Option<&str>, page_url: &str) -> String {
        super::resolve(asked, page_url, &ClientConfig::read(CLIENT_SETTINGS).unwrap())
    }

    #[test]
    fn res_17_an_address_of_another_origin_is_not_returned_to() {
        for evil in [
            "//evil.example",
            "/\\evil.example",
            "/%09/evil.example",
            "/%2f/evil",
            "/%5Cevil",
            "https:evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "data:text/html,x",
            "https://app.example@evil.example/",
            "/a\r\nSet-Cookie: x",
            "\u{ff0f}\u{ff0f}evil.example",
            "https://app.example.evil.example/",
            "",
            "evil",
            "http://app.example/",
            "https://app.example//evil.example",
            "/.//evil.example",
            "/..//evil.example",
            "/a/..//evil.example",
            "/%2e//evil.example",
            "/a/%2E%2e//evil.example?x",
        ] {
            assert_eq!(
                resolve(Some(evil), "https://app.example/here?a#b"),
                "https://app.example/here?a#b",
                "{evil}"
            );
        }
        assert_eq!(
            resolve(Some(&["/", &"a".repeat(20_000)].concat()), "https://app.example/x"),
            "https://app.example/x"
        );
    }

    #[test]
    fn an_address_of_the_app_is_returned_to() {
        assert_eq!(
            resolve(Some("/inbox?x=1#y"), "https://app.example/"),
            "https://app.example/inbox?x=1#y"
        );
        assert_eq!(
            resolve(Some("https://app.example/a"), "https://app.example/"),
            "https://app.example/a"
        );
        assert_eq!(resolve(None, "https://app.example/here"), "https://app.example/here");
    }

    #[test]
    fn an_address_with_a_space_or_other_letters_is_returned_to_as_a_browser_writes_it() {
        let page = "https://app.example/";
        for (asked, to) in [
            ("/straße", "https://app.example/stra%C3%9Fe"),
            ("/my file?q=日 本#é", "https://app.example/my%20file?q=%E6%97%A5%20%E6%9C%AC#%C3%A9"),
            ("https://app.example/über", "https://app.example/%C3%BCber"),
            ("/100%25 sure", "https://app.example/100%25%20sure"),
            ("/\u{ff0f}evil.example", "https://app.example/%EF%BC%8Fevil.example"),
            ("https://ünï.example/", page),
            (" //evil.example", page),
            ("/\u{a0}\n/evil.example", page),
        ] {
            assert_eq!(resolve(Some(asked), page), to, "{asked}");
        }
    }

    #[test]
    fn a_long_address_is_returned_to() {
        let page = ["https://app.example/report?filter=", &"a".repeat(9_000)].concat();
        assert_eq!(resolve(None, &page), page);
    }

    #[test]
    fn a_page_whose_path_looks_like_a_host_is_not_returned_to() {
        let page = "https://app.example//evil.example/x";
        assert_eq!(resolve(None, page), "https://app.example/");
    }

    #[test]
    fn a_callback_that_is_also_the_app_keeps_the_place() {
        let page = "https://app.example/cb?tab=2#/inbox";
        assert_eq!(resolve(None, page), page);
    }

    #[test]
    fn no_user_returns_to_the_callback() {
        assert_eq!(resolve(None, "https://app.example/cb?code=x&state=y"), "https://app.example/");
        assert_eq!(resolve(None, "https://app.example/cb"), "https://app.example/");
        assert_eq!(resolve(None, "https://elsewhere.example/x"), "https://app.example/");
    }
}
