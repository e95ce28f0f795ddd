//! A sign-in that has left the page: the data that is needed when its response arrives.
//!
//! It is stored as versioned text under a key of its own, so that two tabs never overwrite each
//! other. At most ten are stored, for fifteen minutes (on a server for two hours). A used one leaves a tombstone until it would
//! have expired.

use super::flow_state::member;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::UnixTime;
use crate::proto::features::{IN_PAGE, WITH_FRAMES, WITH_RENEWAL};
use crate::proto::oidc::authorize::{RequestSecrets, SignInOptions};
use crate::proto::oidc::{callback, session_management};
use crate::proto::provider::metadata::Metadata;
use crate::proto::text::json::{self, Json, Text, Writer};
use crate::proto::text::{concat, words};
use alloc::{borrow::ToOwned, boxed::Box, string::String, vec::Vec};

/// The prefix of every pending sign-in's key.
const PREFIX: &str = "countersign:pending:";
/// How long a sign-in may take, in seconds.
pub const LIFETIME_SECONDS: u64 = 15 * 60;
/// How long a sign-in is stored, in seconds. A server keeps it for longer than it may be redeemed: a user
/// who registers meanwhile still returns to the right address.
const KEPT_SECONDS: u64 = if IN_PAGE { LIFETIME_SECONDS } else { 2 * 60 * 60 };
/// The maximum number of stored sign-ins.
const MAX_PENDING: usize = 10;
const VERSION: u64 = 1;
/// The members of a tombstone that have what its sign-in asked for: all that a step-up can ask more
/// of.
pub(super) const ASKED: &[&str] = &["scope", "resource", "acr_values", "max_age"];
/// The member that marks a silent request. Stored texts of earlier versions have this name.
pub const SILENT: &str = "unseen";
/// The member that marks a sign-in that the provider asked to start again.
pub const REPEATED: &str = "again";
/// The member of a silent plan that says that the provider has answered `prompt=none`.
pub const OBEYS: &str = "obeys";
/// The member of a flow whose page keeps its history entry.
pub const KEEPS_PAGE: &str = "keeps";
/// The member of the tombstone of a silent request: whether the provider refused.
const REFUSED: &str = "refused";
/// The member with the parameters of the response that are for the app.
pub const PARAMETERS: &str = "params";
/// How long no other silent redirect begins after one that did not come back, in seconds.
const UNANSWERED_SECONDS: u64 = 24 * 60 * 60;
/// How long a provider without a session is not asked again by a silent redirect, in seconds.
const SILENT_RETRY_AFTER_SECONDS: u64 = 30;

/// The data of a request that is needed when its response arrives.
pub struct PendingSignIn(Box<Json>);

/// The content under a pending key.
#[derive(Debug)]
pub enum Found {
    /// A sign-in that waits for its response.
    Waiting(PendingSignIn),
    /// A sign-in whose response was used.
    Used,
    /// A text that this version of this client did not write.
    Unreadable,
}

/// The key of a sign-in.
#[must_use]
pub fn key(state: &str) -> String {
    concat(&[PREFIX, state])
}

/// The tombstone of a sign-in whose response was taken.
#[must_use]
pub fn tombstone(now: UnixTime) -> String {
    begin_tombstone(now).finish()
}

fn begin_tombstone(now: UnixTime) -> Box<Writer> {
    let mut writer = Writer::new();
    writer.number("v", VERSION).number("created", now.0).bool("used", true);
    writer
}

/// The tombstone of a sign-in that the user refused: it is no round of a loop.
#[must_use]
pub fn cancelled_tombstone(now: UnixTime) -> String {
    begin_tombstone(now).bool("cancelled", true).finish()
}

/// The entry of a sign-out: the sign-ins before it are no rounds of a loop.
#[must_use]
pub fn sign_out_entry(now: UnixTime) -> String {
    Writer::new().number("v", VERSION).number("created", now.0).bool("out", true).finish()
}

/// The tombstone of a silent redirect that the provider answered.
#[must_use]
pub fn silent_tombstone(now: UnixTime, is_refused: bool) -> String {
    begin_tombstone(now).bool(REFUSED, is_refused).finish()
}

/// Whether the provider of a silent plan obeys `prompt=none`: it has answered so within a day, in a
/// frame or to a page. To any other one the page keeps its history entry, so that Back returns from a
/// login page to the app.
#[must_use]
pub fn obeys(plan: &Json, entries: &[(String, String)]) -> bool {
    for (_, text) in entries {
        let entry = json::read_object(text.as_bytes()).unwrap_or_default();
        if entry.member(REFUSED).is_some() {
            return true;
        }
    }
    plan.is_true(OBEYS)
}

