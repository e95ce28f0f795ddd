//! `check`: the checks that read the project without running it.

use crate::shell::{self, Failure};
use crate::tally::Tally;
use crate::tools::{self, cargo};
use crate::wasm_target::{self, Compiler};
use crate::{build, codes, comments, docs, node, paths, phrases, size};
use std::path::PathBuf;
use std::process::Command;

/// The result of a check that did not fail.
enum Outcome {
    Passed,
    /// The reason why it did not run.
    Skipped(String),
}

type Work = fn() -> Result<Outcome, Failure>;

/// One check.
struct Check {
    /// The name that runs it alone: `cargo xtask check NAME`.
    name: &'static str,
    /// The sentence that is true if it passes.
    sentence: &'static str,
    work: Work,
}

const fn check(name: &'static str, sentence: &'static str, work: Work) -> Check {
    Check { name, sentence, work }
}

/// The checks, the quick ones first.
const CHECKS: &[Check] = &[
    check("format", "the code is formatted", formatted),
    check("phrases", "no file has a phrase of xtask/phrases.txt", phrased),
    check("comments", "every comment names its subject", commented),
    check("spelling", "no word is misspelled", spelled),
    check("generated", "the generated tables are fresh", fresh),
    check("configuration", "docs/configuration.md is fresh", configuration),
    check("clippy", "clippy has no warning", clippy),
    check("clippy-tests", "clippy has no warning about the tests", clippy_tests),
    check("clippy-wasm", "clippy has no warning about the wasm half", clippy_wasm),
    check("doc", "the Rust documentation has no dead links", documented),
    check("package", "the package builds, strictly typed", built),
    check("sizes", "the package is small enough, and the README has its sizes", sized),
    check("demo", "the demo is strictly typed", demo_typed),
    check("publint", "publint --strict has no complaint", publint),
    check("types", "the types are right for every resolver", types_right),
    check("npm-audit", "no dependency of the tools is known to be vulnerable", audited),
    check("deny", "every crate is one that deny.toml allows", allowed),
    check("advisories", "no crate is known to be vulnerable", unharmed),
];

/// `check` runs all checks, `check deep` installs cargo-deny first, `check NAME` runs one check.
/// `check phrases PATH` and `check comments PATH` read exempt files too.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let chosen: Vec<&Check> = match words {
        [] => CHECKS.iter().collect(),
        ["deep"] => {
            tools::ensure(&tools::DENY)?;
            CHECKS.iter().collect()
        }
        ["phrases", places @ ..] if are_places(places) => return phrases::check(places),
        ["comments", places @ ..] if are_places(places) => return comments::check(places),
        names => names.iter().map(|name| named(name)).collect::<Result<_, _>>()?,
    };
    let tally = count(&chosen)?;
    println!("{tally}");
    if tally.failed == 0 { Ok(()) } else { Err(Failure::new("a check failed, see above", "")) }
}

fn are_places(words: &[&str]) -> bool {
    words.iter().any(|word| named(word).is_err())
}

fn named(name: &str) -> Result<&'static Check, Failure> {
    CHECKS.iter().find(|check| check.name == name).ok_or_else(|| {
        let names: Vec<&str> = CHECKS.iter().map(|check| check.name).collect();
        let advice = format!("Run: cargo xtask check [deep|{}]", names.join("|"));
        Failure::new(format!("`check` does not know `{name}`"), advice)
    })
}

/// Runs every check and counts them as tests.
pub(crate) fn all() -> Result<Tally, Failure> {
    count(&CHECKS.iter().collect::<Vec<_>>())
}

fn count(checks: &[&Check]) -> Result<Tally, Failure> {
    let mut tally = Tally::default();
    for Check { sentence, work, .. } in checks {
        match shell::step(sentence, work) {
            Ok(Outcome::Passed) => tally.passed += 1,
            Ok(Outcome::Skipped(why)) => {
                shell::say(&format!("SKIPPED, {sentence}: {why}"));
                tally.skipped += 1;
            }
            Err(failure) => {
                shell::say(&format!("FAILED, {sentence}: {failure}"));
                tally.failed += 1;
            }
        }
    }
    Ok(tally)
}

fn passes(mut command: Command, advice: &str) -> Result<Outcome, Failure> {
    shell::run(&mut command, advice).map(|()| Outcome::Passed)
}

fn formatted() -> Result<Outcome, Failure> {
    passes(cargo(&["fmt", "--all", "--check"]), "Run: cargo fmt --all")
}

fn phrased() -> Result<Outcome, Failure> {
    phrases::check(&[]).map(|()| Outcome::Passed)
}

fn commented() -> Result<Outcome, Failure> {
    comments::check(&[]).map(|()| Outcome::Passed)
}

fn spelled() -> Result<Outcome, Failure> {
    let typos = match tools::typos() {
        Ok(typos) => typos,
        Err(failure) => return Ok(Outcome::Skipped(format!("typos is missing: {failure}"))),
    };
    let mut typos = Command::new(typos);
    typos.args(["--format", "brief"]).current_dir(paths::root());
    passes(typos, "typos.toml has the words that are allowed.")
}

fn fresh() -> Result<Outcome, Failure> {
    codes::check().map(|()| Outcome::Passed)
}

fn configuration() -> Result<Outcome, Failure> {
    docs::check().map(|()| Outcome::Passed)
}

fn clippy() -> Result<Outcome, Failure> {
    let mut clippy = cargo(&["clippy", "--quiet", "--workspace", "--features", "countersign/soft"]);
    clippy.args(["--", "-D", "warnings"]);
    passes(clippy, "")
}

