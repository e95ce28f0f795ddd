//! What settings must be before they are believed.

use super::Config;
use crate::proto::error::{At, Code, Error};
use crate::proto::jose::alg;
use crate::proto::jose::jwk::Jwk;
use crate::proto::oidc::{client_auth, dpop};
use crate::proto::settings::{self, GOES_ON, NEEDS};
use crate::proto::text::json::Json;
use crate::proto::text::url;

impl Config {
    /// OpenID Connect Discovery 1.0 section 2: https, no query, no fragment.
    pub(super) fn check_issuer(&self) -> Result<(), Error> {
        let url = url::read(self.issuer()).map_err(|_| invalid(At::Issuer))?;
        if url.query.is_some() || url.fragment.is_some() {
            return Err(invalid(At::Issuer));
        }
        if self.is_safe(&url) { Ok(()) } else { Err(insecure(At::Issuer)) }
    }

    /// An address of the app itself: no fragment, and https or on this machine (RFC 9700 4.1).
    pub(super) fn check_page_url(&self, name: At) -> Result<(), Error> {
        let Some(text) = self.text(name.text()) else { return Ok(()) };
        let url = url::read(text).map_err(|_| invalid(name))?;
        if url.fragment.is_some() {
            return Err(invalid(name));
        }
        if is_private(&url) || self.allows_insecure() { Ok(()) } else { Err(insecure(name)) }
    }

    /// Whether the app itself may be on plain http, in a network that its people trust.
    pub(super) fn allows_insecure(&self) -> bool {
        GOES_ON && self.json.member("allowInsecure").and_then(Json::bool) == Some(true)
    }

    /// Whether a page on plain http may send its token there: to the origin that it came from, as
    /// readable as the token.
    fn is_of_insecure_app(&self, url: &url::Url<'_>) -> bool {
        let home = url::read(self.redirect_uri());
        self.allows_insecure() && home.is_ok_and(|home| url.same_origin(&home))
    }

    /// `dpop`: off, or the public half of the key, which is the host's to add where the app says `true`.
    pub(super) fn check_proof_key(&self) -> Result<(), Error> {
        let is_usable = |key: Jwk| alg::find(dpop::ALG).is_some_and(|alg| key.fits(alg));
        match self.json.member(At::Dpop.text()) {
            None | Some(Json::Bool(false)) => Ok(()),
            _ if self.proof_key().is_some_and(is_usable) => Ok(()),
            _ => Err(invalid(At::Dpop)),
        }
    }

    /// A confidential client has a secret or a key, and one of them.
    pub(super) fn check_confidential(&self) -> Result<(), Error> {
        let has_key = self.json.member(At::ClientKey.text()).is_some();
        let is_known = |name: &str| client_auth::is_known(name) && !has_key;
        if !has_key && self.requires_request_object() || has_key && self.client_key().is_none() {
            return Err(invalid(At::ClientKey));
        }
        match (has_key, self.client_secret()) {
            (true, Some(_)) => Err(invalid(At::ClientKey)),
            (false, None) => Err(invalid(At::ClientSecret)),
            _ if !self.auth_method().is_none_or(is_known) => Err(invalid(At::AuthMethod)),
            _ => Ok(()),
        }
    }

    /// Whoever looks must be able to ask who is there, without being seen.
    pub(super) fn check_session_check(&self) -> Result<(), Error> {
        match self.session_check() {
            Some(0 | 86_401..) => Err(invalid(At::SessionCheck)),
            Some(_) if self.silent_redirect_uri().is_none() => Err(invalid(At::SilentRedirectUri)),
            _ => Ok(()),
        }
    }

    pub(super) fn check_apis(&self) -> Result<(), Error> {
        for (prefix, need) in self.apis() {
            let url = url::read(prefix).map_err(|_| invalid(At::Apis))?;
            let is_object = matches!(need, Json::Object(_));
            let plain = url.query.is_none() && url.fragment.is_none();
            if !is_object || !plain || settings::check(need, NEEDS).is_err() {
                return Err(invalid(At::Apis));
            }
            if !is_private(&url) && !self.is_of_insecure_app(&url) {
                return Err(insecure(At::Apis));
            }
        }
        Ok(())
    }

    pub(super) fn check_silent(&self) -> Result<(), Error> {
        let is_known = |silent: &Json| {
            silent.bool() == Some(false) || matches!(silent.text(), Some("page" | "frame"))
        };
        let is_right = !GOES_ON || self.json.member("silent").is_none_or(is_known);
        if is_right { Ok(()) } else { Err(invalid(At::Silent)) }
    }

    pub(super) fn check_algorithms(&self) -> Result<(), Error> {
        let is_known = |name: &Json| name.text().is_some_and(|name| alg::find(name).is_some());
        let pinned = At::IdTokenSignedResponseAlg;
        if !self.json.member(pinned.text()).is_none_or(is_known) {
            return Err(invalid(pinned));
        }
        let Some(names) = self.json.member("algorithms").and_then(Json::list) else {
            return Ok(());
        };
        if !names.is_empty() && names.iter().all(is_known) {
            return Ok(());
        }
        Err(invalid(At::Algorithms))
    }
}

pub(super) const fn invalid(name: At) -> Error {
    Error::at(Code::ConfigInvalid, name)
}

const fn insecure(name: At) -> Error {
    Error::at(Code::ConfigInsecure, name)
}

/// A token in clear text on the network is anybody's token.
fn is_private(url: &url::Url<'_>) -> bool {
    url.is_https() || url.is_loopback()
}
