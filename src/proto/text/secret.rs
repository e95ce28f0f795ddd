//! Texts that must not leak: into a log, by a comparison's duration, or from freed memory.

use alloc::string::String;
use core::{fmt, hint, mem};

/// A secret text. It cannot be printed or compared by accident, and is overwritten when dropped.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes the text over; no copy of it stays behind.
    #[must_use]
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself. Every use of this word is a place to look at.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether the other text is the same; the answer takes as long for any content.
    #[must_use]
    pub fn same(&self, other: &str) -> bool {
        same(self.0.as_bytes(), other.as_bytes())
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        let mut bytes = mem::take(&mut self.0).into_bytes();
        bytes.fill(0);
        // Without it the compiler sees that nobody reads the zeros, and saves itself the work.
        hint::black_box(&bytes);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(…)")
    }
}

/// Whether both are the same bytes, in a time that depends on their lengths only.
#[must_use]
pub fn same(a: &[u8], b: &[u8]) -> bool {
    let differences = a.iter().zip(b).fold(0, |seen, (a, b)| hint::black_box(seen | (a ^ b)));
    a.len() == b.len() && differences == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{borrow::ToOwned, format};

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::new("swordfish".to_owned());
        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret(…) Some(Secret(…))");
        assert_eq!(secret.expose(), "swordfish");
    }

    #[test]
    fn only_the_same_text_is_the_same() {
        let secret = Secret::new("swordfish".to_owned());
        assert!(secret.same("swordfish") && secret.clone().same("swordfish"));
        for other in ["", "swordfis", "swordfish ", "Swordfish", "swordfisi"] {
            assert!(!secret.same(other), "{other}");
        }
        assert!(same(&[], &[]));
        assert!(!same(b"ab", b"ba"), "two differences do not cancel each other out");
    }
}
