//! The functions that every JavaScript host has, and the runtime parts of the module.

#[cfg(feature = "page")]
pub(crate) mod arena;
#[cfg(feature = "page")]
pub(crate) mod entropy;
#[cfg(any(
    feature = "edge",
    feature = "ask",
    feature = "jose",
    feature = "soft",
    feature = "systems",
    feature = "client-credentials"
))]
mod memory;
mod panic;
#[cfg(feature = "edge")]
pub(crate) mod signature;
#[cfg(feature = "edge")]
pub(crate) mod single;
