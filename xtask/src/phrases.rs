//! `check phrases`: rejects the phrases of `xtask/phrases.txt` in everything that we wrote.

use crate::paths;
use crate::shell::{self, Failure};
use crate::sources::{self, Source};
use std::collections::BTreeMap;

/// Files that `cargo xtask check` skips; `cargo xtask check phrases PATH` checks them too.
pub(crate) const EXEMPT: &[&str] = &[
    // The name of a member in stored texts is a rejected phrase, and stays.
    "src/proto/state/pending.rs",
];

/// A banned phrase and the advice that replaces it.
struct Phrase {
    words: Vec<String>,
    advice: String,
}

/// The banned phrases by their first word.
struct List(BTreeMap<String, Vec<Phrase>>);

/// A word of a text, in lower case.
struct Word {
    text: String,
    line: usize,
    /// Whether only spaces and marks of comments are between the word before and this one.
    follows: bool,
}

/// Fails if a file below `places` contains a banned phrase. Without `places` every file is read,
/// except the exempt ones.
pub(crate) fn check(places: &[&str]) -> Result<(), Failure> {
    let list = List::read(&shell::read(&paths::root().join("xtask/phrases.txt"))?)?;
    let mut found = Vec::new();
    for source in sources::all(places)? {
        if !places.is_empty() || !is_exempt(&source.path) {
            found.extend(list.find(&source));
        }
    }
    report(&found, "xtask/phrases.txt is the list; write what it advises.")
}

/// Prints the findings and fails if there is one.
pub(crate) fn report(found: &[String], advice: &str) -> Result<(), Failure> {
    found.iter().for_each(|line| println!("{line}"));
    match found.len() {
        0 => Ok(()),
        count => Err(Failure::new(format!("{count} findings, see above"), advice)),
    }
}

/// Whether `cargo xtask check` skips a file.
pub(crate) fn is_exempt(path: &str) -> bool {
    EXEMPT.iter().any(|place| {
        path.strip_prefix(*place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

impl List {
    /// Reads `forms => advice` lines; `#` begins a comment line.
    fn read(text: &str) -> Result<Self, Failure> {
        let mut list: BTreeMap<String, Vec<Phrase>> = BTreeMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let (forms, advice) = line.split_once(" => ").ok_or_else(|| {
                Failure::new(
                    format!("xtask/phrases.txt: `{line}` has no advice"),
                    "Write `phrase, another form => what to write instead`.",
                )
            })?;
            for form in forms.split(',') {
                let words: Vec<String> = words(form).map(|word| word.text).collect();
                if let Some(first) = words.first() {
                    let phrases = list.entry(first.clone()).or_default();
                    phrases.push(Phrase { words, advice: advice.to_owned() });
                }
            }
        }
        Ok(Self(list))
    }

    /// The findings in a file, its path included, as lines to print.
    fn find(&self, source: &Source) -> Vec<String> {
        let path = [Source { path: String::new(), text: source.path.clone() }];
        let in_path = path.iter().flat_map(|path| self.matches(&path.text));
        let in_path = in_path.map(|(_, phrase)| (0, phrase));
        let all = in_path.chain(self.matches(&source.text));
        all.map(|(line, phrase)| {
            let place = match line {
                0 => format!("{} (its name)", source.path),
                line => format!("{}:{line}", source.path),
            };
            format!("{place}: \"{}\": write: {}", phrase.words.join(" "), phrase.advice)
        })
        .collect()
    }

    fn matches(&self, text: &str) -> Vec<(usize, &Phrase)> {
        let words: Vec<Word> = words(text).collect();
        let mut found = Vec::new();
        for (index, word) in words.iter().enumerate() {
            for phrase in self.0.get(&word.text).into_iter().flatten() {
                let there = words.get(index..index + phrase.words.len()).unwrap_or_default();
                let same = |(word, wanted): (&Word, &String)| word.text == *wanted;
                let is_run = there.iter().skip(1).all(|word| word.follows);
                if !there.is_empty() && is_run && there.iter().zip(&phrase.words).all(same) {
                    found.push((word.line, phrase));
                }
            }
        }
        found
    }
}

/// The words of a text. A name such as `openFile` or `OPEN_FILE` is two words.
fn words(text: &str) -> impl Iterator<Item = Word> + '_ {
    let mut chars = text.chars().peekable();
    let mut line = 1;
    std::iter::from_fn(move || {
        let mut follows = true;
        while let Some(other) = chars.next_if(|c| !c.is_ascii_alphabetic()) {
            line += usize::from(other == '\n');
            follows &= other.is_whitespace() || "/*#!_-`'\"".contains(other);
        }
        let mut word = String::from(chars.next()?);
        while let Some(letter) = chars.next_if(|c| c.is_ascii_alphabetic()) {
            word.push(letter);
            let is_lower = letter.is_ascii_lowercase();
            if is_lower && chars.peek().is_some_and(char::is_ascii_uppercase) {
                break;
            }
        }
        Some(Word { text: word.to_ascii_lowercase(), line, follows })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        let list = "# a comment\n\ngreen cow, green cows => cow\ngoat => sheep, lamb\n";
        let list = List::read(list).expect("a list");
        list.find(&Source { path: "a.rs".into(), text: text.into() })
    }

    #[test]
    fn a_finding_names_the_place_the_phrase_and_the_advice() {
        let expected = ["a.rs:2: \"goat\": write: sheep, lamb"];
        assert_eq!(found("one\nA Goat.\n"), expected);
    }

    #[test]
    fn a_phrase_is_found_across_lines_and_inside_names() {
        assert_eq!(found("/// a green\n/// cow").len(), 1);
        assert_eq!(found("a green\n// cow").len(), 1);
        assert_eq!(found("openGreenCows(), open_goat, GREEN_COW").len(), 3);
        assert_eq!(found("the goat's").len(), 1);
    }

    #[test]
    fn parts_of_words_and_of_sentences_are_not_phrases() {
        assert_eq!(found("goatee scapegoat"), [""; 0]);
        assert_eq!(found("It is green. Cow"), [""; 0]);
        assert_eq!(found("green"), [""; 0]);
    }

    #[test]
    fn the_name_of_a_file_is_checked() {
        let list = List::read("goat => sheep").expect("a list");
        let source = Source { path: "src/goat.rs".into(), text: String::new() };
        assert_eq!(list.find(&source), ["src/goat.rs (its name): \"goat\": write: sheep"]);
    }

    #[test]
    fn a_line_without_advice_is_refused() {
        assert!(List::read("goat").is_err());
    }

    #[test]
    fn an_exempt_folder_does_not_exempt_its_neighbors() {
        for place in EXEMPT {
            assert!(is_exempt(place) && is_exempt(&format!("{place}/a")));
            assert!(!is_exempt(&format!("{place}-a")), "{place}");
        }
    }
}
