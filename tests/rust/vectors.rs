//! The examples of the standards, with signatures that are really verified.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "../support/vectors.rs"]
mod vectors;
#[path = "../support/verifier.rs"]
mod verifier;

use countersign::proto::effect::Verdict;
use countersign::proto::error::Code;
use countersign::proto::jose::claims::VerifiedClaims;
use countersign::proto::jose::jwk::{Jwk, KeySet};
use countersign::proto::jose::jws::UntrustedJws;
use countersign::proto::jose::{alg, hash};
use countersign::proto::text::{base64url, json};
use serde_json::Value;
use vectors::text;

fn file(name: &str) -> Value {
    vectors::file(&format!("rfc/{name}"))
}

fn examples(part: &str) -> Value {
    file("rfc_examples.json")[part].take()
}

fn key(jwk: &Value) -> Jwk {
    Jwk::read(&json::read(jwk.to_string().as_bytes()).unwrap()).unwrap_or_else(|| panic!("{jwk}"))
}

/// The whole verification of a token: read, key, question, host.
fn verify(token: &str, jwk: &Value) -> Result<VerifiedClaims, Code> {
    let jws = UntrustedJws::read(token, &|_| true, &|_| true).map_err(|error| error.code)?;
    let set = serde_json::json!({ "keys": [jwk] }).to_string();
    let set = KeySet::read(set.as_bytes()).unwrap();
    let candidates = set.candidates(jws.alg(), jws.kid());
    let key = candidates.first().ok_or(Code::KeyNotFound)?;
    let question = jws.verify_request(key).map_err(|error| error.code)?;
    match verifier::host(&question) {
        Verdict::Valid => Ok(jws.verified()),
        verdict => panic!("{verdict:?} for {token}"),
    }
}

/// The signature alone, for examples whose payload is not a JSON object.
fn verdict(token: &str, alg: &str, jwk: &Value) -> Verdict {
    let (input, signature) = token.rsplit_once('.').unwrap();
    let signature = base64url::read(signature).unwrap();
    let question = key(jwk).verify_request(alg::find(alg).unwrap(), input, &signature).unwrap();
    verifier::host(&question)
}

#[test]
fn the_signed_claims_of_rfc_7515_verify() {
    let examples = examples("jws");
    for (id, alg) in [("RFC7515-A.2-RS256", "RS256"), ("RFC7515-A.3-ES256", "ES256")] {
        let example = example(&examples, id);
        let claims = verify(text(&example["jws"]), &example["jwk"]).unwrap();
        assert_eq!(claims.alg().name, alg);
        assert_eq!(claims.member("iss").and_then(json::Json::text), Some("joe"));
        assert_eq!(claims.member("exp").and_then(json::Json::seconds), Some(1_300_819_380));
        assert!(claims.text().contains("\r\n"), "the exact text stays");
    }
}

#[test]
fn the_other_signatures_of_rfc_7515_and_rfc_8037_verify() {
    let examples = examples("jws");
    for (id, alg) in [("RFC7515-A.4-ES512", "ES512"), ("RFC8037-A.4-EdDSA", "EdDSA")] {
        let example = example(&examples, id);
        assert_eq!(verdict(text(&example["jws"]), alg, &example["jwk"]), Verdict::Valid, "{id}");
        // The payload is plain text, so the token is refused.
        assert_eq!(
            verify(text(&example["jws"]), &example["jwk"]).unwrap_err(),
            Code::TokenMalformed
        );
    }
}

#[test]
fn jose_09_and_10_the_hmac_and_the_unsigned_token_of_rfc_7515_are_refused() {
    let examples = examples("jws");
    for id in ["RFC7515-A.1-HS256", "RFC7515-A.5-none"] {
        let example = example(&examples, id);
        let code = verify(text(&example["jws"]), &example["jwk"]).unwrap_err();
        assert_eq!(code.text(), "OIDC_ALG_FORBIDDEN", "{id}");
    }
}

#[test]
fn the_public_key_signatures_of_the_cookbook_verify() {
    let rsa = file("jose-cookbook/jwk/3_3.rsa_public_key.json");
    let ec = file("jose-cookbook/jwk/3_1.ec_public_key.json");
    for (name, alg, jwk) in [
        ("jws/4_1.rsa_v15_signature.json", "RS256", &rsa),
        ("jws/4_2.rsa-pss_signature.json", "PS384", &rsa),
        ("jws/4_3.ecdsa_signature.json", "ES512", &ec),
        (
            "curve25519/jws.json",
            "EdDSA",
            &file("jose-cookbook/curve25519/jws.json")["input"]["key"],
        ),
    ] {
        let example = file(&["jose-cookbook/", name].concat());
        let token = text(&example["output"]["compact"]);
        assert_eq!(example["input"]["alg"], alg);
        assert_eq!(verdict(token, alg, jwk), Verdict::Valid, "{name}");
        let other = token.replacen('.', ".A", 1);
        assert_eq!(verdict(&other, alg, jwk), Verdict::Invalid, "{name} over another payload");
    }
}

