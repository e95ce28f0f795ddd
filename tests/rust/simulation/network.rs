//! The network and the provider's pages: requests that arrive once, twice or never.

use super::event::{Fate, FlowId, Person, TabId};
use super::ledger::{Wrong, bit, family_of};
use super::provider::Provider;
use super::tab::{EffectState, HostAnswer, Open};
use super::world::{Sent, World};
use countersign::proto::effect::Failure;
use countersign::proto::effect_id::EffectId;

impl World<'_> {
    pub fn arrive(&mut self, flow: FlowId, id: EffectId, fate: Fate, again: bool) -> Option<()> {
        let is_it =
            |sent: &&mut Sent| (sent.flow, sent.id, sent.arrivals) == (flow, id, u8::from(again));
        let sent = self.network.iter_mut().find(is_it)?;
        sent.arrivals += 1;
        let refused_before: u64 = mask(&self.provider);
        let replaced_before: Vec<_> = self.provider.newest().collect();
        let families = self.provider.families.len();
        let (status, retry_after, body) =
            self.provider.serve(&sent.url, &sent.body, fate, self.now);
        if let Some(family) = self.provider.families.get(families) {
            if family.is_overtaken {
                self.ledger.signed_out |= bit(families);
            } else if !family.is_silent {
                self.tabs.iter_mut().for_each(|tab| tab.is_overtaken = false);
            }
        }
        if again {
            // A refusal or a rotated token after a repeated request is no fault of a tab.
            self.ledger.uncertain |= mask(&self.provider) & !refused_before;
            let both = self.provider.newest().zip(replaced_before).enumerate();
            let replaced = both.filter(|(_, (now, before))| now != before);
            self.ledger.uncertain |= replaced.map(|(at, _)| bit(at)).sum::<u64>();
        }
        self.check_theft(refused_before);
        if fate == Fate::Forged {
            // A response that the provider itself breaks ends a session for a good reason.
            self.ledger.may_end |= family_of(&body).map_or(0, bit);
        }
        // The loss of a lock may be reported under the same number.
        let is_open =
            |open: &&mut Open| open.id == id && matches!(open.state, EffectState::Sent { .. });
        let open = self.run(flow).and_then(|run| run.open.iter_mut().find(is_open));
        if let Some(open) = open.filter(|_| !again) {
            open.state = EffectState::Answered(HostAnswer::Response(status, retry_after, body));
        }
        Some(())
    }

    fn check_theft(&mut self, refused_before: u64) {
        let refused = mask(&self.provider) & !refused_before;
        let is_known = self.ledger.uncertain | self.ledger.signed_out | self.ledger.may_end;
        if refused & !is_known != 0 {
            self.ledger.tell(Wrong::TakenForTheft, "a refresh token came twice".to_owned());
        }
    }

    pub fn lose(&mut self, flow: FlowId, id: EffectId, offline: bool) -> Option<()> {
        let now = self.now;
        let is_it = |sent: &Sent| (sent.flow, sent.id) == (flow, id);
        let sent = self.network.iter().rev().find(|sent| is_it(sent));
        let has_arrived = sent.is_none_or(|sent| sent.arrivals > 0);
        if offline && has_arrived {
            return None;
        }
        let open = self.awake(flow)?.find(id)?;
        let failure = match &open.state {
            EffectState::Sent { .. } if offline => Failure::Offline,
            EffectState::Sent { until } if now < *until => Failure::Network,
            EffectState::Sent { .. } => Failure::TimedOut,
            EffectState::Answered(HostAnswer::Response(..)) if has_arrived => Failure::Network,
            _ => return None,
        };
        open.state = EffectState::Answered(HostAnswer::Failure(failure));
        if offline {
            self.network.retain(|sent| !is_it(sent));
        }
        Some(())
    }

    pub fn person(&mut self, flow: FlowId, who: Option<Person>) -> Option<()> {
        let run = self.awake(flow)?;
        let open =
            run.open.iter_mut().find(|open| matches!(open.state, EffectState::Shown { .. }))?;
        let id = open.id;
        let EffectState::Shown { url, silent, .. } = &open.state else { return None };
        let (url, silent) = (url.clone(), *silent);
        let began_with = family_of(&run.began_with);
        let tab = run.tab;
        if silent {
            self.excuse_stranger(tab, began_with);
        }
        let said = match who {
            _ if silent && who.is_some() => {
                HostAnswer::Text(Some(self.provider.authorize_silently(&url)))
            }
            _ if silent => HostAnswer::Text(None),
            Some(person) => HostAnswer::Text(Some(self.provider.authorize(&url, person))),
            None => HostAnswer::Failure(Failure::Closed),
        };
        let run = self.run(flow)?;
        run.find(id)?.state = EffectState::Answered(said);
        self.settle(flow);
        Some(())
    }

    /// Ends a session for a good reason: the provider has another user, or no user.
    pub fn excuse_stranger(&mut self, tab: TabId, began_with: Option<usize>) {
        let kept = if self.rules.per_tab { &self.tabs[usize::from(tab)].own } else { &self.store };
        let kept = kept.as_deref().and_then(family_of);
        for family in [began_with, kept].into_iter().flatten() {
            if self.provider.cookie != Some(self.provider.families[family].person) {
                self.ledger.may_end |= bit(family);
            }
        }
    }
}

/// The sign-ins, one bit each, with a refresh token that was refused as already used.
fn mask(provider: &Provider) -> u64 {
    let refused = provider.families.iter().enumerate().filter(|(_, family)| family.refused);
    refused.map(|(at, _)| bit(at)).sum()
}
