//! Signed tokens and the keys they are checked with (JOSE). The signature itself is judged outside.

pub mod alg;
pub mod claims;
mod curve;
mod ed25519;
pub mod hash;
pub mod jwk;
pub mod jws;
