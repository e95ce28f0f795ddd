//! Absolute `http` and `https` URLs (RFC 3986), read so that no browser sees another host.

use super::{Malformed, concat, form, pieces, split};
use alloc::{boxed::Box, string::String};

/// The parts of a URL, each as it was written.
#[derive(Clone, Copy, Debug)]
pub struct Url<'a> {
    /// `http` or `https`, in its original case.
    pub scheme: &'a str,
    /// The host without the port; an IPv6 address keeps its brackets.
    pub host: &'a str,
    /// The port, if there is one.
    pub port: Option<u16>,
    /// The path: empty, or from its first slash on.
    pub path: &'a str,
    /// The text between `?` and `#`.
    pub query: Option<&'a str>,
    /// The text after `#`.
    pub fragment: Option<&'a str>,
    bare: &'a str,
}

/// Reads a URL. The result is one word, which is returned in a register.
///
/// # Errors
/// [`Malformed`] for another scheme; for characters that are not printable ASCII, and for `\ " < >`
/// and the backtick, which browsers rewrite; for a user name; for an invalid host or port; and for
/// `.` and `..` segments, which change the path.
pub fn read(text: &str) -> Result<Box<Url<'_>>, Malformed> {
    if !text.bytes().all(is_plain) {
        return Err(Malformed);
    }
    let (rest, fragment) = split(text, b'#');
    let (bare, query) = split(rest, b'?');
    let (scheme, rest) = split(bare, b':');
    let rest = rest.and_then(|rest| rest.strip_prefix("//")).ok_or(Malformed)?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return Err(Malformed);
    }
    let authority = split(rest, b'/').0;
    let path = rest.get(authority.len()..).ok_or(Malformed)?;
    let (host, port) = read_authority(authority)?;
    for segment in pieces(path, b'/') {
        if is_dots(segment) {
            return Err(Malformed);
        }
    }
    Ok(Box::new(Url { scheme, host, port, path, query, fragment, bare }))
}

/// The URL with these pairs added to its query. Its own query and fragment stay.
#[must_use]
pub fn with_query(url: &str, pairs: &[(&str, &str)]) -> String {
    with_form(url, &form::write(pairs))
}

