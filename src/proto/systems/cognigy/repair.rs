//! The damage that a translating machine did to copies of Cognigy's documentation: quotation marks as fences around
//! the JSON text, placeholders that became elements with attributes (`<CLIENT id="">`), and their end tags behind the
//! text.

use crate::proto::systems::fault::Fault;
use crate::proto::text::json::{self, decimal};
use crate::proto::text::{concat, split};
use alloc::{string::String, vec::Vec};

/// The JSON text of a damaged copy, and what was done to it.
pub(super) struct Repaired {
    pub(super) text: String,
    pub(super) repairs: Vec<String>,
}

/// Finds the configuration in a text, and restores its placeholders. Returns `None` if the result is no JSON object.
pub(super) fn repair(text: &str) -> Option<Repaired> {
    let (before, object, after) = find_object(text)?;
    let mut repairs = Vec::new();
    for (part, said) in [(before, "text before"), (after, "text after")] {
        if !part.trim().is_empty() {
            repairs.push(concat(&[said, " the object was removed"]));
        }
    }
    let mut out = String::new();
    let mut rest = object;
    while let Some(tag) = find_tag(rest) {
        out.push_str(tag.before);
        let restored = concat(&["<", tag.name, " ", &tag.attribute.to_ascii_uppercase(), ">"]);
        repairs.push(concat(&[tag.whole, " is ", &restored, " again"]));
        out.push_str(&restored);
        rest = tag.after;
    }
    out.push_str(rest);
    json::read_object_text(&out).is_ok().then_some(Repaired { text: out, repairs })
}

/// The fault of a text that is no JSON object: each damage with its line, and whether it can be repaired. The subject
/// is the first field that is damaged.
pub(super) fn diagnose(text: &str) -> Fault {
    let (mut found, mut at) = (Vec::new(), "");
    let mut is_closed = false;
    for (place, line) in text.lines().enumerate() {
        let (line, number) = (line.trim(), decimal((place as u64).saturating_add(1)));
        let mut say = |what: &[&str]| found.push(concat(&["line ", &number, ": ", &concat(what)]));
        if let Some(fence) = fence(line) {
            say(&[fence, " is a fence and no JSON"]);
        }
        if let Some((field, value)) = member(line)
            && let Some(tag) = find_tag(value)
        {
            at = if at.is_empty() { field } else { at };
            say(&["quotation marks inside the value of ", field, ", in ", tag.whole]);
        }
        is_closed = is_closed || line.starts_with('}');
        if is_closed && line.contains("</") {
            say(&["end tags after the object"]);
        }
    }
    if found.is_empty() {
        return Fault::of_field("", "no JSON object");
    }
    let can = if repair(text).is_some() { ". repairCognigy repairs this" } else { "" };
    Fault::of_field(at, &concat(&[&found.join("; "), can]))
}

/// A placeholder that became an element: `<CLIENT id="">`.
struct Tag<'a> {
    before: &'a str,
    whole: &'a str,
    name: &'a str,
    attribute: &'a str,
    after: &'a str,
}

fn find_tag(text: &str) -> Option<Tag<'_>> {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|one| one.is_ascii_alphabetic());
    let mut from = 0_usize;
    loop {
        // The content has no `<`, so the last one before a `>` begins the tag. Each character is looked at once.
        let end = text.get(from..)?.find('>')?.saturating_add(from);
        let next = end.saturating_add(1);
        let found = text.get(from..end)?.rfind('<').map(|place| place.saturating_add(from));
        from = next;
        let Some(start) = found else { continue };
        let (name, attribute) = split(text.get(start.saturating_add(1)..end)?, b' ');
        let attribute = attribute.and_then(|one| one.strip_suffix("=\"\""));
        if let Some(attribute) = attribute
            && is_word(name)
            && is_word(attribute)
        {
            let (before, whole, after) =
                (text.get(..start)?, text.get(start..next)?, text.get(next..)?);
            return Some(Tag { before, whole, name, attribute, after });
        }
    }
}

/// The name and the rest of a line that is a member of an object.
fn member(line: &str) -> Option<(&str, &str)> {
    let (name, rest) = split(line.strip_prefix('"')?, b'"');
    Some((name, rest?.trim_start().strip_prefix(':')?))
}

/// The mark of a line that begins or ends a block of code.
fn fence(line: &str) -> Option<&str> {
    let mark = line.bytes().next().filter(|mark| matches!(mark, b'\'' | b'`' | b'~'))?;
    let length = line.bytes().take_while(|byte| *byte == mark).count();
    line.get(..length).filter(|_| length >= 3)
}

/// The text before the object with the six keys, that object, and the text after it. The object ends at a line that
/// begins with a brace: a secret may contain one.
fn find_object(text: &str) -> Option<(&str, &str, &str)> {
    let anchor = text.find("\"idp")?;
    let start = text.get(..anchor)?.rfind('{')?;
    let behind = text.get(anchor..)?;
    let own_line = behind.find("\n}").map(|place| place.saturating_add(1));
    let end = own_line.or_else(|| behind.rfind('}'))?.saturating_add(anchor).saturating_add(1);
    Some((text.get(..start)?, text.get(start..end)?, text.get(end..)?))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const MANGLED: &str = concat!(
        "''''JSON\n{\n\"idpType\": \"oidc\",\n\"idpIssuer\": \"<DOMAIN>\",\n",
        "\"idpClientId\": \"<CLIENT id=\"\">\",\n\"idpClientSecret\": \"<CLIENT secret=\"\">\"\n}\n",
        "''''</CLIENT></CLIENT></DOMAIN></API>"
    );

    #[test]
    fn c3_each_damage_of_a_translated_copy_has_its_line() {
        let fault = diagnose(MANGLED);
        assert_eq!(fault.at, "idpClientId");
        assert_eq!(
            fault.detail,
            "line 1: '''' is a fence and no JSON; \
             line 5: quotation marks inside the value of idpClientId, in <CLIENT id=\"\">; \
             line 6: quotation marks inside the value of idpClientSecret, in <CLIENT secret=\"\">; \
             line 8: '''' is a fence and no JSON; line 8: end tags after the object. \
             repairCognigy repairs this"
        );
        assert_eq!(diagnose("{").detail, "no JSON object");
        assert_eq!(diagnose("```\n{\"idpType\": }\n```").detail.matches("repair").count(), 0);
    }

    #[test]
    fn c3_a_repair_restores_the_placeholders_and_nothing_else() {
        let Repaired { text, repairs } = repair(MANGLED).unwrap();
        assert_eq!(
            text,
            "{\n\"idpType\": \"oidc\",\n\"idpIssuer\": \"<DOMAIN>\",\n\
             \"idpClientId\": \"<CLIENT ID>\",\n\"idpClientSecret\": \"<CLIENT SECRET>\"\n}"
        );
        assert_eq!(repairs.len(), 4);
        let filled = MANGLED
            .replace("<CLIENT id=\"\">", "id>")
            .replace("<CLIENT secret=\"\">", "a}b<c d=e>");
        assert!(repair(&filled).unwrap().text.contains(": \"a}b<c d=e>\"\n}"));
        for text in ["", "{}", "\"idpType\"", "{\"idpType\": \"a\" \"b\"}"] {
            assert!(repair(text).is_none(), "{text}");
        }
    }
}
