//! Searches the keys of an issuer in the cache and at the issuer: when no fetch is needed, when it
//! is time, and what to do after a failure.
//!
//! `LOADING_DROPPED_KEYS` → (`STORING_DROPPED_KEYS`) → `LOADING_KEYS` → (`FETCHING_KEY_METADATA`) →
//! `FETCHING_KEYS` → (`WAITING_FOR_NEW_KEY` → `FETCHING_KEYS`) → `STORING_KEYS`. After a failure
//! the cached keys stay. An unknown key causes at most two fetches in 30 seconds.

use super::config::VerifierConfig;
use super::discovery;
use super::issuer_keys::{IssuerKeys, KeyFilter};
use super::verify;
use crate::proto::effect::{Effect, EffectRequest, Input, Response, StorageArea, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::{jwks, response};
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::text::concat;
use crate::proto::text::json::{self, Json, Text};
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// The minimum time between two fetches for an unknown key, in seconds.
const UNKNOWN_KEY_RETRY_SECONDS: u64 = 30;
/// The minimum time between two fetches while there are no keys and the issuer fails, in seconds.
const UNAVAILABLE_RETRY_SECONDS: u64 = 5;
/// Some servers publish a new key a moment after they begin to sign with it: how long to wait for
/// it, in milliseconds.
const NEW_KEY_DELAY_MS: u32 = 1000;

/// The state of the search, its effects and its end.
pub struct Step {
    /// The flow as text; empty when it has ended.
    pub flow: String,
    /// The effects, in order.
    pub effects: Vec<EffectRequest>,
    /// Non-fatal failures.
    pub notices: Vec<Error>,
    /// How it ended.
    pub end: Option<End>,
}

/// How a search ends.
pub struct End {
    /// The text of the issuer's keys for this isolate's memory. It is set after a failure too,
    /// because it holds the time of the next fetch.
    pub issuer_keys: String,
    /// Until when no fetch is needed.
    pub fresh: UnixTime,
    /// Whether the next search for the same token would find no more: the issuer was asked, or it
    /// is too early to ask again.
    pub last: bool,
    /// Until when a search for an unknown key would find no more, if its keys stay fresh.
    pub quiet: UnixTime,
    /// Why there are no usable keys.
    pub failure: Option<Error>,
}

/// The state between two steps.
struct Search {
    /// The issuer's keys as found so far.
    issuer_keys: IssuerKeys,
    issuer: String,
    /// The token whose key is searched; empty: any fresh set is enough.
    token: String,
    /// The kid of a key to drop; empty: none.
    drop: String,
    /// Whether every cached key was tried on the token without success.
    tried: bool,
}

/// Begins a search. `held` is the text in this isolate's memory, or empty; `token` the token whose
/// key is searched, or empty; `drop` the kid of a key to drop, or empty.
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
    let (token, drop, tried) = (token.to_owned(), drop.to_owned(), !issuer_keys.keys.is_empty());
    let search = Search { issuer_keys, issuer, token, drop, tried };
    search.run(
        FlowState::LOADING_DROPPED_KEYS,
        EffectId::LOAD_DROPPED_KEYS,
        Effect::Load { area: StorageArea::Keys, key },
    )
}

/// Continues with the answer to an effect.
#[must_use]
pub fn resume(verifier: &VerifierConfig, flow: &str, input: Input<'_>, now: UnixTime) -> Step {
    let Ok(state) = json::read_object(flow.as_bytes()) else {
        return Step::fail(Code::Internal.into());
    };
    let Some(mut search) = Search::read(&state) else {
        return Step::fail(Code::Internal.into());
    };
    match (FlowState::of(&state), input) {
        (FlowState::LOADING_DROPPED_KEYS, Input::Text(EffectId::LOAD_DROPPED_KEYS, kept)) => {
            search.dropped_loaded(verifier, kept)
        }
        (FlowState::STORING_DROPPED_KEYS, Input::Done(EffectId::STORE_DROPPED_KEYS, _)) => {
            search.load(verifier)
        }
        (FlowState::LOADING_KEYS, Input::Text(EffectId::LOAD_KEYS, kept)) => {
            search.loaded(verifier, kept, now)
        }
        (
            FlowState::FETCHING_KEY_METADATA,
            Input::Response(
                id @ (EffectId::FETCH_METADATA | EffectId::FETCH_OAUTH_METADATA),
                response,
            ),
        ) => search.discovered(verifier, id, &response, now),
        (
            FlowState::FETCHING_KEYS,
            Input::Response(id @ (EffectId::FETCH_KEYS | EffectId::FETCH_FRESH_KEYS), response),
        ) => search.fetched(verifier, id, &response, now),
        (FlowState::FETCHING_KEY_METADATA, Input::Failure(_, why)) => {
            search.failed(verifier, response::failure(why, At::Metadata), now)
        }
        (FlowState::FETCHING_KEYS, Input::Failure(_, why)) => {
            search.failed(verifier, response::failure(why, At::JwksUri), now)
        }
        (FlowState::WAITING_FOR_NEW_KEY, Input::Done(EffectId::WAIT_FOR_NEW_KEY, _)) => {
            search.fetch(EffectId::FETCH_FRESH_KEYS)
        }
        (FlowState::STORING_KEYS, Input::Done(EffectId::STORE_KEYS, _)) => search.end(true, None),
        // An answer without a matching effect changes nothing.
        _ => Step { flow: flow.to_owned(), effects: Vec::new(), notices: Vec::new(), end: None },
    }
}

