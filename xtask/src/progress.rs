//! Numbered steps of a build: which one runs, how many there are, and how long it all takes so far.

use crate::shell::{self, Failure};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// The steps of one build. Several may run at the same time, on threads of their own.
pub(crate) struct Progress {
    total: usize,
    begun: AtomicUsize,
    start: Instant,
}

impl Progress {
    /// A build of so many steps, which starts now.
    pub(crate) fn new(total: usize) -> Self {
        Self { total, begun: AtomicUsize::new(0), start: Instant::now() }
    }

    /// Runs a step, and prints a line when it starts and one when it ends.
    pub(crate) fn step<T>(
        &self,
        name: &str,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let number = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
        let label = format!("[{number}/{}] {name}", self.total);
        shell::say(&format!("{label} …"));
        let start = Instant::now();
        let made = work()?;
        let (own, all) = (start.elapsed().as_secs_f32(), self.start.elapsed().as_secs_f32());
        shell::say(&format!("{label}: {own:.1} s ({all:.0} s since the start)"));
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_numbered_in_the_order_in_which_they_begin() {
        let progress = Progress::new(3);
        let inner = progress.step("outer", || progress.step("inner", || Ok(7)));
        assert_eq!(inner.expect("both succeed"), 7);
        assert_eq!(progress.begun.load(Ordering::Relaxed), 2);
        let failed = progress.step("fails", || Err::<(), _>(Failure::new("broken", "")));
        assert!(failed.is_err());
        assert_eq!(progress.begun.load(Ordering::Relaxed), 3);
    }
}
