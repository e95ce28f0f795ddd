//! Makes the wasm module: cargo, wasm-bindgen, wasm-opt.

use crate::shell::{self, Failure};
use crate::wasm_target::{self, Compiler};
use crate::{glue, node, paths};
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// What rustc's default for this target uses. Never `--all-features`: wasm-opt then writes types
/// that no engine has.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// What wasm-bindgen exports for glue of its own, and ours never calls: what hangs on these alone
/// is not shipped.
const UNUSED: [&str; 5] = [
    "--remove-exports=__abort_handler",
    "--remove-exports=__externref_table_alloc",
    "--remove-exports=__instance_terminated",
    "--remove-exports=__wbindgen_externrefs",
    "--remove-exports=__wbindgen_realloc",
];

/// The passes, in the order that weighs least after brotli. The first KiB of memory is the far end
/// of the stack, which no address points into. How loads are aligned is a hint that no engine
/// takes, and functions that are called often get the short numbers.
const PASSES: [&str; 11] = [
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

/// What is said of the code goes last: wasm-bindgen reads it, the page does not.
const STRIP: [&str; 3] = ["--strip-debug", "--strip-producers", "--strip-target-features"];

/// Loops in SHA-2 stay loops: 6 KB less to download, for hashes of a few hundred bytes.
const COMPACT_HASHES: &str = "--cfg=sha2_backend_soft=\"compact\"";

/// rustc optimizes the whole module, and the linker makes machine code of it, because it can be told
/// what rustc cannot: 1.8 KB less to download.
const LINKER: [&str; 8] = [
    "-Clinker-plugin-lto",
    // Loops as they are written, and every piece of code once.
    "-Clink-arg=-mllvm",
    "-Clink-arg=-disable-lsr",
    "-Clink-arg=-mllvm",
    "-Clink-arg=-disable-tail-duplicate",
    "-Clink-arg=-mllvm",
    "-Clink-arg=-disable-early-taildup",
    // A tenth of it is ever used. Data lies behind the stack, and a small address is a short one.
    "-Clink-arg=-zstack-size=65536",
];

/// Which module.
pub(crate) struct Flavour {
    /// Its name among the steps and in the target folder.
    name: &'static str,
    /// The features of the crate that make it, separated by commas.
    features: &'static str,
    /// What rustc and wasm-opt make it for: size or speed.
    aim: Aim,
    /// The names of its files in the package.
    pub(crate) files: Files,
}

/// What rustc and wasm-opt are told to make a module for.
#[derive(Clone, Copy)]
pub(crate) struct Aim {
    /// rustc's `opt-level`.
    rustc: &'static str,
    /// What wasm-opt does.
    passes: &'static [&'static str],
    /// More of what rustc is told.
    flags: &'static [&'static [&'static str]],
}

/// What every page downloads.
const SMALL: Aim = Aim { rustc: "z", passes: &PASSES, flags: &[&[COMPACT_HASHES], &LINKER] };

/// What stands between a request and its answer: a fifth less time a token than [`SMALL`] has, for
/// 3.4 KB.
const QUICK: Aim = Aim { rustc: "s", passes: &PASSES, flags: &[&LINKER] };

/// What is loaded in order to compute, as rustc leaves it. After wasm-opt's `-O3` it would be no
/// faster and no smaller, and the first compiler of WebKitGTK 2.50.6 (BBQ) makes code of it that
/// computes wrong, twenty times as often as of this: a good signature is bad then, or a call ends out
/// of bounds (`tests/soak/webkit.test.mjs`).
const FAST: Aim = Aim { rustc: "3", passes: &["--remove-unused-module-elements"], flags: &[] };

/// The names of a module's files in the package.
#[derive(Clone, Copy)]
pub(crate) struct Files {
    /// The module itself.
    pub(crate) wasm: &'static str,
    /// The factory of its glue.
    pub(crate) glue: &'static str,
    /// The module as text, without the ending.
    pub(crate) inline: Option<&'static str>,
    /// Where TypeScript writes down its exports, as `Core`.
    pub(crate) core: &'static str,
}

const PAGE: Files = Files {
    wasm: "countersign.wasm",
    glue: "core/wasm/page-glue.js",
    inline: Some("core/wasm/page-inline"),
    core: "core/page.js",
};

/// Without what goes on after a sign-in; its border and its glue are those of [`PAGE`].
const SIGN_IN: Files = Files { wasm: "sign-in.wasm", inline: None, ..PAGE };

/// What [`PAGE`] has, of a client that holds a secret; the border and the glue are the same.
const SESSIONS: Files =
    Files { wasm: "sessions.wasm", inline: Some("core/wasm/sessions-inline"), ..PAGE };

const EDGE: Files = Files {
    wasm: "edge.wasm",
    glue: "core/wasm/edge-glue.js",
    inline: Some("core/wasm/edge-inline"),
    core: "core/edge.js",
};

const SOFT: Files = Files {
    wasm: "soft.wasm",
    glue: "core/wasm/soft-glue.js",
    inline: Some("core/wasm/soft-inline"),
    core: "core/soft.js",
};

const ASK: Files = Files {
    wasm: "ask.wasm",
    glue: "core/wasm/introspection-glue.js",
    inline: Some("core/wasm/introspection-inline"),
    core: "core/introspection.js",
};

const JOSE: Files = Files {
    wasm: "jose.wasm",
    glue: "core/wasm/jose-glue.js",
    inline: Some("core/wasm/jose-inline"),
    core: "core/jose.js",
};

/// The modules that are published.
pub(crate) const PUBLISHED: &[Flavour] = &[
    Flavour { name: "sign-in", features: "page", aim: SMALL, files: SIGN_IN },
    Flavour { name: "page", features: "renewal", aim: SMALL, files: PAGE },
    Flavour { name: "sessions", features: "sessions", aim: SMALL, files: SESSIONS },
    Flavour { name: "edge", features: "edge", aim: QUICK, files: EDGE },
    Flavour { name: "ask", features: "ask", aim: SMALL, files: ASK },
    Flavour { name: "soft", features: "soft", aim: FAST, files: SOFT },
    Flavour { name: "jose", features: "jose", aim: SMALL, files: JOSE },
];

/// Those that trap when they are told to, for the tests.
pub(crate) const TRAPPING: &[Flavour] = &[
    Flavour { name: "page-trap", features: "renewal,planted-trap", aim: SMALL, files: PAGE },
    Flavour { name: "edge-trap", features: "edge,planted-trap", aim: QUICK, files: EDGE },
    Flavour { name: "soft-trap", features: "soft,planted-trap", aim: FAST, files: SOFT },
];

/// The files of one module.
pub(crate) struct Module {
    /// The names of its files in the package.
    pub(crate) files: Files,
    /// The finished module.
    pub(crate) wasm: PathBuf,
    /// The factory of its glue, as JavaScript.
    pub(crate) glue: String,
    /// The types of its exports, as wasm-bindgen writes them.
    pub(crate) types: PathBuf,
}

/// Makes a module, in its own folder under `target`.
pub(crate) fn make(compiler: Compiler, flavour: &Flavour) -> Result<Module, Failure> {
    let &Flavour { name, features, aim, files } = flavour;
    let dir = paths::target().join("package").join(name);
    let compiled = shell::step(&format!("{name}: cargo"), || compile(compiler, features, aim))?;
    let glue = shell::step(&format!("{name}: wasm-bindgen"), || bind(&compiled, &dir))?;
    let wasm = dir.join("countersign.wasm");
    shell::step(&format!("{name}: wasm-opt"), || {
        optimize(&dir.join("countersign_bg.wasm"), &wasm, aim)
    })?;
    Ok(Module { files, wasm, glue, types: dir.join("countersign.d.ts") })
}

fn compile(compiler: Compiler, features: &str, aim: Aim) -> Result<PathBuf, Failure> {
    let mut cargo = compiler.cargo("rustc");
    cargo.args(["--lib", "--crate-type", "cdylib", "--release", "--package", "countersign"]);
    cargo.args(["--features", features]);
    let mut flags = forget_places();
    flags.extend(aim.flags.concat().iter().map(ToString::to_string));
    // Separated by this character, flags may contain spaces, as a path may.
    cargo.env_remove("RUSTFLAGS").env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"));
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", aim.rustc);
    shell::run(&mut cargo, "The core does not compile for wasm: the compiler says why above.")?;
    let made = format!("{}/release/countersign.wasm", wasm_target::NAME);
    Ok(compiler.target_dir().join(made))
}

/// Flags that take the builder's folders out of the messages in the module: where it was built is
/// nobody's business, and must not change a byte of it.
fn forget_places() -> Vec<String> {
    let home = |name: &str, below: &str| {
        let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(below));
        std::env::var_os(name).map(PathBuf::from).or(home)
    };
    let places =
        [home("CARGO_HOME", ".cargo"), home("RUSTUP_HOME", ".rustup"), Some(paths::root())];
    let forget = |place: &PathBuf| format!("--remap-path-prefix={}=.", place.display());
    places.iter().flatten().map(forget).collect()
}

