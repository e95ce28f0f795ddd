//! The hints of all codes: what happened, and what each reader does about it.
//!
//! A hint names no function and no setting that its reader does not have.

#[macro_use]
mod hint;

mod app;
mod provider;
mod sign_in;
mod token;

use self::hint::Hint;
use super::blame::Reader;
use super::code::Code;

/// The groups of hints. Every code is in one of them.
const GROUPS: [fn(Code) -> Option<&'static Hint>; 4] =
    [app::find, provider::find, sign_in::find, token::find];

impl Code {
    /// The first half of every hint: what happened.
    #[must_use]
    pub fn summary(self) -> &'static str {
        self.hint().map_or("", |hint| hint.summary)
    }

    /// The second half of a hint: what this reader does about it. Returns `None` if the
    /// reader's entry cannot meet the code.
    #[must_use]
    pub fn advice(self, reader: Reader) -> Option<&'static str> {
        let mut all = self.hint()?.advice.iter();
        all.find(|(readers, _)| readers.contains(&reader)).map(|(_, advice)| *advice)
    }

    fn hint(self) -> Option<&'static Hint> {
        GROUPS.iter().find_map(|find| find(self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::error::blame::Side;
    use crate::proto::settings::{
        API_NEED, CLIENT_SETTINGS, SESSIONS_SETTINGS, SIGN_IN_OPTIONS, VERIFIER_SETTINGS,
        VERIFY_OPTIONS,
    };
    use alloc::string::String;

    #[test]
    fn every_code_has_one_hint() {
        for code in Code::ALL {
            let count = GROUPS.iter().filter(|find| find(*code).is_some()).count();
            assert_eq!(count, 1, "{}", code.text());
        }
    }

    /// Each entry that can meet a code has a hint for its reader. Sessions also meet codes of a
    /// page.
    #[test]
    fn every_reader_of_a_code_has_a_hint() {
        for code in Code::ALL {
            let has = |reader| code.advice(reader).is_some();
            let (page, api, sessions) = match code.side() {
                Side::Page | Side::Renewal => (true, false, has(Reader::Sessions)),
                Side::Both => (true, true, has(Reader::Sessions)),
                Side::Edge => (false, true, has(Reader::Sessions)),
                Side::Sessions => (false, false, true),
            };
            let expected = [(Reader::Page, page), (Reader::Api, api), (Reader::Sessions, sessions)];
            for (reader, expected) in expected {
                assert_eq!(has(reader), expected, "{} {reader:?}", code.text());
            }
        }
    }

    #[test]
    fn a_hint_is_one_to_three_short_sentences() {
        for (code, reader, hint) in hints() {
            let about = [code.text(), " for ", reader.name(), ": ", &hint].concat();
            assert!(hint.ends_with('.') && hint.starts_with(char::is_uppercase), "{about}");
            assert!(!hint.contains("  ") && hint.len() <= 240, "{about}");
            assert!((2..=4).contains(&hint.split(". ").count()), "{about}");
            for sentence in hint.split(['.', ';', ':']) {
                assert!(sentence.split(' ').count() <= 24, "{about}");
            }
        }
    }

    /// A hint names no function that its reader does not have.
    #[test]
    fn only_a_hint_for_a_page_names_its_verbs() {
        let verbs = ["signIn", "signOut", "createClient", "signInPopup"];
        for (code, reader, hint) in hints() {
            let is_named = verbs.iter().any(|verb| hint.contains(verb));
            assert!(reader == Reader::Page || !is_named, "{}: {hint}", code.text());
            let is_api = ["verify()", "guard()", "createVerifier", "createSessions", "login route"];
            let is_named = is_api.iter().any(|verb| hint.contains(verb));
            assert!(reader != Reader::Page || !is_named, "{}: {hint}", code.text());
        }
    }

    /// A hint names no setting that its reader does not have.
    #[test]
    fn a_hint_names_settings_of_its_reader_alone() {
        let own = |reader| match reader {
            Reader::Page => [CLIENT_SETTINGS, SIGN_IN_OPTIONS, API_NEED],
            Reader::Api => [VERIFIER_SETTINGS, VERIFY_OPTIONS, API_NEED],
            Reader::Sessions => [SESSIONS_SETTINGS, API_NEED, API_NEED],
        };
        let has = |reader, name: &str| {
            let mut settings = own(reader).into_iter().flatten();
            settings.any(|setting| setting.name.text() == name)
                // The member `user` of a client and of a session has the name of a setting of sessions.
                || name == "user"
                // The core has no table of the settings that only the host reads.
                || reader == Reader::Sessions && ["allowInsecure", "backend", "returnTo"].contains(&name)
        };
        for (code, reader, hint) in hints() {
            let named = hint.split('`').skip(1).step_by(2);
            for name in named.filter_map(|name| name.split([':', '(']).next()) {
                let belongs_to_another = Reader::ALL.iter().any(|other| has(*other, name));
                assert!(!belongs_to_another || has(reader, name), "{}: {hint}", code.text());
            }
        }
    }

    /// Every hint of the table, complete.
    fn hints() -> impl Iterator<Item = (Code, Reader, String)> {
        Code::ALL.iter().flat_map(|code| {
            Reader::ALL.iter().filter_map(|reader| {
                let advice = code.advice(*reader)?;
                Some((*code, *reader, [code.summary(), " ", advice].concat()))
            })
        })
    }
}
