//! What every JavaScript host has, and what the module brings for itself.

#[cfg(feature = "page")]
pub(crate) mod entropy;
mod memory;
mod panic;
