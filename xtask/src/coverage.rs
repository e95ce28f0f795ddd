//! Test coverage of the code that verifies tokens and keys: every region and every branch.

use crate::shell::{self, Failure};
use crate::tally::Tally;
use crate::{paths, tools};
use countersign::proto::text::json::{self, Json};
use std::collections::BTreeMap;
use std::path::Path;

/// The files and folders with full coverage.
const COVERED: &[&str] = &[
    "src/proto/jose/",
    "src/proto/oidc/access_token.rs",
    "src/proto/oidc/id_token.rs",
    "src/proto/oidc/registered_claims.rs",
];

/// The tests that count. Tests with random inputs do not: they reach a line without checking it.
const TESTS: &[&str] = &["--lib", "--test", "vectors", "--test", "flows", "--test", "jwe"];

/// A range in a file: first line and column, last line and column.
type Span = (String, [u64; 4]);

/// The counts: how often each region ran, and how often each branch was true and false.
#[derive(Default)]
struct Found {
    regions: BTreeMap<Span, u64>,
    branches: BTreeMap<Span, [u64; 2]>,
}

/// Runs the tests and fails if a region or a branch is not reached.
pub(crate) fn run() -> Result<Tally, Failure> {
    tools::ensure(&tools::COVERAGE)?;
    let report = paths::target().join("coverage.json");
    let mut cargo = tools::cargo(&["llvm-cov", "--branch", "--json", "--package", "countersign"]);
    cargo.arg("--output-path").arg(&report).args(TESTS).env("RUSTC_BOOTSTRAP", "1");
    shell::run(&mut cargo, "It needs the component llvm-tools: rustup component add llvm-tools")?;
    let found = read(&shell::read(&report)?)?;
    let missed = missed(&found);
    for range in &missed {
        shell::say(&format!("not reached: {range}"));
    }
    let [regions, lines, branches] = sums(&found);
    shell::say(&format!("{regions} regions, {lines} lines, {branches} branches"));
    let all = regions.1 > 0 && branches.1 > 0;
    let failed = u32::from(!missed.is_empty() || !all);
    Ok(Tally { passed: 1 - failed, failed, skipped: 0 })
}

/// A count and the total.
struct Of(usize, usize);

impl std::fmt::Display for Of {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.0, self.1)
    }
}

fn sums(found: &Found) -> [Of; 3] {
    let mut lines: BTreeMap<(&str, u64), bool> = BTreeMap::new();
    for ((file, [first, _, last, _]), count) in &found.regions {
        for line in *first..=*last {
            // A line is reached if every region that begins in it is.
            let reached = lines.entry((file, line)).or_insert(true);
            *reached &= *count > 0 || line != *first;
        }
    }
    let regions = found.regions.values().filter(|count| **count > 0).count();
    let ways = found.branches.values().flatten();
    [
        Of(regions, found.regions.len()),
        Of(lines.values().filter(|reached| **reached).count(), lines.len()),
        Of(ways.filter(|count| **count > 0).count(), found.branches.len() * 2),
    ]
}

fn missed(found: &Found) -> Vec<String> {
    let spelled = |(file, [line, column, ..]): &Span| format!("{file}:{line}:{column}");
    let regions = found.regions.iter().filter(|(_, count)| **count == 0);
    let mut missed: Vec<String> = regions.map(|(span, _)| spelled(span)).collect();
    for (span, ways) in &found.branches {
        for (way, count) in ["true", "false"].iter().zip(ways) {
            if *count == 0 {
                missed.push(format!("{} is never {way}", spelled(span)));
            }
        }
    }
    missed
}

/// Reads the export of llvm-cov. A function is built twice, for unit tests and for the other tests;
/// both builds count together.
fn read(text: &str) -> Result<Found, Failure> {
    let unknown = || Failure::new("the report of llvm-cov has another format", "");
    let report = json::read(text.as_bytes()).map_err(|_| unknown())?;
    let data = report.member("data").and_then(Json::list).and_then(<[Json]>::first);
    let functions = data.and_then(|data| data.member("functions")).and_then(Json::list);
    let mut found = Found::default();
    let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for function in functions.ok_or_else(unknown)? {
        take(&mut found, &mut files, function).ok_or_else(unknown)?;
    }
    Ok(found)
}

