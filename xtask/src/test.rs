//! `test`: every layer, or one, and a closing line that counts them all.

use crate::shell::{self, Failure};
use crate::tally::Tally;
use crate::{
    browsers, build, check, deep, demo, lemonldap, node, node_tests, paths, projects, redis,
};
use std::process::Command;

type Layer = fn() -> Result<Tally, Failure>;

/// The layers, those that answer soonest first.
const LAYERS: &[(&str, Layer)] = &[
    ("native", native),
    ("package", package),
    ("runtime", runtime),
    ("packaging", packaging),
    ("browser", browser),
    ("docs", docs),
    ("check", check::all),
];

/// Runs the layers that are named, or all of them.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if let Some((&"deep", parts)) = words.split_first() {
        return deep::run(parts);
    }
    let known = |word: &&str| LAYERS.iter().any(|(name, _)| name == word);
    if let Some(word) = words.iter().find(|word| !known(word)) {
        let what = format!("there is no test layer `{word}`");
        let names: Vec<&str> = LAYERS.iter().map(|(name, _)| *name).collect();
        return Err(Failure::new(
            what,
            format!("Run: cargo xtask test [{}|deep]", names.join("|")),
        ));
    }
    let mut sum = Tally::default();
    let mut failed = Vec::new();
    for (name, layer) in LAYERS.iter().filter(|(name, _)| words.is_empty() || words.contains(name))
    {
        let tally = shell::step(&format!("layer {name}"), layer).unwrap_or_else(|failure| {
            // What the layer needs is not there: none of its tests ran, which is a failure.
            shell::say(&format!("{failure}"));
            Tally { failed: 1, ..Tally::default() }
        });
        shell::say(&format!("layer {name}: {tally}"));
        if tally.failed > 0 {
            failed.push(*name);
        }
        sum.add(tally);
    }
    println!("\n{sum}");
    if failed.is_empty() {
        return Ok(());
    }
    let again = format!("Run it alone: cargo xtask test {}", failed.join(" "));
    Err(Failure::new(format!("failures in: {}", failed.join(", ")), again))
}

/// What cargo tests: units, vectors, flow scripts, properties, architecture, and this runner.
///
/// One cargo per package: together their dependencies have more features than this runner was
/// compiled with, and cargo would compile wasm-bindgen a second time.
fn native() -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    for package in [&["countersign", "--features", "soft"][..], &["xtask"]] {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        cargo.args(["test", "--no-fail-fast", "--package"]).args(package);
        cargo.current_dir(paths::root());
        tally.add(shell::count(&mut cargo)?);
    }
    Ok(tally)
}

/// The built package in Node and in workerd, and the one with a planted trap.
fn package() -> Result<Tally, Failure> {
    build::run(&["--test-trap"])?;
    node::install("tests")?;
    // The provider of the demo is the one these tests sign in at.
    node::install("www")?;
    redis::ensure()?;
    // Much of it waits for a clock.
    let mut tally =
        node_tests::run_files(&paths::root().join("tests/package"), "--test-concurrency=2", &[])?;
    tally.add(node_tests::files(&paths::root().join("tests/differential"), &[])?);
    Ok(tally)
}

/// One suite in every runtime: the servers', the edge's, and three engines of browsers.
fn runtime() -> Result<Tally, Failure> {
    build::run(&["--test-trap"])?;
    node::install("tests")?;
    node::install("tests/runtime")?;
    node_tests::files(&paths::root().join("tests/runtime"), &browsers::ensure_all()?)
}

/// The packed package in a real project of each kind, built by the project's own tools.
fn packaging() -> Result<Tally, Failure> {
    build::package()?;
    for folder in ["tests", "tests/runtime", "www"] {
        node::install(folder)?;
    }
    projects::install()?;
    node_tests::files(&paths::root().join("tests/packaging"), &browsers::ensure()?)
}

/// End to end, in three engines, against a real provider.
fn browser() -> Result<Tally, Failure> {
    build::run(&["--test-trap"])?;
    node::install("tests")?;
    demo::app()?;
    lemonldap::ensure();
    node_tests::files(&paths::root().join("tests/browser"), &browsers::ensure_all()?)
}

/// The documentation: its links, and its examples in Chromium, on workerd and in Node.
fn docs() -> Result<Tally, Failure> {
    build::package()?;
    node::install("tests")?;
    // The provider of the demo is the one that the examples sign in at.
    node::install("www")?;
    node_tests::files(&paths::root().join("tests/docs"), &browsers::ensure()?)
}
