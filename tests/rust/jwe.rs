//! Encrypted tokens of other implementations, decrypted with real keys: the cookbook (RFC 7520),
//! RFC 7518 appendix C and Wycheproof; and tokens that must never decrypt.
#![allow(clippy::arithmetic_side_effects, clippy::expect_used, clippy::indexing_slicing)]
#![allow(clippy::panic, clippy::print_stdout, clippy::string_slice, clippy::unwrap_used)]

#[path = "../support/decrypter.rs"]
mod decrypter;
#[path = "../support/vectors.rs"]
mod vectors;
#[path = "../support/verifier.rs"]
mod verifier;

use countersign::proto::effect::{DecryptRequest, Verdict};
use countersign::proto::error::Code;
use countersign::proto::jose::jwe::{self, UntrustedJwe, key};
use countersign::proto::jose::jwk::KeySet;
use countersign::proto::text::{base64url, json};
use serde_json::{Value, json};
use vectors::{hex, text};

/// The whole decryption of a token: read, question, host.
fn decrypt(token: &str, keys: &[Value]) -> Result<Vec<u8>, Code> {
    let question = ask(token, keys)?;
    decrypter::host(&question, keys).ok_or(Code::DecryptFailed)
}

fn ask(token: &str, keys: &[Value]) -> Result<DecryptRequest, Code> {
    let jwe = UntrustedJwe::read(token, &|_, _| true, &|_| true).map_err(|error| error.code)?;
    // The host keeps the private members.
    let public: Vec<Value> = keys.iter().map(without_secrets).collect();
    let list = json::read(Value::from(public).to_string().as_bytes()).unwrap();
    jwe.unlock(&key::read_all(list.list().unwrap())).map_err(|error| error.code)
}

fn without_secrets(key: &Value) -> Value {
    let mut key = key.clone();
    if let Some(members) = key.as_object_mut() {
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
            members.remove(name);
        }
    }
    key
}

fn cookbook(name: &str) -> Value {
    vectors::file(&["rfc/jose-cookbook/", name].concat())
}

#[test]
fn the_encryptions_of_the_cookbook_that_are_supported_are_opened() {
    let opened = [
        "curve25519/ecdh-es",
        "jwe/5_2.key_encryption_using_rsa-oaep_with_aes-gcm",
        "jwe/5_4.key_agreement_with_key_wrapping_using_ecdh-es_and_aes-keywrap_with_aes-gcm",
        "jwe/5_5.key_agreement_using_ecdh-es_with_aes-cbc-hmac-sha2",
        "jwe/5_6.direct_encryption_using_aes-gcm",
        "jwe/5_8.key_wrap_using_aes-keywrap_with_aes-gcm",
    ];
    for name in opened {
        let example = cookbook(&format!("{name}.json"));
        let input = &example["input"];
        let plaintext = decrypt(text(&example["output"]["compact"]), &[input["key"].clone()]);
        assert_eq!(plaintext.unwrap(), text(&input["plaintext"]).as_bytes(), "{name}");
    }
    println!("{} encryptions of the cookbook, 0 wrong", opened.len());
}

#[test]
fn what_another_library_encrypts_with_every_pair_of_algorithms_is_opened() {
    let file = vectors::file("jwe/tokens.json");
    let keys = file["keys"].as_array().unwrap();
    let tokens = file["tokens"].as_array().unwrap();
    for token in tokens {
        let place = usize::try_from(token["key"].as_u64().unwrap()).unwrap();
        let opened = decrypt(text(&token["token"]), std::slice::from_ref(&keys[place]));
        assert_eq!(opened.unwrap(), text(&token["plaintext"]).as_bytes(), "{token}");
    }
    println!("{} tokens of jose, 0 wrong", tokens.len());
    assert_eq!(tokens.len(), 4 * (2 + 3 * 4 + 3));
}

#[test]
fn jose_27_and_28_the_cookbooks_password_pkcs_1_padding_and_compression_are_refused() {
    for (name, code) in [
        ("5_1.key_encryption_using_rsa_v15_and_aes-hmac-sha2", Code::AlgForbidden),
        ("5_3.key_wrap_using_pbes2-aes-keywrap_with-aes-cbc-hmac-sha2", Code::AlgForbidden),
        ("5_7.key_wrap_using_aes-gcm_keywrap_with_aes-cbc-hmac-sha2", Code::AlgForbidden),
        ("5_9.compressed_content", Code::CritUnsupported),
    ] {
        let example = cookbook(&format!("jwe/{name}.json"));
        let token = text(&example["output"]["compact"]);
        assert_eq!(decrypt(token, &[example["input"]["key"].clone()]), Err(code), "{name}");
    }
}