/// The URL with this form added to its query.
#[must_use]
pub fn with_form(url: &str, form: &str) -> String {
    let (rest, fragment) = split(url, b'#');
    let joint = match split(rest, b'?').1 {
        _ if form.is_empty() => "",
        None => "?",
        Some(query) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    let mark = if fragment.is_some() { "#" } else { "" };
    concat(&[rest, joint, form, mark, fragment.unwrap_or_default()])
}

/// Whether a text is the URL of an endpoint: [secure](Url::is_secure), and without a fragment.
#[must_use]
pub fn is_endpoint(text: &str, allows_loopback: bool) -> bool {
    read(text).is_ok_and(|url| url.fragment.is_none() && url.is_secure(allows_loopback))
}

impl<'a> Url<'a> {
    /// Whether the scheme is `https`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("https")
    }

    /// Whether the name of the host is one of this machine, without a resolver (W3C Secure
    /// Contexts, 3.1).
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let last = pieces(self.host, b'.').last().unwrap_or_default();
        last.eq_ignore_ascii_case("localhost")
            || self.host == "[::1]"
            || is_loopback_quad(self.host)
    }

    /// Whether requests may be sent to this URL: https, or http on this machine if that is allowed.
    #[must_use]
    pub fn is_secure(&self, allows_loopback: bool) -> bool {
        self.is_https() || (allows_loopback && self.is_loopback())
    }

    /// Whether scheme, host and port are the same, in any spelling.
    #[must_use]
    pub fn same_origin(&self, other: &Url<'_>) -> bool {
        self.is_https() == other.is_https()
            && self.host.eq_ignore_ascii_case(other.host)
            && self.effective_port() == other.effective_port()
    }

    /// Scheme, host and port as browsers write an origin: lower case, no default port.
    #[must_use]
    pub fn origin(&self) -> String {
        let port = self.effective_port();
        let (scheme, default) = if self.is_https() { ("https://", 443) } else { ("http://", 80) };
        let mut out = concat(&[scheme, self.host]).to_ascii_lowercase();
        if port != default {
            out.push(':');
            out.push_str(&super::json::decimal(port.into()));
        }
        out
    }

    /// The text up to `?` or `#`.
    #[must_use]
    pub const fn without_query(&self) -> &'a str {
        self.bare
    }

    fn effective_port(&self) -> u16 {
        self.port.unwrap_or(if self.is_https() { 443 } else { 80 })
    }
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>' | b'`')
}

fn read_authority(text: &str) -> Result<(&str, Option<u16>), Malformed> {
    // An IPv6 address has colons inside its brackets.
    let inside = match split(text, b']') {
        (address, Some(_)) => address.len().saturating_add(1),
        (_, None) => 0,
    };
    let (rest, port) = split(text.get(inside..).ok_or(Malformed)?, b':');
    let host = text.get(..inside.saturating_add(rest.len())).ok_or(Malformed)?;
    if !is_host(host) {
        return Err(Malformed);
    }
    Ok((host, port.map(read_port).transpose()?))
}

/// A decimal number of at most five digits.
fn read_port(text: &str) -> Result<u16, Malformed> {
    if text.is_empty() || text.len() > 5 {
        return Err(Malformed);
    }
    let mut port = 0_u32;
    for digit in text.bytes() {
        if !digit.is_ascii_digit() {
            return Err(Malformed);
        }
        port = port.wrapping_mul(10).wrapping_add(digit.wrapping_sub(b'0').into());
    }
    u16::try_from(port).map_err(|_| Malformed)
}

/// A name, an IPv4 address, or an IPv6 address in brackets. `@` and `%` are not allowed, so a user
/// name or an escaped host is refused.
fn is_host(text: &str) -> bool {
    if let Some(address) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        let is_one = |byte: u8| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.';
        return split(address, b':').1.is_some() && address.bytes().all(is_one);
    }
    // No label is empty, except after the final dot of a fully qualified name.
    let mut last = b'.';
    for byte in text.bytes() {
        let is_letter = byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if !is_letter && (byte != b'.' || last == b'.') {
            return false;
        }
        last = byte;
    }
    !text.is_empty()
}

/// `.`, `..`, and their escaped spellings, which browsers resolve as well.
fn is_dots(segment: &str) -> bool {
    let mut rest = segment.as_bytes();
    let mut dots = 0_u8;
    while let [b'.', next @ ..] | [b'%', b'2', b'e' | b'E', next @ ..] = rest {
        rest = next;
        dots = dots.saturating_add(1);
    }
    rest.is_empty() && (dots == 1 || dots == 2)
}

/// 127.0.0.0/8 as four plain decimal numbers. `127.1` and `0177.0.0.1` are ambiguous and refused.
fn is_loopback_quad(host: &str) -> bool {
    let mut parts = pieces(host, b'.');
    let mut next = || {
        let part = parts.next().unwrap_or_default();
        let is_plain = part == "0" || !part.starts_with('0');
        read_port(part).ok().filter(|number| is_plain && *number < 256)
    };
    next() == Some(127) && (0..3).all(|_| next().is_some()) && parts.next().is_none()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_url_falls_into_its_parts() {
        let url = read("HTTPS://Op.Example:8443/a/b;c?x=1&y=?#/z?").unwrap();
        assert_eq!((url.scheme, url.host, url.port), ("HTTPS", "Op.Example", Some(8443)));
        assert_eq!((url.path, url.query, url.fragment), ("/a/b;c", Some("x=1&y=?"), Some("/z?")));
        assert_eq!(url.without_query(), "HTTPS://Op.Example:8443/a/b;c");
        assert!(url.is_https());
        let url = read("http://[::1]:80#").unwrap();
        assert_eq!((url.host, url.port, url.path), ("[::1]", Some(80), ""));
        assert_eq!((url.query, url.fragment), (None, Some("")));
        assert_eq!(read("https://a?b").unwrap().query, Some("b"));
        assert_eq!(read("https://a.:1/").unwrap().host, "a.");
        assert_eq!(read("https://[::ffff:10.0.0.1]/").unwrap().host, "[::ffff:10.0.0.1]");
    }

    #[test]
    fn only_absolute_http_urls_are_read() {
        for text in [
            "",
            "/",
            "a",
            "//a",
            "https:",
            "https:a",
            "https:/a",
            "https:///a",
            "https://",
            "https://?a",
            "ftp://a",
            "javascript://a",
            "data://a",
            "httpss://a",
            " https://a",
            "https ://a",
            "ws://a",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_browsers_rewrite_is_refused() {
        for text in [
            "https://a b",
            "https://a/\t",
            "https://a/\n",
            "https://a\\b",
            "https://a/\\b",
            "https://a/\"",
            "https://a/<",
            "https://a/>",
            "https://a/`",
            "https://ä",
            "https://a/ä",
            "https://a/\u{7f}",
            "https://a。b",
            "https://a/\0",
        ] {
            assert!(read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_user_name_and_an_invalid_host_or_port_are_refused() {
        for text in [
            "https://u@a",
            "https://u:p@a",
            "https://@a",
            "https://a@",
            "https://a:b@c",
            "https://a%2eb",
            "https://a..b",
            "https://.a",
            "https://.",
            "https://a:",
            "https://a:x",
            "https://a:+1",
            "https://a:65536",
            "https://a:000001",
            "https://a:1:2",
            "https://:1",
            "https://[",
            "https://]",
            "https://[]",
            "https://[::1",
            "https://::1]",
            "https://[::1]x",
            "https://[::1]:",
            "https://[a]",
            "https://[fe80::1%25eth0]",
            "https://a[::1]",
            "https://a,b",
            "https://a;b",
            "https://a*b",
            "https://[::1][::1]",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        assert_eq!(read("https://a:65535").unwrap().port, Some(65535));
    }

    #[test]
    fn a_path_that_is_not_what_it_seems_is_refused() {
        for path in ["/.", "/..", "/a/../b", "/a/./b", "/%2e%2E/", "/.%2e", "/%2E"] {
            assert!(read(&["https://a", path].concat()).is_err(), "{path}");
            assert!(read(&["https://a/?", path].concat()).is_ok(), "{path}");
        }
        for path in ["/...", "/.well-known/x", "/a..b", "/%2e%2e%2e", "/{tenantid}/v2.0", "/a//b"] {
            assert!(read(&["https://a", path].concat()).is_ok(), "{path}");
        }
    }

    #[test]
    fn loopback_is_what_names_this_machine_without_a_resolver() {
        for host in [
            "localhost",
            "LOCALHOST",
            "app.localhost",
            "a.b.LocalHost",
            "127.0.0.1",
            "127.255.0.9",
            "[::1]",
        ] {
            assert!(read(&["http://", host, ":3000/"].concat()).unwrap().is_loopback(), "{host}");
        }
        for host in [
            "localhost.example",
            "notlocalhost",
            "127.0.0.1.example",
            "127.1",
            "127.0.0.256",
            "127.0.0.01",
            "128.0.0.1",
            "2130706433",
            "0.0.0.0",
            "[::]",
            "[::2]",
            "example",
            "0177.0.0.1",
            "127.0.0.1.1",
            "127.0.0.0x1",
            "localhost.",
            "127.0.0.1.",
        ] {
            assert!(!read(&["http://", host].concat()).unwrap().is_loopback(), "{host}");
        }
    }

    #[test]
    fn an_origin_is_scheme_host_and_effective_port() {
        let same = |a, b| read(a).unwrap().same_origin(&read(b).unwrap());
        assert!(same("https://a/x?y", "HTTPS://A:443#z"));
        assert!(same("http://a:80", "http://a"));
        assert!(!same("https://a", "http://a"));
        assert!(!same("https://a:443", "http://a:443"));
        assert!(!same("https://a", "https://a:444"));
        assert!(!same("https://a", "https://a.b"));
        assert!(!same("https://a", "https://a."));
        for (text, origin) in [
            ("HTTPS://Op.Example:443/x", "https://op.example"),
            ("http://a:443", "http://a:443"),
            ("https://a:80#x", "https://a:80"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(read(text).unwrap().origin(), origin);
        }
    }

    #[test]
    fn pairs_are_added_to_the_query_and_nothing_is_lost() {
        let pairs: &[_] = &[("a", "x y"), ("b", "&")];
        for (url, right) in [
            ("https://a", "https://a?a=x%20y&b=%26"),
            ("https://a/?", "https://a/?a=x%20y&b=%26"),
            ("https://a/?c=+&d", "https://a/?c=+&d&a=x%20y&b=%26"),
            ("https://a/?c&", "https://a/?c&a=x%20y&b=%26"),
            ("https://a#z?y", "https://a?a=x%20y&b=%26#z?y"),
            ("https://a?c#", "https://a?c&a=x%20y&b=%26#"),
        ] {
            assert_eq!(with_query(url, pairs), right);
        }
        assert_eq!(with_query("https://a?c", &[]), "https://a?c");
        assert_eq!(with_query("https://a", &[]), "https://a");
    }
}
