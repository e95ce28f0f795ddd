//! The environment of a flow script: it performs effects that need no decision (storage,
//! signatures) and records what a script checks (requests, navigations, the end).

use super::provider::Signer;
use super::verifier;
use countersign::proto::client::config::ClientConfig;
use countersign::proto::effect::{
    Effect, EffectRequest, Failure, Input, Request, Response, Screen, StorageArea, UnixTime,
};
use countersign::proto::effect_id::EffectId;
use countersign::proto::error::{Error, ProviderError};
use countersign::proto::flow::step::{Outcome, Step};
use countersign::proto::flow::{
    self, check_session, frontchannel_logout, refresh, sign_in, sign_out, start, step_up, userinfo,
};
use std::collections::{BTreeMap, VecDeque};

/// The settings of a page's client, or of one that holds a secret.
pub(crate) fn client_config(settings: &str) -> ClientConfig {
    let is_confidential = ["clientSecret", "clientKey"].iter().any(|name| settings.contains(name));
    let read = if is_confidential { ClientConfig::read_confidential } else { ClientConfig::read };
    read(settings).expect("good settings")
}

pub(crate) struct Stage {
    pub(crate) config: ClientConfig,
    pub(crate) now: UnixTime,
    pub(crate) signer: Signer,
    pub(crate) storage_works: bool,
    /// Whether no other tab sees the store.
    pub(crate) store_is_own: bool,
    /// Whether another tab holds every lock.
    pub(crate) lock_is_busy: bool,
    /// Whether a lock is granted later, when the script says so.
    pub(crate) lock_waits: bool,
    /// The last effect that asks for a lock.
    lock: Option<EffectId>,
    /// Messages to other tabs that the script has not read.
    pub(crate) messages: VecDeque<String>,
    /// The effect for a frame or a popup that has no answer yet.
    frame: Option<EffectId>,
    /// The question to the provider's frame that has no answer yet.
    watched: Option<EffectId>,
    /// Requests that the script has not read, with the access token that a DPoP proof is for.
    pub(crate) sent: VecDeque<(Request, Option<String>)>,
    /// Requests without an answer.
    open: Vec<(EffectId, Request)>,
    pub(crate) places: VecDeque<String>,
    pub(crate) notices: Vec<Error>,
    /// The last words of the provider in a failure or a notice.
    pub(crate) said: Option<ProviderError>,
    pub(crate) end: Option<Result<Outcome, Error>>,
    pub(crate) session: String,
    store: BTreeMap<(&'static str, String), String>,
    flow: String,
    last_left: String,
    /// Whether the request was pushed, so that the address has no parameters.
    is_pushed: bool,
    sign_ins: u8,
    inputs: u8,
}

impl Stage {
    pub(crate) fn new(settings: &str) -> Self {
        Self {
            config: client_config(settings),
            now: UnixTime(1_700_000_000),
            signer: Signer::new("k1"),
            storage_works: true,
            store_is_own: false,
            lock_is_busy: false,
            lock_waits: false,
            lock: None,
            messages: VecDeque::new(),
            frame: None,
            watched: None,
            sent: VecDeque::new(),
            open: Vec::new(),
            places: VecDeque::new(),
            notices: Vec::new(),
            said: None,
            end: None,
            session: String::new(),
            store: BTreeMap::new(),
            flow: String::new(),
            last_left: String::new(),
            is_pushed: false,
            sign_ins: 0,
            inputs: 0,
        }
    }

    pub(crate) fn sign_in(&mut self, ask: &str, page: &str) {
        self.leave_for_sign_in(ask, page, sign_in::SignInMode::Page);
    }

    pub(crate) fn sign_in_by_popup(&mut self, ask: &str, page: &str) {
        self.leave_for_sign_in(ask, page, sign_in::SignInMode::Popup);
    }

    fn leave_for_sign_in(&mut self, ask: &str, page: &str, way: sign_in::SignInMode) {
        let entropy = self.entropy();
        let step = sign_in::begin(&self.config, ask, page, way, &entropy);
        self.begin(step);
    }

