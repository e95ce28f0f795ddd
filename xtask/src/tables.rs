//! `tables`: README's tables of bundlers and runtimes, as the last runs of the tests saw them.

use crate::shell::{self, Failure};
use crate::{node, paths};

/// Writes the tables whose layers have run.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if !words.is_empty() {
        return Err(Failure::new("`tables` takes no words", "Run: cargo xtask tables"));
    }
    let mut write = node::script(&paths::root().join("tests/tables/write.mjs"));
    shell::run(&mut write, "The tables are made of what the layers runtime and packaging saw.")
}
