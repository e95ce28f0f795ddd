//! Begins flows in a tab, as the package's `client.ts`, `start.ts`, `tokens.ts` and `sign-in.ts`
//! do.

use super::event::{FlowId, Person, TabId, What};
use super::ledger::{bit, family_of, value_of};
use super::tab::{EffectState, HostAnswer, Kind, Open, Page, Run, Tab};
use super::world::{Planted, World};
use countersign::proto::effect_id::EffectId;
use countersign::proto::flow::entropy::Entropy;
use countersign::proto::flow::sign_in::{self, SignInMode};
use countersign::proto::flow::step::Step;
use countersign::proto::flow::{refresh, sign_out, start};

pub const APP: &str = "https://app.example/";
const CALLBACK: &str = "https://app.example/cb?";

/// Random bytes, different for every flow.
pub fn entropy(flow: FlowId) -> Entropy {
    let of = |what: u8| {
        let mut bytes = [what; 32];
        bytes[..4].copy_from_slice(&flow.wrapping_mul(0x9e37_79b1).to_le_bytes());
        bytes
    };
    Entropy { state: of(1), nonce: of(2), verifier: of(3) }
}

impl World<'_> {
    pub fn begin(&mut self, flow: FlowId, tab: TabId, what: What) -> Option<()> {
        let (config, now) = (self.config, self.device_time());
        let page = self.page(tab)?;
        let session = page.shown.clone().unwrap_or_default();
        // Every method but a sign-in waits for the page's start.
        if !page.is_settled && !matches!(what, What::SignInByPage | What::SignInByPopup) {
            return None;
        }
        let entropy = entropy(flow);
        let (kind, about, step) = match what {
            What::Look => (Kind::Look, String::new(), start::begin(config, APP, now)),
            What::NeedToken | What::NeedAnotherToken => {
                let refused = value_of(&session, "\"access_token\":\"");
                let about = match refused.filter(|_| what == What::NeedAnotherToken) {
                    Some(refused) => format!(r#"{{"refused":"{refused}"}}"#),
                    None => "{}".to_owned(),
                };
                let step = refresh::begin(config, &session, &about, now);
                (Kind::TokenNeed, about, step)
            }
            What::SignOut => {
                self.show_no_user(tab);
                (
                    Kind::SignOut,
                    String::new(),
                    sign_out::begin(config, &session, "", now, &entropy.state),
                )
            }
            What::SignInByPage => {
                let step = sign_in::begin(config, "{}", APP, SignInMode::Page, &entropy);
                (Kind::Page, String::new(), step)
            }
            What::SignInByPopup => {
                let step = sign_in::begin(config, "{}", APP, SignInMode::Popup, &entropy);
                (Kind::Popup, String::new(), step)
            }
        };
        let is_same = |run: &Run| run.tab == tab && run.kind == kind && run.about == about;
        if kind != Kind::Look && self.runs.iter().any(is_same) {
            return None;
        }
        self.enter(flow, tab, kind, *step);
        let run = self.run(flow)?;
        run.about = about;
        run.began_with = session;
        self.settle(flow);
        Some(())
    }

    fn enter(&mut self, flow: FlowId, tab: TabId, kind: Kind, step: Step) {
        let mut run = Run::new(flow, tab, kind);
        run.turns = self.tab(tab).turns;
        run.take(step);
        self.runs.push(run);
    }

    pub fn enter_and_settle(
        &mut self,
        flow: FlowId,
        tab: TabId,
        kind: Kind,
        step: Step,
    ) -> Option<()> {
        self.enter(flow, tab, kind, step);
        self.settle(flow);
        Some(())
    }

    /// A message is handled after the reads that began before it.
    pub fn can_hear(&self, tab: TabId) -> bool {
        let own = &self.tabs[usize::from(tab)];
        let is_looking =
            |run: &Run| run.tab == tab && matches!(run.kind, Kind::Start { .. } | Kind::Copied);
        own.page == Page::Here
            && !own.is_frozen
            && !own.inbox.is_empty()
            && (self.rules.planted == Some(Planted::TabsThatForgetOnce)
                || !self.runs.iter().any(is_looking))
    }

    pub fn hear(&mut self, flow: FlowId, tab: TabId) -> Option<()> {
        if !self.can_hear(tab) {
            return None;
        }
        let config = self.config;
        let page = self.page(tab)?;
        let text = page.inbox.pop_front()?;
        if !page.is_settled {
            return Some(());
        }
        self.enter_and_settle(
            flow,
            tab,
            Kind::Look,
            *countersign::proto::flow::tab_message::begin(config, &text),
        )
    }

    pub fn open(&mut self, flow: FlowId, tab: TabId) -> Option<()> {
        let (config, now) = (self.config, self.device_time());
        let page = self.tab(tab);
        if page.page != Page::Gone {
            return None;
        }
        page.page = Page::Here;
        let step = countersign::proto::flow::begin_silent_start(config, APP, now);
        self.start(flow, tab, *step)
    }

    pub fn copy(&mut self, flow: FlowId, tab: TabId, from: TabId) -> Option<()> {
        let config = self.config;
        let own = self.page(from)?.own.clone();
        let page = self.tab(tab);
        if page.page != Page::Gone || !self.rules.per_tab {
            return None;
        }
        // The copy did not receive the other tab's messages.
        self.ledger.signed_out &= !own.as_deref().and_then(family_of).map_or(0, bit);
        let page = self.tab(tab);
        *page = Tab { own, is_copy: true, is_unsettled_copy: true, ..Tab::default() };
        self.enter_and_settle(flow, tab, Kind::Copied, *start::begin_duplicated_tab(config))
    }

    /// Starts a page. A page in a duplicated tab first leaves to the other tab what belongs to it.
    fn start(&mut self, flow: FlowId, tab: TabId, step: Step) -> Option<()> {
        if self.tab(tab).is_unsettled_copy {
            let step = start::begin_duplicated_tab(self.config);
            return self.enter_and_settle(flow, tab, Kind::Copied, *step);
        }
        self.enter_and_settle(flow, tab, Kind::Start { again: false }, step)
    }

    pub fn come_back(&mut self, flow: FlowId, tab: TabId, who: Option<Person>) -> Option<()> {
        let (config, now) = (self.config, self.device_time());
        let page = self.tab(tab);
        let Page::Away(url) = std::mem::take(&mut page.page) else {
            return None;
        };
        let is_overtaken = std::mem::take(&mut page.is_overtaken);
        let query = match who.filter(|_| url.contains("state=cs.")) {
            Some(_) if url.contains("prompt=none") => {
                self.excuse_stranger(tab, None);
                let query = self.provider.authorize_silently(&url);
                if is_overtaken && query.starts_with("code=") {
                    self.provider.overtake_last_offer();
                }
                query
            }
            Some(person) => self.provider.authorize(&url, person),
            None => String::new(),
        };
        let address = if query.is_empty() { APP.to_owned() } else { [CALLBACK, &query].concat() };
        let step = countersign::proto::flow::begin_silent_start(config, &address, now);
        self.start(flow, tab, *step)
    }

    pub fn freeze(&mut self, tab: TabId) -> Option<()> {
        self.page(tab)?.is_frozen = true;
        let runs = self.runs.iter().filter(|run| run.tab == tab);
        for flow in runs.map(|run| run.id).collect::<Vec<_>>() {
            self.doubt(flow);
            let had_lock = self.lock == Some(flow);
            self.release(flow);
            // A flow that waits for the lock gives up, and a holder learns that the lock is lost.
            let Some(run) = self.run(flow) else { continue };
            let messages = EffectState::Answered(HostAnswer::Done(false));
            if let Some((id, _)) = run.locking() {
                run.open.retain(|open| open.id != id);
                run.open.insert(0, Open { id, state: messages });
            } else if had_lock {
                run.open.insert(0, Open { id: EffectId::LOCK_SESSION, state: messages });
                run.is_lock_lost = true;
            }
        }
        Some(())
    }

    pub fn crash(&mut self, tab: TabId) -> Option<()> {
        if self.tab(tab).page != Page::Here {
            return None;
        }
        self.kill_all(tab);
        let own = self.tab(tab);
        let memory = own.memory.take();
        *own = own.without_page(Page::Gone);
        self.ledger.may_end |= memory.as_deref().and_then(family_of).map_or(0, bit);
        Some(())
    }
}