#[test]
fn the_agreement_of_rfc_7518_c_derives_its_key() {
    let bob = json!({
        "kty": "EC", "crv": "P-256", "x": "weNJy2HscCSM6AEDTDg04biOvhFhyyWvOHQfeF_PxMQ",
        "y": "e8lnCO-AlStT-NJVX-crhB7QRYhiix03illJOVAOyck",
        "d": "VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw",
    });
    let header = json!({
        "alg": "ECDH-ES", "enc": "A128GCM", "apu": "QWxpY2U", "apv": "Qm9i",
        "epk": {
            "kty": "EC", "crv": "P-256", "x": "gI0GAILBdu7T53akrFmMyGcsF3n5dO7MmwNBHKW5SV0",
            "y": "SLW_xSffzlPWrHEVI30DHM_4egVwt3NQqeUD7nMFpps",
        },
    });
    let header = base64url::write(header.to_string().as_bytes());
    let token = format!("{header}..AAAAAAAAAAAAAAAA..AAAAAAAAAAAAAAAAAAAAAA");
    let question = ask(&token, std::slice::from_ref(&bob)).unwrap();
    let agreed = decrypter::agree(&question, &bob).unwrap();
    assert_eq!(base64url::write(&decrypter::derived(&question, &agreed)), "VqqN6vgjbSBcIijNcacQGg");
}