fn take(
    found: &mut Found,
    files: &mut BTreeMap<String, Vec<String>>,
    function: &Json,
) -> Option<()> {
    let names: Vec<&str> =
        function.member("filenames")?.list()?.iter().filter_map(Json::text).collect();
    let mut span_of = |row: &[Json], file: usize| -> Option<Option<Span>> {
        let name = names.get(usize::try_from(row.get(file)?.seconds()?).ok()?)?;
        let mut numbers = row.iter().filter_map(Json::seconds);
        let span = [numbers.next()?, numbers.next()?, numbers.next()?, numbers.next()?];
        Some(covered_file(files, name, span[0]).map(|file| (file, span)))
    };
    for region in function.member("regions")?.list()? {
        let row = region.list()?;
        // Kind 0 is code. The others are expansions, gaps and skipped code.
        let is_code = row.get(7)?.seconds()? == 0;
        if let Some(span) = span_of(row, 5)?.filter(|_| is_code) {
            *found.regions.entry(span).or_default() += row.get(4)?.seconds()?;
        }
    }
    let mut branches = Vec::new();
    for branch in function.member("branches").and_then(Json::list).unwrap_or_default() {
        let row = branch.list()?;
        let counts = [row.get(4)?.seconds()?, row.get(5)?.seconds()?];
        branches.extend(span_of(row, 6)?.map(|span| (span, counts)));
    }
    for (span, counts) in branches {
        if !is_constant(files, &span) {
            let ways = found.branches.entry(span).or_default();
            ways[0] += counts[0];
            ways[1] += counts[1];
        }
    }
    Some(())
}

/// The path of the file below the root, if the line must be covered: it is in `COVERED`, above the unit
/// tests, and not in a function that only the compiler calls. Returns `None` otherwise.
fn covered_file(
    files: &mut BTreeMap<String, Vec<String>>,
    name: &str,
    line: u64,
) -> Option<String> {
    let root = paths::root();
    let short = Path::new(name).strip_prefix(&root).ok()?.to_string_lossy().into_owned();
    if !COVERED.iter().any(|path| short.starts_with(path)) {
        return None;
    }
    let lines = files.entry(short.clone()).or_insert_with(|| {
        let text = std::fs::read_to_string(name).unwrap_or_default();
        text.lines().take_while(|line| *line != "#[cfg(test)]").map(String::from).collect()
    });
    let above = lines.get(..usize::try_from(line).ok()?)?;
    let begins = |line: &&String| !line.starts_with([' ', '}']) && line.contains("fn ");
    let is_of_tables = above.iter().rev().find(begins).is_some_and(|line| {
        // A private one without a caller would be dead code, which the compiler reports.
        line.starts_with("const fn ")
    });
    (!is_of_tables).then_some(short)
}

/// Whether the condition is a constant, such as `WITH_RENEWAL`: a build has one value of it.
fn is_constant(files: &BTreeMap<String, Vec<String>>, (file, span): &Span) -> bool {
    let [first, start, last, end] = span.map(|number| usize::try_from(number).unwrap_or(0));
    let line = files.get(file).and_then(|lines| lines.get(first.wrapping_sub(1)));
    let condition = line.and_then(|line| line.get(start.wrapping_sub(1)..end.wrapping_sub(1)));
    let is_name = |text: &str| {
        let is_part = |one: char| one.is_ascii_uppercase() || one.is_ascii_digit() || one == '_';
        !text.is_empty() && text.chars().all(is_part)
    };
    first == last && condition.is_some_and(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_is_no_branch_and_other_conditions_are() {
        let line = "    let wanted = WITH_RENEWAL && is_wanted;".to_owned();
        let files = BTreeMap::from([("a.rs".to_owned(), vec![line])]);
        let is_constant_at = |span| is_constant(&files, &("a.rs".to_owned(), span));
        assert!(is_constant_at([1, 18, 1, 30]));
        assert!(!is_constant_at([1, 34, 1, 43]));
        assert!(!is_constant_at([1, 18, 1, 43]));
        assert!(!is_constant_at([1, 18, 2, 30]));
        assert!(!is_constant_at([9, 1, 9, 2]));
    }

    #[test]
    fn code_that_is_not_reached_is_named_and_counted() {
        let span = |line| ("a.rs".to_owned(), [line, 1, line, 9]);
        let mut found = Found::default();
        found.regions.insert(span(1), 4);
        found.regions.insert(span(2), 0);
        found.branches.insert(span(3), [2, 0]);
        assert_eq!(missed(&found), ["a.rs:2:1", "a.rs:3:1 is never false"]);
        let [regions, lines, branches] = sums(&found).map(|of| of.to_string());
        assert_eq!((&*regions, &*lines, &*branches), ("1 of 2", "1 of 2", "1 of 2"));
    }
}
