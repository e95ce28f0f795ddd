//! The claims of tokens, compared with a second checker that is written from the standards alone.

use super::choice;
use countersign::proto::effect::UnixTime;
use countersign::proto::jose::claims::VerifiedClaims;
use countersign::proto::jose::jws::UntrustedJws;
use countersign::proto::jose::{alg, hash};
use countersign::proto::oidc::access_token::{self, Profile};
use countersign::proto::oidc::id_token::{self, Expected, Nonce};
use countersign::proto::text::{base64url, json};
use serde_json::{Map, Value};

const NOW: u64 = 1_700_000_000;

/// Claims are accepted if and only if a second checker of OpenID Connect Core 3.1.3.7 accepts them.
pub fn id_token(bytes: &[u8]) -> bool {
    let (choice, payload) = choice(bytes);
    let Some(claims) = verified(payload) else { return false };
    let expected = Expected {
        issuer: "https://op.example",
        client_id: "c",
        trusted: None,
        authorized_parties: None,
        requires_azp: true,
        scope_tells_kind: true,
        nonce: Nonce::Sent("n"),
        access_token: Some("at"),
        code: None,
        requires_hashes: false,
        left_half: &hash::half,
        max_age: (choice & 1 == 1).then_some(300),
        acr_values: if choice & 2 == 2 { "silver gold" } else { "" },
        tolerance: if choice & 4 == 4 { 60 } else { 0 },
        max_token_age: 86_400,
    };
    let Ok(Value::Object(object)) = serde_json::from_slice(payload) else { return false };
    let ours = id_token::check(claims, &expected, UnixTime(NOW));
    // A time with a fraction is rounded when it becomes a float; then both results may be right.
    let [low, high] = [f64::floor, f64::ceil].map(|round| is_right(&object, &expected, round));
    if low == high {
        assert_eq!(ours.is_ok(), low, "{:?}: {object:?}", ours.as_ref().err());
    }
    let Ok(token) = ours else { return false };
    assert_eq!(object.get("sub").and_then(Value::as_str), Some(token.sub().as_str()));
    assert!(token.checks.starts_with("signature iss aud"), "{}", token.checks);
    true
}

