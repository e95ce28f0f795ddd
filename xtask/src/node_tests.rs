//! Tests that Node's own runner plays.

use crate::paths;
use crate::shell::{self, Failure};
use crate::tally::Tally;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of tests that takes longer hangs: it is ended, which is a failure. The longest takes half.
const TIMEOUT: &str = "--test-timeout=1500000";

/// Runs the tests of a folder with Node's own runner, one file after the other.
pub(crate) fn files(dir: &Path, variables: &[(&str, PathBuf)]) -> Result<Tally, Failure> {
    run_files(dir, "--test-concurrency=1", variables)
}

/// Runs the tests of a folder, as many files at once as `lanes` says.
pub(crate) fn run_files(
    dir: &Path,
    lanes: &str,
    variables: &[(&str, PathBuf)],
) -> Result<Tally, Failure> {
    let mut tests = Vec::new();
    collect_tests(dir, &mut tests)?;
    tests.sort();
    if tests.is_empty() {
        return Err(Failure::new(format!("there are no tests in {}", dir.display()), ""));
    }
    run_list(&tests, lanes, variables)
}

/// Runs the tests of a folder, one file after the other. `reporter` writes their results to the file `to`.
pub(crate) fn reported(dir: &Path, reporter: &Path, to: &Path) -> Result<Tally, Failure> {
    let mut tests = Vec::new();
    collect_tests(dir, &mut tests)?;
    tests.sort();
    let mut node = Command::new("node");
    node.args(["--test", "--test-concurrency=1", TIMEOUT, "--test-reporter=spec"]);
    node.arg("--test-reporter-destination=stdout");
    node.arg(format!("--test-reporter={}", reporter.display()));
    node.arg(format!("--test-reporter-destination={}", to.display()));
    shell::count(node.args(tests).current_dir(paths::root()))
}

/// Runs these files of tests.
pub(crate) fn run_list(
    tests: &[PathBuf],
    lanes: &str,
    variables: &[(&str, PathBuf)],
) -> Result<Tally, Failure> {
    let mut node = Command::new("node");
    node.args(["--test", lanes, "--test-reporter=spec", TIMEOUT]).args(tests);
    node.envs(variables.iter().map(|(name, path)| (name, path))).current_dir(paths::root());
    shell::count(&mut node)
}

/// Adds the test files of a folder and of the folders below it.
fn collect_tests(dir: &Path, tests: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = std::fs::read_dir(dir);
    let entries = entries.map_err(|error| shell::file_failure(dir, "cannot be read", &error))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() && !path.ends_with("node_modules") {
            collect_tests(&path, tests)?;
        } else if path.to_string_lossy().ends_with(".test.mjs") {
            tests.push(path);
        }
    }
    Ok(())
}
