//! The code that needs a platform: what the core cannot do by itself.

#[cfg(feature = "soft")]
pub mod soft;
#[cfg(target_arch = "wasm32")]
pub(crate) mod web;
