//! Fingerprints of build inputs. A build step is skipped while its inputs have the same content;
//! the times of the files do not matter.

use crate::paths;
use crate::shell::{self, Failure};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// Folders that hold no input: products and installed packages.
const SKIPPED: [&str; 2] = ["node_modules", "target"];

/// A SHA-256 hash over names and contents. Every part has its length before it, so that two parts
/// never run into each other.
pub(crate) struct Fingerprint(Sha256);

impl Fingerprint {
    /// A fingerprint of nothing but the name of a step.
    pub(crate) fn of(step: &str) -> Self {
        Self(Sha256::new()).text(step)
    }

    /// Adds a text.
    pub(crate) fn text(self, text: &str) -> Self {
        self.bytes(text.as_bytes())
    }

    /// Adds bytes.
    pub(crate) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds a file, or all files of a folder, with their paths below the root of the checkout.
    pub(crate) fn path(mut self, path: &Path) -> Result<Self, Failure> {
        for file in files(path)? {
            let bytes = std::fs::read(&file)
                .map_err(|error| shell::file_failure(&file, "cannot be read", &error))?;
            let name = file.strip_prefix(paths::root()).unwrap_or(&file);
            self = self.text(&name.to_string_lossy()).bytes(&bytes);
        }
        Ok(self)
    }

    /// The hash, in hexadecimal digits.
    pub(crate) fn finish(self) -> String {
        self.0.finalize().iter().fold(String::new(), |mut text, byte| {
            _ = write!(text, "{byte:02x}");
            text
        })
    }
}

/// Whether `stamp` holds this fingerprint.
pub(crate) fn is_current(stamp: &Path, fingerprint: &str) -> bool {
    std::fs::read_to_string(stamp).is_ok_and(|stored| stored == fingerprint)
}

/// The files of a folder and of the folders below it, in the order of their paths.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries = std::fs::read_dir(path);
    let entries = entries.map_err(|error| shell::file_failure(path, "cannot be read", &error))?;
    let mut below: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    below.retain(|path| !SKIPPED.iter().any(|name| path.ends_with(name)));
    below.sort();
    let nested = below.iter().map(|path| files(path)).collect::<Result<Vec<_>, _>>()?;
    Ok(nested.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_depends_on_names_and_contents_and_not_on_times() {
        let dir = std::env::temp_dir().join(format!("xtask-fingerprint-{}", std::process::id()));
        let (a, b) = (dir.join("a.txt"), dir.join("below/b.txt"));
        let of = || Fingerprint::of("step").path(&dir).expect("readable").finish();
        shell::write(&a, "one").expect("writable");
        shell::write(&b, "two").expect("writable");
        let first = of();
        shell::write(&a, "one").expect("writable");
        assert_eq!(of(), first, "written again with the same content");
        shell::write(&dir.join("node_modules/c.txt"), "three").expect("writable");
        assert_eq!(of(), first, "an installed package is no input");
        shell::write(&b, "twO").expect("writable");
        assert_ne!(of(), first, "one byte differs");
        shell::write(&b, "two").expect("writable");
        assert_eq!(of(), first);
        std::fs::rename(&a, dir.join("c.txt")).expect("movable");
        assert_ne!(of(), first, "a name differs");
        shell::clear(&dir).expect("removable");
    }

    #[test]
    fn two_parts_do_not_run_into_each_other() {
        let of = |a: &str, b: &str| Fingerprint::of("step").text(a).text(b).finish();
        assert_ne!(of("ab", "c"), of("a", "bc"));
        assert_eq!(of("ab", "c"), of("ab", "c"));
    }

    #[test]
    fn a_stamp_is_current_only_with_the_same_fingerprint() {
        let stamp = std::env::temp_dir().join(format!("xtask-stamp-{}", std::process::id()));
        assert!(!is_current(&stamp, "abc"));
        shell::write(&stamp, "abc").expect("writable");
        assert!(is_current(&stamp, "abc") && !is_current(&stamp, "xyz"));
        std::fs::remove_file(&stamp).expect("removable");
    }
}
