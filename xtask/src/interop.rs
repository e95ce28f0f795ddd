//! `test interop`: the built package at real OpenID providers.

use crate::report::{self, Report};
use crate::shell::{self, Failure};
use crate::tally::Tally;
use crate::{browsers, build, django, keycloak, lemonldap, node, node_tests, paths, system};
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// The environment variables for the tests of a provider.
type Variables = Vec<(&'static str, PathBuf)>;

/// A real provider: its file of tests, and how it comes here.
struct Provider {
    name: &'static str,
    ensure: fn() -> Result<Variables, Failure>,
}

const PROVIDERS: &[Provider] = &[
    Provider { name: "keycloak", ensure: || Ok(vec![("KEYCLOAK_PATH", keycloak::ensure(None)?)]) },
    Provider { name: "glewlwyd", ensure: glewlwyd },
    Provider { name: "lemonldap", ensure: || lemonldap::ensure().map(|()| Vec::new()) },
    Provider { name: "django", ensure: || Ok(vec![("DJANGO_PYTHON", django::ensure()?)]) },
    // The packages of www have it.
    Provider { name: "oidc-provider", ensure: || Ok(Vec::new()) },
];

fn glewlwyd() -> Result<Variables, Failure> {
    let advice = "On Debian or Ubuntu: cargo xtask test interop glewlwyd";
    system::install(&["glewlwyd", "sqlite3"], advice).map(|()| Vec::new())
}

/// How long the ordinary run of the tests waits for Maven.
const DOWNLOAD_LIMIT: Duration = Duration::from_secs(120);

/// Runs all scenarios at the named providers, or at all of them.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let names: Vec<&str> = PROVIDERS.iter().map(|provider| provider.name).collect();
    if let Some(word) = words.iter().find(|word| !names.contains(word)) {
        let what = format!("`test interop` has no provider `{word}`");
        return Err(Failure::new(
            what,
            format!("Run: cargo xtask test interop [{}]", names.join("|")),
        ));
    }
    let start = Instant::now();
    build::package()?;
    node::install("tests")?;
    node::install("www")?;
    let browsers = browsers::ensure()?;
    let mut reports = Vec::new();
    for provider in PROVIDERS.iter().filter(|one| words.is_empty() || words.contains(&one.name)) {
        let began = Instant::now();
        let mut variables = browsers.clone();
        match (provider.ensure)() {
            Ok(more) => variables.extend(more),
            // The tests are skipped, and say so.
            Err(failure) => shell::say(&failure.to_string()),
        }
        let tally = tests(provider.name, &variables)?;
        reports.push(Report { name: provider.name, tally, time: began.elapsed() });
    }
    let table = paths::root().join("tests/interop/table.mjs");
    shell::run(&mut node::script(&table), "")?;
    report::close(&reports, start.elapsed(), "cargo xtask test interop")
}

/// The layer of the ordinary run: a few scenarios at Keycloak, where it can be brought quickly.
pub(crate) fn layer() -> Result<Tally, Failure> {
    build::package()?;
    node::install("tests")?;
    node::install("www")?;
    let mut variables = browsers::ensure()?;
    variables.push(("COUNTERSIGN_INTEROP", "few".into()));
    if let Some(home) = ensure_quickly() {
        variables.push(("KEYCLOAK_PATH", home));
    }
    tests("keycloak", &variables)
}

/// Keycloak for the ordinary run, which continues without it.
pub(crate) fn ensure_quickly() -> Option<PathBuf> {
    keycloak::ensure(Some(DOWNLOAD_LIMIT))
        .map_err(|failure| shell::say(&format!("Keycloak is not tested: {failure}")))
        .ok()
}

fn tests(name: &str, variables: &[(&str, PathBuf)]) -> Result<Tally, Failure> {
    let file = paths::root().join(format!("tests/interop/{name}.test.mjs"));
    node_tests::run_list(&[file], "--test-concurrency=1", variables)
}
