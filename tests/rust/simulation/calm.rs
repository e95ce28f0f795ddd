//! The phase without failures: every task is served in a fixed order until nothing is left, and
//! then the final invariants must hold.

use super::event::{Event, Fate, FlowId, Person, What};
use super::ledger::{Wrong, bit, family_of};
use super::tab::{EffectState, Page};
use super::world::World;
use countersign::proto::error::{Code, Error};

/// The maximum number of events in this phase. A flow that needs more hangs.
const MAX_CALM_EVENTS: u32 = 3000;
/// The first number of a flow that begins in this phase.
const FLOWS: FlowId = 1_000_000;
/// A time longer than any wait that a provider may ask for, in seconds.
const LATER: u32 = 4000;

impl World<'_> {
    /// Plays the phase and checks the final invariants.
    pub fn calm_down(&mut self) {
        self.calm.clear();
        let mut flow = FLOWS;
        self.happen_calmly(Event::Storage { works: true });
        for tab in 0..self.rules.tabs {
            self.happen_calmly(Event::Thaw { tab });
        }
        self.come_to_rest(&mut flow, None);
        if self.ledger.signed_out != 0 {
            self.ask_all(What::Look, &mut flow);
            self.check_sign_outs();
        }
        self.happen_calmly(Event::Pass { seconds: LATER });
        for tab in &mut self.tabs {
            tab.last = None;
        }
        self.is_late = true;
        let shown: Vec<_> = self.tabs.iter().map(|tab| tab.shown.clone()).collect();
        self.ask_all(What::NeedToken, &mut flow);
        self.check_tokens(&shown);
    }

    fn happen_calmly(&mut self, event: Event) -> bool {
        let has_happened = self.ledger.wrong.is_none() && self.happen(event);
        if has_happened {
            self.calm.push(event);
        }
        has_happened
    }

    fn ask_all(&mut self, what: What, flow: &mut FlowId) {
        // Two are allowed if all tabs ask for the same.
        let all = usize::from(self.rules.tabs);
        let step = if what == What::Look { 1 } else { all.div_ceil(2) };
        for tab in (0..self.rules.tabs).step_by(step) {
            *flow += 1;
            self.happen_calmly(Event::Begin { flow: *flow, tab, what });
        }
        self.come_to_rest(flow, None);
    }

    /// Ends every running task. `person` signs in where a flow asks for it.
    pub fn come_to_rest(&mut self, flow: &mut FlowId, person: Option<Person>) {
        for _ in 0..MAX_CALM_EVENTS {
            *flow += 1;
            let Some(event) = self.next_of_all(*flow, person) else { break };
            // Messages no longer decide anything and come last.
            if self.is_late && matches!(event, Event::Hear { .. }) {
                break;
            }
            if !self.happen_calmly(event) {
                break;
            }
        }
        if let Some(run) = self.runs.first().filter(|_| self.ledger.wrong.is_none()) {
            let story = format!("a {:?} in tab {} does not end", run.kind, run.tab);
            self.ledger.tell(Wrong::Hangs, story);
        }
    }

    fn next_of_all(&self, flow: FlowId, person: Option<Person>) -> Option<Event> {
        let runs = || self.runs.iter();
        let grant = || runs().find(|run| run.can_run_effect());
        let lock = || runs().find(|run| self.lock.is_none() && run.locking().is_some());
        let arrive = || self.network.iter().find(|sent| sent.arrivals == 0);
        let answer = || {
            runs().filter(|run| run.can_be_answered()).find_map(|run| {
                let open =
                    run.open.iter().find(|open| matches!(open.state, EffectState::Answered(_)))?;
                Some(Event::Answer { flow: run.id, id: open.id })
            })
        };
        let shown = || {
            runs().find_map(|run| {
                run.open.iter().find_map(|open| match open.state {
                    EffectState::Shown { silent, .. } => {
                        let who = if silent { Some(0) } else { person };
                        Some(Event::Person { flow: run.id, who })
                    }
                    _ => None,
                })
            })
        };
        let hear = || (0..self.rules.tabs).find(|tab| self.can_hear(*tab));
        let wait = || runs().find(|run| run.locking().is_some());
        grant()
            .map(|run| Event::RunEffect { flow: run.id })
            .or_else(|| lock().map(|run| Event::Lock { flow: run.id }))
            .or_else(answer)
            .or_else(|| {
                let sent = arrive()?;
                Some(Event::Arrive { flow: sent.flow, id: sent.id, fate: Fate::Served })
            })
            .or_else(shown)
            .or_else(|| wait().map(|_| Event::Pass { seconds: 3 }))
            .or_else(|| hear().map(|tab| Event::Hear { flow, tab }))
    }

    /// Every tab knows of every sign-out.
    fn check_sign_outs(&mut self) {
        let gone = self.ledger.signed_out;
        let own = self.tabs.iter().flat_map(|tab| [&tab.own, &tab.memory]);
        let shown = self.tabs.iter().map(|tab| &tab.shown);
        let kept = std::iter::once(&self.store).chain(own).chain(shown);
        let families = kept.filter_map(|text| family_of(text.as_deref()?));
        let left: Vec<_> = families.filter(|family| bit(*family) & gone != 0).collect();
        if !left.is_empty() {
            let story = format!("sign-in {left:?} is there after every tab signed out");
            self.ledger.tell(Wrong::KeptAfterSignOut, story);
        }
    }

    /// A signed-in tab has a token, unless there is a reason.
    fn check_tokens(&mut self, shown: &[Option<String>]) {
        for (at, shown) in shown.iter().enumerate().filter(|(_, shown)| shown.is_some()) {
            let tab = &self.tabs[at];
            let Some(Err(why)) = tab.last else { continue };
            let family = tab.shown.as_deref().and_then(family_of);
            let is_dead = family.is_some_and(|family| self.provider.families[family].refused);
            if is_dead && why.code == Code::ProviderError {
                let story = format!("tab {at} shows a session that is over: {}", text_of(why));
                self.ledger.tell(Wrong::DeadSession, story);
                continue;
            }
            let kept = if self.rules.per_tab { &tab.own } else { &self.store };
            let kept = tab.memory.as_ref().or(kept.as_ref());
            let is_lawful = [kept, shown.as_ref()]
                .into_iter()
                .any(|text| self.may_be_over(text.map(String::as_str)));
            if tab.page == Page::Here && !is_lawful {
                self.ledger.tell(Wrong::NoToken, format!("tab {at} has none: {}", text_of(why)));
            }
        }
    }

    /// Whether there is no such session, or a reason why it gives no token.
    fn may_be_over(&self, kept: Option<&str>) -> bool {
        let Some(family) = kept.and_then(family_of) else { return true };
        let can_renew = kept.is_some_and(|text| text.contains("\"refresh_token\":\"r"));
        let is_excused = (self.ledger.uncertain | self.ledger.may_end) & bit(family) != 0;
        !can_renew || is_excused || self.was_set || self.provider.families[family].revoked
    }
}

fn text_of(error: Error) -> &'static str {
    error.code.text()
}
