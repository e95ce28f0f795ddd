//! Randomness from the host's `crypto.getRandomValues`.
//!
//! It is imported directly: a host without it throws, which ends the call like a trap. The
//! `getrandom` crate supports every other platform too, and would add 0.4 KB to a page.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Fills the bytes with random values.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    pub(crate) fn fill(bytes: &mut [u8]);
}
