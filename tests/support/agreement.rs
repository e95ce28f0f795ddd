//! Whether this crate's JSON reader and `serde_json` understand a text alike.

use countersign::proto::text::json::{self, Json};
use serde_json::Value;

/// Panics if this reader and `serde_json` differ.
pub(crate) fn check_agreement(text: &str) {
    match (json::read(text.as_bytes()), serde_json::from_str::<Value>(text)) {
        (Ok(ours), Ok(theirs)) => {
            assert!(agrees(&ours, &theirs), "{text:?}");
            assert!(!is_refused_on_purpose(text, &theirs), "{text:?} should be refused");
        }
        (Err(_), Ok(theirs)) => {
            assert!(is_refused_on_purpose(text, &theirs), "{text:?} is refused");
        }
        // A number stays text here, so none is too large.
        (Ok(_), Err(error)) => {
            assert!(error.to_string().contains("out of range"), "{text:?}: {error}");
        }
        (Err(_), Err(_)) => {}
    }
}

/// Whether both values are equal. A number is compared as `serde_json` reads it.
fn agrees(ours: &Json, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Json::Null, Value::Null) => true,
        (Json::Bool(ours), Value::Bool(theirs)) => ours == theirs,
        (Json::Number(ours), Value::Number(_)) => {
            serde_json::from_str(ours).ok().as_ref() == Some(theirs)
        }
        (Json::Text(ours), Value::String(theirs)) => ours.as_str() == theirs,
        (Json::List(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().zip(theirs).all(|(ours, theirs)| agrees(ours, theirs))
        }
        (Json::Object(ours), Value::Object(theirs)) => {
            ours.len() == theirs.len()
                && ours.iter().all(|(name, ours)| {
                    theirs.get(name.as_str()).is_some_and(|theirs| agrees(ours, theirs))
                })
        }
        _ => false,
    }
}

/// Valid JSON that is refused here on purpose: duplicate members, depth, U+0000.
fn is_refused_on_purpose(text: &str, value: &Value) -> bool {
    let (colons, depth) = outline(text);
    colons != members(value) || depth > 32 || has_nul(value)
}

/// Colons outside strings, and the deepest nesting.
fn outline(text: &str) -> (usize, usize) {
    let (mut colons, mut depth, mut deepest) = (0, 0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for letter in text.chars() {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => in_text = !in_text,
            _ if in_text => {}
            ':' => colons += 1,
            '[' | '{' => depth += 1,
            ']' | '}' => depth -= 1,
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    (colons, deepest)
}

fn members(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.iter().map(members).sum(),
        Value::Object(object) => object.len() + object.values().map(members).sum::<usize>(),
        _ => 0,
    }
}

fn has_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(list) => list.iter().any(has_nul),
        Value::Object(object) => {
            object.iter().any(|(name, value)| name.contains('\0') || has_nul(value))
        }
        _ => false,
    }
}
