//! Import graphs: which file names which, and the cycles in them.

use std::collections::{BTreeMap, BTreeSet};

/// One import: the file that has it, the line, and the file that it names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Import {
    /// The importing file, relative to the root of the repository.
    pub(crate) from: String,
    /// The line of the import, from 1.
    pub(crate) line: usize,
    /// The imported file, relative to the root of the repository.
    pub(crate) to: String,
}

/// The folder of a file, `""` at the root.
pub(crate) fn folder_of(file: &str) -> &str {
    file.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The imports around each cycle: the shortest cycle through every file that no earlier one contains.
///
/// Empty if there is none. A file that imports itself is a cycle of one.
pub(crate) fn cycles(imports: &[Import]) -> Vec<Vec<Import>> {
    let mut edges: BTreeMap<&str, Vec<&Import>> = BTreeMap::new();
    for import in imports {
        edges.entry(&import.from).or_default().push(import);
    }
    let mut found = Vec::new();
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    for start in edges.keys() {
        if reported.contains(start) {
            continue;
        }
        if let Some(cycle) = shortest_way_back(start, &edges) {
            reported.extend(cycle.iter().map(|import| import.from.as_str()));
            found.push(cycle.into_iter().cloned().collect());
        }
    }
    found
}

/// The shortest chain of imports from a file back to itself (breadth first).
fn shortest_way_back<'a>(
    start: &str,
    edges: &BTreeMap<&'a str, Vec<&'a Import>>,
) -> Option<Vec<&'a Import>> {
    let mut reached: BTreeMap<&str, &Import> = BTreeMap::new();
    let mut queue = vec![start];
    while !queue.is_empty() {
        let mut next = Vec::new();
        for import in queue.iter().flat_map(|file| edges.get(file).into_iter().flatten()) {
            if reached.contains_key(import.to.as_str()) {
                continue;
            }
            reached.insert(&import.to, import);
            if import.to == start {
                return Some(chain_to(start, &reached));
            }
            next.push(import.to.as_str());
        }
        queue = next;
    }
    None
}

fn chain_to<'a>(start: &str, reached: &BTreeMap<&str, &'a Import>) -> Vec<&'a Import> {
    let mut chain = vec![reached[start]];
    while chain[chain.len() - 1].from != start {
        chain.push(reached[chain[chain.len() - 1].from.as_str()]);
    }
    chain.reverse();
    chain
}

/// The same imports between folders; imports inside one folder fall out.
pub(crate) fn between_folders(imports: &[Import]) -> Vec<Import> {
    let folders = imports.iter().map(|import| Import {
        from: folder_of(&import.from).to_owned(),
        line: import.line,
        to: folder_of(&import.to).to_owned(),
    });
    folders.filter(|import| import.from != import.to).collect()
}

/// The message about cycles; `place` names the kind of node, `file` or `folder`.
pub(crate) fn report(cycles: &[Vec<Import>], place: &str) -> String {
    let mut text = String::new();
    for cycle in cycles {
        text.push_str(&format!("\nAn import cycle between {place}s:\n"));
        for Import { from, line, to } in cycle {
            text.push_str(&format!("  {from} imports {to} (line {line})\n"));
        }
        text.push_str(
            "  What to do: move the declaration that both need into a lower folder, or give it to\n  \
             the lower one as an argument. docs/architecture.md lists the folders from bottom to top.\n",
        );
    }
    text
}

#[test]
fn a_cycle_is_found_with_every_import_on_the_way() {
    let import = |from: &str, to: &str| Import { from: from.into(), line: 1, to: to.into() };
    let acyclic = [import("a", "b"), import("b", "c"), import("a", "c")];
    assert!(cycles(&acyclic).is_empty());
    let mut cyclic = acyclic.to_vec();
    cyclic.push(import("c", "a"));
    let found = cycles(&cyclic);
    let through_a = vec![import("a", "c"), import("c", "a")];
    let through_b = vec![import("b", "c"), import("c", "a"), import("a", "b")];
    assert_eq!(found, [through_a, through_b]);
    assert_eq!(cycles(&[import("a", "a")]), [vec![import("a", "a")]]);
}
