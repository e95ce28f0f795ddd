//! `check comments`: rejects comments that say nothing ("Makes it.") and those that begin with
//! "What" or a pronoun, which hide the name of the thing.

use crate::phrases;
use crate::shell::Failure;
use crate::sources::{self, Source};

/// Words that need another sentence to mean anything.
const POINTERS: &[&str] = &[
    "it", "its", "this", "that", "these", "those", "them", "they", "their", "theirs", "one",
    "ones", "both", "all", "each", "same", "other", "others", "such", "own", "here", "there", "so",
    "as", "is", "are", "was", "were", "of", "the", "a", "an", "and", "or", "who", "which", "what",
    "where", "he", "she", "his", "her", "him", "whose", "too", "to",
];

/// Words that a comment does not begin with: the reader has to look for the thing they stand for.
const PRONOUNS: &[&str] = &["It", "Its", "Who", "This", "These", "Both", "They", "Them"];

/// A comment: the line where it begins and its text without the marks.
#[derive(Debug, PartialEq)]
struct Comment {
    line: usize,
    text: String,
}

/// Fails if a comment below `places` breaks a rule. Without `places` every file is read, except the
/// exempt ones.
pub(crate) fn check(places: &[&str]) -> Result<(), Failure> {
    let mut found = Vec::new();
    for source in sources::all(places)? {
        if !places.is_empty() || !phrases::is_exempt(&source.path) {
            found.extend(find(&source));
        }
    }
    phrases::report(&found, "Name the thing first: `/** A cache of verified tokens. */`.")
}

fn find(source: &Source) -> Vec<String> {
    let complain = |comment: Comment| {
        let why = complaint(&comment.text)?;
        let first: String = comment.text.chars().take(60).collect();
        Some(format!("{}:{}: \"{first}\": {why}", source.path, comment.line))
    };
    comments(source).into_iter().filter_map(complain).collect()
}

fn complaint(text: &str) -> Option<&'static str> {
    let first = text.split_inclusive(['.', '?', ':']).next().unwrap_or_default();
    if text.starts_with("What ") && !first.ends_with('?') {
        return Some("begins with \"What\": name the thing first");
    }
    let first_word = text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    if PRONOUNS.contains(&first_word) && !first.ends_with('?') {
        return Some("begins with a pronoun: name the thing first");
    }
    is_empty_talk(text).then_some("only points at something: name it, or delete the comment")
}

/// Whether a comment has pointing words only, or one verb before them: "Makes it."
fn is_empty_talk(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphabetic() || c == '\'';
    // A comment with code or numbers in it says something.
    if !text.chars().all(|c| is_letter(c) || c.is_whitespace() || ".,;:".contains(c)) {
        return false;
    }
    let lower = text.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !is_letter(c)).filter(|w| !w.is_empty()).collect();
    let points = |word: &&str| POINTERS.contains(word);
    match words.as_slice() {
        [] => false,
        [_, object] => points(object),
        words => words.iter().all(points),
    }
}

/// The comments that begin a line. Lines of the same kind are one comment.
fn comments(source: &Source) -> Vec<Comment> {
    let ending = source.path.rsplit_once('.').map_or("", |(_, ending)| ending);
    let slashes = ["rs", "ts", "js", "mjs", "cjs", "jsx", "tsx", "css"].contains(&ending);
    if !slashes && !["toml", "yml", "yaml", "flow"].contains(&ending) {
        return Vec::new();
    }
    let mut found: Vec<Comment> = Vec::new();
    let mut last: &str = "";
    for (number, line) in source.text.lines().enumerate() {
        let line = line.trim();
        let mark = if last == "/*" { last } else { mark_of(line, slashes) };
        let text = line.trim_start_matches(['/', '*', '!', '#']);
        let text = text.trim_end_matches("*/").trim();
        match found.last_mut() {
            Some(comment) if !mark.is_empty() && mark == last => {
                comment.text.push_str(if comment.text.is_empty() || text.is_empty() {
                    ""
                } else {
                    " "
                });
                comment.text.push_str(text);
            }
            _ if !mark.is_empty() => {
                found.push(Comment { line: number + 1, text: text.to_owned() });
            }
            _ => {}
        }
        last = if mark == "/*" && line.ends_with("*/") { "" } else { mark };
    }
    found
}

/// The mark that begins the line, if it is a comment.
fn mark_of(line: &str, slashes: bool) -> &'static str {
    let marks: &[&'static str] = if slashes { &["///", "//!", "//", "/*"] } else { &["#"] };
    marks.iter().find(|mark| line.starts_with(**mark)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_file(path: &str, text: &str) -> Vec<Comment> {
        comments(&Source { path: path.into(), text: text.into() })
    }

    #[test]
    fn a_comment_that_only_points_is_found() {
        for text in ["It.", "Them.", "Makes it.", "Its own.", "The same of them."] {
            assert!(complaint(text).is_some(), "{text}");
        }
        for text in [
            "A cache.",
            "A cache of keys.",
            "Seconds.",
            "Makes `it`.",
            "Reads the file.",
            "RFC 7662",
        ] {
            assert_eq!(complaint(text), None, "{text}");
        }
    }

    #[test]
    fn a_comment_that_begins_with_what_is_found_and_a_question_is_not() {
        assert!(complaint("What was seen.").is_some());
        assert_eq!(complaint("What happens if the lock is lost? The tab waits."), None);
        assert_eq!(complaint("Whatever"), None);
    }

    #[test]
    fn a_comment_that_begins_with_a_pronoun_is_found() {
        for text in ["It scrolls.", "Its `kid`.", "This page relays.", "Who acts: the user."] {
            assert!(complaint(text).is_some(), "{text}");
        }
        for text in ["Items.", "Thistle grows.", "Who must act?", "The page relays this."] {
            assert_eq!(complaint(text), None, "{text}");
        }
    }

    #[test]
    fn lines_of_one_comment_are_joined() {
        let one = |line, text: &str| Comment { line, text: text.into() };
        let rust = "//! A.\n//! B.\n\nuse a;\n/// C.\nfn c() {} // not this\n";
        assert_eq!(in_file("a.rs", rust), [one(1, "A. B."), one(5, "C.")]);
        let script = "/**\n * A.\n * B.\n */\nlet a\n/** C. */\n// D.\n";
        assert_eq!(in_file("a.ts", script), [one(1, "A. B."), one(6, "C."), one(7, "D.")]);
        assert_eq!(in_file("a.toml", "a = 1 # b\n# C.\n"), [one(2, "C.")]);
        assert_eq!(in_file("a.md", "# What this is\n"), []);
    }
}
