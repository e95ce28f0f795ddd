//! Countersign: OpenID Connect for the browser and the edge.
//!
//! `proto` is the protocol: pure functions that also build natively. `host` has the code of a
//! platform. `binding` exports the protocol to JavaScript. `presets` has the data of provider presets.
#![no_std]

extern crate alloc;
#[cfg(test)]
extern crate std;

#[cfg(target_arch = "wasm32")]
pub mod binding;
#[cfg(any(target_arch = "wasm32", feature = "soft"))]
pub mod host;
#[cfg(not(target_arch = "wasm32"))]
pub mod presets;
pub mod proto;