/// The cache key of an issuer's keys. It contains their address, so that keys of one address never
/// pass for those of another.
fn key(issuer: &str, verifier: &VerifierConfig) -> String {
    let url = || verifier.discovery_url(verifier.place(issuer)).map(Text::as_str);
    let address = verifier.jwks_uri().or_else(url).unwrap_or_default();
    concat(&["countersign:keys:1:", issuer, " ", address])
}

/// The cache key of an issuer's dropped keys. It is separate, so that writing an older key set does
/// not undo a drop.
fn dropped_key(issuer: &str) -> String {
    concat(&["countersign:dropped:1:", issuer])
}

impl Search {
    /// Merges the dropped keys of other isolates with those of this one, and shares them.
    fn dropped_loaded(&mut self, verifier: &VerifierConfig, kept: Option<&str>) -> Step {
        self.issuer_keys.drop_all(kept.unwrap_or_default());
        if self.drop.is_empty() {
            return self.load(verifier);
        }
        self.issuer_keys.drop_kid(&self.drop);
        let (key, text) = (dropped_key(&self.issuer), self.issuer_keys.dropped_text());
        self.run(
            FlowState::STORING_DROPPED_KEYS,
            EffectId::STORE_DROPPED_KEYS,
            Effect::Save { area: StorageArea::Keys, key, text },
        )
    }

    fn load(&self, verifier: &VerifierConfig) -> Step {
        let key = key(&self.issuer, verifier);
        self.run(
            FlowState::LOADING_KEYS,
            EffectId::LOAD_KEYS,
            Effect::Load { area: StorageArea::Keys, key },
        )
    }

    fn loaded(&mut self, verifier: &VerifierConfig, kept: Option<&str>, now: UnixTime) -> Step {
        if let Some(mut kept) = kept.and_then(IssuerKeys::read) {
            if kept.is_newer_than(&self.issuer_keys) {
                self.tried &= !kept.has_key_missing_in(&self.issuer_keys);
                core::mem::swap(&mut kept, &mut self.issuer_keys);
            }
            self.issuer_keys.add_dropped_of(&kept);
            self.issuer_keys.asked_at = self.issuer_keys.asked_at.max(kept.asked_at);
        }
        if !self.drop.is_empty() {
            return self.save(verifier);
        }
        let is_fresh = now < self.issuer_keys.fresh_until();
        if is_fresh && self.is_satisfied(verifier, now) {
            return self.end(false, None);
        }
        let is_empty = !self.issuer_keys.is_usable(now);
        let pause = if is_empty { UNAVAILABLE_RETRY_SECONDS } else { UNKNOWN_KEY_RETRY_SECONDS };
        if now < UnixTime(self.issuer_keys.asked_at).plus(pause) {
            return self.end(true, is_empty.then_some(Code::KeysUnavailable.into()));
        }
        self.ask(verifier, now)
    }

    fn ask(&mut self, verifier: &VerifierConfig, now: UnixTime) -> Step {
        if self.issuer_keys.is_usable(now) && !self.is_satisfied(verifier, now) {
            self.issuer_keys.asked_at = now.0;
        }
        if let Some(uri) = verifier.jwks_uri() {
            self.issuer_keys.discover(uri, None, "", now);
        }
        match self.issuer_keys.needs_metadata(now) {
            true => self.discover(verifier, EffectId::FETCH_METADATA),
            false => self.fetch(EffectId::FETCH_KEYS),
        }
    }

    fn discover(&self, verifier: &VerifierConfig, id: EffectId) -> Step {
        let request = Effect::Send(discovery::request(verifier, verifier.place(&self.issuer), id));
        self.run(FlowState::FETCHING_KEY_METADATA, id, request)
    }

