//! The metadata of one of a verifier's issuers: the request for it, and what is read of it.

use super::config::VerifierConfig;
use crate::proto::effect::Request;
use crate::proto::effect_id::EffectId;
use crate::proto::error::Error;
use crate::proto::oidc::discovery::{self, Form};
use crate::proto::provider::{issuer, metadata};
use crate::proto::text::json::{Json, Text};

/// The request for an issuer's metadata; `id` says at which of the two well-known addresses.
pub(super) fn request(verifier: &VerifierConfig, place: usize, id: EffectId) -> Request {
    let form = if id == EffectId::FETCH_METADATA { Form::OpenId } else { Form::OAuth };
    match verifier.discovery_url(place) {
        Some(url) => Request::get(url.to_owned()),
        None => discovery::request(&issuer::discovery_issuer(verifier.issuer(place)), form),
    }
}

/// Whether another address is left after a response 404: that of OAuth (RFC 8414) after OpenID's.
pub(super) fn has_other_address(verifier: &VerifierConfig, place: usize, id: EffectId) -> bool {
    id == EffectId::FETCH_METADATA && verifier.discovery_url(place).is_none()
}

/// The address of the issuer's keys, and its algorithms.
///
/// # Errors
/// Those of [`metadata::read_keys`].
pub(super) fn read_keys<'a>(
    verifier: &VerifierConfig,
    place: usize,
    json: &'a Json,
) -> Result<(&'a str, Option<&'a Json>), Error> {
    let named = json.text_of("issuer").map(Text::as_str).unwrap_or_default();
    let issuer = verifier.known_issuer(place, named);
    metadata::read_keys(json, issuer, |text| verifier.allows_endpoint(text))
}
