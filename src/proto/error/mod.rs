//! Errors: the table of codes, the names in `at`, and who must act.

#[macro_use]
mod redacted;

mod at;
mod blame;
mod code;
mod hints;

pub use at::At;
pub use blame::{Blame, Reader, Side};
pub use code::{Code, Error, ProviderError};
