//! The strict JSON reader.

use super::parts::{Text, store_list};
use super::value::{Json, plain};
use crate::proto::text::{Malformed, utf8};
use alloc::{borrow::ToOwned, boxed::Box, collections::BinaryHeap, string::String, vec::Vec};

/// The maximum depth of nested objects and lists, the outermost included.
pub const MAX_DEPTH: u8 = 32;

/// Reads exactly one JSON value. The result is one word, which is returned in a register.
///
/// # Errors
/// [`Malformed`] for anything outside RFC 8259, and also for a byte order mark, duplicate member
/// names (however they are escaped), a lone surrogate, U+0000 in a string, and nesting below
/// [`MAX_DEPTH`].
pub fn read(bytes: &[u8]) -> Result<Box<Json>, Malformed> {
    read_text(utf8(bytes)?)
}

/// Reads exactly one JSON object of a response. A byte order mark before it is ignored (RFC 8259,
/// section 8.1), because some servers write one.
///
/// # Errors
/// As [`read_object_text`].
pub fn read_object(bytes: &[u8]) -> Result<Box<Json>, Malformed> {
    read_object_text(utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))?)
}

/// Reads exactly one JSON object from text.
///
/// # Errors
/// As [`read`], and for every other value.
pub fn read_object_text(text: &str) -> Result<Box<Json>, Malformed> {
    let json = read_text(text)?;
    if matches!(*json, Json::Object(_)) { Ok(json) } else { Err(Malformed) }
}

fn read_text(text: &str) -> Result<Box<Json>, Malformed> {
    let mut reader = Reader { rest: text };
    let json = Box::new(reader.value(MAX_DEPTH)?);
    reader.skip_space();
    if reader.rest.is_empty() { Ok(json) } else { Err(Malformed) }
}

/// Reads byte by byte, because the whole grammar is ASCII. A method adds parts to a list of the
/// caller, so that only the caller drops them if one is malformed.
struct Reader<'a> {
    /// The unread rest.
    rest: &'a str,
}

