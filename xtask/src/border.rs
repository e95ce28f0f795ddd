//! Compares the exports of the modules in Rust with their types in TypeScript.

use crate::module::Module;
use crate::shell::{self, Failure};
use crate::{node, paths};
use std::path::PathBuf;

/// Fails if the types that wasm-bindgen wrote and the type `Core` of a module differ in a name, in
/// the number of inputs, or in a type that both have.
pub(crate) fn check(modules: &[&Module]) -> Result<(), Failure> {
    let files = modules.iter().map(|module| write_comparison(module));
    let files = files.collect::<Result<Vec<_>, _>>()?;
    let mut tsc = node::tool("tsc");
    tsc.args(["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext"]).args(files);
    shell::run(
        &mut tsc,
        "src/binding and a `Core` in pkg-template/src/core disagree: correct the wrong one.",
    )
}

/// Writes a TypeScript file that compiles only if both sides have the same exports. Every export must
/// be assignable to the member of its name. Assignment allows a member without an export, and one
/// with more inputs, so the numbers of inputs are compared too.
fn write_comparison(module: &Module) -> Result<PathBuf, Failure> {
    let core = paths::template().join("src").join(module.files.core);
    let core = core.display();
    let made_js = module.types.with_extension("").with_extension("js");
    let text = format!(
        "import type * as rust from '{}'\n\
         import type {{ Core }} from '{core}'\n\
         declare const made: typeof rust\n\
         export const fits: Core = made\n\
         type Inputs<T> = {{\n\
         [K in keyof T]: T[K] extends (...inputs: infer I) => unknown ? I['length'] : never\n\
         }}\n\
         declare const written: Inputs<Core>\n\
         export const complete: Inputs<typeof rust> = written\n",
        made_js.display()
    );
    let file = module.types.with_file_name("border.ts");
    shell::write(&file, text)?;
    Ok(file)
}
