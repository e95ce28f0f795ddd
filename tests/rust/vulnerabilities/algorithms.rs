//! Algorithms that a token itself names.

use super::{claims, config, input, members, provider::Signer, verify, verify_with, write};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use countersign::proto::client::config::ClientConfig;
use countersign::proto::error::Code;
use countersign::proto::jose::jwk::Jwk;
use countersign::proto::text::json;
use ring::hmac;
use serde_json::{Map, Value, json};

/// A token whose signature is an HMAC with this secret.
fn hmac_token(alg: &str, secret: &[u8]) -> String {
    let hash = match alg {
        "HS256" => hmac::HMAC_SHA256,
        "HS384" => hmac::HMAC_SHA384,
        _ => hmac::HMAC_SHA512,
    };
    let input = input(&json!({ "alg": alg, "kid": "k" }));
    let tag = hmac::sign(&hmac::Key::new(hash, secret), input.as_bytes());
    [&*input, &*write(tag.as_ref())].join(".")
}

/// No HMAC with this secret is accepted, with or without a list of algorithms in the settings.
fn refuses_hmacs(secret: &[u8], keys: &Value) {
    for alg in ["HS256", "HS384", "HS512"] {
        for settings in [Value::Null, json!({ "algorithms": ["ES256", "RS256"] })] {
            let token = hmac_token(alg, secret);
            let code = verify_with(&config(&settings), &token, keys).err();
            assert_eq!(code, Some(Code::AlgForbidden), "{alg}");
        }
    }
}

fn jwk(signer: &Signer) -> Value {
    signer.key_set()["keys"][0].clone()
}

/// The point of a P-256 key, uncompressed.
fn point(jwk: &Value) -> Vec<u8> {
    let part = |name: &str| URL_SAFE_NO_PAD.decode(jwk[name].as_str().expect("a text"));
    [vec![4], part("x").expect("base64url"), part("y").expect("base64url")].concat()
}

/// The public key as DER (RFC 5480, section 2).
fn der(jwk: &Value) -> Vec<u8> {
    let head = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgA=";
    [STANDARD.decode(head).expect("base64"), point(jwk)].concat()
}

fn pem(jwk: &Value) -> String {
    let body = STANDARD.encode(der(jwk));
    let (first, second) = body.split_at(64);
    format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n")
}

/// The public key as a line of OpenSSH (RFC 5656, section 3.1).
fn openssh(jwk: &Value) -> String {
    let field = |bytes: &[u8]| [&(bytes.len() as u32).to_be_bytes(), bytes].concat();
    let name = b"ecdsa-sha2-nistp256";
    let blob = [field(name), field(b"nistp256"), field(&point(jwk))].concat();
    format!("ecdsa-sha2-nistp256 {} ada@op.example", STANDARD.encode(blob))
}

#[test]
fn cve_2015_9235_alg_none_and_hmac_with_the_public_key_are_refused() {
    let signer = Signer::new("k");
    let jwk = jwk(&signer);
    for alg in ["none", "None", "NONE", "nOnE"] {
        for signature in ["", "AA"] {
            let token = [&*input(&json!({ "alg": alg })), signature].join(".");
            let code = verify(&token, &signer.key_set()).err();
            assert_eq!(code, Some(Code::AlgForbidden), "{alg}");
        }
    }
    refuses_hmacs(pem(&jwk).as_bytes(), &signer.key_set());
}

#[test]
fn cve_2026_28802_none_is_refused_under_settings_that_say_nothing() {
    let token = [&*input(&json!({ "alg": "none" })), ""].join(".");
    let settings = config(&Value::Null);
    assert_eq!(
        verify_with(&settings, &token, &json!({ "keys": [] })).err(),
        Some(Code::AlgForbidden)
    );
}

#[test]
fn cve_2022_23540_none_is_refused_without_any_key_and_cannot_be_allowed() {
    let token = [&*input(&json!({ "alg": "none" })), ""].join(".");
    for keys in [json!({ "keys": [] }), json!({ "keys": [null, false, "", {}] })] {
        assert_eq!(verify(&token, &keys).err(), Some(Code::AlgForbidden));
    }
    let settings = json!({
        "issuer": "https://op.example", "clientId": "c", "redirectUri": "https://app.example/cb",
        "algorithms": ["none"],
    });
    let code = ClientConfig::read(&settings.to_string()).err().map(|error| error.code);
    assert_eq!(code, Some(Code::ConfigInvalid));
}