    fn entropy(&mut self) -> countersign::proto::flow::entropy::Entropy {
        self.sign_ins += 1;
        let seed = self.sign_ins;
        countersign::proto::flow::entropy::Entropy {
            state: [seed; 32],
            nonce: [seed.wrapping_add(80); 32],
            verifier: [seed.wrapping_add(160); 32],
        }
    }

    pub(crate) fn arrive(&mut self, page: &str) {
        let step = start::begin(&self.config, page, self.now);
        self.begin(step);
    }

    /// As `arrive`, for a page that the user sees.
    pub(crate) fn visit(&mut self, page: &str) {
        let step = countersign::proto::flow::begin_silent_start(&self.config, page, self.now);
        self.begin(step);
    }

    /// Stores a session hint.
    pub(crate) fn mark(&mut self) {
        let step = countersign::proto::flow::session_hint::save(&self.config);
        self.run_effect(EffectRequest { id: EffectId::STORE_SESSION_HINT, effect: step });
    }

    pub(crate) fn is_marked(&self) -> bool {
        self.store.contains_key(&(name(StorageArea::Pending), self.config.session_hint_key()))
    }

    pub(crate) fn sign_out(&mut self) {
        let step = sign_out::begin(&self.config, &self.session, "", self.now, &[7; 32]);
        self.begin(step);
    }

    pub(crate) fn need_token(&mut self, need: &str) {
        let step = refresh::begin(&self.config, &self.session, need, self.now);
        self.begin(step);
    }

    pub(crate) fn be_refused(&mut self, refusal: &str) {
        let step = step_up::begin(&self.config, &self.session, refusal, self.now);
        self.begin(step);
    }

    pub(crate) fn hear(&mut self, word: &str) {
        let text = word.replace("$tag", self.config.tag());
        let step = countersign::proto::flow::tab_message::begin(&self.config, &text);
        self.begin(step);
    }

    /// Checks the provider's session; `frame_works` is that of [`check_session::begin`].
    pub(crate) fn watch(&mut self, frame_works: bool) {
        let step = check_session::begin(&self.config, &self.session, frame_works);
        self.begin(step);
    }

    /// The answer of the provider's frame, or its silence.
    pub(crate) fn say_in_frame(&mut self, word: Option<&str>) {
        let id = self.watched.take().expect("a question to the provider's frame");
        self.input(Input::Text(id, word));
    }

    /// The provider shows this page in a frame, to sign the user out.
    pub(crate) fn arrive_in_frame(&mut self, page: &str) {
        let step = frontchannel_logout::begin(&self.config, page);
        self.begin(step);
    }

    pub(crate) fn open_copy(&mut self) {
        let step = start::begin_duplicated_tab(&self.config);
        self.begin(step);
    }

    /// The lock is granted, refused or lost.
    pub(crate) fn answer_lock(&mut self, is_granted: bool) {
        let id = self.lock.expect("an effect that needs the lock");
        self.input(Input::Done(id, is_granted));
    }

    /// The popup cannot open, or the user closes it.
    pub(crate) fn show_failure(&mut self, failure: Failure) {
        let id = self.frame.take().expect("a popup");
        self.input(Input::Failure(id, failure));
    }

    /// The response in the frame or popup, or none.
    pub(crate) fn show(&mut self, response: Option<&str>) {
        let id = self.frame.take().expect("a hidden frame");
        self.input(Input::Text(id, response));
    }

    /// Another tab stores a session, or removes it.
    pub(crate) fn keep(&mut self, text: Option<&str>) {
        let key = (name(StorageArea::Session), self.config.session_key());
        match text {
            Some(text) => _ = self.store.insert(key, text.to_owned()),
            None => _ = self.store.remove(&key),
        }
    }

    /// Stores a text of an earlier version.
    pub(crate) fn leave(&mut self, place: &str, key: &str, text: &str) {
        let places = [StorageArea::Pending, StorageArea::Session];
        let place = places.into_iter().map(name).find(|name| *name == place).expect("a place");
        self.store.insert((place, key.to_owned()), text.to_owned());
    }

    pub(crate) fn kept_session(&self) -> String {
        let key = (name(StorageArea::Session), self.config.session_key());
        self.store.get(&key).cloned().unwrap_or_default()
    }

