//! The page's memory: an arena that lives as long as one call.
//!
//! No export of a page keeps anything between two calls. So nothing is freed piece by piece: once
//! JavaScript has read what a call says, all that the call took is overwritten with zeros (tokens and
//! secrets were in it) and taken anew. The code that frees would be a twentieth of the module.
//!
//! The one thread there is makes the counter's steps one act.
#![allow(unsafe_code)]

use core::alloc::{GlobalAlloc, Layout};
use core::arch::wasm32::{memory_grow, memory_size};
use core::ptr;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

#[cfg_attr(
    not(any(feature = "edge", feature = "ask", feature = "jose", feature = "soft")),
    global_allocator
)]
static ARENA: Arena = Arena { taken: AtomicUsize::new(0) };

const PAGE: usize = 64 * 1024;

struct Arena {
    /// How many bytes from the beginning of the heap on are in use.
    taken: AtomicUsize,
}

/// Gives back all that was taken.
///
/// # Safety
/// Nothing that lies on the heap is used afterwards.
pub(crate) unsafe fn release() {
    let taken = ARENA.taken.swap(0, Relaxed);
    // SAFETY: these bytes are the heap, and `alloc` has grown the memory over them.
    unsafe { ptr::write_bytes(ptr::with_exposed_provenance_mut::<u8>(heap()), 0, taken) };
}

/// Where the linker lets the heap begin.
fn heap() -> usize {
    unsafe extern "C" {
        static __heap_base: u8;
    }
    (&raw const __heap_base).expose_provenance()
}

// SAFETY: what is handed out lies in the memory, is aligned, and is not handed out again before
// `release`, but for the last piece when that itself is moved.
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
        // SAFETY: the caller vouches for the piece and for the size; pieces may overlap.
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
