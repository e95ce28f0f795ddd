//! A value that an instance keeps between two calls.

use core::cell::RefCell;

/// A value that one call at a time uses.
pub(crate) struct Single<T>(RefCell<T>);

// SAFETY: an instance of this module has one thread and does not share its memory.
#[allow(unsafe_code)]
unsafe impl<T> Sync for Single<T> {}

impl<T> Single<T> {
    /// Creates the value.
    pub(crate) const fn new(value: T) -> Self {
        Self(RefCell::new(value))
    }

    /// Calls a function with the value. Traps if it is called from within itself: the host then
    /// replaces the instance.
    pub(crate) fn with<R>(&self, work: impl FnOnce(&mut T) -> R) -> R {
        work(&mut self.0.borrow_mut())
    }
}
