//! Builds a wasm module in four steps: cargo, wasm-bindgen, wasm-opt, the order of the functions.

use crate::fingerprint::{self, Fingerprint};
use crate::progress::Progress;
use crate::shell::{self, Failure};
use crate::wasm_target::{self, Compiler};
use crate::{function_order, glue, node, paths};
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// The WebAssembly features of rustc's default for this target. `--all-features` is never used:
/// wasm-opt then writes types that no engine has.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Exports that only wasm-bindgen's own glue calls. Without them, wasm-opt also removes the code
/// that nothing else reaches.
const UNUSED_EXPORTS: [&str; 5] = [
    "--remove-exports=__abort_handler",
    "--remove-exports=__externref_table_alloc",
    "--remove-exports=__instance_terminated",
    "--remove-exports=__wbindgen_externrefs",
    "--remove-exports=__wbindgen_realloc",
];

/// The passes in the order that gives the smallest module under brotli. `--low-memory-unused` holds
/// because the first KiB of memory is the far end of the stack. `--dealign` drops alignment hints,
/// which engines ignore. `--reorder-functions` gives short numbers to functions with many callers.
const SMALLEST_PASSES: [&str; 11] = [
    "--low-memory-unused",
    "-Oz",
    "--flatten",
    "--rereloop",
    "-Oz",
    "-Oz",
    "--converge",
    "--untee",
    "-Oz",
    "--dealign",
    "--reorder-functions",
];

/// Only removes what is unused.
const UNUSED_PASSES: [&str; 1] = ["--remove-unused-module-elements"];

/// Sections that a page does not need. wasm-bindgen reads them, so cargo must not strip them.
const STRIP: [&str; 3] = ["--strip-debug", "--strip-producers", "--strip-target-features"];

/// Keeps the loops of SHA-2 rolled: 6 KB less to download, for hashes of a few hundred bytes.
const COMPACT_HASHES: &str = "--cfg=sha2_backend_soft=\"compact\"";

/// Lets the linker generate the machine code of the whole module, with options that rustc does not
/// have: 1.8 KB less to download. No option may change how a function passes its results: LLVM
/// 22.1.2 miscompiles the experimental one, and `guard` then writes wrong challenges.
const LINKER_FLAGS: [&str; 8] = [
    "-Clinker-plugin-lto",
    // Keeps loops as they are written, and every piece of code once.
    "-Clink-arg=-mllvm",
    "-Clink-arg=-disable-lsr",
    "-Clink-arg=-mllvm",
    "-Clink-arg=-disable-tail-duplicate",
    "-Clink-arg=-mllvm",
    "-Clink-arg=-disable-early-taildup",
    // Ten times what the code uses. Data follows the stack, and small addresses are short.
    "-Clink-arg=-zstack-size=65536",
];

/// More of them, where size counts for more than time.
const SMALLEST_LINKER_FLAGS: [&str; 4] = [
    // Inlines only what makes the caller smaller, also in the standard library, which was compiled
    // for speed.
    "-Clink-arg=-mllvm",
    "-Clink-arg=-inline-threshold=5",
    // Computes a value again instead of keeping it: repeated code compresses well.
    "-Clink-arg=-mllvm",
    "-Clink-arg=-disable-machine-cse",
];

/// A wasm module that can be built.
pub(crate) struct ModuleSpec {
    /// The name in progress messages and below `target/package`.
    pub(crate) name: &'static str,
    /// The features of the crate, separated by commas.
    features: &'static str,
    /// How rustc and wasm-opt optimize it.
    profile: Profile,
    /// The names of its files in the package.
    pub(crate) files: ModuleFiles,
}

/// How rustc and wasm-opt optimize a module.
#[derive(Clone, Copy)]
struct Profile {
    /// rustc's `opt-level`.
    opt_level: &'static str,
    /// The passes of wasm-opt.
    passes: &'static [&'static str],
    /// The size up to which wasm-opt inlines every function, in its own units. Its default is 2.
    max_inlined_size: &'static str,
    /// More flags of rustc.
    rustflags: &'static [&'static [&'static str]],
}

