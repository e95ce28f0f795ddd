//! What a provider publishes about itself: its metadata and endpoints.

pub mod endpoint;
pub mod metadata;
