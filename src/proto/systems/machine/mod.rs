//! The client credentials grant (RFC 6749, section 4.4): a client without users gets tokens for itself.
//!
//! The host asks for the metadata, then for a token, and keeps the token until the time that the core names. No other
//! module has this code.

mod api;
mod discovery;
mod request;
mod response;
mod send;
mod settings;

pub(super) use api::{need, refusal};
pub(super) use discovery::metadata;
pub(super) use request::write as request;
pub(super) use response::token;
pub(super) use settings::check;
