//! The ID token of a renewal, compared with the ones before (OpenID Connect Core 1.0, section 12.2).
//!
//! Its `aud` and `azp` were checked already: they name this client. Providers change other claims when
//! the user signs in once more elsewhere.

use super::registered_claims;
use crate::proto::client::config::ClientConfig;
use crate::proto::error::{At, Code, Error};
use crate::proto::text::json::{self, Json, Writer};
use alloc::string::String;

/// Compares the claims of a newer ID token, which passed all other checks. `first` has the `nonce`
/// of the sign-in's token, `before` all claims so far.
///
/// # Errors
/// `OIDC_RENEWED_MISMATCH` with the claim's name, `OIDC_CLAIM_INVALID`.
pub fn check(
    config: &ClientConfig,
    claims: &Json,
    first: &Json,
    before: &Json,
) -> Result<(), Error> {
    let mismatch = |name| Err(Error::at(Code::RenewedMismatch, name));
    // An issuer of many tenants has a user of the same `sub` in each.
    let (new, old) = (claims.text_of("iss"), before.text_of("iss"));
    if !config.is_same_issuer(new.unwrap_or_default(), old.unwrap_or_default()) {
        return mismatch(At::Iss);
    }
    if !json::are_same(claims.member("sub"), before.member("sub")) {
        return mismatch(At::Sub);
    }
    // The nonce should be missing. Some providers send an empty one, or the first one again.
    let nonce = claims.member("nonce").filter(|nonce| !is_empty(nonce));
    if nonce.is_some() && !json::are_same(nonce, first.member("nonce")) {
        return mismatch(At::Nonce);
    }
    // A later sign-in of the same user at the provider is fine.
    let signed_in = |claims: &Json| claims.member("auth_time").and_then(Json::seconds);
    if let (Some(old), Some(new)) = (signed_in(before), signed_in(claims))
        && new < old
    {
        return mismatch(At::AuthTime);
    }
    let (old, new) =
        (registered_claims::time(before, At::Iat)?, registered_claims::time(claims, At::Iat)?);
    if old > new.map(|iat| iat.plus(config.clock_tolerance())) {
        return mismatch(At::Iat);
    }
    Ok(())
}

fn is_empty(value: &Json) -> bool {
    value.is_null() || value.text() == Some("")
}

