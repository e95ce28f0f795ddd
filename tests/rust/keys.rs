//! Which key verifies a token, with real signatures.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "../support/verifier.rs"]
mod verifier;

use countersign::proto::effect::Verdict;
use countersign::proto::error::Code;
use countersign::proto::jose::jwk::KeySet;
use countersign::proto::jose::jws::UntrustedJws;
use countersign::proto::text::base64url;
use ring::hmac;
use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

fn pair(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn jwk(seed: u8, more: &Value) -> Value {
    let x = base64url::write(pair(seed).public_key().as_ref());
    let mut jwk = json!({ "kty": "OKP", "crv": "Ed25519", "x": x });
    jwk.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    jwk
}

fn input(header: &Value) -> String {
    [header.to_string(), r#"{"sub":"a"}"#.into()]
        .map(|part| base64url::write(part.as_bytes()))
        .join(".")
}

fn token(seed: u8, more: &Value) -> String {
    let mut header = json!({ "alg": "EdDSA" });
    header.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let input = input(&header);
    [&*input, &base64url::write(pair(seed).sign(input.as_bytes()).as_ref())].join(".")
}

/// The verdict on a token: how many keys fit, or why none was tried.
fn verdict_on(token: &str, keys: &[Value]) -> Result<usize, Code> {
    let set = KeySet::read(json!({ "keys": keys }).to_string().as_bytes()).unwrap();
    let jws = UntrustedJws::read(token, &|_| true, &|_| true).map_err(|error| error.code)?;
    let keys = set.candidates(jws.alg(), jws.kid());
    let questions = keys.iter().filter_map(|key| jws.verify_request(key).ok());
    Ok(questions.filter(|question| verifier::host(question) == Verdict::Valid).count())
}

#[test]
fn jose_24_without_a_kid_the_one_fitting_key_that_signed_is_found() {
    let nothing = json!({});
    let (mine, other, third) = (jwk(1, &nothing), jwk(2, &nothing), jwk(3, &nothing));
    let signed = token(1, &nothing);
    assert_eq!(verdict_on(&signed, std::slice::from_ref(&mine)), Ok(1));
    assert_eq!(verdict_on(&signed, &[other.clone(), third.clone(), mine.clone()]), Ok(1));
    assert_eq!(
        verdict_on(&signed, &[jwk(2, &json!({ "kid": "a" })), jwk(1, &json!({ "kid": "b" }))]),
        Ok(1)
    );
    assert_eq!(verdict_on(&signed, &[other, third]), Ok(0));
    // More keys than the limit: an ambiguous set is not searched to its end.
    let many: Vec<Value> = (10..18).map(|seed| jwk(seed, &nothing)).chain([mine]).collect();
    assert_eq!(verdict_on(&signed, &many), Ok(0));
}

#[test]
fn jose_23_a_key_of_another_name_never_verifies_though_it_signed() {
    let named = |seed, kid: &str| jwk(seed, &json!({ "kid": kid }));
    let signed = token(1, &json!({ "kid": "a" }));
    assert_eq!(verdict_on(&signed, &[named(1, "a"), named(2, "b")]), Ok(1));
    assert_eq!(verdict_on(&signed, &[named(2, "a"), named(1, "b")]), Ok(0));
    assert_eq!(verdict_on(&signed, &[named(2, "a"), named(1, "a")]), Ok(1), "two keys of one name");
    assert_eq!(verdict_on(&signed, &[named(2, "a"), jwk(1, &json!({}))]), Ok(0));
}

#[test]
fn jose_21_a_token_that_brings_the_key_it_was_signed_with_is_not_accepted() {
    let mine = jwk(1, &json!({}));
    for more in [
        json!({ "jwk": mine }),
        json!({ "jku": "https://evil.example/keys" }),
        json!({ "x5u": "https://evil.example/chain" }),
        json!({ "x5c": ["MAA="] }),
        json!({ "jwk": mine, "kid": "a" }),
    ] {
        let signed = token(1, &more);
        assert_eq!(verdict_on(&signed, &[jwk(2, &json!({ "kid": "a" }))]), Ok(0), "{more}");
        assert_eq!(verdict_on(&signed, &[]), Ok(0), "{more}");
    }
}

#[test]
fn jose_10_no_form_of_a_public_key_is_the_secret_of_an_hmac() {
    let key = jwk(1, &json!({}));
    let x = base64url::read(key["x"].as_str().unwrap()).unwrap();
    let der = [b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00".as_slice(), &x].concat();
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", {
        use base64::Engine;
        base64::engine::general_purpose::STANDARD.encode(&der)
    });
    let secrets = [
        pem.clone().into_bytes(),
        pem.trim().as_bytes().to_vec(),
        [" ", &pem].concat().into_bytes(),
        der,
        x,
        key.to_string().into_bytes(),
        Vec::new(),
    ];
    for (alg, algorithm) in
        [("HS256", hmac::HMAC_SHA256), ("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512)]
    {
        for secret in &secrets {
            let input = input(&json!({ "alg": alg }));
            let tag = hmac::sign(&hmac::Key::new(algorithm, secret), input.as_bytes());
            let signed = [&*input, &base64url::write(tag.as_ref())].join(".");
            assert_eq!(verdict_on(&signed, std::slice::from_ref(&key)), Err(Code::AlgForbidden));
        }
    }
}

#[test]
fn jose_31_no_secret_of_any_length_is_a_key() {
    for length in [0, 1, 31, 32, 64] {
        let secret = vec![7; length];
        for alg in ["HS256", "HS384", "HS512", "EdDSA"] {
            let key = json!({ "kty": "oct", "k": base64url::write(&secret), "alg": alg });
            let set = KeySet::read(json!({ "keys": [key] }).to_string().as_bytes()).unwrap();
            assert!(set.keys.is_empty(), "{alg} {length}");
        }
        let input = input(&json!({ "alg": "HS256" }));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), input.as_bytes());
        let signed = [&*input, &base64url::write(tag.as_ref())].join(".");
        let key = json!({ "kty": "oct", "k": base64url::write(&secret) });
        assert_eq!(verdict_on(&signed, &[key]), Err(Code::AlgForbidden));
    }
}

#[test]
fn jose_32_without_a_key_nothing_is_accepted() {
    let signed = token(1, &json!({}));
    for no_user in [json!(null), json!(""), json!(false), json!({}), json!([]), json!(0)] {
        assert_eq!(verdict_on(&signed, std::slice::from_ref(&no_user)), Ok(0), "{no_user}");
        let text = json!({ "keys": no_user }).to_string();
        let set = KeySet::read(text.as_bytes());
        assert!(set.is_ok_and(|set| set.keys.is_empty()) == no_user.is_array(), "{no_user}");
    }
    assert_eq!(verdict_on(&signed, &[]), Ok(0));
}
