//! `bench`: what a verification costs, beside its peers. Never part of a test: times are of a machine.

use crate::shell::{self, Failure};
use crate::{build, deep, module, node, paths};

/// What `tests/bench/bench.mjs` knows, and the memory of a million verifications.
const WORDS: &[&str] = &["verify", "profile", "cold", "load", "curves", "quick", "readme"];

/// Builds the package, then times it. `readme` writes what was seen into README.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if words == ["memory"] {
        return deep::run(words);
    }
    if let Some(word) = words.iter().find(|word| !WORDS.contains(word)) {
        let advice = format!("Run: cargo xtask bench [{}|memory]", WORDS.join("|"));
        return Err(Failure::new(format!("`bench` does not know `{word}`"), advice));
    }
    build::package()?;
    module::named_edge()?;
    for folder in ["tests", "tests/runtime", "tests/bench"] {
        node::install(folder)?;
    }
    let mut bench = node::script(&paths::root().join("tests/bench/bench.mjs"));
    bench.args(words);
    shell::run(&mut bench, "What was timed before is in target/bench/.")
}
