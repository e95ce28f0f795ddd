//! The implicit flow with `response_type=id_token` (OpenID Connect Core 1.0, section 3.2), for a registration that has no
//! other flow.
//!
//! It is deprecated (RFC 9700, section 2.1.2). The address of the response has an ID token and no access token, so there
//! is nothing that calls an API. No client of a page reaches this code: it is a module of its own.

mod request;
mod response;
mod settings;

pub(super) use request::{request, sign_out};
pub(super) use response::{find, response};
pub(super) use settings::settings;