/// The claims of a newer ID token, and those before that it lacks: many providers send fewer ones
/// at a renewal. A hash of another response's token is not taken over. `iss` stays that of the sign-in:
/// with `sub` it is the key of the user, and a provider may switch between its names.
#[must_use]
pub fn merge(claims: &Json, before: &Json) -> String {
    let mut merged = Writer::new();
    let is_there = |name: &str| claims.member(name).is_some_and(|value| !value.is_null());
    for (name, value) in claims.members() {
        let first = if &**name == "iss" { before.member(name) } else { None };
        if !value.is_null() {
            merged.json(name, first.unwrap_or(value));
        }
    }
    for (name, value) in before.members() {
        if !is_there(name) && !name.ends_with("_hash") {
            merged.json(name, value);
        }
    }
    merged.finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use alloc::format;

    fn read(text: &str) -> Json {
        *json::read(text.as_bytes()).unwrap()
    }

    fn config() -> ClientConfig {
        let settings = r#"{"issuer":"https://op.example","clientId":"c","clockTolerance":10,
            "redirectUri":"https://app.example/cb","issuerAliases":["op.example","https://b.example"]}"#;
        ClientConfig::read(settings).unwrap()
    }

    fn verdict_of(claims: &str) -> Result<(), &'static str> {
        let first = read(r#"{"nonce":"n","auth_time":90}"#);
        let before = read(
            r#"{"iss":"https://op.example","sub":"ada","iat":100,"nonce":"n","auth_time":90}"#,
        );
        let claims = claims.replacen('{', r#"{"iss":"https://op.example","#, 1);
        check(&config(), &read(&claims), &first, &before).map_err(|error| {
            assert_eq!(error.code, Code::RenewedMismatch);
            error.at.text()
        })
    }

    #[test]
    fn b8_tok_14_a_user_who_signed_in_again_elsewhere_keeps_the_session() {
        for good in [
            r#"{"sub":"ada","iat":100}"#,
            r#"{"sub":"ada","iat":90,"nonce":"n","auth_time":90}"#,
            r#"{"sub":"ada","iat":100,"auth_time":91}"#,
            r#"{"sub":"ada","iat":100,"auth_time":null}"#,
            r#"{"sub":"ada","iat":100,"nonce":""}"#,
            r#"{"sub":"ada","iat":100,"nonce":null}"#,
            r#"{"sub":"ada","iat":100,"azp":"c"}"#,
        ] {
            assert_eq!(verdict_of(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn tok_13_and_14_another_user_or_an_older_sign_in_is_a_mismatch() {
        for (bad, at) in [
            (r#"{"sub":"eve","iat":100}"#, "sub"),
            (r#"{"iat":100}"#, "sub"),
            (r#"{"sub":"ada","iat":100,"nonce":"m"}"#, "nonce"),
            (r#"{"sub":"ada","iat":100,"nonce":1}"#, "nonce"),
            (r#"{"sub":"ada","iat":100,"auth_time":89}"#, "auth_time"),
            (r#"{"sub":"ada","iat":89}"#, "iat"),
            (r#"{"sub":"ada"}"#, "iat"),
        ] {
            assert_eq!(verdict_of(bad), Err(at), "{bad}");
        }
    }

    #[test]
    fn the_names_of_one_issuer_are_the_same_issuer_and_no_others() {
        let verdict = |old: &str, new: &str| {
            let [old, new] =
                [old, new].map(|iss| read(&format!(r#"{{"iss":"{iss}","sub":"a","iat":1}}"#)));
            check(&config(), &new, &Json::Null, &old).map_err(|error| (error.code, error.at))
        };
        for (old, new) in [
            ("https://op.example", "op.example"),
            ("op.example", "https://op.example"),
            ("op.example", "https://b.example"),
            // A tenant of an issuer that is a template: it is not in the settings.
            ("https://op.example/t", "https://op.example/t"),
        ] {
            assert_eq!(verdict(old, new), Ok(()), "{old} {new}");
        }
        for (old, new) in [
            ("https://op.example", "https://op.example/"),
            ("https://op.example", "https://evil.example"),
            ("https://evil.example", "https://op.example"),
            ("https://op.example/t", "https://op.example/u"),
            ("https://op.example/t", "https://op.example"),
            ("op.example", ""),
        ] {
            assert_eq!(verdict(old, new), Err((Code::RenewedMismatch, At::Iss)), "{old} {new}");
        }
    }

    #[test]
    fn the_key_of_a_user_stays_that_of_the_sign_in() {
        let before = read(r#"{"iss":"op.example","sub":"ada","iat":1}"#);
        let merged = merge(&read(r#"{"iss":"https://op.example","sub":"ada","iat":2}"#), &before);
        assert_eq!(merged, r#"{"iss":"op.example","sub":"ada","iat":2}"#);
    }

    #[test]
    fn claims_that_a_renewal_lacks_stay_and_the_others_are_the_newest() {
        let before = r#"{"sub":"ada","iat":1,"name":"Ada","auth_time":90,"at_hash":"x"}"#;
        let merged = merge(&read(r#"{"sub":"ada","iat":2,"auth_time":null}"#), &read(before));
        assert_eq!(merged, r#"{"sub":"ada","iat":2,"name":"Ada","auth_time":90}"#);
        let merged = merge(&read(r#"{"sub":"ada","auth_time":95,"name":"A"}"#), &read(before));
        assert_eq!(merged, r#"{"sub":"ada","auth_time":95,"name":"A","iat":1}"#);
    }
}
