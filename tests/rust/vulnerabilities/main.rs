//! Known vulnerabilities of other libraries: the tests for rows of
//! `tests/conformance/vulnerabilities.tsv` that are neither flow scripts nor tests of the package.

mod addresses;
mod algorithms;
mod claims;
mod encryption;
mod keys;
mod limits;
#[path = "../../support/provider.rs"]
mod provider;
mod sign_in;
#[path = "../../support/verifier.rs"]
mod verifier;

use countersign::proto::client::config::ClientConfig;
use countersign::proto::effect::{UnixTime, Verdict};
use countersign::proto::error::Code;
use countersign::proto::jose::hash;
use countersign::proto::jose::jwk::KeySet;
use countersign::proto::jose::jws::UntrustedJws;
use countersign::proto::oidc::id_token::{self, Expected, IdToken, Nonce};
use provider::{Signer, write};
use serde_json::{Map, Value, json};

const NOW: UnixTime = UnixTime(1_700_000_000);

fn config(more: &Value) -> ClientConfig {
    let mut settings = json!({
        "issuer": "https://op.example", "clientId": "c", "redirectUri": "https://app.example/cb",
    });
    let members = more.as_object().cloned().unwrap_or_default();
    settings.as_object_mut().expect("an object").extend(members);
    ClientConfig::read(&settings.to_string()).expect("good settings")
}

/// The whole verification of an ID token under usual settings: read, keys, host, claims.
fn verify(token: &str, keys: &Value) -> Result<IdToken, Code> {
    verify_with(&config(&Value::Null), token, keys)
}

fn verify_with(config: &ClientConfig, token: &str, keys: &Value) -> Result<IdToken, Code> {
    let allowed = |alg: &countersign::proto::jose::alg::Alg| config.allows_alg(alg.name, None);
    let jws = UntrustedJws::read(token, &allowed, &id_token::allows_typ);
    let jws = jws.map_err(|error| error.code)?;
    let keys = KeySet::read(keys.to_string().as_bytes()).map_err(|error| error.code)?;
    let candidates = keys.candidates(jws.alg(), jws.kid());
    if candidates.is_empty() {
        return Err(Code::KeyNotFound);
    }
    let mut questions = candidates.iter().filter_map(|key| jws.verify_request(key).ok());
    if !questions.any(|question| verifier::host(&question) == Verdict::Valid) {
        return Err(Code::SignatureInvalid);
    }
    let expected = Expected {
        issuer: config.issuer(),
        client_id: config.client_id(),
        trusted: None,
        authorized_parties: None,
        requires_azp: true,
        scope_tells_kind: true,
        nonce: Nonce::Sent("n"),
        access_token: Some("at"),
        code: None,
        requires_hashes: false,
        left_half: &hash::half,
        max_age: None,
        acr_values: "",
        tolerance: config.clock_tolerance(),
        max_token_age: config.max_token_age(),
    };
    id_token::check(jws.verified(), &expected, NOW).map_err(|error| error.code)
}

/// The claims of a valid ID token with these changes; null removes a claim.
fn claims(changes: &Value) -> Map<String, Value> {
    let mut claims = json!({
        "iss": "https://op.example", "aud": "c", "sub": "ada", "nonce": "n",
        "iat": NOW.0, "exp": NOW.0 + 600,
    });
    let claims = claims.as_object_mut().expect("an object");
    for (name, value) in changes.as_object().into_iter().flatten() {
        claims.insert(name.clone(), value.clone());
    }
    claims.retain(|_, value| !value.is_null());
    claims.clone()
}

fn members(object: &Value) -> Map<String, Value> {
    object.as_object().cloned().unwrap_or_default()
}

/// The verdict on a valid token with these claims changed.
fn outcome(changes: &Value) -> Result<(), Code> {
    let signer = Signer::new("k");
    let token = signer.sign(&Map::new(), &claims(changes));
    verify(&token, &signer.key_set()).map(|_| ())
}

/// Header and claims of a token that is not signed yet.
fn input(header: &Value) -> String {
    let claims = Value::Object(claims(&Value::Null));
    [header, &claims].map(|part| write(part.to_string().as_bytes())).join(".")
}

#[test]
fn a_token_with_no_fault_is_accepted() {
    assert_eq!(outcome(&Value::Null), Ok(()));
}
