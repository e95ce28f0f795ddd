//! Keys inside a token, invalid keys, and tokens without a valid signature.

use super::{claims, input, members, provider::Signer, verify, write};
use countersign::proto::error::Code;
use countersign::proto::jose::jwk::KeySet;
use serde_json::{Map, Value, json};

#[test]
fn cve_2021_22573_a_signature_that_is_not_the_keys_is_refused() {
    let (signer, forger) = (Signer::new("k"), Signer::new("k"));
    let token = forger.sign(&Map::new(), &claims(&Value::Null));
    assert_eq!(verify(&token, &signer.key_set()).err(), Some(Code::SignatureInvalid));
    let good = signer.sign(&Map::new(), &claims(&Value::Null));
    let (input, _) = good.rsplit_once('.').expect("a signature");
    for signature in [String::new(), write(&[1; 64])] {
        let token = [input, &*signature].join(".");
        assert_eq!(verify(&token, &signer.key_set()).err(), Some(Code::SignatureInvalid));
    }
}

#[test]
fn cve_2026_23518_claims_that_were_changed_after_signing_are_refused() {
    let signer = Signer::new("k");
    let good = signer.sign(&Map::new(), &claims(&Value::Null));
    let other = signer.sign(&Map::new(), &claims(&json!({ "sub": "eve" })));
    let (head, _) = other.rsplit_once('.').expect("a signature");
    let (_, signature) = good.rsplit_once('.').expect("a signature");
    let mixed = [head, signature].join(".");
    assert_eq!(verify(&mixed, &signer.key_set()).err(), Some(Code::SignatureInvalid));
}

#[test]
fn cve_2026_27962_without_keys_the_one_in_the_header_is_not_used() {
    let forger = Signer::new("k");
    let jwk = forger.key_set()["keys"][0].clone();
    let token = forger.sign(&members(&json!({ "jwk": jwk })), &claims(&Value::Null));
    assert_eq!(verify(&token, &json!({ "keys": [] })).err(), Some(Code::KeyNotFound));
    assert_eq!(verify(&token, &json!({})).err(), Some(Code::KeysInvalid));
}

#[test]
fn cve_2025_24976_keys_and_certificates_in_the_header_are_never_keys() {
    let (signer, forger) = (Signer::new("k"), Signer::new("k"));
    let jwk = forger.key_set()["keys"][0].clone();
    for header in [
        json!({ "jwk": jwk }),
        json!({ "x5c": ["MIIB"], "jwk": jwk }),
        json!({ "jku": "https://evil.example/jwks", "x5u": "https://evil.example/x5c" }),
    ] {
        let token = forger.sign(&members(&header), &claims(&Value::Null));
        assert_eq!(verify(&token, &signer.key_set()).err(), Some(Code::SignatureInvalid));
    }
}

#[test]
fn cve_2026_42576_keys_of_every_shape_are_read_without_a_panic() {
    let signer = Signer::new("k");
    let good = signer.key_set()["keys"][0].clone();
    let odd = ["kty", "crv", "x", "y", "n", "e", "use", "alg", "kid", "key_ops"];
    for name in odd {
        for value in [json!(null), json!(1), json!(""), json!([]), json!({}), json!("RSA")] {
            let mut key = good.clone();
            key[name] = value;
            let keys = json!({ "keys": [key, { "kty": "RSA" }, { "kty": "EC" }, [], good] });
            let set = KeySet::read(keys.to_string().as_bytes()).expect("a set");
            assert!(!set.keys.is_empty(), "the good key stays: {keys}");
        }
    }
}

#[test]
fn cve_2022_25898_a_token_with_special_or_escaped_characters_is_refused() {
    let signer = Signer::new("k");
    let good = signer.sign(&Map::new(), &claims(&Value::Null));
    assert!(verify(&good, &signer.key_set()).is_ok());
    for junk in ["\\", "\\u0041", "%41", "\n", "\r\n", " ", "=", "\u{0}", "\u{200b}", "\u{3002}"] {
        for place in [0, good.len() / 2, good.len()] {
            let (before, behind) = good.split_at(place);
            let token = [before, junk, behind].concat();
            assert_eq!(verify(&token, &signer.key_set()).err(), Some(Code::TokenMalformed));
        }
    }
}

#[test]
fn cve_2026_35042_and_cve_2026_32597_a_crit_is_not_passed_by() {
    let signer = Signer::new("k");
    for header in [
        json!({ "crit": ["x"], "x": 1 }),
        json!({ "crit": [] }),
        json!({ "crit": ["exp"], "exp": 1 }),
        json!({ "crit": ["b64"], "b64": false }),
    ] {
        let token = signer.sign(&members(&header), &claims(&Value::Null));
        assert_eq!(verify(&token, &signer.key_set()).err(), Some(Code::CritUnsupported));
    }
}

#[test]
fn rustsec_2023_0071_no_private_rsa_key_is_ever_in_rust() {
    for (place, text) in sources() {
        for name in ["RsaPrivateKey", "Oaep", "Pkcs1v15Encrypt", "rsa::traits::Decryptor"] {
            assert!(!text.contains(name), "{place} names {name}");
        }
    }
}

#[test]
fn rustsec_2022_0093_an_ed25519_key_that_signs_with_a_foreign_half_is_not_linked() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let lock = std::fs::read_to_string(root.join("Cargo.lock")).expect("Cargo.lock");
    for package in lock.split("[[package]]") {
        let is_old = package.contains("\nversion = \"0.") || package.contains("\nversion = \"1.");
        assert!(!(package.contains("\"ed25519-dalek\"\nversion") && is_old), "{package}");
    }
    let unsigned = input(&json!({ "alg": "EdDSA" }));
    assert_eq!(unsigned.matches('.').count(), 1, "and nothing here signs");
}

fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let text = std::fs::read_to_string(&path).expect("a text");
                found.push((path.display().to_string(), text));
            }
        }
    }
    found
}
