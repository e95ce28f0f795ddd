//! `test providers`: every provider at its emulator, and the table of what ran.

use crate::report::{self, Report};
use crate::shell::{self, Failure};
use crate::tally::Tally;
use crate::{build, node, node_tests, paths, tools};
use std::process::Command;
use std::time::Instant;

/// The folders of `tests/package` with the lists of systems that are no OpenID provider.
const LISTS: &[&str] = &["aisera", "cognigy", "eam", "entrust", "servicenow"];

/// How many years of Entra's key replicas `test deep` plays.
const KEY_YEARS: &str = "20";

/// Runs the emulators and prints the table, which docs/providers.md must have too.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if !words.is_empty() {
        let what = format!("`test providers` takes no `{}`", words.join(" "));
        return Err(Failure::new(what, "Run: cargo xtask test providers"));
    }
    let start = Instant::now();
    let tally = emulators()?;
    let reports = [Report { name: "providers", tally, time: start.elapsed() }];
    report::close(&reports, start.elapsed(), "cargo xtask test providers")
}

/// The same as a part of `test deep`, and many years of keys.
pub(crate) fn deep() -> Result<Tally, Failure> {
    let mut tally = emulators()?;
    let arguments = ["test", "--package", "countersign", "--test", "key_search", "entra_a_year"];
    let mut cargo = tools::cargo(&arguments);
    cargo.env("COUNTERSIGN_KEY_YEARS", KEY_YEARS);
    tally.add(shell::count(&mut cargo)?);
    Ok(tally)
}

fn emulators() -> Result<Tally, Failure> {
    build::package()?;
    node::install("tests")?;
    // The provider of the demo is the engine of the emulators.
    node::install("www")?;
    let tests = paths::root().join("tests");
    // A mark of the table is of this run, never of an older one.
    let results = paths::root().join("target/providers");
    shell::clear(&results)?;
    let mut tally = node_tests::run_files(&tests.join("providers"), "--test-concurrency=2", &[])?;
    let reporter = tests.join("providers/engine/reporter.mjs");
    for name in LISTS {
        let to = results.join(format!("{name}.json"));
        tally.add(node_tests::reported(&tests.join("package").join(name), &reporter, &to)?);
    }
    for outcome in [shell::run(&mut table(), ""), check()] {
        match outcome {
            Ok(()) => tally.passed += 1,
            Err(failure) => {
                shell::say(&format!("{failure}"));
                tally.failed += 1;
            }
        }
    }
    Ok(tally)
}

/// Writes the table of docs/providers.md.
pub(crate) fn write() -> Result<(), Failure> {
    let mut table = table();
    table.arg("write");
    shell::run(&mut table, "")?;
    shell::say("docs/providers.md is written");
    Ok(())
}

/// Fails if the table of docs/providers.md is not that of the emulators.
pub(crate) fn check() -> Result<(), Failure> {
    let mut table = table();
    table.arg("check");
    shell::output(&mut table, "Run: cargo xtask docs providers").map(drop)
}

fn table() -> Command {
    node::script(&paths::root().join("tests/providers/table.mjs"))
}
