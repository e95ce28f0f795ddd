//! The sign-in that an API asks for when it refuses a request: the challenges of `WWW-Authenticate`
//! (RFC 9110, section 11.6.1; RFC 6750, section 3; RFC 9470, section 3), as a page reads them.

use super::response;
use crate::proto::error::ProviderError;
use crate::proto::text::json;
use crate::proto::text::words;
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// The maximum length of a header, in bytes.
const MAX_HEADER_BYTES: usize = 4096;

/// The requirements for a sign-in; empty ones are not requested.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct StepUpChallenge {
    /// The accepted `acr` values, separated by spaces.
    pub acr_values: String,
    /// The maximum time since the user signed in, in seconds.
    pub max_age: Option<u64>,
    /// Words of scope, separated by spaces.
    pub scope: String,
}

impl StepUpChallenge {
    /// Reads from the first challenge of this scheme (`Bearer`, `DPoP`) what no other token would
    /// satisfy. Returns `None` if there is no such challenge, or if a header is malformed: half a
    /// challenge is ignored.
    #[must_use]
    pub fn read(header: &str, scheme: &str) -> Option<Self> {
        for challenge in challenges(header, scheme)? {
            if let Some(demand) = challenge.demand() {
                return Some(demand);
            }
        }
        None
    }

    /// Whether a sign-in could add nothing that it asks for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether a DPoP challenge has this `error` (RFC 9449, section 7.1); a malformed header has none.
#[must_use]
pub fn has_proof_error(header: &str, error: &str) -> bool {
    for challenge in challenges(header, "DPoP").unwrap_or_default() {
        if challenge.find("error") == error {
            return true;
        }
    }
    false
}

/// `error` and `error_description` of the first challenge of this scheme that has them.
#[must_use]
pub fn provider_error(header: &str, scheme: &str) -> Option<ProviderError> {
    for challenge in challenges(header, scheme)? {
        let error = challenge.find("error");
        if !error.is_empty() {
            return Some(response::quote(error, Some(challenge.find("error_description"))));
        }
    }
    None
}

fn challenges(header: &str, scheme: &str) -> Option<Vec<Challenge>> {
    if header.len() > MAX_HEADER_BYTES {
        return None;
    }
    Reader { rest: header, scheme }.challenges()
}

/// The parameters of one challenge, with names in lower case.
struct Challenge(Vec<(String, String)>);

impl Challenge {
    fn demand(&self) -> Option<StepUpChallenge> {
        match self.find("error") {
            "insufficient_user_authentication" => Some(StepUpChallenge {
                acr_values: self.words("acr_values")?,
                max_age: match self.find("max_age") {
                    "" => None,
                    text => Some(seconds(text)?),
                },
                scope: self.words("scope")?,
            }),
            "insufficient_scope" => {
                Some(StepUpChallenge { scope: self.words("scope")?, ..StepUpChallenge::default() })
            }
            _ => None,
        }
    }

    fn find(&self, name: &str) -> &str {
        for (known, value) in &self.0 {
            if known == name {
                return value;
            }
        }
        ""
    }

    /// Words that are allowed in a request, each after one space; `None` if there are others.
    fn words(&self, name: &str) -> Option<String> {
        let text = self.find(name);
        let is_plain = |byte: u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
        if !text.bytes().all(is_plain) {
            return None;
        }
        let mut out = String::new();
        for word in words(text) {
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word);
        }
        Some(out)
    }
}

fn seconds(text: &str) -> Option<u64> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit());
    json::read(text.as_bytes()).ok().filter(|_| is_decimal)?.seconds()
}

struct Reader<'a> {
    rest: &'a str,
    /// The scheme whose challenges are read.
    scheme: &'a str,
}

