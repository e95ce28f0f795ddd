//! Tools that cargo installs, each at one version.

use crate::paths;
use crate::shell::{self, Failure};
use std::path::PathBuf;
use std::process::Command;

/// A subcommand of cargo.
pub(crate) struct Tool {
    /// The name behind `cargo-`.
    pub(crate) name: &'static str,
    /// The version to use. An installed tool of another version is replaced.
    pub(crate) version: &'static str,
}

/// Runs libFuzzer on the targets of `tests/fuzz`.
pub(crate) const FUZZ: Tool = Tool { name: "fuzz", version: "0.13.2" };
/// Measures which code the tests reach.
pub(crate) const COVERAGE: Tool = Tool { name: "llvm-cov", version: "0.9.1" };
/// Changes the code and checks that a test fails.
pub(crate) const MUTANTS: Tool = Tool { name: "mutants", version: "27.1.0" };
/// Checks the crates against `deny.toml`.
pub(crate) const DENY: Tool = Tool { name: "deny", version: "0.20.2" };

/// The version of typos-cli. Another version has another dictionary, and so other findings.
const TYPOS_VERSION: &str = "1.52.0";

/// Cargo, in the root of the checkout.
pub(crate) fn cargo(words: &[&str]) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.args(words).current_dir(paths::root());
    cargo
}

/// Whether a tool is installed in its version.
pub(crate) fn is_installed(tool: &Tool) -> bool {
    let printed = shell::probe(&mut cargo(&[tool.name, "--version"]));
    printed.is_some_and(|printed| is_version(&printed, tool.version))
}

/// Whether a program that printed its name and its version, such as `cargo-deny 0.20.2`, has this
/// version.
fn is_version(printed: &str, version: &str) -> bool {
    printed.split_whitespace().nth(1) == Some(version)
}

/// Installs a tool unless its version is there.
pub(crate) fn ensure(tool: &Tool) -> Result<(), Failure> {
    if is_installed(tool) {
        return Ok(());
    }
    let name = format!("cargo-{}@{}", tool.name, tool.version);
    shell::step(&format!("cargo install {name}"), || {
        shell::run(&mut cargo(&["install", "--locked", &name]), "")
    })
}

/// The path of the spelling checker, which is installed into the target folder unless this version
/// is there or on the PATH.
pub(crate) fn typos() -> Result<PathBuf, Failure> {
    let folder = paths::target().join("tools");
    let installed = folder.join("bin/typos");
    for program in [PathBuf::from("typos"), installed.clone()] {
        let printed = shell::probe(Command::new(&program).arg("--version"));
        if printed.is_some_and(|printed| is_version(&printed, TYPOS_VERSION)) {
            return Ok(program);
        }
    }
    let name = format!("typos-cli@{TYPOS_VERSION}");
    shell::step(&format!("cargo install {name}"), || {
        let mut install = cargo(&["install", "--locked", "--root"]);
        install.arg(&folder).arg(&name);
        shell::run(&mut install, "Is the registry of crates in reach? Try the command by hand.")
    })?;
    Ok(installed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_of_a_tool_is_not_used() {
        assert!(is_version("cargo-deny 0.20.2", "0.20.2"));
        assert!(is_version("cargo-llvm-cov 0.9.1 (abc 2026-01-01)", "0.9.1"));
        for printed in ["", "cargo-deny", "cargo-deny 0.20.20", "0.20.2", "cargo-deny 0.19.0"] {
            assert!(!is_version(printed, "0.20.2"), "{printed}");
        }
    }
}
