//! A provider's keys and tokens for native tests: fresh keys, and tokens with any fault.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Map, Value, json};

/// An ES256 key and its kid.
pub(crate) struct Signer {
    pair: EcdsaKeyPair,
    random: SystemRandom,
    kid: String,
}

impl Signer {
    pub(crate) fn new(kid: &str) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random);
        let document = document.expect("a key");
        let bytes = document.as_ref();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, bytes, &random);
        Self { pair: pair.expect("our own key"), random, kid: kid.to_owned() }
    }

    /// The JWKS with this key alone; without `kid` if the key has none.
    pub(crate) fn key_set(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let mut key = json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256",
            "x": write(&point[1..33]), "y": write(&point[33..]),
        });
        if !self.kid.is_empty() {
            key["kid"] = json!(self.kid);
        }
        json!({ "keys": [key] })
    }

    /// A token with these claims; members of `header` replace the usual ones, and null removes
    /// them.
    pub(crate) fn sign(&self, header: &Map<String, Value>, claims: &Map<String, Value>) -> String {
        let mut head = Map::from_iter([("alg".to_owned(), json!("ES256"))]);
        if !self.kid.is_empty() {
            head.insert("kid".to_owned(), json!(self.kid));
        }
        for (name, value) in header {
            head.insert(name.clone(), value.clone());
        }
        head.retain(|_, value| !value.is_null());
        self.sign_text(&Value::Object(head).to_string(), &Value::Object(claims.clone()).to_string())
    }

    /// A token of exactly these texts.
    #[allow(dead_code, reason = "not every test that signs writes its own JSON")]
    pub(crate) fn sign_text(&self, header: &str, claims: &str) -> String {
        let input = [header, claims].map(|part| write(part.as_bytes())).join(".");
        let signature = self.pair.sign(&self.random, input.as_bytes()).expect("a signature");
        format!("{input}.{}", write(signature.as_ref()))
    }
}

pub(crate) fn write(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
