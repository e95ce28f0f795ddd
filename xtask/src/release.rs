//! `release`: builds the files of a release and prints the commands that publish it.

use crate::changelog::{self, Section};
use crate::shell::{self, Failure};
use crate::{build, check, paths, repository, tools};
use sha2::{Digest, Sha256, Sha512};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Everything that decides whether a release may be made.
struct Facts<'a> {
    /// The address of the repository.
    address: &'a str,
    /// The output of `git status --porcelain`.
    status: &'a str,
    /// The commit that is checked out.
    head: &'a str,
    /// The commit of the tag of this version, if the tag exists.
    tagged: Option<&'a str>,
    /// `Cargo.toml`.
    manifest: &'a str,
    /// `pkg-template/package.json`.
    package: &'a str,
    /// `CHANGELOG.md`.
    changelog: &'a str,
}

/// Refuses, or leaves the files in `target/release-files`. With `--dry-run` every refusal is a
/// warning, and the commands to publish are not printed.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let rehearsal = match words {
        [] => false,
        ["--dry-run"] => true,
        _ => {
            let what = format!("`release` does not know `{}`", words.join(" "));
            return Err(Failure::new(what, "Run: cargo xtask release [--dry-run]"));
        }
    };
    let read = |path: &str| shell::read(&paths::root().join(path));
    let manifest = read("Cargo.toml")?;
    let version = crate_version(&manifest).unwrap_or_default().to_owned();
    let tag = format!("v{version}^{{commit}}");
    let tagged = shell::probe(&mut git_command(&["rev-parse", "--quiet", "--verify", &tag]));
    let facts = Facts {
        address: repository::ADDRESS,
        status: &git(&["status", "--porcelain"])?,
        head: &git(&["rev-parse", "HEAD"])?,
        tagged: tagged.as_deref(),
        manifest: &manifest,
        package: &read("pkg-template/package.json")?,
        changelog: &read("CHANGELOG.md")?,
    };
    refuse(&problems(&facts), rehearsal)?;
    tools::ensure(&tools::DENY)?;
    build::package()?;
    let tally = check::all()?;
    shell::say(&format!("checks: {tally}"));
    refuse(&unchecked(tally.failed, tally.skipped), rehearsal)?;
    let tarball = shell::step("npm pack", pack)?;
    let folder = paths::target().join("release-files");
    let notes = changelog::section(facts.changelog, &version).map_or("", |section| section.notes);
    write_files(&folder, &tarball, notes)?;
    shell::say(&format!("the files are in {}", folder.display()));
    if rehearsal {
        shell::say("this was a dry run: publish nothing of it");
    } else {
        println!("{}", next_steps(&version));
    }
    Ok(())
}

/// Fails if there is a problem. In a rehearsal it only prints them.
fn refuse(problems: &[String], rehearsal: bool) -> Result<(), Failure> {
    if rehearsal {
        problems.iter().for_each(|problem| shell::say(&format!("would refuse: {problem}")));
        return Ok(());
    }
    match problems {
        [] => Ok(()),
        _ => Err(Failure::new(
            format!("no release yet:\n       - {}", problems.join("\n       - ")),
            "RELEASING.md has every step; `cargo xtask release --dry-run` rehearses them.",
        )),
    }
}

/// Every reason not to release, each with the thing to do.
fn problems(facts: &Facts) -> Vec<String> {
    let (manifest, package) = (crate_version(facts.manifest), npm_version(facts.package));
    let all = [
        address_problem(facts.address),
        status_problem(facts.status),
        version_problem(manifest, package),
        changelog_problem(facts.changelog, manifest.unwrap_or_default()),
        tag_problem(facts.head, facts.tagged),
    ];
    all.into_iter().flatten().collect()
}

fn address_problem(address: &str) -> Option<String> {
    if address.is_empty() {
        let what = "the repository has no address yet: write it into xtask/src/repository.rs";
        return Some(what.into());
    }
    let is_whole = address.starts_with("https://") && !address.ends_with(['/', '.']);
    (!is_whole)
        .then(|| format!("`{address}` is not an address like https://github.com/OWNER/countersign"))
}

