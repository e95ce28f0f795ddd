//! Provider metadata (OpenID Connect Discovery 1.0 section 3, RFC 8414 section 2).

use super::endpoint::{
    self, AUTHORIZATION, CHECK_SESSION, END_SESSION, KEYS, PUSH, REVOCATION, TOKEN, USERINFO,
    invalid,
};
use super::issuer;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::{CONFIDENTIAL_CLIENT, IN_PAGE, WITH_RENEWAL};
use crate::proto::text::has_word;
use crate::proto::text::json::{Json, Text, Writer};

/// A provider's metadata. The members that we use are checked.
#[derive(Clone, Copy, Debug)]
pub struct Metadata<'a>(&'a Json);

/// The endpoints, and whether every provider must have them.
const ENDPOINTS: &[(At, bool)] = &[
    (AUTHORIZATION, true),
    (TOKEN, true),
    (KEYS, true),
    (USERINFO, false),
    (END_SESSION, false),
    (REVOCATION, false),
    (CHECK_SESSION, false),
    (PUSH, false),
];
const ALGORITHMS: At = At::IdTokenSigningAlgValuesSupported;
/// The list of authentication methods at the token endpoint (RFC 8414 section 2).
const AUTH_METHODS: &str = "token_endpoint_auth_methods_supported";
/// The id and the secret are in a header.
pub const BASIC: &str = "client_secret_basic";
/// The id and the secret are in the form.
pub const POST: &str = "client_secret_post";
/// Whether only signed requests are accepted (RFC 9101 section 10.5).
const REQUIRES_OBJECT: &str = "require_signed_request_object";
/// Whether authorization responses have `iss` (RFC 9207 section 3).
const SENDS_ISSUER: At = At::AuthorizationResponseIssParameterSupported;
/// Whether only pushed requests are accepted (RFC 9126 section 5).
const REQUIRES_PUSH: At = At::RequirePushed;

/// The members that are true, false or absent. Some providers write them as text.
const SWITCHES: &[At] = if WITH_RENEWAL { &[SENDS_ISSUER, REQUIRES_PUSH] } else { &[SENDS_ISSUER] };
/// The members that we use, without the endpoints.
const MEMBERS: &[At] = if WITH_RENEWAL {
    &[At::Issuer, ALGORITHMS, SENDS_ISSUER, REQUIRES_PUSH]
} else {
    &[At::Issuer, ALGORITHMS, SENDS_ISSUER]
};

/// The members that only authorization requests and frames need.
const OF_REQUESTS: &[At] = &[CHECK_SESSION, PUSH, REQUIRES_PUSH];

impl<'a> Metadata<'a> {
    /// Reads metadata: first the issuer, which must be exactly the configured text (or the template
    /// behind an alias of all tenants), then the endpoints (Discovery 4.3, RFC 8414 3.3). For an
    /// optional endpoint, some providers write `null`, an empty string or `false`: every value that
    /// is no address counts as absent. Without `needs_keys`, a provider may have no
    /// keys: it signs with the client's secret.
    ///
    /// # Errors
    /// `OIDC_ALG_FORBIDDEN` if the provider has no keys because it signs with secrets only;
    /// `OIDC_METADATA_ISSUER_MISMATCH`, `OIDC_METADATA_INVALID`, `OIDC_METADATA_INSECURE`;
    /// `OIDC_CONFIG_INVALID` with `module`, if the provider accepts only pushed requests and this
    /// module cannot push.
    pub fn read(
        json: &'a Json,
        issuer: &str,
        needs_keys: bool,
        allows_endpoint: impl Fn(&str) -> bool,
    ) -> Result<Self, Error> {
        check_named(json, issuer)?;
        for &(name, required) in ENDPOINTS {
            match json.member(name.text()) {
                Some(Json::Text(address)) if required || !address.is_empty() => {
                    endpoint::check(allows_endpoint(address), name)?;
                }
                None | Some(Json::Null) if name == KEYS && !needs_keys => {}
                None if name == KEYS && signs_with_secrets(json) => {
                    return Err(Error::at(Code::AlgForbidden, ALGORITHMS));
                }
                _ if required => return Err(invalid(name)),
                _ => {}
            }
        }
        match json.member(ALGORITHMS.text()) {
            None | Some(Json::Null) => {}
            Some(names) if names.is_texts() => {}
            Some(_) => return Err(invalid(ALGORITHMS)),
        }
        for &name in SWITCHES {
            let value = json.member(name.text());
            let is_text =
                |value: &Json| value.text().is_some_and(|text| has_word("true false", text));
            if !matches!(value, None | Some(Json::Null | Json::Bool(_)))
                && !value.is_some_and(is_text)
            {
                return Err(invalid(name));
            }
        }
        let metadata = Self(json);
        // A module that cannot push sends no request to such a provider (RFC 9126 section 5).
        if !WITH_RENEWAL && metadata.requires_push() {
            return Err(Error::at(Code::ConfigInvalid, At::Module));
        }
        Ok(metadata)
    }

