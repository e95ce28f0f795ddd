//! Runs layers of tests side by side, each in a process of its own, and keeps their output readable.

use crate::report::Report;
use crate::shell::{self, Failure};
use crate::tally::Tally;
use std::io::{BufRead, BufReader, PipeReader};
use std::process::Command;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// How many layers run at the same time.
const LANES: usize = 2;

/// How long output may still arrive after a layer has ended: a process that it left behind may hold
/// the pipe open.
const LAST_OUTPUT_TIMEOUT: Duration = Duration::from_secs(5);

/// A layer, for the scheduler.
#[derive(Clone, Copy)]
pub(crate) struct Lane {
    /// The name of the layer, as `cargo xtask test` takes it.
    pub(crate) name: &'static str,
    /// The layer that must have passed before this one begins.
    pub(crate) after: Option<&'static str>,
    /// Whether it compiles for this machine. Cargo lets only one process at a time do that.
    pub(crate) uses_cargo: bool,
}

/// A report of a running layer.
enum Event {
    Line(&'static str, String),
    Ended(Report),
}

/// Runs the layers, in their order as far as their conditions let them, and returns a report of each.
pub(crate) fn run(layers: &[Lane]) -> Result<Vec<Report>, Failure> {
    let program = std::env::current_exe().map_err(|error| {
        Failure::new(format!("the path of this program is unknown: {error}"), "")
    })?;
    let (sender, events) = mpsc::channel();
    let mut schedule = Schedule::new(layers);
    let mut screen = Screen::default();
    let mut reports = Vec::new();
    loop {
        for layer in schedule.start_ready() {
            shell::say(&format!("layer {} begins", layer.name));
            let mut command = Command::new(&program);
            command.args(["test", layer.name]);
            let sender = sender.clone();
            thread::spawn(move || watch(layer.name, command, &sender));
        }
        for name in schedule.drop_unreachable() {
            shell::say(&format!("layer {name}: not run, because a layer before it failed"));
            reports.push(Report { name, tally: Tally::one_failure(), time: Duration::ZERO });
        }
        if schedule.is_idle() {
            return Ok(reports);
        }
        match events.recv() {
            Ok(Event::Line(name, line)) => screen.line(name, line),
            Ok(Event::Ended(report)) => {
                screen.end(report.name);
                shell::say(&format!("layer {report}"));
                schedule.end(report.name, report.tally.failed == 0);
                reports.push(report);
            }
            // Unreachable: `recv` fails without senders, and this function holds one.
            Err(mpsc::RecvError) => return Ok(reports),
        }
    }
}

/// Runs one layer to its end, and sends its output and its report.
fn watch(name: &'static str, command: Command, events: &Sender<Event>) {
    let start = Instant::now();
    let tally = watch_output(name, command, events).unwrap_or_else(|error| {
        _ = events.send(Event::Line(name, format!("xtask: layer {name} cannot be run: {error}")));
        Tally::one_failure()
    });
    _ = events.send(Event::Ended(Report { name, tally, time: start.elapsed() }));
}

fn watch_output(
    name: &'static str,
    mut command: Command,
    events: &Sender<Event>,
) -> std::io::Result<Tally> {
    let (output, input) = std::io::pipe()?;
    let mut child = command.stdout(input.try_clone()?).stderr(input).spawn()?;
    // The command holds the writing end, without whose closing the reading end never ends.
    drop(command);
    let lines = read_lines(output);
    let (ended_sender, ended) = mpsc::channel();
    let waiter = thread::spawn(move || {
        let status = child.wait();
        _ = ended_sender.send(());
        status
    });
    let mut tally = None;
    let mut forward = |line: String| {
        tally = Tally::from_closing_line(&line).or(tally);
        _ = events.send(Event::Line(name, line));
    };
    while let Some(line) = next_line(&lines, &ended) {
        forward(line);
    }
    let status = waiter.join().map_err(|_| std::io::Error::other("its thread panicked"))??;
    let tally = tally.unwrap_or_else(Tally::one_failure);
    Ok(if status.success() || tally.failed > 0 { tally } else { Tally::one_failure() })
}

fn read_lines(output: PipeReader) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    lines
}

/// The next line. Returns `None` at the end of the output, or when no more of it comes after the
/// process has ended.
fn next_line(lines: &Receiver<String>, ended: &Receiver<()>) -> Option<String> {
    let mut has_ended = false;
    loop {
        match lines.recv_timeout(LAST_OUTPUT_TIMEOUT) {
            Ok(line) => return Some(line),
            Err(mpsc::RecvTimeoutError::Disconnected) => return None,
            Err(mpsc::RecvTimeoutError::Timeout) if has_ended => return None,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                has_ended = !matches!(ended.try_recv(), Err(mpsc::TryRecvError::Empty));
            }
        }
    }
}

/// Which layers wait, run and have passed.
struct Schedule {
    waiting: Vec<Lane>,
    running: Vec<Lane>,
    passed: Vec<&'static str>,
    failed: Vec<&'static str>,
}

impl Schedule {
    fn new(layers: &[Lane]) -> Self {
        let waiting = layers.to_vec();
        Self { waiting, running: Vec::new(), passed: Vec::new(), failed: Vec::new() }
    }

    /// Takes the layers that can begin now out of the waiting ones.
    fn start_ready(&mut self) -> Vec<Lane> {
        let mut started = Vec::new();
        while self.running.len() < LANES {
            let Some(place) = self.waiting.iter().position(|layer| self.is_ready(layer)) else {
                break;
            };
            let layer = self.waiting.remove(place);
            self.running.push(layer);
            started.push(layer);
        }
        started
    }

