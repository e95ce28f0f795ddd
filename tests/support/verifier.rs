//! A host's cryptography for native tests: `ring`, and `p521` for the curve that it lacks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::proto::effect::{Question, Verdict};
use p521::ecdsa::signature::Verifier;
use p521::ecdsa::{Signature, VerifyingKey};
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};

/// What an honest host says of a signature: this is the only judge the tests have.
pub(crate) fn host(question: &Question) -> Verdict {
    let is_good = match question.alg {
        "RS256" => is_rsa(question, &signature::RSA_PKCS1_2048_8192_SHA256),
        "RS384" => is_rsa(question, &signature::RSA_PKCS1_2048_8192_SHA384),
        "RS512" => is_rsa(question, &signature::RSA_PKCS1_2048_8192_SHA512),
        "PS256" => is_rsa(question, &signature::RSA_PSS_2048_8192_SHA256),
        "PS384" => is_rsa(question, &signature::RSA_PSS_2048_8192_SHA384),
        "PS512" => is_rsa(question, &signature::RSA_PSS_2048_8192_SHA512),
        "ES256" => is_by(question, &point(question), &signature::ECDSA_P256_SHA256_FIXED),
        "ES384" => is_by(question, &point(question), &signature::ECDSA_P384_SHA384_FIXED),
        "ES512" => is_es512(question),
        "EdDSA" | "Ed25519" => is_by(question, &member(question, "x"), &signature::ED25519),
        _ => return Verdict::Unsupported,
    };
    if is_good { Verdict::Good } else { Verdict::Bad }
}

fn is_rsa(question: &Question, parameters: &'static signature::RsaParameters) -> bool {
    let key = RsaPublicKeyComponents { n: member(question, "n"), e: member(question, "e") };
    key.verify(parameters, question.input.as_bytes(), &question.signature).is_ok()
}

fn is_by(
    question: &Question,
    key: &[u8],
    algorithm: &'static dyn signature::VerificationAlgorithm,
) -> bool {
    let key = UnparsedPublicKey::new(algorithm, key);
    key.verify(question.input.as_bytes(), &question.signature).is_ok()
}

fn is_es512(question: &Question) -> bool {
    let key = VerifyingKey::from_sec1_bytes(&point(question));
    let signature = Signature::from_slice(&question.signature);
    match (key, signature) {
        (Ok(key), Ok(signature)) => key.verify(question.input.as_bytes(), &signature).is_ok(),
        _ => false,
    }
}

/// The point of an EC key, uncompressed (SEC 1 section 2.3.3).
fn point(question: &Question) -> Vec<u8> {
    [vec![4], member(question, "x"), member(question, "y")].concat()
}

fn member(question: &Question, name: &str) -> Vec<u8> {
    let (_, text) = question.key.iter().find(|(known, _)| *known == name).expect("the member");
    URL_SAFE_NO_PAD.decode(text).expect("canonical base64url")
}
