//! The protocol: no I/O, no clock, no randomness, no JavaScript, no `async`.

#[macro_use]
pub mod error;

pub mod client;
pub mod effect;
pub mod effect_id;
pub mod features;
pub mod flow;
pub mod jose;
pub mod oidc;
pub mod provider;
pub mod settings;
pub mod state;
pub mod systems;
pub mod text;
pub mod verifier;
