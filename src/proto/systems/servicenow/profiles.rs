//! The OAuth profiles and scopes of an entity. A policy names profiles; a profile names scopes.

use crate::proto::oidc::access_token;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::{self, Field, Kind, optional, required, text_of};
use crate::proto::text::concat;
use crate::proto::text::json::{Json, Writer};
use alloc::string::String;

const PROFILE: &[Field] = &[
    required("name", Kind::Text),
    optional("grantType", Kind::Text),
    optional("scopes", Kind::Texts),
];

const SCOPE: &[Field] = &[required("name", Kind::Text), required("scope", Kind::Text)];

/// The grants that the form offers.
const GRANT_TYPES: [&str; 5] = [
    "Authorization Code",
    "Client Credentials",
    "Implicit",
    "JWT Bearer",
    "Resource Owner Password Credentials",
];

/// The profiles and scopes of an entity.
pub(super) struct Profiles<'a> {
    profiles: &'a [Json],
    scopes: &'a [Json],
}

impl<'a> Profiles<'a> {
    /// Reads the fields `profiles` and `scopes` of an entity.
    ///
    /// # Errors
    /// `OIDC_CONFIG_INVALID` with the field's name.
    pub(super) fn read(entity: &'a Json) -> Result<Self, Fault> {
        let list = |name| entity.member(name).and_then(Json::list).unwrap_or_default();
        let read = Self { profiles: list("profiles"), scopes: list("scopes") };
        for scope in read.scopes {
            fields::check(scope, SCOPE)?;
        }
        for profile in read.profiles {
            fields::check(profile, PROFILE)?;
            let grant = text_of(profile, "grantType");
            if !grant.is_empty() && !GRANT_TYPES.contains(&grant) {
                return Err(Fault::of_field("grantType", "not a grant type of the form"));
            }
            // A misspelt scope would let in a token without it.
            for name in scope_names(profile) {
                read.value_of(name).ok_or_else(|| Fault::of_field("scopes", name))?;
            }
        }
        Ok(read)
    }

    /// The names of all profiles. `entity` is the name of the entity.
    pub(super) fn names(&self, entity: &str) -> alloc::vec::Vec<String> {
        let own = self.profiles.iter().map(|profile| text_of(profile, "name").into());
        own.chain(self.default_name(entity)).collect()
    }

    /// Whether a token has every scope of the profile with this name. The generated profile has no
    /// scope, so that every token of the entity has it.
    pub(super) fn fits(&self, name: &str, entity: &str, claims: &Json) -> bool {
        if self.default_name(entity).as_deref() == Some(name) {
            return true;
        }
        let profile = self.profiles.iter().find(|profile| text_of(profile, "name") == name);
        profile.is_some_and(|profile| {
            scope_names(profile).all(|scope| {
                self.value_of(scope).is_some_and(|word| access_token::has_scope(claims, word))
            })
        })
    }

    /// Adds the fields to an entity, with the generated profile if it has no other.
    pub(super) fn write(&self, out: &mut Writer, entity: &str) {
        out.open("profiles", '[');
        for profile in self.profiles {
            out.element('{').members_except(profile, "").close('}');
        }
        if let Some(name) = self.default_name(entity) {
            out.element('{').text("name", &name).open("scopes", '[').close(']').close('}');
        }
        out.close(']').open("scopes", '[');
        for scope in self.scopes {
            out.element('{').members_except(scope, "").close('}');
        }
        out.close(']');
    }

    /// The name of the profile that the system generates for an entity without another.
    fn default_name(&self, entity: &str) -> Option<String> {
        self.profiles.is_empty().then(|| concat(&[entity, " default_profile"]))
    }

    /// The provider's text for a scope.
    fn value_of(&self, name: &str) -> Option<&'a str> {
        let found = self.scopes.iter().find(|scope| text_of(scope, "name") == name);
        found.map(|scope| text_of(scope, "scope"))
    }
}

fn scope_names(profile: &Json) -> impl Iterator<Item = &str> {
    let scopes = profile.member("scopes").and_then(Json::list).unwrap_or_default();
    scopes.iter().filter_map(Json::text)
}
