//! Randomness from the host's `crypto.getRandomValues`.
//!
//! Imported by ourselves: a host without it throws, which ends the call as a trap does. The
//! `getrandom` crate has a word for that and for every other platform, and 0.4 KB of page with it.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Fills these bytes with random ones.
    #[wasm_bindgen(js_namespace = crypto, js_name = getRandomValues)]
    pub(crate) fn fill(bytes: &mut [u8]);
}
