//! JSON, with `serde_json` as the judge of what is understood.

use super::agreement::check_agreement;
use super::allocation::bounded;
use countersign::proto::text::json::{self, Json};

/// Agrees with `serde_json` but for what is refused on purpose, and reads what it writes.
pub fn json(bytes: &[u8]) -> bool {
    // `[0,0,…`: a value of 32 bytes and a text of its own for every two bytes, in a growing list.
    let read = bounded(bytes, 128, || json::read(bytes));
    if let Ok(json) = &read {
        let text = json::write(json);
        assert_eq!(json::read(text.as_bytes()).as_ref(), Ok(json), "{text}");
        let again = json::read(text.as_bytes()).map(|json| json::write(&json));
        assert_eq!(again, Ok(text), "writing is not stable");
    }
    assert_eq!(json::read_object(bytes).is_ok(), matches!(read, Ok(Json::Object(_))));
    match std::str::from_utf8(bytes) {
        Ok(text) => check_agreement(text),
        Err(_) => assert!(read.is_err(), "bytes that are no text are read"),
    }
    read.is_ok()
}