#[test]
fn the_signature_of_several_signers_in_the_cookbook_verifies_for_each() {
    let example = file("jose-cookbook/jws/4_8.multiple_signatures.json");
    let output = &example["output"]["json"];
    for (place, alg) in [(0, "RS256"), (1, "ES512")] {
        let one = &output["signatures"][place];
        // The ES512 signer has its whole header outside the protected part.
        let header = one["protected"].as_str().unwrap_or_default();
        let token = [header, text(&output["payload"]), text(&one["signature"])].join(".");
        assert_eq!(verdict(&token, alg, &example["input"]["key"][place]), Verdict::Valid, "{alg}");
    }
}

#[test]
fn the_hmacs_of_the_cookbook_find_no_algorithm_and_no_key() {
    let example = file("jose-cookbook/jws/4_4.hmac-sha2_integrity_protection.json");
    let jwk = json::read(example["input"]["key"].to_string().as_bytes()).unwrap();
    assert!(Jwk::read(&jwk).is_none());
    assert_eq!(alg::find(text(&example["input"]["alg"])), None);
}

#[test]
fn the_proofs_of_rfc_9449_verify_and_their_own_header_brings_no_key() {
    let dpop = examples("dpop");
    let proofs = dpop["proofs"].as_array().unwrap();
    assert_eq!(proofs.len(), 3);
    for proof in proofs {
        let claims = verify(text(&proof["proof"]), &dpop["jwk"]).unwrap();
        assert_eq!(
            claims.member("htu").and_then(json::Json::text),
            proof["payload"]["htu"].as_str()
        );
        let no_user = serde_json::json!({});
        assert_eq!(verify(text(&proof["proof"]), &no_user).unwrap_err(), Code::KeyNotFound);
    }
    let ath = base64url::write(&hash::sha256(text(&dpop["access_token"]).as_bytes()));
    assert_eq!(ath, text(&dpop["ath"]));
}

#[test]
fn the_challenge_of_rfc_7636_follows_from_its_verifier() {
    let pkce = &examples("pkce")[0];
    let octets: Vec<u8> = serde_json::from_value(pkce["code_verifier_octets"].clone()).unwrap();
    let verifier = base64url::write(&octets);
    assert_eq!(verifier, text(&pkce["code_verifier"]));
    let challenge = base64url::write(&hash::sha256(verifier.as_bytes()));
    assert_eq!(challenge, text(&pkce["code_challenge"]));
}

#[test]
fn the_thumbprints_of_rfc_7638_8037_and_9449_follow_from_their_keys() {
    let examples = examples("thumbprints");
    let examples = examples.as_array().unwrap();
    assert_eq!(examples.len(), 3);
    for example in examples {
        assert_eq!(
            key(&example["jwk"]).thumbprint(),
            text(&example["thumbprint"]),
            "{}",
            example["id"]
        );
    }
}

#[test]
fn the_left_half_hashes_of_openid_connect_core_follow_from_their_texts() {
    let examples = examples("left_half_hashes");
    let examples = examples.as_array().unwrap();
    assert_eq!(examples.len(), 8);
    for example in examples {
        let alg = alg::find(text(&example["alg"])).unwrap();
        let half = hash::half(alg.hash, text(&example["input"]));
        assert_eq!(half, text(&example["hash"]), "{}", example["id"]);
    }
}

#[test]
fn the_id_tokens_of_openid_connect_core_verify_and_bind_code_and_access_token() {
    let core = examples("oidc_core_id_tokens");
    for (name, claim, bound) in [
        ("A2", "nonce", None),
        ("A3_at_hash", "at_hash", Some("access_token")),
        ("A4_c_hash", "c_hash", Some("code")),
    ] {
        let claims = verify(text(&core["tokens"][name]), &core["jwk"]).unwrap();
        assert_eq!(claims.kid(), Some("1e9gdk7"));
        let right = bound.map_or_else(
            || text(&core["nonce"]).to_owned(),
            |bound| hash::half(claims.alg().hash, text(&core[bound])),
        );
        assert_eq!(claims.member(claim).and_then(json::Json::text), Some(&*right), "{name}");
    }
}

fn example<'a>(examples: &'a Value, id: &str) -> &'a Value {
    let mut all = examples.as_array().unwrap().iter();
    all.find(|example| example["id"] == id).unwrap_or_else(|| panic!("no example {id}"))
}
