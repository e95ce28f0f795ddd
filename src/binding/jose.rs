//! The exports of the tools: tokens and keys come in as text, questions go out.
//!
//! Everything that is returned with a question is unverified until the host has answered yes.

use crate::proto::effect::{DecryptRequest, VerifyRequest};
use crate::proto::error::Error;
use crate::proto::jose::tools;
use crate::proto::text::json::Writer;
use alloc::string::String;
use wasm_bindgen::prelude::*;

/// Reads a signed message: its parts, and the questions about it. `keys` is the JSON text of a JWK
/// or a set, `algorithms` that of a list of names.
#[wasm_bindgen(js_name = readSigned)]
#[must_use]
pub fn read_signed(token: &str, keys: &str, algorithms: &str) -> String {
    let mut out = Writer::new();
    match tools::read_signed(token, keys, algorithms) {
        Err(error) => refuse(&mut out, error),
        Ok(signed) => {
            bytes(out.text("header", &signed.message.header), "payload", &signed.message.payload);
            out.open("verifyRequests", '[');
            for question in &signed.verify_requests {
                write_verify_request(out.element('{'), question).close('}');
            }
            out.close(']');
        }
    }
    out.finish()
}

/// The question about one signature, without the signed text; empty if the signature cannot be
/// valid.
#[wasm_bindgen(js_name = signatureRequest)]
#[must_use]
pub fn signature_request(alg: &str, key: &str, signature: &[u8]) -> Option<String> {
    let question = tools::signature_request(alg, key, signature)?;
    Some(write_verify_request(&mut Writer::new(), &question).finish())
}

/// Reads an encrypted token: its header, and the question about it. `keys` is the JSON text of a
/// list of JWKs without their private members, `algs` and `encs` are those of lists of names;
/// `is_nested` means that a signed token is inside.
#[wasm_bindgen(js_name = readEncrypted)]
#[must_use]
pub fn read_encrypted(token: &str, keys: &str, algs: &str, encs: &str, is_nested: bool) -> String {
    let mut out = Writer::new();
    match tools::read_encrypted(token, keys, algs, encs, is_nested) {
        Err(error) => refuse(&mut out, error),
        Ok(sealed) => {
            write_decrypt_request(
                out.json("header", &sealed.header).open("decryptRequest", '{'),
                &sealed.decrypt_request,
            );
            out.close('}');
        }
    }
    out.finish()
}

/// The thumbprint of a JWK.
#[wasm_bindgen(js_name = thumbprint)]
#[must_use]
pub fn thumbprint(key: &str) -> String {
    let mut out = Writer::new();
    match tools::thumbprint(key) {
        Err(error) => refuse(&mut out, error),
        Ok(thumbprint) => {
            out.text("thumbprint", &thumbprint);
        }
    }
    out.finish()
}

fn refuse(out: &mut Writer, error: Error) {
    out.text("kind", "error")
        .open("failure", '{')
        .number("code", error.code as u64)
        .text("at", error.at.text());
    out.close('}');
}

fn write_verify_request<'a>(out: &'a mut Writer, question: &VerifyRequest) -> &'a mut Writer {
    members(out.text("alg", question.alg), "key", &question.key);
    bytes(out.text("input", &question.input), "signature", &question.signature)
}

/// Writes the question about an encrypted token.
fn write_decrypt_request(out: &mut Writer, question: &DecryptRequest) {
    out.text("alg", question.alg).text("enc", question.enc).open("keys", '[');
    for place in &question.keys {
        // At most 100 keys are read.
        out.byte(*place as u8);
    }
    out.close(']')
        .number("contentKeyBytes", question.content_key_bytes as u64)
        .number("wrappingKeyBytes", question.wrapping_key_bytes as u64)
        .text("aad", &question.aad);
    members(out, "epk", &question.epk);
    for (name, part) in [
        ("otherInfo", &question.other_info),
        ("encryptedKey", &question.encrypted_key),
        ("iv", &question.iv),
        ("ciphertext", &question.ciphertext),
        ("tag", &question.tag),
    ] {
        bytes(out, name, part);
    }
}

fn members(out: &mut Writer, name: &str, key: &[(&'static str, String)]) {
    out.open(name, '[');
    for (name, value) in key {
        out.element('[').push(name).push(value).close(']');
    }
    out.close(']');
}

fn bytes<'a>(out: &'a mut Writer, name: &str, bytes: &[u8]) -> &'a mut Writer {
    out.open(name, '[');
    for byte in bytes {
        out.byte(*byte);
    }
    out.close(']')
}
