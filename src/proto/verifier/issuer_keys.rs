//! The cached keys of an issuer: the newest JWKS, the keys that disappeared from it, and the
//! dropped keys.
//!
//! It is stored as text, so that isolates can share it through a cache. Reading it applies the same
//! checks as reading a JWKS.

use crate::proto::effect::UnixTime;
use crate::proto::jose::jwk::{Jwk, KeySet, MAX_CANDIDATE_KEYS};
use crate::proto::jose::jws::UntrustedJws;
use crate::proto::provider::issuer::is_issuer;
use crate::proto::text::json::{self, Json, Writer};
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// The version of the text.
const VERSION: u64 = 1;
/// How long a JWKS is fresh if its server does not say, in seconds.
const DEFAULT_MAX_AGE_SECONDS: u64 = 600;
/// The limits for a server's `max-age`, in seconds: keys are not fetched every second, and a
/// withdrawn key is noticed within an hour.
const MAX_AGE_RANGE_SECONDS: (u64, u64) = (60, 3600);
/// How long after its fetch a JWKS may be used while the issuer is unreachable, in seconds.
const MAX_STALE_SECONDS: u64 = 24 * 60 * 60;
/// How long metadata is fresh, in seconds.
const METADATA_LIFETIME_SECONDS: u64 = 24 * 60 * 60;
/// The maximum number of dropped keys that are remembered.
const MAX_DROPPED: usize = 100;
/// The space for the keys that disappeared from the JWKS, in bytes: an issuer that publishes other
/// keys each time must not fill the memory. The newest ones stay.
const MAX_WITHDRAWN_BYTES: usize = 32 * 1024;
/// The bytes that a key counts for at least, so that at most 50 of them stay.
const MIN_WITHDRAWN_BYTES: usize = MAX_WITHDRAWN_BYTES / 50;

/// A key, and when it was last in the issuer's JWKS.
#[derive(Clone, Debug)]
pub struct IssuerKey {
    /// The key.
    pub key: Jwk,
    last_seen: u64,
}

/// Which keys count for a token of an issuer: those that are valid now and name no other issuer.
/// The choice of a key and the search for keys both use it, so that no search ends with a key that
/// is then refused.
#[derive(Clone, Copy, Debug)]
pub struct KeyFilter<'a> {
    /// The issuer, as the settings name it.
    pub issuer: &'a str,
    /// How long a key that disappeared from its JWKS stays valid, in seconds.
    pub grace: u64,
    /// The time.
    pub now: UnixTime,
}

/// The keys of one issuer.
#[derive(Clone, Debug, Default)]
pub struct IssuerKeys {
    /// The address of the JWKS; empty while it is unknown.
    pub jwks_uri: String,
    /// `id_token_signing_alg_values_supported` as words, if it is announced.
    pub announced: Option<String>,
    /// Every key that may still be valid.
    pub keys: Vec<IssuerKey>,
    /// The `iss` of its access tokens, if it announces another one (`access_token_issuer` of AD FS);
    /// otherwise empty.
    pub access_token_issuer: String,
    /// When the issuer was last asked for an unknown key, or did not answer.
    pub asked_at: u64,
    discovered: u64,
    fetched: u64,
    fresh_until: u64,
    dropped: Vec<String>,
}

impl IssuerKeys {
    /// Pinned keys, which do not expire.
    #[must_use]
    pub fn pinned(set: &KeySet) -> Self {
        let pinned = |key: &Jwk| IssuerKey { key: key.clone(), last_seen: u64::MAX };
        let keys = set.keys.iter().map(pinned).collect();
        let fetched = u64::MAX;
        Self { keys, fetched, fresh_until: fetched, ..Self::default() }
    }