#[test]
fn cve_2022_29217_no_format_of_the_public_key_is_a_secret() {
    let signer = Signer::new("k");
    let jwk = jwk(&signer);
    for secret in [der(&jwk), point(&jwk), pem(&jwk).replace('\n', "\r\n").into_bytes()] {
        refuses_hmacs(&secret, &signer.key_set());
    }
}

#[test]
fn cve_2023_48223_the_pem_of_an_rsa_key_is_no_secret() {
    let modulus = write(&[0xff; 256]);
    let keys = json!({ "keys": [{ "kty": "RSA", "n": modulus, "e": "AQAB", "kid": "k" }] });
    let rsa = "-----BEGIN RSA PUBLIC KEY-----\nMIIBCgKCAQEA\n-----END RSA PUBLIC KEY-----";
    refuses_hmacs(rsa.as_bytes(), &keys);
    refuses_hmacs(&[0xff; 256], &keys);
}

#[test]
fn cve_2026_34950_nor_is_a_pem_behind_white_space() {
    let signer = Signer::new("k");
    let pem = pem(&jwk(&signer));
    for secret in [format!("\n \t{pem}"), pem.trim().to_owned(), format!("\u{feff}{pem}")] {
        refuses_hmacs(secret.as_bytes(), &signer.key_set());
    }
}

#[test]
fn ghsa_ww5h_9m49_7xx4_nor_is_a_pem_behind_anything_else() {
    let signer = Signer::new("k");
    let secret = format!("x{}", pem(&jwk(&signer)));
    refuses_hmacs(secret.as_bytes(), &signer.key_set());
}

#[test]
fn ghsa_g3jj_5cmm_3hxx_nor_is_the_json_of_the_key() {
    let signer = Signer::new("k");
    for secret in [jwk(&signer).to_string(), signer.key_set().to_string()] {
        refuses_hmacs(secret.as_bytes(), &signer.key_set());
    }
}

#[test]
fn cve_2022_23541_a_secret_beside_a_public_key_of_the_same_name_is_never_used() {
    let signer = Signer::new("k");
    let mut keys = signer.key_set();
    let secret = json!({ "kty": "oct", "kid": "k", "k": write(&[7; 64]), "alg": "HS256" });
    keys["keys"].as_array_mut().expect("a list").insert(0, secret);
    refuses_hmacs(&[7; 64], &keys);
    let token = signer.sign(&Map::new(), &claims(&Value::Null));
    assert!(verify(&token, &keys).is_ok(), "the public key still verifies");
}

#[test]
fn cve_2024_33663_nor_is_the_key_as_openssh_writes_it() {
    let signer = Signer::new("k");
    refuses_hmacs(openssh(&jwk(&signer)).as_bytes(), &signer.key_set());
}

#[test]
fn cve_2024_37568_an_hmac_never_reaches_any_public_key() {
    let ed25519 = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" });
    let rsa = json!({ "kty": "RSA", "kid": "k", "n": write(&[0xff; 256]), "e": "AQAB" });
    for key in [jwk(&Signer::new("k")), ed25519, rsa] {
        refuses_hmacs(key.to_string().as_bytes(), &json!({ "keys": [key] }));
    }
}

#[test]
fn cve_2021_46743_a_key_of_another_algorithm_is_not_chosen_by_its_kid() {
    let modulus = write(&[0xff; 256]);
    let keys = json!({ "keys": [
        { "kty": "RSA", "kid": "k", "alg": "RS256", "n": modulus, "e": "AQAB" }] });
    for alg in ["PS256", "RS384", "RS512", "ES256", "EdDSA"] {
        let token = [&*input(&json!({ "alg": alg, "kid": "k" })), &*write(&[1; 256])].join(".");
        assert_eq!(verify(&token, &keys).err(), Some(Code::KeyNotFound), "{alg}");
    }
}

