//! An issuer's keys as they are kept: the newest set, what vanished from it, and what was dropped.
//!
//! A text, so that isolates can share it through a cache; who reads it believes nothing in it that
//! a key set's own reader would not.

use crate::proto::effect::UnixTime;
use crate::proto::jose::jwk::{Jwk, KeySet, MOST_CANDIDATES};
use crate::proto::jose::jws::UntrustedJws;
use crate::proto::text::json::{self, Json, Writer};
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// The version of the text.
const VERSION: u64 = 1;
/// How long a key set is good without a word of its server, in seconds.
const USUAL_AGE: u64 = 600;
/// A server's word counts between these (seconds): nobody is asked every second, and a key that was
/// withdrawn is missed within the hour.
const AGES: (u64, u64) = (60, 3600);
/// How long after it was fetched a set is believed while nothing newer can be had, in seconds.
const OLDEST: u64 = 24 * 60 * 60;
/// How long metadata is believed, in seconds.
const METADATA_AGE: u64 = 24 * 60 * 60;
/// How many dropped keys are remembered.
const MOST_DROPPED: usize = 100;

/// A key, and when it was last seen in the issuer's set.
#[derive(Clone, Debug)]
pub struct Held {
    /// The key.
    pub key: Jwk,
    seen: u64,
}

/// The keys of one issuer.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    /// Where the key set lies; empty while nobody knows.
    pub jwks_uri: String,
    /// `id_token_signing_alg_values_supported` as words, where it is announced.
    pub announced: Option<String>,
    /// Every key that may still count.
    pub held: Vec<Held>,
    /// When the issuer was last asked for a key that nobody knew, or did not answer.
    pub asked: u64,
    discovered: u64,
    fetched: u64,
    fresh_until: u64,
    dropped: Vec<String>,
}

impl Ring {
    /// The ring of keys that are pinned: they count for ever.
    #[must_use]
    pub fn pinned(set: &KeySet) -> Self {
        let held = |key: &Jwk| Held { key: key.clone(), seen: u64::MAX };
        let held = set.keys.iter().map(held).collect();
        let fetched = u64::MAX;
        Self { held, fetched, fresh_until: fetched, ..Self::default() }
    }

