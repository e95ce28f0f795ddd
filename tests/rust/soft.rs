//! Signatures verified in Rust: the published vectors, and inputs that must never count as a
//! signature.
#![cfg(feature = "soft")]
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

#[path = "../support/vectors.rs"]
mod vectors;

use countersign::host::soft::{algorithms, check, verify};
use countersign::proto::effect::{Verdict, VerifyRequest};
use countersign::proto::text::base64url;
use proptest::prelude::*;
use serde_json::{Value, json};
use vectors::{file, hex, text};

/// The public key of a Wycheproof group; some have it in hexadecimal only.
fn key_of(group: &Value, crv: &str) -> Value {
    let plain = &group["publicKey"];
    let part = |name: &str| base64url::write(&hex(text(&plain[name])));
    match [&group["publicKeyJwk"], &group["keyJwk"]].into_iter().find(|key| key.is_object()) {
        Some(key) => key.clone(),
        None if plain["modulus"].is_string() => {
            json!({ "kty": "RSA", "n": part("modulus"), "e": part("publicExponent") })
        }
        None => {
            let point = hex(text(&plain["uncompressed"]));
            let (x, y) = point[1..].split_at(point.len() / 2);
            json!({ "kty": "EC", "crv": crv, "x": base64url::write(x), "y": base64url::write(y) })
        }
    }
}

/// The expected verdict of a case. Only a missing NULL in PKCS#1 is `acceptable`; it is refused
/// here.
fn is_valid(case: &Value) -> bool {
    case["result"] == "valid"
}

/// Runs a file of Wycheproof. Returns how many signatures were valid, and of how many.
fn play(name: &str, alg: &str, crv: &str, expects: fn(&Value) -> bool) -> (usize, usize) {
    let (mut good, mut all) = (0, 0);
    for group in file(&format!("wycheproof/{name}_test.json"))["testGroups"].as_array().unwrap() {
        let key = key_of(group, crv).to_string();
        for case in group["tests"].as_array().unwrap() {
            let expected = expects(case);
            let (input, signature) = (hex(text(&case["msg"])), hex(text(&case["sig"])));
            let found = check(alg, &key, &input, &signature);
            assert_eq!(found, expected, "{name} {}: {}", case["tcId"], case["comment"]);
            all += 1;
            good += usize::from(found);
        }
    }
    (good, all)
}

#[test]
fn wycheproof_pkcs1_signatures_match_its_verdicts() {
    for alg in ["256", "384", "512"] {
        for bits in ["2048", "3072", "4096"] {
            let name = format!("rsa_signature_{bits}_sha{alg}");
            let (good, all) = play(&name, &format!("RS{alg}"), "", is_valid);
            assert!(good >= 7 && all > 250, "{name}: {good} of {all}");
        }
    }
}

#[test]
fn wycheproof_pss_signatures_match_its_verdicts() {
    for (name, alg) in [
        ("rsa_pss_2048_sha256_mgf1_32", "PS256"),
        ("rsa_pss_3072_sha256_mgf1_32", "PS256"),
        ("rsa_pss_4096_sha256_mgf1_32", "PS256"),
        ("rsa_pss_2048_sha384_mgf1_48", "PS384"),
        ("rsa_pss_4096_sha384_mgf1_48", "PS384"),
        ("rsa_pss_4096_sha512_mgf1_64", "PS512"),
    ] {
        let (good, all) = play(name, alg, "", is_valid);
        assert!(good > 60 && all > 100, "{name}: {good} of {all}");
    }
}

#[test]
fn pss_with_another_salt_or_another_hash_in_mgf1_is_no_jose() {
    // One case of this file has a salt of 32 bytes, against the file's name.
    let (good, _) = play("rsa_pss_2048_sha256_mgf1_0", "PS256", "", |case| case["tcId"] == 69);
    assert_eq!(good, 1);
    for (name, alg) in
        [("rsa_pss_2048_sha256_mgf1sha1_20", "PS256"), ("rsa_pss_4096_sha512_mgf1_32", "PS512")]
    {
        assert_eq!(play(name, alg, "", |_| false).0, 0);
    }
}

