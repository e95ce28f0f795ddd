//! The issuer of an entity, from the response with its provider's metadata.

use crate::proto::effect::{Failure, Response};
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::response;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::text_of;
use crate::proto::text::json::{Json, Writer};
use alloc::string::String;

/// Reads a response: its `kind`, its `status` and its `body`.
///
/// # Errors
/// Those of a response without a JSON object, and `OIDC_METADATA_INVALID` without an issuer.
pub(super) fn read(input: &Json) -> Result<String, Fault> {
    let metadata = match text_of(input, "kind") {
        "response" => {
            let status = u16::try_from(input.seconds_or("status", 0)).unwrap_or_default();
            let body = text_of(input, "body").as_bytes();
            let none = "";
            let (content_type, cache_control, retry_after) = (none, none, none);
            let answer =
                Response { status, content_type, cache_control, retry_after, challenge: "", body };
            response::json_object(&answer, At::Metadata).map_err(fault)?
        }
        kind => return Err(fault(response::failure(failure(kind), At::Metadata))),
    };
    match text_of(&metadata, "issuer") {
        "" => Err(Fault::new(Code::MetadataInvalid, "issuer", "missing")),
        issuer => Ok(Writer::new().text("issuer", issuer).finish()),
    }
}

fn fault(error: Error) -> Fault {
    Fault::new(error.code, error.at.text(), "")
}

fn failure(kind: &str) -> Failure {
    match kind {
        "offline" => Failure::Offline,
        "timeout" => Failure::TimedOut,
        "too-large" => Failure::TooLarge,
        "redirected" => Failure::Redirected,
        _ => Failure::Network,
    }
}
