//! Cargo's own tools, each at one version: what is lacking is installed.

use crate::paths;
use crate::shell::{self, Failure};
use std::process::Command;

/// A subcommand of cargo that a verb needs.
pub(crate) struct Tool {
    /// What follows `cargo-`.
    pub(crate) name: &'static str,
    /// The version that is installed; another one that is there already will do as well.
    pub(crate) version: &'static str,
}

/// Runs libFuzzer on the targets of `tests/fuzz`.
pub(crate) const FUZZ: Tool = Tool { name: "fuzz", version: "0.13.2" };
/// Counts what the tests reach.
pub(crate) const COVERAGE: Tool = Tool { name: "llvm-cov", version: "0.9.1" };
/// Changes the code, and sees whether a test notices.
pub(crate) const MUTANTS: Tool = Tool { name: "mutants", version: "27.1.0" };

/// Cargo, in the root of the checkout.
pub(crate) fn cargo(words: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(words).current_dir(paths::root());
    cargo
}

/// Makes sure that a tool is there.
pub(crate) fn ensure(tool: &Tool) -> Result<(), Failure> {
    if shell::probe(&mut cargo(&[tool.name, "--version"])).is_some() {
        return Ok(());
    }
    let name = format!("cargo-{}@{}", tool.name, tool.version);
    shell::step(&format!("cargo install {name}"), || {
        shell::run(&mut cargo(&["install", "--locked", &name]), "")
    })
}