    pub(crate) fn ask_id_token(&mut self) {
        let entropy = self.entropy();
        let step = flow::begin(&self.config, "id-token", (&self.session, ""), self.now, &entropy);
        self.begin(step);
    }

    pub(crate) fn ask_userinfo(&mut self) {
        let step = userinfo::begin(&self.config, &self.session, self.now);
        self.begin(step);
    }

    pub(crate) fn respond(&mut self, to: &str, status: u16, body: Vec<u8>) {
        let id = self.answer(to);
        let content_type = "application/json";
        self.input(Input::Response(
            id,
            Response {
                status,
                content_type,
                cache_control: "",
                retry_after: "",
                challenge: "",
                body: &body,
            },
        ));
    }

    pub(crate) fn fail(&mut self, to: &str, failure: Failure) {
        let id = self.answer(to);
        self.input(Input::Failure(id, failure));
    }

    /// An answer to no effect.
    pub(crate) fn stray(&mut self) {
        let response = Response {
            status: 200,
            content_type: "",
            cache_control: "",
            retry_after: "",
            challenge: "",
            body: b"{}",
        };
        self.input(Input::Response(EffectId(99), response));
    }

    fn send(&mut self, id: EffectId, request: Request, proof: Option<String>) {
        let pushed = request.body.as_deref().filter(|it| it.contains("response_type=code"));
        if let Some(form) = pushed {
            self.last_left = format!("?{form}");
            self.is_pushed = true;
        }
        self.sent.push_back((request.clone(), proof));
        self.open.push((id, request));
    }

    fn go(&mut self, url: &str) {
        if !std::mem::take(&mut self.is_pushed) {
            url.clone_into(&mut self.last_left);
        }
    }

    /// A parameter of the last authorization request.
    pub(crate) fn parameter(&self, name: &str) -> String {
        let pair = |text: &str| text.strip_prefix(&format!("{name}=")).map(str::to_owned);
        let (_, query) = self.last_left.split_once('?').unwrap_or_default();
        query.split('&').find_map(pair).unwrap_or_default()
    }

    fn begin(&mut self, step: Box<Step>) {
        self.open.clear();
        self.sent.clear();
        self.end = None;
        self.take(step);
    }

    fn answer(&mut self, to: &str) -> EffectId {
        let at = self.open.iter().position(|(_, request)| request.url.contains(to));
        let at = at.unwrap_or_else(|| panic!("nothing was asked of {to}: {:?}", self.open));
        self.open.remove(at).0
    }

    fn input(&mut self, input: Input<'_>) {
        assert!(self.end.is_none(), "the flow has ended: {:?}", self.end);
        self.inputs = self.inputs.wrapping_add(1);
        let mut entropy = countersign::proto::flow::entropy::Entropy {
            state: [0; 32],
            nonce: [81; 32],
            verifier: [161; 32],
        };
        entropy.state[31] = self.inputs;
        let step = flow::resume(&self.config, &self.flow, input, self.now, &entropy);
        self.take(step);
    }

    fn take(&mut self, step: Box<Step>) {
        self.flow = step.flow;
        self.notices.extend(step.notices);
        if step.provider_error.is_some() && (step.end.is_some() || !self.notices.is_empty()) {
            self.said = step.provider_error;
        }
        if let Some(end) = step.end {
            match &end {
                Ok(Outcome::SignedIn { session, .. } | Outcome::Token { session, .. })
                | Ok(Outcome::UserSwitched(session)) => self.session.clone_from(&session.text),
                Ok(Outcome::Ended(_) | Outcome::SignedOutAt(_)) => self.session.clear(),
                _ => {}
            }
            self.end = Some(end);
        }
        for request in step.effects {
            self.run_effect(request);
        }
    }

