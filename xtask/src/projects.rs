//! The npm packages of the projects in `tests/packaging`.

use crate::shell::{self, Failure};
use crate::{node, paths};

/// Installs the packages of each project from its lockfile.
pub(crate) fn install() -> Result<(), Failure> {
    let dir = paths::root().join("tests/packaging");
    let entries = std::fs::read_dir(&dir);
    let entries = entries.map_err(|error| shell::file_failure(&dir, "cannot be read", &error))?;
    let has_lock = |entry: &std::fs::DirEntry| entry.path().join("package-lock.json").exists();
    let projects = entries.flatten().filter(has_lock);
    let mut names: Vec<String> =
        projects.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names.iter().try_for_each(|name| node::install(&format!("tests/packaging/{name}")))
}
