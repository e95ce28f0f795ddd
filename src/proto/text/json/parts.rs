//! The memory of a value's parts.
//!
//! A page's memory is an arena that is freed as a whole (`host::web::arena`). There the parts are
//! leaked: a value is half as large, and no code has to drop one. Elsewhere a value owns its parts.

pub use place::{List, Text, store_list, store_text};

#[cfg(all(
    target_arch = "wasm32",
    feature = "page",
    not(any(feature = "edge", feature = "ask", feature = "jose", feature = "soft"))
))]
mod place {
    use alloc::{string::String, vec::Vec};

    /// A text.
    pub type Text = &'static str;
    /// The elements of a list, or the members of an object.
    pub type List<T> = &'static [T];

    /// Stores a text.
    #[must_use]
    pub fn store_text(text: String) -> Text {
        text.leak()
    }

    /// Stores elements or members.
    #[must_use]
    pub fn store_list<T>(list: Vec<T>) -> List<T> {
        list.leak()
    }
}

#[cfg(not(all(
    target_arch = "wasm32",
    feature = "page",
    not(any(feature = "edge", feature = "ask", feature = "jose", feature = "soft"))
)))]
mod place {
    use alloc::{string::String, vec::Vec};

    /// A text.
    pub type Text = String;
    /// The elements of a list, or the members of an object.
    pub type List<T> = Vec<T>;

    /// Stores a text.
    #[must_use]
    pub const fn store_text(text: String) -> Text {
        text
    }

    /// Stores elements or members.
    #[must_use]
    pub const fn store_list<T>(list: Vec<T>) -> List<T> {
        list
    }
}
