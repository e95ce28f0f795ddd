//! `setup`: installs everything that the other commands need and that is missing.

use crate::shell::{self, Failure};
use crate::{browsers, lemonldap, node, projects, redis, tools, wasm_target};

/// Installs everything, for a new machine.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if !words.is_empty() {
        return Err(Failure::new("`setup` takes no arguments", "Run: cargo xtask setup"));
    }
    node::check()?;
    wasm_target::ensure()?;
    node::install("xtask/npm")?;
    node::install("tests")?;
    node::install("tests/runtime")?;
    projects::install()?;
    tools::typos()?;
    browsers::ensure_all()?;
    redis::ensure()?;
    lemonldap::ensure()?;
    shell::say(
        "everything is installed, except the packages of www: they need pkg/, so the first build installs them",
    );
    Ok(())
}
