//! Issuers that stand for many tenants: `{tenantid}` in an issuer is a placeholder for the tenant of a
//! token, as Microsoft writes it.

use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_RENEWAL};
use crate::proto::text::{concat, split, url};
use alloc::{borrow::ToOwned, string::String};

/// The placeholder after its `{`.
const TENANT: &str = "tenantid}";

/// The alias that Microsoft serves the metadata of all tenants at.
const ALIAS: &str = "common";

/// Whether a client of this module may have an issuer of many tenants; `sign-in.wasm` may not.
pub const CLIENT_HAS_TEMPLATES: bool = WITH_RENEWAL || CONFIDENTIAL_CLIENT;

/// Whether the issuer stands for many tenants.
#[must_use]
pub fn is_template(issuer: &str) -> bool {
    parts(issuer).is_some()
}

/// Whether `iss` is this issuer: exactly, or with the token's own tenant, a GUID, in the place of
/// the placeholder.
#[must_use]
pub fn is_issuer(issuer: &str, iss: &str, tid: Option<&str>) -> bool {
    match parts(issuer) {
        None => issuer == iss,
        Some(_) => tid.is_some_and(|tid| is_guid(tid) && tenant(issuer, iss) == Some(tid)),
    }
}

/// Whether `iss` may be this issuer of a client, before a token says its tenant.
#[must_use]
pub fn may_be_issuer(issuer: &str, iss: &str) -> bool {
    issuer == iss || CLIENT_HAS_TEMPLATES && tenant(issuer, iss).is_some_and(is_guid)
}

/// Whether metadata that names `named` is that of a client's `issuer`: the same text, or the issuer is
/// an alias of all tenants, and the metadata has their template. A tenant is no such alias: its
/// metadata must name it.
#[must_use]
pub fn is_named(issuer: &str, named: &str) -> bool {
    let is_alias = |name: &str| !is_guid(name) && !name.is_empty() && !name.contains('/');
    issuer == named || CLIENT_HAS_TEMPLATES && tenant(named, issuer).is_some_and(is_alias)
}

/// The issuer at whose address the metadata is; for a template the alias of all tenants.
#[must_use]
pub fn discovery_issuer(issuer: &str) -> String {
    parts(issuer)
        .map_or_else(|| issuer.to_owned(), |(before, after)| concat(&[before, ALIAS, after]))
}

/// The same for a client.
#[must_use]
pub fn client_discovery_issuer(issuer: &str) -> String {
    if CLIENT_HAS_TEMPLATES { discovery_issuer(issuer) } else { issuer.to_owned() }
}

/// The tenant that `iss` names itself, a GUID. `None` if it is not this issuer of many tenants.
#[must_use]
pub fn tenant_in<'a>(issuer: &str, iss: &'a str) -> Option<&'a str> {
    tenant(issuer, iss).filter(|tid| is_guid(tid))
}

/// Whether the `iss` of a token could be both issuers. Of two templates that differ, the tenant chooses one.
#[must_use]
pub fn have_common(one: &str, other: &str) -> bool {
    one == other || tenant_in(one, other).is_some() || tenant_in(other, one).is_some()
}

/// The text that `iss` has in the place of the placeholder.
fn tenant<'a>(template: &str, iss: &'a str) -> Option<&'a str> {
    let (before, after) = parts(template)?;
    iss.strip_prefix(before)?.strip_suffix(after)
}

/// The text before and after the placeholder.
fn parts(issuer: &str) -> Option<(&str, &str)> {
    let (before, rest) = split(issuer, b'{');
    Some((before, rest?.strip_prefix(TENANT)?))
}

/// Whether a text can name an issuer: any text without a placeholder, or an absolute URL with the
/// placeholder in its path. One that stands alone would make every GUID an issuer, and one in a host
/// would leave the host to the token.
#[must_use]
pub fn is_name(text: &str) -> bool {
    let Some((before, after)) = parts(text) else { return !text.contains('{') };
    let filled = discovery_issuer(text);
    // `https://`, the host, and the beginning of the path.
    let is_in_path = before.bytes().filter(|byte| *byte == b'/').count() > 2;
    let is_plain = |url: &url::Url<'_>| url.query.is_none() && url.fragment.is_none();
    is_in_path && !after.contains('{') && url::read(&filled).is_ok_and(|url| is_plain(&url))
}

