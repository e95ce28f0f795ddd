//! The relying party's configuration: its values, their checks, and client authentication.

mod apis;
pub mod auth;
pub mod check;
pub mod config;
mod id_token_keys;
pub mod key;
pub mod machine;
pub mod quirks;
pub mod reserved;
mod tokens_only;