#[test]
fn the_agreement_of_rfc_8037_a_6_is_reached() {
    let bob = json!({
        "kty": "OKP", "crv": "X25519", "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08",
        "d": base64url::write(&hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb")),
    });
    let header = json!({
        "alg": "ECDH-ES+A128KW", "enc": "A128GCM",
        "epk": { "kty": "OKP", "crv": "X25519", "x": "hSDwCYkwp1R0i33ctD73Wg2_Og0mOBr066SpjqqbTmo" },
    });
    let header = base64url::write(header.to_string().as_bytes());
    let token = format!("{header}.{}.AAAAAAAAAAAAAAAA..AAAAAAAAAAAAAAAAAAAAAA", "A".repeat(32));
    let question = ask(&token, std::slice::from_ref(&bob)).unwrap();
    let agreed = decrypter::agree(&question, &bob).unwrap();
    let right = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
    assert_eq!(agreed, hex(right));
}

#[test]
fn jose_26_the_nested_token_of_the_cookbook_is_opened_and_then_verified() {
    let example = cookbook("6.nesting_signatures_and_encryption.json");
    let token = text(&example["encrypt"]["output"]["compact"]);
    let key = example["encrypt"]["input"]["key"].clone();
    let jwe = UntrustedJwe::read(token, &|_, _| true, &jwe::is_token).unwrap();
    assert_eq!(jwe.header().member("cty").and_then(json::Json::text), Some("JWT"));
    let plaintext = decrypt(token, &[key]).unwrap();
    let jws = jwe::inner(&plaintext, &|alg| alg.name == "PS256", &|_| true).unwrap();
    let set = json!({ "keys": [example["sign"]["input"]["key"]] }).to_string();
    let set = KeySet::read(set.as_bytes()).unwrap();
    let question =
        jws.verify_request(set.candidates(jws.alg(), jws.kid()).first().unwrap()).unwrap();
    assert_eq!(verifier::host(&question), Verdict::Valid);
    assert_eq!(jws.verified().text(), text(&example["sign"]["input"]["payload"]));
    // An encrypted token is refused where a signed one is expected (CVE-2023-51774).
    let code = countersign::proto::jose::jws::UntrustedJws::read(token, &|_| true, &|_| true);
    assert_eq!(code.unwrap_err().code, Code::TokenEncrypted);
}

/// Cases that Wycheproof calls valid and that are unsupported here on purpose.
fn is_supported(token: &str) -> bool {
    let header = token.split('.').next().and_then(|part| base64url::read(part).ok());
    let header: Value = serde_json::from_slice(&header.unwrap_or_default()).unwrap_or_default();
    let has =
        |name: &str, list: &[&str]| header[name].as_str().is_some_and(|one| list.contains(&one));
    let algs = [
        "RSA-OAEP",
        "RSA-OAEP-256",
        "ECDH-ES",
        "ECDH-ES+A128KW",
        "ECDH-ES+A256KW",
        "A128KW",
        "A256KW",
        "dir",
    ];
    let encs = ["A128GCM", "A256GCM", "A128CBC-HS256", "A256CBC-HS512"];
    has("alg", &algs) && has("enc", &encs) && header.get("zip").is_none()
}

#[test]
fn jose_26_the_encrypted_tokens_of_wycheproof_are_opened_or_refused_as_they_should_be() {
    let (mut count, mut opened, mut unsupported) = (0, 0, 0);
    let mut wrong = Vec::new();
    for name in ["json_web_encryption", "json_web_crypto"] {
        for (group, test) in vectors::wycheproof(name) {
            let Some(token) = test.get("jwe") else { continue };
            // A token in JSON serialization is an object in the file.
            let token = &token.as_str().map_or_else(|| token.to_string(), str::to_owned);
            let keys = match group["private"]["keys"].as_array() {
                Some(keys) => keys.clone(),
                None => vec![group["private"].clone()],
            };
            let plaintext = decrypt(token, &keys);
            let is_valid = test["result"] == "valid";
            let is_right = match (&plaintext, is_valid) {
                (Ok(plaintext), true) => test["pt"].as_str().is_none_or(|pt| hex(pt) == *plaintext),
                (Ok(_), false) => false,
                (Err(_), true) => !is_supported(token),
                (Err(_), false) => true,
            };
            count += 1;
            opened += usize::from(plaintext.is_ok());
            unsupported += usize::from(is_valid && plaintext.is_err());
            if !is_right {
                wrong.push(format!("{name} {} {} {plaintext:?}", test["tcId"], test["comment"]));
            }
        }
    }
    println!(
        "{count} encrypted tokens of Wycheproof, {} wrong: {opened} opened, {unsupported} valid ones \
         of algorithms that are not supported",
        wrong.len()
    );
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!((count, opened, unsupported), (173, 39, 28));
}

#[test]
fn jose_15_the_public_keys_of_wycheproof_are_agreed_with_or_refused_as_they_should_be() {
    for (name, least) in [("ecdh_secp256r1_webcrypto", 330), ("x25519_jwk", 264)] {
        let (mut count, mut agreed, mut wrong) = (0, 0, Vec::new());
        for (_, test) in vectors::wycheproof(name) {
            let header = json!({ "alg": "ECDH-ES", "enc": "A128GCM", "epk": test["public"] });
            let header = base64url::write(header.to_string().as_bytes());
            let token = format!("{header}..AAAAAAAAAAAAAAAA..AAAAAAAAAAAAAAAAAAAAAA");
            let mut key = test["private"].clone();
            key.as_object_mut().unwrap().remove("kid");
            let shared = ask(&token, std::slice::from_ref(&key))
                .map(|question| decrypter::agree(&question, &key).unwrap());
            // With a point of small order, which X25519 has, every key derives zero.
            let is_zero_for_all =
                |shared: &[u8]| name.starts_with("x25519") && shared.iter().all(|byte| *byte == 0);
            let is_right = match (&shared, text(&test["result"])) {
                (Ok(shared), "valid" | "acceptable") => {
                    *shared == hex(text(&test["shared"])) && !is_zero_for_all(shared)
                }
                (Err(code), "acceptable" | "invalid") => *code == Code::DecryptFailed,
                _ => false,
            };
            count += 1;
            agreed += usize::from(shared.is_ok());
            if !is_right {
                wrong.push(format!("{} {} {shared:?}", test["tcId"], test["comment"]));
            }
        }
        println!(
            "{count} agreements of Wycheproof ({name}), {} wrong: {agreed} reached",
            wrong.len()
        );
        assert_eq!(wrong, Vec::<String>::new());
        assert!(agreed >= least, "{agreed} of {name}");
    }
}

/// Valid tokens with their keys, and how many places of each to change: some are slow to decrypt.
fn good_tokens() -> Vec<(String, Value, usize)> {
    let of_cookbook = |name: &str| {
        let example = cookbook(&format!("{name}.json"));
        (text(&example["output"]["compact"]).to_owned(), example["input"]["key"].clone())
    };
    let (direct, secret) = of_cookbook("jwe/5_6.direct_encryption_using_aes-gcm");
    let (agreed, curve) = of_cookbook("jwe/5_5.key_agreement_using_ecdh-es_with_aes-cbc-hmac-sha2");
    let (oaep, rsa) = of_cookbook("jwe/5_2.key_encryption_using_rsa-oaep_with_aes-gcm");
    let (okp, x25519) = of_cookbook("curve25519/ecdh-es");
    let all = vectors::wycheproof("json_web_encryption");
    let (group, wrapped) = all.iter().find(|(_, test)| test["tcId"] == 1).unwrap();
    vec![
        (direct, secret, usize::MAX),
        (text(&wrapped["jwe"]).to_owned(), group["private"].clone(), usize::MAX),
        (agreed, curve, 100),
        (okp, x25519, usize::MAX),
        (oaep, rsa, 40),
    ]
}

/// Characters removed, doubled, and replaced by another one that is allowed there.
#[test]
fn jose_05_any_change_of_one_character_makes_an_encrypted_token_one_that_stays_shut() {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=";
    let mut count = 0;
    for (token, key, places) in good_tokens() {
        let keys = [key];
        assert!(decrypt(&token, &keys).is_ok(), "{token}");
        let step = token.len().div_ceil(places);
        // The last letter of a part has unused bits.
        let is_last =
            |place: usize| token[place + 1..].starts_with('.') || place + 1 == token.len();
        let chosen = (0..token.len()).filter(|place| place % step == 0 || is_last(*place));
        for place in chosen {
            let (before, behind) = (&token[..place], &token[place + 1..]);
            let letter = &token[place..=place];
            let near = letters.find(letter).unwrap();
            let others =
                [near ^ 1, near ^ 2, near ^ 32].map(|other| &letters[other % 66..=other % 66]);
            let others = others.into_iter().filter(|other| *other != letter);
            for change in others.chain(["", &letter.repeat(2), "\u{3002}"]) {
                let changed = [before, change, behind].concat();
                assert!(decrypt(&changed, &keys).is_err(), "{changed} at {place}");
                count += 1;
            }
        }
    }
    println!("{count} changed encrypted tokens, 0 opened");
    assert!(count > 4000);
}