/// Whether a text is a GUID in lower case, as Microsoft writes them in tokens.
#[must_use]
pub fn is_guid(text: &str) -> bool {
    for (place, byte) in text.bytes().enumerate() {
        let is_right = match place {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        };
        if !is_right {
            return false;
        }
    }
    text.len() == 36
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    const TID: &str = "9188040d-6c67-4c5b-b112-36a304b66dad";
    const TEMPLATE: &str = "https://login.example/{tenantid}/v2.0";

    #[test]
    fn b22_a_template_is_the_issuer_of_the_tenant_that_the_token_names() {
        let iss = format!("https://login.example/{TID}/v2.0");
        assert!(is_issuer(TEMPLATE, &iss, Some(TID)));
        assert!(may_be_issuer(TEMPLATE, &iss));
        for (iss, tid) in [
            (&*iss, None),
            (&*iss, Some("0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f51")),
            ("https://login.example/common/v2.0", Some("common")),
            ("https://login.example/{tenantid}/v2.0", Some("{tenantid}")),
            ("https://login.example//v2.0", Some("")),
            (&*format!("https://login.example/{TID}/v2.0/"), Some(TID)),
        ] {
            assert!(!is_issuer(TEMPLATE, iss, tid), "{iss}");
        }
        assert_eq!(tenant_in(TEMPLATE, &iss), Some(TID));
        assert_eq!(tenant_in(TEMPLATE, "https://login.example/common/v2.0"), None);
        assert_eq!(tenant_in("https://login.example", "https://login.example"), None);
        assert!(!may_be_issuer(TEMPLATE, "https://login.example/x/v2.0"));
        assert!(!may_be_issuer(TEMPLATE, "https://evil.example/{tenantid}/v2.0"));
    }

    #[test]
    fn b22_a_placeholder_is_in_the_path_of_an_address() {
        for text in
            ["{tenantid}", "https://{tenantid}", "https://{tenantid}.a.example/", "a/b/{tenantid}"]
        {
            assert!(!is_name(text), "{text}");
        }
        for text in [
            "https://{tenantid}/{tenantid}/",
            "https://a.example/?t={tenantid}",
            "https://a.example/#/{tenantid}",
            "https://a.example/{tenantid}/?x",
            "https://a.example/{tenantId}/",
            "https://a.example/{tenantid}/{tenantid}",
            "ftp://a.example/{tenantid}/",
            "https://u@a.example/{tenantid}/",
        ] {
            assert!(!is_name(text), "{text}");
        }
        for text in ["accounts.op.example", "http://a.example/adfs/services/trust", TEMPLATE] {
            assert!(is_name(text), "{text}");
        }
    }

    #[test]
    fn b22_an_alias_of_all_tenants_may_have_the_metadata_of_the_template_and_a_tenant_may_not() {
        for issuer in
            [TEMPLATE, "https://login.example/common/v2.0", "https://login.example/x/v2.0"]
        {
            assert!(is_named(issuer, TEMPLATE), "{issuer}");
        }
        for issuer in [
            &*format!("https://login.example/{TID}/v2.0"),
            "https://login.example//v2.0",
            "https://login.example/a/b/v2.0",
            "https://login.example/common/v2.0/",
            "https://evil.example/common/v2.0",
        ] {
            assert!(!is_named(issuer, TEMPLATE), "{issuer}");
        }
        assert!(!is_named(TEMPLATE, "https://login.example/common/v2.0"));
    }

    #[test]
    fn b22_two_issuers_have_a_common_iss_if_one_fits_the_other() {
        let own = format!("https://login.example/{TID}/v2.0");
        for (one, two) in [("a", "a"), (TEMPLATE, TEMPLATE), (TEMPLATE, &*own)] {
            assert!(have_common(one, two) && have_common(two, one), "{one} {two}");
        }
        for (one, two) in [
            ("a", "b"),
            (&*own, "https://login.example/0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f51/v2.0"),
            (TEMPLATE, "https://login.example/common/v2.0"),
            (TEMPLATE, "https://login.example/{tenantid}/"),
            (TEMPLATE, "https://login.other/{tenantid}/v2.0"),
        ] {
            assert!(!have_common(one, two) && !have_common(two, one), "{one} {two}");
        }
    }
}
