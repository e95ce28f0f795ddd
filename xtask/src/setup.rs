//! `setup`: brings what a verb needs, and nothing when nothing is missing.

use crate::shell::{self, Failure};
use crate::{browsers, lemonldap, node, projects, redis, tools, wasm_target};

/// Everything, for a bare machine.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if !words.is_empty() {
        return Err(Failure::new("`setup` takes no words", "Run: cargo xtask setup"));
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
    lemonldap::ensure();
    shell::say("all there; the packages of www follow the first build, of which they need pkg/");
    Ok(())
}