fn verified(payload: &[u8]) -> Option<VerifiedClaims> {
    let parts = [br#"{"alg":"ES256"}"#, payload, &[1; 64]].map(base64url::write);
    Some(UntrustedJws::read(&parts.join("."), &|_| true, &|_| true).ok()?.verified())
}

fn is_right(claims: &Map<String, Value>, expected: &Expected<'_>, round: fn(f64) -> f64) -> bool {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let has = |name: &str| claims.contains_key(name);
    // No comparison with NaN is true.
    let time = |name: &str| seconds(claims.get(name), round).unwrap_or(f64::NAN);
    let (now, tolerance) = (NOW as f64, expected.tolerance as f64);
    let span = expected.max_token_age as f64 + tolerance;
    let at_hash = alg::find("ES256").map(|alg| hash::half(alg.hash, "at"));
    let sub = text("sub").unwrap_or_default();
    let is_recent = |max_age: u64| now <= time("auth_time") + max_age as f64 + tolerance;
    let mut acr_values = expected.acr_values.split(' ').filter(|word| !word.is_empty());
    text("iss") == Some(expected.issuer)
        && is_for(claims.get("aud"), expected.client_id)
        && (!has("azp") || text("azp") == Some(expected.client_id))
        && now < time("exp") + tolerance
        && time("exp") <= now + span
        && (!has("nbf") || time("nbf") <= now + tolerance)
        && time("iat") <= now + tolerance
        && now <= time("iat") + span
        && text("nonce") == Some("n")
        && (!has("at_hash") || text("at_hash") == at_hash.as_deref())
        && expected.max_age.is_none_or(is_recent)
        && (expected.acr_values.is_empty() || acr_values.any(|acr| text("acr") == Some(acr)))
        && !sub.is_empty()
        && sub.len() <= 255
        && sub.is_ascii()
}

/// Access tokens are accepted if and only if a second checker accepts them, by RFC 9068 or by the
/// rules of the older profile.
pub fn access_token(bytes: &[u8]) -> bool {
    let (choice, payload) = choice(bytes);
    let Some(claims) = verified(payload) else { return false };
    let audiences = json::read(br#"["c","urn:api"]"#).expect("names");
    let proven = json::read(br#"{"jkt":"k"}"#).expect("a proof");
    let expected = access_token::Expected {
        issuer: "https://op.example",
        audiences: &audiences,
        profile: if choice & 1 == 1 { Profile::Rfc9068 } else { Profile::Jwt },
        tolerance: if choice & 2 == 2 { 60 } else { 0 },
        max_age: (choice & 4 == 4).then_some(300),
        acr_values: if choice & 8 == 8 { "silver gold" } else { "" },
        proven: (choice & 16 == 16).then_some(&proven),
        authorized_parties: None,
    };
    let Ok(Value::Object(object)) = serde_json::from_slice(payload) else { return false };
    let ours = access_token::check(&claims, &expected, UnixTime(NOW));
    let [low, high] = [f64::floor, f64::ceil].map(|round| is_good(&object, &expected, round));
    if low == high {
        assert_eq!(ours.is_ok(), low, "{:?}: {object:?}", ours.as_ref().err());
    }
    ours.is_ok()
}

fn is_good(
    claims: &Map<String, Value>,
    expected: &access_token::Expected<'_>,
    round: fn(f64) -> f64,
) -> bool {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let is_text = |name: &str| claims.get(name).is_none_or(Value::is_string);
    let has_text = |name: &str| text(name).is_some_and(|text| !text.is_empty());
    let has = |name: &str| claims.contains_key(name);
    let time = |name: &str| seconds(claims.get(name), round).unwrap_or(f64::NAN);
    let (now, tolerance) = (NOW as f64, expected.tolerance as f64);
    let is_recent = |max_age: u64| now <= time("auth_time") + max_age as f64 + tolerance;
    let mut acr_values = expected.acr_values.split(' ').filter(|word| !word.is_empty());
    let fits_profile = match expected.profile {
        Profile::Rfc9068 => has("iat") && ["client_id", "sub", "jti"].into_iter().all(has_text),
        _ => {
            !["nonce", "at_hash", "c_hash", "events"].into_iter().any(has)
                && ["sub", "client_id", "azp", "cid", "appid"].into_iter().any(has_text)
        }
    };
    let ours = |aud: &Value| aud == "c" || aud == "urn:api";
    let is_ours = match claims.get("aud") {
        Some(Value::Array(all)) => all.iter().all(Value::is_string) && all.iter().any(ours),
        Some(one) => ours(one),
        None => false,
    };
    let is_proven = match claims.get("cnf") {
        None => true,
        Some(Value::Object(cnf)) => {
            expected.proven.is_some() && cnf.len() == 1 && cnf.get("jkt") == Some(&"k".into())
        }
        Some(_) => false,
    };
    text("iss") == Some(expected.issuer)
        && is_ours
        && is_text("client_id")
        && is_text("sub")
        && now < time("exp") + tolerance
        && (!has("nbf") || time("nbf") <= now + tolerance)
        && (!has("iat") || time("iat") <= now + tolerance)
        && fits_profile
        && expected.max_age.is_none_or(is_recent)
        && (expected.acr_values.is_empty() || acr_values.any(|acr| text("acr") == Some(acr)))
        && is_proven
}

fn is_for(aud: Option<&Value>, client_id: &str) -> bool {
    match aud {
        Some(Value::String(one)) => one == client_id,
        Some(Value::Array(all)) => !all.is_empty() && all.iter().all(|one| one == client_id),
        _ => false,
    }
}

fn seconds(value: Option<&Value>, round: fn(f64) -> f64) -> Option<f64> {
    let number = value?.as_f64()?;
    let is_date = number.is_sign_positive() && number < 9_007_199_254_740_992.0;
    is_date.then(|| round(number))
}
