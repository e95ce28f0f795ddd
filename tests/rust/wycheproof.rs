//! Wycheproof's signatures, signed tokens and key sets, each read and verified.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::print_stdout)]
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used)]

#[path = "../support/vectors.rs"]
mod vectors;
#[path = "../support/verifier.rs"]
mod verifier;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::proto::effect::Verdict;
use countersign::proto::jose::alg;
use countersign::proto::jose::jwk::{Jwk, KeySet};
use countersign::proto::jose::jws::UntrustedJws;
use countersign::proto::text::json;
use serde_json::{Value, json};
use vectors::{hex, text};

/// The public key of a group: a JWK, or a point where the file has no JWK for it.
fn public_key(group: &Value) -> Value {
    for name in ["publicKeyJwk", "keyJwk"] {
        if group[name].is_object() {
            return group[name].clone();
        }
    }
    let key = &group["publicKey"];
    if let Some(point) = key["uncompressed"].as_str() {
        let crv = match text(&key["curve"]) {
            "secp256r1" => "P-256",
            "secp384r1" => "P-384",
            curve => panic!("{curve}"),
        };
        let (x, y) = point[2..].split_at((point.len() - 2) / 2);
        let [x, y] = [x, y].map(|digits| URL_SAFE_NO_PAD.encode(hex(digits)));
        return json!({ "kty": "EC", "crv": crv, "x": x, "y": y });
    }
    let number = |name: &str| URL_SAFE_NO_PAD.encode(hex(text(&key[name])));
    json!({ "kty": "RSA", "n": number("modulus"), "e": number("publicExponent") })
}

/// Whether a signature over any bytes is accepted: read the key, ask the host, decide.
fn is_accepted(alg: &str, jwk: &Value, input: &[u8], signature: &[u8]) -> bool {
    let mut jwk = jwk.clone();
    // A key whose `alg` is that of its file is only used under that name.
    jwk.as_object_mut().unwrap().remove("alg");
    let key = json::read(jwk.to_string().as_bytes()).ok().and_then(|json| Jwk::read(&json));
    let question = key.and_then(|key| key.verify_request(alg::find(alg)?, "", signature).ok());
    question.is_some_and(|question| verifier::verify(&question, input) == Verdict::Valid)
}

/// Every signature of a file under one algorithm. `valid` lists the expected verdicts.
fn check(name: &str, alg: &str, valid: &dyn Fn(&Value) -> bool) {
    let (mut count, mut good, mut wrong) = (0, 0, Vec::new());
    for (group, test) in vectors::wycheproof(name) {
        let key = public_key(&group);
        let is_good = is_accepted(alg, &key, &hex(text(&test["msg"])), &hex(text(&test["sig"])));
        count += 1;
        good += usize::from(is_good);
        if is_good != valid(&test) {
            wrong.push(format!("{} {} {}", test["tcId"], test["result"], test["comment"]));
        }
    }
    println!("{count} signatures of {name} as {alg}, {} wrong: {good} good", wrong.len());
    assert_eq!(wrong, Vec::<String>::new(), "{name}");
}

fn as_stated(test: &Value) -> bool {
    // "acceptable" means without the NULL in the hash's parameters; one encoding per token is
    // accepted here.
    test["result"] == "valid"
}

#[test]
fn jose_16_the_ecdsa_signatures_of_wycheproof() {
    check("ecdsa_secp256r1_sha256_p1363", "ES256", &as_stated);
    check("ecdsa_secp384r1_sha384_p1363", "ES384", &as_stated);
}

#[test]
fn jose_13_no_ecdsa_signature_with_the_hash_of_another_curve_is_good() {
    check("ecdsa_secp256r1_sha512_p1363", "ES256", &|_| false);
    check("ecdsa_secp256r1_sha512_p1363", "ES512", &|_| false);
}

#[test]
fn jose_17_the_rsa_pkcs_1_signatures_of_wycheproof() {
    for (size, other) in [("256", 257), ("384", 258), ("512", 258)] {
        let name = format!("rsa_signature_2048_sha{size}");
        check(&name, &format!("RS{size}"), &as_stated);
        // One case has a valid signature of the other scheme.
        check(&name, &format!("PS{size}"), &|test| test["tcId"] == other);
    }
}

