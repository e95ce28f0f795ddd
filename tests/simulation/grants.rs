//! How wishes come true: what `drive.ts` and the hosts of a page do, one event at a time.

use super::event::{FlowId, TabId};
use super::ledger::{Wrong, bit, family_of, refresh_number};
use super::provider::{parameter, read_token};
use super::tab::{Kind, Open, Page, Run, Said, Under};
use super::world::{Planted, Sent, World};
use countersign::proto::effect::{
    Effect, Failure, Place, Question, Request, Screen, Verdict, Wish,
};

/// The id of a renewal's wish to mark the refresh token, in `renew.rs`.
const MARK: u32 = 3;
/// The id of a sign-out's first wish to forget, in `leave.rs`.
const FORGET: u32 = 1;

impl World<'_> {
    /// The wish that is next comes true.
    pub fn grant(&mut self, flow: FlowId) -> Option<()> {
        let run = self.awake(flow).filter(|run| run.can_be_granted())?;
        let (tab, Wish { id, effect }) = (run.tab, run.queue.pop_front()?);
        // Whatever a flow does after an answer, it had the chance to keep it.
        let answered = run.track.answered.take();
        if let Some(token) = answered {
            self.ledger.saw(token);
        }
        let said = self.grant_effect(flow, tab, id, effect);
        if let (Some(said), Some(run)) = (said, self.run(flow)) {
            run.open.push(Open { wish: id, state: Under::Said(said) });
        }
        self.settle(flow);
        Some(())
    }

    fn grant_effect(&mut self, flow: FlowId, tab: TabId, id: u32, effect: Effect) -> Option<Said> {
        match effect {
            Effect::Lock { ms, .. } => self.ask_lock(flow, id, ms),
            Effect::Show { on, url, .. } => {
                let state = Under::Shown { url, unseen: on == Screen::Frame };
                self.run(flow)?.open.push(Open { wish: id, state });
                None
            }
            Effect::Tell { text } => {
                if self.run(flow)?.kind == Kind::Leave {
                    self.tell_of_a_sign_out(tab);
                }
                for (at, other) in self.tabs.iter_mut().enumerate() {
                    if at != usize::from(tab) && other.page == Page::Here {
                        other.inbox.push_back(text.clone());
                    }
                }
                None
            }
            Effect::Leave { url } => {
                self.kill_all(tab);
                let own = self.tab(tab);
                *own = own.without_page(Page::Away(url));
                None
            }
            Effect::Load { place, key, .. } => Some(Said::Text(self.load(flow, tab, place, &key))),
            Effect::Save { place, key, text } => Some(Said::Done(self.save(tab, place, key, text))),
            Effect::Swap { was, text, .. } => Some(self.swap(flow, tab, id, &was, text)),
            Effect::Drop { place, key } => {
                self.forget(flow, tab, id, place, &key);
                None
            }
            Effect::DropOwn { .. } => {
                self.tab(tab).memory = None;
                if self.rules.per_tab {
                    // A sign-in that comes in while somebody signs out elsewhere goes with the rest.
                    let own = self.tab(tab).own.take();
                    self.ledger.excused |= own.as_deref().and_then(family_of).map_or(0, bit);
                }
                None
            }
            Effect::Take { key, tombstone, .. } => {
                let text = self.pending.get(&key).cloned();
                if text.is_some() {
                    self.pending.insert(key, tombstone);
                }
                Some(Said::Text(text))
            }
            Effect::List { prefix, .. } => {
                let found = self.pending.iter().filter(|(key, _)| key.starts_with(&prefix));
                Some(Said::List(found.map(|(key, text)| (key.clone(), text.clone())).collect()))
            }
            Effect::Send(_) | Effect::Verify { .. } => unreachable!("those are under way at once"),
            Effect::Rewrite { .. } | Effect::Wait { .. } | Effect::Relay { .. } => None,
        }
    }

    fn ask_lock(&mut self, flow: FlowId, id: u32, ms: u32) -> Option<Said> {
        if self.rules.planted == Some(Planted::LockForAll) {
            return Some(Said::Done(true));
        }
        let until = self.now + u64::from(ms / 1000);
        self.run(flow)?.open.push(Open { wish: id, state: Under::Locking { until } });
        None
    }

    /// The lock is free, or the patience of who waits for it is over.
    pub fn give_lock(&mut self, flow: FlowId) -> Option<()> {
        let (holder, now) = (self.lock, self.now);
        let run = self.awake(flow)?;
        let (wish, until) = run.locking()?;
        let is_had = holder.is_none();
        if !is_had && now < until {
            return None;
        }
        run.find(wish)?.state = Under::Said(Said::Done(is_had));
        if is_had {
            self.lock = Some(flow);
        }
        self.settle(flow);
        Some(())
    }

    /// Requests and signatures are under way at once; a flow that is over is over.
    pub fn settle(&mut self, flow: FlowId) {
        while let Some(run) = self.run(flow).filter(|run| run.is_next_at_once()) {
            let Some(Wish { id, effect }) = run.queue.pop_front() else { return };
            match effect {
                Effect::Send(request) => self.send(flow, id, request),
                Effect::Verify { question, .. } => {
                    let said = Under::Said(Said::Verdict(judge(&question)));
                    run.open.push(Open { wish: id, state: said });
                }
                _ => unreachable!("only those are under way at once"),
            }
        }
        let is_over =
            |run: &&mut Run| run.end.is_some() && run.queue.is_empty() && !run.is_blocked();
        if self.run(flow).filter(is_over).is_some() {
            self.finish(flow);
        }
    }

    fn send(&mut self, flow: FlowId, wish: u32, request: Request) {
        let body = request.body.unwrap_or_default();
        let until = self.now + u64::from(request.timeout_ms / 1000);
        let Some(run) = self.run(flow) else { return };
        run.open.push(Open { wish, state: Under::Sent { until } });
        let is_refresh = parameter(&body, "grant_type") == Some("refresh_token");
        let token = parameter(&body, "refresh_token").filter(|_| is_refresh).and_then(read_token);
        run.track.sent = token.or(run.track.sent);
        let marked_at = run.track.marked_at;
        if let Some(token) = token {
            self.ledger.sent(token, marked_at);
        }
        self.network.push(Sent { flow, wish, url: request.url, body, arrivals: 0 });
    }

    fn slot(&mut self, tab: TabId) -> &mut Option<String> {
        if self.rules.per_tab { &mut self.tabs[usize::from(tab)].own } else { &mut self.store }
    }

    fn load(&mut self, flow: FlowId, tab: TabId, place: Place, key: &str) -> Option<String> {
        if place == Place::Pending {
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

    fn save(&mut self, tab: TabId, place: Place, key: String, text: String) -> bool {
        let works = self.storage_works;
        if place == Place::Pending {
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
        // Nor may an older text stay, and come back as the session after a reload.
        let lost = self.slot(tab).take();
        self.ledger.excused |= lost.as_deref().and_then(family_of).map_or(0, bit);
        self.tab(tab).memory = Some(text);
        false
    }

    /// What a store refused is kept there again, by a tab that a sign-out has not reached yet: the
    /// others find it there until it has.
    fn keep_again(&mut self, text: &str) {
        let family = family_of(text).map_or(0, bit);
        self.ledger.excused |= family;
        self.ledger.gone &= !family;
        for tab in &mut self.tabs {
            tab.left &= !family;
        }
    }

    fn swap(&mut self, flow: FlowId, tab: TabId, id: u32, was: &str, text: String) -> Said {
        let key = String::new();
        let there = self.load(flow, tab, Place::Session, &key);
        let is_blind = self.rules.planted == Some(Planted::SwapWithoutComparing);
        if there.as_deref() != Some(was) && !is_blind {
            return Said::Text(there);
        }
        let step = self.ledger.step;
        if let Some(run) = self.run(flow).filter(|_| id == MARK) {
            run.track.marked_at = Some(step);
        }
        if self.rules.planted == Some(Planted::MarkForgotten) && !text.is_empty() {
            let is_new = refresh_number(&text) > refresh_number(was);
            if is_new || text.contains("\"sent\":") {
                return Said::Done(true);
            }
        }
        if self.tab(tab).memory.is_some() && self.slot(tab).is_some() {
            let is_kept = text.is_empty();
            self.tab(tab).memory = Some(text).filter(|text| !text.is_empty());
            return Said::Done(is_kept);
        }
        if text.is_empty() {
            self.tab(tab).memory = None;
            *self.slot(tab) = None;
            return Said::Done(true);
        }
        Said::Done(self.save(tab, Place::Session, key, text))
    }

    fn forget(&mut self, flow: FlowId, tab: TabId, id: u32, place: Place, key: &str) {
        if place == Place::Pending {
            self.pending.remove(key);
            return;
        }
        let is_first = |run: &mut Run| {
            run.kind == Kind::Leave && !std::mem::replace(&mut run.track.has_forgotten, true)
        };
        if id == FORGET && self.run(flow).is_some_and(is_first) {
            self.forget_at_a_sign_out(tab);
            // A look may have come in between, and have found what was still there.
            if self.rules.planted != Some(Planted::TabsThatForgetOnce) {
                self.forget_shown(tab);
            }
        }
        self.tab(tab).memory = None;
        *self.slot(tab) = None;
    }

    /// Flows of a page that is left, closed or crashed are never heard of again.
    pub fn kill_all(&mut self, tab: TabId) {
        // What only this tab sees stays there, whoever signs out meanwhile.
        self.ledger.gone &= !self.tab(tab).own.as_deref().and_then(family_of).map_or(0, bit);
        let flows: Vec<_> =
            self.runs.iter().filter(|run| run.tab == tab).map(|run| run.id).collect();
        for flow in flows {
            self.doubt(flow);
            self.release(flow);
            self.runs.retain(|run| run.id != flow);
        }
    }

    /// What a flow did with a refresh token is no longer under the lock.
    pub fn doubt(&mut self, flow: FlowId) {
        let Some(run) = self.run(flow) else { return };
        let track = &run.track;
        let token = track.sent.or(track.answered);
        let began_with = family_of(&run.began_with).filter(|_| track.marked_at.is_some());
        let family = token.map(|token| token.0).or(began_with);
        self.ledger.uncertain |= family.map_or(0, bit);
    }

    pub fn release(&mut self, flow: FlowId) {
        if self.lock == Some(flow) {
            self.lock = None;
        }
    }

    /// An answer reaches the core.
    pub fn answer(&mut self, flow: FlowId, wish: u32) -> Option<()> {
        let run = self.awake(flow).filter(|run| run.can_be_answered())?;
        let at = run.open.iter().position(|open| open.wish == wish)?;
        if at > 0 && run.is_lock_lost {
            return None;
        }
        run.is_lock_lost = false;
        let Under::Said(_) = run.open[at].state else { return None };
        let Under::Said(said) = run.open.remove(at).state else { return None };
        self.note(flow, wish, &said);
        let (config, now) = (self.config, self.device_time());
        let run = self.run(flow)?;
        let entropy = super::begin::entropy(flow);
        let step =
            countersign::proto::flow::resume(config, &run.text, said.input(wish), now, &entropy);
        run.take(*step);
        if run.end.is_none() && run.queue.is_empty() && run.open.is_empty() {
            self.ledger.tell(Wrong::Hangs, "a flow waits for nothing".to_owned());
        }
        self.settle(flow);
        Some(())
    }

    /// What an answer means for the refresh token that it is about.
    fn note(&mut self, flow: FlowId, wish: u32, said: &Said) {
        let is_refresh = |sent: &&Sent| {
            (sent.flow, sent.wish) == (flow, wish)
                && parameter(&sent.body, "grant_type") == Some("refresh_token")
        };
        let is_refresh =
            self.network.iter().any(|sent| is_refresh(&sent)) || matches!(said, Said::Failure(_));
        let Some(run) = self.run(flow).filter(|_| is_refresh) else { return };
        let Some(token) = run.track.sent else { return };
        match said {
            Said::Response(200, _, body) if body.contains("\"refresh_token\"") => {
                run.track = super::tab::Track { answered: Some(token), ..Default::default() };
            }
            Said::Response(200, _, body) if body.starts_with('{') => {
                run.track.sent = None;
                self.ledger.kept_on(token);
            }
            Said::Response(400, _, body) if body.contains("invalid_grant") => {
                run.track = super::tab::Track { answered: Some(token), ..Default::default() };
            }
            Said::Response(400.., ..) | Said::Failure(Failure::Offline) => {
                run.track.sent = None;
                self.ledger.undone(token);
            }
            Said::Response(..) | Said::Failure(_) => {
                run.track.sent = None;
                self.ledger.uncertain |= bit(token.0);
            }
            _ => {}
        }
    }
}

/// The second signature of the provider's is a forged one.
fn judge(question: &Question) -> Verdict {
    if question.signature.starts_with(&[1]) { Verdict::Good } else { Verdict::Bad }
}
