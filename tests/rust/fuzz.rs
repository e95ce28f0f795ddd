//! Runs the targets of `tests/fuzz` natively: every seed, every input that once broke a target, and
//! some thousand changed inputs that are the same on every machine. `cargo xtask fuzz` runs them under
//! libFuzzer.
#![allow(clippy::arithmetic_side_effects, clippy::expect_used, clippy::indexing_slicing)]
#![allow(clippy::panic, clippy::string_slice, clippy::unwrap_used, unreachable_pub)]
#![allow(clippy::disallowed_methods, clippy::print_stdout)]

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use fuzz::mutation::{Random, mutate};
use fuzz::{ALL, Target, return_addresses};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::{fs, thread};

/// The number of changed inputs for each target.
const CHANGED_INPUTS: usize = 2000;

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz").join(name)
}

/// Runs a target on an input. The panic of a broken property shows the input.
fn run(target: &Target, input: &[u8]) -> bool {
    catch_unwind(AssertUnwindSafe(|| (target.run)(input))).unwrap_or_else(|_| {
        panic!("{} has a broken property for b\"{}\"", target.name, input.escape_ascii())
    })
}

/// Runs a target on changed inputs. Returns how many were valid.
fn smoke(target: &Target) -> usize {
    let seeds = fuzz::seeds::of(target);
    keep(target, &seeds);
    // Half of the inputs are changed from valid ones; others rarely get past the parser's first line.
    let valid: Vec<_> = seeds.iter().filter(|seed| run(target, seed)).collect();
    assert!(!valid.is_empty(), "{} accepts none of its seeds", target.name);
    let mut random = Random::new(target.name.len() as u64);
    let mut good = 0;
    for round in 0..CHANGED_INPUTS {
        let other = &seeds[random.index(seeds.len())];
        let seed = if round % 2 == 0 { valid[random.index(valid.len())] } else { other };
        good += usize::from(run(target, &mutate(seed, other, &mut random)));
    }
    good
}

/// Writes the seeds for libFuzzer, if the task runner asks for them.
fn keep(target: &Target, seeds: &[Vec<u8>]) {
    let Some(folder) = std::env::var_os("COUNTERSIGN_SEEDS").map(PathBuf::from) else { return };
    let own = folder.join(target.name);
    fs::create_dir_all(&own).expect("a folder for seeds");
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(own.join(number.to_string()), seed).expect("a seed");
    }
    fs::write(folder.join("words"), fuzz::mutation::dictionary()).expect("the dictionary");
}

#[test]
fn no_changed_input_breaks_a_property_of_a_parser() {
    thread::scope(|scope| {
        let work = ALL.iter().map(|target| (target.name, scope.spawn(|| smoke(target))));
        for (name, work) in work.collect::<Vec<_>>() {
            let good = work.join().unwrap_or_else(|_| panic!("{name} failed, see above"));
            // Without valid inputs only refusals would be tested.
            assert!(good > CHANGED_INPUTS / 100, "only {good} inputs of {name} were valid");
            println!("{name}: {good} of {CHANGED_INPUTS} changed inputs were valid");
        }
    });
}

#[test]
fn the_return_address_stays_on_the_origin_of_the_app() {
    assert_eq!(return_addresses("//evil.example"), ["https://app.example/here"; 2]);
}

#[test]
fn inputs_that_once_broke_a_target_do_not_break_it_again() {
    for target in ALL {
        let Ok(entries) = fs::read_dir(folder("regressions").join(target.name)) else { continue };
        for path in entries.map(|entry| entry.expect("an entry").path()) {
            run(target, &fs::read(&path).expect("an input"));
        }
    }
}

#[test]
fn every_target_can_be_run_by_cargo_fuzz() {
    let manifest = fs::read_to_string(folder("Cargo.toml")).expect("the manifest");
    for target in ALL {
        let entry = format!("name = \"{0}\"\npath = \"bins/{0}.rs\"", target.name);
        assert!(manifest.contains(&entry), "Cargo.toml has no binary {}", target.name);
        let text = fs::read_to_string(folder("bins").join(format!("{}.rs", target.name)));
        let text = text.expect("the binary");
        assert!(text.contains(&format!("countersign_fuzz::{}(", target.name)), "{text}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), ALL.len());
}
