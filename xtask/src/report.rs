//! The summary at the end of a test run: a table, the closing line, and what failed.

use crate::shell::Failure;
use crate::tally::Tally;
use std::fmt;
use std::time::Duration;

/// The result of one layer, or of one part of the deep tests.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Report {
    /// The name of the layer.
    pub(crate) name: &'static str,
    /// The counts of its tests.
    pub(crate) tally: Tally,
    /// How long it ran.
    pub(crate) time: Duration,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} ({:.0} s)", self.name, self.tally, self.time.as_secs_f32())
    }
}

/// Prints the table, if there is more than one layer, and the closing line. `command` runs one of
/// the layers alone. Fails if a test failed. A missing program fails its layer in CI, see
/// [`system::report_missing`](crate::system::report_missing).
pub(crate) fn close(reports: &[Report], total: Duration, command: &str) -> Result<(), Failure> {
    if reports.len() > 1 {
        print!("\n{}", table(reports, total));
    }
    println!("\n{}", sum(reports));
    let failed = reports.iter().filter(|report| report.tally.failed > 0);
    let failed: Vec<&str> = failed.map(|report| report.name).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let again = format!("Run it alone: {command} {}", failed.join(" "));
    Err(Failure::new(format!("failures in: {}", failed.join(", ")), again))
}

fn sum(reports: &[Report]) -> Tally {
    let mut sum = Tally::default();
    reports.iter().for_each(|report| sum.add(report.tally));
    sum
}

/// A row for each layer, and one for all of them: layers that ran side by side took less time than
/// the sum of their rows.
fn table(reports: &[Report], total: Duration) -> String {
    let mut text = row("layer", ["passed", "failed", "skipped", "seconds"].map(String::from));
    let all = Report { name: "all", tally: sum(reports), time: total };
    for Report { name, tally: Tally { passed, failed, skipped }, time } in
        reports.iter().chain([&all])
    {
        let seconds = format!("{:.0}", time.as_secs_f32());
        text += &row(name, [passed.to_string(), failed.to_string(), skipped.to_string(), seconds]);
    }
    text
}

fn row(name: &str, [passed, failed, skipped, seconds]: [String; 4]) -> String {
    format!("{name:<12}{passed:>8}{failed:>8}{skipped:>9}{seconds:>9}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(name: &'static str, passed: u32, failed: u32, seconds: u64) -> Report {
        let tally = Tally { passed, failed, skipped: 1 };
        Report { name, tally, time: Duration::from_secs(seconds) }
    }

    #[test]
    fn the_table_has_a_row_for_each_layer_and_one_for_all() {
        let reports = [report("native", 442, 0, 210), report("browser", 426, 1, 400)];
        let expected = "\
layer         passed  failed  skipped  seconds
native           442       0        1      210
browser          426       1        1      400
all              868       1        2      430
";
        assert_eq!(table(&reports, Duration::from_secs(430)), expected);
    }

    #[test]
    fn a_failed_test_fails_the_run() {
        assert!(close(&[report("native", 1, 0, 1)], Duration::ZERO, "cargo xtask test").is_ok());
        let failure = close(&[report("native", 1, 2, 1)], Duration::ZERO, "cargo xtask test");
        let text = failure.expect_err("two tests failed").to_string();
        assert!(text.contains("cargo xtask test native"), "{text}");
    }
}
