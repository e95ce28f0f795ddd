//! A JSON value and access to its members.

use super::parts::{List, Text};
use crate::proto::text::split;
use alloc::string::String;

/// 2^53: the first integer that JavaScript may read inexactly.
const TWO_TO_THE_53: u64 = 1 << 53;

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
// A tag as wide as a register: a value moves word by word, not byte by byte.
#[repr(u32)]
pub enum Json {
    /// `null`.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written.
    Number(Text),
    /// A string, without escapes.
    Text(Text),
    /// An array.
    List(List<Json>),
    /// An object: its members in their order, without duplicate names.
    Object(List<(Text, Json)>),
}

impl Json {
    /// The member with this name. `None` if there is none, or if this is not an object.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Self> {
        for (known, value) in self.members() {
            if **known == *name {
                return Some(value);
            }
        }
        None
    }

    /// All members in their order; none if this is not an object.
    #[must_use]
    pub fn members(&self) -> &[(Text, Self)] {
        match self {
            Self::Object(members) => members,
            _ => &[],
        }
    }

    /// The text, if this is a string.
    #[inline(always)]
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.as_text().map(Text::as_str)
    }

    /// [`Json::text`], as a reference of one word.
    #[must_use]
    pub fn as_text(&self) -> Option<&Text> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of the member with this name. `None` if there is none, or if it is not a string.
    #[must_use]
    pub fn text_of(&self, name: &str) -> Option<&Text> {
        self.member(name)?.as_text()
    }

    /// The [`Json::seconds`] of the member with this name, or `usual` if it has none.
    #[must_use]
    pub fn seconds_or(&self, name: &str, usual: u64) -> u64 {
        self.member(name).and_then(Self::seconds).unwrap_or(usual)
    }

    /// Whether this is `null`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Whether the member with this name is `true`.
    #[must_use]
    pub fn is_true(&self, name: &str) -> bool {
        self.member(name).and_then(Self::bool) == Some(true)
    }

    /// Whether this is a list that contains this text.
    #[must_use]
    pub fn has(&self, text: &str) -> bool {
        for value in self.list().unwrap_or_default() {
            if value.text() == Some(text) {
                return true;
            }
        }
        false
    }

    /// The text of a string, or of a list of strings joined by spaces.
    #[must_use]
    pub fn joined(&self) -> String {
        let mut out = String::new();
        for value in self.list().unwrap_or(core::slice::from_ref(self)) {
            let Some(text) = value.text() else { continue };
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(text);
        }
        out
    }

    /// The elements, if this is a list.
    #[must_use]
    pub fn list(&self) -> Option<&[Self]> {
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// Whether this is a list of strings only.
    #[must_use]
    pub fn is_texts(&self) -> bool {
        self.list().is_some_and(|list| list.iter().all(|value| value.text().is_some()))
    }

    /// The truth value, if this is one.
    #[must_use]
    pub fn bool(&self) -> Option<bool> {
        match self {
            Self::Bool(bool) => Some(*bool),
            _ => None,
        }
    }

    /// The whole seconds of a NumericDate (RFC 7519, section 2): a number from 0 to below 2^53. A
    /// fraction is dropped, an exponent is applied.
    #[must_use]
    pub fn seconds(&self) -> Option<u64> {
        match self {
            Self::Number(number) => whole_number(number),
            _ => None,
        }
    }
}

/// Splits before the first character that must be escaped in a string: a quote, a backslash or a
/// control character. The second part is empty if there is none.
pub(super) fn plain(text: &str) -> (&str, &str) {
    let is_plain = |byte: &u8| !matches!(byte, b'"' | b'\\' | ..b' ');
    let length = text.bytes().take_while(is_plain).count();
    text.split_at_checked(length).unwrap_or((text, ""))
}

/// The integer part of a JSON number, digit by digit, without a floating-point number.
fn whole_number(number: &str) -> Option<u64> {
    let (mantissa, exponent) = match split(number, b'e') {
        (_, None) => split(number, b'E'),
        parts => parts,
    };
    let integer = split(mantissa, b'.').0;
    // How many digits are before the point after the exponent has moved it.
    let before = (integer.len() as i64).saturating_add(exponent_of(exponent.unwrap_or_default()));
    let mut digits = mantissa.bytes().filter(|byte| *byte != b'.');
    let mut value: u64 = 0;
    for _ in 0..before.max(0) {
        match digits.next() {
            Some(b'-') => return None,
            Some(digit) => value = add_digit(value, digit)?,
            // Only zeros follow: this stops `0e999999999` from being counted.
            None if value == 0 => break,
            None => value = add_digit(value, b'0')?,
        }
    }
    (!integer.starts_with('-')).then_some(value)
}

fn add_digit(value: u64, digit: u8) -> Option<u64> {
    // Below 2^53 there is space for one more digit.
    let value = value.wrapping_mul(10).wrapping_add(digit.checked_sub(b'0')?.into());
    (value < TWO_TO_THE_53).then_some(value)
}

/// The exponent; a larger one is limited to more than any text has digits.
fn exponent_of(text: &str) -> i64 {
    let digits = text.bytes().filter(u8::is_ascii_digit);
    let size = digits.fold(0_i64, |size, digit| {
        size.wrapping_mul(10).wrapping_add(digit.saturating_sub(b'0').into()).min(1 << 40)
    });
    if text.starts_with('-') { size.saturating_neg() } else { size }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::proto::text::json::read;

    fn seconds(text: &str) -> Option<u64> {
        read(text.as_bytes()).unwrap().seconds()
    }

    #[test]
    fn a_numeric_date_is_its_whole_seconds() {
        let dates = [
            ("0", 0),
            ("1300819380", 1_300_819_380),
            ("1300819380.999", 1_300_819_380),
            ("1.3e9", 1_300_000_000),
            ("1.300819380999E+9", 1_300_819_380),
            ("13008193800e-1", 1_300_819_380),
            ("0.5", 0),
            ("9e-400", 0),
            ("0e999999999999999999999", 0),
            ("0.000000001e18", 1_000_000_000),
            ("9007199254740991", 9_007_199_254_740_991),
            ("9007199254740991.9", 9_007_199_254_740_991),
        ];
        for (text, value) in dates {
            assert_eq!(seconds(text), Some(value), "{text}");
        }
    }

    #[test]
    fn a_date_below_zero_or_beyond_2_to_the_53_is_none() {
        let others = [
            "-1",
            "-0",
            "-0.5",
            "-1e-9",
            "9007199254740992",
            "9.007199254740992e15",
            "1e16",
            "1e999999999999999999999",
            "18446744073709551616",
            "\"1300819380\"",
            "null",
            "[1]",
            "true",
        ];
        for text in others {
            assert_eq!(seconds(text), None, "{text}");
        }
    }

    #[test]
    fn members_are_found_by_their_exact_name() {
        let json = read(br#"{"a":"x","b":[ "y","z" ],"c":true,"d":[1],"__proto__":{},"e":false}"#)
            .unwrap();
        assert_eq!(json.member("a").and_then(Json::text), Some("x"));
        assert_eq!(json.member("A"), None);
        assert!(json.member("b").unwrap().is_texts());
        assert_eq!(json.member("c").and_then(Json::bool), Some(true));
        assert_eq!(json.member("e").and_then(Json::bool), Some(false));
        assert_eq!(json.member("a").and_then(Json::bool), None);
        assert!(!json.member("d").unwrap().is_texts());
        assert_eq!(json.member("toString"), None);
        assert_eq!(json.members().len(), 6);
        assert_eq!(Json::Null.member("a"), None);
    }
}
