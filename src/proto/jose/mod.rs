//! Signed and encrypted tokens and their keys (JOSE). The host verifies signatures and uses
//! secrets.

pub mod alg;
pub mod claims;
mod curve;
pub(crate) mod ed25519;
#[cfg(any(feature = "edge", feature = "soft", not(feature = "page")))]
pub(crate) mod ed448;
pub mod hash;
pub mod jwe;
pub mod jwk;
pub mod jws;
pub mod message;
#[cfg(any(feature = "edge", feature = "soft", not(feature = "page")))]
mod shake;
pub mod signing;
pub mod tools;
