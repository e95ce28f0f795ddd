//! `test deep`: what takes longer than an ordinary run should.

use crate::report::{self, Report};
use crate::shell::{self, Failure};
use crate::tally::Tally;
use crate::{browser_tests, build, coverage, fuzz, node, node_tests, paths, provider_tests, tools};
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

/// How many schedules the long simulation plays.
const SCHEDULES: u64 = 1_000_000;

type Work = fn() -> Result<Tally, Failure>;

/// The parts, the quick ones first.
const PARTS: &[(&str, Work)] = &[
    ("coverage", coverage::run),
    ("providers", provider_tests::deep),
    ("simulation", simulation),
    ("memory", memory),
    ("differential", differential),
    ("pollution", pollution),
    ("browser", browser_tests::every),
    ("fuzz", || fuzz::all("120")),
    ("mutants", mutants),
];

/// Runs the parts that are named, or all of them.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let known = |word: &&str| PARTS.iter().any(|(name, _)| name == word);
    if let Some(word) = words.iter().find(|word| !known(word)) {
        let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        let advice = format!("Run: cargo xtask test deep [{}]", names.join("|"));
        return Err(Failure::new(format!("`test deep` has no part `{word}`"), advice));
    }
    let start = Instant::now();
    let mut reports = Vec::new();
    for (name, work) in PARTS.iter().filter(|(name, _)| words.is_empty() || words.contains(name)) {
        let part = Instant::now();
        let tally = shell::step(&format!("deep {name}"), work).unwrap_or_else(|failure| {
            shell::say(&format!("{failure}"));
            Tally::one_failure()
        });
        reports.push(Report { name, tally, time: part.elapsed() });
    }
    report::close(&reports, start.elapsed(), "cargo xtask test deep")
}

/// A million schedules of tabs that share a session, others each day.
fn simulation() -> Result<Tally, Failure> {
    let first = std::env::var("COUNTERSIGN_FIRST_SEED");
    let first = first.unwrap_or_else(|_| (today() * SCHEDULES).to_string());
    shell::say(&format!("COUNTERSIGN_FIRST_SEED={first} tries the same schedules again"));
    let mut cargo = tools::cargo(&["test", "--package", "countersign", "--test", "simulation"]);
    cargo.env("COUNTERSIGN_FIRST_SEED", first).env("COUNTERSIGN_SEEDS", SCHEDULES.to_string());
    shell::count(&mut cargo)
}

/// Days since 1970.
fn today() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default().as_secs() / 86_400
}

/// A million verifications in Node, in memory that does not grow; and new pages of WebKit.
fn memory() -> Result<Tally, Failure> {
    build::package()?;
    node_tests::files(&paths::root().join("tests/soak"), &[])
}

/// The long comparison with `jose`: some thousand changes of every kind of token, others each day.
fn differential() -> Result<Tally, Failure> {
    build::package()?;
    node::install("tests")?;
    let seed = std::env::var("COUNTERSIGN_SEED").unwrap_or_else(|_| today().to_string());
    shell::say(&format!("COUNTERSIGN_SEED={seed} tries the same changes again"));
    let variables = [("COUNTERSIGN_ROUNDS", "5000,500"), ("COUNTERSIGN_SEED", &*seed)];
    let variables = variables.map(|(name, value)| (name, PathBuf::from(value)));
    node_tests::files(&paths::root().join("tests/differential"), &variables)
}

/// Every name in the package as a property of every object, with many values.
fn pollution() -> Result<Tally, Failure> {
    build::package()?;
    node::install("tests")?;
    // The tests sign in at the provider of the demo.
    node::install("www")?;
    let variables = [("COUNTERSIGN_POLLUTION", PathBuf::from("all"))];
    node_tests::files(&paths::root().join("tests/package/pollution"), &variables)
}

/// Every small change to the code that verifies tokens is noticed by a test. Those that cannot be are
/// listed, each with its reason, in `tests/mutants.toml`.
///
/// The unit tests build in half the time of all tests and notice most changes. So they run first, and
/// the other tests run for the changes that they did not notice.
fn mutants() -> Result<Tally, Failure> {
    tools::ensure(&tools::MUTANTS)?;
    let status = shell::run_to(&mut cargo_mutants(), &[0, MISSED, TIMED_OUT], MUTANTS_ADVICE)?;
    if status != 0 {
        let mut rest = cargo_mutants();
        rest.args(["--iterate", "--cargo-arg=--test=vectors", "--cargo-arg=--test=flows"]);
        shell::run(&mut rest, MUTANTS_ADVICE)?;
    }
    Ok(Tally { passed: 1, ..Tally::default() })
}

const MUTANTS_ADVICE: &str = "The survivors are in target/mutants.out/missed.txt: write the test \
                              that would have noticed, or the reason why none can into \
                              tests/mutants.toml.";
/// The exit codes of cargo-mutants after changes that no test noticed, or that ran too long.
const MISSED: i32 = 2;
const TIMED_OUT: i32 = 3;

/// Cargo-mutants with the unit tests.
fn cargo_mutants() -> Command {
    let mut cargo = tools::cargo(&["mutants", "--package", "countersign", "--no-shuffle"]);
    cargo.args(["--config", "tests/mutants.toml", "--timeout", "120", "--output"]);
    cargo.arg(paths::target());
    // Cargo-mutants builds some hundred times, and each build is tested for a second. So the build
    // must be quick: without debug information, and without the optimization for the simulation.
    cargo.arg("--cargo-arg=--config=profile.dev.package.countersign.opt-level=0");
    cargo.envs([("CARGO_PROFILE_DEV_DEBUG", "0"), ("CARGO_PROFILE_TEST_DEBUG", "0")]);
    cargo.env("COUNTERSIGN_SEEDS", "2000");
    cargo
}