    fn run_effect(&mut self, EffectRequest { id, effect }: EffectRequest) {
        let key = |area: StorageArea, key: String| (name(area), key);
        match effect {
            Effect::Send(request) => self.send(id, request, None),
            Effect::SendWithDpop { request, token } => self.send(id, request, Some(token)),
            // The form authenticates the client by an assertion.
            Effect::SendWithAssertion(request) => {
                let body = request.body.map(|form| form + "&client_assertion=…");
                self.send(id, Request { body, ..request }, None);
            }
            Effect::Sign { alg, input, .. } => {
                self.places.push_back(format!("sign {alg} {input}"));
                self.reply(Input::Signature(id, b"signature"));
            }
            Effect::Verify { question, also_hash } => {
                let verdict = verifier::host(&question);
                self.reply(Input::Verdict(id, verdict, &verifier::digest(&question, &also_hash)));
            }
            Effect::List { area, prefix } => {
                let all = self.store.iter().filter(|(key, _)| key.0 == name(area));
                let found = all.filter(|(key, _)| key.1.starts_with(&prefix));
                let pairs: Vec<_> =
                    found.map(|(key, text)| (key.1.clone(), text.clone())).collect();
                self.reply(Input::List(id, &pairs));
            }
            Effect::Load { area, key: at } => {
                let text = self.store.get(&key(area, at)).cloned();
                self.reply(Input::Text(id, text.as_deref()));
            }
            Effect::Take { area, key: at, tombstone } => {
                let at = key(area, at);
                let text = self.store.get(&at).cloned();
                if text.is_some() {
                    self.store.insert(at, tombstone);
                }
                self.reply(Input::Text(id, text.as_deref()));
            }
            Effect::Save { area, key: at, text } => {
                if self.storage_works {
                    self.store.insert(key(area, at), text);
                }
                self.reply(Input::Done(id, self.storage_works));
            }
            Effect::CompareAndSwap { area, key: at, expected, text } => {
                let at = key(area, at);
                let there = self.store.get(&at).cloned();
                if there.as_deref() != Some(&expected) {
                    return self.reply(Input::Text(id, there.as_deref()));
                }
                if text.is_empty() {
                    self.store.remove(&at);
                } else if self.storage_works {
                    self.store.insert(at, text);
                }
                self.reply(Input::Done(id, self.storage_works));
            }
            Effect::Lock { .. } => {
                self.lock = Some(id);
                if !self.lock_waits {
                    self.reply(Input::Done(id, !self.lock_is_busy));
                }
            }
            Effect::Broadcast { text } => {
                let (tag, word) = text.split_once(' ').expect("a tag and a word");
                assert_eq!(tag, self.config.tag());
                self.messages.push_back(word.to_owned());
            }
            Effect::Relay { state, query } => {
                self.places.push_back(format!("relay {state} {query}"));
                self.reply(Input::Done(id, true));
            }
            Effect::Show { on, url, .. } => {
                self.go(&url);
                let on = match on {
                    Screen::Popup => "popup",
                    Screen::Frame => "frame",
                    Screen::Page => "page",
                    Screen::NextPage => "next-page",
                };
                self.places.push_back(format!("{on} {url}"));
                self.frame = Some(id);
            }
            Effect::CheckSession { url, origin, text, delay_ms } => {
                self.places.push_back(format!("ask {url} {origin} {delay_ms} {text}"));
                self.watched = Some(id);
            }
            Effect::Remove { area, key: at } => _ = self.store.remove(&key(area, at)),
            Effect::RemoveFromTab { area, key: at } if self.store_is_own => {
                _ = self.store.remove(&key(area, at));
            }
            Effect::RemoveFromTab { .. } => {}
            Effect::Wait { .. } => unreachable!("no page waits"),
            Effect::ReplaceUrl { url } => self.places.push_back(format!("rewrite {url}")),
            Effect::Navigate { url } => {
                self.go(&url);
                self.places.push_back(format!("leave {url}"));
            }
        }
    }

    /// Answers an effect, unless the flow has ended.
    fn reply(&mut self, input: Input<'_>) {
        if self.end.is_none() && !self.flow.is_empty() {
            self.input(input);
        }
    }

    pub(crate) fn kept(&self, area: StorageArea) -> usize {
        self.store.keys().filter(|key| key.0 == name(area)).count()
    }

    pub(crate) fn clear_storage(&mut self) {
        self.store.clear();
    }
}

fn name(area: StorageArea) -> &'static str {
    match area {
        StorageArea::Pending => "pending",
        StorageArea::Session => "session",
        StorageArea::Keys => "keys",
    }
}
