//! The randomness of one step.

use crate::proto::oidc::pkce;

/// The randomness of one sign-in.
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