impl<'a> Reader<'a> {
    /// The challenges of the scheme. `None` if the header is malformed.
    fn challenges(mut self) -> Option<Vec<Challenge>> {
        let mut all = Vec::new();
        // The scheme of the parameters, and whether the first of them must come now.
        let (mut is_ours, mut is_open) = (None, false);
        loop {
            while self.spaces() || self.eat(b',') {}
            if self.rest.is_empty() {
                return Some(all);
            }
            let word = self.token()?;
            self.spaces();
            if is_ours.is_none() || self.next() != Some(b'=') {
                if is_open {
                    return None;
                }
                let is_known = word.eq_ignore_ascii_case(self.scheme);
                is_ours = Some(is_known);
                if is_known {
                    all.push(Challenge(Vec::new()));
                }
                is_open = !self.token68() && self.next().is_some_and(is_token);
                if !is_open {
                    self.end()?;
                }
                continue;
            }
            is_open = false;
            self.eat(b'=');
            self.spaces();
            let value = if self.eat(b'"') { self.quoted()? } else { self.token()?.to_owned() };
            self.end()?;
            if let Some(Challenge(known)) = all.last_mut().filter(|_| is_ours == Some(true)) {
                let name = word.to_ascii_lowercase();
                // Some readers take the first of two, others the last: a duplicate parameter is
                // refused.
                for one in &*known {
                    if one.0 == name {
                        return None;
                    }
                }
                known.push((name, value));
            }
        }
    }

    fn next(&self) -> Option<u8> {
        self.rest.bytes().next()
    }

    /// The longest beginning of such bytes; they are ASCII, or all bytes beyond ASCII belong to them.
    fn take(&mut self, is_part: fn(u8) -> bool) -> &'a str {
        let length = self.rest.bytes().take_while(|byte| is_part(*byte)).count();
        let (taken, rest) = self.rest.split_at_checked(length).unwrap_or_default();
        self.rest = rest;
        taken
    }

    fn eat(&mut self, mark: u8) -> bool {
        let is_there = self.next() == Some(mark);
        if is_there {
            self.rest = self.rest.get(1..).unwrap_or_default();
        }
        is_there
    }

    fn spaces(&mut self) -> bool {
        !self.take(|byte| matches!(byte, b' ' | b'\t')).is_empty()
    }

    /// A scheme, a name or a value.
    fn token(&mut self) -> Option<&'a str> {
        Some(self.take(is_token)).filter(|token| !token.is_empty())
    }

    /// The content of a quoted string, and its end.
    fn quoted(&mut self) -> Option<String> {
        let mut out = String::new();
        loop {
            let is_plain = |byte| byte == b'\t' || !matches!(byte, b'"' | b'\\' | ..b' ' | b'\x7f');
            out.push_str(self.take(is_plain));
            if self.eat(b'"') {
                return Some(out);
            }
            if !self.eat(b'\\') {
                return None;
            }
            let escaped = self.next()?;
            // A letter beyond ASCII is plain.
            if escaped.is_ascii() && self.eat(escaped) {
                out.push(char::from(escaped));
            }
        }
    }

    /// Skips credentials that are one word, if they come next.
    fn token68(&mut self) -> bool {
        let before = self.rest;
        let is_letter = |byte: u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/')
        };
        let is_word = !self.take(is_letter).is_empty();
        self.take(|byte| byte == b'=');
        let is_there = is_word && self.end().is_some();
        if !is_there {
            self.rest = before;
        }
        is_there
    }

    /// A comma follows an element, or nothing.
    fn end(&mut self) -> Option<()> {
        self.spaces();
        matches!(self.next(), None | Some(b',')).then_some(())
    }
}

