//! `test`: runs the layers of tests, and counts them.

use crate::lanes::{self, Lane};
use crate::report::{self, Report};
use crate::shell::{self, Failure};
use crate::tally::Tally;
use crate::{
    browser_tests, browsers, build, check, deep, interop, lemonldap, node, node_tests, paths,
    projects, provider_tests, redis,
};
use std::process::Command;
use std::thread;
use std::time::Instant;

/// A layer of tests.
struct Layer {
    lane: Lane,
    run: fn() -> Result<Tally, Failure>,
}

/// The layers, in the order in which they begin. The browsers begin as soon as the package is built:
/// they take longest, and wait for each other so much that they leave half of a core unused.
const LAYERS: &[Layer] = &[
    Layer { lane: lane("build", None), run: build },
    Layer { lane: with_cargo(lane("native", None)), run: native },
    Layer { lane: lane("browser", Some("build")), run: browser_tests::run },
    Layer { lane: lane("package", Some("build")), run: package },
    Layer { lane: lane("keycloak", Some("build")), run: interop::layer },
    Layer { lane: with_cargo(lane("check", Some("build"))), run: check::all },
    Layer { lane: lane("packaging", Some("build")), run: packaging },
    Layer { lane: lane("docs", Some("build")), run: docs },
    Layer { lane: lane("runtime", Some("build")), run: runtime },
];

const fn lane(name: &'static str, after: Option<&'static str>) -> Lane {
    Lane { name, after, uses_cargo: false }
}

const fn with_cargo(lane: Lane) -> Lane {
    Lane { uses_cargo: true, ..lane }
}

/// Runs the named layers, or all of them. One layer runs in this process, several run side by side.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if let Some((&"deep", parts)) = words.split_first() {
        return deep::run(parts);
    }
    if let Some((&"providers", words)) = words.split_first() {
        return provider_tests::run(words);
    }
    if let Some((&"interop", words)) = words.split_first() {
        return interop::run(words);
    }
    let layers = chosen(words)?;
    let start = Instant::now();
    let reports = match layers[..] {
        [layer] => vec![run_here(layer)],
        _ => lanes::run(&layers.iter().map(|layer| layer.lane).collect::<Vec<_>>())?,
    };
    report::close(&reports, start.elapsed(), "cargo xtask test")
}

/// The layers of these names. Several of them come with the layer that builds the packages for them.
fn chosen(words: &[&str]) -> Result<Vec<&'static Layer>, Failure> {
    let names: Vec<&str> = LAYERS.iter().map(|layer| layer.lane.name).collect();
    if let Some(word) = words.iter().find(|word| !names.contains(word)) {
        let what = format!("there is no test layer `{word}`");
        return Err(Failure::new(
            what,
            format!("Run: cargo xtask test [{}|providers|interop|deep]", names.join("|")),
        ));
    }
    let is_needed = |name: &str| {
        let mut named = LAYERS.iter().filter(|layer| words.contains(&layer.lane.name));
        words.len() > 1 && named.any(|layer| layer.lane.after == Some(name))
    };
    let is_chosen = |layer: &&Layer| {
        words.is_empty() || words.contains(&layer.lane.name) || is_needed(layer.lane.name)
    };
    Ok(LAYERS.iter().filter(is_chosen).collect())
}

fn run_here(layer: &Layer) -> Report {
    let start = Instant::now();
    let tally = (layer.run)().unwrap_or_else(|failure| {
        // Something that the layer needs is missing, so none of its tests ran.
        shell::say(&format!("{failure}"));
        Tally::one_failure()
    });
    Report { name: layer.lane.name, tally, time: start.elapsed() }
}

/// Builds the packages and installs what the other layers need, so that no two of them install the same
/// thing. The registry is slow and the compiler is not, so both work at the same time.
fn build() -> Result<Tally, Failure> {
    thread::scope(|scope| {
        let installed = scope.spawn(install);
        let built = build::run(&["--test-trap"]);
        built.and(build::joined(installed.join()))
    })?;
    Ok(Tally::default())
}

fn install() -> Result<(), Failure> {
    for folder in ["xtask/npm", "tests", "tests/runtime", "www"] {
        node::install(folder)?;
    }
    projects::install()?;
    browsers::ensure_all()?;
    redis::ensure()?;
    // The layer without it says why nothing is tested.
    _ = interop::ensure_quickly();
    lemonldap::ensure()
}

/// The tests of cargo: units, vectors, flow scripts, properties, architecture, and this runner.
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

/// The documentation: its links, and its examples in Chromium, on workerd and in Node.
fn docs() -> Result<Tally, Failure> {
    build::package()?;
    node::install("tests")?;
    // The provider of the demo is the one that the examples sign in at.
    node::install("www")?;
    node_tests::files(&paths::root().join("tests/docs"), &browsers::ensure()?)
}