#[test]
fn wycheproof_ecdsa_signatures_match_its_verdicts() {
    for (name, alg, crv) in [
        ("ecdsa_secp256r1_sha256_p1363", "ES256", "P-256"),
        ("ecdsa_secp384r1_sha384_p1363", "ES384", "P-384"),
        ("ecdsa_secp521r1_sha512_p1363", "ES512", "P-521"),
        ("ecdsa_secp256k1_sha256_p1363", "ES256K", "secp256k1"),
    ] {
        let (good, all) = play(name, alg, crv, is_valid);
        assert!(good > 160 && all > 250, "{name}: {good} of {all}");
    }
}

#[test]
fn a_curve_with_another_hash_than_joses_is_no_jose() {
    for (name, alg, crv) in [
        ("ecdsa_secp256r1_sha512_p1363", "ES256", "P-256"),
        ("ecdsa_secp384r1_sha512_p1363", "ES384", "P-384"),
    ] {
        assert_eq!(play(name, alg, crv, |_| false).0, 0);
    }
}

#[test]
fn wycheproof_eddsa_signatures_match_its_verdicts() {
    for alg in ["EdDSA", "Ed25519"] {
        assert_eq!(play("ed25519", alg, "", is_valid), (88, 151));
    }
    let (good, all) = play("ed448", "Ed448", "", is_valid);
    assert!(good > 15 && all == 87, "{good} of {all}");
}

