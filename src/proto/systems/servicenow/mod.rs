//! ServiceNow's check of a third party's token: what an instance does with a Bearer token at its
//! REST APIs.
//!
//! [`steps`] has the order of all checks. The host performs one step after the other, adds its
//! result to what is known, and asks again.

mod access;
mod choice;
mod entity;
mod form;
mod gate;
mod issuer;
mod profiles;
mod provisioning;
mod steps;
mod subject;
mod templates;

use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::text_of;
use crate::proto::text::json::{Json, Writer};
use alloc::string::String;
use gate::Gate;

/// The body of every refusal, byte for byte as the manual prints it.
const REFUSAL_BODY: &str = r#"{"error":{"message":"User Not Authenticated","detail":"Required to provide Auth information"},"status":"failure"}"#;

/// Checks the configuration of a gate: `config`. The answer has the entities with every default
/// filled in, the headers of a request that the checks read, and the refusal.
///
/// # Errors
/// `OIDC_CONFIG_INVALID` or `OIDC_CONFIG_INSECURE` with the name of the field.
pub(super) fn check(input: &Json) -> Result<String, Fault> {
    let gate = Gate::read(input.member("config").unwrap_or(&Json::Null))?;
    let mut out = Writer::new();
    out.open("entities", '[');
    for entity in &gate.entities {
        out.put(&entity.write());
    }
    out.close(']').open("headers", '[').push("authorization");
    for name in access::METHOD_OVERRIDES {
        out.push(name);
    }
    out.close(']').open("refusal", '{').number("status", 401).text("body", REFUSAL_BODY);
    out.open("headers", '{').text("content-type", "application/json");
    // A 401 names a scheme (RFC 9110, section 15.5.2), and no cache keeps it.
    out.text("www-authenticate", "Bearer").text("cache-control", "no-store").close('}').close('}');
    Ok(out.finish())
}

/// The next step for a request: `config`, `request`, `now`, and what is `known`.
///
/// # Errors
/// Why the request is refused.
pub(super) fn next(input: &Json) -> Result<String, Fault> {
    let gate = Gate::read(input.member("config").unwrap_or(&Json::Null))?;
    steps::next(&gate, input)
}

/// The issuer that a response with metadata names: `kind`, `status` and `body` of the response. `config`,
/// the place of the `entity` and the known `issuers` say whether the entity may have it.
///
/// # Errors
/// Those of a response without metadata, `OIDC_METADATA_INVALID`, and `OIDC_ISSUER_MISMATCH` for the issuer
/// of another entity.
pub(super) fn issuer(input: &Json) -> Result<String, Fault> {
    let gate = Gate::read(input.member("config").unwrap_or(&Json::Null))?;
    issuer::read(&gate, place_of(input)?, input)
}

/// The settings of the verifier of an entity: `config`, the place of the `entity`, and the `issuer`,
/// unless the entity names its own.
///
/// # Errors
/// `OIDC_CONFIG_INVALID` with the name of the field.
pub(super) fn verifier(input: &Json) -> Result<String, Fault> {
    let gate = Gate::read(input.member("config").unwrap_or(&Json::Null))?;
    let place = place_of(input)?;
    let entity = gate.entities.get(place).ok_or(Fault::of_field("entity", "unknown"))?;
    let own = entity.text("issuer");
    let issuer = if own.is_empty() { text_of(input, "issuer") } else { own };
    entity.verifier(issuer, gate.allows_loopback())
}

fn place_of(input: &Json) -> Result<usize, Fault> {
    let place = input.member("entity").and_then(Json::seconds);
    place.and_then(|place| usize::try_from(place).ok()).ok_or(Fault::of_field("entity", "unknown"))
}

/// An entity, from a `record` as the form of an instance spells it.
///
/// # Errors
/// `OIDC_CONFIG_INVALID` with the label of the field.
pub(super) fn from_form(input: &Json) -> Result<String, Fault> {
    form::read(input.member("record").unwrap_or(&Json::Null))
}

/// An entity, from the name of a `template` and its `values`.
///
/// # Errors
/// `OIDC_CONFIG_INVALID` with the name of the value.
pub(super) fn from_template(input: &Json) -> Result<String, Fault> {
    templates::fill(input)
}
