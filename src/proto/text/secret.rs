//! Comparison of secret values.

use core::hint;

/// Whether two values have the same bytes. The duration depends on the lengths only, so that an attacker
/// cannot guess a value byte by byte.
#[must_use]
pub fn same(left: &[u8], right: &[u8]) -> bool {
    let pairs = left.iter().zip(right);
    let differences = pairs.fold(0, |seen, (left, right)| hint::black_box(seen | (left ^ right)));
    left.len() == right.len() && differences == 0
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
