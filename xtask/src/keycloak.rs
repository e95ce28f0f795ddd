//! Keycloak, from its zip in Maven's repository, for Java of the system.

use crate::paths;
use crate::shell::{self, Failure};
use crate::system;
use sha2::{Digest, Sha512};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const VERSION: &str = "26.7.3";

/// The SHA-512 of the zip: Maven's repository could serve another one.
const CHECKSUM: &str = "15c764765576eef267cf15cc5225a5826b5394a25a83d9bfa5b8544e4bbba690\
                        cb743c9d384200b93bb71ee4c4a328e1dd8c0a00f822fd3e6e154f14b1e47216";

/// Each program, and the package of Debian that has it.
const PROGRAMS: [(&str, &str); 3] =
    [("java", "openjdk-17-jre-headless"), ("mvn", "maven"), ("unzip", "unzip")];

const ADVICE: &str = "It needs Java 17, Maven and unzip (Debian: openjdk-17-jre-headless maven \
                      unzip). Run: cargo xtask test interop keycloak";

/// The unpacked Keycloak, which this brings if it is not there. `limit` is how long Maven may take.
pub(crate) fn ensure(limit: Option<Duration>) -> Result<PathBuf, Failure> {
    let folder = paths::target().join("interop");
    let home = folder.join(format!("keycloak-{VERSION}"));
    // An interrupted run leaves a part of the files, and no stamp.
    let stamp = home.join("unpacked");
    if stamp.exists() && is_there("java") {
        return Ok(home);
    }
    for (program, package) in PROGRAMS {
        if !is_there(program) {
            system::install(&[package], ADVICE)?;
        }
    }
    let zip = folder.join(format!("keycloak-quarkus-dist-{VERSION}.zip"));
    if !zip.exists() {
        shell::step(&format!("Keycloak {VERSION} from Maven"), || download(&folder, limit))?;
    }
    check(&zip)?;
    shell::clear(&home)?;
    let mut unzip = Command::new("unzip");
    shell::run(unzip.arg("-q").arg(&zip).arg("-d").arg(&folder), ADVICE)?;
    shell::write(&stamp, "")?;
    Ok(home)
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}

/// Maven copies the zip out of its own store, where an earlier run may have put it.
fn download(folder: &Path, limit: Option<Duration>) -> Result<(), Failure> {
    let mut maven = Command::new("mvn");
    maven.args(["--batch-mode", "--quiet", "dependency:copy"]);
    maven.arg(format!("-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"));
    maven.arg(format!("-DoutputDirectory={}", folder.display())).current_dir(paths::root());
    let Some(limit) = limit else { return shell::run(&mut maven, ADVICE) };
    let spelled = shell::spelled(&maven);
    let failed = |how: String| Failure::new(format!("{spelled}: {how}"), ADVICE);
    let mut child = maven.spawn().map_err(|error| failed(error.to_string()))?;
    let end = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(failed(status.to_string())),
            Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(200)),
            _ => {
                _ = child.kill();
                _ = child.wait();
                return Err(failed(format!("not done within {} s", limit.as_secs())));
            }
        }
    }
}

/// Fails if the zip is another one, and removes it.
fn check(zip: &Path) -> Result<(), Failure> {
    let bytes =
        std::fs::read(zip).map_err(|error| shell::file_failure(zip, "cannot be read", &error))?;
    if checksum(&bytes) == CHECKSUM {
        return Ok(());
    }
    _ = std::fs::remove_file(zip);
    let what = format!("{} has another SHA-512 than that in keycloak.rs", zip.display());
    Err(Failure::new(what, "It is removed. Find out why before you run this again."))
}

fn checksum(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha512::digest(bytes) {
        _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_128_digits_of_sha_512() {
        // The example of FIPS 180-4 for "abc".
        let expected = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                        2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        assert_eq!(checksum(b"abc"), expected);
        assert_eq!(CHECKSUM.len(), expected.len());
    }

    #[test]
    fn another_zip_is_refused_and_removed() {
        let zip = std::env::temp_dir().join(format!("another-{}.zip", std::process::id()));
        shell::write(&zip, "not Keycloak").expect("the folder of temporary files is writable");
        assert!(check(&zip).is_err());
        assert!(!zip.exists());
    }
}
