//! The ID token of a renewal, compared with the first one (OpenID Connect Core 1.0, section 12.2).

use super::registered_claims;
use crate::proto::error::{At, Code, Error};
use crate::proto::text::json::Json;

/// Compares the claims of a newer ID token, which passed all other checks. `first` has `nonce`,
/// `azp` and `auth_time` of the sign-in's token, `before` all claims of the newest one so far.
/// `tolerance` is in seconds.
///
/// # Errors
/// `OIDC_RENEWED_MISMATCH` with the claim's name, `OIDC_CLAIM_INVALID`.
pub fn check(claims: &Json, first: &Json, before: &Json, tolerance: u64) -> Result<(), Error> {
    let differs = |name: At, old: &Json| claims.member(name.text()) != old.member(name.text());
    let is_there = |name: At| claims.member(name.text()).is_some();
    let is_wrong = |name: At| match name {
        At::Sub => differs(name, before),
        At::Azp => differs(name, first),
        // The nonce should be missing, and the time may be.
        _ => is_there(name) && differs(name, first),
    };
    for &name in &[At::Sub, At::Azp, At::Nonce, At::AuthTime] {
        if is_wrong(name) {
            return Err(Error::at(Code::RenewedMismatch, name));
        }
    }
    let (old, new) =
        (registered_claims::time(before, At::Iat)?, registered_claims::time(claims, At::Iat)?);
    if old > new.map(|iat| iat.plus(tolerance)) {
        return Err(Error::at(Code::RenewedMismatch, At::Iat));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;

    fn verdict_of(claims: &str) -> Result<(), &'static str> {
        let read = |text: &str| json::read(text.as_bytes()).unwrap();
        let first = read(r#"{"nonce":"n","auth_time":90}"#);
        let before = read(r#"{"sub":"ada","iat":100,"nonce":"n","auth_time":90}"#);
        check(&read(claims), &first, &before, 10).map_err(|error| {
            assert_eq!(error.code, Code::RenewedMismatch);
            error.at.text()
        })
    }

    #[test]
    fn tok_13_and_14_a_renewal_speaks_of_the_same_sign_in() {
        for good in
            [r#"{"sub":"ada","iat":100}"#, r#"{"sub":"ada","iat":90,"nonce":"n","auth_time":90}"#]
        {
            assert_eq!(verdict_of(good), Ok(()), "{good}");
        }
        for (bad, at) in [
            (r#"{"sub":"eve","iat":100}"#, "sub"),
            (r#"{"iat":100}"#, "sub"),
            (r#"{"sub":"ada","iat":100,"azp":"c"}"#, "azp"),
            (r#"{"sub":"ada","iat":100,"nonce":"m"}"#, "nonce"),
            (r#"{"sub":"ada","iat":100,"auth_time":91}"#, "auth_time"),
            (r#"{"sub":"ada","iat":89}"#, "iat"),
            (r#"{"sub":"ada"}"#, "iat"),
        ] {
            assert_eq!(verdict_of(bad), Err(at), "{bad}");
        }
    }
}
