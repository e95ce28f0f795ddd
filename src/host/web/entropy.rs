//! Randomness from the host's `crypto.getRandomValues`.

/// Draws `N` random bytes.
///
/// # Errors
/// When the host has no source of randomness.
pub(crate) fn make_bytes<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
