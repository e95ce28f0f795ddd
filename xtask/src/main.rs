//! The task runner of Countersign: `cargo xtask` lists its commands.

mod bench;
mod border;
mod browser_tests;
mod browsers;
mod build;
mod changelog;
mod check;
mod codes;
mod comments;
mod coverage;
mod deep;
mod demo;
mod django;
mod docs;
mod error_docs;
mod fingerprint;
mod flows;
mod function_order;
mod fuzz;
mod glue;
mod interop;
mod keycloak;
mod lanes;
mod lemonldap;
mod module;
mod node;
mod node_tests;
mod package;
mod paths;
mod phrases;
mod presets;
mod progress;
mod projects;
mod provider_docs;
mod provider_tests;
mod redis;
mod release;
mod report;
mod repository;
mod setup;
mod shell;
mod size;
mod sources;
mod system;
mod tally;
mod test;
mod tools;
mod wasm_target;

use shell::Failure;
use std::process::ExitCode;

/// Runs a command with its arguments.
type Work = fn(&[&str]) -> Result<(), Failure>;

/// The commands: name, explanation, function.
const COMMANDS: &[(&str, &str, Work)] = &[
    ("setup", "installs what is missing: wasm target, npm packages, browsers, tools", setup::run),
    ("build", "builds the npm package in pkg/ (--test-trap: also the one for tests)", build::run),
    (
        "demo",
        "starts the demo: the app on localhost:4000, its provider on :4001, its API on :4002, systems on :4003",
        demo::run,
    ),
    (
        "check",
        "[NAME]: formatting, lints, prose, types, package shape (deep: cargo-deny too)",
        check::run,
    ),
    ("test", "[LAYER]: all tests, or one layer of them; or providers, interop, deep", test::run),
    (
        "fuzz",
        "[target] [seconds]: libFuzzer on the parsers (`test deep`: with coverage and mutants)",
        fuzz::run,
    ),
    ("size", "prints the size of the page client, compared with other libraries", size::run),
    (
        "bench",
        "[part] [quick] [docs]: measures the verifier and other libraries, into target/bench/",
        bench::run,
    ),
    (
        "codes",
        "generates codes, hints, settings and docs/errors.md from the Rust tables",
        codes::run,
    ),
    (
        "release",
        "[--dry-run]: builds the files of a release and prints the next commands",
        release::run,
    ),
    ("docs", "[configuration]: writes the generated parts of the documentation", docs::run),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some((command, rest)) = arguments.split_first() else {
        list();
        return ExitCode::SUCCESS;
    };
    let Some((_, _, work)) = COMMANDS.iter().find(|(name, ..)| name == command) else {
        eprintln!("There is no command `{command}`.\n");
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
    println!("cargo xtask <command>\n");
    for (name, sentence, _) in COMMANDS {
        println!("  {name:<7} {sentence}");
    }
}
