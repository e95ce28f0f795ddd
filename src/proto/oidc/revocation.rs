//! Token revocation (RFC 7009).

use super::token;
use crate::proto::client::auth;
use crate::proto::effect::Request;
use crate::proto::text::form;
use alloc::string::String;

/// How long a sign-out waits for an answer, in milliseconds. The request continues after that.
const TIMEOUT_MS: u32 = 700;

/// The request that revokes a token: the refresh token if there is one, which revokes its access
/// tokens too (RFC 7009, section 2.1). Its answer changes nothing. `client_id` is empty if the
/// header has it.
#[must_use]
pub fn request(endpoint: &str, client_id: &str, token: &str, hint: &str) -> Request {
    let mut form = String::new();
    form::add(&mut form, "token", token);
    form::add(&mut form, "token_type_hint", hint);
    auth::add_client_id(&mut form, client_id);
    let mut request = token::post(endpoint, form);
    request.timeout_ms = TIMEOUT_MS;
    request.outlives_page = true;
    request
}
