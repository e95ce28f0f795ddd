//! `fuzz`: libFuzzer on the targets of `tests/fuzz`, each for some seconds.

use crate::shell::{self, Failure};
use crate::tally::Tally;
use crate::{paths, tools};
use std::path::{Path, PathBuf};

/// How long each target runs where nobody says, in seconds.
const SECONDS: &str = "60";

/// `fuzz [target] [seconds]`.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let is_number = |word: &&&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = words.iter().find(is_number).unwrap_or(&SECONDS);
    let all = targets()?;
    let named: Vec<&str> = words.iter().filter(|word| !is_number(word)).copied().collect();
    if let Some(word) = named.iter().find(|word| !all.iter().any(|target| target == *word)) {
        let advice = format!("Run: cargo xtask fuzz [{}] [seconds]", all.join("|"));
        return Err(Failure::new(format!("there is no fuzz target `{word}`"), advice));
    }
    let chosen: Vec<&str> = all.iter().map(|target| &**target).collect();
    let tally = fuzz(if named.is_empty() { &chosen } else { &named }, seconds)?;
    println!("{tally}");
    if tally.failed == 0 { Ok(()) } else { Err(Failure::new("a target failed, see above", "")) }
}

/// Every target for this many seconds.
pub(crate) fn all(seconds: &str) -> Result<Tally, Failure> {
    let targets = targets()?;
    fuzz(&targets.iter().map(|target| &**target).collect::<Vec<_>>(), seconds)
}

fn fuzz(targets: &[&str], seconds: &str) -> Result<Tally, Failure> {
    tools::ensure(&tools::FUZZ)?;
    let seeds = paths::target().join("fuzz-seeds");
    let mut smoke = tools::cargo(&["test", "--package", "countersign", "--test", "fuzz"]);
    // It leaves the seeds it begins with.
    smoke.env("COUNTERSIGN_SEEDS", &seeds);
    shell::run(&mut smoke, "")?;
    let mut tally = Tally::default();
    for target in targets {
        match shell::step(&format!("fuzz {target}"), || one(target, seconds, &seeds)) {
            Ok(()) => tally.passed += 1,
            Err(failure) => {
                shell::say(&format!("FAILED, fuzz {target}: {failure}"));
                tally.failed += 1;
            }
        }
    }
    Ok(tally)
}

/// Runs one target. What it learns stays in the target folder, what it breaks goes to the checkout.
fn one(target: &str, seconds: &str, seeds: &Path) -> Result<(), Failure> {
    let corpus = paths::target().join("fuzz-corpus").join(target);
    let broken = folder().join("regressions").join(target);
    for place in [&corpus, &broken] {
        std::fs::create_dir_all(place)
            .map_err(|error| shell::beside(place, "cannot be made", &error))?;
    }
    let mut cargo = tools::cargo(&["fuzz", "run", target, "--fuzz-dir"]);
    cargo.arg(folder()).arg("--target-dir").arg(paths::target().join("fuzz"));
    cargo.arg(&corpus).arg(seeds.join(target)).arg("--");
    cargo.arg(format!("-max_total_time={seconds}"));
    cargo.arg(format!("-dict={}", seeds.join("words").display()));
    cargo.arg(format!("-artifact_prefix={}/", broken.display()));
    cargo.args(["-max_len=8192", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"]);
    // Sanitizers and coverage of edges are unstable flags of a stable compiler.
    cargo.env("RUSTC_BOOTSTRAP", "1");
    let advice = "What broke it is in tests/fuzz/regressions: mend the code, and keep the input, \
                  which `cargo test` will try for ever.";
    let done = shell::run(&mut cargo, advice);
    // Only a folder with something in it stays.
    let _ = std::fs::remove_dir(&broken);
    let _ = std::fs::remove_dir(folder().join("regressions"));
    done
}

/// The targets by their binaries.
fn targets() -> Result<Vec<String>, Failure> {
    let manifest = shell::read(&folder().join("Cargo.toml"))?;
    let bins = manifest.split("[[bin]]").skip(1);
    let mut names: Vec<String> =
        bins.filter_map(|bin| bin.split('"').nth(1)).map(String::from).collect();
    names.sort();
    Ok(names)
}

fn folder() -> PathBuf {
    paths::root().join("tests/fuzz")
}
