//! `build`: leaves the installable npm package in `pkg/`.

use crate::fingerprint::{self, Fingerprint};
use crate::module::{self, DEMO, Module, ModuleSpec, PUBLISHED, TRAPPING};
use crate::package::{self, Contents};
use crate::progress::Progress;
use crate::shell::{self, Failure};
use crate::wasm_target::{self, Compiler};
use crate::{codes, node, paths};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, mpsc};
use std::thread;

/// Builds the package, and with `--test-trap` the one with a planted trap as well.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    match words {
        [] => package(),
        ["--test-trap"] => packages_for_tests(),
        _ => Err(Failure::new(
            format!("`build` does not know `{}`", words.join(" ")),
            "Run: cargo xtask build [--test-trap]",
        )),
    }
}

/// Builds the package, unless `pkg/` holds what its sources give.
pub(crate) fn package() -> Result<(), Failure> {
    let build = Build::describe(PUBLISHED, Contents::Complete)?;
    if build.is_current()? {
        return Ok(());
    }
    let progress = Progress::new(build.steps());
    build.finish(&progress)?;
    shell::say(&format!("{} is ready: npm i {0}", paths::pkg().display()));
    Ok(())
}

/// Builds the package and the one with a planted trap. Their modules are built side by side.
fn packages_for_tests() -> Result<(), Failure> {
    let mut builds = Vec::new();
    for (specs, contents) in [(PUBLISHED, Contents::Complete), (TRAPPING, Contents::Trap)] {
        let build = Build::describe(specs, contents)?;
        if !build.is_current()? {
            builds.push(build);
        }
    }
    let Some(first) = builds.first() else { return Ok(()) };
    let progress = Progress::new(builds.iter().map(Build::steps).sum());
    let stale: Vec<_> = builds.iter().flat_map(Build::stale).collect();
    build_modules(first.compiler, &stale, &progress)?;
    builds.iter().try_for_each(|build| build.finish(&progress))
}

/// Builds what the demo loads, and nothing else: a package of four modules, without types. A package
/// that is complete and current already is left as it is. `more` is run during the build; it counts
/// as `more_steps` steps.
pub(crate) fn package_for_demo(
    more_steps: usize,
    more: impl FnOnce(&Progress) -> Result<(), Failure> + Send,
) -> Result<Progress, Failure> {
    let complete = Build::describe(PUBLISHED, Contents::Complete)?;
    let demo = Build::describe(DEMO, Contents::Demo)?;
    if complete.is_current()? || demo.is_current()? {
        let progress = Progress::new(more_steps);
        more(&progress)?;
        return Ok(progress);
    }
    let progress = Progress::new(demo.steps() + more_steps);
    thread::scope(|scope| {
        let additional = scope.spawn(|| more(&progress));
        let built = demo.finish(&progress);
        built.and(joined(additional.join()))
    })?;
    Ok(progress)
}

/// A package, its modules, and the fingerprint of everything that it depends on.
struct Build {
    compiler: Compiler,
    contents: Contents,
    modules: Vec<(&'static ModuleSpec, Module)>,
    fingerprint: String,
}

impl Build {
    fn describe(specs: &'static [ModuleSpec], contents: Contents) -> Result<Self, Failure> {
        codes::check()?;
        node::check()?;
        let compiler = wasm_target::ensure()?;
        let sources = module::sources(compiler)?;
        let modules: Vec<_> = specs.iter().map(|spec| (spec, spec.describe(&sources))).collect();
        let mut fingerprint = Fingerprint::of(contents.name()).text(&package::sources()?);
        for (_, module) in &modules {
            fingerprint = fingerprint.text(&module.fingerprint);
        }
        Ok(Self { compiler, contents, modules, fingerprint: fingerprint.finish() })
    }

    /// The modules that are not built, or were built from other sources.
    fn stale(&self) -> Vec<(&'static ModuleSpec, &Module)> {
        let modules = self.modules.iter().map(|(spec, module)| (*spec, module));
        modules.filter(|(spec, module)| !spec.is_built(module)).collect()
    }

    /// Whether the package's folder holds what these sources give, and nothing in it was changed.
    fn is_current(&self) -> Result<bool, Failure> {
        let dir = self.contents.dir();
        Ok(dir.exists() && fingerprint::is_current(&self.stamp(), &self.with_output(&dir)?))
    }

    /// The number of steps that are left.
    fn steps(&self) -> usize {
        self.stale().len() * 2 + self.contents.steps()
    }

    fn finish(&self, progress: &Progress) -> Result<(), Failure> {
        thread::scope(|scope| {
            let prepared = scope.spawn(|| package::prepare(self.contents, progress));
            let built = build_modules(self.compiler, &self.stale(), progress);
            built.and(joined(prepared.join()))
        })?;
        let modules: Vec<&Module> = self.modules.iter().map(|(_, module)| module).collect();
        package::finish(&modules, self.contents, progress)?;
        shell::write(&self.stamp(), self.with_output(&self.contents.dir())?)
    }

    fn stamp(&self) -> PathBuf {
        let name = self.contents.dir().file_name().unwrap_or_default().to_owned();
        paths::target().join("package").join(name).with_extension("stamp")
    }

    fn with_output(&self, dir: &Path) -> Result<String, Failure> {
        Ok(Fingerprint::of("output").text(&self.fingerprint).path(dir)?.finish())
    }
}

/// Compiles the modules one after the other, and optimizes each while the next ones compile: cargo
/// uses every core and locks its target folder, wasm-opt uses one core.
fn build_modules(
    compiler: Compiler,
    modules: &[(&'static ModuleSpec, &Module)],
    progress: &Progress,
) -> Result<(), Failure> {
    let (compiled, queue) = mpsc::channel::<(&ModuleSpec, &Module)>();
    let queue = Mutex::new(queue);
    let next = || queue.lock().ok().and_then(|queue| queue.recv().ok());
    let optimize = || {
        while let Some((spec, module)) = next() {
            spec.optimize(module, progress)?;
        }
        Ok(())
    };
    thread::scope(|scope| {
        let lanes = thread::available_parallelism().map_or(1, usize::from);
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(optimize)).collect();
        let mut result = modules.iter().try_for_each(|(spec, module)| {
            spec.compile(compiler, module, progress)?;
            // Without a receiver every lane has failed, which its own result says.
            _ = compiled.send((spec, module));
            Ok(())
        });
        drop(compiled);
        for lane in lanes {
            result = result.and(joined(lane.join()));
        }
        result
    })
}

/// The result of a joined thread.
pub(crate) fn joined(result: thread::Result<Result<(), Failure>>) -> Result<(), Failure> {
    result.unwrap_or_else(|_| Err(Failure::new("a step of the build panicked, see above", "")))
}
