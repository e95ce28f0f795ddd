//! What `soft.wasm` exports: bytes in, a boolean out.

use crate::host::soft;
use wasm_bindgen::prelude::*;

/// Whether `signature` is the key's own over `input`, under the algorithm of this JOSE name. `key`
/// is the JSON text of a public JWK.
#[wasm_bindgen]
#[must_use]
pub fn check(alg: &str, key: &str, input: &[u8], signature: &[u8]) -> bool {
    #[cfg(feature = "planted-trap")]
    if alg == "plant-a-trap" {
        core::arch::wasm32::unreachable();
    }
    soft::check(alg, key, input, signature)
}
