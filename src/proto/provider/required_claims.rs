//! Claims that a token of a provider must have: its hosted domain, or its organization.

use crate::proto::error::{At, Code, Error};
use crate::proto::text::json::{Json, Text};

/// Whether a value of the setting `requiredClaims` is a text or a list of texts.
#[must_use]
pub fn is_requirement(accepted: &Json) -> bool {
    accepted.text().is_some() || accepted.is_texts()
}

/// Refuses claims without a required one, or with another value.
///
/// # Errors
/// `OIDC_TENANT_FORBIDDEN` with the claim's name.
pub fn check(claims: &Json, required: &[(Text, Json)]) -> Result<(), Error> {
    for (name, accepted) in required {
        let is_accepted = |value: &Text| accepted.as_text() == Some(value) || accepted.has(value);
        if !claims.text_of(name).is_some_and(is_accepted) {
            let at = At::ALL.iter().find(|at| at.text() == name.as_str());
            return Err(Error::at(Code::TenantForbidden, *at.unwrap_or(&At::RequiredClaims)));
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
            let error = check(&claims, required.members()).err();
            assert_eq!(error, at.map(|at| Error::at(Code::TenantForbidden, at)));
        }
        let other = json::read(br#"{"department":"x"}"#).unwrap();
        let error = check(&Json::Null, other.members()).unwrap_err();
        assert_eq!(error.at, At::RequiredClaims);
    }
}
