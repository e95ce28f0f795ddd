//! A JWS that this client creates (RFC 7515): the signing input and the compact form.

use crate::proto::text::{base64url, concat};
use alloc::string::String;

/// The signing input of a header and a payload, both JSON text (section 5.1).
#[must_use]
pub fn input(header: &str, payload: &str) -> String {
    let [header, payload] = [header, payload].map(|part| base64url::write(part.as_bytes()));
    concat(&[&header, ".", &payload])
}

/// The compact form (section 3.1) of a signing input and its signature.
#[must_use]
pub fn compact(input: &str, signature: &[u8]) -> String {
    concat(&[input, ".", &base64url::write(signature)])
}
