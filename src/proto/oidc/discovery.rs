//! The request for a provider's metadata (OpenID Connect Discovery 1.0, section 4; RFC 8414,
//! section 3).

use crate::proto::client::config::ClientConfig;
use crate::proto::effect::Request;
use crate::proto::provider::issuer::client_discovery_issuer;
use crate::proto::text::{concat, url};
use alloc::{borrow::ToOwned, string::String};

/// The well-known addresses of metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Appended to the issuer (OpenID Connect Discovery 1.0, section 4).
    OpenId,
    /// Inserted before the issuer's path (RFC 8414, section 3.1).
    OAuth,
}

/// The request for the metadata of a client's provider. The setting `discoveryUrl` comes first.
#[must_use]
pub fn client_request(config: &ClientConfig, form: Form) -> Request {
    match config.discovery_url() {
        Some(url) => Request::get(url.to_owned()),
        None => request(&client_discovery_issuer(config.issuer()), form),
    }
}

/// The request for a provider's metadata.
#[must_use]
pub fn request(issuer: &str, form: Form) -> Request {
    let url = match form {
        // A slash at the end is removed first (Discovery, section 4).
        Form::OpenId => concat(&[
            issuer.strip_suffix('/').unwrap_or(issuer),
            "/.well-known/openid-configuration",
        ]),
        Form::OAuth => oauth_url(issuer),
    };
    Request::get(url)
}

fn oauth_url(issuer: &str) -> String {
    let Ok(parts) = url::read(issuer) else {
        return issuer.to_owned();
    };
    let path = parts.path.strip_suffix('/').unwrap_or(parts.path);
    concat(&[&parts.origin(), "/.well-known/oauth-authorization-server", path])
}
