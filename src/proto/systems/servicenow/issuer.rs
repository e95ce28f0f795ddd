//! The issuer of an entity, from the response with its provider's metadata.

use super::choice::issuer_of;
use super::entity::Entity;
use super::gate::Gate;
use crate::proto::effect::{Failure, Response};
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::response;
use crate::proto::provider::issuer::{discovery_issuer, is_template};
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::text_of;
use crate::proto::text::json::{Json, Writer};
use crate::proto::text::{concat, url};
use alloc::string::String;

/// The end of the address of an issuer's metadata (OpenID Connect Discovery 1.0, section 4).
const WELL_KNOWN: &str = "/.well-known/openid-configuration";

/// Reads the response for the entity at this place: its `kind`, its `status` and its `body`. `issuers` has the
/// issuers that are known.
///
/// # Errors
/// Those of a response without a JSON object, `OIDC_METADATA_INVALID` without an issuer, and
/// `OIDC_ISSUER_MISMATCH` for the issuer of another entity.
pub(super) fn read(gate: &Gate<'_>, place: usize, input: &Json) -> Result<String, Fault> {
    let metadata = match text_of(input, "kind") {
        "response" => {
            let status = u16::try_from(input.seconds_or("status", 0)).unwrap_or_default();
            let body = text_of(input, "body").as_bytes();
            let none = "";
            let (content_type, cache_control, retry_after) = (none, none, none);
            let answer =
                Response { status, content_type, cache_control, retry_after, challenge: "", body };
            response::json_object(&answer, At::Metadata).map_err(fault)?
        }
        kind => return Err(fault(response::failure(failure(kind), At::Metadata))),
    };
    match text_of(&metadata, "issuer") {
        "" => Err(Fault::new(Code::MetadataInvalid, "issuer", "missing")),
        issuer => {
            check_owner(gate, place, issuer, input.member("issuers").unwrap_or(&Json::Null))?;
            Ok(Writer::new().text("issuer", issuer).finish())
        }
    }
}

/// An issuer has one metadata address. A provider that names the issuer of another entity would put its own
/// tokens, and its own keys, beside those of that entity.
fn check_owner(gate: &Gate<'_>, place: usize, issuer: &str, issuers: &Json) -> Result<(), Fault> {
    let own = gate.entities.get(place).map(Entity::metadata_address).unwrap_or_default();
    let usual = discovery_issuer(issuer);
    let usual = concat(&[usual.strip_suffix('/').unwrap_or(&usual), WELL_KNOWN]);
    // The own address of an issuer proves it, whatever another entity claims.
    if own == usual {
        return Ok(());
    }
    let has_it = |(other_place, other): (usize, &Entity<'_>)| {
        let at = other.metadata_address();
        // An issuer of all tenants has several addresses on one host. `tenants` limits each of them.
        let is_same = at == own || is_template(issuer) && origin(at) == origin(own);
        let known = issuer_of(other_place, other, issuers).and_then(Json::text);
        other.is_active() && !is_same && (known == Some(issuer) || at == usual)
    };
    if gate.entities.iter().enumerate().any(has_it) {
        return Err(Fault::new(Code::IssuerMismatch, "issuer", "that of another entity"));
    }
    Ok(())
}

fn origin(address: &str) -> Option<String> {
    url::read(address).ok().map(|url| url.origin())
}

fn fault(error: Error) -> Fault {
    Fault::new(error.code, error.at.text(), "")
}

fn failure(kind: &str) -> Failure {
    match kind {
        "offline" => Failure::Offline,
        "timeout" => Failure::TimedOut,
        "too-large" => Failure::TooLarge,
        "redirected" => Failure::Redirected,
        _ => Failure::Network,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;
    use alloc::format;

    const GOOD: &str = "https://good.example/.well-known/openid-configuration";

    /// Whether metadata at the second address may name an issuer, beside an entity with the first address.
    fn may_name(good: &str, own: &str, issuer: &str, issuers: &str) -> bool {
        let entity = |name: &str, address: &str| {
            format!(
                r#"{{"name":"{name}","clientId":"{name}","userClaim":"email","userField":"email","metadataUrl":"{address}"}}"#
            )
        };
        let input = format!(
            r#"{{"config":{{"entities":[{},{}],"hooks":[],"scripts":[]}},"issuers":{issuers},
            "kind":"response","status":200,"body":"{{\"issuer\":\"{issuer}\"}}"}}"#,
            entity("a", good),
            entity("b", own)
        );
        let input = json::read_object_text(&input).unwrap();
        let gate = Gate::read(input.member("config").unwrap()).unwrap();
        match read(&gate, 1, &input) {
            Ok(_) => true,
            Err(fault) => {
                assert_eq!((fault.code, &*fault.at), (Code::IssuerMismatch, "issuer"));
                false
            }
        }
    }

    #[test]
    fn metadata_may_not_name_the_issuer_of_another_entity() {
        let other = "https://other.example/metadata";
        let known = r#"{"0":"https://x.example"}"#;
        for (good, own, issuer, issuers, is_right) in [
            (GOOD, other, "https://other.example", "{}", true),
            // The address of the other entity proves the issuer, before its metadata is read.
            (GOOD, other, "https://good.example", "{}", false),
            (GOOD, other, "https://good.example/", "{}", false),
            ("https://good.example/metadata", other, "https://x.example", known, false),
            ("https://good.example/metadata", other, "https://x.example", "{}", true),
            ("https://good.example/metadata", GOOD, "https://good.example", known, true),
            (GOOD, &format!("{GOOD}?appid=1"), "https://good.example", "{}", true),
        ] {
            assert_eq!(may_name(good, own, issuer, issuers), is_right, "{own} {issuer} {issuers}");
        }
    }

    #[test]
    fn an_issuer_of_all_tenants_has_several_addresses_on_one_host() {
        let at = |host: &str, alias: &str| format!("https://{host}/{alias}/v2.0{WELL_KNOWN}");
        let common = at("login.example", "common");
        let template = "https://login.example/{tenantid}/v2.0";
        assert!(may_name(&common, &at("login.example", "organizations"), template, "{}"));
        assert!(!may_name(&common, &at("other.example", "organizations"), template, "{}"));
    }
}
