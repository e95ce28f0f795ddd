//! What the parts of a value are kept in.
//!
//! A page's memory is an arena that is given back whole (`host::web::arena`). There parts are leaked:
//! a value is half as large, and no code has to drop one. Everywhere else a value owns its parts.

pub use place::{List, Text, keep, keep_text};

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

    /// Keeps a text.
    #[must_use]
    pub fn keep_text(text: String) -> Text {
        text.leak()
    }

    /// Keeps elements or members.
    #[must_use]
    pub fn keep<T>(list: Vec<T>) -> List<T> {
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

    /// Keeps a text.
    #[must_use]
    pub const fn keep_text(text: String) -> Text {
        text
    }

    /// Keeps elements or members.
    #[must_use]
    pub const fn keep<T>(list: Vec<T>) -> List<T> {
        list
    }
}
