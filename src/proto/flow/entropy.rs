//! The random bytes of one step.

use crate::proto::oidc::pkce;

/// The random bytes of one sign-in.
#[derive(Clone, Copy)]
pub struct Entropy {
    /// For `state`.
    pub state: [u8; pkce::ENTROPY],
    /// For `nonce`.
    pub nonce: [u8; pkce::ENTROPY],
    /// For `code_verifier`.
    pub verifier: [u8; pkce::ENTROPY],
}

redact_debug! { Entropy }
