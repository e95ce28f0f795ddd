//! The browsers that the end-to-end tests drive: installed ones, else the system's packages.

use crate::shell::{self, Failure};
use crate::system;
use std::path::{Path, PathBuf};

/// One browser: how the tests are told of it, where it may lie, which package brings it.
struct Browser {
    name: &'static str,
    variable: &'static str,
    programs: &'static [&'static str],
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

/// What drives WebKit, and the screen it needs: Linux only.
const WEBKIT: [Browser; 2] = [
    Browser {
        name: "WebKit's driver",
        variable: "WEBKIT_DRIVER_PATH",
        programs: &["WebKitWebDriver"],
        package: "webkit2gtk-driver",
    },
    Browser { name: "Xvfb", variable: "XVFB_PATH", programs: &["Xvfb"], package: "xvfb" },
];

/// The browsers of [`ensure`], and WebKit where the system has it: its tests say aloud that they
/// are skipped elsewhere.
pub(crate) fn ensure_all() -> Result<Vec<(&'static str, PathBuf)>, Failure> {
    let mut found = ensure()?;
    for program in &WEBKIT {
        match program.ensure() {
            Ok(path) => found.push((program.variable, path)),
            Err(failure) => shell::say(&format!("{failure}")),
        }
    }
    Ok(found)
}

/// Finds or brings each browser. Returns the variables that tell the tests where they are.
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

    /// The program that the person names, else the first that is there.
    fn find(&self) -> Option<PathBuf> {
        if let Some(named) = std::env::var_os(self.variable) {
            return Some(PathBuf::from(named));
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let dirs: Vec<PathBuf> = std::env::split_paths(&path).collect();
        let places = |program: &&str| -> Option<PathBuf> {
            // A program with a full path stays as it is when joined to a folder.
            dirs.iter().map(|dir| dir.join(program)).find(|place| is_program(place))
        };
        self.programs.iter().find_map(places)
    }
}

fn is_program(place: &Path) -> bool {
    place.is_file()
}
