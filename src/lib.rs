//! Countersign: OpenID Connect for the browser and the edge.
//!
//! The map of the house. `proto` is the protocol, pure and native; `binding` lets JavaScript in.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(target_arch = "wasm32")]
pub mod binding;
#[cfg(any(target_arch = "wasm32", feature = "soft"))]
pub mod host;
pub mod proto;
