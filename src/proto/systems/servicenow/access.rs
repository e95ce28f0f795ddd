//! API access policies: which profiles may call which path.

use super::entity::Entity;
use crate::proto::error::Code;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::{self, Field, Kind, optional, required, text_of};
use crate::proto::text::json::Json;
use crate::proto::text::{form, pieces, url};
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

const FIELDS: &[Field] = &[
    required("name", Kind::Text),
    optional("active", Kind::Bool),
    required("path", Kind::Text),
    optional("methods", Kind::Texts),
    required("profiles", Kind::Texts),
];

/// A policy: the tokens of some profiles may call the paths below one path.
pub(super) struct Policy<'a> {
    json: &'a Json,
    /// The segments of the path.
    segments: Vec<String>,
}

impl<'a> Policy<'a> {
    /// Reads a policy. `profiles` are the names of all profiles.
    ///
    /// # Errors
    /// `OIDC_CONFIG_INVALID` with the field's name.
    pub(super) fn read(json: &'a Json, profiles: &BTreeSet<String>) -> Result<Self, Fault> {
        fields::check(json, FIELDS)?;
        let segments = segments(text_of(json, "path"));
        let segments = segments.filter(|all| !all.is_empty());
        let segments = segments.ok_or(Fault::of_field("path", "not a path below /"))?;
        let texts = |name| json.member(name).and_then(Json::list).unwrap_or_default().iter();
        let is_method =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_uppercase());
        if json.member("methods").and_then(Json::list).is_some_and(<[Json]>::is_empty) {
            return Err(Fault::of_field("methods", "empty"));
        }
        if !texts("methods").filter_map(Json::text).all(is_method) {
            return Err(Fault::of_field("methods", "not a method in capital letters"));
        }
        let mut names = texts("profiles").filter_map(Json::text);
        if let Some(name) = names.find(|name| !profiles.contains(*name)) {
            return Err(Fault::of_field("profiles", name));
        }
        Ok(Self { json, segments })
    }

    /// The name.
    pub(super) fn name(&self) -> &'a str {
        text_of(self.json, "name")
    }

    fn covers(&self, path: &[String], method: &str) -> bool {
        self.json.member("active").and_then(Json::bool).unwrap_or(true)
            && path.starts_with(&self.segments)
            && self.json.member("methods").is_none_or(|all| all.has(method))
    }
}

/// The headers that some APIs read as the method.
pub(super) const METHOD_OVERRIDES: [&str; 3] =
    ["x-http-method-override", "x-http-method", "x-method-override"];

/// Checks that a restricted entity's token may make a request: `method`, `url`, `headers`.
///
/// # Errors
/// `OIDC_API_FORBIDDEN` with the name of what no policy allows.
pub(super) fn check(
    policies: &[Policy<'_>],
    entity: &Entity<'_>,
    request: &Json,
    claims: &Json,
) -> Result<(), Fault> {
    if !entity.is_restricted() {
        return Ok(());
    }
    let forbidden = |at, detail| Fault::new(Code::ApiForbidden, at, detail);
    let (method, headers) = (text_of(request, "method"), request.member("headers"));
    let header = |name: &&str| text_of(headers.unwrap_or(&Json::Null), name);
    // Behind the gate, the API would run the other method.
    if METHOD_OVERRIDES.iter().map(header).any(|other| !other.is_empty() && other != method) {
        return Err(forbidden("method", "overridden by a header"));
    }
    let url = url::read(text_of(request, "url")).map_err(|_| forbidden("path", "ambiguous"))?;
    let path = segments(url.path).ok_or(forbidden("path", "ambiguous"))?;
    let is_fitting = |name: &Json| {
        entity.profiles.fits(name.text().unwrap_or_default(), entity.text("name"), claims)
    };
    let allows = |policy: &Policy<'_>| {
        let profiles = policy.json.member("profiles").and_then(Json::list).unwrap_or_default();
        policy.covers(&path, method) && profiles.iter().any(is_fitting)
    };
    if policies.iter().any(allows) { Ok(()) } else { Err(forbidden("path", "no policy")) }
}

/// The decoded segments of a path. `None` for a path that an API could read in another way: an empty
/// or dotted segment, an escaped slash, an escape of an escape.
fn segments(path: &str) -> Option<Vec<String>> {
    let path = path.strip_prefix('/')?;
    if path.is_empty() {
        return Some(Vec::new());
    }
    // A slash at the end names the same API.
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut all = Vec::new();
    for piece in pieces(path, b'/') {
        // A plus is a space in a form, and a plus in a path (RFC 3986, section 3.3).
        let segment = form::decode(&piece.replace('+', "%2B")).ok()?;
        let is_plain = |byte: u8| !byte.is_ascii_control() && !b"/\\%;".contains(&byte);
        if matches!(segment.as_str(), "" | "." | "..") || !segment.bytes().all(is_plain) {
            return None;
        }
        all.push(segment);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_an_api_could_read_in_another_way_is_ambiguous() {
        for path in [
            "",
            "a",
            "//",
            "/a//b",
            "/./a",
            "/a/..",
            "/%2e%2e/a",
            "/a%2fb",
            "/a%5Cb",
            "/a%25",
            "/a;b",
            "/%00",
            "/%ff",
        ] {
            assert_eq!(segments(path), None, "{path}");
        }
        for (path, count) in
            [("/", 0), ("/a", 1), ("/a/", 1), ("/api/now/table", 3), ("/%61/b%20c", 2)]
        {
            assert_eq!(segments(path).map(|all| all.len()), Some(count), "{path}");
        }
        for (path, segment) in [("/a+b", "a+b"), ("/a%2Bb", "a+b"), ("/a%20b", "a b")] {
            assert_eq!(segments(path), Some(alloc::vec![segment.into()]), "{path}");
        }
    }
}
