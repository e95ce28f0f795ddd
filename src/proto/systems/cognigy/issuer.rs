//! The forms of an issuer, and the address of an installation's API.

use crate::proto::systems::fault::Fault;
use crate::proto::text::{concat, pieces, url};
use alloc::string::String;

/// The field of the issuer.
pub(super) const ISSUER: &str = "idpIssuer";

/// An issuer as it was written, with its scheme, and the same with or without the slash at its end.
pub(super) struct Forms {
    pub(super) exact: String,
    pub(super) other: String,
}

/// Reads `DOMAIN`, with or without `https://` and a slash at its end. Which form is the issuer, the provider's
/// metadata says: Auth0 has a slash there, and most others have none.
pub(super) fn forms(text: &str) -> Result<Forms, Fault> {
    let invalid = |detail| Fault::of_field(ISSUER, detail);
    let exact = with_scheme(text);
    let url = url::read(&exact).map_err(|_| invalid("no domain and no https address"))?;
    if url.query.is_some() || url.fragment.is_some() {
        return Err(invalid("has a query or a fragment"));
    }
    if !url.is_secure(true) {
        return Err(invalid("http, where https is required"));
    }
    if url.path.contains("/.well-known/") {
        return Err(invalid("the address of a document, not the issuer"));
    }
    if pieces(url.path, b'/').any(is_of_all_tenants) {
        return Err(invalid("that of all tenants: name the tenant"));
    }
    let other = match exact.strip_suffix('/') {
        Some(bare) => bare.into(),
        None => concat(&[&exact, "/"]),
    };
    Ok(Forms { exact, other })
}

/// Whether a segment of a path stands for the tenants of all organizations. The administrator of each of them
/// writes the claim with the role, and would be the administrator of this installation.
fn is_of_all_tenants(segment: &str) -> bool {
    segment.contains('{')
        || ["common", "organizations"].iter().any(|name| segment.eq_ignore_ascii_case(name))
}

/// The base address of an API, without a slash at its end. A secret is sent there, so it is https.
pub(super) fn api(text: &str) -> Result<String, Fault> {
    let invalid = |detail| Fault::of_field("api", detail);
    let full = with_scheme(text);
    let url = url::read(&full).map_err(|_| invalid("no domain and no https address"))?;
    if url.query.is_some() || url.fragment.is_some() {
        return Err(invalid("has a query or a fragment"));
    }
    if !url.is_secure(true) {
        return Err(invalid("http, where https is required"));
    }
    Ok(full.strip_suffix('/').unwrap_or(&full).into())
}

fn with_scheme(text: &str) -> String {
    if text.contains("://") { text.into() } else { concat(&["https://", text]) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn c1_an_issuer_has_two_forms_and_is_an_https_address_or_a_domain() {
        for (text, exact, other) in [
            ("t.example", "https://t.example", "https://t.example/"),
            ("t.example/", "https://t.example/", "https://t.example"),
            ("https://t.example/a", "https://t.example/a", "https://t.example/a/"),
            ("https://t.example/", "https://t.example/", "https://t.example"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080", "http://127.0.0.1:8080/"),
        ] {
            let forms = forms(text).unwrap();
            assert_eq!((&*forms.exact, &*forms.other), (exact, other), "{text}");
        }
        for text in [
            "",
            "a b",
            "http://t.example",
            "ftp://t.example",
            "t.example?x",
            "t.example#x",
            "u@t.example",
            "//t.example",
            "https://t.example/.well-known/openid-configuration",
            "login.example/common/v2.0",
            "https://login.example/Organizations/v2.0/",
            "https://login.example/{tenantid}/v2.0",
        ] {
            assert!(forms(text).is_err(), "{text}");
        }
    }
}
