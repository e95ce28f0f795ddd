//! Assembles the npm package: `pkg/` for users, `target/pkg-trap` for tests.

use crate::fingerprint::Fingerprint;
use crate::module::Module;
use crate::progress::Progress;
use crate::shell::{self, Failure};
use crate::{border, error_docs, node, paths, repository};
use countersign::proto::text::base64url;
use std::path::{Path, PathBuf};
use std::thread;
use zopfli::{Format, Options};

/// The exports that work without the modules that the demo does not load.
const DEMO_EXPORTS: [&str; 17] = [
    ".",
    "./slim",
    "./renewal",
    "./vault",
    "./providers",
    "./hints",
    "./edge",
    "./sessions",
    "./servicenow",
    "./aisera",
    "./cognigy",
    "./eam",
    "./countersign.wasm",
    "./edge.wasm",
    "./sessions.wasm",
    "./systems.wasm",
    "./package.json",
];

/// The contents of a package.
#[derive(Clone, Copy)]
pub(crate) enum Contents {
    /// Everything, as it is published.
    Complete,
    /// The modules of the demo, without types. Its manifest exports nothing else, and npm refuses to
    /// publish it.
    Demo,
    /// The complete package with modules that trap when a test tells them to.
    Trap,
}

impl Contents {
    /// The name, for fingerprints.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Demo => "demo",
            Self::Trap => "trap",
        }
    }

    /// The folder of the finished package.
    pub(crate) fn dir(self) -> PathBuf {
        match self {
            Self::Complete | Self::Demo => paths::pkg(),
            Self::Trap => paths::pkg_trap(),
        }
    }

    /// The folder in which the package is assembled.
    fn fresh(self) -> PathBuf {
        paths::target().join("package/fresh").join(self.name())
    }

    /// The number of steps without those of the modules.
    pub(crate) const fn steps(self) -> usize {
        match self {
            Self::Complete => 3,
            Self::Demo => 2,
            Self::Trap => 1,
        }
    }
}

/// The fingerprint of the inputs of a package without its modules.
pub(crate) fn sources() -> Result<String, Failure> {
    let mut fingerprint = Fingerprint::of("package").path(&paths::template())?;
    for (from, _) in documents() {
        fingerprint = fingerprint.path(&from)?;
    }
    for path in ["border.rs", "package.rs", "repository.rs"] {
        fingerprint = fingerprint.path(&paths::root().join("xtask/src").join(path))?;
    }
    Ok(fingerprint.path(&paths::root().join("xtask/npm"))?.finish())
}

/// Makes what does not depend on the modules: scripts and types.
pub(crate) fn prepare(contents: Contents, progress: &Progress) -> Result<(), Failure> {
    node::install("xtask/npm")?;
    let fresh = contents.fresh();
    shell::clear(&fresh)?;
    match contents {
        Contents::Complete => {
            version_fits()?;
            progress.step("package: types", || declare_types(&fresh))?;
        }
        Contents::Demo => {}
        Contents::Trap => return Ok(()),
    }
    progress.step("package: scripts", || compile_scripts(&paths::template().join("src"), &fresh))
}

/// Adds the modules to a prepared package and leaves it in its folder.
pub(crate) fn finish(
    modules: &[&Module],
    contents: Contents,
    progress: &Progress,
) -> Result<(), Failure> {
    let fresh = contents.fresh();
    progress.step("package: modules", || match contents {
        Contents::Complete => {
            border::check(modules)?;
            place_modules(modules, &fresh)?;
            shell::write(&fresh.join("package.json"), manifest()?)?;
            documents().iter().try_for_each(|(from, to)| shell::copy(from, &fresh.join(to)))
        }
        Contents::Demo => {
            place_modules(modules, &fresh)?;
            shell::write(&fresh.join("package.json"), demo_manifest(&manifest()?))
        }
        Contents::Trap => {
            copy_all(&paths::pkg(), &fresh)?;
            place_modules(modules, &fresh)
        }
    })?;
    replace(&fresh, &contents.dir())
}

fn declare_types(out: &Path) -> Result<(), Failure> {
    let mut tsc = node::tool("tsc");
    tsc.arg("--project").arg(paths::template().join("tsconfig.json"));
    tsc.arg("--emitDeclarationOnly").arg("--outDir").arg(out);
    shell::run(&mut tsc, "The types say what is wrong above.")
}

/// Writes the JavaScript of the TypeScript below `src`, minified, with source maps.
fn compile_scripts(src: &Path, out: &Path) -> Result<(), Failure> {
    let mut compile = node::script(&paths::root().join("xtask/npm/compile.mjs"));
    compile.arg(out).arg(src);
    shell::run(&mut compile, "The TypeScript in pkg-template/src does not compile.")
}

/// The same for the glue of the modules, which is JavaScript already.
fn compile_glue(modules: &[&Module], out: &Path) -> Result<(), Failure> {
    let mut compile = node::script(&paths::root().join("xtask/npm/compile.mjs"));
    compile.arg(out).arg("");
    for module in modules {
        compile.arg(module.files.glue).arg(&module.glue);
    }
    shell::run(&mut compile, "The glue is written by xtask/src/glue.rs.")
}

/// Copies the modules, writes their glue and their inlined forms, and runs each through its glue.
fn place_modules(modules: &[&Module], dir: &Path) -> Result<(), Failure> {
    compile_glue(modules, dir)?;
    for module in modules {
        shell::copy(&module.wasm, &dir.join(module.files.wasm))?;
    }
    thread::scope(|scope| {
        let writers: Vec<_> =
            modules.iter().map(|module| scope.spawn(|| write_inline(module, dir))).collect();
        writers.into_iter().try_for_each(|writer| {
            writer.join().unwrap_or_else(|_| Err(Failure::new("deflating a module panicked", "")))
        })
    })?;
    prove(modules, dir)
}

