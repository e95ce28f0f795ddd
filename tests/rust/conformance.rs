//! Every requirement and every known vulnerability has a test that names it.
//!
//! `tests/conformance/requirements.tsv` and `vulnerabilities.tsv` list the rules. A test names an
//! id in its own name: a Rust function `jose_05…` or `idt_02_and_03…`, a JavaScript title or the
//! first line of a flow script `JOSE-05`; a vulnerability in the same way, `cve_2022_21449…`. An id
//! without a test fails here, unless its row says `pending: why`, which is printed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Families whose requirements are all in the table.
const TABLED: &[(&str, u8)] = &[
    ("JOSE", 32),
    ("IDT", 29),
    ("RES", 20),
    ("UIN", 11),
    ("DSC", 15),
    ("ATJ", 12),
    ("TOK", 22),
    ("LOG", 22),
    ("WEB", 17),
    ("REQ", 17),
    ("BFF", 14),
    ("DPOP", 14),
];

/// Families that tests may name although the table has no rows of them yet.
const KNOWN: &[(&str, u8)] = &[("OPS", 7)];

/// The number of promises, from B1 on.
const PROMISES: u8 = 30;

const PENDING: &str = "pending: ";

#[test]
fn every_requirement_has_a_test_that_names_it() {
    let rows = table("requirements.tsv", ["id", "level", "source", "where", "requirement"]);
    let ids: Vec<_> = rows.iter().map(|row| row[0].clone()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>(), tabled().iter().collect(), "the table's ids");
    for row in &rows {
        assert!(["MUST", "SHOULD", "MAY", "POLICY"].contains(&&*row[1]), "{}: {}", row[0], row[1]);
        assert!(!row[2].is_empty(), "{}: the source is missing", row[0]);
        let is_place = row[3].starts_with(PENDING) || root().join(&row[3]).exists();
        assert!(is_place && !row[4].is_empty(), "{}: there is no {}", row[0], row[3]);
    }
    let wanted = rows.iter().map(|row| (row[0].clone(), row[3].clone())).collect();
    settle("requirements", wanted, &named(&requirements_in));
}

#[test]
fn every_promise_has_a_test_that_names_it() {
    let rows = table("promises.tsv", ["id", "pending", "promise"]);
    let ids: Vec<_> = (1..=PROMISES).map(|number| format!("B{number}")).collect();
    assert_eq!(rows.iter().map(|row| row[0].clone()).collect::<Vec<_>>(), ids, "the table's ids");
    let wanted = rows.iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    settle("promises", wanted, &named(&promises_in));
}

#[test]
fn every_known_vulnerability_has_a_test_that_names_it() {
    let names = ["id", "also", "library", "cause", "requirement", "pending"];
    let rows = table("vulnerabilities.tsv", names);
    let (mut all, mut wanted) = (BTreeSet::new(), Vec::new());
    for row in &rows {
        for id in [&*row[0]].into_iter().chain(row[1].split(", ")).filter(|id| !id.is_empty()) {
            assert!(all.insert(plain(id)), "{id} stands twice");
        }
        assert!(!row[2].is_empty() && !row[3].is_empty(), "{} says too little", row[0]);
        let unknown = requirements_in(&row[4]).into_iter().find(|id| !is_known(id));
        assert_eq!(unknown, None, "{}", row[0]);
        wanted.push((plain(&row[0]), row[5].clone()));
    }
    let found = named(&|text| {
        let text = plain(text);
        let mut found: Vec<_> = all.iter().filter(|id| is_word(&text, id)).cloned().collect();
        found.extend(advisories_in(&text));
        found
    });
    let strangers: Vec<_> = found.keys().filter(|id| !all.contains(*id)).collect();
    assert!(strangers.is_empty(), "tests name what the table does not have: {strangers:?}");
    settle("vulnerabilities", wanted, &found);
}

