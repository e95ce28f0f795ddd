//! The tests in browsers: the demo's app in three engines, against a real provider.

use crate::shell::Failure;
use crate::tally::Tally;
use crate::{browsers, build, lemonldap, node, node_tests, paths};
use std::path::PathBuf;

/// Runs each scenario in Chromium and in one of the other engines, which take turns.
pub(crate) fn run() -> Result<Tally, Failure> {
    in_browsers(&[])
}

/// Runs every scenario in every engine.
pub(crate) fn every() -> Result<Tally, Failure> {
    in_browsers(&[("COUNTERSIGN_ENGINES", PathBuf::from("all"))])
}

fn in_browsers(more: &[(&'static str, PathBuf)]) -> Result<Tally, Failure> {
    build::run(&["--test-trap"])?;
    node::install("tests")?;
    node::install("www")?;
    lemonldap::ensure()?;
    let mut variables = browsers::ensure_all()?;
    variables.extend_from_slice(more);
    node_tests::files(&paths::root().join("tests/browser"), &variables)
}
