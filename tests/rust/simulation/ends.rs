//! The effect of a flow's end on its tab.

use super::begin::APP;
use super::event::{FlowId, TabId};
use super::tab::Kind;
use super::world::{Planted, World};
use countersign::proto::flow::start;
use countersign::proto::flow::step::Outcome;

impl World<'_> {
    /// A flow has ended: its lock is free, and the tab shows the result.
    pub fn finish(&mut self, flow: FlowId) {
        self.release(flow);
        let Some(at) = self.runs.iter().position(|run| run.id == flow) else { return };
        let run = self.runs.remove(at);
        if let Some(token) = run.track.answered {
            self.ledger.saw(token);
        }
        let Some(end) = run.end else { return };
        let tab = run.tab;
        let is_stale = run.turns != self.tab(tab).turns
            && self.rules.planted != Some(Planted::TabsThatForgetOnce);
        match (run.kind, end) {
            (Kind::Start { .. } | Kind::Look, Ok(Outcome::SignedIn { session, .. })) => {
                self.tab(tab).is_settled = true;
                self.adopt_or_look(flow, tab, session.text.clone(), is_stale);
            }
            (Kind::Start { .. } | Kind::Look, Ok(Outcome::Ignored)) => {}
            (Kind::Start { .. } | Kind::Look, Ok(_)) => {
                self.tab(tab).is_settled = true;
                self.forget_or_look(flow, tab, is_stale);
            }
            (Kind::Start { again: false }, Err(_)) => {
                let step = start::begin(self.config, APP, self.device_time());
                self.enter_and_settle(flow, tab, Kind::Start { again: true }, *step);
            }
            (Kind::Start { again: true }, Err(_)) => self.forget_shown(tab),
            (Kind::Copied, end) => {
                self.tab(tab).is_unsettled_copy = end.is_err();
                let step = start::begin(self.config, APP, self.device_time());
                self.enter_and_settle(flow, tab, Kind::Start { again: false }, *step);
            }
            (Kind::Popup, Ok(Outcome::SignedIn { session, .. })) => {
                self.adopt_or_look(flow, tab, session.text.clone(), is_stale);
            }
            (Kind::TokenNeed, Ok(Outcome::Token { session, .. })) => {
                self.tab(tab).last = Some(Ok(()));
                self.adopt_or_look(flow, tab, session.text.clone(), is_stale);
            }
            (Kind::TokenNeed, Ok(Outcome::UserSwitched(session))) => {
                self.adopt_or_look(flow, tab, session.text.clone(), is_stale);
            }
            (Kind::TokenNeed, Ok(Outcome::Ended(why))) => {
                self.tab(tab).last = Some(Err(why));
                self.forget_or_look(flow, tab, is_stale);
            }
            (Kind::TokenNeed, Err(why)) => self.tab(tab).last = Some(Err(why)),
            _ => {}
        }
    }

    /// Shows a session, or reads the store again if the tab has changed since the flow began.
    fn adopt_or_look(&mut self, flow: FlowId, tab: TabId, text: String, is_stale: bool) {
        self.ledger.check_persons(&text, &self.provider);
        if is_stale {
            return self.look_again(flow, tab);
        }
        let own = self.tab(tab);
        own.turns += u32::from(own.shown.as_ref() != Some(&text));
        own.shown = Some(text);
    }

    fn forget_or_look(&mut self, flow: FlowId, tab: TabId, is_stale: bool) {
        if is_stale { self.look_again(flow, tab) } else { self.forget_shown(tab) }
    }

    fn look_again(&mut self, flow: FlowId, tab: TabId) {
        let step = start::begin(self.config, APP, self.device_time());
        self.enter_and_settle(flow, tab, Kind::Look, *step);
    }

    pub fn show_no_user(&mut self, tab: TabId) {
        let tab = self.tab(tab);
        tab.shown = None;
        tab.turns += 1;
    }

    /// The store was read, or a sign-out arrived: the tab is signed out.
    pub fn forget_shown(&mut self, tab: TabId) {
        self.show_no_user(tab);
        let gone = self.ledger.signed_out;
        self.tab(tab).left |= gone;
    }
}
