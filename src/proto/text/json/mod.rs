//! JSON (RFC 8259), stricter than most readers: text that two readers could understand differently
//! is refused.

mod parts;
mod reader;
mod value;
mod writer;

pub use parts::{List, Text, store_list};
pub use reader::{MAX_DEPTH, read, read_object, read_object_text};
pub use value::Json;
pub use writer::{Writer, are_same, decimal, write};
