//! The state machines of an API that accepts tokens. This folder does not import `flow`.

pub mod config;
pub mod cors;
mod discovery;
mod expectations;
pub mod guard;
pub mod introspect;
pub mod issuer_keys;
pub mod key_search;
mod policy;
pub mod signature_check;
pub mod verify;
