//! A device with tabs, a network and a provider. What happens next is not decided here.

use super::event::{Event, Fate, FlowId, Person, TabId};
use super::ledger::{Ledger, Wrong, bit, family_of};
use super::provider::{IdTokens, Provider};
use super::tab::{Page, Run, Said, Tab, Under};
use countersign::proto::config::Config;
use countersign::proto::effect::{Failure, UnixTime};
use std::collections::BTreeMap;

pub const START: u64 = 1_700_000_000;

/// Faults that are planted in a world, for the tests that show that they are found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Planted {
    /// Every tab has the lock at once, and reads what it knew already.
    LockForAll,
    /// A text is kept whatever is there.
    SwapWithoutComparing,
    /// A newer refresh token is not kept, nor that the older one was sent.
    MarkForgotten,
    /// What was under way when a tab forgot somebody is shown when it comes in.
    TabsThatForgetOnce,
}

/// What kind of world it is.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    pub tabs: u8,
    /// Whether every tab keeps its session where only it sees it.
    pub per_tab: bool,
    pub rotates: bool,
    /// For how many seconds the provider takes a replaced token, as the app's settings say.
    pub grace: u64,
    /// Whether the app has a page for hidden frames.
    pub silent: bool,
    pub id_tokens: IdTokens,
    pub planted: Option<Planted>,
}

/// A request that left a tab. Its answer may find nobody.
pub struct Sent {
    pub flow: FlowId,
    pub wish: u32,
    pub url: String,
    pub body: String,
    pub arrivals: u8,
}

pub struct World<'a> {
    pub config: &'a Config,
    pub rules: Rules,
    pub provider: Provider,
    pub now: u64,
    /// By how many seconds the device's clock is fast.
    pub clock: i64,
    pub was_set: bool,
    pub store: Option<String>,
    pub storage_works: bool,
    pub pending: BTreeMap<String, String>,
    /// Who holds the lock.
    pub lock: Option<FlowId>,
    pub tabs: Vec<Tab>,
    pub runs: Vec<Run>,
    pub network: Vec<Sent>,
    pub ledger: Ledger,
    /// What happened since everybody calmed down.
    pub calm: Vec<Event>,
    /// Whether all that will ever be asked was asked, so that no word is heard any more.
    pub is_late: bool,
}

