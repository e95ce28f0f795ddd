//! A device with tabs, a network and a provider. Other modules choose the next event.

use super::event::{Event, Fate, FlowId, TabId};
use super::ledger::{Ledger, bit};
use super::provider::{IdTokens, Provider};
use super::tab::{Page, Run, Tab};
use countersign::proto::client::config::ClientConfig;
use countersign::proto::effect::UnixTime;
use countersign::proto::effect_id::EffectId;
use std::collections::BTreeMap;

pub const START: u64 = 1_700_000_000;

/// Faults that tests plant, to show that the invariants find them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Every tab gets the lock at once and reads its old copy.
    LockForAll,
    /// Every write to the store succeeds.
    SwapWithoutComparing,
    /// Neither a newer refresh token nor the mark that the older one was sent is stored.
    MarkForgotten,
    /// A tab that forgot its user shows the result of a flow that was under way.
    TabsThatForgetOnce,
}

/// The kind of a world.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub tabs: u8,
    /// Whether every tab has a store of its own.
    pub per_tab: bool,
    pub rotates: bool,
    /// The grace period for a rotated refresh token in the app's settings, in seconds.
    pub grace: u64,
    /// Whether the app has a page for hidden frames.
    pub silent: bool,
    /// Whether there are refresh tokens. Without them a page that starts with an expired token asks
    /// the provider by a silent redirect.
    pub refreshes: bool,
    pub id_tokens: IdTokens,
    /// The provider's word for a refresh token that is not valid any more.
    pub refusal: &'static str,
    pub planted: Option<Planted>,
}

/// A request that left a tab. The tab may be gone when the answer arrives.
pub struct Sent {
    pub flow: FlowId,
    pub id: EffectId,
    pub url: String,
    pub body: String,
    pub arrivals: u8,
}

pub struct World<'a> {
    pub config: &'a ClientConfig,
    pub rules: Rules,
    pub provider: Provider,
    pub now: u64,
    /// How far the device's clock is ahead, in seconds.
    pub clock: i64,
    pub was_set: bool,
    pub store: Option<String>,
    pub storage_works: bool,
    pub pending: BTreeMap<String, String>,
    /// The holder of the lock.
    pub lock: Option<FlowId>,
    pub tabs: Vec<Tab>,
    pub runs: Vec<Run>,
    pub network: Vec<Sent>,
    pub ledger: Ledger,
    /// The events since the network became reliable.
    pub calm: Vec<Event>,
    /// Whether no tab will ask for anything again, so that messages no longer matter.
    pub is_late: bool,
}

impl<'a> World<'a> {
    pub fn new(config: &'a ClientConfig, rules: Rules) -> Self {
        let tabs = (0..rules.tabs).map(|_| Tab::default()).collect();
        Self {
            config,
            rules,
            provider: Provider::new(&rules),
            now: START,
            clock: 0,
            was_set: false,
            store: None,
            storage_works: true,
            pending: BTreeMap::new(),
            lock: None,
            tabs,
            runs: Vec::new(),
            network: Vec::new(),
            ledger: Ledger::default(),
            calm: Vec::new(),
            is_late: false,
        }
    }

    /// The time of the device's clock.
    pub fn device_time(&self) -> UnixTime {
        UnixTime(self.now.saturating_add_signed(self.clock))
    }

    pub fn run(&mut self, flow: FlowId) -> Option<&mut Run> {
        self.runs.iter_mut().find(|run| run.id == flow)
    }

    /// The flow, if its tab is awake.
    pub fn awake(&mut self, flow: FlowId) -> Option<&mut Run> {
        let at = self.runs.iter().position(|run| run.id == flow)?;
        let is_frozen = self.tabs[usize::from(self.runs[at].tab)].is_frozen;
        self.runs.get_mut(at).filter(|_| !is_frozen)
    }

    pub fn tab(&mut self, tab: TabId) -> &mut Tab {
        &mut self.tabs[usize::from(tab)]
    }

    /// The tab, if a page of the app is open there and awake.
    pub fn page(&mut self, tab: TabId) -> Option<&mut Tab> {
        let tab = self.tabs.get_mut(usize::from(tab))?;
        (tab.page == Page::Here && !tab.is_frozen).then_some(tab)
    }

    /// Plays an event if it is possible, and checks the invariants.
    pub fn happen(&mut self, event: Event) -> bool {
        self.ledger.step += 1;
        // Only a performed effect changes the store, and opening a copied tab.
        let kept: Vec<_> = match event {
            Event::RunEffect { .. } => self.places().map(|text| text.map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        let has_happened = self.try_happen(event).is_some();
        if has_happened {
            self.check(&kept);
        }
        has_happened
    }

    /// The stored texts, place by place.
    fn places(&self) -> impl Iterator<Item = Option<&str>> {
        let own = self.tabs.iter().map(|tab| tab.own.as_deref());
        std::iter::once(self.store.as_deref()).chain(own)
    }

    fn check(&mut self, before: &[Option<String>]) {
        let copies = std::iter::once(false).chain(self.tabs.iter().map(|tab| tab.is_copy));
        let own = self.tabs.iter().map(|tab| tab.own.as_deref());
        let after = std::iter::once(self.store.as_deref()).chain(own);
        for ((before, after), is_copy) in before.iter().zip(after).zip(copies) {
            self.ledger.compare(before.as_deref(), after, &self.provider, is_copy);
        }
        for tab in &self.tabs {
            self.ledger.check_shown(tab);
        }
    }

    fn try_happen(&mut self, event: Event) -> Option<()> {
        match event {
            Event::Begin { flow, tab, what } => self.begin(flow, tab, what),
            Event::Hear { flow, tab } => self.hear(flow, tab),
            Event::RunEffect { flow } => self.run_effect(flow),
            Event::Lock { flow } => self.give_lock(flow),
            Event::Answer { flow, id } => self.answer(flow, id),
            Event::Arrive { flow, id, fate } => self.arrive(flow, id, fate, false),
            Event::Repeat { flow, id } => self.arrive(flow, id, Fate::Served, true),
            Event::Lose { flow, id, offline } => self.lose(flow, id, offline),
            Event::Person { flow, who } => self.person(flow, who),
            Event::Return { flow, tab, who } => self.come_back(flow, tab, who),
            Event::Freeze { tab } => self.freeze(tab),
            Event::Thaw { tab } => {
                let tab = self.tab(tab);
                std::mem::take(&mut tab.is_frozen).then_some(())
            }
            Event::Crash { tab } => self.crash(tab),
            Event::Open { flow, tab } => self.open(flow, tab),
            Event::Copy { flow, tab, from } => self.copy(flow, tab, from),
            Event::Pass { seconds } => {
                self.now += u64::from(seconds);
                Some(())
            }
            Event::SetClock { seconds } => {
                self.was_set = true;
                self.clock = i64::from(seconds);
                Some(())
            }
            Event::Storage { works } => {
                (std::mem::replace(&mut self.storage_works, works) != works).then_some(())
            }
            Event::Expel { who } => {
                self.provider.expel(who);
                let families = self.provider.families.iter().enumerate();
                let theirs = families.filter(|(_, family)| family.person == who);
                self.ledger.may_end |= theirs.map(|(at, _)| bit(at)).sum::<u64>();
                Some(())
            }
        }
    }
}
