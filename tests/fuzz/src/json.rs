//! JSON, compared with `serde_json`.

use super::agreement::check_agreement;
use super::allocation::bounded;
use countersign::proto::text::json::{self, Json};

/// Agrees with `serde_json` except for what is refused on purpose, and reads its own output.
pub fn json(bytes: &[u8]) -> bool {
    // `[0,0,…`: for every two bytes of input a value of 32 bytes and its text, in a growing list.
    let read = bounded(bytes, 128, || json::read(bytes));
    if let Ok(json) = &read {
        let text = json::write(json);
        assert_eq!(json::read(text.as_bytes()).as_ref(), Ok(json), "{text}");
        let again = json::read(text.as_bytes()).map(|json| json::write(&json));
        assert_eq!(again, Ok(text), "writing is not stable");
    }
    // A response may begin with a byte order mark, and a token may not.
    let unmarked = json::read(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes));
    assert_eq!(
        json::read_object(bytes).is_ok(),
        matches!(unmarked.as_deref(), Ok(Json::Object(_)))
    );
    match std::str::from_utf8(bytes) {
        Ok(text) => check_agreement(text),
        Err(_) => assert!(read.is_err(), "bytes that are not UTF-8 are read"),
    }
    read.is_ok()
}
