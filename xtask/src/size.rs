//! `size`: what the page client weighs, beside its rivals, and where the edge's bytes go.

use crate::shell::{self, Failure};
use crate::{build, module, node, paths};

/// Builds the package, then weighs it. Writes nothing; fails above the ceiling.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if !words.is_empty() {
        return Err(Failure::new("`size` takes no words", "Run: cargo xtask size"));
    }
    build::package()?;
    node::install("tests")?;
    let mut weigh = node::script(&paths::root().join("tests/size/weigh.mjs"));
    weigh.arg(module::named_edge()?);
    shell::run(&mut weigh, "The size table above says what is too heavy.")
}