#[test]
fn a_name_says_which_requirements_it_is_about() {
    for (name, ids) in [
        ("jose_08_09_and_10_none", &["JOSE-08", "JOSE-09", "JOSE-10"][..]),
        ("atj_07_atj_08_a_bound_token", &["ATJ-07", "ATJ-08"]),
        ("a_title with IDT-03, DSC-01: both", &["IDT-03", "DSC-01"]),
        ("req_01 to REQ-03", &["REQ-01", "REQ-03"]),
        ("jose_8_and_res_100_and_b30_rfc_7515_02", &[]),
        ("ares_01", &[]),
    ] {
        assert_eq!(requirements_in(name), ids, "{name}");
    }
    assert_eq!(promises_in("b3_and_b8_a_name: not B31, b0, sub1 or B"), ["B3", "B8"]);
    assert_eq!(advisories_in("x_cve_2022_21449_zero"), ["cve_2022_21449"]);
    assert_eq!(advisories_in("ghsa_8wpc_h4q6_8fxv_a_key"), ["ghsa_8wpc_h4q6_8fxv"]);
}

type Found = BTreeMap<String, Vec<String>>;

/// Prints the map. Fails if an id has no test, or if a test names an unknown id.
fn settle(what: &str, wanted: Vec<(String, String)>, found: &Found) {
    let (mut bare, mut pending) = (Vec::new(), Vec::new());
    for (id, place) in &wanted {
        let tests = found.get(id).map(Vec::as_slice).unwrap_or_default();
        println!("{id}: {} tests: {}", tests.len(), tests.join(", "));
        match (place.strip_prefix(PENDING), tests.is_empty()) {
            (Some(why), _) => {
                pending.push(format!("{id} is pending, with {} tests: {why}", tests.len()));
            }
            (None, true) => bare.push(id.clone()),
            (None, false) => {}
        }
    }
    // `writeln!` bypasses the test runner's capture, which hides the output of a passing test.
    let mut out = std::io::stderr().lock();
    for line in &pending {
        writeln!(out, "{line}").expect("an open stderr");
    }
    let tests: BTreeSet<_> = found.values().flatten().collect();
    let answered = wanted.len() - bare.len() - pending.len();
    writeln!(out, "{what}: {answered} of {} answered by {} tests", wanted.len(), tests.len())
        .expect("an open stderr");
    assert!(bare.is_empty(), "no test names {bare:?}");
}

/// Every id that tests name, with those tests.
fn named(read: &dyn Fn(&str) -> Vec<String>) -> Found {
    let mut found = Found::new();
    for file in ["src", "tests"].iter().flat_map(|folder| files_below(&root().join(folder))) {
        let place = file.strip_prefix(root()).unwrap_or(&file).display().to_string();
        let text = fs::read_to_string(&file).unwrap_or_default();
        for name in titles(&file, &text) {
            for id in read(name) {
                let test = format!("{place}: {name}");
                let tests = found.entry(id).or_default();
                if !tests.contains(&test) {
                    tests.push(test);
                }
            }
        }
    }
    let strangers: Vec<_> =
        found.iter().filter(|(id, _)| id.contains('-') && !is_known(id)).collect();
    assert!(strangers.is_empty(), "tests name requirements that do not exist: {strangers:#?}");
    found
}

/// The names of a file's tests.
fn titles<'a>(file: &Path, text: &'a str) -> Vec<&'a str> {
    match file.extension().and_then(|end| end.to_str()) {
        Some("rs") => functions(text),
        Some("flow") => text.lines().take(1).collect(),
        _ => {
            let lines = text.lines().map(str::trim);
            let is_title =
                |line: &&str| line.contains(['\'', '"', '`']) && !line.contains(".skip(");
            lines.filter(|line| !line.starts_with("//")).filter(is_title).collect()
        }
    }
}

/// The test functions that run.
fn functions(text: &str) -> Vec<&str> {
    let (mut names, mut is_test) = (Vec::new(), false);
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("fn ") {
            if is_test {
                names.extend(name.split('(').next());
            }
            is_test = false;
        } else if line.starts_with("#[ignore") {
            is_test = false;
        } else if line == "#[test]" {
            is_test = true;
        }
    }
    names
}

