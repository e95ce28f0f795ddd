//! The configuration of a gate: its entities, its policies, and which hooks the app has.

use super::access::Policy;
use super::entity::Entity;
use crate::proto::error::Code;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::{self, Field, Kind, optional, required, text_of};
use crate::proto::text::concat;
use crate::proto::text::json::Json;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

const FIELDS: &[Field] = &[
    required("entities", Kind::Objects),
    optional("policies", Kind::Objects),
    optional("allowLoopbackIssuer", Kind::Bool),
    // Which functions and stores the app gave to the host.
    required("hooks", Kind::Texts),
    required("scripts", Kind::Texts),
];

/// A checked configuration.
pub(super) struct Gate<'a> {
    json: &'a Json,
    /// The entities, in the order of the configuration.
    pub(super) entities: Vec<Entity<'a>>,
    /// The API access policies.
    pub(super) policies: Vec<Policy<'a>>,
}

impl<'a> Gate<'a> {
    /// Reads a configuration.
    ///
    /// # Errors
    /// `OIDC_CONFIG_INVALID`, `OIDC_CONFIG_INSECURE` with the field's name.
    pub(super) fn read(json: &'a Json) -> Result<Self, Fault> {
        fields::check(json, FIELDS)?;
        let list = |name| json.member(name).and_then(Json::list).unwrap_or_default();
        let mut gate = Self { json, entities: Vec::new(), policies: Vec::new() };
        let mut seen = Seen::default();
        for one in list("entities") {
            let entity = Entity::read(one, gate.allows_loopback());
            entity
                .and_then(|entity| gate.add_entity(entity, &mut seen))
                .map_err(|fault| of(fault, "entity", one))?;
        }
        if gate.entities.is_empty() {
            return Err(Fault::of_field("entities", "empty"));
        }
        let profiles = gate.profile_names()?;
        let mut names = BTreeSet::new();
        for one in list("policies") {
            let policy = Policy::read(one, &profiles).map_err(|fault| of(fault, "policy", one))?;
            if !names.insert(policy.name()) {
                return Err(of(Fault::of_field("name", "the same name twice"), "policy", one));
            }
            gate.policies.push(policy);
        }
        Ok(gate)
    }

    fn add_entity(&mut self, entity: Entity<'a>, seen: &mut Seen<'a>) -> Result<(), Fault> {
        seen.add(&entity)?;
        if entity.verifies_jti() && !self.has("replay") {
            return Err(Fault::of_field("replay", "missing: `verifyJti` needs a store"));
        }
        if entity.provisioning.is_some() && !self.has("provisionUser") {
            return Err(Fault::of_field("provisionUser", "missing: `provisioning` needs it"));
        }
        let script = entity.text("oauthApiScript");
        if !script.is_empty() && !self.json.member("scripts").is_some_and(|all| all.has(script)) {
            return Err(Fault::of_field("oauthApiScript", "not a name in `scripts`"));
        }
        self.entities.push(entity);
        Ok(())
    }

    /// The names of all profiles. A policy names a profile without its entity.
    fn profile_names(&self) -> Result<BTreeSet<String>, Fault> {
        let mut all = BTreeSet::new();
        for entity in &self.entities {
            for name in entity.profiles.names(entity.text("name")) {
                if all.contains(&name) {
                    let detail = concat(&["the profile \"", &name, "\" twice"]);
                    return Err(Fault::of_field("profiles", &detail));
                }
                all.insert(name);
            }
        }
        Ok(all)
    }

    /// Whether the app has a hook or a store of this name.
    pub(super) fn has(&self, hook: &str) -> bool {
        self.json.member("hooks").is_some_and(|all| all.has(hook))
    }

    /// Whether a provider on this machine may use http.
    pub(super) fn allows_loopback(&self) -> bool {
        self.json.is_true("allowLoopbackIssuer")
    }
}

/// The names, clients and issuers of the entities before one. An instance may have thousands of them, and every request reads the
/// configuration: a comparison of each with each would take seconds.
#[derive(Default)]
struct Seen<'a> {
    names: BTreeSet<&'a str>,
    /// The clients of active entities, with the addresses of their metadata.
    clients: BTreeSet<(&'a str, &'a str)>,
    /// The issuers that active entities name themselves, with those addresses.
    issuers: BTreeMap<&'a str, &'a str>,
}

impl<'a> Seen<'a> {
    fn add(&mut self, entity: &Entity<'a>) -> Result<(), Fault> {
        if !self.names.insert(entity.text("name")) {
            return Err(Fault::of_field("name", "the same name twice"));
        }
        if !entity.is_active() {
            return Ok(());
        }
        // Which of them a token is for would be unclear.
        if !self.clients.insert((entity.text("clientId"), entity.text("metadataUrl"))) {
            return Err(Fault::of_field(
                "clientId",
                "another active entity has it at this provider",
            ));
        }
        let (issuer, address) = (entity.text("issuer"), entity.metadata_address());
        if !issuer.is_empty() && *self.issuers.entry(issuer).or_insert(address) != address {
            return Err(Fault::of_field(
                "issuer",
                "another active entity has it at another metadata address",
            ));
        }
        Ok(())
    }
}

/// A fault of one element of a list, with the name of the element.
fn of(fault: Fault, kind: &str, element: &Json) -> Fault {
    let Fault { code, at, detail } = fault;
    let name = text_of(element, "name");
    let is_config = matches!(code, Code::ConfigInvalid | Code::ConfigInsecure);
    if name.is_empty() || !is_config {
        return Fault { code, at, detail };
    }
    Fault { code, at, detail: concat(&[&detail, " (", kind, " \"", name, "\")"]) }
}