fn bind(compiled: &Path, dir: &Path) -> Result<String, Failure> {
    shell::clear(dir)?;
    let mut bindgen = Bindgen::new();
    let named = bindgen.input_path(compiled).out_name("countersign").typescript(true);
    let made = named.generate_output().and_then(|mut output| {
        let module = output.wasm_mut();
        for import in module.imports.iter_mut() {
            rename(&mut import.module, glue::short_place);
            rename(&mut import.name, glue::short);
        }
        module.exports.iter_mut().for_each(|export| rename(&mut export.name, glue::short));
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

/// The module of the edge as it was built, but for the names of its functions, which stay.
pub(crate) fn named_edge() -> Result<PathBuf, Failure> {
    let dir = paths::target().join("package/edge");
    let (from, to) = (dir.join("countersign_bg.wasm"), dir.join("named.wasm"));
    shell::step("edge: wasm-opt, with names", || opt(&from, &to, QUICK, &["-g"]))?;
    Ok(to)
}

fn optimize(from: &Path, to: &Path, aim: Aim) -> Result<(), Failure> {
    opt(from, to, aim, &STRIP)
}

fn opt(from: &Path, to: &Path, aim: Aim, more: &[&str]) -> Result<(), Failure> {
    let mut opt: Command = node::tool("wasm-opt");
    opt.arg(from).args(UNUSED).args(aim.passes).args(FEATURES).args(more).arg("-o").arg(to);
    shell::run(&mut opt, "Does xtask/npm/node_modules look whole? Remove it and run this again.")
}
