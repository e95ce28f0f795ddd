//! The rooms' rules, checked on the source text: who may import whom, and what nobody may name.
//!
//! The compiler holds the platform fence already (a native build cannot resolve `js_sys`); this
//! holds the rest. A rule that is broken names the file, the line and the rule.

use std::fs;
use std::path::{Path, PathBuf};

/// A room: a folder or file below the root, what no line in it may contain, and why.
struct Rule {
    room: &'static str,
    never: &'static [&'static str],
    why: &'static str,
}

const RULES: &[Rule] = &[
    Rule {
        room: "src/proto",
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
            "crate::binding",
            "crate::host",
        ],
        why: "the protocol is pure: no platform, no I/O, no formatting machinery, no panics",
    },
    Rule {
        room: "src/proto/text",
        never: &[
            "super::super::super",
            "crate::proto::{",
            "crate::proto::jose",
            "crate::proto::provider",
            "crate::proto::client",
            "crate::proto::oidc",
            "crate::proto::state",
            "crate::proto::flow",
            "crate::proto::verifier",
        ],
        why: "text is about characters and knows no protocol",
    },
    Rule {
        room: "src/proto/jose",
        never: &[
            "super::super::super",
            "crate::proto::{",
            "crate::proto::provider",
            "crate::proto::client",
            "crate::proto::oidc",
            "crate::proto::state",
            "crate::proto::flow",
            "crate::proto::verifier",
        ],
        why: "jose knows keys and signatures, not who uses them",
    },
    Rule {
        room: "src/proto/oidc",
        never: &[
            "super::super::super",
            "crate::proto::{",
            "crate::proto::state",
            "crate::proto::flow",
            "crate::proto::verifier",
        ],
        why: "a message does not know what comes after it",
    },
    Rule {
        room: "src/proto/effect.rs",
        never: &["crate::proto::"],
        why: "the words shared with the outside know nobody",
    },
    Rule {
        room: "src/proto/state",
        never: &["crate::proto::{", "crate::proto::flow", "crate::proto::verifier"],
        why: "what a flow carries knows no flow",
    },
    Rule {
        room: "src/proto/verifier",
        never: &["crate::proto::{", "crate::proto::flow", "crate::proto::client"],
        why: "an API that takes tokens is no relying party",
    },
    Rule {
        room: "src/host",
        never: &["crate::proto::oidc", "crate::proto::flow", "crate::binding"],
        why: "a host grants wishes and knows no protocol",
    },
    Rule {
        room: "src/binding",
        never: &["crate::proto::oidc", "crate::proto::jose::jw", "crate::proto::{"],
        why: "the border converts and calls; what it carries is judged below",
    },
    Rule {
        room: "pkg-template/src",
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
        why: "TypeScript parses no protocol value, and works under a strict CSP",
    },
    Rule {
        room: "pkg-template/src/entry",
        never: &["if (", "for (", "while (", "? "],
        why: "an entry finds the module and hands it over; it has no logic",
    },
];

#[test]
fn every_room_keeps_its_rules() {
    let mut broken = Vec::new();
    for rule in RULES {
        for file in files_below(&root().join(rule.room)) {
            broken.extend(breaches(rule, &file));
        }
    }
    assert!(broken.is_empty(), "\n{}\n", broken.join("\n"));
}

#[test]
fn every_room_of_the_rules_exists() {
    for rule in RULES {
        assert!(!files_below(&root().join(rule.room)).is_empty(), "{} is empty", rule.room);
    }
}

#[test]
fn files_are_small() {
    let rooms = ["src", "pkg-template/src"].map(|room| files_below(&root().join(room)));
    for file in rooms.into_iter().flatten().filter(|file| !is_generated(file)) {
        let lines = live_lines(&read(&file)).len();
        assert!(lines <= 320, "{} has {lines} lines without its tests", file.display());
    }
}

#[test]
fn entries_are_under_ten_lines() {
    for file in files_below(&root().join("pkg-template/src/entry")) {
        let text = read(&file);
        let code = text.lines().filter(|line| !is_comment(line) && !line.trim().is_empty());
        let lines = code.count();
        assert!(lines < 10, "{} has {lines} lines of code", file.display());
    }
}

#[test]
fn lib_rs_is_the_map_and_nothing_else() {
    for line in read(&root().join("src/lib.rs")).lines().map(str::trim) {
        let is_map = line.is_empty()
            || line.starts_with("//")
            || line.starts_with('#')
            || line.starts_with("extern crate")
            || line.starts_with("mod ")
            || line.starts_with("pub mod ");
        assert!(is_map, "src/lib.rs has more than the map: {line}");
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

fn files_below(place: &Path) -> Vec<PathBuf> {
    if place.is_file() {
        return vec![place.to_owned()];
    }
    let Ok(entries) = fs::read_dir(place) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let mut files: Vec<PathBuf> = paths.flat_map(|path| files_below(&path)).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "rs" || end == "ts"));
    files.sort();
    files
}

fn is_generated(file: &Path) -> bool {
    let src = root().join("pkg-template/src");
    ["generated", "core/wasm"].iter().any(|folder| file.starts_with(src.join(folder)))
}

/// A line of Rust in a test module is free; comments are prose, not imports.
fn live_lines(text: &str) -> Vec<(usize, &str)> {
    let tests = text.find("#[cfg(test)]").unwrap_or(text.len());
    let lines = text[..tests].lines().enumerate().map(|(number, line)| (number + 1, line));
    lines.filter(|(_, line)| !is_comment(line)).collect()
}

fn is_comment(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("//") || line.starts_with('*') || line.starts_with("/*")
}

fn breaches(rule: &Rule, file: &Path) -> Vec<String> {
    if is_generated(file) {
        return Vec::new();
    }
    let text = read(file);
    let mut found = Vec::new();
    for (number, line) in live_lines(&text) {
        for word in rule.never.iter().filter(|word| line.contains(**word)) {
            let place = file.strip_prefix(root()).unwrap_or(file).display();
            found.push(format!("{place}:{number}: `{word}` in {}: {}", rule.room, rule.why));
        }
    }
    found
}