/// Smallest, for a page that downloads the module.
const SMALLEST: Profile = Profile {
    opt_level: "z",
    passes: &SMALLEST_PASSES,
    max_inlined_size: "6",
    rustflags: &[&[COMPACT_HASHES], &LINKER_FLAGS, &SMALLEST_LINKER_FLAGS],
};

/// For an API that verifies a token in every request: a fifth less time per token than
/// [`SMALLEST`], for 3.4 KB.
const BALANCED: Profile = Profile { opt_level: "s", rustflags: &[&LINKER_FLAGS], ..SMALLEST };

/// Fastest, for signatures in Rust. wasm-opt only removes what is unused: its `-O3` makes the module
/// neither faster nor smaller, and the first compiler of WebKitGTK 2.50.6 (BBQ) miscompiles that
/// output twenty times as often as this one: a good signature fails, or a call ends out of bounds
/// (`tests/soak/webkit.test.mjs`).
const FASTEST: Profile =
    Profile { opt_level: "3", passes: &UNUSED_PASSES, max_inlined_size: "2", rustflags: &[] };

/// The names of a module's files in the package.
#[derive(Clone, Copy)]
pub(crate) struct ModuleFiles {
    /// The module itself.
    pub(crate) wasm: &'static str,
    /// The factory of its glue.
    pub(crate) glue: &'static str,
    /// The module as text in a JavaScript file, without the file's extension.
    pub(crate) inline: Option<&'static str>,
    /// The file whose type `Core` lists the exports of the module.
    pub(crate) core: &'static str,
}

const PAGE: ModuleFiles = ModuleFiles {
    wasm: "countersign.wasm",
    glue: "core/wasm/page-glue.js",
    inline: Some("core/wasm/page-inline"),
    core: "core/page.js",
};

/// A page's core without renewal. Exports and glue are those of [`PAGE`].
const SIGN_IN: ModuleFiles = ModuleFiles { wasm: "sign-in.wasm", inline: None, ..PAGE };

/// The core of a confidential client. Exports and glue are those of [`PAGE`].
const SESSIONS: ModuleFiles =
    ModuleFiles { wasm: "sessions.wasm", inline: Some("core/wasm/sessions-inline"), ..PAGE };

const EDGE: ModuleFiles = ModuleFiles {
    wasm: "edge.wasm",
    glue: "core/wasm/edge-glue.js",
    inline: Some("core/wasm/edge-inline"),
    core: "core/edge.js",
};

const SOFT: ModuleFiles = ModuleFiles {
    wasm: "soft.wasm",
    glue: "core/wasm/soft-glue.js",
    inline: Some("core/wasm/soft-inline"),
    core: "core/soft.js",
};

const INTROSPECTION: ModuleFiles = ModuleFiles {
    wasm: "ask.wasm",
    glue: "core/wasm/introspection-glue.js",
    inline: Some("core/wasm/introspection-inline"),
    core: "core/introspection.js",
};

const JOSE: ModuleFiles = ModuleFiles {
    wasm: "jose.wasm",
    glue: "core/wasm/jose-glue.js",
    inline: Some("core/wasm/jose-inline"),
    core: "core/jose.js",
};

const SYSTEMS: ModuleFiles = ModuleFiles {
    wasm: "systems.wasm",
    glue: "core/wasm/systems-glue.js",
    inline: Some("core/wasm/systems-inline"),
    core: "core/systems.js",
};

/// The core of a client without users. Exports and glue are those of [`SYSTEMS`].
const CLIENT_CREDENTIALS: ModuleFiles = ModuleFiles {
    wasm: "client-credentials.wasm",
    inline: Some("core/wasm/client-credentials-inline"),
    ..SYSTEMS
};

const PAGE_SPEC: ModuleSpec =
    ModuleSpec { name: "page", features: "renewal", profile: SMALLEST, files: PAGE };

