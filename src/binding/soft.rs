//! The exports of `soft.wasm`: bytes in, a boolean or a digest out.

use crate::host::soft;
use crate::proto::text::json::Writer;
use alloc::string::String;
use wasm_bindgen::prelude::*;

/// Whether `signature` is valid over `input` for this key and the algorithm with this JOSE name.
/// `key` is the JSON text of a public JWK.
#[wasm_bindgen]
#[must_use]
pub fn check(alg: &str, key: &str, input: &[u8], signature: &[u8]) -> bool {
    #[cfg(feature = "planted-trap")]
    if alg == "plant-a-trap" {
        core::arch::wasm32::unreachable();
    }
    soft::check(alg, key, input, signature)
}

/// The digest of `input` by the hash function with this name, as JSON text; empty for an unknown
/// name.
#[wasm_bindgen]
#[must_use]
pub fn digest(hash: &str, input: &[u8]) -> Option<String> {
    let digest = soft::digest(hash, input)?;
    let mut out = Writer::new();
    out.open("digest", '[');
    for byte in digest {
        out.byte(byte);
    }
    Some(out.close(']').finish())
}
