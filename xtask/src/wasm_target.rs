//! The compiler for wasm: the toolchain's own target, which rustup brings; where it cannot, Debian's
//! `rustc-web`, which builds the standard library itself. All of that fallback is in this file.

use crate::shell::{self, Failure};
use crate::{paths, system};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The name of the target.
pub(crate) const NAME: &str = "wasm32-unknown-unknown";

/// Set to `debian` to use the fallback although the target is there.
const FORCE: &str = "COUNTERSIGN_WASM_FALLBACK";

/// What Debian calls the fallback, and where its tools lie.
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const LINKER: &str = "/usr/bin/wasm-ld-22";

const ADVICE: &str = "Install rustup (https://rustup.rs) and run `rustup target add \
                      wasm32-unknown-unknown`; or, on Debian, run `apt-get install rustc-web \
                      cargo-web rust-web-src lld-22`.";

/// Who compiles for wasm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compiler {
    /// The toolchain that runs this task runner.
    Toolchain,
    /// Debian's `rustc-web`.
    Debian,
}

/// Finds a compiler for wasm, or brings one.
pub(crate) fn ensure() -> Result<Compiler, Failure> {
    if std::env::var(FORCE).is_ok_and(|name| name == "debian") {
        shell::say(&format!("{FORCE}=debian: the wasm target of the toolchain is left aside"));
        return debian();
    }
    if is_there() {
        return Ok(Compiler::Toolchain);
    }
    let added = shell::step(&format!("rustup target add {NAME}"), || {
        shell::run(
            Command::new("rustup").args(["target", "add", NAME]).current_dir(paths::root()),
            "",
        )
    });
    match added {
        Ok(()) if is_there() => Ok(Compiler::Toolchain),
        Ok(()) => Err(Failure::new(
            format!("rustup added {NAME} to another toolchain than the one in use"),
            format!("Run: rustup target add {NAME} --toolchain <the one in rust-toolchain.toml>"),
        )),
        Err(failure) => {
            shell::say(&format!("{failure}"));
            shell::say("rustup could not bring the wasm target; Debian's rustc-web can do without");
            debian()
        }
    }
}

/// Whether the toolchain has the standard library for wasm.
fn is_there() -> bool {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--print", "target-libdir", "--target", NAME]).current_dir(paths::root());
    let Some(dir) = shell::probe(&mut rustc) else { return false };
    std::fs::read_dir(dir).is_ok_and(|files| {
        files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

fn debian() -> Result<Compiler, Failure> {
    system::install(&PACKAGES, ADVICE)?;
    match [RUSTC, CARGO, LINKER].into_iter().find(|tool| !Path::new(tool).exists()) {
        None => Ok(Compiler::Debian),
        Some(tool) => Err(Failure::new(format!("{tool} is missing"), ADVICE)),
    }
}

impl Compiler {
    /// A cargo command that compiles for wasm once its arguments are complete: `verb`, the target
    /// and the place of the output are set.
    pub(crate) fn cargo(self, verb: &str) -> Command {
        let mut cargo = match self {
            Self::Toolchain => Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into())),
            Self::Debian => Command::new(CARGO),
        };
        cargo.args([verb, "--target", NAME]).current_dir(paths::root());
        cargo.env("CARGO_TARGET_DIR", self.target_dir());
        if self == Self::Debian {
            // `cargo xtask` ran under another toolchain: none of its traces may lead back there.
            for trace in ["RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER", "LD_LIBRARY_PATH", "CARGO"] {
                cargo.env_remove(trace);
            }
            cargo.env("RUSTC", RUSTC).env("RUSTC_BOOTSTRAP", "1");
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER);
            cargo.arg("-Zbuild-std=std,panic_abort");
        }
        cargo
    }

    /// Cargo's target folder; the fallback has its own, so that neither undoes the other's work.
    pub(crate) fn target_dir(self) -> PathBuf {
        match self {
            Self::Toolchain => paths::target(),
            Self::Debian => paths::target().join("debian"),
        }
    }
}
