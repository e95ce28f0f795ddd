//! The imports of Rust files, read with `syn`: `use` items and every path that names a module.

use super::graph::Import;
use super::source::{files_below, read, relative};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// The modules of a crate: path of names, and file.
struct Modules {
    files: BTreeMap<Vec<String>, PathBuf>,
}

/// The imports between the files of a crate whose root is `lib.rs` or `main.rs` in `folder`.
///
/// Test modules (`#[cfg(test)]`) may import what they like. The root only declares modules.
pub(crate) fn imports_of_crate(folder: &Path) -> Vec<Import> {
    let modules = Modules::read(folder);
    let mut found = Vec::new();
    for (path, file) in &modules.files {
        let text = read(file);
        let parsed = syn::parse_file(&text)
            .unwrap_or_else(|error| panic!("{} does not parse: {error}", file.display()));
        let mut reader = Reader { modules: &modules, path: path.clone(), named: Vec::new() };
        reader.visit_file(&parsed);
        for (line, to) in reader.named {
            if to != *file {
                found.push(Import { from: relative(file), line, to: relative(&to) });
            }
        }
    }
    found
}

impl Modules {
    fn read(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        for file in files_below(folder, &["rs"]) {
            let inside = file.strip_prefix(folder).expect("a file below the folder");
            let mut path: Vec<String> = inside
                .with_extension("")
                .iter()
                .map(|part| part.to_string_lossy().into_owned())
                .collect();
            if path.last().is_some_and(|name| matches!(name.as_str(), "mod" | "lib" | "main")) {
                path.pop();
            }
            files.insert(path, file);
        }
        Self { files }
    }

    /// The file of the deepest module on a path. `None` for the crate's root and foreign paths.
    fn file_on(&self, path: &[String]) -> Option<PathBuf> {
        let ends = (1..=path.len()).rev();
        ends.into_iter().find_map(|end| self.files.get(&path[..end])).cloned()
    }
}

/// Reads one file.
struct Reader<'a> {
    modules: &'a Modules,
    /// The module of the file.
    path: Vec<String>,
    /// Line and file of everything named.
    named: Vec<(usize, PathBuf)>,
}

impl Reader<'_> {
    /// Notes a path as it is written, e.g. `super::jose::jwk::Jwk`.
    fn name(&mut self, line: usize, segments: &[String]) {
        let Some(first) = segments.first() else { return };
        let mut path = self.path.clone();
        let mut rest = segments;
        match first.as_str() {
            "crate" => {
                path.clear();
                rest = &segments[1..];
            }
            "self" => rest = &segments[1..],
            "super" => {}
            name => {
                path.push(name.to_owned());
                // The name of a child module, or of something else.
                if !self.modules.files.contains_key(&path) {
                    return;
                }
                rest = &segments[1..];
            }
        }
        while rest.first().is_some_and(|name| name == "super") {
            path.pop();
            rest = &rest[1..];
        }
        path.extend(rest.iter().cloned());
        if let Some(file) = self.modules.file_on(&path) {
            self.named.push((line, file));
        }
    }

    fn name_tree(&mut self, before: &[String], tree: &syn::UseTree) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        let line = tree.span().start().line;
        match tree {
            syn::UseTree::Path(path) => self.name_tree(&with(&path.ident), &path.tree),
            syn::UseTree::Name(name) if name.ident == "self" => self.name(line, before),
            syn::UseTree::Name(name) => self.name(line, &with(&name.ident)),
            syn::UseTree::Rename(name) if name.ident == "self" => self.name(line, before),
            syn::UseTree::Rename(name) => self.name(line, &with(&name.ident)),
            syn::UseTree::Glob(_) => self.name(line, before),
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.name_tree(before, tree);
                }
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        let is_test = module.attrs.iter().any(|attribute| {
            attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"))
        });
        if !is_test {
            visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.name_tree(&[], &item.tree);
    }

    // `pub(super)` and `pub(in path)` name who may use an item, and import nothing.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let segments: Vec<String> =
            path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if segments.len() > 1 {
            self.name(path.span().start().line, &segments);
        }
        visit::visit_path(self, path);
    }

    // The arguments of a macro are tokens: only paths from `crate`, `super` and `self` are sure.
    fn visit_macro(&mut self, call: &'ast syn::Macro) {
        let line = call.span().start().line;
        let words = words_of(call.tokens.clone());
        for (start, word) in words.iter().enumerate() {
            let is_inside = start > 0 && words[start - 1] == ":";
            if is_inside || !matches!(word.as_str(), "crate" | "super" | "self") {
                continue;
            }
            let mut segments = vec![word.clone()];
            let mut rest = &words[start + 1..];
            while let [first, second, name, after @ ..] = rest
                && first == ":"
                && second == ":"
            {
                segments.push(name.clone());
                rest = after;
            }
            if segments.len() > 1 {
                self.name(line, &segments);
            }
        }
        visit::visit_macro(self, call);
    }
}

/// The tokens as text, those in brackets too.
fn words_of(tokens: proc_macro2::TokenStream) -> Vec<String> {
    tokens
        .into_iter()
        .flat_map(|token| match token {
            proc_macro2::TokenTree::Group(group) => words_of(group.stream()),
            other => vec![other.to_string()],
        })
        .collect()
}
