//! The unique id of a token, for APIs that accept each token once (RFC 7519, section 4.1.7).

use super::registered_claims::{self, invalid};
use crate::proto::effect::UnixTime;
use crate::proto::error::{At, Error};
use crate::proto::text::concat;
use crate::proto::text::json::Json;
use alloc::string::String;

/// The text that identifies a token among all tokens of all issuers, to be hashed, and for how many
/// seconds the token could be sent again.
///
/// # Errors
/// `OIDC_CLAIM_INVALID` without `iss`, `jti` or `exp`.
pub fn key(claims: &Json, tolerance: u64, now: UnixTime) -> Result<(String, u64), Error> {
    let text = |name| registered_claims::text(claims, name)?.ok_or(invalid(name));
    let (iss, jti) = (text(At::Iss)?, text(At::Jti)?);
    let exp = registered_claims::time(claims, At::Exp)?.ok_or(invalid(At::Exp))?;
    let left = exp.plus(tolerance).plus(1).0.saturating_sub(now.0);
    // No issuer contains a line feed.
    Ok((concat(&[iss, "\n", jti]), left))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;

    fn mark_of(text: &str) -> Result<(String, u64), Error> {
        key(&json::read(text.as_bytes()).unwrap(), 30, UnixTime(100))
    }

    #[test]
    fn two_issuers_may_use_the_same_jti() {
        let (one, left) = mark_of(r#"{"iss":"https://a","jti":"1","exp":160}"#).unwrap();
        let (other, _) = mark_of(r#"{"iss":"https://b","jti":"1","exp":160}"#).unwrap();
        assert_ne!(one, other);
        assert_eq!((&*one, left), ("https://a\n1", 91));
    }

    #[test]
    fn a_token_without_a_jti_cannot_be_protected_from_replay() {
        for text in [
            r#"{"iss":"https://a","exp":160}"#,
            r#"{"iss":"https://a","jti":1,"exp":160}"#,
            r#"{"jti":"1","exp":160}"#,
            r#"{"iss":"https://a","jti":"1"}"#,
        ] {
            assert!(mark_of(text).is_err(), "{text}");
        }
    }
}
