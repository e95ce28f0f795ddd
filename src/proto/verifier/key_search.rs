//! An issuer's keys, had from the cache or from the issuer: when nobody needs to be asked, when it
//! is time, and what to do when the answer is bad.
//!
//! heeding → (dropping) → loading → (discovering) → fetching → (waiting → again) → saving. A bad answer keeps what is
//! there. Whoever looks for a key that nobody knows asks at most twice in 30 seconds.

use super::config::VerifierConfig;
use super::issuer_keys::IssuerKeys;
use super::verify;
use crate::proto::effect::{Effect, EffectRequest, Input, Response, StorageArea, UnixTime};
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::discovery::{self, Form};
use crate::proto::oidc::{jwks, response};
use crate::proto::provider::metadata;
use crate::proto::state::flow_text::{at, member};
use crate::proto::text::json::{self, Json};
use crate::proto::text::{concat, pieces};
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// An issuer is not asked again for a key that nobody knows within so many seconds.
const UNKNOWN_KEY_RETRY_SECONDS: u64 = 30;
/// Nor, while there are no keys at all, within so many after it did not answer.
const UNAVAILABLE_RETRY_SECONDS: u64 = 5;
/// Some servers publish a new key a moment after they begin to sign with it: how long to wait for
/// that, in milliseconds.
const NEW_KEY_DELAY_MS: u32 = 1000;

const FLOW: &str = "keyring";
const LOAD: u32 = 1;
const METADATA: u32 = 2;
const METADATA_OAUTH: u32 = 3;
const KEYS: u32 = 4;
const WAIT: u32 = 5;
const KEYS_AGAIN: u32 = 6;
const SAVE: u32 = 7;
const LOAD_DROPPED: u32 = 8;
const SAVE_DROPPED: u32 = 9;

/// Where it stands, what it asks for, and how it ended: in the text of a issuer_keys.
pub struct Step {
    /// The flow as text; empty when it is over.
    pub flow: String,
    /// What it asks for, in this order.
    pub effects: Vec<EffectRequest>,
    /// What is worth a word and stops nothing.
    pub notices: Vec<Error>,
    /// How it ended.
    pub end: Option<End>,
}

/// How a search ends.
pub struct End {
    /// The issuer_keys's text, to be held: also after a failure, since it knows when to ask again.
    pub issuer_keys: String,
    /// Until when nobody needs to be asked.
    pub fresh: UnixTime,
    /// Whether the next search for the same token would find no more: the issuer was asked, or it
    /// is too soon to ask it again.
    pub last: bool,
    /// Why there are no keys to use.
    pub failure: Option<Error>,
}

/// What is remembered between two steps.
struct Search {
    /// The issuer_keys as it was held, kept or fetched so far.
    issuer_keys: IssuerKeys,
    issuer: String,
    /// The token whose key is looked for; empty: any fresh set will do.
    token: String,
    /// The name of a key that is dropped; empty: none is.
    drop: String,
    /// Whether all that the issuer_keys holds was tried on the token, in vain.
    tried: bool,
}

/// Begins. `held` is the issuer_keys's text that this isolate has, or empty; `token` the one whose key is
/// looked for, or empty; `drop` the name of a key that is to be dropped, or empty.
#[must_use]
pub fn begin(
    verifier: &VerifierConfig,
    issuer: usize,
    held: &str,
    token: &str,
    drop: &str,
) -> Step {
    let Some(issuer) = verifier.issuers.get(issuer).cloned() else {
        return Step::fail(Code::Internal.into());
    };
    let key = dropped_key(&issuer);
    let issuer_keys = IssuerKeys::read(held).unwrap_or_default();
    let (token, drop, tried) = (token.to_owned(), drop.to_owned(), !issuer_keys.held.is_empty());
    let search = Search { issuer_keys, issuer, token, drop, tried };
    search.run("heeding", LOAD_DROPPED, Effect::Load { area: StorageArea::Keys, key })
}

/// Takes the answer to a wish.
#[must_use]
pub fn resume(verifier: &VerifierConfig, flow: &str, input: Input<'_>, now: UnixTime) -> Step {
    let Ok(state) = json::read_object(flow.as_bytes()) else {
        return Step::fail(Code::Internal.into());
    };
    let Some(search) = Search::read(&state) else {
        return Step::fail(Code::Internal.into());
    };
    match (member(&state, "at"), input) {
        ("heeding", Input::Text(LOAD_DROPPED, kept)) => search.dropped_loaded(verifier, kept),
        ("dropping", Input::Done(SAVE_DROPPED, _)) => search.load(verifier),
        ("loading", Input::Text(LOAD, kept)) => search.loaded(verifier, kept, now),
        ("discovering", Input::Response(id @ (METADATA | METADATA_OAUTH), response)) => {
            search.discovered(verifier, id, &response, now)
        }
        ("fetching", Input::Response(id @ (KEYS | KEYS_AGAIN), response)) => {
            search.fetched(verifier, id, &response, now)
        }
        ("discovering", Input::Failure(_, why)) => {
            search.failed(verifier, response::failure(why, At::Metadata), now)
        }
        ("fetching", Input::Failure(_, why)) => {
            search.failed(verifier, response::failure(why, At::JwksUri), now)
        }
        ("waiting", Input::Done(WAIT, _)) => search.fetch(KEYS_AGAIN),
        ("saving", Input::Done(SAVE, _)) => search.end(true, None),
        // An answer that nobody asked for changes nothing.
        _ => Step { flow: flow.to_owned(), effects: Vec::new(), notices: Vec::new(), end: None },
    }
}

