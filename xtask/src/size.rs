//! `size`: the sizes of the package and of similar packages, and the largest parts of the edge.

use crate::shell::{self, Failure};
use crate::{build, module, node, paths};
use std::ffi::OsStr;

/// Builds the package and prints its sizes. Fails if a bundle is larger than its limit.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if !words.is_empty() {
        return Err(Failure::new("`size` takes no words", "Run: cargo xtask size"));
    }
    build::package()?;
    weigh(module::edge_with_names()?.as_os_str())
}

/// Fails if a bundle is larger than its limit, or if the README has other sizes than the package.
pub(crate) fn check() -> Result<(), Failure> {
    build::package()?;
    weigh(OsStr::new("check"))
}

fn weigh(argument: &OsStr) -> Result<(), Failure> {
    node::install("tests")?;
    let mut weigh = node::script(&paths::root().join("tests/size/weigh.mjs"));
    weigh.arg(argument);
    shell::run(&mut weigh, "The table above shows the sizes.")
}
