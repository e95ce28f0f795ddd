//! The protocol: no I/O, no clock, no randomness, no JavaScript, no `async`.

#[macro_use]
mod hidden;

mod blame;
pub mod config;
pub mod effect;
pub mod error;
pub mod flow;
pub mod jose;
pub mod names;
pub mod oidc;
pub mod settings;
pub mod text;
pub mod verifier;
