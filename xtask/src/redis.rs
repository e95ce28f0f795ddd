//! The Redis server for the tests of the adapters: an installed one, or the package of the system.

use crate::shell::{self, Failure};
use crate::system;
use std::process::Command;

/// Finds or installs `redis-server`. `REDIS_PATH` names another program.
pub(crate) fn ensure() -> Result<(), Failure> {
    let named = std::env::var_os("REDIS_PATH").unwrap_or("redis-server".into());
    if let Some(version) = shell::probe(Command::new(named).arg("--version")) {
        shell::say(version.trim());
        return Ok(());
    }
    let advice = "Install redis-server, or set REDIS_PATH to its program; then run this again.";
    system::install(&["redis-server"], advice)
}
