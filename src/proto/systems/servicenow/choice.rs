//! Which entity a token is for: an active one with its audience and its issuer.

use super::entity::Entity;
use super::gate::Gate;
use crate::proto::error::Code;
use crate::proto::jose::jws::UntrustedJws;
use crate::proto::provider::issuer::is_issuer;
use crate::proto::systems::fault::Fault;
use crate::proto::text::json::{Json, decimal};
use alloc::vec::Vec;

/// The result of a choice.
pub(super) enum Choice<'a> {
    /// The issuer of the entity at this place is not known yet.
    IssuerUnknown(usize),
    /// The entity at this place, and its issuer.
    Found(usize, &'a str),
}

/// Chooses the entity of a token that is not verified yet. `issuers` has the issuer of each entity by
/// its place, `null` if its metadata cannot be read.
///
/// # Errors
/// `OIDC_AUDIENCE_MISMATCH`, `OIDC_ISSUER_MISMATCH`, `OIDC_KEYS_UNAVAILABLE` if metadata is
/// unreadable, `OIDC_CONFIG_INVALID` if several entities fit.
pub(super) fn choose<'a>(
    gate: &'a Gate<'_>,
    jws: &UntrustedJws,
    issuers: &'a Json,
) -> Result<Choice<'a>, Fault> {
    let places = candidates(gate, jws)?;
    let mut found: Vec<(usize, &str)> = Vec::new();
    let mut is_unreadable = false;
    for (place, entity) in places {
        let issuer = match issuer_of(place, entity, issuers) {
            None => return Ok(Choice::IssuerUnknown(place)),
            Some(Json::Text(issuer)) => issuer.as_str(),
            Some(_) => {
                is_unreadable = true;
                continue;
            }
        };
        if is_from(entity, issuer, jws) {
            found.push((place, issuer));
        }
    }
    // A token for several clients names the one that asked for it (Core 3.1.3.7, rule 5).
    let azp = jws.unverified_member("azp");
    let is_asking = |place: usize| gate.entities.get(place).map(|one| one.text("clientId")) == azp;
    if found.len() > 1 && found.iter().any(|(place, _)| is_asking(*place)) {
        found.retain(|(place, _)| is_asking(*place));
    }
    match found.as_slice() {
        [(place, issuer)] => Ok(Choice::Found(*place, issuer)),
        [] if is_unreadable => Err(Fault::new(Code::KeysUnavailable, "metadataUrl", "unreadable")),
        [] => Err(Fault::new(Code::IssuerMismatch, "iss", "no entity with this issuer")),
        _ => Err(Fault::of_field("clientId", "several entities fit the token")),
    }
}

/// The active entities whose client is an audience of the token.
fn candidates<'a>(
    gate: &'a Gate<'_>,
    jws: &UntrustedJws,
) -> Result<Vec<(usize, &'a Entity<'a>)>, Fault> {
    let aud = jws.unverified_claim("aud").unwrap_or(&Json::Null);
    let is_for = |entity: &Entity<'_>| {
        let client = entity.text("clientId");
        aud.text() == Some(client) || aud.has(client)
    };
    let mut fitting = gate.entities.iter().enumerate().filter(|(_, entity)| is_for(entity));
    let active: Vec<_> = fitting.clone().filter(|(_, entity)| entity.is_active()).collect();
    if active.is_empty() {
        let is_inactive = fitting.next().is_some();
        let detail = if is_inactive { "the entity is not active" } else { "no such entity" };
        return Err(Fault::new(Code::AudienceMismatch, "aud", detail));
    }
    Ok(active)
}

/// The issuer that the entity itself names, otherwise that of its metadata.
pub(super) fn issuer_of<'a>(
    place: usize,
    entity: &Entity<'a>,
    issuers: &'a Json,
) -> Option<&'a Json> {
    entity.field("issuer").or_else(|| issuers.member(&decimal(place as u64)))
}

fn is_from(entity: &Entity<'_>, issuer: &str, jws: &UntrustedJws) -> bool {
    let iss = jws.unverified_member("iss").unwrap_or_default();
    let tid = jws.unverified_member("tid");
    let aliases = entity.field("issuerAliases").and_then(Json::list).unwrap_or_default();
    let is_alias = |alias: &Json| is_issuer(alias.text().unwrap_or_default(), iss, tid);
    is_issuer(issuer, iss, tid) || aliases.iter().any(is_alias)
}
