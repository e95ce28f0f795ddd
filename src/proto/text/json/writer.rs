//! The JSON writer: compact, in the given order.

use super::value::{Json, plain};
use crate::proto::text::{concat, has_word};
use alloc::{boxed::Box, string::String};

/// Writes any value. Reading the text gives the same value.
#[must_use]
pub fn write(json: &Json) -> String {
    let mut out = String::new();
    write_value(&mut out, json);
    out
}

/// Whether two values are equal, or both are missing. It compares their texts: `==` adds a function for
/// every kind of value to the page.
#[must_use]
pub fn are_same(one: Option<&Json>, other: Option<&Json>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => write(one) == write(other),
        _ => one.is_none() && other.is_none(),
    }
}

/// A number in decimal digits.
#[must_use]
pub fn decimal(number: u64) -> String {
    let mut out = String::new();
    write_decimal(&mut out, number);
    out
}

fn write_decimal(out: &mut String, number: u64) {
    if number >= 10 {
        write_decimal(out, number / 10);
    }
    out.extend(char::from_digit((number % 10) as u32, 10));
}

/// Builds the text of one JSON object, member by member. The caller must not repeat a name.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    /// The members so far, without the braces.
    out: String,
}

impl Writer {
    /// An object without members. In a box it is one word, which a function returns in a register.
    #[must_use]
    pub fn new() -> Box<Self> {
        Box::default()
    }

    /// A string.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.name(name);
        write_text(&mut self.out, value);
        self
    }

    /// A string member, or nothing.
    pub fn optional_text(&mut self, name: &str, value: Option<&str>) -> &mut Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// A number.
    pub fn number(&mut self, name: &str, value: u64) -> &mut Self {
        self.name(name);
        write_decimal(&mut self.out, value);
        self
    }

    /// `true` or `false`.
    pub fn bool(&mut self, name: &str, value: bool) -> &mut Self {
        self.raw(name, if value { "true" } else { "false" })
    }

    /// A member whose value is JSON text already.
    pub fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        self.name(name);
        self.out.push_str(json);
        self
    }

    /// Adds the members of an object, but none with one of these names, which spaces separate.
    pub fn members_except(&mut self, json: &Json, names: &str) -> &mut Self {
        for (name, value) in json.members() {
            if !has_word(names, name) {
                self.json(name, value);
            }
        }
        self
    }

    /// Adds the members of an object that another object lacks.
    pub fn members_beside(&mut self, json: &Json, other: &Json) -> &mut Self {
        for (name, value) in json.members() {
            if other.member(name).is_none() {
                self.json(name, value);
            }
        }
        self
    }

    /// A member whose value is a [`Json`].
    pub fn json(&mut self, name: &str, json: &Json) -> &mut Self {
        self.name(name);
        write_value(&mut self.out, json);
        self
    }

    /// Begins an object (`{`) or a list (`[`) as a member; [`Writer::close`] ends it.
    pub fn open(&mut self, name: &str, bracket: char) -> &mut Self {
        self.name(name);
        self.out.push(bracket);
        self
    }

    /// Begins an object or a list as an element of a list.
    pub fn element(&mut self, bracket: char) -> &mut Self {
        self.comma();
        self.out.push(bracket);
        self
    }

    /// Ends the object or list.
    pub fn close(&mut self, bracket: char) -> &mut Self {
        self.out.push(bracket);
        self
    }

    /// A string as an element of a list.
    pub fn push(&mut self, value: &str) -> &mut Self {
        self.comma();
        write_text(&mut self.out, value);
        self
    }

    /// An element that is JSON text already.
    pub fn put(&mut self, json: &str) -> &mut Self {
        self.comma();
        self.out.push_str(json);
        self
    }

    /// A byte as a number, an element of a list.
    pub fn byte(&mut self, value: u8) -> &mut Self {
        self.comma();
        write_decimal(&mut self.out, value.into());
        self
    }

    /// The object's text.
    #[must_use]
    pub fn finish(&self) -> String {
        concat(&["{", &self.out, "}"])
    }

    fn name(&mut self, name: &str) {
        self.comma();
        write_text(&mut self.out, name);
        self.out.push(':');
    }

    /// A comma, unless this is the first element: strings end in a quote, never in a bracket.
    fn comma(&mut self) {
        if !matches!(self.out.as_bytes().last(), None | Some(b'{' | b'[')) {
            self.out.push(',');
        }
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
    let mut rest = text;
    loop {
        let (plain, behind) = plain(rest);
        out.push_str(plain);
        // The characters that end a plain piece are ASCII.
        let Some((letter, next)) = behind.as_bytes().first().zip(behind.get(1..)) else { break };
        match letter {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            _ => {
                out.push_str(if *letter < 16 { "\\u000" } else { "\\u001" });
                out.extend(char::from_digit(u32::from(letter & 15), 16));
            }
        }
        rest = next;
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
        writer.text("a", "x\"\\\n\u{1f}é🦀").optional_text("b", None).optional_text("c", Some(""));
        writer.number("d", u64::MAX).bool("e", true).bool("f", false);
        writer.open("g", '[').push("y").push("z\0").close(']').open("h\"", '[').close(']');
        writer.open("i", '[').byte(1).close(']');
        let right = concat!(
            r#"{"a":"x\"\\\u000a\u001fé🦀","c":"","d":18446744073709551615,"e":true,"f":false,"#,
            r#""g":["y","z\u0000"],"h\"":[],"i":[1]}"#
        );
        assert_eq!(writer.finish(), right);
        assert_eq!(Writer::new().finish(), "{}");
    }

    #[test]
    fn what_is_open_is_written_in_place() {
        let mut writer = Writer::new();
        writer.open("a", '[').close(']').open("b", '{').close('}').open("c", '[');
        writer.element('{').text("d", "[").text("e", "{").close('}');
        writer.element('[').push("[").push("{").close(']').byte(255).close(']').bool("f", true);
        let right = r#"{"a":[],"b":{},"c":[{"d":"[","e":"{"},["[","{"],255],"f":true}"#;
        assert_eq!(writer.finish(), right);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let text = r#"{"a":[null,true,false,-0.50e+7,"\"\\\t\u0001\u0010é🦀",[],{}],"b":{"c":[[{"":0}]]}}"#;
        let json = read(text.as_bytes());
        assert_eq!(json.as_ref().map(|json| read(write(json).as_bytes())), Ok(json.clone()));
        let right = r#"{"a":[null,true,false,-0.50e+7,"\"\\\u0009\u0001\u0010é🦀",[],{}],"b":{"c":[[{"":0}]]}}"#;
        assert_eq!(json.as_ref().map(|json| write(json)), Ok(right.into()));
    }

    #[test]
    fn a_number_is_written_in_decimal_digits() {
        for (number, text) in [(0, "0"), (7, "7"), (10, "10"), (1_300_819_380, "1300819380")] {
            assert_eq!(decimal(number), text);
        }
    }
}
