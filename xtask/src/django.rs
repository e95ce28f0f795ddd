//! django-oauth-toolkit, in a virtual environment of Python.

use crate::paths;
use crate::shell::{self, Failure};
use crate::system;
use std::path::PathBuf;
use std::process::Command;

const ADVICE: &str = "It needs Python 3.10 or newer with its venv (Debian: python3-venv). \
                      Run: cargo xtask test interop django";

/// Python with the packages of `tests/interop/providers/django/requirements.txt`, each of which has its
/// hashes there.
pub(crate) fn ensure() -> Result<PathBuf, Failure> {
    let list = paths::root().join("tests/interop/providers/django/requirements.txt");
    let wanted = shell::read(&list)?;
    let folder = paths::target().join("interop/django");
    let (python, stamp) = (folder.join("bin/python"), folder.join("installed.txt"));
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    if shell::probe(Command::new("python3").args(["-c", "import ensurepip, venv"])).is_none() {
        system::install(&["python3-venv"], ADVICE)?;
    }
    shell::step("packages of Python", || {
        let mut venv = Command::new("python3");
        shell::run(venv.args(["-m", "venv", "--clear"]).arg(&folder), ADVICE)?;
        let mut pip = Command::new(&python);
        let options =
            ["-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary=:all:"];
        shell::run(pip.args(options).arg("--requirement").arg(&list), ADVICE)
    })?;
    shell::write(&stamp, wanted)?;
    Ok(python)
}
