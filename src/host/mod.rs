//! Who access_tokens what the core cannot have by itself: the only Rust that names a platform.

#[cfg(feature = "soft")]
pub mod soft;
#[cfg(target_arch = "wasm32")]
pub(crate) mod web;
