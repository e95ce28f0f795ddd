//! Node, and the npm packages of a folder.

use crate::paths;
use crate::shell::{self, Failure};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;

/// The oldest Node that runs the tools and the package.
const OLDEST_NODE: (u32, u32) = (20, 19);

/// Fails if Node is missing or too old.
pub(crate) fn check() -> Result<(), Failure> {
    let advice = "Install Node 20.19 or newer (https://nodejs.org), then run this again.";
    let Some(version) = shell::probe(Command::new("node").arg("--version")) else {
        return Err(Failure::new("Node is missing", advice));
    };
    if release(&version).is_none_or(|found| found < OLDEST_NODE) {
        return Err(Failure::new(format!("Node {version} is too old"), advice));
    }
    Ok(())
}

fn release(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.trim_start_matches('v').split('.').map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

/// Only one npm at a time: a second thread waits for the first one and finds its packages.
static INSTALLING: Mutex<()> = Mutex::new(());

/// Installs the packages of a folder as its lockfile names them, unless they are installed already.
pub(crate) fn install(folder: &str) -> Result<(), Failure> {
    let _one_at_a_time = INSTALLING.lock();
    let dir = paths::root().join(folder);
    let lock = shell::read(&dir.join("package-lock.json"))?;
    let stamp = dir.join("node_modules/.countersign-lock");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    check()?;
    shell::step(&format!("npm packages of {folder}"), || {
        let mut npm = Command::new("npm");
        // No script of a package runs at installation. Native tools come as packages.
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&dir);
        shell::run(&mut npm, "Can this machine reach the npm registry? Try the command by hand.")
    })?;
    shell::write(&stamp, lock)
}

/// A command line tool of `xtask/npm`.
pub(crate) fn tool(name: &str) -> Command {
    let mut command = Command::new(paths::root().join("xtask/npm/node_modules/.bin").join(name));
    command.current_dir(paths::root());
    command
}

/// Node, about to run a script of this checkout.
pub(crate) fn script(path: &Path) -> Command {
    let mut command = Command::new("node");
    command.arg(path).current_dir(paths::root());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_compared_by_numbers() {
        assert_eq!(release("v20.19.1"), Some((20, 19)));
        assert!(release("v20.9.0").is_some_and(|found| found < OLDEST_NODE));
        assert!(release("v100.0.0").is_some_and(|found| found > OLDEST_NODE));
        assert_eq!(release("nightly"), None);
    }
}