    /// Tries OpenID's address first, and OAuth's (RFC 8414) if nothing is there.
    fn discovered(
        &mut self,
        verifier: &VerifierConfig,
        id: EffectId,
        response: &Response<'_>,
        now: UnixTime,
    ) -> Step {
        let place = verifier.place(&self.issuer);
        if response.status == 404 && discovery::has_other_address(verifier, place, id) {
            return self.discover(verifier, EffectId::FETCH_OAUTH_METADATA);
        }
        let json = match response::json_object(response, At::Metadata) {
            Ok(json) => json,
            Err(error) => return self.failed(verifier, error, now),
        };
        match discovery::read_keys(verifier, place, &json) {
            Ok((uri, announced)) => {
                let access_token_issuer = member(&json, "access_token_issuer");
                self.issuer_keys.discover(uri, announced, access_token_issuer, now);
                self.fetch(EffectId::FETCH_KEYS)
            }
            Err(error) => self.failed(verifier, error, now),
        }
    }

    fn fetch(&self, id: EffectId) -> Step {
        // A cached set gives no new information about an unknown key.
        let fresh = !self.issuer_keys.keys.is_empty();
        let request = jwks::request(&self.issuer_keys.jwks_uri, fresh);
        self.run(FlowState::FETCHING_KEYS, id, Effect::Send(request))
    }

    fn fetched(
        &mut self,
        verifier: &VerifierConfig,
        id: EffectId,
        response: &Response<'_>,
        now: UnixTime,
    ) -> Step {
        let set = match jwks::read(response) {
            // A JWKS without a usable key is ignored: the cached keys stay.
            Ok(set) if !set.keys.is_empty() => set,
            Ok(_) => return self.failed(verifier, Error::at(Code::KeysInvalid, At::JwksUri), now),
            Err(error) => return self.failed(verifier, error, now),
        };
        let knew_some = !self.issuer_keys.keys.is_empty();
        let max_age = jwks::max_age(response.cache_control);
        let grace = verifier.key_grace(verifier.place(&self.issuer));
        self.tried &= !self.issuer_keys.take(set, max_age, grace, now);
        if knew_some && id == EffectId::FETCH_KEYS && !self.is_satisfied(verifier, now) {
            return self.run(
                FlowState::WAITING_FOR_NEW_KEY,
                EffectId::WAIT_FOR_NEW_KEY,
                Effect::Wait { delay_ms: NEW_KEY_DELAY_MS },
            );
        }
        self.save(verifier)
    }

    /// Keeps the cached keys and delays the next fetch.
    fn failed(&mut self, verifier: &VerifierConfig, error: Error, now: UnixTime) -> Step {
        self.issuer_keys.asked_at = now.0;
        let is_good = self.issuer_keys.is_usable(now);
        let end = self.end(true, Some(error)).end;
        let mut step = self.save(verifier);
        step.notices.push(error);
        if !is_good {
            step.end = end;
        }
        step
    }

    fn save(&self, verifier: &VerifierConfig) -> Step {
        let (key, text) = (key(&self.issuer, verifier), self.issuer_keys.write());
        self.run(
            FlowState::STORING_KEYS,
            EffectId::STORE_KEYS,
            Effect::Save { area: StorageArea::Keys, key, text },
        )
    }

    fn end(&self, last: bool, failure: Option<Error>) -> Step {
        let quiet = UnixTime(self.issuer_keys.asked_at).plus(UNKNOWN_KEY_RETRY_SECONDS);
        let (issuer_keys, fresh) = (self.issuer_keys.write(), self.issuer_keys.fresh_until());
        Step::end(End { issuer_keys, fresh, last, quiet, failure })
    }

    /// Whether there is a key to try on the token.
    fn is_satisfied(&self, verifier: &VerifierConfig, now: UnixTime) -> bool {
        let grace = verifier.key_grace(verifier.place(&self.issuer));
        let filter = KeyFilter { issuer: &self.issuer, grace, now };
        verify::read(verifier, &self.token).map_or(true, |jws| {
            let is_spent = self.tried && self.issuer_keys.find_named(&jws, filter).is_none();
            !is_spent && self.issuer_keys.candidates(&jws, filter).next().is_some()
        })
    }

    fn run(&self, state: FlowState, id: EffectId, effect: Effect) -> Step {
        let flow = state
            .begin_text()
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
        let issuer_keys = IssuerKeys::of(state.member("ring")?)?;
        let text = |name| member(state, name).to_owned();
        let tried = state.is_true("tried");
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
    /// Ends with this error.
    #[must_use]
    pub const fn fail(error: Error) -> Self {
        let never = UnixTime(0);
        let issuer_keys = String::new();
        Self::end(End { issuer_keys, fresh: never, last: true, quiet: never, failure: Some(error) })
    }

    const fn end(end: End) -> Self {
        Self { flow: String::new(), effects: Vec::new(), notices: Vec::new(), end: Some(end) }
    }
}

redact_debug! { Step, End }
