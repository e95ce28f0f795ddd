//! Who grants what the core cannot have by itself: the only Rust that names a platform.

pub(crate) mod web;
