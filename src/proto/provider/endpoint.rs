//! The names of a provider's endpoints, and the check of an endpoint's address.

use crate::proto::error::{At, Code, Error};

/// `authorization_endpoint`.
pub const AUTHORIZATION: At = At::AuthorizationEndpoint;
/// `token_endpoint`.
pub const TOKEN: At = At::TokenEndpoint;
/// `jwks_uri`.
pub const KEYS: At = At::JwksUri;
/// `userinfo_endpoint`.
pub const USERINFO: At = At::UserinfoEndpoint;
/// `end_session_endpoint` (RP-Initiated Logout 1.0 section 2.1).
pub const END_SESSION: At = At::EndSessionEndpoint;
/// `revocation_endpoint` (RFC 8414 section 2).
pub const REVOCATION: At = At::RevocationEndpoint;
/// `check_session_iframe` (Session Management 1.0 section 3.3).
pub const CHECK_SESSION: At = At::CheckSessionIframe;
/// `pushed_authorization_request_endpoint` (RFC 9126 section 5).
pub const PUSH: At = At::PushedAuthorizationRequestEndpoint;

pub(super) const fn invalid(name: At) -> Error {
    Error::at(Code::MetadataInvalid, name)
}

/// Users and secrets are sent to an endpoint. It is never `javascript:`, `http:` or an address with
/// a user name (CVE-2025-6514 began with such an endpoint).
pub(super) fn check(is_allowed: bool, name: At) -> Result<(), Error> {
    if is_allowed { Ok(()) } else { Err(Error::at(Code::MetadataInsecure, name)) }
}
