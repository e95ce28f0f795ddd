//! Comparison of secret values.

use core::hint;

/// Whether both are the same bytes. The duration depends on the lengths only, so that an attacker
/// cannot guess a value byte by byte.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    let differences = a.iter().zip(b).fold(0, |seen, (a, b)| hint::black_box(seen | (a ^ b)));
    a.len() == b.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_bytes_are_the_same() {
        assert!(same(b"swordfish", b"swordfish") && same(&[], &[]));
        for other in ["", "swordfis", "swordfish ", "Swordfish", "swordfisi"] {
            assert!(!same(b"swordfish", other.as_bytes()), "{other}");
        }
        assert!(!same(b"ab", b"ba"), "two differences do not cancel each other out");
    }
}
