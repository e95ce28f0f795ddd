//! The compiler for wasm. The toolchain's own target comes from rustup. Where rustup cannot install
//! it, Debian's `rustc-web` builds the standard library itself. The whole fallback is in this file.

use crate::shell::{self, Failure};
use crate::{paths, system};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The name of the target.
pub(crate) const NAME: &str = "wasm32-unknown-unknown";

/// The environment variable that forces the fallback, with the value `debian`.
const FORCE: &str = "COUNTERSIGN_WASM_FALLBACK";

/// Debian's packages of the fallback, and the paths of their tools.
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
const LINKER: &str = "/usr/bin/wasm-ld-22";

const ADVICE: &str = "Install rustup (https://rustup.rs) and run `rustup target add \
                      wasm32-unknown-unknown`; or, on Debian, run `apt-get install rustc-web \
                      cargo-web rust-web-src lld-22`.";

/// A compiler for wasm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compiler {
    /// The toolchain that runs this task runner.
    Toolchain,
    /// Debian's `rustc-web`.
    Debian,
}

/// Finds a compiler for wasm, or installs one.
pub(crate) fn ensure() -> Result<Compiler, Failure> {
    if std::env::var(FORCE).is_ok_and(|name| name == "debian") {
        shell::say(&format!("{FORCE}=debian: the wasm target of the toolchain is not used"));
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
            shell::say(
                "rustup cannot install the wasm target; Debian's rustc-web does not need it",
            );
            debian()
        }
    }
}

/// Whether the toolchain has the standard library for wasm.
fn is_there() -> bool {
    let mut rustc = toolchain_rustc();
    rustc.args(["--print", "target-libdir", "--target", NAME]);
    let Some(dir) = shell::probe(&mut rustc) else { return false };
    std::fs::read_dir(dir).is_ok_and(|files| {
        files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

fn toolchain_rustc() -> Command {
    let mut rustc = Command::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.current_dir(paths::root());
    rustc
}

fn debian() -> Result<Compiler, Failure> {
    system::install(&PACKAGES, ADVICE)?;
    match [RUSTC, CARGO, LINKER].into_iter().find(|tool| !Path::new(tool).exists()) {
        None => Ok(Compiler::Debian),
        Some(tool) => Err(Failure::new(format!("{tool} is missing"), ADVICE)),
    }
}

impl Compiler {
    /// The version of the compiler, by which its output may differ.
    pub(crate) fn version(self) -> Result<String, Failure> {
        let mut rustc = match self {
            Self::Toolchain => toolchain_rustc(),
            Self::Debian => Command::new(RUSTC),
        };
        shell::output(rustc.arg("-vV"), ADVICE)
    }

    /// A cargo command with the verb, the target and the target folder. The caller adds the rest.
    pub(crate) fn cargo(self, verb: &str) -> Command {
        let mut cargo = match self {
            Self::Toolchain => Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into())),
            Self::Debian => Command::new(CARGO),
        };
        cargo.args([verb, "--target", NAME]).current_dir(paths::root());
        cargo.env("CARGO_TARGET_DIR", self.target_dir());
        if self == Self::Debian {
            // `cargo xtask` runs under another toolchain, which these variables select.
            for variable in ["RUSTUP_TOOLCHAIN", "RUSTC_WRAPPER", "LD_LIBRARY_PATH", "CARGO"] {
                cargo.env_remove(variable);
            }
            cargo.env("RUSTC", RUSTC).env("RUSTC_BOOTSTRAP", "1");
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", LINKER);
            cargo.arg("-Zbuild-std=std,panic_abort");
        }
        cargo
    }

    /// Cargo's target folder. The fallback has one of its own, because neither compiler can use what
    /// the other built.
    pub(crate) fn target_dir(self) -> PathBuf {
        match self {
            Self::Toolchain => paths::target(),
            Self::Debian => paths::target().join("debian"),
        }
    }
}
