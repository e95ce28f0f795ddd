//! A flow as text: its name, where it stands, and what else it must remember.

use crate::proto::text::json::{Json, Writer};

/// The text of a flow: its name, where it stands, and what else it must remember.
pub(crate) fn at(flow: &str, place: &str) -> Writer {
    let mut writer = Writer::new();
    writer.text("flow", flow).text("at", place);
    writer
}

/// A text of ours, empty where there is none.
pub(crate) fn member<'a>(json: &'a Json, name: &str) -> &'a str {
    json.member(name).and_then(Json::text).unwrap_or_default()
}