fn status_problem(status: &str) -> Option<String> {
    let first = status.lines().next()?;
    Some(format!("the working tree has changes (`{first}`): commit them, or put them away"))
}

fn version_problem(manifest: Option<&str>, package: Option<&str>) -> Option<String> {
    match (manifest, package) {
        (Some(manifest), Some(package)) if manifest == package => None,
        _ => Some(format!(
            "Cargo.toml has version {}, pkg-template/package.json has {}: write the same in both",
            manifest.unwrap_or("(none)"),
            package.unwrap_or("(none)"),
        )),
    }
}

fn changelog_problem(changelog: &str, version: &str) -> Option<String> {
    match changelog::section(changelog, version) {
        None => Some(format!("CHANGELOG.md has no section `## {version} - DATE`: write it")),
        Some(Section { date, .. }) if !changelog::is_date(date) => Some(format!(
            "CHANGELOG.md dates {version} `{date}`: write the day of the release, as 2026-11-27"
        )),
        Some(Section { notes: "", .. }) => {
            Some(format!("CHANGELOG.md says nothing about {version}: write what changed"))
        }
        Some(_) => None,
    }
}

fn tag_problem(head: &str, tagged: Option<&str>) -> Option<String> {
    let tagged = tagged.filter(|commit| *commit != head)?;
    Some(format!("the tag of this version is at another commit ({tagged}): raise the version"))
}

/// The checks that failed or were skipped: a release needs every check to pass.
fn unchecked(failed: u32, skipped: u32) -> Vec<String> {
    let count = |number: u32, what: &str| (number > 0).then(|| format!("{number} checks {what}"));
    [count(failed, "failed, see above"), count(skipped, "were skipped, see above for each reason")]
        .into_iter()
        .flatten()
        .collect()
}

/// The version in a `Cargo.toml`.
fn crate_version(manifest: &str) -> Option<&str> {
    let line = manifest.lines().find_map(|line| line.strip_prefix("version = "))?;
    Some(line.trim_matches('"'))
}

/// The version in a `package.json`.
fn npm_version(package: &str) -> Option<&str> {
    let line = package.lines().find_map(|line| line.trim().strip_prefix("\"version\": "))?;
    Some(line.trim_end_matches(',').trim_matches('"'))
}

fn git_command(words: &[&str]) -> Command {
    let mut git = Command::new("git");
    git.args(words).current_dir(paths::root());
    git
}

fn git(words: &[&str]) -> Result<String, Failure> {
    shell::output(&mut git_command(words), "A release is made in a git checkout.")
}

/// Packs `pkg/`. Returns the path of the tarball.
fn pack() -> Result<PathBuf, Failure> {
    let folder = paths::target().join("release-files");
    shell::clear(&folder)?;
    std::fs::create_dir_all(&folder)
        .map_err(|error| shell::file_failure(&folder, "cannot be made", &error))?;
    let mut npm = Command::new("npm");
    npm.args(["pack", "--silent", "--ignore-scripts", "--pack-destination"]).arg(&folder);
    let printed = shell::output(npm.current_dir(paths::pkg()), "")?;
    Ok(folder.join(printed.lines().last().unwrap_or_default()))
}

/// Writes the checksums next to the tarball, and the notes of the release.
fn write_files(folder: &Path, tarball: &Path, notes: &str) -> Result<(), Failure> {
    let bytes = std::fs::read(tarball)
        .map_err(|error| shell::file_failure(tarball, "cannot be read", &error))?;
    let name = tarball.file_name().unwrap_or_default().to_string_lossy().into_owned();
    shell::write(&folder.join("SHA256SUMS"), checksum_line(&Sha256::digest(&bytes), &name))?;
    shell::write(&folder.join("SHA512SUMS"), checksum_line(&Sha512::digest(&bytes), &name))?;
    shell::write(&folder.join("NOTES.md"), format!("{notes}\n"))
}

/// A line as `sha256sum --check` reads it.
fn checksum_line(digest: &[u8], name: &str) -> String {
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}  {name}\n")
}

