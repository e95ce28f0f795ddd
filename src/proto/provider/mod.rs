//! The published data of a provider: its metadata and endpoints.

pub mod endpoint;
pub mod metadata;