const EDGE_SPEC: ModuleSpec =
    ModuleSpec { name: "edge", features: "edge", profile: BALANCED, files: EDGE };

const SESSIONS_SPEC: ModuleSpec =
    ModuleSpec { name: "sessions", features: "sessions", profile: SMALLEST, files: SESSIONS };

const SYSTEMS_SPEC: ModuleSpec =
    ModuleSpec { name: "systems", features: "systems", profile: SMALLEST, files: SYSTEMS };

/// The published modules. wasm-opt takes longest for the first ones, and it runs while cargo
/// compiles the next ones.
pub(crate) const PUBLISHED: &[ModuleSpec] = &[
    SESSIONS_SPEC,
    PAGE_SPEC,
    EDGE_SPEC,
    ModuleSpec { name: "sign-in", features: "page", profile: SMALLEST, files: SIGN_IN },
    ModuleSpec { name: "introspection", features: "ask", profile: SMALLEST, files: INTROSPECTION },
    ModuleSpec { name: "jose", features: "jose", profile: SMALLEST, files: JOSE },
    SYSTEMS_SPEC,
    ModuleSpec {
        name: "client-credentials",
        features: "client-credentials",
        profile: SMALLEST,
        files: CLIENT_CREDENTIALS,
    },
    ModuleSpec { name: "soft", features: "soft", profile: FASTEST, files: SOFT },
];

/// The profile of a module that is not published, so that its size does not matter: wasm-opt takes a
/// second instead of twenty.
const UNPUBLISHED: Profile = Profile { passes: &UNUSED_PASSES, ..SMALLEST };

/// The modules that the demo loads.
pub(crate) const DEMO: &[ModuleSpec] = &[
    ModuleSpec { name: "page-demo", profile: UNPUBLISHED, ..PAGE_SPEC },
    ModuleSpec { name: "edge-demo", profile: UNPUBLISHED, ..EDGE_SPEC },
    ModuleSpec { name: "sessions-demo", profile: UNPUBLISHED, ..SESSIONS_SPEC },
    ModuleSpec { name: "systems-demo", profile: UNPUBLISHED, ..SYSTEMS_SPEC },
];

/// Modules that trap when a test tells them to.
pub(crate) const TRAPPING: &[ModuleSpec] = &[
    ModuleSpec {
        name: "page-trap",
        features: "renewal,planted-trap",
        profile: UNPUBLISHED,
        ..PAGE_SPEC
    },
    ModuleSpec {
        name: "edge-trap",
        features: "edge,planted-trap",
        profile: UNPUBLISHED,
        ..EDGE_SPEC
    },
    ModuleSpec { name: "soft-trap", features: "soft,planted-trap", profile: FASTEST, files: SOFT },
];

/// The files of a built module.
pub(crate) struct Module {
    /// The names of its files in the package.
    pub(crate) files: ModuleFiles,
    /// The finished module.
    pub(crate) wasm: PathBuf,
    /// The factory of its glue, a JavaScript file.
    pub(crate) glue: PathBuf,
    /// The types of its exports, as wasm-bindgen writes them.
    pub(crate) types: PathBuf,
    /// The fingerprint of everything that the module depends on.
    pub(crate) fingerprint: String,
}

impl ModuleSpec {
    fn dir(&self) -> PathBuf {
        paths::target().join("package").join(self.name)
    }

    fn stamp(&self) -> PathBuf {
        self.dir().join("stamp")
    }

    /// The module's files and fingerprint, whether it is built or not.
    pub(crate) fn describe(&self, sources: &str) -> Module {
        let dir = self.dir();
        Module {
            files: self.files,
            wasm: dir.join("optimized.wasm"),
            glue: dir.join("glue.js"),
            types: dir.join("countersign.d.ts"),
            fingerprint: Fingerprint::of(self.name).text(sources).finish(),
        }
    }

    /// Whether the module was built from these inputs.
    pub(crate) fn is_built(&self, module: &Module) -> bool {
        fingerprint::is_current(&self.stamp(), &module.fingerprint) && module.wasm.exists()
    }

