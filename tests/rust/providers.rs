//! The key sets of real providers: every usable key is read, and no unusable key breaks its set.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]
#![allow(clippy::unwrap_used)]

#[path = "../support/vectors.rs"]
mod vectors;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::presets;
use countersign::proto::jose::jwk::KeySet;
use countersign::proto::jose::jws::UntrustedJws;
use rsa::traits::PublicKeyParts;
use rsa::{BoxedUint, RsaPublicKey};
use serde_json::{Value, json};

/// The recorded sets: how many keys each has, and how many of them verify.
const SETS: &[(&str, usize, usize)] = &[
    ("apple/jwks.wellknown-2024", 3, 3),
    ("discord/jwks", 1, 1),
    ("entra/jwks.common.v1.im", 7, 7),
    ("entra/jwks.common.v2", 7, 7),
    ("entra/jwks.common.v2.archive", 42, 42),
    ("entra/jwks.common.v2.im", 10, 10),
    ("entra/jwks.organizations.v2", 6, 6),
    ("entra/jwks.organizations.v2.archive", 10, 10),
    ("facebook/jwks", 2, 2),
    ("gitlab/jwks.wellknown-2024", 2, 2),
    ("google/jwks.wellknown-2024", 2, 2),
    // One key is for key agreement (X25519).
    ("paypal/jwks", 15, 14),
    ("slack/jwks", 1, 1),
    // Three keys are RSA with 1024 bits (RFC 7518, section 3.3).
    ("yahoo/jwks", 4, 1),
];

fn set(name: &str) -> Value {
    vectors::file(&format!("providers/{name}.json"))
}

/// The algorithms that fit a key, as an independent reader determines them.
fn algorithms(key: &Value) -> Vec<&str> {
    let bytes = |name: &str| {
        let text = key[name].as_str().unwrap_or_default().trim_end_matches('=');
        URL_SAFE_NO_PAD.decode(text).unwrap_or_default()
    };
    let all: &[&str] = match (key["kty"].as_str(), key["crv"].as_str()) {
        (Some("RSA"), _) => {
            let number = |name| BoxedUint::from_be_slice_vartime(&bytes(name));
            let key = RsaPublicKey::new(number("n"), number("e"));
            let is_long = |key: RsaPublicKey| (2048..=8192).contains(&key.n().bits_vartime());
            let all = &["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];
            if key.is_ok_and(is_long) { all } else { &[] }
        }
        (Some("EC"), Some("P-256")) => {
            let point = [vec![4], bytes("x"), bytes("y")].concat();
            if p256::PublicKey::from_sec1_bytes(&point).is_ok() { &["ES256"] } else { &[] }
        }
        _ => &[],
    };
    let is_for_verifying = key["use"].as_str().is_none_or(|usage| usage == "sig");
    let own = key["alg"].as_str();
    let fitting = all.iter().filter(|alg| is_for_verifying && own.is_none_or(|own| own == **alg));
    fitting.copied().collect()
}

fn token(header: &Value) -> UntrustedJws {
    let text = format!("{}.e30.AA", URL_SAFE_NO_PAD.encode(header.to_string()));
    UntrustedJws::read(&text, &|_| true, &|_| true).unwrap()
}

#[test]
fn jose_25_every_usable_key_of_every_recorded_set_is_read_and_no_other() {
    let (mut total, mut used) = (0, 0);
    for (name, keys, usable) in SETS {
        let recorded = set(name);
        let list = recorded["keys"].as_array().unwrap();
        let read = KeySet::read(recorded.to_string().as_bytes()).unwrap();
        let expected = list.iter().filter(|key| !algorithms(key).is_empty());
        let kids: Vec<_> = expected.map(|key| key["kid"].as_str()).collect();
        assert_eq!((list.len(), kids.len()), (*keys, *usable), "{name}");
        let ours: Vec<_> = read.keys.iter().map(|key| key.kid.as_deref()).collect();
        assert_eq!(ours, kids, "{name}");
        total += keys;
        used += usable;
    }
    println!("{} recorded key sets: {used} of {total} keys usable, 0 wrong", SETS.len());
}

#[test]
fn jose_12_and_13_a_key_of_every_recorded_set_is_chosen_for_its_algorithms_and_no_other() {
    let mut count = 0;
    for (name, ..) in SETS {
        let recorded = set(name);
        let read = KeySet::read(recorded.to_string().as_bytes()).unwrap();
        for key in recorded["keys"].as_array().unwrap() {
            let fitting = algorithms(key);
            for alg in ["RS256", "RS384", "PS256", "PS512", "ES256", "ES384", "EdDSA"] {
                let header = json!({ "alg": alg, "kid": key["kid"] });
                let jws = token(&header);
                let chosen = read.candidates(jws.alg(), jws.kid()).len();
                assert_eq!(chosen > 0, fitting.contains(&alg), "{name} {header}");
                count += 1;
            }
        }
    }
    println!("{count} choices of a key, 0 wrong");
}

#[test]
fn jose_25_every_recorded_set_is_listed_here() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/providers");
    let folders = std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|path| {
        let folder = path.file_name().unwrap().to_str().unwrap().to_owned();
        let files = std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().file_name());
        files.map(move |file| format!("{folder}/{}", file.to_str().unwrap())).collect::<Vec<_>>()
    });
    for file in files.filter(|file| file.contains("/jwks.") && file.ends_with(".json")) {
        let name = file.trim_end_matches(".json");
        assert!(SETS.iter().any(|(known, ..)| *known == name), "{file} is not in the list");
    }
}

#[test]
fn the_data_of_every_preset_is_an_object_that_begins_with_its_name() {
    for data in [presets::OKTA, presets::ENTRA, presets::AZURE_AD_B2C, presets::GOOGLE] {
        let data: serde_json::Value = serde_json::from_str(data).expect("JSON");
        assert!(data["name"].is_string() && data["options"].is_object(), "{data}");
        assert!(data["all"]["issuer"].is_string(), "{data}");
    }
}
