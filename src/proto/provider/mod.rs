//! What a provider publishes about itself.

pub mod endpoint;
pub mod metadata;