    /// Reads a cached text. An unreadable one counts as empty.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        Self::of(&*json::read_object(text.as_bytes()).ok()?)
    }

    /// Reads a cached text that is parsed already.
    #[must_use]
    pub fn of(json: &Json) -> Option<Self> {
        let number = |name| json.member(name).and_then(Json::seconds);
        let text = |name| json.member(name).and_then(Json::text);
        let dropped = json.member("dropped").filter(|names| names.is_texts())?.list()?;
        if number("v") != Some(VERSION) || text("algs").is_none() && json.member("algs").is_some() {
            return None;
        }
        let (held, jwks_uri) = (json.member("held")?.list()?, text("jwks_uri")?);
        let (asked_at, discovered) = (number("asked")?, number("discovered")?);
        let (fetched, fresh_until) = (number("fetched")?, number("fresh")?);
        // Nothing is allocated before every value is there.
        let mut keys = Vec::new();
        for one in held {
            let last_seen = one.seconds_or("seen", 0);
            keys.extend(
                one.member("key").and_then(Jwk::read).map(|key| IssuerKey { key, last_seen }),
            );
        }
        Some(Self {
            jwks_uri: jwks_uri.to_owned(),
            announced: text("algs").map(ToOwned::to_owned),
            keys,
            access_token_issuer: text("at_iss").unwrap_or_default().to_owned(),
            asked_at,
            discovered,
            fetched,
            fresh_until,
            dropped: dropped.iter().filter_map(Json::text).map(ToOwned::to_owned).collect(),
        })
    }

    /// The text for the cache.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = Writer::new();
        out.number("v", VERSION).text("jwks_uri", &self.jwks_uri);
        out.optional_text("algs", self.announced.as_deref())
            .text("at_iss", &self.access_token_issuer)
            .number("asked", self.asked_at)
            .number("discovered", self.discovered)
            .number("fetched", self.fetched)
            .number("fresh", self.fresh_until)
            .open("held", '[');
        for IssuerKey { key, last_seen } in &self.keys {
            out.element('{').number("seen", *last_seen).open("key", '{');
            write_key(&mut out, key);
            out.close('}').close('}');
        }
        out.close(']').open("dropped", '[');
        for kid in &self.dropped {
            out.push(kid);
        }
        out.close(']').finish()
    }

    /// Takes the issuer's newest JWKS: its keys are seen now, missing keys stay valid for `grace`
    /// seconds after they were last seen, and a dropped key stays dropped. Returns whether there is
    /// a new key.
    pub fn take(&mut self, set: KeySet, max_age: Option<u64>, grace: u64, now: UnixTime) -> bool {
        let old = core::mem::take(&mut self.keys);
        self.keys.extend(set.keys.into_iter().map(|key| IssuerKey { key, last_seen: now.0 }));
        let has_new = self.keys.iter().any(|one| !has(&old, &one.key));
        let mut space = MAX_WITHDRAWN_BYTES;
        for one in old {
            if has(&self.keys, &one.key) || UnixTime(one.last_seen).plus(grace) <= now {
                continue;
            }
            // The list begins with the newest keys.
            match space.checked_sub(one.key.size().max(MIN_WITHDRAWN_BYTES)) {
                Some(left) => space = left,
                None => break,
            }
            self.keys.push(one);
        }
        self.remove_dropped();
        self.fetched = now.0;
        let age = max_age
            .unwrap_or(DEFAULT_MAX_AGE_SECONDS)
            .clamp(MAX_AGE_RANGE_SECONDS.0, MAX_AGE_RANGE_SECONDS.1);
        self.fresh_until = now.plus(age).0;
        has_new
    }

    /// Stores the values of the metadata.
    pub fn discover(
        &mut self,
        jwks_uri: &str,
        announced: Option<&Json>,
        access_token_issuer: &str,
        now: UnixTime,
    ) {
        jwks_uri.clone_into(&mut self.jwks_uri);
        self.announced = announced.map(Json::joined);
        access_token_issuer.clone_into(&mut self.access_token_issuer);
        self.discovered = now.0;
    }

    /// Drops every key with this kid.
    pub fn drop_kid(&mut self, kid: &str) {
        self.dropped.retain(|known| known != kid);
        if self.dropped.len() >= MAX_DROPPED {
            self.dropped.remove(0);
        }
        self.dropped.push(kid.to_owned());
        self.remove_dropped();
    }

    fn remove_dropped(&mut self) {
        let dropped = &self.dropped;
        let is_dropped = |key: &Jwk| key.kid.as_ref().is_some_and(|kid| dropped.contains(kid));
        self.keys.retain(|one| !is_dropped(&one.key));
    }

    /// Drops every key that a text of [`IssuerKeys::dropped_text`] names. An unreadable text names
    /// none.
    pub fn drop_all(&mut self, text: &str) {
        let names = json::read(text.as_bytes()).unwrap_or_default();
        for name in names.list().unwrap_or_default() {
            let kid = name.text().unwrap_or_default();
            if !kid.is_empty() && !self.dropped.iter().any(|known| known == kid) {
                self.drop_kid(kid);
            }
        }
    }

    /// The kids of the dropped keys, as a JSON list.
    #[must_use]
    pub fn dropped_text(&self) -> String {
        let names = self.dropped.iter().cloned().map(json::Text::from).map(Json::Text).collect();
        json::write(&Json::List(json::store_list(names)))
    }

    /// Adds the keys that another isolate dropped.
    pub fn add_dropped_of(&mut self, other: &Self) {
        for kid in &other.dropped {
            if !self.dropped.contains(kid) {
                self.drop_kid(kid);
            }
        }
    }

    /// Whether metadata must be fetched again.
    #[must_use]
    pub fn needs_metadata(&self, now: UnixTime) -> bool {
        self.jwks_uri.is_empty() || UnixTime(self.discovered).plus(METADATA_LIFETIME_SECONDS) <= now
    }

    /// Whether it was fetched after the other, or in the same second with another key.
    #[must_use]
    pub fn is_newer_than(&self, other: &Self) -> bool {
        self.fetched > other.fetched
            || self.fetched == other.fetched && self.has_key_missing_in(other)
    }

    /// Whether it has a key that the other lacks.
    #[must_use]
    pub fn has_key_missing_in(&self, other: &Self) -> bool {
        self.keys.iter().any(|one| !has(&other.keys, &one.key))
    }

    /// Until when no fetch is needed.
    #[must_use]
    pub const fn fresh_until(&self) -> UnixTime {
        UnixTime(self.fresh_until)
    }

    /// Until when it may be used while the issuer is unreachable.
    #[must_use]
    pub const fn usable_until(&self) -> UnixTime {
        UnixTime(self.fetched).plus(MAX_STALE_SECONDS)
    }

    /// Whether it has keys that are not too old.
    #[must_use]
    pub fn is_usable(&self, now: UnixTime) -> bool {
        !self.keys.is_empty() && now < self.usable_until()
    }

    /// Until when a key is valid: as long as its set, or for its grace period after it disappeared.
    #[must_use]
    pub fn valid_until(&self, key: &IssuerKey, grace: u64) -> UnixTime {
        if key.last_seen >= self.fetched {
            return self.usable_until();
        }
        UnixTime(key.last_seen).plus(grace).min(self.usable_until())
    }

    /// The key that counts and that the token names by its `kid`. If there is none, a rotated key
    /// and a forged signature look the same.
    #[must_use]
    pub fn find_named(&self, jws: &UntrustedJws, filter: KeyFilter<'_>) -> Option<&Jwk> {
        let kid = jws.kid()?;
        let is_named =
            |one: &&IssuerKey| one.key.kid.as_deref() == Some(kid) && self.counts(one, jws, filter);
        self.keys.iter().find(is_named).map(|one| &one.key)
    }

    /// The keys to try on a token, with their positions: of the keys that count, those with its
    /// `kid`; if it has none, or no key has it, the keys without a `kid`. A key that does not fit
    /// `alg` is never tried, and at most eight are.
    pub fn candidates(
        &self,
        jws: &UntrustedJws,
        filter: KeyFilter<'_>,
    ) -> impl Iterator<Item = (u32, &IssuerKey)> {
        let kid = jws.kid();
        let wanted = kid.filter(|_| self.find_named(jws, filter).is_some());
        let fits = move |(_, one): &(u32, &IssuerKey)| {
            (kid.is_none() || one.key.kid.as_deref() == wanted)
                && one.key.fits(jws.alg())
                && self.counts(one, jws, filter)
        };
        (0..).zip(&self.keys).filter(fits).take(MAX_CANDIDATE_KEYS)
    }

    /// Some sets serve several tenants, and name the issuer of a key.
    fn counts(&self, one: &IssuerKey, jws: &UntrustedJws, filter: KeyFilter<'_>) -> bool {
        let is_ours = one.key.issuer.as_deref().is_none_or(|owner| {
            let (iss, tid) = (jws.unverified_member("iss"), jws.unverified_member("tid"));
            // The token of an alias, such as v1 of Entra ID, has another `iss` than the key.
            owner == filter.issuer
                || is_issuer(owner, filter.issuer, tid)
                || is_issuer(owner, iss.unwrap_or_default(), tid)
        });
        is_ours && self.valid_until(one, filter.grace) > filter.now
    }
}

/// Whether the list contains the same key with the same kid.
fn has(all: &[IssuerKey], key: &Jwk) -> bool {
    let is_same = |a: &Jwk| a.kid == key.kid && a.alg == key.alg && a.members() == key.members();
    all.iter().any(|one| is_same(&one.key))
}

fn write_key(out: &mut Writer, key: &Jwk) {
    for (name, value) in key.members() {
        out.text(name, &value);
    }
    out.optional_text("kid", key.kid.as_deref());
    out.optional_text("alg", key.alg.as_deref());
    out.optional_text("issuer", key.issuer.as_deref());
}
