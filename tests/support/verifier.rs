//! The cryptography of a host for native tests: `ring`, and `p521` for the curve that it lacks.
// Every file of tests uses its own part of this.
#![allow(dead_code)]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::proto::effect::{Verdict, VerifyRequest};
use p521::ecdsa::signature::Verifier;
use p521::ecdsa::{Signature, VerifyingKey};
use ring::digest;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};

/// The verdict of an honest host: the only verifier of these tests.
pub(crate) fn host(question: &VerifyRequest) -> Verdict {
    verify(question, question.input.as_bytes())
}

/// The hash of a text, by the hash function of the question's algorithm.
pub(crate) fn digest(question: &VerifyRequest, also_hash: &str) -> Vec<u8> {
    let hash = match question.alg.trim_start_matches(|letter: char| !letter.is_ascii_digit()) {
        "256" => &digest::SHA256,
        "384" => &digest::SHA384,
        _ => &digest::SHA512,
    };
    digest::digest(hash, also_hash.as_bytes()).as_ref().to_vec()
}

/// The same for bytes: a signed input need not be text.
pub(crate) fn verify(question: &VerifyRequest, input: &[u8]) -> Verdict {
    let is_good = match question.alg {
        "RS256" => is_rsa(question, input, &signature::RSA_PKCS1_2048_8192_SHA256),
        "RS384" => is_rsa(question, input, &signature::RSA_PKCS1_2048_8192_SHA384),
        "RS512" => is_rsa(question, input, &signature::RSA_PKCS1_2048_8192_SHA512),
        "PS256" => is_rsa(question, input, &signature::RSA_PSS_2048_8192_SHA256),
        "PS384" => is_rsa(question, input, &signature::RSA_PSS_2048_8192_SHA384),
        "PS512" => is_rsa(question, input, &signature::RSA_PSS_2048_8192_SHA512),
        "ES256" => is_by(question, input, &point(question), &signature::ECDSA_P256_SHA256_FIXED),
        "ES384" => is_by(question, input, &point(question), &signature::ECDSA_P384_SHA384_FIXED),
        "ES512" => is_es512(question, input),
        "EdDSA" | "Ed25519" => is_by(question, input, &member(question, "x"), &signature::ED25519),
        _ => return Verdict::Unsupported,
    };
    if is_good { Verdict::Valid } else { Verdict::Invalid }
}

fn is_rsa(
    question: &VerifyRequest,
    input: &[u8],
    parameters: &'static signature::RsaParameters,
) -> bool {
    let key = RsaPublicKeyComponents { n: member(question, "n"), e: member(question, "e") };
    key.verify(parameters, input, &question.signature).is_ok()
}

fn is_by(
    question: &VerifyRequest,
    input: &[u8],
    key: &[u8],
    algorithm: &'static dyn signature::VerificationAlgorithm,
) -> bool {
    let key = UnparsedPublicKey::new(algorithm, key);
    key.verify(input, &question.signature).is_ok()
}

fn is_es512(question: &VerifyRequest, input: &[u8]) -> bool {
    let key = VerifyingKey::from_sec1_bytes(&point(question));
    let signature = Signature::from_slice(&question.signature);
    match (key, signature) {
        (Ok(key), Ok(signature)) => key.verify(input, &signature).is_ok(),
        _ => false,
    }
}

/// The point of an EC key, uncompressed (SEC 1, section 2.3.3).
fn point(question: &VerifyRequest) -> Vec<u8> {
    [vec![4], member(question, "x"), member(question, "y")].concat()
}

fn member(question: &VerifyRequest, name: &str) -> Vec<u8> {
    let (_, text) = question.key.iter().find(|(known, _)| *known == name).expect("the member");
    URL_SAFE_NO_PAD.decode(text).expect("canonical base64url")
}
