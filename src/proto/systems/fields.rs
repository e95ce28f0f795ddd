//! Checks the fields of a configuration that another system wrote.

use super::fault::Fault;
use crate::proto::text::json::{Json, Text};

/// The type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text that is not empty.
    Text,
    /// A text that may be empty.
    AnyText,
    /// `true` or `false`.
    Bool,
    /// A whole number that is not negative.
    Number,
    /// A list of texts.
    Texts,
    /// A list of objects.
    Objects,
    /// An object.
    Object,
    /// Any value, which is checked elsewhere.
    Any,
}

/// A field: its name, its type, and whether it must be there.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The name, spelled as the system spells it.
    pub name: &'static str,
    /// The type.
    pub kind: Kind,
    /// Whether a configuration without the field is refused.
    pub is_required: bool,
}

/// A field that must be there.
#[must_use]
pub const fn required(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, is_required: true }
}

/// A field that may be missing.
#[must_use]
pub const fn optional(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, is_required: false }
}

/// Checks that an object has these fields and no others.
///
/// # Errors
/// `OIDC_CONFIG_INVALID` with the name of the first unknown, missing or mistyped field; `detail` is
/// `unknown`, `missing` or the expected type.
pub fn check(object: &Json, fields: &[Field]) -> Result<(), Fault> {
    let known = |name: &str| fields.iter().any(|field| field.name == name);
    if let Some((name, _)) = object.members().iter().find(|(name, _)| !known(name.as_str())) {
        return Err(Fault::of_field(name.as_str(), "unknown"));
    }
    for Field { name, kind, is_required } in fields {
        match object.member(name) {
            Some(value) if fits(value, *kind) => {}
            Some(_) => return Err(Fault::of_field(name, expected(*kind))),
            None if *is_required => return Err(Fault::of_field(name, "missing")),
            None => {}
        }
    }
    Ok(())
}

/// The text of a member; empty if there is none, or another type.
#[must_use]
pub fn text_of<'a>(object: &'a Json, name: &str) -> &'a str {
    object.text_of(name).map(|text| text.as_str()).unwrap_or_default()
}

fn fits(value: &Json, kind: Kind) -> bool {
    match kind {
        Kind::Text => value.text().is_some_and(|text| !text.is_empty()),
        Kind::AnyText => value.text().is_some(),
        Kind::Bool => value.bool().is_some(),
        Kind::Number => is_whole(value),
        Kind::Texts => value.is_texts(),
        Kind::Objects => {
            value.list().is_some_and(|all| all.iter().all(|one| matches!(one, Json::Object(_))))
        }
        Kind::Object => matches!(value, Json::Object(_)),
        Kind::Any => true,
    }
}

/// A date may have a fraction, and counts as its whole seconds. A setting with one is a mistake.
fn is_whole(value: &Json) -> bool {
    let is_digits = |text: &Text| text.bytes().all(|byte| byte.is_ascii_digit());
    value.seconds().is_some() && matches!(value, Json::Number(text) if is_digits(text))
}

const fn expected(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "wrong type, not a text with letters",
        Kind::AnyText => "wrong type, not a text",
        Kind::Bool => "wrong type, not true or false",
        Kind::Number => "wrong type, not a whole number",
        Kind::Texts => "wrong type, not a list of texts",
        Kind::Objects => "wrong type, not a list of objects",
        Kind::Object => "wrong type, not an object",
        Kind::Any => "",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;

    #[test]
    fn an_unknown_a_missing_and_a_mistyped_field_are_named() {
        let fields = [
            required("Name", Kind::Text),
            optional("Clock Skew", Kind::Number),
            optional("Active", Kind::Bool),
            optional("Scopes", Kind::Texts),
            optional("Note", Kind::AnyText),
            optional("Map", Kind::Object),
            optional("Profiles", Kind::Objects),
        ];
        for (text, at, detail) in [
            (r#"{"Name":"a"}"#, "", ""),
            (
                r#"{"Name":"a","Clock Skew":0,"Active":false,"Scopes":[],"Note":"","Map":{},"Profiles":[{}]}"#,
                "",
                "",
            ),
            ("{}", "Name", "missing"),
            (r#"{"Name":""}"#, "Name", expected(Kind::Text)),
            (r#"{"Name":"a","name":"b"}"#, "name", "unknown"),
            (r#"{"Name":"a","Clock Skew":-1}"#, "Clock Skew", expected(Kind::Number)),
            (r#"{"Name":"a","Clock Skew":1.5}"#, "Clock Skew", expected(Kind::Number)),
            (r#"{"Name":"a","Clock Skew":1e2}"#, "Clock Skew", expected(Kind::Number)),
            (r#"{"Name":"a","Active":"true"}"#, "Active", expected(Kind::Bool)),
            (r#"{"Name":"a","Scopes":["a",1]}"#, "Scopes", expected(Kind::Texts)),
            (r#"{"Name":"a","Note":1}"#, "Note", expected(Kind::AnyText)),
            (r#"{"Name":"a","Map":[]}"#, "Map", expected(Kind::Object)),
            (r#"{"Name":"a","Profiles":[1]}"#, "Profiles", expected(Kind::Objects)),
        ] {
            let found = check(&json::read_object_text(text).unwrap(), &fields).err();
            let found = found.map(|fault| (fault.at, fault.detail)).unwrap_or_default();
            assert_eq!((found.0.as_str(), found.1.as_str()), (at, detail), "{text}");
        }
    }
}
