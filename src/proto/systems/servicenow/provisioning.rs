//! Automatic provisioning: the fields of a new user, from the claims of the token.

use crate::proto::error::Code;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::{self, Field, Kind, optional, required, text_of};
use crate::proto::text::json::{Json, Writer};

const FIELDS: &[Field] = &[
    optional("dataSource", Kind::Text),
    required("transform", Kind::Objects),
    optional("roles", Kind::Texts),
];

const MAPPING: &[Field] = &[required("source", Kind::Text), required("target", Kind::Text)];

/// The transform map and the roles.
pub(super) struct Provisioning<'a> {
    transform: &'a [Json],
    roles: &'a [Json],
}

impl<'a> Provisioning<'a> {
    /// Reads the field `provisioning` of an entity.
    ///
    /// # Errors
    /// `OIDC_CONFIG_INVALID` with the field's name.
    pub(super) fn read(entity: &'a Json) -> Result<Option<Self>, Fault> {
        let Some(json) = entity.member("provisioning") else { return Ok(None) };
        fields::check(json, FIELDS)?;
        let list = |name| json.member(name).and_then(Json::list).unwrap_or_default();
        let (transform, roles) = (list("transform"), list("roles"));
        for (place, mapping) in (0_usize..).zip(transform) {
            fields::check(mapping, MAPPING)?;
            let target = text_of(mapping, "target");
            if transform.iter().take(place).any(|other| text_of(other, "target") == target) {
                return Err(Fault::of_field("target", "the same field twice"));
            }
            // Another value there, and the next token of this user would create a second one.
            if target == text_of(entity, "userField")
                && text_of(mapping, "source") != text_of(entity, "userClaim")
            {
                return Err(Fault::of_field(
                    "source",
                    "the user field has another claim than the user claim",
                ));
            }
        }
        Ok(Some(Self { transform, roles }))
    }

    /// The new user, as JSON text: `fields`, of which `field` has `value`, and `roles`. A claim that
    /// the token lacks gives no field.
    ///
    /// # Errors
    /// `OIDC_CLAIM_INVALID` with the name of a claim that no field can hold: a list or an object.
    pub(super) fn user(&self, claims: &Json, field: &str, value: &str) -> Result<Writer, Fault> {
        let mut out = Writer::default();
        out.open("fields", '{').text(field, value);
        for mapping in self.transform {
            let (source, target) = (text_of(mapping, "source"), text_of(mapping, "target"));
            match claims.member(source) {
                None | Some(Json::Null) => {}
                Some(_) if target == field => {}
                Some(claim @ (Json::Text(_) | Json::Number(_) | Json::Bool(_))) => {
                    out.json(target, claim);
                }
                Some(_) => {
                    let detail = "a list or an object, which no field can hold";
                    return Err(Fault::new(Code::ClaimInvalid, source, detail));
                }
            }
        }
        out.close('}').open("roles", '[');
        // The roles come from the configuration alone: no claim gives a role.
        for role in self.roles.iter().filter_map(Json::text) {
            out.push(role);
        }
        out.close(']');
        Ok(out)
    }
}
