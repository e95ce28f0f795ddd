//! The challenge for a refused request in `WWW-Authenticate` (RFC 6750, section 3; RFC 9470,
//! section 3; RFC 9728, section 5.1).

use crate::proto::text::json::decimal;
use alloc::string::String;

/// The parameters of a challenge; empty ones are omitted.
#[derive(Clone, Debug, Default)]
pub struct Challenge<'a> {
    /// The name of the API. It is always there, because a challenge needs at least one parameter.
    pub realm: &'a str,
    /// `error`; empty for a request without a token (RFC 6750, section 3.1).
    pub error: &'a str,
    /// `error_description`.
    pub description: &'a str,
    /// The required scope, separated by spaces.
    pub scope: &'a str,
    /// The accepted `acr` values, separated by spaces.
    pub acr_values: &'a str,
    /// The maximum time since the user signed in, in seconds.
    pub max_age: Option<u64>,
    /// The address of the protected resource's metadata.
    pub resource_metadata: &'a str,
}

impl Challenge<'_> {
    /// Writes the header's value. No parameter can end a quoted string or the header.
    #[must_use]
    pub fn write(&self) -> String {
        let max_age = self.max_age.map(decimal).unwrap_or_default();
        let mut out = String::from("Bearer realm=");
        quote(&mut out, self.realm);
        for (name, value) in [
            (", error=", self.error),
            (", error_description=", self.description),
            (", scope=", self.scope),
            (", acr_values=", self.acr_values),
            (", max_age=", &max_age),
            (", resource_metadata=", self.resource_metadata),
        ] {
            if !value.is_empty() {
                out.push_str(name);
                quote(&mut out, value);
            }
        }
        out
    }
}

/// A quoted-string of RFC 9110, section 5.6.4. A character that a header cannot contain becomes a
/// question mark.
fn quote(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            ' '..='~' => out.push(letter),
            _ => out.push('?'),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_empty_is_left_out() {
        let bare = Challenge { realm: "https://api.example", ..Challenge::default() };
        assert_eq!(bare.write(), r#"Bearer realm="https://api.example""#);
        let full = Challenge {
            realm: "r",
            error: "e",
            description: "d",
            scope: "a b",
            acr_values: "x y",
            max_age: Some(0),
            resource_metadata: "https://m",
        };
        assert_eq!(
            full.write(),
            "Bearer realm=\"r\", error=\"e\", error_description=\"d\", scope=\"a b\", \
             acr_values=\"x y\", max_age=\"0\", resource_metadata=\"https://m\""
        );
    }

    #[test]
    fn atj_09_nothing_ends_a_quoted_string_or_the_header() {
        let scope = "a\", error=\"x\\\r\nset-cookie: a=b\u{e9}\0";
        let text = Challenge { realm: "", scope, ..Challenge::default() }.write();
        assert_eq!(text, r#"Bearer realm="", scope="a\", error=\"x\\??set-cookie: a=b??""#);
    }
}
