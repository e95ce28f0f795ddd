//! Encrypted tokens: encryption does not authenticate the author.

use super::{claims, input, provider::Signer, verify, write};
use countersign::proto::error::Code;
use countersign::proto::jose::jwe::key::{self, DecryptionKey};
use countersign::proto::jose::jwe::{self, UntrustedJwe};
use countersign::proto::oidc::id_token;
use countersign::proto::text::json;
use serde_json::{Map, Value, json};

fn jwe(header: &Value, lengths: [usize; 4]) -> String {
    let header = write(header.to_string().as_bytes());
    [header]
        .into_iter()
        .chain(lengths.map(|length| write(&vec![7; length])))
        .collect::<Vec<_>>()
        .join(".")
}

fn read(token: &str) -> Result<UntrustedJwe, Code> {
    UntrustedJwe::read(token, &|_, _| true, &jwe::is_token).map_err(|error| error.code)
}

fn keys(list: &Value) -> Vec<Option<DecryptionKey>> {
    let json = json::read(list.to_string().as_bytes()).expect("JSON");
    key::read_all(json.list().expect("a list"))
}

fn inner(plaintext: &str) -> Result<&'static str, Code> {
    let jws = jwe::inner(plaintext.as_bytes(), &|_| true, &id_token::allows_typ);
    jws.map(|jws| jws.alg().name).map_err(|error| error.code)
}

#[test]
fn cve_2023_51774_what_was_decrypted_is_not_yet_verified() {
    let claims = Value::Object(claims(&Value::Null)).to_string();
    assert_eq!(inner(&claims), Err(Code::TokenMalformed), "bare claims");
    let signer = Signer::new("k");
    let forged = Signer::new("k").sign(&Map::new(), &super::claims(&Value::Null));
    assert_eq!(inner(&forged), Ok("ES256"));
    assert_eq!(verify(&forged, &signer.key_set()).err(), Some(Code::SignatureInvalid));
    let encrypted = jwe(&json!({ "alg": "dir", "enc": "A128GCM" }), [0, 12, 64, 16]);
    assert_eq!(verify(&encrypted, &signer.key_set()).err(), Some(Code::TokenEncrypted));
}

#[test]
fn cve_2026_29000_an_unsigned_token_inside_an_encrypted_one_is_refused() {
    for alg in ["none", "None", "", "HS256", "dir"] {
        for signature in ["", "AA"] {
            let token = [&*input(&json!({ "alg": alg })), signature].join(".");
            assert_eq!(inner(&token), Err(Code::AlgForbidden), "{alg}");
        }
    }
    let nested = jwe(&json!({ "alg": "dir", "enc": "A128GCM" }), [0, 12, 64, 16]);
    assert_eq!(inner(&nested), Err(Code::TokenEncrypted));
}

#[test]
fn cve_2022_36083_and_cve_2023_51775_a_password_is_refused_with_any_count() {
    for count in
        [json!(1), json!(1_000), json!(1_200_001), json!(i32::MAX), json!(1e99), json!("1")]
    {
        for alg in ["PBES2-HS256+A128KW", "PBES2-HS384+A192KW", "PBES2-HS512+A256KW"] {
            let header =
                json!({ "alg": alg, "enc": "A128GCM", "p2s": "AAAAAAAAAAA", "p2c": count });
            let code = read(&jwe(&header, [24, 12, 5, 16])).err();
            assert_eq!(code, Some(Code::AlgForbidden), "{alg} {count}");
        }
    }
}

#[test]
fn cve_2024_28176_and_mod_auth_openidc_2026_05_inflate_nothing_is_ever_inflated() {
    for zip in [json!("DEF"), json!("GZ"), json!(null), json!([])] {
        let header = json!({ "alg": "dir", "enc": "A128GCM", "zip": zip });
        let code = read(&jwe(&header, [0, 12, 5, 16])).err();
        assert_eq!(code, Some(Code::CritUnsupported), "{zip}");
    }
}

#[test]
fn cve_2026_28490_a_failed_decryption_has_one_code_and_rsa1_5_is_not_offered() {
    let header = |alg: &str| json!({ "alg": alg, "enc": "A128CBC-HS256" });
    let code = read(&jwe(&header("RSA1_5"), [256, 16, 16, 16])).err();
    assert_eq!(code, Some(Code::AlgForbidden));
    let key = json!([{ "kty": "oct", "k": write(&[7; 16]) }]);
    let whole = [24 + 16, 16, 16, 16];
    assert!(read(&jwe(&header("A128KW"), whole)).expect("a JWE").unlock(&keys(&key)).is_ok());
    for lengths in
        [[40, 16, 15, 16], [40, 16, 0, 16], [40, 16, 16, 15], [40, 12, 16, 16], [39, 16, 16, 16]]
    {
        let failed = read(&jwe(&header("A128KW"), lengths)).expect("a JWE").unlock(&keys(&key));
        let code = failed.err().map(|error| error.code);
        assert_eq!(code, Some(Code::DecryptFailed), "{lengths:?}");
    }
    for other in [json!([]), json!([{ "kty": "RSA" }]), json!([null])] {
        let failed = read(&jwe(&header("A128KW"), whole)).expect("a JWE").unlock(&keys(&other));
        assert_eq!(failed.err().map(|error| error.code), Some(Code::DecryptFailed));
    }
}

#[test]
fn cve_2023_37464_a_tag_has_its_one_length() {
    let key = json!([{ "kty": "oct", "k": write(&[7; 16]) }]);
    let header = json!({ "alg": "dir", "enc": "A128GCM" });
    for length in 0..=17 {
        let question = read(&jwe(&header, [0, 12, 5, length])).expect("a JWE").unlock(&keys(&key));
        assert_eq!(question.is_ok(), length == 16, "{length}");
    }
}

#[test]
fn mod_auth_openidc_2026_08_not_a_jwe_what_is_not_encrypted_does_not_count_as_decrypted() {
    for text in ["", "{}", "ada", "a.b.c", "e30.e30.", r#"{"sub":"ada"}"#] {
        assert_eq!(read(text).err(), Some(Code::TokenMalformed), "{text}");
    }
}
