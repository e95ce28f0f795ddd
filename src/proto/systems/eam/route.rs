//! The addresses of the method: two documents, and the one that Entra posts to.

use super::input::text;
use crate::proto::systems::fault::Fault;
use crate::proto::text::json::{Json, Writer};
use crate::proto::text::{split, url};
use alloc::string::String;

/// The media type of a form (RFC 1866, section 8.2.1).
const FORM: &str = "application/x-www-form-urlencoded";

/// `{issuer, method, url, type}`: the response that an address gets, by the name `route`. `other` is not
/// one of the method's addresses; `method` has in `allow` what the address takes; `authorize` has `isForm`.
pub(in crate::proto::systems) fn route(input: &Json) -> Result<String, Fault> {
    let path = path_below(text(input, "issuer")?, text(input, "url")?);
    let method = text(input, "method")?;
    let is_read = matches!(method, "GET" | "HEAD");
    let (route, allow) = match path {
        Some("/authorize") if method == "POST" => ("authorize", ""),
        Some("/authorize") => ("method", "POST"),
        Some("/keys") if is_read => ("jwks", ""),
        Some("/.well-known/openid-configuration") if is_read => ("discovery", ""),
        Some("/keys" | "/.well-known/openid-configuration") => ("method", "GET, HEAD"),
        _ => ("other", ""),
    };
    let media_type = split(text(input, "type")?, b';').0.trim();
    let is_form = media_type.eq_ignore_ascii_case(FORM);
    Ok(Writer::new().text("route", route).text("allow", allow).bool("isForm", is_form).finish())
}

/// The path of an address below the issuer. `None` for another host: Entra requires that the host of
/// discovery is that of the issuer. The scheme does not count, because a proxy may end TLS.
fn path_below<'a>(issuer: &str, address: &'a str) -> Option<&'a str> {
    let (issuer, address) = (url::read(issuer).ok()?, url::read(address).ok()?);
    let is_same = address.host.eq_ignore_ascii_case(issuer.host) && address.port == issuer.port;
    let base = issuer.path.strip_suffix('/').unwrap_or(issuer.path);
    address.path.strip_prefix(base).filter(|_| is_same)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;
    use alloc::borrow::ToOwned;
    use alloc::format;

    fn routed(issuer: &str, method: &str, url: &str) -> String {
        let input = format!(
            r#"{{"issuer":"{issuer}","method":"{method}","url":"{url}","type":"Application/X-WWW-Form-Urlencoded; charset=utf-8"}}"#
        );
        let answer =
            json::read_object_text(&route(&json::read_object_text(&input).unwrap()).unwrap());
        let answer = answer.unwrap();
        assert!(answer.is_true("isForm"));
        let text = |name| answer.text_of(name).unwrap().as_str().to_owned();
        format!("{} {}", text("route"), text("allow"))
    }

    #[test]
    fn eam_route_only_addresses_below_the_issuer_are_answered() {
        let root = "https://mfa.example";
        for (issuer, method, url, route) in [
            (root, "POST", "https://mfa.example/authorize", "authorize "),
            (root, "POST", "http://mfa.example/authorize?x", "authorize "),
            (root, "GET", "https://mfa.example/authorize", "method POST"),
            (root, "HEAD", "https://mfa.example/keys", "jwks "),
            (root, "POST", "https://mfa.example/keys", "method GET, HEAD"),
            (root, "GET", "https://mfa.example/.well-known/openid-configuration", "discovery "),
            (root, "GET", "https://mfa.example/keys/", "other "),
            (root, "GET", "https://mfa.example/KEYS", "other "),
            (root, "GET", "https://mfa.example:8443/keys", "other "),
            (root, "GET", "https://mfa.example.evil.example/keys", "other "),
            ("https://mfa.example/entra", "GET", "https://mfa.example/entra/keys", "jwks "),
            ("https://mfa.example/entra", "GET", "https://mfa.example/keys", "other "),
            ("https://mfa.example/entra", "GET", "https://mfa.example/entrakeys", "other "),
            ("no address", "GET", "https://mfa.example/keys", "other "),
        ] {
            assert_eq!(routed(issuer, method, url), route, "{method} {url}");
        }
    }

    #[test]
    fn eam_route_another_media_type_is_no_form() {
        for kind in ["", "text/plain", "application/x-www-form-urlencoded-x", "multipart/form-data"]
        {
            let input = format!(
                r#"{{"issuer":"https://a.example","method":"POST","url":"https://a.example/authorize","type":"{kind}"}}"#
            );
            let answer = route(&json::read_object_text(&input).unwrap()).unwrap();
            assert!(answer.contains(r#""isForm":false"#), "{kind}");
        }
    }
}
