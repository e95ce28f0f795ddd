//! The user that a token stands for: the field to search, and the value to find there.

use super::entity::{ClientType, Entity};
use crate::proto::error::Code;
use crate::proto::systems::fault::Fault;
use crate::proto::text::concat;
use crate::proto::text::json::Json;

/// The claims in which access tokens name the client that they were issued to.
const CLIENT_CLAIMS: [&str; 4] = ["azp", "client_id", "cid", "appid"];

/// The value of the user field for verified claims.
///
/// # Errors
/// `OIDC_TOKEN_CLAIM_MISSING` with the user claim, or `OIDC_CLAIM_INVALID` for one that names no user.
pub(super) fn value_of<'a>(entity: &Entity<'a>, claims: &'a Json) -> Result<&'a str, Fault> {
    if entity.client_type == ClientType::Service {
        return if is_of_service(claims) {
            Ok(entity.text("applicationUser"))
        } else {
            Err(Fault::new(Code::ClaimInvalid, "sub", "the token of a user, not of a service"))
        };
    }
    let name = entity.text("userClaim");
    let claim = claims.member(name);
    let value = match claim {
        None | Some(Json::Null) => Err(Fault::new(Code::TokenClaimMissing, name, "missing")),
        Some(Json::Text(text)) if text.trim().is_empty() => {
            Err(Fault::new(Code::TokenClaimMissing, name, "empty"))
        }
        Some(Json::Text(text)) => Ok(text.as_str()),
        Some(_) => Err(Fault::new(Code::ClaimInvalid, name, "wrong type, not a text")),
    }?;
    // A user may write another person's address into a profile. An address that the provider itself
    // calls unverified names no user.
    if name == "email" && is_false(claims.member("email_verified")) {
        return Err(Fault::new(Code::ClaimInvalid, "email_verified", "false"));
    }
    Ok(value)
}

fn is_false(claim: Option<&Json>) -> bool {
    claim.is_some_and(|claim| claim.bool() == Some(false) || claim.text() == Some("false"))
}

/// Whether a token was issued to a client for itself. No claim is standard for it: its subject is the
/// client (RFC 9068, section 2.2), or the issuer says so in a claim of its own.
fn is_of_service(claims: &Json) -> bool {
    let text = |name: &str| claims.member(name).and_then(Json::text).unwrap_or_default();
    let (sub, oid) = (text("sub"), text("oid"));
    if text("idtyp") == "app" || text("gty") == "client-credentials" {
        return true;
    }
    // An application's subject is its own object; a user's subject differs for each application.
    if !oid.is_empty() && sub == oid && claims.member("scp").is_none() {
        return true;
    }
    let clients = CLIENT_CLAIMS.iter().map(|name| text(name)).filter(|name| !name.is_empty());
    let mut names = clients.filter(|client| sub == *client || sub == concat(&[client, "@clients"]));
    names.next().is_some()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;

    #[test]
    fn a_token_of_a_service_says_so() {
        for (claims, is_service) in [
            (r#"{"sub":"c","client_id":"c"}"#, true),
            (r#"{"sub":"c@clients","azp":"c"}"#, true),
            (r#"{"sub":"x","gty":"client-credentials"}"#, true),
            (r#"{"sub":"x","idtyp":"app"}"#, true),
            (r#"{"sub":"o","oid":"o"}"#, true),
            (r#"{"sub":"o","oid":"o","scp":"a"}"#, false),
            (r#"{"sub":"x","client_id":"c"}"#, false),
            (r#"{"sub":"","client_id":""}"#, false),
            (r#"{"sub":"","oid":""}"#, false),
            (r#"{"sub":"x","idtyp":"user"}"#, false),
            ("{}", false),
        ] {
            assert_eq!(
                is_of_service(&json::read_object_text(claims).unwrap()),
                is_service,
                "{claims}"
            );
        }
    }
}
