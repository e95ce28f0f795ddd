//! The rules of the source tree: who may import whom, and what a folder never names.
//!
//! The compiler holds the platform fence already (a native build cannot resolve `js_sys`). This
//! test holds the rest. A broken rule names the file, the line, the rule and what to do.

mod graph;
mod layers;
mod rust;
mod source;
mod typescript;

use graph::{Import, between_folders, cycles, report};
use layers::Order;
use source::{files_below, read, relative, root};
use std::path::Path;

const TYPESCRIPT: Order =
    Order { root: "pkg-template/src/", layers: layers::TYPESCRIPT, with_subfolders: false };
const RUST: Order = Order { root: "src/", layers: layers::RUST, with_subfolders: true };

/// Folders with TypeScript or JavaScript that is not part of the package.
const OTHER_SCRIPTS: [&str; 3] = ["www", "tests", "xtask"];

#[test]
fn typescript_files_form_no_import_cycle() {
    let imports = typescript::imports_below(&root().join("pkg-template/src"));
    assert!(imports.len() > 200, "only {} imports were found", imports.len());
    refuse_file_cycles(&imports);
    let found = cycles(&between_folders(&imports));
    assert!(found.is_empty(), "{}", report(&found, "folder"));
}

#[test]
fn scripts_of_the_demo_the_tests_and_the_tools_form_no_import_cycle() {
    for folder in OTHER_SCRIPTS {
        refuse_file_cycles(&typescript::imports_below(&root().join(folder)));
    }
}

#[test]
fn rust_files_form_no_import_cycle() {
    let imports = rust::imports_of_crate(&root().join("src"));
    assert!(imports.len() > 200, "only {} imports were found", imports.len());
    refuse_file_cycles(&imports);
    refuse_file_cycles(&rust::imports_of_crate(&root().join("xtask/src")));
}

fn refuse_file_cycles(imports: &[Import]) {
    let found = cycles(imports);
    assert!(found.is_empty(), "{}", report(&found, "file"));
}

#[test]
fn each_typescript_folder_imports_only_layers_below() {
    let imports = typescript::imports_below(&root().join("pkg-template/src"));
    let breaches = TYPESCRIPT.breaches(&imports);
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn each_rust_folder_imports_only_layers_below() {
    let breaches = RUST.breaches(&rust::imports_of_crate(&root().join("src")));
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn every_file_has_a_layer() {
    // Files that declare modules and hold no code.
    let maps = ["src/lib.rs", "src/proto/mod.rs", "src/host/mod.rs"];
    for (order, endings) in [(&TYPESCRIPT, &["ts"]), (&RUST, &["rs"])] {
        for file in files_below(&root().join(order.root), endings) {
            let file = relative(&file);
            if maps.contains(&file.as_str()) {
                continue;
            }
            let place = order.place_of(&file);
            assert!(
                place.is_some(),
                "{file} has no layer. Add its folder to tests/rust/architecture/layers.rs, above \
                 everything that it imports."
            );
        }
    }
}

/// A folder or file below the root, what no line in it may contain, and why.
struct Rule {
    place: &'static str,
    never: &'static [&'static str],
    why: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        place: "src/proto",
        never: &[
            "wasm_bindgen",
            "js_sys",
            "web_sys",
            "getrandom",
            "serde",
            "std::",
            "extern crate",
            "format!",
            "println!",
            "print!",
            "dbg!",
            ".unwrap()",
            ".expect(",
            "panic!",
            "unsafe ",
            "async ",
            ".await",
        ],
        why: "the protocol is pure: no platform, no I/O, no formatting machinery, no panics",
    },
    Rule {
        place: "src/host",
        never: &["crate::proto::oidc", "crate::proto::flow", "crate::proto::verifier"],
        why: "a host performs effects and knows no protocol",
    },
    Rule {
        place: "src/binding",
        never: &[
            "crate::proto::oidc",
            "crate::proto::jose::alg",
            "crate::proto::jose::claims",
            "crate::proto::jose::hash",
            "crate::proto::jose::jw",
            "crate::proto::jose::{",
            "crate::proto::{",
        ],
        why: "the binding converts and calls; it decides nothing about protocol values",
    },
    Rule {
        place: "pkg-template/src",
        never: &[
            "new URLSearchParams",
            "searchParams",
            "eval(",
            "new Function",
            "innerHTML",
            "export default",
            "blob:",
            "'data:",
            "`data:",
        ],
        why: "TypeScript parses no protocol value, and works under a strict Content-Security-Policy",
    },
    Rule {
        place: "pkg-template/src/entry",
        never: &["if (", "for (", "while (", "? "],
        why: "an entry finds the module and hands it over; it has no logic",
    },
];

#[test]
fn no_folder_names_what_its_rule_forbids() {
    let mut breaches = Vec::new();
    for rule in RULES {
        let files = files_below(&root().join(rule.place), &["rs", "ts"]);
        assert!(!files.is_empty(), "{} is empty", rule.place);
        for file in files.iter().filter(|file| !is_generated(file)) {
            breaches.extend(breaches_in(rule, file));
        }
    }
    assert!(breaches.is_empty(), "\n{}\n", breaches.join("\n"));
}

#[test]
fn files_are_small() {
    for folder in ["src", "pkg-template/src"] {
        for file in files_below(&root().join(folder), &["rs", "ts"]) {
            if is_generated(&file) {
                continue;
            }
            let lines = live_lines(&read(&file)).len();
            assert!(lines <= 320, "{} has {lines} lines without its tests", file.display());
        }
    }
}

#[test]
fn entries_are_under_ten_lines() {
    for file in files_below(&root().join("pkg-template/src/entry"), &["ts"]) {
        let text = read(&file);
        let code = text.lines().filter(|line| !is_comment(line) && !line.trim().is_empty());
        let lines = code.count();
        assert!(lines < 10, "{} has {lines} lines of code", file.display());
    }
}

#[test]
fn lib_rs_declares_modules_and_nothing_else() {
    for line in read(&root().join("src/lib.rs")).lines().map(str::trim) {
        let is_declaration = line.is_empty()
            || line.starts_with("//")
            || line.starts_with('#')
            || line.starts_with("extern crate")
            || line.starts_with("mod ")
            || line.starts_with("pub mod ");
        assert!(is_declaration, "src/lib.rs has more than declarations: {line}");
    }
}

fn is_generated(file: &Path) -> bool {
    let src = root().join("pkg-template/src");
    ["generated", "core/wasm"].iter().any(|folder| file.starts_with(src.join(folder)))
}

/// The lines of code with their numbers. Comments and Rust's test modules fall out.
fn live_lines(text: &str) -> Vec<(usize, &str)> {
    let tests = text.find("#[cfg(test)]").unwrap_or(text.len());
    let lines = text[..tests].lines().enumerate().map(|(number, line)| (number + 1, line));
    lines.filter(|(_, line)| !is_comment(line)).collect()
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("//") || line.starts_with('*') || line.starts_with("/*")
}

fn breaches_in(rule: &Rule, file: &Path) -> Vec<String> {
    let text = read(file);
    let mut found = Vec::new();
    for (number, line) in live_lines(&text) {
        for word in rule.never.iter().filter(|word| line.contains(**word)) {
            let place = relative(file);
            found.push(format!("{place}:{number}: `{word}` in {}: {}", rule.place, rule.why));
        }
    }
    found
}
