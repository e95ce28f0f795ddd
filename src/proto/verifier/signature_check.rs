//! Questions about signatures as numbers, and the host's verdicts as short texts.

use crate::proto::effect::Verdict;
use crate::proto::jose::alg::{ALL, Alg};
use crate::proto::text::has_word;
use crate::proto::text::json::decimal;
use alloc::string::String;

/// The maximum number of algorithms, and so of ids for one key.
const IDS_PER_KEY: u32 = 16;

/// The letters of the verdicts: the first ones of their names in TypeScript.
const LETTERS: [(&str, Verdict); 3] =
    [("v", Verdict::Valid), ("i", Verdict::Invalid), ("u", Verdict::Unsupported)];

/// The names of the algorithms. The id of a question is 16 times the key's number plus the position
/// of the algorithm here, because an RSA key serves several algorithms.
pub fn algs() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|alg| alg.name)
}

/// The id of a question.
#[must_use]
pub fn id(key: u32, alg: &Alg) -> u32 {
    let place = (0..IDS_PER_KEY).zip(ALL).find(|(_, one)| *one == alg);
    key.wrapping_mul(IDS_PER_KEY).wrapping_add(place.map_or(0, |(place, _)| place))
}

/// The host's verdict on a question, in texts such as `v17`: valid.
#[must_use]
pub fn find_verdict(verdicts: &str, question: u32) -> Option<Verdict> {
    if verdicts.is_empty() {
        return None;
    }
    let is_given = |(letter, _): &&(&str, Verdict)| {
        let mut word = String::from(*letter);
        word.push_str(&decimal(question.into()));
        has_word(verdicts, &word)
    };
    LETTERS.iter().find(is_given).map(|(_, verdict)| *verdict)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::jose::alg;

    #[test]
    fn a_question_names_a_key_and_an_algorithm() {
        assert!(ALL.len() <= IDS_PER_KEY as usize);
        let number = |key, name| id(key, alg::find(name).unwrap());
        assert_ne!(number(1, "RS256"), number(1, "PS256"));
        assert_eq!(algs().nth((number(7, "ES256") % IDS_PER_KEY) as usize), Some("ES256"));
        assert_eq!(number(7, "ES256") / IDS_PER_KEY, 7);
    }

    #[test]
    fn only_the_verdict_on_this_question_counts() {
        for (verdicts, verdict) in [
            ("", None),
            ("v170", None),
            ("v1", None),
            ("i16 v17", Some(Verdict::Valid)),
            ("i17", Some(Verdict::Invalid)),
            ("u17", Some(Verdict::Unsupported)),
            ("x17", None),
        ] {
            assert_eq!(find_verdict(verdicts, 17), verdict, "{verdicts}");
        }
    }
}
