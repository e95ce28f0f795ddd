//! The stores: one for all tabs or one per tab, and a tab's memory for what the store refused, as
//! the package's `host/browser/storage.ts` does.

use super::event::{FlowId, TabId};
use super::ledger::{bit, family_of, refresh_number};
use super::tab::{HostAnswer, Kind, Run};
use super::world::{Planted, World};
use countersign::proto::effect::StorageArea;
use countersign::proto::effect_id::EffectId;

impl World<'_> {
    fn slot(&mut self, tab: TabId) -> &mut Option<String> {
        if self.rules.per_tab { &mut self.tabs[usize::from(tab)].own } else { &mut self.store }
    }

    pub fn load(
        &mut self,
        flow: FlowId,
        tab: TabId,
        area: StorageArea,
        key: &str,
    ) -> Option<String> {
        if area == StorageArea::Pending {
            return self.pending.get(key).cloned();
        }
        if self.rules.planted == Some(Planted::LockForAll) {
            let own = self.run(flow).map(|run| run.began_with.clone());
            if let Some(own) = own.filter(|own| !own.is_empty()) {
                return Some(own);
            }
        }
        let memory = self.tab(tab).memory.clone();
        memory.or_else(|| self.slot(tab).clone())
    }

    pub fn save(&mut self, tab: TabId, area: StorageArea, key: String, text: String) -> bool {
        let works = self.storage_works;
        if area == StorageArea::Pending {
            if works {
                self.pending.insert(key, text);
            }
            return works;
        }
        if works {
            if self.tab(tab).memory.take().is_some() {
                self.keep_again(&text);
            }
            *self.slot(tab) = Some(text);
            return true;
        }
        // An older text must not stay either, and return as the session after a reload.
        let lost = self.slot(tab).take();
        self.ledger.may_end |= lost.as_deref().and_then(family_of).map_or(0, bit);
        self.tab(tab).memory = Some(text);
        false
    }

    /// A tab that a sign-out has not reached yet stores what the store refused: other tabs find it
    /// there until then.
    fn keep_again(&mut self, text: &str) {
        let family = family_of(text).map_or(0, bit);
        self.ledger.may_end |= family;
        self.ledger.signed_out &= !family;
        for tab in &mut self.tabs {
            tab.left &= !family;
        }
    }

    pub fn swap(
        &mut self,
        flow: FlowId,
        tab: TabId,
        id: EffectId,
        was: &str,
        text: String,
    ) -> HostAnswer {
        let key = String::new();
        let there = self.load(flow, tab, StorageArea::Session, &key);
        let is_blind = self.rules.planted == Some(Planted::SwapWithoutComparing);
        if there.as_deref() != Some(was) && !is_blind {
            return HostAnswer::Text(there);
        }
        let step = self.ledger.step;
        if let Some(run) = self.run(flow).filter(|_| id == EffectId::STORE_SENT_MARK) {
            run.track.marked_at = Some(step);
        }
        if self.rules.planted == Some(Planted::MarkForgotten) && !text.is_empty() {
            let is_new = refresh_number(&text) > refresh_number(was);
            if is_new || text.contains("\"sent\":") {
                return HostAnswer::Done(true);
            }
        }
        if self.tab(tab).memory.is_some() && self.slot(tab).is_some() {
            let is_kept = text.is_empty();
            self.tab(tab).memory = Some(text).filter(|text| !text.is_empty());
            return HostAnswer::Done(is_kept);
        }
        if text.is_empty() {
            self.tab(tab).memory = None;
            *self.slot(tab) = None;
            return HostAnswer::Done(true);
        }
        HostAnswer::Done(self.save(tab, StorageArea::Session, key, text))
    }

    pub fn forget(&mut self, flow: FlowId, tab: TabId, id: EffectId, area: StorageArea, key: &str) {
        if area == StorageArea::Pending {
            self.pending.remove(key);
            return;
        }
        let is_first = |run: &mut Run| {
            run.kind == Kind::SignOut && !std::mem::replace(&mut run.track.has_forgotten, true)
        };
        if id == EffectId::REMOVE_SESSION && self.run(flow).is_some_and(is_first) {
            self.forget_at_a_sign_out(tab);
            // Another tab may have read the old text in between.
            if self.rules.planted != Some(Planted::TabsThatForgetOnce) {
                self.forget_shown(tab);
            }
        }
        self.tab(tab).memory = None;
        *self.slot(tab) = None;
    }
}
