//! A flow as text: its name, its state, and its other data.

use crate::proto::text::json::{Json, Writer};

/// The text of a flow: its name, its state, and its other data.
pub(crate) fn at(flow: &str, place: &str) -> Writer {
    let mut writer = Writer::new();
    writer.text("flow", flow).text("at", place);
    writer
}

/// A member of the text; empty if it is missing.
pub(crate) fn member<'a>(json: &'a Json, name: &str) -> &'a str {
    json.member(name).and_then(Json::text).unwrap_or_default()
}
