//! The Bearer token of a request (RFC 6750, section 2).

use crate::proto::error::Code;
use crate::proto::text::{form, pieces, split};

/// Reads the one token of the header `Authorization` (RFC 6750, section 2.1). Several headers are
/// joined by commas, as the Fetch standard does.
///
/// # Errors
/// `OIDC_CREDENTIAL_MISSING` for no header or another scheme, `OIDC_CREDENTIAL_INVALID` for
/// anything but one token behind the scheme.
pub fn read(authorization: &str) -> Result<&str, Code> {
    let (scheme, token) = split(authorization, b' ');
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(Code::CredentialMissing);
    }
    let mut token = token.unwrap_or_default();
    while let Some((b' ', _)) = token.as_bytes().split_first() {
        token = token.get(1..).unwrap_or_default();
    }
    if is_b64token(token) { Ok(token) } else { Err(Code::CredentialInvalid) }
}

/// Whether the query of a URL has a token, which RFC 6750 section 2.3 advises against.
#[must_use]
pub fn is_in_query(url: &str) -> bool {
    is_in_form(split(split(url, b'#').0, b'?').1.unwrap_or_default())
}

/// Whether a form or a query has `access_token`, escaped or not.
#[must_use]
pub fn is_in_form(form: &str) -> bool {
    pieces(form, b'&')
        .any(|pair| form::decode(split(pair, b'=').0).as_deref() == Ok("access_token"))
}

/// RFC 6750, section 2.1. A comma is not allowed, so two joined headers are not a token.
fn is_b64token(text: &str) -> bool {
    let is_token_byte = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~+/".contains(byte);
    let mut padding = text.bytes().skip_while(is_token_byte);
    text.as_bytes().first().is_some_and(is_token_byte) && padding.all(|byte| byte == b'=')
}
