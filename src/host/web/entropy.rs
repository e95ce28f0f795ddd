//! Randomness from the host's `crypto.getRandomValues`.

/// Fills these bytes with random ones.
///
/// # Errors
/// When the host has no source of randomness.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), getrandom::Error> {
    getrandom::fill(bytes)
}
