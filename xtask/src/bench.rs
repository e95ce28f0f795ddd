//! `bench`: measures verification and compares it with other libraries. No test depends on it, because
//! times differ between machines.

use crate::shell::{self, Failure};
use crate::{build, deep, module, node, paths};

/// The arguments of `tests/bench/bench.mjs`.
const PARTS: &[&str] = &["verify", "profile", "cold", "load", "curves", "quick", "docs"];

/// Builds the package and measures it. `docs` writes the results into docs/benchmarks.md and the README.
/// `memory` measures the memory of a million verifications.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if words == ["memory"] {
        return deep::run(words);
    }
    if let Some(word) = words.iter().find(|word| !PARTS.contains(word)) {
        let advice = format!("Run: cargo xtask bench [{}|memory]", PARTS.join("|"));
        return Err(Failure::new(format!("`bench` does not know `{word}`"), advice));
    }
    build::package()?;
    module::edge_with_names()?;
    for folder in ["tests", "tests/runtime", "tests/bench"] {
        node::install(folder)?;
    }
    let mut bench = node::script(&paths::root().join("tests/bench/bench.mjs"));
    bench.args(words);
    shell::run(&mut bench, "Results up to here are in target/bench/.")
}