/// `jose_05`, `jose_08_09_and_10`, `JOSE-05`: a family, then numbers of two digits.
fn requirements_in(text: &str) -> Vec<String> {
    let (mut found, mut family) = (Vec::new(), None);
    for word in text.split(|letter: char| !letter.is_ascii_alphanumeric()) {
        let upper = word.to_ascii_uppercase();
        let is_number = word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_digit());
        if TABLED.iter().chain(KNOWN).any(|(name, _)| *name == upper) {
            family = Some(upper);
        } else if let Some(family) = family.as_ref().filter(|_| is_number) {
            found.push(format!("{family}-{word}"));
        } else if word != "and" {
            family = None;
        }
    }
    found
}

/// `b3_…`, `B3, B8: …`: the promises in a name.
fn promises_in(text: &str) -> Vec<String> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let numbers = words.filter_map(|word| word.strip_prefix(['b', 'B'])?.parse().ok());
    numbers.filter(|number| (1..=PROMISES).contains(number)).map(|n| format!("B{n}")).collect()
}

/// `cve_2022_21449`, `ghsa_8wpc_h4q6_8fxv`, `rustsec_2023_0071` in a name.
fn advisories_in(text: &str) -> Vec<String> {
    let words: Vec<_> = text.split('_').collect();
    let mut found = Vec::new();
    for place in 0..words.len() {
        let length = match words[place] {
            "cve" | "rustsec" => 3,
            "ghsa" => 4,
            _ => continue,
        };
        found.extend(words.get(place..place + length).map(|words| words.join("_")));
    }
    found
}

fn plain(text: &str) -> String {
    let letters = text.chars().map(|letter| match letter {
        'A'..='Z' => letter.to_ascii_lowercase(),
        'a'..='z' | '0'..='9' => letter,
        _ => '_',
    });
    letters.collect()
}

/// Whether a text contains this as a whole word.
fn is_word(text: &str, id: &str) -> bool {
    text.match_indices(id).any(|(place, _)| {
        let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| *byte == b'_');
        let (before, behind) = (place.checked_sub(1), place + id.len());
        is_edge(before.and_then(|at| text.as_bytes().get(at)))
            && is_edge(text.as_bytes().get(behind))
    })
}

fn is_known(id: &str) -> bool {
    let (family, number) = id.split_once('-').unwrap_or((id, ""));
    let most = TABLED.iter().chain(KNOWN).find(|(name, _)| *name == family);
    number.parse().is_ok_and(|number: u8| number > 0 && most.is_some_and(|most| number <= most.1))
}

fn tabled() -> Vec<String> {
    let ids = |(family, most): &(&str, u8)| {
        (1..=*most).map(|number| format!("{family}-{number:02}")).collect::<Vec<_>>()
    };
    TABLED.iter().flat_map(ids).collect()
}

fn table<const N: usize>(name: &str, columns: [&str; N]) -> Vec<[String; N]> {
    let text = fs::read_to_string(root().join("tests/conformance").join(name)).expect("the table");
    let mut rows = text.lines().map(|line| {
        let cells: Vec<_> = line.split('\t').map(str::to_owned).collect();
        <[String; N]>::try_from(cells).unwrap_or_else(|cells| panic!("{name}: {cells:?}"))
    });
    assert_eq!(rows.next().expect("a first line"), columns);
    rows.collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(place: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(place) else { return vec![place.to_owned()] };
    let paths = entries.map(|entry| entry.expect("a readable folder").path());
    let paths = paths.filter(|path| !path.ends_with("node_modules"));
    let mut files: Vec<PathBuf> = paths.flat_map(|path| files_below(&path)).collect();
    let ends = ["rs", "flow", "mjs", "ts"];
    files.retain(|file| ends.iter().any(|end| file.extension().is_some_and(|own| own == *end)));
    files.sort();
    files
}
