//! Compares the border as Rust exports it with the border as TypeScript writes it down.

use crate::module::Module;
use crate::shell::{self, Failure};
use crate::{node, paths};

/// Fails when the types that wasm-bindgen wrote and the module's `Core` in TypeScript differ in a
/// name, in the number of inputs or in a type that both know.
pub(crate) fn check(module: &Module) -> Result<(), Failure> {
    let core = paths::template().join("src").join(module.files.core);
    let made = &module.types;
    let (made_js, core) = (made.with_extension("").with_extension("js"), core.display());
    // Every export must fit the member of its name; and no member may be without its export, or
    // have more inputs than it, which assignment alone would let pass.
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
    let file = made.with_file_name("border.ts");
    shell::write(&file, text)?;
    let mut tsc = node::tool("tsc");
    tsc.args(["--noEmit", "--strict", "--target", "es2022", "--module", "nodenext"]).arg(&file);
    shell::run(
        &mut tsc,
        "src/binding and a `Core` in pkg-template/src disagree: mend the one that is wrong.",
    )
}