    /// Reads the metadata for a client without users: the issuer, as [`Metadata::read`] does, and the token endpoint. A
    /// server that has no users needs no other endpoint (RFC 8414 section 2).
    ///
    /// # Errors
    /// `OIDC_METADATA_ISSUER_MISMATCH`, `OIDC_METADATA_INVALID`, `OIDC_METADATA_INSECURE`.
    pub fn read_token_endpoint(
        json: &'a Json,
        issuer: &str,
        allows_endpoint: impl Fn(&str) -> bool,
    ) -> Result<Self, Error> {
        check_named(json, issuer)?;
        let address = json.text_of(TOKEN.text()).ok_or(invalid(TOKEN))?;
        endpoint::check(allows_endpoint(address), TOKEN)?;
        Ok(Self(json))
    }

    /// Writes the members that this client uses, for [`Metadata::known`] to find.
    /// Without `can_revoke`, the address of the revocation endpoint is left out.
    pub fn write(&self, writer: &mut Writer, can_revoke: bool) {
        self.write_part(writer, can_revoke, false);
    }

    /// Writes the members that are needed after the authorization request. A server asks no second
    /// time without the user, and no frame of its pages checks the session: each byte of its session
    /// makes a cookie longer.
    pub fn write_after_request(&self, writer: &mut Writer) {
        self.write_part(writer, true, true);
    }

    fn write_part(&self, writer: &mut Writer, can_revoke: bool, is_asked: bool) {
        let is_over = |name| !IN_PAGE && is_asked && OF_REQUESTS.contains(&name);
        writer.open("metadata", '{');
        for (name, _) in ENDPOINTS {
            let is_used = !WITH_RENEWAL || can_revoke || *name != REVOCATION;
            if is_used && !is_over(*name) {
                self.copy(*name, writer);
            }
        }
        for name in MEMBERS {
            if !is_over(*name) {
                self.copy(*name, writer);
            }
        }
        // Without the list, a client with a secret uses `client_secret_basic`.
        if CONFIDENTIAL_CLIENT && self.takes_secret_in_form_only() {
            writer.raw(AUTH_METHODS, "[\"client_secret_post\"]");
        }
        if CONFIDENTIAL_CLIENT && self.requires_request_object() {
            writer.bool(REQUIRES_OBJECT, true);
        }
        writer.close('}');
    }

    /// The authentication methods at the token endpoint. Returns `None` if none are announced.
    fn auth_methods(&self) -> Option<&'a Json> {
        self.0.member(AUTH_METHODS)
    }

    /// Whether the provider announces `client_secret_post` for its token endpoint, and not
    /// `client_secret_basic`, which is the default of RFC 8414 section 2.
    #[must_use]
    pub fn takes_secret_in_form_only(&self) -> bool {
        self.auth_methods().is_some_and(|list| list.has(POST) && !list.has(BASIC))
    }

    /// Whether revocations of a client without a secret fail: the provider announces `none` for its
    /// token endpoint, and not for revocations. A provider that announces it for neither may accept
    /// them all the same, as Keycloak does.
    #[must_use]
    pub fn revokes_with_secret_only(&self) -> bool {
        let methods = self.0.member("revocation_endpoint_auth_methods_supported");
        let has_none = |list: &Json| list.has("none");
        WITH_RENEWAL
            && methods.is_some_and(|list| list.list().is_some() && !has_none(list))
            && self.auth_methods().is_some_and(has_none)
    }

    /// Metadata that was checked before: a member of the settings, a flow or a session.
    #[must_use]
    pub fn known(keeper: &'a Json) -> Option<Self> {
        keeper.member("metadata").map(Self)
    }

    fn copy(&self, name: At, writer: &mut Writer) {
        if let Some(value) = self.0.member(name.text()) {
            writer.json(name.text(), value);
        }
    }

    /// The issuer, which may be a template.
    #[must_use]
    pub fn issuer(&self) -> &'a Text {
        self.required(At::Issuer)
    }

    /// The address of an endpoint. Returns `None` if the provider has none.
    #[must_use]
    pub fn endpoint(&self, name: At) -> Option<&'a Text> {
        self.0.text_of(name.text()).filter(|address| !address.is_empty())
    }

    /// The address of an endpoint that every provider has.
    #[must_use]
    pub fn required(&self, name: At) -> &'a Text {
        self.endpoint(name).unwrap_or_default()
    }

    /// `id_token_signing_alg_values_supported`. Returns `None` if it is not announced.
    #[must_use]
    pub fn algorithms(&self) -> Option<&'a Json> {
        self.0.member(ALGORITHMS.text()).filter(|names| !names.is_null())
    }

    /// Whether authorization responses have `iss` (RFC 9207 section 3).
    #[must_use]
    pub fn sends_issuer(&self) -> bool {
        self.is_on(SENDS_ISSUER)
    }

    /// Whether only pushed requests are accepted (RFC 9126 section 5).
    #[must_use]
    pub fn requires_push(&self) -> bool {
        self.is_on(REQUIRES_PUSH)
    }

    /// Whether only signed requests are accepted (RFC 9101 section 10.5). A client without a key
    /// cannot use such a provider.
    #[must_use]
    pub fn requires_request_object(&self) -> bool {
        CONFIDENTIAL_CLIENT && self.0.is_true(REQUIRES_OBJECT)
    }

    fn is_on(&self, name: At) -> bool {
        self.0.is_true(name.text()) || self.0.text_of(name.text()).is_some_and(|on| &**on == "true")
    }
}

