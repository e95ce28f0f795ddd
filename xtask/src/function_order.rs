//! Orders the functions of a module so that it compresses better.
//!
//! A compressor finds a repeated sequence for fewer bytes if it is near. Functions of one type begin
//! alike, so they follow each other, in the order of their code. An index takes one byte more where
//! wasm-opt gave the first places to functions with many callers; the compressor saves four times
//! as much.

use crate::shell::Failure;
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{
    BinaryReaderError, CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef,
};

/// The same module with its functions in the order that compresses better.
pub(crate) fn ordered(module: &[u8]) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: String| {
        Failure::new(
            format!("the functions of a module cannot be ordered: {error}"),
            "The versions of wasm-encoder and wasmparser (xtask/Cargo.toml) must be the same, and \
             know what wasm-opt writes.",
        )
    };
    let mut order = Order::of(module).map_err(|error| unreadable(error.to_string()))?;
    let mut made = Module::new();
    let done = order.parse_core_module(&mut made, Parser::new(0), module);
    done.map_err(|error| unreadable(error.to_string()))?;
    Ok(made.finish())
}

/// An order of a module's own functions.
struct Order {
    /// The number of imported functions. They come first and keep their indices.
    imported: usize,
    /// The old place of each function, by its new place.
    old: Vec<usize>,
    /// The new place of each function, by its old place.
    new: Vec<usize>,
}

impl Order {
    /// The order for a module: by type, then by code.
    fn of(module: &[u8]) -> Result<Self, BinaryReaderError> {
        let (mut imported, mut types, mut codes) = (0, Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::FunctionSection(section) => {
                    types = section.into_iter().collect::<Result<_, _>>()?;
                }
                Payload::CodeSectionEntry(body) => codes.push(body.as_bytes()),
                _ => {}
            }
        }
        let mut old: Vec<usize> = (0..codes.len()).collect();
        old.sort_by_key(|&place| (types.get(place), codes.get(place)));
        let mut new = vec![0; old.len()];
        for (place, &function) in old.iter().enumerate() {
            new[function] = place;
        }
        Ok(Self { imported, old, new })
    }
}

impl Reencode for Order {
    type Error = Infallible;

    fn function_index(&mut self, index: u32) -> Result<u32, Error> {
        let place = (index as usize).checked_sub(self.imported);
        Ok(place.map_or(index, |place| (self.imported + self.new[place]) as u32))
    }

    fn parse_function_section(
        &mut self,
        made: &mut FunctionSection,
        section: FunctionSectionReader<'_>,
    ) -> Result<(), Error> {
        let types = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for &place in &self.old {
            made.function(types[place]);
        }
        Ok(())
    }

    fn parse_code_section(
        &mut self,
        made: &mut CodeSection,
        section: CodeSectionReader<'_>,
    ) -> Result<(), Error> {
        let bodies = section.into_iter().collect::<Result<Vec<_>, _>>()?;
        for place in self.old.clone() {
            self.parse_function_body(made, bodies[place].clone())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{
        CodeSection, EntityType, ExportKind, ExportSection, Function, ImportSection, Instruction,
        TypeSection,
    };

    /// A module that imports a function. `first` calls the import, and `second` calls `first`.
    /// `third` has another type, the first one.
    fn module() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([wasm_encoder::ValType::I32], []);
        let mut imports = ImportSection::new();
        imports.import("host", "function", EntityType::Function(0));
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        let mut exports = ExportSection::new();
        let bodies: [(&str, u32, &[Instruction<'_>]); 3] = [
            ("first", 1, &[Instruction::Nop, Instruction::Call(0)]),
            ("second", 1, &[Instruction::LocalGet(0), Instruction::Call(1)]),
            ("third", 0, &[Instruction::I32Const(1), Instruction::Call(2)]),
        ];
        for (index, (name, ty, body)) in (1..).zip(bodies) {
            functions.function(ty);
            exports.export(name, ExportKind::Func, index);
            let mut function = Function::new([]);
            body.iter().for_each(|instruction| _ = function.instruction(instruction));
            function.instruction(&Instruction::End);
            code.function(&function);
        }
        let mut module = Module::new();
        module.section(&types).section(&imports).section(&functions);
        module.section(&exports).section(&code);
        module.finish()
    }

    /// For each export: its name, the type of its function, and the index that the function calls.
    fn exports(module: &[u8]) -> Vec<(String, u32, u32)> {
        let (mut types, mut named, mut calls) = (Vec::new(), Vec::new(), Vec::new());
        for payload in Parser::new(0).parse_all(module) {
            match payload.expect("a module") {
                Payload::FunctionSection(section) => {
                    types = section.into_iter().collect::<Result<_, _>>().expect("types");
                }
                Payload::ExportSection(section) => {
                    named = section.into_iter().collect::<Result<_, _>>().expect("exports");
                }
                Payload::CodeSectionEntry(body) => {
                    for operator in body.get_operators_reader().expect("code") {
                        if let wasmparser::Operator::Call { function_index } =
                            operator.expect("an operator")
                        {
                            calls.push(function_index);
                        }
                    }
                }
                _ => {}
            }
        }
        let of = |export: &wasmparser::Export<'_>| {
            let place = export.index as usize - 1;
            (export.name.to_owned(), types[place], calls[place])
        };
        named.iter().map(of).collect()
    }

    #[test]
    fn functions_are_ordered_by_type_and_code_and_their_indices_follow() {
        let before = exports(&module());
        let named = |name: &str, ty, calls| (name.to_owned(), ty, calls);
        assert_eq!(before, [named("first", 1, 0), named("second", 1, 1), named("third", 0, 2)]);
        // The order is now third, first, second: `nop` has a smaller code than `local.get`.
        let after = exports(&ordered(&module()).expect("a module"));
        assert_eq!(after, [named("first", 1, 0), named("second", 1, 2), named("third", 0, 3)]);
    }

    #[test]
    fn a_file_that_is_no_module_fails() {
        assert!(ordered(b"no module").is_err());
    }
}
