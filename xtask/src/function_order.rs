//! Orders the functions of a module so that it compresses better.
//!
//! A compressor finds a repeated sequence for fewer bytes if it is near. So a function follows those that
//! have much of its code. An index takes one byte more where wasm-opt gave the first places to functions
//! with many callers, and the section of types compresses worse; the compressor saves more than both.

use crate::shell::Failure;
use std::collections::BTreeMap;
use std::convert::Infallible;
use wasm_encoder::reencode::{Error, Reencode};
use wasm_encoder::{CodeSection, FunctionSection, Module};
use wasmparser::{
    BinaryReaderError, CodeSectionReader, FunctionSectionReader, Parser, Payload, TypeRef,
};

/// The length of the sequences of code that functions are compared by. Shorter ones cost a compressor as
/// much as new bytes do.
const SEQUENCE_BYTES: usize = 4;

/// How much of a likeness is left after one more function. With this value and this length, the modules of
/// pages, sessions and the edge are smallest together.
const DECAY: f64 = 0.9375;

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
    /// The order for a module.
    fn of(module: &[u8]) -> Result<Self, BinaryReaderError> {
        let (mut imported, mut codes) = (0, Vec::new());
        for payload in Parser::new(0).parse_all(module) {
            match payload? {
                Payload::ImportSection(imports) => {
                    for import in imports.into_imports() {
                        imported += usize::from(matches!(import?.ty, TypeRef::Func(_)));
                    }
                }
                Payload::CodeSectionEntry(body) => codes.push(body.as_bytes()),
                _ => {}
            }
        }
        let old = by_likeness(&codes);
        let mut new = vec![0; old.len()];
        for (place, &function) in old.iter().enumerate() {
            new[function] = place;
        }
        Ok(Self { imported, old, new })
    }
}

/// An order of functions: after the first one always that of which the functions before it have most. What
/// few functions have counts more than what many have, and what is near counts more than what is far.
fn by_likeness(codes: &[&[u8]]) -> Vec<usize> {
    let sequences: Vec<Vec<&[u8]>> = codes.iter().map(|code| sequences_of(code)).collect();
    let mut owners = BTreeMap::<&[u8], Vec<usize>>::new();
    for (function, all) in sequences.iter().enumerate() {
        for sequence in all {
            owners.entry(sequence).or_default().push(function);
        }
    }
    let mut likeness = vec![0.0; codes.len()];
    let mut left: Vec<usize> = (0..codes.len()).collect();
    let mut order = Vec::new();
    let mut next = 0;
    while !left.is_empty() {
        let function = left.remove(next);
        order.push(function);
        likeness.iter_mut().for_each(|value| *value *= DECAY);
        for sequence in &sequences[function] {
            let owners = &owners[sequence];
            owners.iter().for_each(|&owner| likeness[owner] += 1.0 / owners.len() as f64);
        }
        let share = |function: usize| likeness[function] / (sequences[function].len() + 1) as f64;
        let places = 0..left.len();
        // Of equals, the one that wasm-opt has first.
        next = places.rev().max_by(|&a, &b| share(left[a]).total_cmp(&share(left[b]))).unwrap_or(0);
    }
    order
}

/// The sequences of a function's code, each once.
fn sequences_of(code: &[u8]) -> Vec<&[u8]> {
    let mut all: Vec<_> = code.windows(SEQUENCE_BYTES).collect();
    all.sort_unstable();
    all.dedup();
    all
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

    /// A module that imports a function. `first` calls the import, `second` calls `first`, and `third`, whose
    /// code begins as that of `first`, calls `second`.
    fn module() -> Vec<u8> {
        let mut types = TypeSection::new();
        types.ty().function([], []);
        types.ty().function([wasm_encoder::ValType::I32], []);
        let mut imports = ImportSection::new();
        imports.import("host", "function", EntityType::Function(0));
        let (mut functions, mut code) = (FunctionSection::new(), CodeSection::new());
        let mut exports = ExportSection::new();
        let numbers = [1, 2, 3, 4].map(Instruction::I32Const);
        let bodies = [
            ("first", 0, [&numbers[..], &[Instruction::Call(0)]].concat()),
            ("second", 1, vec![Instruction::LocalGet(0), Instruction::Call(1)]),
            ("third", 0, [&numbers[..], &[Instruction::Call(2)]].concat()),
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
    fn a_function_follows_one_with_much_of_its_code_and_indices_follow() {
        let before = exports(&module());
        let named = |name: &str, ty, calls| (name.to_owned(), ty, calls);
        assert_eq!(before, [named("first", 0, 0), named("second", 1, 1), named("third", 0, 2)]);
        // The order is now first, third, second.
        let after = exports(&ordered(&module()).expect("a module"));
        assert_eq!(after, [named("first", 0, 0), named("second", 1, 1), named("third", 0, 3)]);
    }

    #[test]
    fn every_function_has_one_place_and_equal_ones_keep_their_order() {
        let codes: [&[u8]; 5] = [b"abcdefg", b"", b"xyz", b"", b"zabcdez"];
        assert_eq!(by_likeness(&codes), [0, 4, 1, 2, 3]);
        assert!(by_likeness(&[]).is_empty());
    }

    #[test]
    fn a_file_that_is_no_module_fails() {
        assert!(ordered(b"no module").is_err());
    }
}
