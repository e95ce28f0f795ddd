//! The random choice of the next event: mostly a running flow continues; sometimes a tab gets a new
//! task, or something fails.

use super::event::{Event, Fate, FlowId, Person, What};
use super::provider::REFUSALS;
use super::random::Random;
use super::tab::{EffectState, HostAnswer, Page, Run};
use super::world::World;

/// Durations in seconds: shorter and longer than a request timeout, a lock timeout, a token
/// lifetime and the sleep of a laptop.
const PAUSES: [u32; 8] = [1, 3, 11, 13, 61, 245, 310, 4000];
const CLOCKS: [i32; 5] = [0, 90, -90, 3600, -3600];
const PERSONS: [Person; 3] = [1, 1, 2];

pub struct Chooser {
    pub random: Random,
    next_flow: FlowId,
    /// The remaining tasks for the tabs, and the remaining failures.
    asks: u32,
    faults: u32,
    choices: Vec<(u32, Event, Cost)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cost {
    Nothing,
    SignInOptions,
    Fault,
}

impl Chooser {
    pub fn new(mut random: Random, asks: u32) -> Self {
        let faults = random.below(4) as u32;
        Self { random, next_flow: 1, asks, faults, choices: Vec::new() }
    }

    /// The next event. `None` when everything is done.
    pub fn choose(&mut self, world: &World<'_>) -> Option<Event> {
        self.choices.clear();
        for run in &world.runs {
            if !world.tabs[usize::from(run.tab)].is_frozen {
                self.consider(world, run);
            }
        }
        self.consider_network(world);
        for tab in 0..world.rules.tabs {
            self.consider_tab(world, tab);
        }
        self.consider_device(world);
        let all: u32 = self.choices.iter().map(|choice| choice.0).sum();
        if all == 0 {
            return None;
        }
        let mut at = self.random.below(u64::from(all)) as u32;
        let chosen = self.choices.iter().find(|choice| {
            let is_it = at < choice.0;
            at = at.wrapping_sub(if is_it { 0 } else { choice.0 });
            is_it
        })?;
        let (_, event, cost) = *chosen;
        self.next_flow += 1;
        match cost {
            Cost::Nothing => {}
            Cost::SignInOptions => self.asks -= 1,
            Cost::Fault => self.faults -= 1,
        }
        Some(event)
    }

    fn may(&mut self, weight: u32, event: Event) {
        self.choices.push((weight, event, Cost::Nothing));
    }

    fn ask(&mut self, weight: u32, event: Event) {
        if self.asks > 0 {
            self.choices.push((weight, event, Cost::SignInOptions));
        }
    }

    fn fault(&mut self, weight: u32, event: Event) {
        if self.faults > 0 {
            self.choices.push((weight, event, Cost::Fault));
        }
    }

    fn consider(&mut self, world: &World<'_>, run: &Run) {
        let flow = run.id;
        if run.can_run_effect() {
            self.may(12, Event::RunEffect { flow });
        }
        if let Some((_, until)) = run.locking()
            && (world.lock.is_none() || world.now >= until)
        {
            self.may(12, Event::Lock { flow });
        }
        for open in &run.open {
            let id = open.id;
            match &open.state {
                EffectState::Answered(said) => {
                    if run.can_be_answered() {
                        self.may(12, Event::Answer { flow, id });
                    }
                    if matches!(said, HostAnswer::Response(..)) {
                        self.fault(2, Event::Lose { flow, id, offline: false });
                    }
                }
                EffectState::Sent { .. } => {
                    self.fault(1, Event::Lose { flow, id, offline: false });
                    self.fault(1, Event::Lose { flow, id, offline: true });
                }
                EffectState::Shown { .. } => {
                    let who = Some(self.random.pick(&PERSONS));
                    self.may(6, Event::Person { flow, who });
                    self.may(2, Event::Person { flow, who: None });
                }
                EffectState::Locking { .. } => {}
            }
        }
    }

    fn consider_network(&mut self, world: &World<'_>) {
        for sent in &world.network {
            let (flow, id) = (sent.flow, sent.id);
            let is_for_tokens = sent.url.ends_with("/t");
            if sent.arrivals == 0 {
                self.may(12, Event::Arrive { flow, id, fate: Fate::Served });
                self.fault(1, Event::Arrive { flow, id, fate: Fate::Down });
                if is_for_tokens {
                    let refusal = Fate::Refused(self.random.pick(&REFUSALS));
                    for fate in [Fate::TooMany(30), Fate::Garbled, Fate::Forged, refusal] {
                        self.fault(1, Event::Arrive { flow, id, fate });
                    }
                }
            } else if sent.arrivals == 1 && sent.body.starts_with("grant_type=refresh") {
                self.fault(1, Event::Repeat { flow, id });
            }
        }
    }

    fn consider_tab(&mut self, world: &World<'_>, tab: u8) {
        let flow = self.next_flow;
        let own = &world.tabs[usize::from(tab)];
        match &own.page {
            Page::Here if own.is_frozen => self.may(3, Event::Thaw { tab }),
            Page::Here => {
                if world.can_hear(tab) {
                    self.may(8, Event::Hear { flow, tab });
                }
                for (weight, what) in [
                    (1, What::Look),
                    (5, What::NeedToken),
                    (1, What::NeedAnotherToken),
                    (1, What::SignOut),
                    (1, What::SignInByPage),
                    (1, What::SignInByPopup),
                ] {
                    self.ask(weight, Event::Begin { flow, tab, what });
                }
                self.fault(2, Event::Freeze { tab });
                self.fault(2, Event::Crash { tab });
            }
            Page::Away(url) => {
                let who = Some(self.random.pick(&PERSONS));
                let weight = if url.contains("prompt=none") { 2 } else { 6 };
                self.may(weight, Event::Return { flow, tab, who });
                self.may(1, Event::Return { flow, tab, who: None });
            }
            Page::Gone => {
                self.may(3, Event::Open { flow, tab });
                let from = self.random.below(u64::from(world.rules.tabs)) as u8;
                if world.rules.per_tab && from != tab {
                    self.may(6, Event::Copy { flow, tab, from });
                }
            }
        }
    }

    fn consider_device(&mut self, world: &World<'_>) {
        let seconds = self.random.pick(&PAUSES);
        if world.network.iter().any(|sent| sent.arrivals == 0) || self.asks > 0 {
            self.may(2, Event::Pass { seconds });
        }
        let clock = self.random.pick(&CLOCKS);
        self.fault(1, Event::SetClock { seconds: clock });
        self.fault(1, Event::Expel { who: 1 });
        if world.storage_works {
            self.fault(1, Event::Storage { works: false });
        } else {
            self.may(3, Event::Storage { works: true });
        }
    }
}
