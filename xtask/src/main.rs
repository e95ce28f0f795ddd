//! The task runner of Countersign: `cargo xtask` lists its verbs with a sentence each.

mod bench;
mod border;
mod browsers;
mod build;
mod changelog;
mod check;
mod codes;
mod comments;
mod coverage;
mod deep;
mod demo;
mod fuzz;
mod glue;
mod lemonldap;
mod module;
mod node;
mod node_tests;
mod package;
mod paths;
mod phrases;
mod projects;
mod redis;
mod release;
mod repository;
mod setup;
mod shell;
mod size;
mod sources;
mod system;
mod tables;
mod tally;
mod test;
mod tools;
mod wasm_target;

use shell::Failure;
use std::process::ExitCode;

/// What a verb does with the words after it.
type Work = fn(&[&str]) -> Result<(), Failure>;

/// The verbs: how each is typed, what it is for, what it runs.
const VERBS: &[(&str, &str, Work)] = &[
    ("setup", "brings what is missing: wasm target, npm packages, browsers", setup::run),
    (
        "build",
        "leaves the installable npm package in pkg/ (--test-trap: the tests' own too)",
        build::run,
    ),
    (
        "demo",
        "starts the demo: the app on localhost:4000, its provider on :4001, its API on :4002",
        demo::run,
    ),
    (
        "check",
        "formatting, lints, freshness, types, package shape (deep: cargo-deny as well)",
        check::run,
    ),
    (
        "test",
        "runs every test, or layers: native, package, runtime, packaging, browser, check",
        test::run,
    ),
    (
        "fuzz",
        "[target] [seconds]: libFuzzer on the readers (`test deep`: with coverage and mutants)",
        fuzz::run,
    ),
    ("size", "prints what the page client weighs, beside its rivals", size::run),
    (
        "bench",
        "[part] [quick] [readme]: times the edge beside its peers, into target/bench/",
        bench::run,
    ),
    (
        "codes",
        "writes codes, hints, settings.ts and README's error table from the Rust tables",
        codes::run,
    ),
    (
        "release",
        "[--dry-run]: builds the files of a release, and prints what to type next",
        release::run,
    ),
    ("tables", "writes README's tables of runtimes and bundlers out of the last runs", tables::run),
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((verb, rest)) = words.split_first() else {
        list();
        return ExitCode::SUCCESS;
    };
    let Some((_, _, work)) = VERBS.iter().find(|(name, ..)| name == verb) else {
        eprintln!("There is no verb `{verb}`.\n");
        list();
        return ExitCode::FAILURE;
    };
    match work(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn list() {
    println!("cargo xtask <verb>\n");
    for (name, sentence, _) in VERBS {
        println!("  {name:<7} {sentence}");
    }
}