impl Reader<'_> {
    /// Reads a value with the white space around it; it may nest `depth` levels.
    fn value(&mut self, depth: u8) -> Result<Json, Malformed> {
        self.skip_space();
        match self.peek() {
            Some(b'{') => {
                let mut members = Vec::new();
                self.object(&mut members, depth)?;
                Ok(Json::Object(store_list(members)))
            }
            Some(b'[') => {
                let mut list = Vec::new();
                self.list(&mut list, depth)?;
                Ok(Json::List(store_list(list)))
            }
            Some(b'"') => Ok(Json::Text(self.text()?)),
            Some(b't') => self.word("true", Json::Bool(true)),
            Some(b'f') => self.word("false", Json::Bool(false)),
            Some(b'n') => self.word("null", Json::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, members: &mut Vec<(Text, Json)>, depth: u8) -> Result<(), Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed)?;
        self.require(b'{')?;
        self.skip_space();
        if self.eat(b'}') {
            return Ok(());
        }
        loop {
            self.skip_space();
            let name = self.text()?;
            self.skip_space();
            self.require(b':')?;
            members.push((name, self.value(depth)?));
            self.skip_space();
            if self.eat(b'}') {
                return check_names(members);
            }
            self.require(b',')?;
        }
    }

    fn list(&mut self, list: &mut Vec<Json>, depth: u8) -> Result<(), Malformed> {
        let depth = depth.checked_sub(1).ok_or(Malformed)?;
        self.require(b'[')?;
        self.skip_space();
        if self.eat(b']') {
            return Ok(());
        }
        loop {
            list.push(self.value(depth)?);
            self.skip_space();
            if self.eat(b']') {
                return Ok(());
            }
            self.require(b',')?;
        }
    }

    fn word(&mut self, word: &str, json: Json) -> Result<Json, Malformed> {
        self.rest = self.rest.strip_prefix(word).ok_or(Malformed)?;
        Ok(json)
    }

    /// `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`
    fn number(&mut self) -> Result<Json, Malformed> {
        let start = self.rest;
        self.eat(b'-');
        if !self.eat(b'0') {
            self.digits()?;
        }
        if self.eat(b'.') {
            self.digits()?;
        }
        if self.eat(b'e') || self.eat(b'E') {
            let _ = self.eat(b'+') || self.eat(b'-');
            self.digits()?;
        }
        let length = start.len().saturating_sub(self.rest.len());
        Ok(Json::Number(start.get(..length).unwrap_or_default().to_owned().into()))
    }

    /// One or more digits.
    fn digits(&mut self) -> Result<(), Malformed> {
        let start = self.rest.len();
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.next()?;
        }
        if self.rest.len() < start { Ok(()) } else { Err(Malformed) }
    }

    fn text(&mut self) -> Result<Text, Malformed> {
        let mut text = String::new();
        self.letters(&mut text)?;
        Ok(text.into())
    }

    fn letters(&mut self, text: &mut String) -> Result<(), Malformed> {
        self.require(b'"')?;
        loop {
            let (plain, rest) = plain(self.rest);
            text.push_str(plain);
            self.rest = rest;
            match self.next()? {
                b'"' => return Ok(()),
                b'\\' => text.push(self.escaped()?),
                _ => return Err(Malformed),
            }
        }
    }

    /// The character of an escape.
    fn escaped(&mut self) -> Result<char, Malformed> {
        Ok(match self.next()? {
            kind @ (b'"' | b'\\' | b'/') => char::from(kind),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode(),
            _ => return Err(Malformed),
        })
    }

    /// One code unit, or a surrogate pair. Half a pair and U+0000 are refused, because the next
    /// reader of this text (JavaScript, a C library) could see another string.
    fn unicode(&mut self) -> Result<char, Malformed> {
        let first = self.unit()?;
        let mut code = first;
        if (0xd800..0xdc00).contains(&first) {
            self.require(b'\\')?;
            self.require(b'u')?;
            let second = self.unit()?;
            if !(0xdc00..0xe000).contains(&second) {
                return Err(Malformed);
            }
            code = ((first & 0x3ff) << 10 | second & 0x3ff).wrapping_add(0x10000);
        }
        char::from_u32(code).filter(|letter| *letter != '\0').ok_or(Malformed)
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Result<u32, Malformed> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit << 4 | char::from(self.next()?).to_digit(16).ok_or(Malformed)?;
        }
        Ok(unit)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) && self.next().is_ok() {}
    }

    fn peek(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    /// The next byte, which is ASCII: the grammar reads single bytes only there.
    fn next(&mut self) -> Result<u8, Malformed> {
        let first = self.peek().ok_or(Malformed)?;
        self.rest = self.rest.get(1..).ok_or(Malformed)?;
        Ok(first)
    }

    fn eat(&mut self, byte: u8) -> bool {
        self.peek() == Some(byte) && self.next().is_ok()
    }

    fn require(&mut self, byte: u8) -> Result<(), Malformed> {
        if self.eat(byte) { Ok(()) } else { Err(Malformed) }
    }
}