/// Under which name an issuer's keys are kept: where they come from is part of it, so that keys of
/// one place never pass for those of another.
fn key(issuer: &str, verifier: &VerifierConfig) -> String {
    concat(&["countersign:keys:1:", issuer, " ", verifier.jwks_uri().unwrap_or_default()])
}

/// Under which name the dropped keys of an issuer are kept: apart from its keys, so that whoever
/// keeps a set that is older than a drop does not undo it.
fn dropped_key(issuer: &str) -> String {
    concat(&["countersign:dropped:1:", issuer])
}

impl Search {
    /// What others dropped is dropped here, and what is dropped here is told to others.
    fn dropped_loaded(mut self, verifier: &VerifierConfig, kept: Option<&str>) -> Step {
        self.issuer_keys.drop_all(kept.unwrap_or_default());
        if self.drop.is_empty() {
            return self.load(verifier);
        }
        self.issuer_keys.drop_kid(&self.drop);
        let (key, text) = (dropped_key(&self.issuer), self.issuer_keys.dropped_text());
        self.run("dropping", SAVE_DROPPED, Effect::Save { area: StorageArea::Keys, key, text })
    }

    fn load(self, verifier: &VerifierConfig) -> Step {
        let key = key(&self.issuer, verifier);
        self.run("loading", LOAD, Effect::Load { area: StorageArea::Keys, key })
    }

    fn loaded(mut self, verifier: &VerifierConfig, kept: Option<&str>, now: UnixTime) -> Step {
        if let Some(mut kept) = kept.and_then(IssuerKeys::read) {
            if kept.is_newer_than(&self.issuer_keys) {
                self.tried &= !kept.has_key_missing_in(&self.issuer_keys);
                core::mem::swap(&mut kept, &mut self.issuer_keys);
            }
            self.issuer_keys.add_dropped_of(&kept);
            self.issuer_keys.asked = self.issuer_keys.asked.max(kept.asked);
        }
        if !self.drop.is_empty() {
            return self.save(verifier);
        }
        let is_fresh = now < self.issuer_keys.fresh_until();
        if is_fresh && self.is_satisfied(verifier) {
            return self.end(false, None);
        }
        // Keys that are too old to count are as good as none.
        let is_empty = self.issuer_keys.held.is_empty() || now >= self.issuer_keys.usable_until();
        let pause = if is_empty { UNAVAILABLE_RETRY_SECONDS } else { UNKNOWN_KEY_RETRY_SECONDS };
        if now < UnixTime(self.issuer_keys.asked).plus(pause) {
            return self.end(true, is_empty.then_some(Code::KeysUnavailable.into()));
        }
        self.ask(verifier, now)
    }

    fn ask(mut self, verifier: &VerifierConfig, now: UnixTime) -> Step {
        let knows_some = !self.issuer_keys.held.is_empty();
        if knows_some && !self.is_satisfied(verifier) {
            self.issuer_keys.asked = now.0;
        }
        if let Some(uri) = verifier.jwks_uri() {
            self.issuer_keys.discover(uri, None, now);
        }
        if self.issuer_keys.needs_metadata(now) {
            self.discover(METADATA)
        } else {
            self.fetch(KEYS)
        }
    }

    fn discover(self, id: u32) -> Step {
        let form = if id == METADATA { Form::OpenId } else { Form::OAuth };
        let request = discovery::request(&VerifierConfig::discovery_issuer(&self.issuer), form);
        self.run("discovering", id, Effect::Send(request))
    }

    /// OpenID's place first, OAuth's (RFC 8414) where nothing lies there.
    fn discovered(
        mut self,
        verifier: &VerifierConfig,
        id: u32,
        response: &Response<'_>,
        now: UnixTime,
    ) -> Step {
        if response.status == 404 && id == METADATA {
            return self.discover(METADATA_OAUTH);
        }
        let json = match response::json_object(response, At::Metadata) {
            Ok(json) => json,
            Err(error) => return self.failed(verifier, error, now),
        };
        match metadata::read_keys(&json, &self.issuer, |text| verifier.allows_endpoint(text)) {
            Ok((uri, announced)) => {
                self.issuer_keys.discover(uri, announced, now);
                self.fetch(KEYS)
            }
            Err(error) => self.failed(verifier, error, now),
        }
    }