/// RFC 9110, section 5.6.2.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::oidc::bearer_challenge;
    use alloc::format;

    const STRONGER: &str = "insufficient_user_authentication";

    fn asks(header: &str) -> (String, Option<u64>, String) {
        let demand = StepUpChallenge::read(header, "Bearer")
            .unwrap_or_else(|| panic!("unreadable: {header}"));
        (demand.acr_values, demand.max_age, demand.scope)
    }

    #[test]
    fn req_17_what_an_edge_writes_a_page_reads() {
        let written = bearer_challenge::Challenge {
            realm: "https://api.example, Bearer error=\"invalid_token\"",
            error: STRONGER,
            description: "a \"stronger\", fresher \\ sign-in",
            scope: "a b",
            acr_values: "gold silver",
            max_age: Some(0),
            resource_metadata: "https://api.example/.well-known/x",
        };
        let expected = ("gold silver".into(), Some(0), "a b".into());
        assert_eq!(asks(&written.write()), expected);
        let scope = bearer_challenge::Challenge {
            error: "insufficient_scope",
            scope: "transfer",
            ..bearer_challenge::Challenge::default()
        };
        assert_eq!(asks(&scope.write()), (String::new(), None, "transfer".into()));
    }

    #[test]
    fn req_17_the_challenge_of_rfc_9470_is_read_however_it_is_spelled() {
        for header in [
            r#"Bearer error="insufficient_user_authentication", acr_values="myACR", max_age="5""#,
            r#"bearer ERROR=insufficient_user_authentication,Acr_Values=myACR , MAX_AGE = 5"#,
            r#"Basic realm="x, Bearer", Bearer error="insufficient_user_authentication",acr_values="myACR",max_age=5"#,
            r#"Negotiate abc==, Bearer error="insufficient_user_\authentication", acr_values="  myACR ", max_age="5""#,
            r#",, Bearer realm="a", Bearer error="insufficient_user_authentication",, acr_values="myACR", max_age="5", DPoP algs="ES256""#,
            r#"Bearer error="invalid_token", Bearer error="insufficient_user_authentication", acr_values="myACR", max_age="5""#,
            r#"DPoP error="insufficient_user_authentication", acr_values="other", Bearer error="insufficient_user_authentication", acr_values=myACR, max_age=5"#,
            "Basic, Bearer\terror=\"insufficient_user_authentication\", acr_values=\"myACR\", max_age=\"5\"",
        ] {
            assert_eq!(asks(header), ("myACR".into(), Some(5), String::new()), "{header}");
        }
    }

    #[test]
    fn a_challenge_that_another_token_would_satisfy_asks_for_no_sign_in() {
        for header in [
            "",
            "Bearer",
            r#"Bearer realm="x""#,
            r#"Bearer error="invalid_token", acr_values="gold""#,
            r#"Bearer error="insufficient_user_authentications""#,
            r#"DPoP error="insufficient_user_authentication", acr_values="gold""#,
            r#"Bearer realm="error=\"insufficient_scope\"""#,
        ] {
            assert_eq!(StepUpChallenge::read(header, "Bearer"), None, "{header}");
        }
        let demand = StepUpChallenge::read("Bearer error=insufficient_scope", "Bearer").unwrap();
        assert!(demand.is_empty());
    }

    #[test]
    fn req_17_a_hostile_header_is_as_good_as_none() {
        let good = format!(r#"Bearer error="{STRONGER}", acr_values="gold""#);
        assert!(StepUpChallenge::read(&good, "Bearer").is_some());
        for hostile in [
            format!("{good}, acr_values=\"silver\""),
            format!("{good}, error=\"{STRONGER}\""),
            format!("{good}, scope=\"a\u{e9}\""),
            format!("{good}, scope=\"a\\\"b\""),
            format!("{good}, max_age=\"-1\""),
            format!("{good}, max_age=\"1e9\""),
            format!("{good}, max_age=\"99999999999999999999\""),
            format!("{good}, max_age=\"5 5\""),
            format!("{good}, x=\"\u{0}\""),
            format!("{good}, x=\"\u{7f}\""),
            format!("{good}, x=\"\\"),
            format!("{good}, x=\"open"),
            format!("{good}, x=\"open\\"),
            format!("{good}, x="),
            format!("{good} x=y"),
            format!("{good}, =y"),
            format!("{good}, (x)"),
            format!("{good}; x=y"),
            format!("Other Scheme {good}"),
            format!("=, {good}"),
            format!("a=b, {good}"),
            format!("{good}{}", " ".repeat(MAX_HEADER_BYTES)),
            format!("Bearer error=\"{STRONGER}\", acr_values=\"gold\u{7f}\""),
        ] {
            assert_eq!(StepUpChallenge::read(&hostile, "Bearer"), None, "{hostile:.200}");
        }
    }

    #[test]
    fn letters_beyond_ascii_are_plain_or_escaped() {
        let good = format!(r#"Bearer error="{STRONGER}", acr_values="gold""#);
        // The last is `À` in UTF-8, each byte read as a letter of Latin-1.
        for text in ["\u{e9}", "\\\u{e9}", "\u{20ac}\\\"\u{e9}", "\u{c3}\u{80}"] {
            let header = format!("{good}, error_description=\"{text}\"");
            assert!(StepUpChallenge::read(&header, "Bearer").is_some(), "{header}");
        }
    }

    #[test]
    fn every_beginning_of_a_header_is_read_or_refused() {
        let header = r#"Basic a==, Bearer error="insufficient_scope", scope="a \" b", x=y , z"#;
        for (end, _) in header.char_indices() {
            _ = StepUpChallenge::read(header.get(..end).unwrap(), "Bearer");
        }
    }
}
