//! The published data of a provider: its issuer, metadata and endpoints.

pub mod endpoint;
pub mod issuer;
pub mod metadata;
pub mod preset;
pub mod restrictions;
