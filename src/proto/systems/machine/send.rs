//! Requests, as the host sends them.

use crate::proto::effect::Request;
use crate::proto::text::json::Writer;

/// Writes the members of a request.
pub(super) fn write(out: &mut Writer, request: &Request) {
    out.text("method", request.method).text("url", &request.url).open("headers", '[');
    for (name, value) in request.headers {
        out.element('[').push(name).push(value).close(']');
    }
    if let Some(value) = &request.authorization {
        out.element('[').push("authorization").push(value).close(']');
    }
    out.close(']').optional_text("body", request.body.as_deref());
    out.number("maxBytes", request.max_bytes.into()).number("timeoutMs", request.timeout_ms.into());
    out.bool("bypassCache", request.bypass_cache);
}
