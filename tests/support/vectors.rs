//! Published test vectors, as their files have them.
// Every file of tests uses its own part of this.
#![allow(dead_code)]

use serde_json::Value;
use std::{fs, path::Path};

/// A JSON file below `tests/vectors`.
pub(crate) fn file(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every test of a Wycheproof file, each with its group.
pub(crate) fn wycheproof(name: &str) -> Vec<(Value, Value)> {
    let mut file = file(&format!("wycheproof/{name}_test.json"));
    let Value::Array(groups) = file["testGroups"].take() else { panic!("{name} has no groups") };
    let pairs = groups.into_iter().flat_map(|mut group| {
        let Value::Array(tests) = group["tests"].take() else { panic!("{name} has no tests") };
        tests.into_iter().map(move |test| (group.clone(), test))
    });
    pairs.collect()
}

/// The string value.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text"))
}

/// The bytes of hexadecimal digits.
pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let pairs = digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