/// Refuses duplicate names. It sorts a heap: comparing each name with each would let 256 KiB of
/// members block an edge function for seconds before any signature is checked.
fn check_names(members: &[(Text, Json)]) -> Result<(), Malformed> {
    let names: Vec<&str> = members.iter().map(|(name, _)| &**name).collect();
    let names = BinaryHeap::from(names).into_sorted_vec();
    if names.is_sorted_by(|name, next| name < next) { Ok(()) } else { Err(Malformed) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;
    use alloc::{borrow::ToOwned, vec};

    fn read(text: &str) -> Result<Json, Malformed> {
        read_text(text).map(|json| *json)
    }

    fn refused(text: &str) -> bool {
        read(text) == Err(Malformed)
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let json = read(" { \"a\" : [ null , true , false , -0.5e+7 , \"x\" , { } , [ ] ] }\r\n\t")
            .unwrap();
        let list = vec![
            Json::Null,
            Json::Bool(true),
            Json::Bool(false),
            Json::Number("-0.5e+7".to_owned().into()),
            Json::Text("x".to_owned().into()),
            Json::Object(vec![]),
            Json::List(vec![]),
        ];
        assert_eq!(json, Json::Object(vec![("a".to_owned().into(), Json::List(list))]));
    }

    #[test]
    fn escapes_are_resolved() {
        let text = r#""\"\\\/\b\f\n\r\t\u0041\u00e4\u20AC\ud83e\udd80\uFFFF🦀""#;
        let right = "\"\\/\u{8}\u{c}\n\r\tAä€🦀\u{ffff}🦀";
        assert_eq!(read(text).unwrap().text(), Some(right));
    }

    #[test]
    fn what_is_outside_the_grammar_is_refused() {
        for text in [
            "",
            " ",
            "nul",
            "nulll",
            "True",
            "NaN",
            "Infinity",
            "undefined",
            "{",
            "}",
            "[",
            "]",
            "[1",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[1}",
            "{]",
            "{,}",
            "{\"a\"}",
            "{\"a\":}",
            "{\"a\":1,}",
            "{a:1}",
            "{'a':1}",
            "{1:1}",
            "{\"a\":1 \"b\":2}",
            "{\"a\"::1}",
            "/**/1",
            "1//",
            "[1]\u{b}",
            "\u{a0}1",
            "\"",
            "\"a",
            "\"\\",
            "\"\\x\"",
            "\"\\u\"",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"\\u+123\"",
            "'a'",
        ] {
            assert!(refused(text), "{text}");
        }
    }

    #[test]
    fn a_number_has_one_way_to_be_written() {
        for text in ["0", "-0", "10", "1.0", "0.10", "1e5", "1E+05", "1e-0", "-1.5E3"] {
            assert_eq!(read(text), Ok(Json::Number(text.to_owned().into())));
        }
        for text in [
            "00", "01", "-01", "+1", "-", ".5", "5.", "-.5", "1.e1", "1e", "1e+", "1e1.5", "0x10",
            "1_000", "1e+-1", "--1", "1-1", "١",
        ] {
            assert!(refused(text), "{text}");
        }
    }

    #[test]
    fn jose_03_only_one_value_and_nothing_behind_it_is_read() {
        for text in ["{}{}", "{} x", "1 2", "\u{feff}{}", "{}\0", "null,", "{}\u{feff}"] {
            assert!(refused(text), "{text:?}");
        }
        assert!(json::read_object("\u{feff}{}".as_bytes()).is_ok(), "RFC 8259, section 8.1");
        assert_eq!(json::read_object("\u{feff}\u{feff}{}".as_bytes()), Err(Malformed));
        assert_eq!(json::read_object_text("\u{feff}{}"), Err(Malformed));
        assert_eq!(json::read(b"\"\xff\""), Err(Malformed));
        assert_eq!(json::read(b"\"\xed\xa0\x80\""), Err(Malformed));
        assert_eq!(json::read(b"{\0}"), Err(Malformed));
    }

    #[test]
    fn jose_04_a_member_name_that_stands_twice_is_refused() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"b":2,"\u0061":3}"#,
            r#"{"x":[{"iss":1,"c":2,"\u0069ss":3}]}"#,
            r#"{"/":1,"\/":2}"#,
            r#"{"":1,"":2}"#,
        ] {
            assert!(refused(text), "{text}");
        }
        assert!(read(r#"{"a":{"a":1},"A":[{"a":1},{"a":1}],"a ":2}"#).is_ok());
    }

    #[test]
    fn jose_29_thirty_two_levels_are_read_and_one_more_is_refused() {
        let nested = |levels| ["[".repeat(levels), "]".repeat(levels)].concat();
        assert!(read(&nested(32)).is_ok());
        assert!(refused(&nested(33)));
        let nested =
            |levels| ["{\"a\":".repeat(levels), "1".to_owned(), "}".repeat(levels)].concat();
        assert!(read(&nested(32)).is_ok());
        assert!(refused(&nested(33)));
        assert!(refused(&"[".repeat(1_000_000)));
    }

    #[test]
    fn jose_30_lone_surrogates_nul_and_control_characters_are_refused() {
        for text in [
            r#""\ud800""#,
            r#""\udc00""#,
            r#""\ud800x""#,
            r#""\ud800\n""#,
            r#""\ud800\ud800""#,
            r#""\udc00\ud800""#,
            r#""\ud800\u0041""#,
            r#""\u0000""#,
            r#"{"\u0000":1}"#,
            "\"\0\"",
            "\"\u{1f}\"",
            "\"a\nb\"",
            "\"\t\"",
        ] {
            assert!(refused(text), "{text:?}");
        }
        assert_eq!(read("\"\u{7f}\u{2028}\"").unwrap().text(), Some("\u{7f}\u{2028}"));
    }
}