/// Reads what a verifier needs of an issuer's metadata: the address of its keys, and its
/// algorithms. The issuer must be exactly the configured text.
///
/// # Errors
/// `OIDC_METADATA_ISSUER_MISMATCH`, `OIDC_METADATA_INVALID`, `OIDC_METADATA_INSECURE`.
pub fn read_keys<'a>(
    json: &'a Json,
    issuer: &str,
    allows_endpoint: impl Fn(&str) -> bool,
) -> Result<(&'a str, Option<&'a Json>), Error> {
    let named = json.text_of("issuer").ok_or(invalid(At::Issuer))?;
    if *named != *issuer {
        return Err(Error::at(Code::MetadataIssuerMismatch, At::Issuer));
    }
    let address = json.text_of(KEYS.text()).ok_or(invalid(KEYS))?;
    endpoint::check(allows_endpoint(address), KEYS)?;
    match json.member(ALGORITHMS.text()) {
        None | Some(Json::Null) => Ok((address, None)),
        Some(names) if names.is_texts() => Ok((address, Some(names))),
        Some(_) => Err(invalid(ALGORITHMS)),
    }
}

/// The issuer of metadata must be the configured one.
fn check_named(json: &Json, issuer: &str) -> Result<(), Error> {
    let named = if is_unknown(issuer) && json.member("issuer").is_none() {
        Default::default()
    } else {
        json.text_of("issuer").ok_or(invalid(At::Issuer))?
    };
    if issuer::is_named(issuer, named) {
        Ok(())
    } else {
        Err(Error::at(Code::MetadataIssuerMismatch, At::Issuer))
    }
}

/// Whether an app that knows only endpoints says no issuer.
const fn is_unknown(issuer: &str) -> bool {
    CONFIDENTIAL_CLIENT && issuer.is_empty()
}

/// Whether the provider announces algorithms of secrets (HS256) and no others.
fn signs_with_secrets(json: &Json) -> bool {
    let names = json.member(ALGORITHMS.text()).and_then(Json::list).unwrap_or_default();
    for name in names {
        if !name.text().is_some_and(|name| name.starts_with("HS")) {
            return false;
        }
    }
    !names.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::text::{concat, json};

    #[test]
    fn the_methods_of_authentication_are_kept_only_where_the_default_would_fail() {
        for (methods, kept) in [
            (r#"["client_secret_post"]"#, true),
            (r#"["private_key_jwt","client_secret_post","tls_client_auth"]"#, true),
            (r#"["client_secret_post","client_secret_basic"]"#, false),
            (r#"["client_secret_basic"]"#, false),
            (r#"["private_key_jwt"]"#, false),
        ] {
            let text = concat(&[r#"{"token_endpoint_auth_methods_supported":"#, methods, "}"]);
            let document = json::read(text.as_bytes()).expect("an object");
            let mut writer = Writer::new();
            Metadata(&document).write_after_request(&mut writer);
            let json = json::read(writer.finish().as_bytes()).expect("an object");
            let stored = Metadata::known(&json).expect("the metadata");
            assert_eq!(stored.auth_methods().is_some(), kept, "{methods}");
            assert_eq!(stored.takes_secret_in_form_only(), kept, "{methods}");
        }
    }
}
