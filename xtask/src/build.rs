//! `build`: leaves the installable npm package in `pkg/`.

use crate::module::{self, Flavour, Module};
use crate::shell::{self, Failure};
use crate::{border, codes, node, package, paths, wasm_target};
use std::sync::atomic::{AtomicBool, Ordering};

/// What was built in this run: layers of tests that need a package share it.
static PACKAGE: AtomicBool = AtomicBool::new(false);
static TRAP_PACKAGE: AtomicBool = AtomicBool::new(false);

/// Builds the package, and with `--test-trap` the one with a planted trap as well.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    match words {
        [] => package(),
        ["--test-trap"] => package().and_then(|()| trap_package()),
        _ => Err(Failure::new(
            format!("`build` does not know `{}`", words.join(" ")),
            "Run: cargo xtask build [--test-trap]",
        )),
    }
}

/// Builds the package.
pub(crate) fn package() -> Result<(), Failure> {
    if PACKAGE.load(Ordering::Relaxed) {
        return Ok(());
    }
    codes::check()?;
    node::check()?;
    node::install("xtask/npm")?;
    let modules = make(module::PUBLISHED)?;
    for module in &modules {
        shell::step("package: the border's types", || border::check(module))?;
    }
    package::assemble(&modules)?;
    PACKAGE.store(true, Ordering::Relaxed);
    shell::say(&format!("{} is ready: npm i {0}", paths::pkg().display()));
    Ok(())
}

/// Builds the package that the tests trap in, beside the one that [`package`] built.
pub(crate) fn trap_package() -> Result<(), Failure> {
    if TRAP_PACKAGE.load(Ordering::Relaxed) {
        return Ok(());
    }
    package::assemble_trap(&make(module::TRAPPING)?)?;
    TRAP_PACKAGE.store(true, Ordering::Relaxed);
    Ok(())
}

fn make(flavours: &[Flavour]) -> Result<Vec<Module>, Failure> {
    let compiler = wasm_target::ensure()?;
    flavours.iter().map(|flavour| module::make(compiler, flavour)).collect()
}
