//! The values of `amr` and `acr`, and the type of factor that each stands for.

use crate::proto::text::has_word;
use crate::proto::text::json::{Json, Text};

/// A type of factor. No method is of the type knowledge: that is the first factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Factor {
    Possession,
    Inherence,
}

/// The methods with their types, as Entra maps them.
const METHODS: &[(&str, Factor)] = &[
    ("face", Factor::Inherence),
    ("fido", Factor::Possession),
    ("fpt", Factor::Inherence),
    ("hwk", Factor::Possession),
    ("iris", Factor::Inherence),
    ("otp", Factor::Possession),
    ("pop", Factor::Possession),
    ("retina", Factor::Inherence),
    ("sc", Factor::Possession),
    ("sms", Factor::Possession),
    ("swk", Factor::Possession),
    ("tel", Factor::Possession),
    ("vbm", Factor::Inherence),
];

/// The classes with the types that satisfy each.
const CLASSES: &[(&str, &[Factor])] = &[
    ("possessionorinherence", &[Factor::Possession, Factor::Inherence]),
    ("knowledgeorpossession", &[Factor::Possession]),
    ("knowledgeorinherence", &[Factor::Inherence]),
    ("knowledgeorpossessionorinherence", &[Factor::Possession, Factor::Inherence]),
    ("knowledge", &[]),
    ("possession", &[Factor::Possession]),
    ("inherence", &[Factor::Inherence]),
];

/// Whether this is a value of `amr`.
pub(super) fn is_method(name: &str) -> bool {
    METHODS.iter().any(|(known, _)| *known == name)
}

/// Whether this is a value of `acr`.
pub(super) fn is_class(name: &str) -> bool {
    CLASSES.iter().any(|(known, _)| *known == name)
}

/// The first requested class that a method satisfies.
pub(super) fn class_for<'a>(method: &str, requested: &'a Json) -> Option<&'a Text> {
    let (_, factor) = METHODS.iter().find(|(known, _)| *known == method)?;
    let satisfies = |class: &&Text| {
        let known = CLASSES.iter().find(|(known, _)| *known == class.as_str());
        known.is_some_and(|(_, factors)| factors.contains(factor))
    };
    requested.list().unwrap_or_default().iter().filter_map(Json::as_text).find(satisfies)
}

/// The texts of a requested claim: `values`, or the one `value` (OpenID Connect Core 1.0, section
/// 5.5.1). Other members of the list are left out.
pub(super) fn requested(claim: Option<&Json>) -> impl Iterator<Item = &Text> {
    let values = claim.and_then(|claim| claim.member("values")).and_then(Json::list);
    let value = claim.and_then(|claim| claim.member("value"));
    values.unwrap_or_default().iter().chain(value).filter_map(Json::as_text)
}

/// Whether a claim was requested as essential.
pub(super) fn is_essential(claim: &Json) -> bool {
    claim.is_true("essential")
}

/// Whether this claim is part of every ID token, so that no control may have its name.
pub(super) fn is_reserved(name: &str) -> bool {
    has_word("iss sub aud exp iat nbf nonce acr amr azp jti auth_time", name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;
    use alloc::format;

    #[test]
    fn eam_type_map_each_method_satisfies_the_classes_of_its_type() {
        let (possession, inherence) = (
            [
                "possessionorinherence",
                "knowledgeorpossession",
                "knowledgeorpossessionorinherence",
                "possession",
            ],
            [
                "possessionorinherence",
                "knowledgeorinherence",
                "knowledgeorpossessionorinherence",
                "inherence",
            ],
        );
        for (methods, classes) in [
            ("fido hwk otp pop sc sms swk tel", possession),
            ("face fpt iris retina vbm", inherence),
        ] {
            for method in methods.split(' ') {
                assert!(is_method(method));
                for (class, _) in CLASSES {
                    let list = json::read(format!(r#"["{class}"]"#).as_bytes()).unwrap();
                    let fits = class_for(method, &list).is_some();
                    assert_eq!(fits, classes.contains(class), "{method} for {class}");
                }
            }
        }
        assert_eq!(METHODS.len(), 13);
        assert!(!is_method("pwd") && is_class("knowledge") && !is_class("possessionorinherence "));
    }

    #[test]
    fn the_first_class_that_fits_is_answered() {
        let list =
            json::read(br#"["knowledge",1,null,"inherence","possession","possessionorinherence"]"#);
        assert_eq!(class_for("otp", &list.unwrap()).unwrap().as_str(), "possession");
    }
}