    /// Compiles the module and lets wasm-bindgen finish it. Only one cargo may run in a target
    /// folder at a time, and the next module overwrites what it leaves.
    pub(crate) fn compile(
        &self,
        compiler: Compiler,
        module: &Module,
        progress: &Progress,
    ) -> Result<(), Failure> {
        progress.step(&format!("{}: compile", self.name), || {
            let compiled = compile(compiler, self.features, self.profile)?;
            shell::write(&module.glue, bind(&compiled, &self.dir())?)
        })
    }

    /// Optimizes the compiled module, unless its code is what it was.
    pub(crate) fn optimize(&self, module: &Module, progress: &Progress) -> Result<(), Failure> {
        let input = self.dir().join("countersign_bg.wasm");
        progress.step(&format!("{}: optimize", self.name), || {
            wasm_opt(&input, &module.wasm, self.profile, &STRIP)?;
            shell::write(&module.wasm, function_order::ordered(&read(&module.wasm)?)?)?;
            shell::write(&self.stamp(), &module.fingerprint)
        })
    }
}

/// The fingerprint of what every module depends on.
pub(crate) fn sources(compiler: Compiler) -> Result<String, Failure> {
    let mut fingerprint = Fingerprint::of("modules").text(&compiler.version()?);
    for path in [
        "Cargo.lock",
        "Cargo.toml",
        "src",
        "xtask/npm/package-lock.json",
        "xtask/src/function_order.rs",
        "xtask/src/glue.js",
        "xtask/src/glue.rs",
        "xtask/src/module.rs",
        "xtask/src/wasm_target.rs",
    ] {
        fingerprint = fingerprint.path(&paths::root().join(path))?;
    }
    Ok(fingerprint.finish())
}

fn compile(compiler: Compiler, features: &str, profile: Profile) -> Result<PathBuf, Failure> {
    let mut cargo = compiler.cargo("rustc");
    cargo.args(["--quiet", "--lib", "--crate-type", "cdylib", "--release"]);
    cargo.args(["--package", "countersign", "--features", features]);
    let mut flags = remap_paths();
    flags.extend(profile.rustflags.concat().iter().map(ToString::to_string));
    // `CARGO_ENCODED_RUSTFLAGS` separates flags by a character that no path contains.
    cargo.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", profile.opt_level);
    shell::run(&mut cargo, "The core does not compile for wasm: the compiler says why above.")?;
    let made = format!("{}/release/countersign.wasm", wasm_target::NAME);
    Ok(compiler.target_dir().join(made))
}

/// Flags that remove the builder's folders from panic messages: they are private, and the bytes of
/// the module must not depend on them. Cargo itself names files of this checkout by relative paths.
fn remap_paths() -> Vec<String> {
    let home = |name: &str, below: &str| {
        let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(below));
        std::env::var_os(name).map(PathBuf::from).or(home)
    };
    let places = [home("CARGO_HOME", ".cargo"), home("RUSTUP_HOME", ".rustup")];
    let remap = |place: &PathBuf| format!("--remap-path-prefix={}=.", place.display());
    places.iter().flatten().map(remap).collect()
}

/// Runs wasm-bindgen into `dir`. Returns the factory of the glue.
fn bind(compiled: &Path, dir: &Path) -> Result<String, Failure> {
    shell::clear(dir)?;
    let mut bindgen = Bindgen::new();
    let named = bindgen.input_path(compiled).out_name("countersign").typescript(true);
    let made = named.generate_output().and_then(|mut output| {
        let module = output.wasm_mut();
        for import in module.imports.iter_mut() {
            rename(&mut import.module, glue::short_import_module);
            rename(&mut import.name, glue::short_name);
        }
        module.exports.iter_mut().for_each(|export| rename(&mut export.name, glue::short_name));
        output.emit(dir)
    });
    made.map_err(|error| {
        Failure::new(
            format!("wasm-bindgen refused the module: {error:#}"),
            "The versions of wasm-bindgen (Cargo.toml) and wasm-bindgen-cli-support \
             (xtask/Cargo.toml) must be the same.",
        )
    })?;
    let entry = shell::read(&dir.join("countersign.js"))?;
    glue::factory(&entry, &shell::read(&dir.join("countersign_bg.js"))?)
}