/// Lints that are allowed in tests: a test may panic, the core must not.
const ALLOWED_IN_TESTS: [&str; 8] = [
    "-Aclippy::arithmetic_side_effects",
    "-Aclippy::expect_used",
    "-Aclippy::indexing_slicing",
    "-Aclippy::panic",
    "-Aclippy::print_stdout",
    "-Aclippy::string_slice",
    "-Aclippy::unwrap_used",
    "-Aunreachable_pub",
];

fn clippy_tests() -> Result<Outcome, Failure> {
    let mut clippy = cargo(&["clippy", "--quiet", "--workspace", "--all-targets"]);
    clippy.args(["--features", "countersign/soft", "--", "-D", "warnings"]);
    clippy.args(ALLOWED_IN_TESTS);
    passes(clippy, "")
}

fn clippy_wasm() -> Result<Outcome, Failure> {
    if wasm_target::ensure()? == Compiler::Debian {
        let why = "the fallback compiler has no clippy; it needs the target that rustup brings";
        return Ok(Outcome::Skipped(why.into()));
    }
    let package = ["clippy", "--quiet", "--package", "countersign", "--target", wasm_target::NAME];
    let mut clippy = cargo(&package);
    clippy.args(["--features", "page,edge,ask,jose,soft", "--", "-D", "warnings"]);
    passes(clippy, "")
}

fn documented() -> Result<Outcome, Failure> {
    let mut doc = cargo(&[
        "doc",
        "--quiet",
        "--no-deps",
        "--document-private-items",
        "--package",
        "countersign",
        "--features",
        "soft",
    ]);
    // src/lib.rs names private modules.
    doc.env("RUSTDOCFLAGS", "-D warnings -A rustdoc::private_intra_doc_links");
    passes(doc, "")
}

fn built() -> Result<Outcome, Failure> {
    build::package().map(|()| Outcome::Passed)
}

fn sized() -> Result<Outcome, Failure> {
    size::check().map(|()| Outcome::Passed)
}

fn demo_typed() -> Result<Outcome, Failure> {
    node::install("xtask/npm")?;
    node::install("www")?;
    let mut tsc = node::tool("tsc");
    tsc.arg("--project").arg(paths::root().join("www/tsconfig.json"));
    passes(tsc, "")
}

/// The package as it would be published.
fn tarball() -> Result<PathBuf, Failure> {
    node::install("xtask/npm")?;
    let dir = paths::target().join("package");
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"]).arg(&dir);
    npm.current_dir(paths::pkg());
    let advice = "Is there a package in pkg/? Run: cargo xtask build";
    let name = shell::output(&mut npm, advice)?;
    Ok(dir.join(name.lines().last().unwrap_or_default()))
}

fn publint() -> Result<Outcome, Failure> {
    let tarball = tarball()?;
    let mut publint = node::tool("publint");
    publint.arg(tarball).arg("--strict");
    passes(publint, "The package's package.json is pkg-template/package.json.")
}

fn types_right() -> Result<Outcome, Failure> {
    let tarball = tarball()?;
    let mut attw = node::tool("attw");
    // A wasm file has no types.
    attw.args(["--profile", "esm-only", "--exclude-entrypoints"]);
    attw.args(["./countersign.wasm", "./sign-in.wasm", "./edge.wasm", "./sessions.wasm"]);
    attw.args(["./ask.wasm", "./soft.wasm", "./systems.wasm", "./client-credentials.wasm"]);
    attw.args(["--no-emoji", "--format", "table-flipped", "--quiet"]).arg(tarball);
    passes(attw, "Run it without --quiet to see the table.")
}

fn audited() -> Result<Outcome, Failure> {
    let mut unreachable = Vec::new();
    for folder in ["xtask/npm", "www", "tests"] {
        let mut npm = Command::new("npm");
        npm.args(["audit", "--json", "--audit-level=high"]);
        npm.current_dir(paths::root().join(folder));
        let answer = npm.output().map(|done| (done.status.success(), done.stdout));
        let (clean, report) = answer.unwrap_or_default();
        if !String::from_utf8_lossy(&report).contains("\"auditReportVersion\"") {
            unreachable.push(folder);
        } else if !clean {
            let what = format!("npm audit knows of a vulnerable package in {folder}");
            return Err(Failure::new(what, format!("Run: cd {folder} && npm audit")));
        }
    }
    if unreachable.is_empty() {
        return Ok(Outcome::Passed);
    }
    let why = "the npm registry does not answer `npm audit`";
    Ok(Outcome::Skipped(format!("{why} ({})", unreachable.join(", "))))
}

fn allowed() -> Result<Outcome, Failure> {
    if !tools::is_installed(&tools::DENY) {
        return Ok(Outcome::Skipped(NO_DENY.into()));
    }
    let words =
        ["deny", "--workspace", "--log-level", "warn", "check", "bans", "licenses", "sources"];
    passes(cargo(&words), "deny.toml has the rules.")
}

fn unharmed() -> Result<Outcome, Failure> {
    if !tools::is_installed(&tools::DENY) {
        return Ok(Outcome::Skipped(NO_DENY.into()));
    }
    let mut deny = cargo(&["deny", "--workspace", "--log-level", "warn", "check", "advisories"]);
    let done = deny.output().map_err(|error| Failure::new(format!("cargo-deny: {error}"), ""))?;
    let errors = String::from_utf8_lossy(&done.stderr);
    if done.status.success() {
        return Ok(Outcome::Passed);
    }
    if errors.contains("failed to fetch advisory database") {
        return Ok(Outcome::Skipped("the RustSec database cannot be fetched".into()));
    }
    Err(Failure::new(errors, "deny.toml has the rules."))
}

const NO_DENY: &str = "cargo-deny is not installed in this version (it compiles for minutes); `cargo xtask check \
                       deep` installs it";
