//! The memory of a value's parts.
//!
//! A page's memory is an arena that is freed as a whole (`host::web::arena`). There the parts are
//! leaked: a value is half as large, and no code has to drop one. Elsewhere a value owns its parts.

pub use place::{List, store_list};

use alloc::{borrow::ToOwned, string::String};
use core::{fmt, ops::Deref};

/// A text in a value. A reference to it is one word and fits a register; a `&str` is two words,
/// which wasm code passes back through memory.
///
/// A small function that returns the slice of a text is inlined, so that a reference is passed and the
/// caller takes the slice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text(place::Text);

impl Text {
    /// The text without characters.
    pub const EMPTY: &Self = &Self(place::EMPTY);

    /// The text as a slice.
    #[must_use]
    // A reference to a `String` needs the borrow, a slice does not.
    #[allow(clippy::needless_borrow)]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A copy that the caller owns.
    #[must_use]
    pub fn to_owned(&self) -> String {
        self.as_str().to_owned()
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self)
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(place::store_text(text))
    }
}

impl Default for &Text {
    fn default() -> Self {
        Text::EMPTY
    }
}

impl From<&Text> for String {
    fn from(text: &Text) -> Self {
        text.to_owned()
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<Text> for str {
    fn eq(&self, other: &Text) -> bool {
        self == other.as_str()
    }
}

#[cfg(all(
    target_arch = "wasm32",
    feature = "page",
    not(any(
        feature = "edge",
        feature = "ask",
        feature = "jose",
        feature = "soft",
        feature = "systems",
        feature = "client-credentials"
    ))
))]
mod place {
    use alloc::{string::String, vec::Vec};

    /// A text.
    pub(super) type Text = &'static str;
    /// The elements of a list, or the members of an object.
    pub type List<T> = &'static [T];

    pub(super) const EMPTY: Text = "";

    /// Stores a text.
    pub(super) fn store_text(text: String) -> Text {
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
    not(any(
        feature = "edge",
        feature = "ask",
        feature = "jose",
        feature = "soft",
        feature = "systems",
        feature = "client-credentials"
    ))
)))]
mod place {
    use alloc::{string::String, vec::Vec};

    /// A text.
    pub(super) type Text = String;
    /// The elements of a list, or the members of an object.
    pub type List<T> = Vec<T>;

    pub(super) const EMPTY: Text = String::new();

    /// Stores a text.
    pub(super) const fn store_text(text: String) -> Text {
        text
    }

    /// Stores elements or members.
    #[must_use]
    pub const fn store_list<T>(list: Vec<T>) -> List<T> {
        list
    }
}
