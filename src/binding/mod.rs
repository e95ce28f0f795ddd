//! The border to JavaScript: sync exports over values. They convert, call, convert; they decide
//! nothing. What goes out is JSON text. Which exports a module has is the choice of a feature.

#[cfg(feature = "edge")]
pub mod jose;
#[cfg(feature = "page")]
pub mod page;
#[cfg(feature = "soft")]
pub mod soft;