#[test]
fn the_signed_examples_of_the_standards_verify() {
    let mut seen = 0;
    for example in file("rfc/rfc_examples.json")["jws"].as_array().unwrap() {
        let (input, signature) = text(&example["jws"]).rsplit_once('.').unwrap();
        let header = base64url::read(input.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        let (alg, key) = (text(&header["alg"]), example["jwk"].to_string());
        let signature = base64url::read(signature).unwrap();
        let is_known = algorithms().any(|known| known == alg);
        let expected = is_known && example["result"] == "valid";
        assert_eq!(check(alg, &key, input.as_bytes(), &signature), expected, "{}", example["id"]);
        seen += usize::from(expected);
    }
    assert!(seen >= 4, "{seen}");
}

/// RFC 8032, section 7.4: the key, the message and the signature of `1 octet`.
const ED448: [&str; 3] = [
    "43ba28f430cdff456ae531545f7ecd0ac834a55d9358c0372bfa0c6c6798c086\
     6aea01eb00742802b8438ea4cb82169c235160627b4c3a9480",
    "03",
    "26b8f91727bd62897af15e41eb43c377efb9c610d48f2335cb0bd0087810f435\
     2541b143c4b981b7e18f62de8ccdf633fc1bf037ab7cd779805e0dbcc0aae1cb\
     cee1afb2e027df36bc04dcecbf154336c19f0af7e0a6472905e799f1953d2a0f\
     f3348ab21aa4adafd1d234441cf807c03a00",
];

fn okp(crv: &str, x: &[u8]) -> String {
    json!({ "kty": "OKP", "crv": crv, "x": base64url::write(x) }).to_string()
}

#[test]
fn the_ed448_example_of_rfc_8032_verifies_and_no_bit_of_it_may_change() {
    let [key, message, signature] = ED448.map(|digits| hex(&digits.replace(' ', "")));
    let jwk = okp("Ed448", &key);
    assert!(check("Ed448", &jwk, &message, &signature));
    for bit in (0..signature.len() * 8).step_by(11) {
        let mut changed = signature.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(!check("Ed448", &jwk, &message, &changed), "bit {bit}");
    }
    for bit in 448..455 {
        let mut changed = key.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert!(!check("Ed448", &okp("Ed448", &changed), &message, &signature), "bit {bit}");
    }
    assert!(!check("EdDSA", &jwk, &message, &signature), "that name is Ed25519's here");
}

#[test]
fn a_key_of_small_order_signs_nothing() {
    let number = |length: usize, first: u8| {
        let mut number = vec![0; length];
        number[0] = first;
        number
    };
    let mut minus_one = [0xff; 57];
    (minus_one[0], minus_one[28], minus_one[56]) = (0xfe, 0xfe, 0);
    let identity = number(57, 1);
    // With the identity as key, `R
    //
    // S` of the identity and 0 fits every message.
    let signature = [&*identity, &[0; 57]].concat();
    for point in [&*identity, &number(57, 0), &minus_one] {
        assert!(!check("Ed448", &okp("Ed448", point), b"anything", &signature));
    }
    let identity = number(32, 1);
    let signature = [&*identity, &[0; 32]].concat();
    let mut also_identity = [0xff; 32];
    (also_identity[0], also_identity[31]) = (0xee, 0x7f);
    for point in [&*identity, &number(32, 0), &also_identity] {
        assert!(!check("EdDSA", &okp("Ed25519", point), b"anything", &signature));
    }
}

#[test]
fn an_rsa_key_has_2048_to_8192_bits_and_an_odd_exponent() {
    // 1 to the power of e is 1, which lacks the padding of PKCS#1 v1.5.
    let modulus = |bytes: usize| {
        let mut modulus = vec![0xff; bytes];
        modulus[0] = 0x80;
        modulus
    };
    for (n, e) in [
        (modulus(128), vec![1, 0, 1]),
        (modulus(255), vec![1, 0, 1]),
        (modulus(1025), vec![1, 0, 1]),
        (modulus(1 << 20), vec![1, 0, 1]),
        (modulus(256), vec![]),
        (modulus(256), vec![1]),
        (modulus(256), vec![2]),
        (modulus(256), vec![0xff; 256]),
        (modulus(256), vec![3, 0, 0, 0, 1]),
        (vec![0; 256], vec![3]),
        (vec![], vec![]),
    ] {
        let jwk = json!({ "kty": "RSA", "n": base64url::write(&n), "e": base64url::write(&e) });
        for alg in ["RS256", "PS512"] {
            let signature = vec![1; n.len()];
            assert!(!check(alg, &jwk.to_string(), b"x", &signature));
        }
    }
}

/// RFC 7515 A.2 and A.3, RFC 8037 A.4: algorithm, key, input, signature.
fn good() -> Vec<(String, Value, String, Vec<u8>)> {
    let mut found = Vec::new();
    for example in file("rfc/rfc_examples.json")["jws"].as_array().unwrap() {
        for alg in ["RS256", "ES256", "ES512", "EdDSA"] {
            let (input, signature) = text(&example["jws"]).rsplit_once('.').unwrap();
            let signature = base64url::read(signature).unwrap();
            if check(alg, &example["jwk"].to_string(), input.as_bytes(), &signature) {
                found.push((alg.into(), example["jwk"].clone(), input.into(), signature));
            }
        }
    }
    assert!(found.len() >= 4, "{}", found.len());
    found
}

#[test]
fn a_signature_of_another_length_or_with_another_bit_is_bad() {
    for (alg, key, input, signature) in good() {
        let key = key.to_string();
        let is_good = |signature: &[u8]| check(&alg, &key, input.as_bytes(), signature);
        assert!(is_good(&signature));
        assert!(!is_good(&[]) && !is_good(&signature[1..]));
        assert!(!is_good(&[&[0], &*signature].concat()) && !is_good(&[&*signature, &[0]].concat()));
        for bit in (0..signature.len() * 8).step_by(37) {
            let mut changed = signature.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert!(!is_good(&changed), "{alg}, bit {bit}");
        }
        assert!(!check(&alg, &key, format!("{input}x").as_bytes(), &signature));
    }
}

#[test]
fn a_key_that_is_odd_is_no_key() {
    for (alg, key, input, signature) in good() {
        let is_good = |key: &str| check(&alg, key, input.as_bytes(), &signature);
        for odd in ["", "{}", "[]", "null", "not JSON", "{\"kty\":\"RSA\"}", "{\"kty\":7}"] {
            assert!(!is_good(odd));
        }
        for name in ["kty", "crv", "n", "e", "x", "y"] {
            for value in [json!(null), json!(7), json!(""), json!("AA"), json!("=="), json!("RSA")]
            {
                let mut odd = key.clone();
                if odd.get(name).is_some_and(|old| *old != value) {
                    odd[name] = value;
                    assert!(!is_good(&odd.to_string()), "{odd}");
                }
            }
        }
        let twice = key.to_string().replacen('{', "{\"kty\":\"RSA\",", 1);
        assert!(!is_good(&twice), "a member that is there twice");
        for other in algorithms().filter(|other| *other != *alg && other != "Ed25519") {
            assert!(!check(&other, &key.to_string(), input.as_bytes(), &signature), "{other}");
        }
    }
}

#[test]
fn the_cores_question_is_answered() {
    for (alg, key, input, signature) in good() {
        let names = ["kty", "crv", "n", "e", "x", "y"];
        let member = |name: &&'static str| Some((*name, text(key.get(*name)?).to_owned()));
        let alg = algorithms().find(|known| **known == alg).unwrap().into_owned().leak();
        let key = names.iter().filter_map(member).collect();
        let mut question = VerifyRequest { alg, key, input, signature };
        assert_eq!(verify(&question), Verdict::Valid);
        question.input.push('x');
        assert_eq!(verify(&question), Verdict::Invalid);
        question.key.clear();
        assert_eq!(verify(&question), Verdict::Invalid);
        question.alg = "HS256";
        assert_eq!(verify(&question), Verdict::Unsupported);
    }
}

#[test]
fn the_algorithms_have_their_jose_names() {
    let names: Vec<_> = algorithms().collect();
    assert_eq!(
        names.join(" "),
        "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 ES256K EdDSA Ed25519 Ed448"
    );
    for (_, key, input, signature) in good() {
        for alg in ["none", "HS256", "rs256", "RS256 ", "", "ES512K", "ED25519"] {
            assert!(!check(alg, &key.to_string(), input.as_bytes(), &signature));
        }
    }
}

/// A JWK of a random kind, with random bytes as its members.
fn any_key() -> impl Strategy<Value = String> {
    let part =
        || prop::collection::vec(any::<u8>(), 0..300).prop_map(|part| base64url::write(&part));
    let kty = prop::sample::select(vec!["RSA", "EC", "OKP", "oct"]);
    let crv =
        prop::sample::select(vec!["P-256", "P-384", "P-521", "secp256k1", "Ed25519", "Ed448"]);
    (kty, crv, part(), part())
        .prop_map(
            |(kty, crv, a, b)| json!({ "kty": kty, "crv": crv, "n": a, "e": b, "x": a, "y": b }),
        )
        .prop_map(|key| key.to_string())
}

/// Bytes with the length of a coordinate of some curve.
fn a_coordinate() -> impl Strategy<Value = (usize, Vec<u8>)> {
    prop::sample::select(vec![32, 48, 57, 66])
        .prop_flat_map(|length| (Just(length), prop::collection::vec(any::<u8>(), length * 2)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_make_it_panic(
        key in any_key(),
        signature in prop::collection::vec(any::<u8>(), 0..300),
        input in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        for alg in algorithms() {
            prop_assert!(!check(&alg, &key, &input, &signature));
        }
    }

    #[test]
    fn no_point_and_no_numbers_make_it_panic((length, parts) in a_coordinate()) {
        let (x, y) = parts.split_at(length);
        let (x, y) = (base64url::write(x), base64url::write(y));
        for kty in ["EC", "OKP"] {
            for crv in ["P-256", "P-384", "P-521", "secp256k1", "Ed25519", "Ed448"] {
                let key = json!({ "kty": kty, "crv": crv, "x": x, "y": y }).to_string();
                for alg in algorithms() {
                    prop_assert!(!check(&alg, &key, b"input", &parts));
                }
            }
        }
    }
}
