//! The writer: compact, in the order given.

use super::Json;
use crate::proto::text::concat;
use alloc::{string::String, vec::Vec};

/// Writes any value; reading it back gives the same value.
#[must_use]
pub fn write(json: &Json) -> String {
    let mut out = String::new();
    write_value(&mut out, json);
    out
}

/// A number in decimal digits.
#[must_use]
pub fn decimal(number: u64) -> String {
    let mut digits = Vec::new();
    let mut rest = number;
    loop {
        digits.extend(char::from_digit((rest % 10) as u32, 10));
        rest /= 10;
        if rest == 0 {
            return digits.into_iter().rev().collect();
        }
    }
}

/// A list of strings.
#[must_use]
pub fn texts(values: &[&str]) -> String {
    let mut out = String::from("[");
    for (place, value) in values.iter().enumerate() {
        write_comma(&mut out, place);
        write_text(&mut out, value);
    }
    out.push(']');
    out
}

/// Builds the text of one JSON object, member by member. The names are the caller's to keep apart.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    /// The members so far, without the braces.
    out: String,
}

impl Writer {
    /// An object without members.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A string.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.name(name);
        write_text(&mut self.out, value);
        self
    }

    /// A string, or nothing at all.
    pub fn maybe(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// A number.
    pub fn number(&mut self, name: &str, value: u64) -> &mut Self {
        self.raw(name, &decimal(value))
    }

    /// `true` or `false`.
    pub fn bool(&mut self, name: &str, value: bool) -> &mut Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    /// A value that is JSON text already.
    pub fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        self.name(name);
        self.out.push_str(json);
        self
    }

    /// The object's text.
    #[must_use]
    pub fn finish(&self) -> String {
        concat(&["{", &self.out, "}"])
    }

    fn name(&mut self, name: &str) {
        let place = self.out.len();
        write_comma(&mut self.out, place);
        write_text(&mut self.out, name);
        self.out.push(':');
    }
}

fn write_value(out: &mut String, json: &Json) {
    match json {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Number(number) => out.push_str(number),
        Json::Text(text) => write_text(out, text),
        Json::List(list) => {
            out.push('[');
            for (place, value) in list.iter().enumerate() {
                write_comma(out, place);
                write_value(out, value);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (place, (name, value)) in members.iter().enumerate() {
                write_comma(out, place);
                write_text(out, name);
                out.push(':');
                write_value(out, value);
            }
            out.push('}');
        }
    }
}

fn write_comma(out: &mut String, place: usize) {
    if place > 0 {
        out.push(',');
    }
}

fn write_text(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\0'..' ' => {
                out.push_str(if letter < '\u{10}' { "\\u000" } else { "\\u001" });
                out.extend(char::from_digit(u32::from(letter) & 15, 16));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;

    #[test]
    fn an_object_is_written_member_by_member() {
        let mut writer = Writer::new();
        writer.text("a", "x\"\\\n\u{1f}é🦀").maybe("b", None).maybe("c", Some(""));
        writer.number("d", u64::MAX).bool("e", true).bool("f", false);
        writer.raw("g", &texts(&["y", "z\0"])).raw("h\"", &texts(&[])).raw("i", "[1]");
        let right = concat!(
            r#"{"a":"x\"\\\u000a\u001fé🦀","c":"","d":18446744073709551615,"e":true,"f":false,"#,
            r#""g":["y","z\u0000"],"h\"":[],"i":[1]}"#
        );
        assert_eq!(writer.finish(), right);
        assert_eq!(Writer::new().finish(), "{}");
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = r#"{"a":[null,true,false,-0.50e+7,"\"\\\t\u0001\u0010é🦀",[],{}],"b":{"c":[[{"":0}]]}}"#;
        let json = read(text.as_bytes());
        assert_eq!(json.as_ref().map(|json| read(write(json).as_bytes())), Ok(json.clone()));
        let right = r#"{"a":[null,true,false,-0.50e+7,"\"\\\u0009\u0001\u0010é🦀",[],{}],"b":{"c":[[{"":0}]]}}"#;
        assert_eq!(json.as_ref().map(write), Ok(right.into()));
    }

    #[test]
    fn a_number_is_written_in_decimal_digits() {
        for (number, text) in [(0, "0"), (7, "7"), (10, "10"), (1_300_819_380, "1300819380")] {
            assert_eq!(decimal(number), text);
        }
    }
}