/// The commands that the maintainer types after a successful run.
fn next_steps(version: &str) -> String {
    format!(
        "\nNext, when CI is green for this commit:\n\n  \
         git tag --sign v{version} --message \"countersign {version}\"\n  \
         git push origin v{version}\n\n\
         The tag starts .github/workflows/release.yml. It builds and tests again, then waits for\n\
         an approval of the environment `npm`, publishes with provenance and attaches the\n\
         checksums. Afterwards:\n\n  \
         npm view countersign@{version} dist.integrity\n  \
         npm audit signatures   (in a project that has installed this version)\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: Facts = Facts {
        address: "https://example.com/owner/countersign",
        status: "",
        head: "a1",
        tagged: None,
        manifest: "[package]\nversion = \"1.2.3\"\n",
        package: "{\n  \"version\": \"1.2.3\",\n}\n",
        changelog: "# Changelog\n\n## 1.2.3 - 2026-11-27\n\n- A change.\n",
    };

    fn only_problem(facts: &Facts) -> String {
        let [problem] = problems(facts).try_into().expect("exactly one problem");
        problem
    }

    #[test]
    fn a_release_without_problems_is_allowed() {
        assert_eq!(problems(&GOOD), [""; 0]);
        assert!(refuse(&[], false).is_ok());
    }

    #[test]
    fn a_problem_refuses_and_a_rehearsal_goes_through() {
        let problem = ["a reason".to_owned()];
        assert!(refuse(&problem, false).is_err());
        assert!(refuse(&problem, true).is_ok());
    }

    #[test]
    fn an_empty_or_partial_address_is_refused() {
        assert!(only_problem(&Facts { address: "", ..GOOD }).contains("repository.rs"));
        for address in ["example.com/a", "http://example.com/a", "https://example.com/a/"] {
            assert!(only_problem(&Facts { address, ..GOOD }).contains(address));
        }
    }

    #[test]
    fn a_dirty_tree_is_refused() {
        let status = " M src/lib.rs\n?? new.rs";
        assert!(only_problem(&Facts { status, ..GOOD }).contains("src/lib.rs"));
    }

    #[test]
    fn versions_that_differ_are_refused() {
        let package = "{\n  \"version\": \"1.2.4\"\n}";
        let problem = only_problem(&Facts { package, ..GOOD });
        assert!(problem.contains("1.2.3") && problem.contains("1.2.4"));
        assert!(only_problem(&Facts { package: "{}", ..GOOD }).contains("(none)"));
        // Without a version in Cargo.toml the changelog cannot have its section either.
        assert_eq!(problems(&Facts { manifest: "[package]", ..GOOD }).len(), 2);
    }

    #[test]
    fn a_version_without_a_finished_section_is_refused() {
        for changelog in [
            "# Changelog\n",
            "# Changelog\n\n## 1.2.3 - unreleased\n\n- A change.\n",
            "# Changelog\n\n## 1.2.3\n\n- A change.\n",
            "# Changelog\n\n## 1.2.3 - 2026-11-27\n\n## 1.2.2 - 2026-11-26\n\n- Old.\n",
        ] {
            assert!(only_problem(&Facts { changelog, ..GOOD }).contains("CHANGELOG.md"));
        }
    }

    #[test]
    fn a_tag_at_another_commit_is_refused() {
        assert!(only_problem(&Facts { tagged: Some("b2"), ..GOOD }).contains("b2"));
        assert_eq!(problems(&Facts { tagged: Some("a1"), ..GOOD }), [""; 0]);
    }

    #[test]
    fn a_check_that_failed_or_was_skipped_is_refused() {
        assert_eq!(unchecked(0, 0), [""; 0]);
        assert_eq!(unchecked(1, 0).len(), 1);
        assert_eq!(unchecked(1, 2).len(), 2);
    }

    #[test]
    fn checksums_are_as_the_tools_of_coreutils_print_them() {
        // FIPS 180-2, "abc".
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.tgz\n";
        assert_eq!(checksum_line(&Sha256::digest(b"abc"), "a.tgz"), expected);
        assert!(checksum_line(&Sha512::digest(b"abc"), "a.tgz").starts_with("ddaf35a193617aba"));
    }

    #[test]
    fn the_next_steps_name_the_tag() {
        assert!(next_steps("1.2.3").contains("git push origin v1.2.3\n"));
    }
}
