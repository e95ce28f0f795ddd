//! An entity as the form of an instance spells it: the labels of its fields, and those of the
//! provider configuration and of the related lists.

use super::entity::Entity;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::{self, Field, Kind, optional, required};
use crate::proto::text::json::{self, Json, Writer};
use alloc::string::String;

const CONFIGURATION: &str = "OAuth OIDC Provider Configuration";
const PROVISIONING: &str = "User Provisioning";
const PROVISIONS: &str = "Automatically provision users";

/// The fields of the provider configuration, which are also accepted beside the others.
const PROVIDER: &[Field] = &[
    optional("OIDC Provider", Kind::AnyText),
    required("OIDC Metadata URL", Kind::Text),
    required("User Claim", Kind::Text),
    required("User Field", Kind::Text),
    optional("Enable JTI claim verification", Kind::Bool),
];

const RECORD: &[Field] = &[
    required("Name", Kind::Text),
    required("Client ID", Kind::Text),
    // An instance stores one; a token that is only verified needs none.
    optional("Client Secret", Kind::AnyText),
    optional("OAuth API Script", Kind::AnyText),
    optional("Clock Skew", Kind::Number),
    optional("Enforce Token Restrictions", Kind::Bool),
    optional("Active", Kind::Bool),
    optional("Client Type", Kind::AnyText),
    optional("OAuth Application User", Kind::AnyText),
    optional("OAuth Entity Profiles", Kind::Objects),
    optional("OAuth Entity Scopes", Kind::Objects),
    optional(PROVISIONING, Kind::Object),
    // Checked by itself, because it is the name of a configuration, or the configuration.
    optional(CONFIGURATION, Kind::AnyText),
];

const PROFILE: &[Field] = &[
    required("Name", Kind::Text),
    optional("Grant type", Kind::Text),
    optional("OAuth Scopes", Kind::Texts),
];

const SCOPE: &[Field] = &[required("Name", Kind::Text), required("OAuth scope", Kind::Text)];

const USERS: &[Field] = &[
    required(PROVISIONS, Kind::Bool),
    optional("Provision data source", Kind::AnyText),
    optional("Transform mapping", Kind::Objects),
    optional("User roles applied to provisioned users", Kind::Texts),
];

const MAPPING: &[Field] =
    &[required("Source field", Kind::Text), required("Target field", Kind::Text)];

/// The labels of plain fields, and our names.
const NAMES: &[(&str, &str)] = &[
    ("Name", "name"),
    ("Client ID", "clientId"),
    ("OIDC Metadata URL", "metadataUrl"),
    ("User Claim", "userClaim"),
    ("User Field", "userField"),
    ("Enable JTI claim verification", "verifyJti"),
    ("Clock Skew", "clockSkew"),
    ("Enforce Token Restrictions", "enforceTokenRestrictions"),
    ("Active", "active"),
    ("Client Type", "clientType"),
    ("OAuth Application User", "applicationUser"),
    ("OAuth API Script", "oauthApiScript"),
    ("Grant type", "grantType"),
    ("OAuth Scopes", "scopes"),
    ("OAuth scope", "scope"),
    ("Source field", "source"),
    ("Target field", "target"),
    ("Transform mapping", "transform"),
    ("User roles applied to provisioned users", "roles"),
    ("Provision data source", "dataSource"),
    ("OAuth Entity Profiles", "profiles"),
    ("OAuth Entity Scopes", "scopes"),
    (PROVISIONING, "provisioning"),
];

/// Reads a record.
///
/// # Errors
/// `OIDC_CONFIG_INVALID` or `OIDC_CONFIG_INSECURE` with the label of the field.
pub(super) fn read(record: &Json) -> Result<String, Fault> {
    let nested = record.member(CONFIGURATION).filter(|value| matches!(value, Json::Object(_)));
    let provider = nested.unwrap_or(record);
    check(record, provider)?;
    let mut out = Writer::default();
    for (label, value) in record.members() {
        match label.as_str() {
            "OAuth Entity Profiles" => list(&mut out, label, value, PROFILE)?,
            "OAuth Entity Scopes" => list(&mut out, label, value, SCOPE)?,
            PROVISIONING => provisioning(&mut out, value)?,
            _ => plain(&mut out, label, value),
        }
    }
    if nested.is_some() {
        provider.members().iter().for_each(|(label, value)| plain(&mut out, label, value));
    }
    let text = out.finish();
    let entity =
        json::read_object_text(&text).map_err(|_| Fault::of_field(CONFIGURATION, "twice"))?;
    // The gate says whether a provider on this machine may use http.
    Entity::read(&entity, true).map_err(labeled)?;
    Ok(text)
}

