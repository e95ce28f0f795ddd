//! Reads the input of a question, which the host writes.

use crate::proto::error::Code;
use crate::proto::systems::fault::Fault;
use crate::proto::text::json::Json;

/// A fault of a parameter of a request.
pub(super) fn invalid_parameter(name: &str, detail: &str) -> Fault {
    Fault::new(Code::RequestInvalid, name, detail)
}

/// A member of the input, which the host always gives.
pub(super) fn part<'a>(input: &'a Json, name: &str) -> Result<&'a Json, Fault> {
    input.member(name).ok_or_else(|| Fault::new(Code::Internal, name, "missing"))
}

/// A text of the input, which the host always gives.
pub(super) fn text<'a>(input: &'a Json, name: &str) -> Result<&'a str, Fault> {
    input
        .member(name)
        .and_then(Json::text)
        .ok_or_else(|| Fault::new(Code::Internal, name, "missing"))
}

/// The time of the input, in seconds since 1970.
pub(super) fn now(input: &Json) -> u64 {
    input.seconds_or("now", 0)
}
