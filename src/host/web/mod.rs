//! What every JavaScript host has.

pub(crate) mod entropy;