#[test]
fn cve_2026_22817_a_key_without_an_algorithm_still_has_its_type() {
    let modulus = write(&[0xff; 256]);
    let keys = json!({ "keys": [{ "kty": "RSA", "kid": "k", "n": modulus, "e": "AQAB" }] });
    let token = |alg| [&*input(&json!({ "alg": alg, "kid": "k" })), &*write(&[1; 256])].join(".");
    for (alg, code) in [
        ("RS256", Code::SignatureInvalid),
        ("ES256", Code::KeyNotFound),
        ("EdDSA", Code::KeyNotFound),
        ("HS256", Code::AlgForbidden),
    ] {
        assert_eq!(verify(&token(alg), &keys).err(), Some(code), "{alg}");
    }
    refuses_hmacs(modulus.as_bytes(), &keys);
}

#[test]
fn cve_2026_33322_neither_client_id_nor_secret_is_a_key() {
    let signer = Signer::new("k");
    for secret in ["c", "s3cret", ""] {
        refuses_hmacs(secret.as_bytes(), &signer.key_set());
    }
}

#[test]
fn cve_2022_23539_a_key_of_another_type_is_not_asked() {
    let signer = Signer::new("k");
    let mut keys = signer.key_set();
    for (name, value) in [("alg", "RS256"), ("kty", "DSA"), ("kty", "RSA"), ("crv", "P-384")] {
        let mut keys = keys.clone();
        keys["keys"][0][name] = json!(value);
        let token = signer.sign(&Map::new(), &claims(&Value::Null));
        assert_eq!(verify(&token, &keys).err(), Some(Code::KeyNotFound), "{name} {value}");
    }
    keys["keys"][0].as_object_mut().expect("an object").remove("alg");
    let token = signer.sign(&members(&json!({ "alg": "RS256" })), &claims(&Value::Null));
    assert_eq!(verify(&token, &keys).err(), Some(Code::KeyNotFound));
}

#[test]
fn cve_2025_65945_a_kid_that_leads_to_a_secret_leads_nowhere() {
    let keys = json!({ "keys": [{ "kty": "oct", "kid": "../../dev/null", "k": "" }] });
    let token = hmac_token("HS256", b"");
    assert_eq!(verify(&token, &keys).err(), Some(Code::AlgForbidden));
    let token = [&*input(&json!({ "alg": "ES256", "kid": "../../dev/null" })), &*write(&[1; 64])];
    assert_eq!(verify(&token.join("."), &keys).err(), Some(Code::KeyNotFound));
}

#[test]
fn jose_31_cve_2026_44351_a_secret_of_any_length_is_no_key() {
    for length in [0, 1, 16, 31, 32, 47, 48, 63, 64, 256] {
        let secret = write(&vec![7; length]);
        for alg in ["HS256", "HS512", "ES256", "none"] {
            let jwk = json!({ "kty": "oct", "k": secret, "alg": alg }).to_string();
            let jwk = json::read(jwk.as_bytes()).expect("JSON");
            assert!(Jwk::read(&jwk).is_none(), "{length} {alg}");
        }
    }
    refuses_hmacs(b"", &json!({ "keys": [{ "kty": "oct", "k": "" }] }));
}

#[test]
fn cve_2022_21449_zero_r_and_s_are_refused() {
    use countersign::proto::jose::alg;
    use countersign::proto::jose::jwk::KeySet;
    let signer = Signer::new("k");
    let token = [&*input(&json!({ "alg": "ES256", "kid": "k" })), &*write(&[0; 64])].join(".");
    assert_eq!(verify(&token, &signer.key_set()).err(), Some(Code::SignatureInvalid));
    let keys = KeySet::read(signer.key_set().to_string().as_bytes()).expect("a key set");
    let key = keys.keys.first().expect("a key");
    let es256 = alg::find("ES256").expect("ES256");
    for signature in [[[0; 32], [0; 32]], [[0; 32], [1; 32]], [[1; 32], [0; 32]]] {
        // The host, which may have that flaw, is not asked.
        assert!(key.verify_request(es256, "input", &signature.concat()).is_err());
    }
}