    fn is_ready(&self, layer: &Lane) -> bool {
        let is_free = !layer.uses_cargo || !self.running.iter().any(|other| other.uses_cargo);
        let is_planned = |name| self.waiting.iter().chain(&self.running).any(|l| l.name == name);
        is_free && layer.after.is_none_or(|name| self.passed.contains(&name) || !is_planned(name))
    }

    fn end(&mut self, name: &'static str, has_passed: bool) {
        self.running.retain(|layer| layer.name != name);
        if has_passed { &mut self.passed } else { &mut self.failed }.push(name);
    }

    /// Takes the layers out of the waiting ones that come after one that failed.
    fn drop_unreachable(&mut self) -> Vec<&'static str> {
        let mut dropped = Vec::new();
        self.waiting.retain(|layer| {
            let is_lost = layer.after.is_some_and(|name| self.failed.contains(&name));
            if is_lost {
                dropped.push(layer.name);
            }
            !is_lost
        });
        dropped
    }

    const fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.running.is_empty()
    }
}

/// Prints the lines of one layer at once, and keeps those of the others until it ends.
#[derive(Default)]
struct Screen {
    front: Option<&'static str>,
    kept: Vec<(&'static str, Vec<String>)>,
}

impl Screen {
    fn line(&mut self, name: &'static str, line: String) {
        if self.front.is_none() {
            self.show(name);
        }
        if self.front == Some(name) {
            println!("{line}");
        } else if let Some((_, lines)) = self.kept.iter_mut().find(|(of, _)| *of == name) {
            lines.push(line);
        } else {
            self.kept.push((name, vec![line]));
        }
    }

    /// Prints what is kept of a layer that has ended.
    fn end(&mut self, name: &'static str) {
        let front = self.front.take_if(|front| *front != name);
        if front.is_some() && self.kept.iter().any(|(of, _)| *of == name) {
            self.show(name);
        }
        self.front = None;
        if let Some(front) = front {
            self.show(front);
        }
    }

    fn show(&mut self, name: &'static str) {
        println!("\n──── layer {name} ────");
        self.front = Some(name);
        if let Some(place) = self.kept.iter().position(|(of, _)| *of == name) {
            for line in self.kept.remove(place).1 {
                println!("{line}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYERS: [Lane; 5] = [
        Lane { name: "build", after: None, uses_cargo: false },
        Lane { name: "native", after: None, uses_cargo: true },
        Lane { name: "package", after: Some("build"), uses_cargo: false },
        Lane { name: "check", after: Some("build"), uses_cargo: true },
        Lane { name: "browser", after: Some("build"), uses_cargo: false },
    ];

    fn names(layers: &[Lane]) -> Vec<&'static str> {
        layers.iter().map(|layer| layer.name).collect()
    }

    #[test]
    fn two_layers_run_at_a_time_and_one_of_them_at_most_with_cargo() {
        let mut schedule = Schedule::new(&LAYERS);
        assert_eq!(names(&schedule.start_ready()), ["build", "native"]);
        assert_eq!(names(&schedule.start_ready()), [""; 0]);
        schedule.end("build", true);
        assert_eq!(names(&schedule.start_ready()), ["package"]);
        schedule.end("package", true);
        assert_eq!(names(&schedule.start_ready()), ["browser"], "native holds cargo");
        schedule.end("native", true);
        assert_eq!(names(&schedule.start_ready()), ["check"]);
        schedule.end("browser", false);
        schedule.end("check", true);
        assert!(schedule.is_idle());
    }

    #[test]
    fn what_comes_after_a_failed_layer_does_not_run() {
        let mut schedule = Schedule::new(&LAYERS);
        schedule.start_ready();
        schedule.end("build", false);
        assert_eq!(schedule.drop_unreachable(), ["package", "check", "browser"]);
        schedule.end("native", true);
        assert!(schedule.is_idle());
    }

    #[test]
    fn a_layer_that_was_not_asked_for_is_not_waited_for() {
        let mut schedule = Schedule::new(&LAYERS[2..]);
        assert_eq!(names(&schedule.start_ready()), ["package", "check"]);
    }

    #[test]
    fn a_layer_is_a_process_whose_closing_line_is_its_result() {
        let run = |script: &str| {
            let (sender, events) = mpsc::channel();
            let mut command = Command::new("sh");
            command.args(["-c", script]);
            watch("native", command, &sender);
            drop(sender);
            let mut lines = Vec::new();
            let mut reports = Vec::new();
            for event in events {
                match event {
                    Event::Line(name, line) => lines.push(format!("{name} {line}")),
                    Event::Ended(report) => reports.push(report.tally),
                }
            }
            (lines, reports)
        };
        let (lines, reports) = run("echo one; echo two >&2; echo '3 passed, 0 failed, 1 skipped'");
        assert_eq!(lines, ["native one", "native two", "native 3 passed, 0 failed, 1 skipped"]);
        assert_eq!(reports, [Tally { passed: 3, failed: 0, skipped: 1 }]);
        // A bad exit status or missing counts: neither is a success.
        assert_eq!(run("echo '3 passed, 0 failed, 1 skipped'; exit 1").1, [Tally::one_failure()]);
        assert_eq!(run("exit 0").1, [Tally::one_failure()]);
    }
}
