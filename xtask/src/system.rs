//! Installs packages of the system with apt-get.

use crate::shell::{self, Failure};
use std::process::Command;

/// Installs the packages that are missing, as root or with sudo. `advice` is printed if there is no
/// apt-get, or if it fails.
pub(crate) fn install(packages: &[&str], advice: &str) -> Result<(), Failure> {
    let missing: Vec<&str> = packages.iter().copied().filter(|name| !is_installed(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let what = missing.join(" ");
    if shell::probe(Command::new("apt-get").arg("--version")).is_none() {
        return Err(Failure::new(format!("{what}: missing, and there is no apt-get"), advice));
    }
    shell::step(&format!("apt-get install {what}"), || {
        // Even if a source is unreachable, apt may have the package in its lists.
        let _ = apt_get().arg("update").status();
        let options = ["install", "--yes", "--no-install-recommends"];
        shell::run(apt_get().args(options).args(&missing), advice)
    })
}

/// Reports that something for the tests is missing. Tests that need it are skipped, but in CI, on
/// Linux, a missing program is a failure: there, `cargo xtask setup` can install it.
pub(crate) fn report_missing(failure: Failure) -> Result<(), Failure> {
    let is_required = cfg!(target_os = "linux") && std::env::var_os("CI").is_some();
    if is_required {
        return Err(failure);
    }
    shell::say(&failure.to_string());
    Ok(())
}

fn is_installed(package: &str) -> bool {
    let mut dpkg = Command::new("dpkg-query");
    shell::probe(dpkg.args(["-W", "-f=${db:Status-Status}", package]))
        .is_some_and(|status| status == "installed")
}

fn apt_get() -> Command {
    let root = shell::probe(Command::new("id").arg("-u")).is_some_and(|id| id == "0");
    let mut command = Command::new(if root { "apt-get" } else { "sudo" });
    if !root {
        command.arg("apt-get");
    }
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