/// Whether the provider just refused a silent redirect, or the page never came back from one: the
/// provider may show a page that the user cannot leave.
#[must_use]
pub fn was_tried_silently(entries: &[(String, String)], now: UnixTime) -> bool {
    for (_, text) in entries {
        let entry = json::read_object(text.as_bytes()).unwrap_or_default();
        let is_within = |age| created(&entry).is_some_and(|created| now < created.plus(age));
        if is_silent(&entry) && is_within(UNANSWERED_SECONDS)
            || entry.is_true(REFUSED) && is_within(SILENT_RETRY_AFTER_SECONDS)
        {
            return true;
        }
    }
    false
}

/// The keys to remove before one more sign-in is stored: expired, unreadable, or the oldest of too
/// many.
#[must_use]
pub fn keys_to_remove(entries: &[(String, String)], now: UnixTime) -> Vec<String> {
    let mut alive: Vec<(UnixTime, &str)> = Vec::new();
    let mut stale = Vec::new();
    for (key, text) in entries {
        let entry = json::read_object(text.as_bytes()).unwrap_or_default();
        let is_silent = WITH_FRAMES && (is_silent(&entry) || entry.member(REFUSED).is_some());
        let lifetime = if is_silent { UNANSWERED_SECONDS } else { KEPT_SECONDS };
        match created(&entry) {
            Some(created) if now < created.plus(lifetime) => alive.push((created, key)),
            _ => stale.push(key.clone()),
        }
    }
    // At most ten entries: a repeated search for the oldest is smaller than a sort.
    while alive.len() >= MAX_PENDING {
        let (mut oldest, mut since) = (0, UnixTime(u64::MAX));
        for (place, (created, _)) in alive.iter().enumerate() {
            if *created < since {
                (oldest, since) = (place, *created);
            }
        }
        stale.push(alive.swap_remove(oldest).1.to_owned());
    }
    stale
}

fn created(entry: &Json) -> Option<UnixTime> {
    entry.member("created")?.seconds().map(UnixTime)
}

/// Writes the text that [`PendingSignIn::read`] reads: the sent values, the address to return to,
/// and the provider.
#[must_use]
pub fn write(
    config: &ClientConfig,
    ask: &SignInOptions,
    once: &RequestSecrets<'_>,
    return_to: &str,
    metadata: &Metadata<'_>,
    now: UnixTime,
) -> Box<Writer> {
    let mut writer = Writer::new();
    writer
        .number("v", VERSION)
        .number("created", now.0)
        .text("state", once.state)
        .text("nonce", once.nonce)
        .text("verifier", once.verifier)
        .text("redirect_uri", once.redirect_uri)
        .text("scope", &ask.scope(config))
        .text("resource", &ask.resource(config))
        .text("acr_values", &ask.acr_values())
        .text("return_to", return_to);
    if WITH_FRAMES {
        writer.optional_text("jkt", config.request_jkt().as_deref());
    }
    metadata.write_after_request(&mut writer);
    if let Some(seconds) = ask.max_age(config) {
        writer.number("max_age", seconds);
    }
    writer
}

impl PendingSignIn {
    /// Reads the text under a key.
    #[must_use]
    pub fn read(text: &str, config: &ClientConfig) -> Found {
        let Ok(json) = json::read_object(text.as_bytes()) else { return Found::Unreadable };
        if json.member("used").is_some() {
            return Found::Used;
        }
        let pending = Self(json);
        let metadata = pending.0.member("metadata");
        let is_valid = metadata.is_some_and(|metadata| config.read_metadata(metadata).is_ok());
        let is_ours = pending.number("v") == VERSION && is_valid;
        if is_ours { Found::Waiting(pending) } else { Found::Unreadable }
    }

