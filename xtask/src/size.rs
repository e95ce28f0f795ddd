//! `size`: what the page client weighs, beside its rivals.

use crate::shell::{self, Failure};
use crate::{build, node, paths};

/// Builds the package, then weighs it. Writes nothing; fails above the ceiling.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if !words.is_empty() {
        return Err(Failure::new("`size` takes no words", "Run: cargo xtask size"));
    }
    build::package()?;
    node::install("tests")?;
    let mut weigh = node::script(&paths::root().join("tests/size/weigh.mjs"));
    shell::run(&mut weigh, "The size table above says what is too heavy.")
}
