//! `size`: the sizes of the package and of similar packages, and the largest parts of the edge.

use crate::shell::{self, Failure};
use crate::{build, module, node, paths};

/// Builds the package and prints its sizes. Fails if the page client is larger than its limit.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if !words.is_empty() {
        return Err(Failure::new("`size` takes no words", "Run: cargo xtask size"));
    }
    build::package()?;
    node::install("tests")?;
    let mut weigh = node::script(&paths::root().join("tests/size/weigh.mjs"));
    weigh.arg(module::edge_with_names()?);
    shell::run(&mut weigh, "The table above shows what is too large.")
}