/// Checks the record and its provider configuration, which may be a part of it or beside its fields.
fn check(record: &Json, provider: &Json) -> Result<(), Fault> {
    let is_nested = !core::ptr::eq(record, provider);
    let fields: alloc::vec::Vec<Field> = if is_nested {
        fields::check(provider, PROVIDER)?;
        RECORD.iter().copied().map(any_configuration).collect()
    } else {
        RECORD.iter().chain(PROVIDER).copied().collect()
    };
    fields::check(record, &fields)
}

fn any_configuration(field: Field) -> Field {
    if field.name == CONFIGURATION { optional(CONFIGURATION, Kind::Object) } else { field }
}

/// Adds a field that is neither a list nor an object. An empty field of a form is not set.
fn plain(out: &mut Writer, label: &str, value: &Json) {
    let is_empty = matches!(value.text(), Some("" | "-- None --"));
    if let Some(name) = name_of(label).filter(|_| !is_empty) {
        out.json(name, value);
    }
}

fn list(out: &mut Writer, label: &str, value: &Json, known: &[Field]) -> Result<(), Fault> {
    out.open(name_of(label).unwrap_or_default(), '[');
    for one in value.list().unwrap_or_default() {
        fields::check(one, known)?;
        out.element('{');
        one.members().iter().for_each(|(label, value)| plain(out, label, value));
        out.close('}');
    }
    out.close(']');
    Ok(())
}

fn provisioning(out: &mut Writer, value: &Json) -> Result<(), Fault> {
    fields::check(value, USERS)?;
    let mapping = value.member("Transform mapping");
    // The rows are checked even if no user is created: the record is wrong all the same.
    let mut inner = Writer::default();
    match mapping {
        Some(rows) => list(&mut inner, "Transform mapping", rows, MAPPING)?,
        None if value.is_true(PROVISIONS) => {
            return Err(Fault::of_field("Transform mapping", "missing"));
        }
        None => {}
    }
    if !value.is_true(PROVISIONS) {
        return Ok(());
    }
    let others = value.members().iter().filter(|(label, _)| label != "Transform mapping");
    others.for_each(|(label, value)| plain(&mut inner, label, value));
    out.raw("provisioning", &inner.finish());
    Ok(())
}

fn name_of(label: &str) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == label).map(|(_, name)| *name)
}

/// A fault of the entity, with the label of its field.
fn labeled(fault: Fault) -> Fault {
    let Fault { code, at, detail } = fault;
    let label = NAMES.iter().find(|(_, name)| *name == at).map(|(label, _)| *label);
    Fault { code, at: label.unwrap_or(&at).into(), detail }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_label_has_a_name_of_ours_or_is_known_to_have_none() {
        let without = ["Client Secret", CONFIGURATION, "OIDC Provider", PROVISIONS];
        for field in [RECORD, PROVIDER, PROFILE, SCOPE, USERS, MAPPING].concat() {
            assert_eq!(
                name_of(field.name).is_none(),
                without.contains(&field.name),
                "{}",
                field.name
            );
        }
    }

    #[test]
    fn a_field_that_is_there_twice_is_refused() {
        let record = r#"{"Name":"n","Client ID":"c","User Claim":"email","OAuth OIDC Provider Configuration":
            {"OIDC Metadata URL":"https://a.example/m","User Claim":"sub","User Field":"email"}}"#;
        let refusal = read(&json::read_object_text(record).unwrap()).unwrap_err();
        assert_eq!(refusal.at, "User Claim");
    }
}
