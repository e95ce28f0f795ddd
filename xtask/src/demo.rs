//! `demo`: the app, its provider, its API and the emulated systems, on this machine.

use crate::progress::Progress;
use crate::shell::{self, Failure};
use crate::{build, node, paths};
use std::process::Command;

/// The steps after those of the package.
const STEPS: usize = 2;

/// Builds the package and the app, then becomes the demo's server.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    if !words.is_empty() {
        return Err(Failure::new("`demo` takes no words", "Run: cargo xtask demo"));
    }
    let install = |progress: &Progress| {
        // wasm-opt is the first tool that the build waits for.
        progress.step("npm packages of xtask/npm and www", || {
            node::install("xtask/npm")?;
            node::install("www")
        })
    };
    let progress = build::package_for_demo(STEPS, install)?;
    progress.step("www: vite build", build_app)?;
    let mut server = Command::new("node");
    server.arg("demo.js").current_dir(paths::root().join("www"));
    serve(server)
}

fn build_app() -> Result<(), Failure> {
    let mut npm = Command::new("npm");
    npm.args(["run", "--silent", "build"]).current_dir(paths::root().join("www"));
    shell::run(&mut npm, "The app does not build: Vite says why above.")
}

/// Hands the process over, so that Ctrl-C and any other signal reach the server itself.
#[cfg(unix)]
fn serve(mut server: Command) -> Result<(), Failure> {
    use std::os::unix::process::CommandExt;
    let error = server.exec();
    Err(Failure::new(format!("cannot start {}: {error}", shell::spelled(&server)), ""))
}

#[cfg(not(unix))]
fn serve(mut server: Command) -> Result<(), Failure> {
    shell::run(&mut server, "")
}
