//! The memory of a page's module: an arena that lives as long as one call.
//!
//! No export of a page keeps state between two calls, so nothing is freed piece by piece. After
//! JavaScript has read the result of a call, all of its memory is overwritten with zeros, because
//! it contained tokens and secrets, and is used again. Code that frees would be a twentieth of the
//! module.
//!
//! A module has one thread, so the steps of the counter cannot be interrupted.
#![allow(unsafe_code)]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

#[cfg_attr(
    not(any(
        feature = "edge",
        feature = "ask",
        feature = "jose",
        feature = "soft",
        feature = "systems",
        feature = "client-credentials"
    )),
    global_allocator
)]
static ARENA: Arena = Arena { taken: AtomicUsize::new(0) };

const PAGE: usize = 64 * 1024;

struct Arena {
    /// The number of bytes in use, from the beginning of the heap.
    taken: AtomicUsize,
}

/// Releases all memory of the last call.
///
/// # Safety
/// No value on the heap is used afterwards.
pub(crate) unsafe fn release() {
    let taken = ARENA.taken.swap(0, Relaxed);
    // SAFETY: these bytes are the heap, and `alloc` has grown the memory over them.
    unsafe { ptr::write_bytes(ptr::with_exposed_provenance_mut::<u8>(heap()), 0, taken) };
}

/// The address at which the linker lets the heap begin.
fn heap() -> usize {
    unsafe extern "C" {
        static __heap_base: u8;
    }
    (&raw const __heap_base).expose_provenance()
}

// SAFETY: every piece is inside the memory and aligned. It is not given out again before `release`,
// except the last piece when it is itself moved.
unsafe impl GlobalAlloc for Arena {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let below = layout.align().wrapping_sub(1);
        let taken = heap().wrapping_add(self.taken.load(Relaxed));
        let start = taken.wrapping_add(below) & !below;
        let end = start.saturating_add(layout.size());
        let missing = end.saturating_sub(memory_size::<0>().wrapping_mul(PAGE)).div_ceil(PAGE);
        if missing > 0 && memory_grow::<0>(missing) == usize::MAX {
            return ptr::null_mut();
        }
        self.taken.store(end.wrapping_sub(heap()), Relaxed);
        ptr::with_exposed_provenance_mut(start)
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}

    unsafe fn realloc(&self, old: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        let (taken, at) = (self.taken.load(Relaxed), old.addr().wrapping_sub(heap()));
        if at.wrapping_add(layout.size()) == taken {
            // The last piece grows in place.
            self.taken.store(at, Relaxed);
        }
        // SAFETY: the caller guarantees the piece and the size; pieces may overlap.
        unsafe {
            let new = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
            if new.is_null() {
                self.taken.store(taken, Relaxed);
            } else {
                ptr::copy(old, new, layout.size().min(size));
            }
            new
        }
    }
}
