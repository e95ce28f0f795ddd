//! The state machines of an API that accepts tokens. This folder does not import `flow`.

pub mod config;
mod discovery;
pub mod cors;
mod expectations;
pub mod guard;
pub mod introspect;
pub mod issuer_keys;
pub mod key_search;
pub mod signature_check;
pub mod verify;
