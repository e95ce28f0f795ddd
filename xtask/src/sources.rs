//! The text files that this project wrote itself: the input of the checks on phrases and comments.

use crate::paths;
use crate::shell::{self, Failure};
use std::path::Path;
use std::process::Command;

/// Kinds of files that have no prose of ours.
const SKIPPED_ENDINGS: &[&str] = &["package-lock.json", "Cargo.lock", ".svg", ".png"];

/// Texts of other projects, lists of phrases, and files whose form must never change.
const SKIPPED_PLACES: &[&str] = &[
    "LICENSE",
    "tests/vectors/jwe/",
    "tests/vectors/providers/",
    "tests/vectors/rfc/",
    "tests/vectors/saved/",
    "tests/vectors/wycheproof/",
    "xtask/phrases.txt",
];

/// A file and its text.
pub(crate) struct Source {
    /// The path below the root of the checkout.
    pub(crate) path: String,
    /// The whole text.
    pub(crate) text: String,
}

/// Reads every file below `places`, or all files if `places` is empty. New files that git does not
/// ignore are included.
pub(crate) fn all(places: &[&str]) -> Result<Vec<Source>, Failure> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--"]);
    git.args(places).current_dir(paths::root());
    let listed = shell::output(&mut git, "The check needs git and a checkout.")?;
    let mut sources = Vec::new();
    for path in listed.split('\0').filter(|path| is_ours(path)) {
        let file = paths::root().join(path);
        // `git ls-files` also lists a file that was deleted but not yet committed.
        if file.is_file() {
            sources.push(Source { path: path.to_owned(), text: lossy(&file)? });
        }
    }
    if sources.is_empty() {
        let what = format!("there are no files in {}", places.join(", "));
        return Err(Failure::new(what, "Paths are relative to the root of the repository."));
    }
    Ok(sources)
}

fn is_ours(path: &str) -> bool {
    !path.is_empty()
        && !SKIPPED_ENDINGS.iter().any(|ending| path.ends_with(ending))
        && !SKIPPED_PLACES.iter().any(|place| path.starts_with(place))
}

/// Reads a text that may hold bytes that are not UTF-8, as some hostile inputs do.
fn lossy(file: &Path) -> Result<String, Failure> {
    let bytes =
        std::fs::read(file).map_err(|error| shell::file_failure(file, "cannot be read", &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_other_projects_are_skipped() {
        assert!(!is_ours("tests/vectors/rfc/README.md"));
        assert!(!is_ours("www/package-lock.json"));
        assert!(!is_ours("xtask/phrases.txt"));
        assert!(is_ours("tests/vectors/flows/a.flow"));
        assert!(is_ours("src/lib.rs"));
    }
}
