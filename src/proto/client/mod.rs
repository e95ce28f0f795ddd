//! The relying party's configuration: its values, how they are checked, and how it authenticates.

pub mod auth;
pub mod check;
pub mod config;
pub mod key;
