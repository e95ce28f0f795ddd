//! Restrictions that an app and a preset have: claims that a token must have, such as its hosted domain or
//! its organization, and the tenants that may come. Both count, so that neither loosens the other.

use crate::proto::error::{At, Code, Error};
use crate::proto::text::json::{Json, Text};

/// The settings of an app, and those of its preset.
pub type Layers<'a> = [&'a Json; 2];

/// The settings of an app, and those of its preset if it has one.
#[must_use]
pub fn layers<'a>(settings: &'a Json, preset: Option<&'a Json>) -> Layers<'a> {
    [settings, preset.unwrap_or(&Json::Null)]
}

/// Whether the members of required claims are texts and lists of texts.
#[must_use]
pub fn are_claims(claims: &Json) -> bool {
    let is_requirement = |value: &Json| value.text().is_some() || value.is_texts();
    claims.members().iter().all(|one| is_requirement(&one.1))
}

/// Checks those of a preset, whose types nothing has checked yet, and that some token satisfies both.
///
/// # Errors
/// The restriction that has a wrong type in the preset, or that no token satisfies.
pub fn check([settings, preset]: Layers<'_>) -> Result<(), At> {
    let (required, tenants) = (At::RequiredClaims, At::Tenants);
    let is_right = |claims: &Json| matches!(claims, Json::Object(_)) && are_claims(claims);
    if !preset.member(required.text()).is_none_or(is_right) {
        return Err(required);
    }
    for name in [tenants, At::RefusedTenants] {
        if !preset.member(name.text()).is_none_or(Json::is_texts) {
            return Err(name);
        }
    }
    for (name, accepted) in settings.member(required.text()).map(Json::members).unwrap_or_default()
    {
        let other = preset.member(required.text()).and_then(|claims| claims.member(name));
        if other.is_some_and(|other| !have_common(accepted, other)) {
            return Err(required);
        }
    }
    let own = settings.member(tenants.text());
    let other = preset.member(tenants.text());
    match other.is_none_or(|other| have_common(own.unwrap_or(other), other)) {
        true => Ok(()),
        false => Err(tenants),
    }
}

/// Whether two requirements have a value in common. Each is a text or a list of texts.
fn have_common(one: &Json, other: &Json) -> bool {
    let list = one.list().unwrap_or(core::slice::from_ref(one));
    list.iter().any(|value| value.as_text().is_some_and(|value| accepts(other, value)))
}

fn accepts(accepted: &Json, value: &Text) -> bool {
    accepted.as_text() == Some(value) || accepted.has(value)
}

/// Refuses claims without a required one, or with another value.
///
/// # Errors
/// `OIDC_TENANT_FORBIDDEN` with the claim's name.
pub fn check_claims(claims: &Json, required: &Json) -> Result<(), Error> {
    for (name, accepted) in required.members() {
        if !claims.text_of(name).is_some_and(|value| accepts(accepted, value)) {
            let at = At::find(name).unwrap_or(At::RequiredClaims);
            return Err(Error::at(Code::TenantForbidden, at));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;

    #[test]
    fn a_required_claim_is_there_with_an_accepted_value() {
        let required = json::read(br#"{"hd":"a.example","org_id":["org_1","org_2"]}"#).unwrap();
        for (claims, at) in [
            (r#"{"hd":"a.example","org_id":"org_2"}"#, None),
            (r#"{"hd":"b.example","org_id":"org_2"}"#, Some(At::Hd)),
            (r#"{"org_id":"org_2"}"#, Some(At::Hd)),
            (r#"{"hd":["a.example"],"org_id":"org_1"}"#, Some(At::Hd)),
            (r#"{"hd":"a.example"}"#, Some(At::OrgId)),
            (r#"{"hd":"a.example","org_id":"org_3"}"#, Some(At::OrgId)),
            (r#"{"hd":"a.example","org_id":null}"#, Some(At::OrgId)),
        ] {
            let claims = json::read(claims.as_bytes()).unwrap();
            let error = check_claims(&claims, &required).err();
            assert_eq!(error, at.map(|at| Error::at(Code::TenantForbidden, at)));
        }
        let other = json::read(br#"{"department":"x"}"#).unwrap();
        let error = check_claims(&Json::Null, &other).unwrap_err();
        assert_eq!(error.at, At::RequiredClaims);
    }
}