    /// Reads a kept text; an unreadable one is as good as none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let json = json::read_object(text.as_bytes()).ok()?;
        let number = |name| json.member(name).and_then(Json::seconds);
        if number("v") != Some(VERSION) {
            return None;
        }
        let mut ring = Self {
            jwks_uri: json.member("jwks_uri")?.text()?.to_owned(),
            announced: match json.member("algs") {
                None => None,
                Some(names) => Some(names.text()?.to_owned()),
            },
            held: Vec::new(),
            asked: number("asked")?,
            discovered: number("discovered")?,
            fetched: number("fetched")?,
            fresh_until: number("fresh")?,
            dropped: Vec::new(),
        };
        for one in json.member("held")?.list()? {
            let seen = one.member("seen").and_then(Json::seconds)?;
            let key = one.member("key").and_then(Jwk::read);
            ring.held.extend(key.map(|key| Held { key, seen }));
        }
        for kid in json.member("dropped")?.list()? {
            ring.dropped.push(kid.text()?.to_owned());
        }
        Some(ring)
    }

    /// The text to keep.
    #[must_use]
    pub fn write(&self) -> String {
        let mut out = Writer::new();
        out.number("v", VERSION).text("jwks_uri", &self.jwks_uri);
        out.maybe("algs", self.announced.as_deref())
            .number("asked", self.asked)
            .number("discovered", self.discovered)
            .number("fetched", self.fetched)
            .number("fresh", self.fresh_until)
            .open("held", '[');
        for Held { key, seen } in &self.held {
            out.element('{').number("seen", *seen).open("key", '{');
            write_key(&mut out, key);
            out.close('}').close('}');
        }
        out.close(']').open("dropped", '[');
        for kid in &self.dropped {
            out.push(kid);
        }
        out.close(']').finish()
    }

    /// Takes the issuer's newest set: its keys are seen now, those it lacks live on for `grace`
    /// seconds after their last sighting, and a dropped one stays dropped. Whether it has a key that
    /// was not there before.
    pub fn take(&mut self, set: KeySet, max_age: Option<u64>, grace: u64, now: UnixTime) -> bool {
        let old = core::mem::take(&mut self.held);
        self.held.extend(set.keys.into_iter().map(|key| Held { key, seen: now.0 }));
        let has_new = self.held.iter().any(|one| !has(&old, &one.key));
        for one in old {
            if !has(&self.held, &one.key) && UnixTime(one.seen).plus(grace) > now {
                self.held.push(one);
            }
        }
        let dropped = &self.dropped;
        self.held.retain(|one| !is_dropped(dropped, &one.key));
        self.fetched = now.0;
        let age = max_age.unwrap_or(USUAL_AGE).clamp(AGES.0, AGES.1);
        self.fresh_until = now.plus(age).0;
        has_new
    }

    /// Remembers what metadata said.
    pub fn discover(&mut self, jwks_uri: &str, announced: Option<&Json>, now: UnixTime) {
        jwks_uri.clone_into(&mut self.jwks_uri);
        self.announced = announced.map(Json::joined);
        self.discovered = now.0;
    }

    /// From now on, no key of this name counts.
    pub fn drop_kid(&mut self, kid: &str) {
        self.held.retain(|one| one.key.kid.as_deref() != Some(kid));
        self.dropped.retain(|known| known != kid);
        if self.dropped.len() >= MOST_DROPPED {
            self.dropped.remove(0);
        }
        self.dropped.push(kid.to_owned());
    }

    /// Drops every key that a text of [`Ring::dropped_text`] names; an odd text names none.
    pub fn drop_all(&mut self, text: &str) {
        let names = json::read(text.as_bytes()).unwrap_or(Json::Null);
        for name in names.list().unwrap_or_default() {
            let kid = name.text().unwrap_or_default();
            if !kid.is_empty() && !self.dropped.iter().any(|known| known == kid) {
                self.drop_kid(kid);
            }
        }
    }

    /// The names of the dropped keys, as a JSON list.
    #[must_use]
    pub fn dropped_text(&self) -> String {
        let names = self.dropped.iter().cloned().map(json::keep_text).map(Json::Text).collect();
        json::write(&Json::List(json::keep(names)))
    }

    /// Adds what another isolate dropped.
    pub fn heed(&mut self, other: &Self) {
        for kid in &other.dropped {
            if !self.dropped.contains(kid) {
                self.drop_kid(kid);
            }
        }
    }

    /// Whether metadata must be read anew.
    #[must_use]
    pub fn needs_metadata(&self, now: UnixTime) -> bool {
        self.jwks_uri.is_empty() || UnixTime(self.discovered).plus(METADATA_AGE) <= now
    }

    /// Whether it was fetched after the other, or in the same second and with another key.
    #[must_use]
    pub fn is_newer_than(&self, other: &Self) -> bool {
        self.fetched > other.fetched || self.fetched == other.fetched && self.has_more_than(other)
    }

    /// Whether it has a key that the other lacks.
    #[must_use]
    pub fn has_more_than(&self, other: &Self) -> bool {
        self.held.iter().any(|one| !has(&other.held, &one.key))
    }

    /// Until when nobody needs to be asked.
    #[must_use]
    pub const fn fresh_until(&self) -> UnixTime {
        UnixTime(self.fresh_until)
    }

    /// Until when it may be used while nothing newer can be had.
    #[must_use]
    pub const fn good_until(&self) -> UnixTime {
        UnixTime(self.fetched).plus(OLDEST)
    }

    /// Until when a key counts: as long as its set, or its grace where it vanished from it.
    #[must_use]
    pub fn counts_until(&self, held: &Held, grace: u64) -> UnixTime {
        if held.seen >= self.fetched {
            return self.good_until();
        }
        UnixTime(held.seen).plus(grace).min(self.good_until())
    }

    /// Whether the token names a key that is here. Where it does not, nobody can tell a rotated key
    /// from a forged signature.
    #[must_use]
    pub fn is_named(&self, jws: &UntrustedJws) -> bool {
        let kid = jws.kid();
        kid.is_some() && self.held.iter().any(|one| one.key.kid.as_deref() == kid)
    }

    /// The keys to try on a token, with their places: those of its `kid`, else, when the token
    /// names none or nobody knows the name, those without one; never one that does not fit `alg`,
    /// and never more than eight.
    pub fn candidates(&self, jws: &UntrustedJws) -> impl Iterator<Item = (u32, &Held)> {
        let kid = jws.kid();
        let knows_kid = self.held.iter().any(|one| one.key.kid.as_deref() == kid);
        let wanted = kid.filter(|_| knows_kid).map(ToOwned::to_owned);
        let (names_none, alg) = (kid.is_none(), jws.alg());
        let is_meant = move |key: &Jwk| names_none || key.kid == wanted;
        let fits = move |one: &(u32, &Held)| is_meant(&one.1.key) && one.1.key.fits(alg);
        (0..).zip(&self.held).filter(fits).take(MOST_CANDIDATES)
    }
}

fn is_dropped(dropped: &[String], key: &Jwk) -> bool {
    key.kid.as_ref().is_some_and(|kid| dropped.contains(kid))
}

/// Whether the same key is among these, under the same name.
fn has(all: &[Held], key: &Jwk) -> bool {
    let is_same = |a: &Jwk| a.kid == key.kid && a.alg == key.alg && a.members() == key.members();
    all.iter().any(|one| is_same(&one.key))
}

fn write_key(out: &mut Writer, key: &Jwk) {
    for (name, value) in key.members() {
        out.text(name, &value);
    }
    out.maybe("kid", key.kid.as_deref());
    out.maybe("alg", key.alg.as_deref());
    out.maybe("issuer", key.issuer.as_deref());
}
