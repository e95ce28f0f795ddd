//! Counts tests from the summary lines of cargo and of Node's test runner.

/// How many tests passed, failed and were skipped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tally {
    /// Tests that passed.
    pub(crate) passed: u32,
    /// Tests that failed.
    pub(crate) failed: u32,
    /// Tests that were skipped. The output has the reason of each.
    pub(crate) skipped: u32,
}

impl Tally {
    /// Adds the counts of a line, if it is a summary line.
    pub(crate) fn read(&mut self, line: &str) {
        let line = line.trim();
        if let Some((_, counts)) =
            line.strip_prefix("test result: ").and_then(|x| x.split_once(". "))
        {
            counts.split(';').for_each(|part| self.add_count(part.trim()));
        } else if let Some(count) = line.strip_prefix("ℹ ").or_else(|| line.strip_prefix("# ")) {
            // Node prints `pass 3`, cargo prints `3 passed`.
            if let Some((word, number)) = count.split_once(' ') {
                self.add_count(&format!("{number} {word}"));
            }
        }
    }

    /// The result of a step that could not run: its tests did not pass.
    pub(crate) const fn one_failure() -> Self {
        Self { passed: 0, failed: 1, skipped: 0 }
    }

    /// Reads the closing line of a test run. Returns `None` for any other line.
    pub(crate) fn from_closing_line(line: &str) -> Option<Self> {
        let counts: Vec<(u32, &str)> = line
            .split(", ")
            .map(|count| count.split_once(' ').map(|(n, word)| Some((n.parse().ok()?, word)))?)
            .collect::<Option<_>>()?;
        match counts[..] {
            [(passed, "passed"), (failed, "failed"), (skipped, "skipped")] => {
                Some(Self { passed, failed, skipped })
            }
            _ => None,
        }
    }

    /// Adds one count, such as `3 passed`.
    fn add_count(&mut self, count: &str) {
        let Some((number, word)) = count.split_once(' ') else { return };
        let Ok(number) = number.parse::<u32>() else { return };
        match word {
            "passed" | "pass" => self.passed += number,
            "failed" | "fail" | "cancelled" => self.failed += number,
            "ignored" | "skipped" | "todo" => self.skipped += number,
            _ => {}
        }
    }

    /// Adds the counts of another runner.
    pub(crate) fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} passed, {} failed, {} skipped", self.passed, self.failed, self.skipped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(lines: &str) -> Tally {
        let mut tally = Tally::default();
        lines.lines().for_each(|line| tally.read(line));
        tally
    }

    #[test]
    fn cargo_and_its_doc_tests_are_counted_together() {
        let tally = counted(
            "running 3 tests\n\
             test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 4 filtered out; finished in 0.00s\n\
             test result: FAILED. 5 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n",
        );
        assert_eq!(tally, Tally { passed: 7, failed: 1, skipped: 1 });
    }

    #[test]
    fn both_formats_of_node_are_counted() {
        let spec =
            "ℹ tests 9\nℹ suites 2\nℹ pass 4\nℹ fail 1\nℹ cancelled 1\nℹ skipped 2\nℹ todo 1";
        let expected = Tally { passed: 4, failed: 2, skipped: 3 };
        assert_eq!(counted(spec), expected);
        assert_eq!(counted(&spec.replace('ℹ', "#")), expected);
    }

    #[test]
    fn the_closing_line_is_read_as_it_is_written() {
        let tally = Tally { passed: 7, failed: 0, skipped: 12 };
        assert_eq!(Tally::from_closing_line(&tally.to_string()), Some(tally));
        for line in ["", "7 passed", "7 passed, 0 failed, skipped", "xtask: 7 passed, 0 failed"] {
            assert_eq!(Tally::from_closing_line(line), None, "{line}");
        }
    }

    #[test]
    fn a_sentence_that_looks_like_a_count_is_not_one() {
        assert_eq!(counted("3 passed\n# failing loudly\nok 1 - 2 failed"), Tally::default());
    }
}
