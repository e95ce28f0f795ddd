//! The export for systems with a dialect of their own, and for clients without users.

use crate::proto::systems;
use crate::proto::text::json::Writer;
use alloc::string::String;
use wasm_bindgen::prelude::*;

/// Answers a question about JSON text. The result is JSON text, either `value` or `failure`.
#[wasm_bindgen]
#[must_use]
pub fn decide(question: &str, input: &str) -> String {
    let mut out = Writer::new();
    match systems::decide(question, input) {
        Ok(value) => {
            out.raw("value", &value);
        }
        Err(fault) => {
            out.open("failure", '{').number("code", fault.code as u64).text("at", &fault.at);
            out.text("detail", &fault.detail).close('}');
        }
    }
    out.finish()
}
