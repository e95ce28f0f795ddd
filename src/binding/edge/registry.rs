//! The verifiers of an instance: their checked settings and their keys.
//!
//! The number is bounded, because some apps make a verifier per request. A handle names its slot
//! and the slot's generation, so that it never reaches another verifier's settings.

use crate::host::web::single::Single;
use crate::proto::error::Error;
use crate::proto::text::json::Writer;
use crate::proto::verifier::config::VerifierConfig;
use crate::proto::verifier::issuer_keys::IssuerKeys;
use crate::proto::verifier::verify::LoadedKeys;
use alloc::{string::String, vec::Vec};

/// The maximum number of verifiers of an instance.
const MAX_VERIFIERS: u32 = 64;

/// One verifier.
struct Slot {
    generation: u32,
    used: u32,
    verifier: VerifierConfig,
    loaded: Vec<Option<LoadedKeys>>,
}

struct Registry {
    slots: Vec<Slot>,
    /// The number of registrations so far.
    generation: u32,
    /// The number of uses so far: the slot that was used last has the largest number.
    uses: u32,
}

static REGISTRY: Single<Registry> =
    Single::new(Registry { slots: Vec::new(), generation: 0, uses: 0 });

/// A new handle for these settings.
pub(super) fn register(settings: &str) -> Result<u32, Error> {
    REGISTRY.with(|registry| registry.register(settings))
}

/// Gives a verifier the keys of an issuer; `first` is the number of the first key. Returns what the
/// host must know of them, or `None` for an unknown handle.
pub(super) fn load(handle: u32, issuer: u32, text: &str, first: u32) -> Option<String> {
    REGISTRY.with(|registry| registry.load(handle, issuer, text, first))
}

/// Calls a function with a verifier and its keys. Returns `None` for an unknown handle.
pub(super) fn with<T>(
    handle: u32,
    work: impl FnOnce(&VerifierConfig, &[Option<LoadedKeys>]) -> T,
) -> Option<T> {
    REGISTRY.with(|registry| {
        let slot = registry.slot(handle)?;
        Some(work(&slot.verifier, &slot.loaded))
    })
}

impl Registry {
    fn register(&mut self, settings: &str) -> Result<u32, Error> {
        let verifier = VerifierConfig::read(settings)?;
        self.generation = self.generation.wrapping_add(1);
        let loaded = verifier.issuers.iter().map(|_| None).collect();
        let (generation, used) = (self.generation, self.uses);
        let slot = Slot { generation, used, verifier, loaded };
        let place = self.free_place();
        match self.slots.get_mut(place) {
            Some(old) => *old = slot,
            None => self.slots.push(slot),
        }
        Ok(handle(place, generation))
    }

    /// A slot beyond the end, or the least recently used one.
    fn free_place(&self) -> usize {
        if self.slots.len() < MAX_VERIFIERS as usize {
            return self.slots.len();
        }
        let oldest = self.slots.iter().enumerate().min_by_key(|(_, slot)| slot.used);
        oldest.map_or(0, |(place, _)| place)
    }

    fn slot(&mut self, handle: u32) -> Option<&mut Slot> {
        self.uses = self.uses.wrapping_add(1);
        let slot = self.slots.get_mut((handle % MAX_VERIFIERS) as usize)?;
        slot.used = self.uses;
        Some(slot).filter(|slot| slot.generation == handle / MAX_VERIFIERS)
    }

    fn load(&mut self, handle: u32, issuer: u32, text: &str, first: u32) -> Option<String> {
        let slot = self.slot(handle)?;
        let mut issuer_keys = match &slot.verifier.pinned {
            Some(set) => IssuerKeys::pinned(set),
            None => IssuerKeys::read(text)?,
        };
        if slot.verifier.pinned.is_some() {
            issuer_keys.drop_all(text);
        }
        let place = slot.loaded.get_mut(issuer as usize)?;
        let mut out = Writer::new();
        out.text("kind", "loaded").open("keys", '[');
        for entry in &issuer_keys.keys {
            out.element('[');
            for (name, value) in entry.key.members() {
                out.element('[').push(name).push(&value).close(']');
            }
            out.close(']');
        }
        *place = Some(LoadedKeys { issuer_keys, first });
        Some(out.close(']').finish())
    }
}

const fn handle(place: usize, generation: u32) -> u32 {
    generation.wrapping_mul(MAX_VERIFIERS).wrapping_add(place as u32)
}