    fn fetch(self, id: u32) -> Step {
        // A cached set is no news of a key that nobody knows.
        let fresh = !self.issuer_keys.held.is_empty();
        let request = jwks::request(&self.issuer_keys.jwks_uri, fresh);
        self.run("fetching", id, Effect::Send(request))
    }

    fn fetched(
        mut self,
        verifier: &VerifierConfig,
        id: u32,
        response: &Response<'_>,
        now: UnixTime,
    ) -> Step {
        let set = match jwks::read(response) {
            // A set without a key of use is no set: what is there stays.
            Ok(set) if !set.keys.is_empty() => set,
            Ok(_) => return self.failed(verifier, Error::at(Code::KeysInvalid, At::JwksUri), now),
            Err(error) => return self.failed(verifier, error, now),
        };
        let knew_some = !self.issuer_keys.held.is_empty();
        let max_age = max_age(response.cache_control);
        self.tried &= !self.issuer_keys.take(set, max_age, verifier.key_grace, now);
        if knew_some && id == KEYS && !self.is_satisfied(verifier) {
            return self.run("waiting", WAIT, Effect::Wait { delay_ms: NEW_KEY_DELAY_MS });
        }
        self.save(verifier)
    }

    /// What is there is kept, and nobody is asked again at once.
    fn failed(mut self, verifier: &VerifierConfig, error: Error, now: UnixTime) -> Step {
        self.issuer_keys.asked = now.0;
        let is_good = !self.issuer_keys.held.is_empty() && now < self.issuer_keys.usable_until();
        let fresh = self.issuer_keys.fresh_until();
        let end =
            End { issuer_keys: self.issuer_keys.write(), fresh, last: true, failure: Some(error) };
        let mut step = self.save(verifier);
        step.notices.push(error);
        if !is_good {
            step.end = Some(end);
        }
        step
    }

    fn save(self, verifier: &VerifierConfig) -> Step {
        let (key, text) = (key(&self.issuer, verifier), self.issuer_keys.write());
        self.run("saving", SAVE, Effect::Save { area: StorageArea::Keys, key, text })
    }

    fn end(&self, last: bool, failure: Option<Error>) -> Step {
        Step::end(self.issuer_keys.write(), self.issuer_keys.fresh_until(), last, failure)
    }

    /// Whether there is a key to try on the token.
    fn is_satisfied(&self, verifier: &VerifierConfig) -> bool {
        verify::read(verifier, &self.token).map_or(true, |jws| {
            let is_spent = self.tried && !self.issuer_keys.is_named(&jws);
            !is_spent && self.issuer_keys.candidates(&jws).next().is_some()
        })
    }

    fn run(self, place: &str, id: u32, effect: Effect) -> Step {
        let flow = at(FLOW, place)
            .raw("ring", &self.issuer_keys.write())
            .text("issuer", &self.issuer)
            .text("token", &self.token)
            .text("drop", &self.drop)
            .bool("tried", self.tried)
            .finish();
        Step {
            flow,
            effects: [EffectRequest { id, effect }].into(),
            notices: Vec::new(),
            end: None,
        }
    }

    fn read(state: &Json) -> Option<Self> {
        let issuer_keys = IssuerKeys::read(&json::write(state.member("ring")?))?;
        let text = |name| member(state, name).to_owned();
        let tried = state.member("tried").and_then(Json::bool) == Some(true);
        Some(Self {
            issuer_keys,
            issuer: text("issuer"),
            token: text("token"),
            drop: text("drop"),
            tried,
        })
    }
}

impl Step {
    /// The end in this error.
    #[must_use]
    pub const fn fail(error: Error) -> Self {
        Self::end(String::new(), UnixTime(0), true, Some(error))
    }

    const fn end(issuer_keys: String, fresh: UnixTime, last: bool, failure: Option<Error>) -> Self {
        let end = Some(End { issuer_keys, fresh, last, failure });
        Self { flow: String::new(), effects: Vec::new(), notices: Vec::new(), end }
    }
}

/// `max-age` of a `Cache-Control` (RFC 9111 section 5.2.2.1), in seconds.
fn max_age(cache_control: &str) -> Option<u64> {
    let age = pieces(cache_control, b',').find_map(|one| one.trim().strip_prefix("max-age="))?;
    // 19 digits always fit. `str::parse` would look for an overflow, and in 128 bits.
    let is_number = matches!(age.len(), 1..=19) && age.bytes().all(|byte| byte.is_ascii_digit());
    let more =
        |age: u64, digit: u8| age.wrapping_mul(10).wrapping_add(digit.wrapping_sub(b'0').into());
    is_number.then(|| age.bytes().fold(0, more))
}

redact_debug! { Step, End }
