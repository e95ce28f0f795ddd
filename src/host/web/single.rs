//! A value that an instance keeps between two calls.

use core::cell::RefCell;

/// A value that one call at a time works with.
pub(crate) struct Single<T>(RefCell<T>);

// SAFETY: an instance of this module has one thread, and shares its memory with nobody.
#[allow(unsafe_code)]
unsafe impl<T> Sync for Single<T> {}

impl<T> Single<T> {
    /// Keeps a value.
    pub(crate) const fn new(value: T) -> Self {
        Self(RefCell::new(value))
    }

    /// Works with it. Traps when a call is made from within a call: the instance is then replaced.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        work(&mut self.0.borrow_mut())
    }
}
