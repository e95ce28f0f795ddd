//! Finds the browsers for the end-to-end tests, or installs the packages of the system.

use crate::shell::{self, Failure};
use crate::system;
use std::path::{Path, PathBuf};

/// A browser, or a program that the tests of a browser need.
struct Browser {
    name: &'static str,
    /// The environment variable with its path, which the tests read.
    variable: &'static str,
    /// Names or paths of the program.
    programs: &'static [&'static str],
    /// The package of Debian that has it.
    package: &'static str,
}

const BROWSERS: [Browser; 2] = [
    Browser {
        name: "Chromium",
        variable: "CHROME_PATH",
        programs: &[
            "chromium",
            "chromium-browser",
            "google-chrome-stable",
            "google-chrome",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        ],
        package: "chromium",
    },
    Browser {
        name: "Firefox",
        variable: "FIREFOX_PATH",
        programs: &["firefox-esr", "firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"],
        package: "firefox-esr",
    },
];

/// The driver of WebKit and the virtual screen that it needs: Linux only.
const WEBKIT: [Browser; 2] = [
    Browser {
        name: "WebKit's driver",
        variable: "WEBKIT_DRIVER_PATH",
        programs: &["WebKitWebDriver"],
        package: "webkit2gtk-driver",
    },
    Browser { name: "Xvfb", variable: "XVFB_PATH", programs: &["Xvfb"], package: "xvfb" },
];

/// The browsers of [`ensure`], and WebKit if the system has it. Without it the WebKit tests are
/// skipped, and say so; in CI that is a failure.
pub(crate) fn ensure_all() -> Result<Vec<(&'static str, PathBuf)>, Failure> {
    let mut found = ensure()?;
    for program in &WEBKIT {
        match program.ensure() {
            Ok(path) => found.push((program.variable, path)),
            Err(failure) => system::report_missing(failure)?,
        }
    }
    Ok(found)
}

/// Finds or installs each browser. Returns the environment variables for the tests.
pub(crate) fn ensure() -> Result<Vec<(&'static str, PathBuf)>, Failure> {
    BROWSERS.iter().map(|browser| Ok((browser.variable, browser.ensure()?))).collect()
}

impl Browser {
    fn ensure(&self) -> Result<PathBuf, Failure> {
        if let Some(found) = self.find() {
            shell::say(&format!("{}: {}", self.name, found.display()));
            return Ok(found);
        }
        let advice = format!(
            "Install {}, or set {} to the path of its program; then run this again.",
            self.name, self.variable
        );
        system::install(&[self.package], &advice)?;
        self.find().ok_or_else(|| Failure::new(format!("{} is missing", self.name), advice))
    }

    /// The program that the environment variable names, or the first one that exists.
    fn find(&self) -> Option<PathBuf> {
        if let Some(named) = std::env::var_os(self.variable) {
            return Some(PathBuf::from(named));
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let dirs: Vec<PathBuf> = std::env::split_paths(&path).collect();
        let in_path = |program: &&str| -> Option<PathBuf> {
            // Joining an absolute path to a folder gives the absolute path.
            dirs.iter().map(|dir| dir.join(program)).find(|path| is_program(path))
        };
        self.programs.iter().find_map(in_path)
    }
}

fn is_program(path: &Path) -> bool {
    path.is_file()
}
