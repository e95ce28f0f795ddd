//! The APIs of a client, and the `scope` and `resource` that a sign-in asks for.

use super::config::ClientConfig;
use crate::proto::error::At;
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_RENEWAL};
use crate::proto::text::json::{Json, Text};
use crate::proto::text::{has_word, has_words, words};
use alloc::string::String;

impl ClientConfig {
    /// The address prefixes that get the access token, and the `scope` and `resource` of each.
    #[must_use]
    pub fn apis(&self) -> &[(Text, Json)] {
        self.json.member("apis").map(Json::members).unwrap_or_default()
    }

    /// Whether the provider takes one resource in a request, as Entra does: a sign-in asks for the first
    /// API, and renewals for the others.
    #[must_use]
    pub fn has_single_resource(&self) -> bool {
        WITH_RENEWAL && self.json.is_true(At::SingleResource.text())
    }

    /// The words of `scope`: `openid`, the app's, those of each API, then `more`. Each is there
    /// once. For a client without a user `openid` is not added, and may be missing.
    #[must_use]
    pub fn scope(&self, more: &str) -> String {
        let usual = if self.has_user() { "openid profile email" } else { "" };
        let mut scope = String::from(if self.has_user() { "openid" } else { "" });
        let mut add = |asked: &str| {
            for word in words(asked) {
                if !has_word(&scope, word) {
                    if !CONFIDENTIAL_CLIENT || !scope.is_empty() {
                        scope.push(' ');
                    }
                    scope.push_str(word);
                }
            }
        };
        add(self.text("scope").map_or(usual, Text::as_str));
        for (_, need) in self.apis_of_sign_in() {
            add(need.text_of("scope").unwrap_or_default());
        }
        add(more);
        scope
    }

    /// The `resource` values, separated by spaces (RFC 8707): those of the app, then those of its
    /// APIs.
    #[must_use]
    pub fn resource(&self) -> String {
        let mut all = self.json.member("resource").map(Json::joined).unwrap_or_default();
        for (_, need) in self.apis_of_sign_in() {
            let resource = need.text_of("resource").unwrap_or_default();
            if !has_word(&all, resource) {
                all.push(' ');
                all.push_str(resource);
            }
        }
        all
    }

    /// Whether a sign-in with this scope and resource is for an API too. Azure AD B2C, which has no
    /// UserInfo, issues no access token for the user's identity alone.
    #[must_use]
    pub fn wants_access_token(&self, scope: &str, resource: &str) -> bool {
        !self.apis().is_empty()
            || words(resource).next().is_some()
            || !has_words("openid profile email address phone offline_access", scope)
    }

    /// The APIs that a sign-in asks for.
    fn apis_of_sign_in(&self) -> &[(Text, Json)] {
        let all = self.apis();
        if self.has_single_resource() { all.get(..1).unwrap_or_default() } else { all }
    }
}