fn rename(name: &mut String, short: impl Fn(&str) -> Option<&'static str>) {
    if let Some(short) = short(name) {
        short.clone_into(name);
    }
}

/// The built edge module with the names of its functions. [`PUBLISHED`] must be built.
pub(crate) fn edge_with_names() -> Result<PathBuf, Failure> {
    let dir = EDGE_SPEC.dir();
    let (from, to) = (dir.join("countersign_bg.wasm"), dir.join("named.wasm"));
    if !to.exists() {
        shell::step("edge: wasm-opt, with names", || wasm_opt(&from, &to, BALANCED, &["-g"]))?;
    }
    Ok(to)
}

fn wasm_opt(from: &Path, to: &Path, profile: Profile, more: &[&str]) -> Result<(), Failure> {
    node::install("xtask/npm")?;
    let input = read(from)?;
    let mut opt: Command = node::tool("wasm-opt");
    opt.arg(from).args(UNUSED_EXPORTS);
    opt.arg(format!("--always-inline-max-function-size={}", profile.max_inlined_size));
    opt.args(profile.passes).args(FEATURES).args(more);
    let stored = stored_output(&opt, &input)?;
    if !stored.exists() {
        // Written under another name first, so that an aborted run leaves nothing that looks whole.
        let fresh = stored.with_extension("fresh");
        shell::write(&fresh, "")?;
        opt.arg("-o").arg(&fresh);
        let advice = "Does xtask/npm/node_modules look whole? Remove it and run this again.";
        shell::run(&mut opt, advice)?;
        let moved = std::fs::rename(&fresh, &stored);
        moved.map_err(|error| shell::file_failure(&fresh, "cannot be renamed", &error))?;
    }
    shell::copy(&stored, to)
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(file).map_err(|error| shell::file_failure(file, "cannot be read", &error))
}

/// Where the output of wasm-opt for this input is stored. A change of a comment gives the same
/// input, and wasm-opt takes up to 12 s.
fn stored_output(opt: &Command, input: &[u8]) -> Result<PathBuf, Failure> {
    let lock = paths::root().join("xtask/npm/package-lock.json");
    let mut fingerprint = Fingerprint::of("wasm-opt").path(&lock)?.bytes(input);
    for arg in opt.get_args().skip(1) {
        fingerprint = fingerprint.text(&arg.to_string_lossy());
    }
    let name = format!("{}.wasm", fingerprint.finish());
    Ok(paths::target().join("package/wasm-opt").join(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources;

    /// The flag is written in two pieces here, so that this file does not contain it.
    #[test]
    fn the_flag_that_miscompiles_is_nowhere() {
        let flags = [["experimental", "mv"].join("-"), ["target", "abi"].join("-")];
        let files = sources::all(&[]).expect("the files of this checkout");
        for place in ["xtask/src/module.rs", ".cargo/config.toml", ".github/workflows/ci.yml"] {
            assert!(files.iter().any(|file| file.path == place), "{place} is not read");
        }
        for flag in flags {
            let found = files.iter().find(|file| file.text.contains(&flag));
            assert!(found.is_none(), "{flag} is in {}", found.map_or("", |file| &file.path));
        }
    }

    #[test]
    fn every_flag_of_the_linker_keeps_the_calling_convention() {
        for profile in [SMALLEST, BALANCED, FASTEST] {
            let flags = profile.rustflags.concat().join(" ");
            assert!(!flags.contains("abi") && !flags.contains("multivalue"), "{flags}");
        }
    }

    #[test]
    fn every_module_has_a_name_of_its_own() {
        let mut names: Vec<&str> =
            PUBLISHED.iter().chain(TRAPPING).map(|module| module.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), PUBLISHED.len() + TRAPPING.len());
    }
}
