//! The imports of TypeScript and JavaScript files, read from the source text.

use super::graph::Import;
use super::source::{files_below, read, relative};
use std::path::{Component, Path, PathBuf};

/// The endings of modules.
pub(crate) const ENDINGS: [&str; 3] = ["ts", "js", "mjs"];

/// The imports by relative path of every file below a folder. Imports of packages fall out.
pub(crate) fn imports_below(folder: &Path) -> Vec<Import> {
    let files = files_below(folder, &ENDINGS);
    files.iter().flat_map(|file| imports_of(file)).collect()
}

fn imports_of(file: &Path) -> Vec<Import> {
    let text = read(file);
    let mut found = Vec::new();
    for (at, specifier) in specifiers(&text) {
        let Some(to) = resolve(file, specifier) else { continue };
        let line = text[..at].matches('\n').count() + 1;
        found.push(Import { from: relative(file), line, to: relative(&to) });
    }
    found
}

/// The relative paths after `from`, `import` and `import(`, with their places in the text.
fn specifiers(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for keyword in ["from ", "import ", "import("] {
        for (at, _) in text.match_indices(keyword) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|letter| letter.is_alphanumeric() || "_.'\"`".contains(letter)) {
                continue;
            }
            let rest = &text[at + keyword.len()..];
            let Some(quote) = rest.chars().next().filter(|letter| "'\"".contains(*letter)) else {
                continue;
            };
            let Some((specifier, _)) = rest[1..].split_once(quote) else { continue };
            if specifier.starts_with('.') && !is_in_comment(text, at) {
                found.push((at, specifier));
            }
        }
    }
    found.sort_unstable();
    found
}

fn is_in_comment(text: &str, at: usize) -> bool {
    let line = text[..at].rsplit('\n').next().unwrap_or_default().trim_start();
    line.starts_with("//") || line.starts_with('*') || line.starts_with("/*")
}

/// The file that a specifier names: `x.js` is `x.ts` or `x.d.ts` in the sources.
///
/// `None` for what is no module of ours: a wasm file, a built file that is not there.
fn resolve(file: &Path, specifier: &str) -> Option<PathBuf> {
    let joined = normal(&file.parent()?.join(specifier));
    let text = joined.to_str()?;
    let stem = text.strip_suffix(".js").unwrap_or(text);
    let candidates = [text.to_owned(), format!("{stem}.ts"), format!("{stem}.d.ts")];
    candidates.map(PathBuf::from).into_iter().find(|path| path.is_file())
}

/// The path without `.` and `..`.
fn normal(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

#[test]
fn every_form_of_an_import_is_read() {
    let text = "import { a } from './a.js'\nexport * from \"../b.js\"\nimport './c.js'\n\
                const d = await import('./d.js')\nlet e: import('./e.js').E\n// from './f.js'\n\
                import {\n  g,\n} from './g.js'\nimport h from 'package'\n";
    let found: Vec<&str> = specifiers(text).into_iter().map(|(_, specifier)| specifier).collect();
    assert_eq!(found, ["./a.js", "../b.js", "./c.js", "./d.js", "./e.js", "./g.js"]);
}
