//! `docs/errors.md`: a hand-written introduction, then one generated section for each code.

use crate::paths;
use crate::shell::{self, Failure};
use countersign::proto::error::{Blame, Code, Reader, Side};
use std::fmt::Write;

/// The file's path in the repository and in the npm package.
pub(crate) const PATH: &str = "docs/errors.md";

/// The generated part begins below this line.
const MARK: &str = "<!-- `cargo xtask codes` generates the rest from src/proto/error. -->\n";

/// The file as it must be: its own introduction, and the sections of today.
pub(crate) fn fresh() -> Result<String, Failure> {
    with_sections(&shell::read(&paths::root().join(PATH))?)
}

fn with_sections(old: &str) -> Result<String, Failure> {
    let Some((introduction, _)) = old.split_once(MARK) else {
        let advice = format!("Write this line below the introduction: {}", MARK.trim_end());
        return Err(Failure::new(format!("{PATH} has no place for the codes"), advice));
    };
    let sections: String = Code::ALL.iter().copied().map(section).collect();
    Ok(format!("{introduction}{MARK}{sections}"))
}

/// The section of a code. Its heading makes the anchor `#oidc_…` that hints name.
fn section(code: Code) -> String {
    let mut text = format!("\n## {}\n\n{}\n\n", code.text(), code.summary());
    _ = writeln!(text, "Who must act: {}.\n", actor(code.blame()));
    let mut advice: Vec<(&str, Vec<String>)> = Vec::new();
    for reader in Reader::ALL.iter().copied() {
        let Some(own) = code.advice(reader) else { continue };
        match advice.iter_mut().find(|(text, _)| *text == own) {
            Some((_, readers)) => readers.push(place(reader, code.side())),
            None => advice.push((own, vec![place(reader, code.side())])),
        }
    }
    for (advice, readers) in advice {
        _ = writeln!(text, "- {}: {advice}", readers.join(", "));
    }
    text
}

/// The party that must act, in words.
fn actor(blame: Blame) -> &'static str {
    match blame {
        Blame::User => "the user (`User`)",
        Blame::App => "the author of the app (`App`)",
        Blame::Provider => "the provider (`Provider`)",
        Blame::Host => "the network, the storage or the runtime (`Host`)",
        _ => "the authors of Countersign (`Bug`)",
    }
}

/// The entries in which a reader can meet a code of this side.
fn place(reader: Reader, side: Side) -> String {
    let place = match (reader, side) {
        (Reader::Page, Side::Renewal) => "Page (not in `countersign/slim` without `renewal`)",
        (Reader::Page, _) => "Page",
        (Reader::Api, _) => "Verifier",
        _ => "Sessions",
    };
    format!("**{place}**")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_section_with_the_anchor_that_hints_name() {
        let text = fresh().expect("the introduction has the mark");
        let headings: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("## OIDC_")).collect();
        assert_eq!(headings.len(), Code::ALL.len());
        for (code, heading) in Code::ALL.iter().zip(headings) {
            assert_eq!(code.text().strip_prefix("OIDC_"), Some(heading));
            // GitHub and npm make an anchor of letters, digits and `_` by lower case alone.
            assert!(heading.chars().all(|one| one.is_ascii_alphanumeric() || one == '_'));
        }
    }

    #[test]
    fn a_section_has_every_reader_once() {
        let text = section(Code::TokenExpired);
        for reader in ["**Page**: ", "**Verifier**: ", "**Sessions**: "] {
            assert_eq!(text.matches(reader).count(), 1, "{text}");
        }
        assert!(section(Code::Closed).contains("(`App`)"));
        assert!(section(Code::PopupBlocked).contains("without `renewal`"));
        assert!(section(Code::NetworkTimeout).contains("- **Page**, **Verifier**, **Sessions**: "));
    }

    #[test]
    fn old_sections_are_replaced_and_the_introduction_stays() {
        let old = format!("# Title\n{MARK}\n## OIDC_OLD\n");
        let new = with_sections(&old).expect("the mark is there");
        assert!(new.starts_with(&format!("# Title\n{MARK}\n## OIDC_CONFIG_INVALID\n")));
        assert!(!new.contains("OIDC_OLD"));
        assert_eq!(with_sections(&new).expect("the mark is still there"), new);
        assert!(with_sections("# Title\n").is_err());
    }
}