    /// The provider's metadata at the time of the request. Every pending sign-in that was found has
    /// it.
    #[must_use]
    pub fn metadata(&self) -> Option<Metadata<'_>> {
        Metadata::known(&self.0)
    }

    /// The text that [`PendingSignIn::read`] reads.
    #[must_use]
    pub fn write(&self) -> String {
        json::write(&self.0)
    }

    /// `state`, which is also the end of the key.
    #[must_use]
    pub fn state(&self) -> &Text {
        member(&self.0, "state")
    }

    /// `nonce`.
    #[must_use]
    pub fn nonce(&self) -> &Text {
        member(&self.0, "nonce")
    }

    /// `code_verifier`.
    #[must_use]
    pub fn verifier(&self) -> &Text {
        member(&self.0, "verifier")
    }

    /// `redirect_uri` as sent. The first texts of this version lack it and use the app's own.
    #[must_use]
    pub fn redirect_uri<'a>(&'a self, config: &'a ClientConfig) -> &'a str {
        match member(&self.0, "redirect_uri").as_str() {
            "" => config.redirect_uri(),
            sent => sent,
        }
    }

    /// The thumbprint of the key that the code is bound to, if it is bound.
    #[must_use]
    pub fn jkt(&self) -> Option<&str> {
        self.0.member("jkt")?.text()
    }

    /// Whether this is a silent request, which the user did not start and does not see.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        is_silent(&self.0)
    }

    /// Whether it belongs to the session that was stored then, and not only to a session hint.
    #[must_use]
    pub fn has_session(&self) -> bool {
        self.0.is_true("knows")
    }

    /// The text of the session that a silent request continues; empty for a sign-in by the user.
    #[must_use]
    pub fn session_text(&self) -> &Text {
        member(&self.0, "before")
    }

    /// The text of this sign-in, with the `session_state` of its response and the parameters that are
    /// for the app.
    #[must_use]
    pub fn with_response(&self, query: &str) -> String {
        let state = if WITH_FRAMES { session_management::read_state(query) } else { None };
        Writer::new()
            .members_except(&self.0, "")
            .text(PARAMETERS, &callback::other_parameters(query))
            .optional_text("session_state", state.as_deref())
            .finish()
    }

    /// The parameters of the response that are for the app, as JSON text. They are not stored.
    #[must_use]
    pub fn parameters(&self) -> Option<&str> {
        if WITH_RENEWAL { self.0.member(PARAMETERS)?.text() } else { None }
    }

    /// `session_state` of the response, if it had one.
    #[must_use]
    pub fn session_state(&self) -> Option<&str> {
        self.0.member("session_state").and_then(Json::text)
    }

    /// The need for a token that a silent request is for.
    #[must_use]
    pub fn need_text(&self) -> &Text {
        member(&self.0, "need")
    }

    /// The requested scope.
    #[must_use]
    pub fn scope(&self) -> &Text {
        member(&self.0, "scope")
    }

    /// The address that the app wants to return to.
    #[must_use]
    pub fn return_to(&self) -> &Text {
        member(&self.0, "return_to")
    }

    /// The resource of the first access token. Tokens for the other resources come by renewal (RFC
    /// 8707, section 2.2).
    #[must_use]
    pub fn resource(&self) -> &str {
        words(member(&self.0, "resource")).next().unwrap_or_default()
    }

    /// `acr_values` as sent.
    #[must_use]
    pub fn acr_values(&self) -> &Text {
        member(&self.0, "acr_values")
    }

    /// `max_age` as sent.
    #[must_use]
    pub fn max_age(&self) -> Option<u64> {
        self.0.member("max_age")?.seconds()
    }

    /// The tombstone of this sign-in after a successful response.
    #[must_use]
    pub fn tombstone(&self, now: UnixTime) -> String {
        let mut writer = begin_tombstone(now);
        for name in ASKED {
            if let Some(asked) = self.0.member(name) {
                writer.json(name, asked);
            }
        }
        writer.finish()
    }

    /// The options of the sign-in, as JSON text.
    #[must_use]
    pub fn ask(&self) -> &Text {
        member(&self.0, "ask")
    }

    /// Whether it repeats a sign-in that the provider asked to start again.
    #[must_use]
    pub fn is_repeated(&self) -> bool {
        self.0.member(REPEATED).is_some()
    }

    /// Whether its fifteen minutes are over.
    #[must_use]
    pub fn is_expired(&self, now: UnixTime) -> bool {
        now >= UnixTime(self.number("created")).plus(LIFETIME_SECONDS)
    }

    pub(crate) fn number(&self, name: &str) -> u64 {
        self.0.seconds_or(name, 0)
    }
}

/// Whether the user does not see this request.
pub(crate) fn is_silent(state: &Json) -> bool {
    let plan = state.member("plan").unwrap_or(state);
    WITH_FRAMES && plan.is_true(SILENT)
}

redact_debug! { PendingSignIn }

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    fn entry(name: &str, created: u64) -> (String, String) {
        (key(name), format!(r#"{{"v":1,"created":{created}}}"#))
    }

    #[test]
    fn b6_old_and_unreadable_entries_go() {
        let entries = [entry("old", 100), entry("new", 1000), (key("odd"), String::from("x"))];
        assert_eq!(keys_to_remove(&entries, UnixTime(1000)), [key("old"), key("odd")]);
    }

    #[test]
    fn b6_of_too_many_the_oldest_go() {
        let entries: Vec<_> = (0..12).map(|n| entry(&format!("{n}"), 1000 + n)).collect();
        let gone = keys_to_remove(&entries, UnixTime(1012));
        assert_eq!(gone, [key("0"), key("1"), key("2")]);
    }
}
