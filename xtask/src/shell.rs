//! Runs commands, and prints their names, their times, and advice when they fail.

use crate::tally::Tally;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// The reason why a verb stopped, and advice for the user.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    advice: String,
}

impl Failure {
    /// A failure. `advice` may be empty.
    pub(crate) fn new(what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { what: what.into(), advice: advice.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.what)?;
        if self.advice.is_empty() { Ok(()) } else { write!(f, "\n       {}", self.advice) }
    }
}

/// Runs a step, and prints a line when it starts and one when it ends.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    say(&format!("{name} …"));
    let began = Instant::now();
    let made = work()?;
    say(&format!("{name}: {:.1} s", began.elapsed().as_secs_f32()));
    Ok(made)
}

/// Prints a line with a prefix that the output of commands does not have.
pub(crate) fn say(line: &str) {
    println!("xtask: {line}");
    // Commands write to the same stream, so that an unflushed line would come after theirs.
    let _ = std::io::stdout().flush();
}

/// Runs a command whose output the user sees. `advice` is printed when it fails.
pub(crate) fn run(command: &mut Command, advice: &str) -> Result<(), Failure> {
    run_to(command, &[0], advice).map(|_| ())
}

/// Does the same for a command that may end with several exit codes. Returns the one that it had.
pub(crate) fn run_to(command: &mut Command, codes: &[i32], advice: &str) -> Result<i32, Failure> {
    let status = command.status().map_err(|error| refused(command, &error.to_string(), advice))?;
    let code = status.code().filter(|code| codes.contains(code));
    code.ok_or_else(|| refused(command, &status.to_string(), advice))
}

/// Runs a command and returns its output, trimmed. The user sees its errors.
pub(crate) fn output(command: &mut Command, advice: &str) -> Result<String, Failure> {
    let done = command.stderr(Stdio::inherit()).output();
    let done = done.map_err(|error| refused(command, &error.to_string(), advice))?;
    if !done.status.success() {
        return Err(refused(command, &done.status.to_string(), advice));
    }
    Ok(String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

/// The output of a command, trimmed. Returns `None` if the command is missing or fails.
pub(crate) fn probe(command: &mut Command) -> Option<String> {
    let done = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).trim().to_owned())
}

/// Runs a test runner whose output the user sees, and counts its tests by that output.
pub(crate) fn count(command: &mut Command) -> Result<Tally, Failure> {
    let child = command.stdout(Stdio::piped()).spawn();
    let mut child = child.map_err(|error| refused(command, &error.to_string(), ""))?;
    let mut tally = Tally::default();
    if let Some(printed) = child.stdout.take() {
        for line in BufReader::new(printed).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            println!("{line}");
            tally.read(&line);
        }
    }
    let status = child.wait().map_err(|error| refused(command, &error.to_string(), ""))?;
    if !status.success() && tally.failed == 0 {
        // The command stopped before it counted anything, for example because the tests do not compile.
        say(&format!("{}", refused(command, &status.to_string(), "")));
        tally.failed = 1;
    }
    Ok(tally)
}

fn refused(command: &Command, how: &str, advice: &str) -> Failure {
    Failure::new(format!("failed ({how}): {}", spelled(command)), advice)
}

/// A command as a user would type it.
pub(crate) fn spelled(command: &Command) -> String {
    let mut words = Vec::new();
    if let Some(dir) = command.get_current_dir() {
        words.push(format!("cd {} &&", dir.display()));
    }
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            words.push(format!("{}={}", name.display(), quoted(&value.to_string_lossy())));
        }
    }
    words.push(command.get_program().display().to_string());
    words.extend(command.get_args().map(|word| quoted(&word.to_string_lossy())));
    words.join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,@+".contains(c);
    if word.chars().all(plain) {
        return word.to_owned();
    }
    // Cargo's flags are separated by a control character.
    let typed = word.replace('\\', r"\\").replace('\'', r"\'").replace('\x1f', r"\x1f");
    format!("$'{typed}'")
}

/// Reads a text file. A failure names the file.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|error| file_failure(path, "cannot be read", &error))
}

/// Writes a file, and the folders above it.
pub(crate) fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<(), Failure> {
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    made.and_then(|()| std::fs::write(path, bytes))
        .map_err(|error| file_failure(path, "cannot be written", &error))
}

/// Copies a file, and makes the folders above its new path.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<(), Failure> {
    let bytes =
        std::fs::read(from).map_err(|error| file_failure(from, "cannot be read", &error))?;
    write(to, bytes)
}

/// Removes a folder, if it is there.
pub(crate) fn clear(dir: &Path) -> Result<(), Failure> {
    if !dir.exists() {
        return Ok(());
    }
    std::fs::remove_dir_all(dir).map_err(|error| file_failure(dir, "cannot be removed", &error))
}

/// A failure of the file system, with the path.
pub(crate) fn file_failure(path: &Path, what: &str, error: &std::io::Error) -> Failure {
    Failure::new(format!("{} {what}: {error}", path.display()), "")
}