/// The files that are copied as they are, and their names in the package.
fn documents() -> Vec<(PathBuf, &'static str)> {
    let (root, template) = (paths::root(), paths::template());
    let mut files = vec![(template.join("README.md"), "README.md")];
    for name in ["LICENSE-MIT", "LICENSE-APACHE", "SECURITY.md", error_docs::PATH] {
        files.push((root.join(name), name));
    }
    files
}

/// Writes the module as text in a JavaScript file, if the package has it in that form. The text is
/// the same as long as the module is, so it is stored: deflating takes seconds.
fn write_inline(module: &Module, dir: &Path) -> Result<(), Failure> {
    let Some(name) = module.files.inline else { return Ok(()) };
    let wasm = &module.wasm;
    let bytes =
        std::fs::read(wasm).map_err(|error| shell::file_failure(wasm, "cannot be read", &error))?;
    let key = Fingerprint::of("inline").bytes(&bytes).finish();
    let stored = paths::target().join("package/inline").join(key).with_extension("js");
    if !stored.exists() {
        shell::write(&stored, inline(&bytes)?)?;
    }
    shell::copy(&stored, &dir.join(name).with_extension("js"))
}

fn inline(wasm: &[u8]) -> Result<String, Failure> {
    let mut deflated = Vec::new();
    zopfli::compress(Options::default(), Format::Deflate, wasm, &mut deflated)
        .map_err(|error| Failure::new(format!("the module cannot be deflated: {error}"), ""))?;
    // The page decodes it with `atob`, which needs the other alphabet and no padding.
    let packed = base64url::write(&deflated).replace('-', "+").replace('_', "/");
    Ok(format!("export const inlined='{packed}'\n"))
}

/// Fails unless the crate and the package have the same version.
fn version_fits() -> Result<(), Failure> {
    let manifest = shell::read(&paths::root().join("Cargo.toml"))?;
    let package = shell::read(&paths::template().join("package.json"))?;
    let crates = manifest.lines().find_map(|line| line.strip_prefix("version = "));
    let npm = package.lines().find_map(|line| line.trim().strip_prefix("\"version\": "));
    match (crates, npm) {
        (Some(crates), Some(npm)) if crates == npm.trim_end_matches(',') => Ok(()),
        _ => Err(Failure::new(
            "Cargo.toml and pkg-template/package.json differ in `version`",
            "Write the same version in both.",
        )),
    }
}

fn manifest() -> Result<String, Failure> {
    let manifest = shell::read(&paths::template().join("package.json"))?;
    Ok(repository::with_address(&manifest, repository::ADDRESS))
}

/// A manifest that npm refuses to publish, and that exports only [`DEMO_EXPORTS`].
fn demo_manifest(manifest: &str) -> String {
    let mut text = String::new();
    let mut is_kept = true;
    for line in manifest.lines() {
        // Entries of `exports` are indented by four spaces, and the last one is always kept.
        if let Some(entry) = line.strip_prefix("    \"") {
            is_kept = DEMO_EXPORTS.iter().any(|name| entry.starts_with(&format!("{name}\"")));
        }
        if is_kept || line.starts_with("  }") {
            text.push_str(line);
            text.push('\n');
        }
    }
    text.replacen("  \"version\":", "  \"private\": true,\n  \"version\":", 1)
}

/// Runs two instances of each module through its glue, and compares the imports of the module with
/// those that the glue has.
fn prove(modules: &[&Module], dir: &Path) -> Result<(), Failure> {
    let mut prove = node::script(&paths::root().join("xtask/npm/prove.mjs"));
    for module in modules {
        prove.args([dir.join(module.files.glue), dir.join(module.files.wasm)]);
    }
    shell::run(&mut prove, "A module and its glue do not fit; see xtask/src/glue.rs.")
}

fn replace(fresh: &Path, place: &Path) -> Result<(), Failure> {
    // Copied, not moved: cargo's target folder may be on another disk.
    shell::clear(place)?;
    copy_all(fresh, place)
}

fn copy_all(from: &Path, to: &Path) -> Result<(), Failure> {
    let entries = std::fs::read_dir(from);
    let entries = entries.map_err(|error| shell::file_failure(from, "cannot be read", &error))?;
    for entry in entries.flatten() {
        let (path, place) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_all(&path, &place)?;
        } else {
            shell::copy(&path, &place)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demo_exports_only_entries_whose_modules_it_has() {
        let complete = shell::read(&paths::template().join("package.json")).expect("the template");
        let demo = demo_manifest(&complete);
        for name in DEMO_EXPORTS {
            assert!(complete.contains(&format!("    \"{name}\": ")), "{name} is no export");
            assert!(demo.contains(&format!("    \"{name}\": ")), "{name} is missing");
        }
        for name in ["./soft", "./introspection", "./jose", "./sign-in.wasm", "./ask.wasm"] {
            assert!(complete.contains(&format!("    \"{name}\": ")), "{name} is no export");
            assert!(!demo.contains(name), "{name} has no module");
        }
        assert!(demo.contains("\"private\": true") && !complete.contains("\"private\": true"));
        let closed = |text: &str| text.matches('{').count() == text.matches('}').count();
        assert!(closed(&complete) && closed(&demo), "{demo}");
        assert!(!demo.contains("},\n  }"), "a comma before the end: {demo}");
    }
}