impl<'a> World<'a> {
    pub fn new(config: &'a Config, rules: Rules) -> Self {
        let tabs = (0..rules.tabs).map(|_| Tab::default()).collect();
        Self {
            config,
            rules,
            provider: Provider::new(rules.rotates, rules.grace, rules.id_tokens),
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

    /// The time as the device has it.
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

    /// The tab, if a page of ours is there and awake.
    pub fn page(&mut self, tab: TabId) -> Option<&mut Tab> {
        let tab = self.tabs.get_mut(usize::from(tab))?;
        (tab.page == Page::Here && !tab.is_frozen).then_some(tab)
    }

    /// Lets an event happen, if it can, and looks whether anything is wrong.
    pub fn happen(&mut self, event: Event) -> bool {
        self.ledger.step += 1;
        // Only a wish that comes true changes what is kept, but for a tab that is opened as a copy.
        let kept: Vec<_> = match event {
            Event::Grant { .. } => self.places().map(|text| text.map(str::to_owned)).collect(),
            _ => Vec::new(),
        };
        let has_happened = self.try_happen(event).is_some();
        if has_happened {
            self.check(&kept);
        }
        has_happened
    }

    /// What is kept, place by place.
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
            Event::Grant { flow } => self.grant(flow),
            Event::Lock { flow } => self.give_lock(flow),
            Event::Answer { flow, wish } => self.answer(flow, wish),
            Event::Arrive { flow, wish, fate } => self.arrive(flow, wish, fate, false),
            Event::Repeat { flow, wish } => self.arrive(flow, wish, Fate::Served, true),
            Event::Lose { flow, wish, offline } => self.lose(flow, wish, offline),
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
                self.ledger.excused |= theirs.map(|(at, _)| bit(at)).sum::<u64>();
                Some(())
            }
        }
    }

    fn arrive(&mut self, flow: FlowId, wish: u32, fate: Fate, again: bool) -> Option<()> {
        let is_it = |sent: &&mut Sent| {
            (sent.flow, sent.wish, sent.arrivals) == (flow, wish, u8::from(again))
        };
        let sent = self.network.iter_mut().find(is_it)?;
        sent.arrivals += 1;
        let refused_before: u64 = mask(&self.provider);
        let replaced_before: Vec<_> = self.provider.newest().collect();
        let (status, retry_after, body) =
            self.provider.serve(&sent.url, &sent.body, fate, self.now);
        if again {
            // What the network repeats is nobody's fault: a refusal, or a token that it replaces.
            self.ledger.uncertain |= mask(&self.provider) & !refused_before;
            let both = self.provider.newest().zip(replaced_before).enumerate();
            let replaced = both.filter(|(_, (now, before))| now != before);
            self.ledger.uncertain |= replaced.map(|(at, _)| bit(at)).sum::<u64>();
        }
        self.check_theft(refused_before);
        if fate == Fate::Forged {
            // What the provider itself garbles ends a session rightly.
            self.ledger.excused |= family_of(&body).map_or(0, bit);
        }
        let open = self.run(flow).and_then(|run| run.find(wish));
        if let Some(open) = open.filter(|open| matches!(open.state, Under::Sent { .. }) && !again) {
            open.state = Under::Said(Said::Response(status, retry_after, body));
        }
        Some(())
    }

    fn check_theft(&mut self, refused_before: u64) {
        let refused = mask(&self.provider) & !refused_before;
        let is_known = self.ledger.uncertain | self.ledger.gone | self.ledger.excused;
        if refused & !is_known != 0 {
            self.ledger.tell(Wrong::TakenForTheft, "a refresh token came twice".to_owned());
        }
    }

    fn lose(&mut self, flow: FlowId, wish: u32, offline: bool) -> Option<()> {
        let now = self.now;
        let is_it = |sent: &Sent| (sent.flow, sent.wish) == (flow, wish);
        let sent = self.network.iter().rev().find(|sent| is_it(sent));
        let has_arrived = sent.is_none_or(|sent| sent.arrivals > 0);
        if offline && has_arrived {
            return None;
        }
        let open = self.awake(flow)?.find(wish)?;
        let failure = match &open.state {
            Under::Sent { .. } if offline => Failure::Offline,
            Under::Sent { until } if now < *until => Failure::Network,
            Under::Sent { .. } => Failure::TimedOut,
            Under::Said(Said::Response(..)) if has_arrived => Failure::Network,
            _ => return None,
        };
        open.state = Under::Said(Said::Failure(failure));
        if offline {
            self.network.retain(|sent| !is_it(sent));
        }
        Some(())
    }

    fn person(&mut self, flow: FlowId, who: Option<Person>) -> Option<()> {
        let run = self.awake(flow)?;
        let open = run.open.iter_mut().find(|open| matches!(open.state, Under::Shown { .. }))?;
        let wish = open.wish;
        let Under::Shown { url, unseen, .. } = &open.state else { return None };
        let (url, unseen) = (url.clone(), *unseen);
        let began_with = family_of(&run.began_with);
        let tab = run.tab;
        if unseen {
            self.excuse_stranger(tab, began_with);
        }
        let said = match who {
            _ if unseen && who.is_some() => Said::Text(Some(self.provider.authorize_unseen(&url))),
            _ if unseen => Said::Text(None),
            Some(person) => Said::Text(Some(self.provider.authorize(&url, person))),
            None => Said::Failure(Failure::Closed),
        };
        let run = self.run(flow)?;
        run.find(wish)?.state = Under::Said(said);
        self.settle(flow);
        Some(())
    }

    /// A session ends rightly when the provider has somebody else, or nobody.
    fn excuse_stranger(&mut self, tab: TabId, began_with: Option<usize>) {
        let kept = if self.rules.per_tab { &self.tabs[usize::from(tab)].own } else { &self.store };
        let kept = kept.as_deref().and_then(family_of);
        for family in [began_with, kept].into_iter().flatten() {
            if self.provider.cookie != Some(self.provider.families[family].person) {
                self.ledger.excused |= bit(family);
            }
        }
    }
}

/// The sign-ins, one bit each, of which a token was refused as used.
fn mask(provider: &Provider) -> u64 {
    let refused = provider.families.iter().enumerate().filter(|(_, family)| family.refused);
    refused.map(|(at, _)| bit(at)).sum()
}
