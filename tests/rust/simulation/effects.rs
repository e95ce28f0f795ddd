//! Performs effects, as `drive.ts` and the hosts of a page do, one event at a time.

use super::event::{FlowId, TabId};
use super::ledger::{Wrong, bit, family_of};
use super::provider::{parameter, read_token};
use super::tab::{EffectState, HostAnswer, Kind, Open, Page, Run};
use super::world::{Planted, Sent, World};
use countersign::proto::effect::{Effect, EffectRequest, Request, Screen, Verdict, VerifyRequest};
use countersign::proto::effect_id::EffectId;

impl World<'_> {
    /// Performs the next effect.
    pub fn run_effect(&mut self, flow: FlowId) -> Option<()> {
        let run = self.awake(flow).filter(|run| run.can_run_effect())?;
        let (tab, EffectRequest { id, effect }) = (run.tab, run.queue.pop_front()?);
        // After an answer a flow had the chance to store it.
        let answered = run.track.answered.take();
        if let Some(token) = answered {
            self.ledger.saw(token);
        }
        let said = self.apply_effect(flow, tab, id, effect);
        if let (Some(said), Some(run)) = (said, self.run(flow)) {
            run.open.push(Open { id, state: EffectState::Answered(said) });
        }
        self.settle(flow);
        Some(())
    }

    fn apply_effect(
        &mut self,
        flow: FlowId,
        tab: TabId,
        id: EffectId,
        effect: Effect,
    ) -> Option<HostAnswer> {
        match effect {
            Effect::Lock { timeout_ms, .. } => self.ask_lock(flow, id, timeout_ms),
            Effect::Show { on: Screen::Page | Screen::NextPage, url, .. }
            | Effect::Navigate { url } => {
                self.kill_all(tab);
                let own = self.tab(tab);
                *own = own.without_page(Page::Away(url));
                None
            }
            Effect::Show { on, url, .. } => {
                let state = EffectState::Shown { url, silent: on == Screen::Frame };
                self.run(flow)?.open.push(Open { id, state });
                None
            }
            Effect::Broadcast { text } => {
                if self.run(flow)?.kind == Kind::SignOut {
                    self.tell_of_a_sign_out(tab);
                }
                for (at, other) in self.tabs.iter_mut().enumerate() {
                    if at != usize::from(tab) && other.page == Page::Here {
                        other.inbox.push_back(text.clone());
                    }
                }
                None
            }
            Effect::Load { area, key, .. } => {
                Some(HostAnswer::Text(self.load(flow, tab, area, &key)))
            }
            Effect::Save { area, key, text } => {
                Some(HostAnswer::Done(self.save(tab, area, key, text)))
            }
            Effect::CompareAndSwap { expected, text, .. } => {
                Some(self.swap(flow, tab, id, &expected, text))
            }
            Effect::Remove { area, key } => {
                self.forget(flow, tab, id, area, &key);
                None
            }
            Effect::RemoveFromTab { .. } => {
                self.tab(tab).memory = None;
                if self.rules.per_tab {
                    // A sign-in that completes while another tab signs out is removed with the
                    // rest.
                    let own = self.tab(tab).own.take();
                    self.ledger.may_end |= own.as_deref().and_then(family_of).map_or(0, bit);
                }
                None
            }
            Effect::Take { key, tombstone, .. } => {
                let text = self.pending.get(&key).cloned();
                if text.is_some() {
                    self.pending.insert(key, tombstone);
                }
                Some(HostAnswer::Text(text))
            }
            Effect::List { prefix, .. } => {
                let found = self.pending.iter().filter(|(key, _)| key.starts_with(&prefix));
                Some(HostAnswer::List(
                    found.map(|(key, text)| (key.clone(), text.clone())).collect(),
                ))
            }
            Effect::Send(_) | Effect::Verify { .. } => unreachable!("those are under way at once"),
            Effect::Sign { .. } | Effect::SendWithDpop { .. } | Effect::SendWithAssertion(_) => {
                unreachable!("no client here has a key")
            }
            Effect::ReplaceUrl { .. }
            | Effect::Wait { .. }
            | Effect::Relay { .. }
            | Effect::CheckSession { .. } => None,
        }
    }

    fn ask_lock(&mut self, flow: FlowId, id: EffectId, ms: u32) -> Option<HostAnswer> {
        if self.rules.planted == Some(Planted::LockForAll) {
            return Some(HostAnswer::Done(true));
        }
        let until = self.now + u64::from(ms / 1000);
        self.run(flow)?.open.push(Open { id, state: EffectState::Locking { until } });
        None
    }

    /// The lock is free, or the wait for it has timed out.
    pub fn give_lock(&mut self, flow: FlowId) -> Option<()> {
        let (holder, now) = (self.lock, self.now);
        let run = self.awake(flow)?;
        let (id, until) = run.locking()?;
        let is_granted = holder.is_none();
        if !is_granted && now < until {
            return None;
        }
        run.find(id)?.state = EffectState::Answered(HostAnswer::Done(is_granted));
        if is_granted {
            self.lock = Some(flow);
        }
        self.settle(flow);
        Some(())
    }

    /// Requests and signatures run in parallel; a flow that has ended takes no answer.
    pub fn settle(&mut self, flow: FlowId) {
        while let Some(run) = self.run(flow).filter(|run| run.is_next_at_once()) {
            let Some(EffectRequest { id, effect }) = run.queue.pop_front() else { return };
            match effect {
                Effect::Send(request) => self.send(flow, id, request),
                Effect::Verify { question, .. } => {
                    let said = EffectState::Answered(HostAnswer::Verdict(verify(&question)));
                    run.open.push(Open { id, state: said });
                }
                _ => unreachable!("only those are under way at once"),
            }
        }
        let has_ended =
            |run: &&mut Run| run.end.is_some() && run.queue.is_empty() && !run.is_blocked();
        if self.run(flow).filter(has_ended).is_some() {
            self.finish(flow);
        }
    }

    fn send(&mut self, flow: FlowId, id: EffectId, request: Request) {
        let body = request.body.unwrap_or_default();
        let until = self.now + u64::from(request.timeout_ms / 1000);
        let Some(run) = self.run(flow) else { return };
        run.open.push(Open { id, state: EffectState::Sent { until } });
        let is_refresh = parameter(&body, "grant_type") == Some("refresh_token");
        let token = parameter(&body, "refresh_token").filter(|_| is_refresh).and_then(read_token);
        run.track.sent = token.or(run.track.sent);
        let marked_at = run.track.marked_at;
        if let Some(token) = token {
            self.ledger.sent(token, marked_at);
        }
        self.network.push(Sent { flow, id, url: request.url, body, arrivals: 0 });
    }

    /// Flows of a page that navigated, closed or crashed send nothing more.
    pub fn kill_all(&mut self, tab: TabId) {
        // A store that only this tab sees stays, also if another tab signs out meanwhile.
        self.ledger.signed_out &= !self.tab(tab).own.as_deref().and_then(family_of).map_or(0, bit);
        let flows: Vec<_> =
            self.runs.iter().filter(|run| run.tab == tab).map(|run| run.id).collect();
        for flow in flows {
            self.doubt(flow);
            self.release(flow);
            self.runs.retain(|run| run.id != flow);
        }
    }

    pub fn release(&mut self, flow: FlowId) {
        if self.lock == Some(flow) {
            self.lock = None;
        }
    }

    /// An answer reaches the core.
    pub fn answer(&mut self, flow: FlowId, id: EffectId) -> Option<()> {
        let run = self.awake(flow).filter(|run| run.can_be_answered())?;
        let at = run.open.iter().position(|open| open.id == id)?;
        if at > 0 && run.is_lock_lost {
            return None;
        }
        let is_lock_lost = std::mem::take(&mut run.is_lock_lost);
        let EffectState::Answered(_) = run.open[at].state else { return None };
        let EffectState::Answered(said) = run.open.remove(at).state else { return None };
        self.note(flow, id, &said);
        if is_lock_lost {
            // The flow marked the token without the lock.
            self.doubt(flow);
        }
        let (config, now) = (self.config, self.device_time());
        let run = self.run(flow)?;
        let entropy = super::begin::entropy(flow);
        let step =
            countersign::proto::flow::resume(config, &run.text, said.input(id), now, &entropy);
        run.take(*step);
        if run.end.is_none() && run.queue.is_empty() && run.open.is_empty() {
            self.ledger.tell(Wrong::Hangs, "a flow waits for nothing".to_owned());
        }
        self.settle(flow);
        Some(())
    }
}

/// The provider's second signature is a forged one.
fn verify(question: &VerifyRequest) -> Verdict {
    if question.signature.starts_with(&[1]) { Verdict::Valid } else { Verdict::Invalid }
}
