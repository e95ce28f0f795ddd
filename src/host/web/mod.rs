//! What every JavaScript host has, and what the module brings for itself.

#[cfg(feature = "page")]
pub(crate) mod entropy;
#[cfg(feature = "edge")]
pub(crate) mod judge;
mod memory;
mod panic;
#[cfg(feature = "edge")]
pub(crate) mod single;
