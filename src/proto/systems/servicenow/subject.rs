//! The user that a token stands for: the field to search, and the value to find there.

use super::entity::{ClientType, Entity};
use crate::proto::error::Code;
use crate::proto::oidc::access_token;
use crate::proto::systems::fault::Fault;
use crate::proto::text::concat;
use crate::proto::text::json::Json;

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
    // A user may write another person's address into a profile. An address names a user only if the
    // provider calls it verified, or never says whether it is.
    if name == "email" && !claims.member("email_verified").is_none_or(is_true) {
        return Err(Fault::new(Code::ClaimInvalid, "email_verified", "not true"));
    }
    Ok(value)
}

/// Some providers write booleans as texts.
fn is_true(claim: &Json) -> bool {
    claim.bool() == Some(true) || claim.text().is_some_and(|text| text.eq_ignore_ascii_case("true"))
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
    // Only the claim that the verifier has compared with the accepted clients counts. Another one may
    // have any text.
    let client = access_token::party(claims).filter(|client| !client.is_empty());
    client.is_some_and(|client| sub == client || sub == concat(&[client, "@clients"]))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;

    #[test]
    fn an_address_is_verified_only_if_the_claim_is_true() {
        let is_verified = |claim: &str| is_true(&json::read(claim.as_bytes()).unwrap());
        for claim in ["true", r#""true""#, r#""True""#] {
            assert!(is_verified(claim), "{claim}");
        }
        for claim in ["false", "null", "0", "1", r#""False""#, r#""""#, r#""yes""#, "[true]", "{}"]
        {
            assert!(!is_verified(claim), "{claim}");
        }
    }

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
            (r#"{"sub":"other","azp":"c","cid":"other"}"#, false),
            (r#"{"sub":"other@clients","azp":"c","client_id":"other"}"#, false),
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
