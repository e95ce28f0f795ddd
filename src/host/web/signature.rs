//! Signatures that the host verifies, with the fastest function it has.

use crate::proto::effect::Verdict;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = verifySignature)]
    fn verify_signature(question: u32, input: &[u8], signature: &[u8]) -> u32;
}

/// Asks the host to verify a signature. Returns `None` if the host answers later.
pub(crate) fn ask(question: u32, input: &str, signature: &[u8]) -> Option<Verdict> {
    match verify_signature(question, input.as_bytes(), signature) {
        1 => Some(Verdict::Valid),
        2 => None,
        3 => Some(Verdict::Unsupported),
        4 => Some(Verdict::Unavailable),
        _ => Some(Verdict::Invalid),
    }
}
