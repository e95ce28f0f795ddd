//! The templates of the form: ADFS, Auth0, Azure AD, Google, Okta. Each knows where the metadata of
//! its provider is, and which claim names the user.

use super::entity::Entity;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::text_of;
use crate::proto::text::concat;
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::text::url;
use alloc::string::String;

/// A template.
struct Template {
    name: &'static str,
    /// The name of the value that the address contains, and the text before and after it.
    place: Option<(&'static str, &'static str)>,
    /// The address behind the host or tenant.
    path: &'static str,
    user_claim: &'static str,
    user_field: &'static str,
    /// Another text that its tokens have as `iss`.
    alias: Option<&'static str>,
}

const WELL_KNOWN: &str = "/.well-known/openid-configuration";

const TEMPLATES: &[Template] = &[
    Template {
        name: "ADFS",
        place: Some(("host", "https://")),
        path: "/adfs/.well-known/openid-configuration",
        user_claim: "upn",
        user_field: "user_name",
        alias: None,
    },
    Template {
        name: "Auth0",
        place: Some(("domain", "https://")),
        path: WELL_KNOWN,
        user_claim: "email",
        user_field: "email",
        alias: None,
    },
    Template {
        name: "Azure AD",
        place: Some(("tenant", "https://login.microsoftonline.com/")),
        path: "/v2.0/.well-known/openid-configuration",
        user_claim: "upn",
        user_field: "user_name",
        alias: None,
    },
    Template {
        name: "Google",
        place: None,
        path: "https://accounts.google.com/.well-known/openid-configuration",
        user_claim: "email",
        user_field: "email",
        alias: Some("accounts.google.com"),
    },
    Template {
        name: "Okta",
        place: Some(("domain", "https://")),
        path: WELL_KNOWN,
        user_claim: "email",
        user_field: "email",
        alias: None,
    },
];

/// The value that names another authorization server of Okta than that of the organization.
const SERVER: &str = "authorizationServer";

/// Fills a template. `values` are those of its address, and fields of the entity.
///
/// # Errors
/// `OIDC_CONFIG_INVALID` with the name of the value or field.
pub(super) fn fill(input: &Json) -> Result<String, Fault> {
    let name = text_of(input, "template");
    let found = TEMPLATES.iter().find(|template| template.name == name);
    let template = found.ok_or(Fault::of_field("template", "not one of the five templates"))?;
    let values = input.member("values").unwrap_or(&Json::Null);
    let mut used = String::new();
    let mut out = Writer::default();
    if values.member("metadataUrl").is_none() {
        out.text("metadataUrl", &address(template, values, &mut used)?);
    }
    let defaults = [("userClaim", template.user_claim), ("userField", template.user_field)];
    for (field, usual) in defaults {
        if values.member(field).is_none() {
            out.text(field, usual);
        }
    }
    if let (Some(alias), None) = (template.alias, values.member("issuerAliases")) {
        out.open("issuerAliases", '[').push(alias).close(']');
    }
    out.members_except(values, &used);
    let text = out.finish();
    let entity = json::read_object_text(&text).map_err(|_| Fault::of_field("values", "twice"))?;
    Entity::read(&entity, false)?;
    Ok(text)
}

/// The address of the metadata. Adds the names of the used values to `used`.
fn address(template: &Template, values: &Json, used: &mut String) -> Result<String, Fault> {
    let Some((name, before)) = template.place else { return Ok(template.path.into()) };
    used.push_str(name);
    let value = segment(values, name)?.ok_or(Fault::of_field(name, "missing"))?;
    let mut middle = String::new();
    if template.name == "Okta"
        && let Some(server) = segment(values, SERVER)?
    {
        used.push(' ');
        used.push_str(SERVER);
        middle = concat(&["/oauth2/", server]);
    }
    let address = concat(&[before, value, &middle, template.path]);
    if url::is_endpoint(&address, false) {
        Ok(address)
    } else {
        Err(Fault::of_field(name, "not a name"))
    }
}

/// A value that is one part of an address: a host, or the name of a tenant.
fn segment<'a>(values: &'a Json, name: &'static str) -> Result<Option<&'a str>, Fault> {
    let Some(value) = values.member(name) else { return Ok(None) };
    let text = value.text().unwrap_or_default();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte);
    if text.is_empty() || !text.bytes().all(is_plain) {
        return Err(Fault::of_field(name, "not a host or a name, without a scheme and a path"));
    }
    Ok(Some(text))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn fill(text: &str) -> Result<String, Fault> {
        super::fill(&json::read_object_text(text).unwrap())
    }

    #[test]
    fn a_template_has_defaults_that_values_replace() {
        let text = fill(
            r#"{"template":"Google","values":{"name":"n","clientId":"c","userClaim":"sub","issuerAliases":[]}}"#,
        );
        let entity = json::read_object_text(&text.unwrap()).unwrap();
        assert_eq!(text_of(&entity, "userClaim"), "sub");
        assert_eq!(text_of(&entity, "userField"), "email");
        assert!(entity.member("issuerAliases").and_then(Json::list).unwrap().is_empty());
    }

    #[test]
    fn a_value_is_one_part_of_an_address() {
        for value in ["", "a/b", "a?b", "a#b", "a@b", "a b", "https://a.example", "..", "a%2fb"] {
            let text = concat(&[
                r#"{"template":"Auth0","values":{"name":"n","clientId":"c","domain":""#,
                value,
                r#""}}"#,
            ]);
            assert_eq!(fill(&text).unwrap_err().at, "domain", "{value}");
        }
    }
}