#[test]
fn jose_18_the_rsa_pss_signatures_of_wycheproof() {
    check("rsa_pss_2048_sha256_mgf1_32", "PS256", &as_stated);
    check("rsa_pss_3072_sha256_mgf1_32", "PS256", &as_stated);
    let is_of_the_other_scheme = |test: &Value| text(&test["comment"]).starts_with("PKCS #1 v1.5");
    check("rsa_pss_2048_sha256_mgf1_32", "RS256", &is_of_the_other_scheme);
    // Salts of other lengths and masks of another hash, except one with a salt of 32 bytes.
    check("rsa_pss_2048_sha256_mgf1_0", "PS256", &|test| test["tcId"] == 69);
    check("rsa_pss_2048_sha256_mgf1sha1_20", "PS256", &|_| false);
}

#[test]
fn jose_19_and_20_the_ed25519_signatures_of_wycheproof_under_both_names() {
    check("ed25519", "Ed25519", &as_stated);
    check("ed25519", "EdDSA", &as_stated);
}

/// The whole verification of a signed token with any payload: every fitting key is tried.
fn is_token_accepted(token: &str, set: &KeySet) -> bool {
    // Wycheproof signs payloads that are not claims; only their signature is checked here.
    let Some((input, signature)) = token.rsplit_once('.') else { return false };
    let Some((header, payload)) = input.split_once('.') else { return false };
    let with_claims = [header, "e30", signature].join(".");
    let is_canonical = |part: &str| countersign::proto::text::base64url::read(part).is_ok();
    let Ok(jws) = UntrustedJws::read(&with_claims, &|_| true, &|_| true) else { return false };
    let keys = set.candidates(jws.alg(), jws.kid());
    let mut questions = keys.iter().filter_map(|key| jws.verify_request(key).ok());
    is_canonical(payload)
        && questions.any(|question| verifier::verify(&question, input.as_bytes()) == Verdict::Valid)
}

/// The verdict of a strict verifier, with the reason where the file says otherwise.
fn verdict(overrides: &Value, file: &str, test: &Value) -> Option<bool> {
    let mut all = overrides["overrides"].as_array().unwrap().iter();
    let one =
        all.find(|one| one["file"] == *format!("{file}_test.json") && one["tcId"] == test["tcId"]);
    match one.map_or(test["result"].as_str(), |one| one["strict"].as_str()) {
        Some("valid") => Some(true),
        Some("invalid") => Some(false),
        _ => None,
    }
}

#[test]
fn jose_10_23_and_25_the_signed_tokens_and_key_sets_of_wycheproof() {
    let overrides = vectors::file("wycheproof/overrides.json");
    for (file, total) in
        [("json_web_signature", 401), ("json_web_key", 26), ("json_web_crypto", 49)]
    {
        let (mut count, mut good, mut hmacs, mut policy, mut wrong) =
            (0, 0, 0, Vec::new(), Vec::new());
        for (group, test) in vectors::wycheproof(file) {
            let Some(token) = test.get("jws") else { continue };
            // A token in JSON serialization is an object in the file.
            let token = token.as_str().map_or_else(|| token.to_string(), str::to_owned);
            let keys =
                if group["public"].is_object() { &group["public"] } else { &group["private"] };
            let set =
                if keys["keys"].is_array() { keys.clone() } else { json!({ "keys": [keys] }) };
            let set = KeySet::read(set.to_string().as_bytes()).unwrap();
            let is_good = is_token_accepted(&token, &set);
            // A set of HMAC secrets: none of them is a key here, although some tests count as valid.
            let is_hmac = set.keys.is_empty() && keys.to_string().contains("\"oct\"");
            let right = verdict(&overrides, file, &test);
            count += 1;
            good += usize::from(is_good);
            hmacs += usize::from(is_hmac && right == Some(true));
            if right.is_none() && is_good {
                policy.push(test["tcId"].as_u64().unwrap());
            }
            if right.is_some_and(|right| is_good != (right && !is_hmac)) {
                wrong.push(format!("{} {} {}", test["tcId"], test["result"], test["comment"]));
            }
        }
        println!(
            "{count} signed tokens of {file}, {} wrong: {good} good, {hmacs} valid HMACs that are \
             never accepted, {policy:?} accepted by policy",
            wrong.len()
        );
        assert_eq!(wrong, Vec::<String>::new(), "{file}");
        assert_eq!(count, total);
    }
}
