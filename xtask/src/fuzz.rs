//! `fuzz`: runs libFuzzer on the targets of `tests/fuzz`, each for some seconds.

use crate::shell::{self, Failure};
use crate::tally::Tally;
use crate::{paths, tools};
use std::path::{Path, PathBuf};

/// The default time for each target, in seconds.
const DEFAULT_SECONDS: &str = "60";

/// `fuzz [target] [seconds]`.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let is_number = |word: &&&str| word.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = words.iter().find(is_number).unwrap_or(&DEFAULT_SECONDS);
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

/// Runs every target for some seconds.
pub(crate) fn all(seconds: &str) -> Result<Tally, Failure> {
    let targets = targets()?;
    fuzz(&targets.iter().map(|target| &**target).collect::<Vec<_>>(), seconds)
}

fn fuzz(targets: &[&str], seconds: &str) -> Result<Tally, Failure> {
    tools::ensure(&tools::FUZZ)?;
    let seeds = paths::target().join("fuzz-seeds");
    let mut smoke = tools::cargo(&["test", "--package", "countersign", "--test", "fuzz"]);
    // The test writes the seeds into this folder.
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

/// Runs one target. Its corpus stays in the target folder; inputs that break it go to
/// `tests/fuzz/regressions`.
fn one(target: &str, seconds: &str, seeds: &Path) -> Result<(), Failure> {
    let corpus = paths::target().join("fuzz-corpus").join(target);
    let broken = folder().join("regressions").join(target);
    for folder in [&corpus, &broken] {
        std::fs::create_dir_all(folder)
            .map_err(|error| shell::file_failure(folder, "cannot be made", &error))?;
    }
    let mut cargo = tools::cargo(&["fuzz", "run", target, "--fuzz-dir"]);
    cargo.arg(folder()).arg("--target-dir").arg(paths::target().join("fuzz"));
    cargo.arg(&corpus).arg(seeds.join(target)).arg("--");
    cargo.arg(format!("-max_total_time={seconds}"));
    cargo.arg(format!("-dict={}", seeds.join("words").display()));
    cargo.arg(format!("-artifact_prefix={}/", broken.display()));
    cargo.args(["-max_len=8192", "-timeout=10", "-rss_limit_mb=2048", "-print_final_stats=1"]);
    // The flags for sanitizers and coverage are unstable; this allows them on a stable compiler.
    cargo.env("RUSTC_BOOTSTRAP", "1");
    let advice = "The input is in tests/fuzz/regressions: fix the code and commit the input, so that \
                  `cargo test` tries it again.";
    let done = shell::run(&mut cargo, advice);
    // Removes the folders if they are empty.
    let _ = std::fs::remove_dir(&broken);
    let _ = std::fs::remove_dir(folder().join("regressions"));
    done
}

/// The names of the targets, from the binaries of the package.
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
