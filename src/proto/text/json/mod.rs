//! JSON (RFC 8259), stricter than most: what two readers could understand differently is refused.

mod kept;
mod reader;
mod value;
mod writer;

pub use kept::{List, Text, keep, keep_text};
pub use reader::{DEEPEST, read, read_object, read_object_text};
pub use value::Json;
pub use writer::{Writer, decimal, write};
