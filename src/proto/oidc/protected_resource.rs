//! The metadata of a protected resource (RFC 9728).

use crate::proto::text::json::{Json, Writer};
use crate::proto::text::{concat, url};
use alloc::string::String;

const WELL_KNOWN: &str = "/.well-known/oauth-protected-resource";

/// The resource identifier among the names of an API: the first `https` URL without a fragment, or
/// an `http` one of this machine (section 1.2).
#[must_use]
pub fn find(audiences: &Json) -> Option<&str> {
    let all = audiences.list().unwrap_or(core::slice::from_ref(audiences));
    all.iter().filter_map(Json::text).find(|text| {
        url::read(text)
            .is_ok_and(|url| url.fragment.is_none() && (url.is_https() || url.is_loopback()))
    })
}

/// The address of a resource's metadata: the well-known path is inserted between host and path, and
/// a slash directly after the host is removed (section 3.1).
#[must_use]
pub fn address(resource: &str) -> Option<String> {
    let url = url::read(resource).ok()?;
    let path = if url.path == "/" { "" } else { url.path };
    let (mark, query) = url.query.map_or(("", ""), |query| ("?", query));
    Some(concat(&[&url.origin(), WELL_KNOWN, path, mark, query]))
}

/// The metadata. The app's own members come first and cannot replace the known ones.
#[must_use]
pub fn write(resource: &str, issuers: &[String], more: &Json) -> String {
    let mut out = Writer::new();
    for (name, value) in more.members() {
        let ours = ["resource", "authorization_servers", "bearer_methods_supported"];
        if !ours.iter().any(|known| **known == **name) {
            out.json(name, value);
        }
    }
    out.text("resource", resource).open("authorization_servers", '[');
    for issuer in issuers {
        out.push(issuer);
    }
    out.close(']').open("bearer_methods_supported", '[').push("header").close(']').finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;

    #[test]
    fn the_well_known_path_goes_between_host_and_path() {
        let base = "https://api.example/.well-known/oauth-protected-resource";
        for (resource, end) in [
            ("https://api.example", ""),
            ("https://api.example/", ""),
            ("https://API.example:443/v1", "/v1"),
            ("https://api.example/v1/", "/v1/"),
            ("https://api.example/v1?x=1", "/v1?x=1"),
        ] {
            assert_eq!(address(resource), Some(concat(&[base, end])), "{resource}");
        }
        assert_eq!(address("urn:api"), None);
    }

    #[test]
    fn a_resource_is_the_first_name_that_is_an_address() {
        let found = |text: &str| {
            let audiences = json::read(text.as_bytes()).unwrap();
            find(&audiences).map(String::from)
        };
        assert_eq!(
            found(r#"["spa","https://a.example/x","https://b"]"#).unwrap(),
            "https://a.example/x"
        );
        assert_eq!(found(r#""http://localhost:1""#).unwrap(), "http://localhost:1");
        for none in [r#""urn:x""#, r#""https://a.example/#x""#, r#""http://a.example""#, "[]"] {
            assert_eq!(found(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_known_is_not_replaced() {
        let more = br#"{"resource":"https://evil.example","resource_name":"Inbox"}"#;
        let text = write(
            "https://api.example",
            &["https://op.example".into()],
            &json::read(more).unwrap(),
        );
        let expected = r#"{"resource_name":"Inbox","resource":"https://api.example","authorization_servers":["https://op.example"],"bearer_methods_supported":["header"]}"#;
        assert_eq!(text, expected);
    }
}
