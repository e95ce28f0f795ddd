//! A sign-in until the page is left: metadata, the request, what must be remembered, the way out.
//!
//! discovering (or reaching) → pruning → parking, or, in a popup, asking. Where the request is
//! pushed, that comes last before the way out. The flow's text has the `plan` of the sign-in: what
//! was asked, its secrets, where to return to.

use super::entropy::Entropy;
use super::request::send_as;
use super::step::{Outcome, Step};
use super::{client_assertion, restore, return_to, silent_frame};
use crate::proto::client::auth::Method;
use crate::proto::client::config::Config;
use crate::proto::client::key;
use crate::proto::effect::{Effect, Input, Place, Response, Screen, UnixTime};
use crate::proto::error::{At, Code, Error, Said};
use crate::proto::features::{CONFIDENTIAL, GOES_ON};
use crate::proto::oidc::authorize::{self, Ask, Once};
use crate::proto::oidc::discovery::{self, Form};
use crate::proto::oidc::{answer, callback, keys, pkce, pushed};
use crate::proto::provider::endpoint;
use crate::proto::provider::metadata::Metadata;
use crate::proto::state::flow_text::{at, member};
use crate::proto::state::pending;
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::text::url;
use alloc::{borrow::ToOwned, boxed::Box, string::String};

/// Where the response arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// At the page itself, which goes to the provider and comes back.
    Page,
    /// In a popup, which brings it to the page: what must be remembered stays in the flow, which
    /// ends with the page.
    Popup,
}

const FLOW: &str = "login";
const METADATA: u32 = 1;
const METADATA_OAUTH: u32 = 2;
const LIST: u32 = 3;
const DROP: u32 = 4;
const SAVE: u32 = 5;
const LEAVE: u32 = 6;
const SHOW: u32 = 7;
const KEYS: u32 = 8;
const PUSH: u32 = 9;
const SIGN: u32 = 10;
const AWAY: u32 = 11;
/// The longest wait for a person in a popup, in milliseconds.
const PATIENCE: u32 = 300_000;
/// The longest wait for a page to go away, in milliseconds.
const LEAVING: u32 = 10_000;

/// Begins a sign-in. `ask` is the JSON text of signIn's options, `page_url` where the person is.
#[must_use]
pub fn begin(config: &Config, ask: &str, page_url: &str, way: Way, entropy: &Entropy) -> Box<Step> {
    let options = match Ask::read(ask) {
        Ok(options) => options,
        Err(error) => return Step::fail(error),
    };
    let random = pkce::derive_secret(&entropy.state);
    let state = match way {
        Way::Popup if GOES_ON => callback::derive_relayed_state(config, &random),
        _ => callback::derive_state(config, &random),
    };
    let back = return_to::resolve(options.return_to(), page_url, config);
    let plan = plan(ask, &state, entropy, &back).bool("popup", way == Way::Popup).finish();
    match config.metadata() {
        Some(metadata) => prune(config, &plan, &metadata),
        None => discover(&plan, config, METADATA),
    }
}

/// What is asked, its secrets, and where to return to.
pub(super) fn plan(ask: &str, state: &str, entropy: &Entropy, return_to: &str) -> Writer {
    let mut plan = Writer::new();
    plan.text("ask", ask)
        .text("state", state)
        .text("nonce", &pkce::derive_secret(&entropy.nonce))
        .text("verifier", &pkce::derive_secret(&entropy.verifier))
        .text("return_to", return_to);
    plan
}

/// Goes on with a plan once the provider has answered: nobody is sent unseen to where nothing is.
pub(super) fn reach(config: &Config, plan: &str) -> Box<Step> {
    let Some(metadata) = config.metadata() else { return discover(plan, config, METADATA) };
    let request = keys::request(metadata.required(endpoint::KEYS), false);
    let flow = at(FLOW, "reaching").raw("plan", plan).finish();
    Step::wait(flow).wish(KEYS, Effect::Send(request))
}

pub(super) fn resume(
    config: &Config,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    match advance(config, state, input, now) {
        Err(error) if GOES_ON && pending::is_unseen(state) => {
            Ok(Some(restore::stay(config, error)))
        }
        step => step,
    }
}

fn advance(
    config: &Config,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    let step = match (member(state, "at"), input) {
        ("discovering", Input::Response(id @ (METADATA | METADATA_OAUTH), response)) => {
            discovered(config, state, id, &response)?
        }
        ("discovering", Input::Failure(METADATA | METADATA_OAUTH, failure)) => {
            return Err(answer::failed(failure, At::Metadata));
        }
        ("pruning", Input::List(LIST, entries)) => park(config, state, entries, now)?,
        ("parking", Input::Done(SAVE, true)) => leave(config, state),
        ("parking", Input::Done(SAVE, false)) => return Err(Code::StorageUnavailable.into()),
        (place, input) if GOES_ON => return advance_beside(config, state, place, input),
        _ => return Ok(None),
    };
    Ok(Some(step))
}

/// In a popup, or unseen.
fn advance_beside(
    config: &Config,
    state: &Json,
    place: &str,
    input: Input<'_>,
) -> Result<Option<Box<Step>>, Error> {
    match (place, input) {
        ("reaching", Input::Response(KEYS, response)) => {
            keys::read(&response)?;
            let plan = json::write(state.member("plan").ok_or(Code::Internal)?);
            let metadata = config.metadata().ok_or(Code::Internal)?;
            Ok(Some(prune(config, &plan, &metadata)))
        }
        ("parking", Input::Signature(SIGN, [])) if CONFIDENTIAL => Err(client_assertion::lacking()),
        ("parking", Input::Signature(SIGN, signature)) if CONFIDENTIAL => {
            let (id, input) = (config.client_id(), member(state, "sign"));
            Ok(Some(go_with(config, state, &key::request_form(id, input, signature))))
        }
        ("parking", Input::Response(PUSH, _) | Input::Failure(PUSH, _)) => {
            Ok(Some(pushed(config, state, input)))
        }
        ("reaching", Input::Failure(KEYS, failure)) => Err(answer::failed(failure, At::JwksUri)),
        ("away", Input::Text(AWAY, _)) => Ok(Some(restore::restore(config))),
        ("asking", Input::Text(SHOW, answer)) => {
            silent_frame::heard(config, state, answer).map(Some)
        }
        ("asking", Input::Failure(SHOW, failure)) => Err(answer::failed(failure, At::Nothing)),
        _ => Ok(None),
    }
}

fn discover(plan: &str, config: &Config, id: u32) -> Box<Step> {
    let form = if id == METADATA { Form::OpenId } else { Form::OAuth };
    let request = discovery::request(config.issuer(), form);
    Step::wait(at(FLOW, "discovering").raw("plan", plan).finish()).wish(id, Effect::Send(request))
}

/// OpenID's place first, OAuth's (RFC 8414) where nothing lies there.
fn discovered(
    config: &Config,
    state: &Json,
    id: u32,
    response: &Response<'_>,
) -> Result<Box<Step>, Error> {
    let plan = json::write(state.member("plan").ok_or(Code::Internal)?);
    if response.status == 404 && id == METADATA {
        return Ok(discover(&plan, config, METADATA_OAUTH));
    }
    let json = answer::object(response, At::Metadata)?;
    Ok(prune(config, &plan, &config.read_metadata(&json)?))
}

fn prune(config: &Config, plan: &str, metadata: &Metadata<'_>) -> Box<Step> {
    // This client's alone: another one on the page keeps its own ten.
    let prefix = pending::key(&callback::derive_state(config, ""));
    let offline = GOES_ON && config.wants_refresh() && metadata.announces_scope("offline_access");
    let mut text = at(FLOW, "pruning");
    metadata.write(text.raw("plan", plan).bool("offline", offline));
    Step::wait(text.finish()).wish(LIST, Effect::List { place: Place::Pending, prefix })
}

/// Remembers the sign-in, beside nine others at most.
fn park(
    config: &Config,
    state: &Json,
    entries: &[(String, String)],
    now: UnixTime,
) -> Result<Box<Step>, Error> {
    let is_unseen = GOES_ON && pending::is_unseen(state);
    if is_unseen && pending::was_asked(entries, now) {
        return Ok(restore::restore(config));
    }
    // An app that signs in after every sign-in does nothing else any more.
    if let Some(times) = pending::rounds(entries, now) {
        if is_unseen {
            return Err(Code::SigninLoop.into());
        }
        let said = Said { error: "loop".to_owned(), description: times };
        return Ok(Step::fail(Code::SigninLoop).quoting(Some(said)));
    }
    let plan = state.member("plan").ok_or(Code::Internal)?;
    let metadata = Metadata::known(state).ok_or(Code::Internal)?;
    let mut ask = Ask::read(member(plan, "ask"))?;
    // Nobody would see the question that it brings.
    ask.offline = !is_unseen && state.member("offline").and_then(Json::bool) == Some(true);
    let once = Once {
        state: member(plan, "state"),
        nonce: member(plan, "nonce"),
        verifier: member(plan, "verifier"),
        redirect_uri: config.redirect_uri(),
    };
    let back = member(plan, "return_to");
    let mut text = pending::write(config, &ask, &once, back, &metadata, now);
    if is_unseen {
        let knows = plan.member("knows").and_then(Json::bool) == Some(true);
        text.bool("unseen", true).bool("knows", knows);
    }
    let text = text.finish();
    let form = authorize::write(config, &ask, &once);
    let to = metadata.required(endpoint::AUTHORIZATION);
    let mut flow = at(FLOW, "parking");
    let push = pushed::endpoint(config, &metadata)?;
    let object = client_assertion::request(config, &metadata, &form, now)?;
    if GOES_ON && (push.is_some() || object.is_some()) {
        let auth = Method::choose(config, &metadata).name();
        flow.text("auth", auth).maybe("push", push).maybe("sign", object.as_deref());
        flow.text("form", &form).text("url", to);
    } else {
        flow.text("url", &url::with_form(to, &form));
    }
    if GOES_ON {
        flow.bool("unseen", is_unseen).text("state", once.state);
    }
    if GOES_ON && plan.member("popup").and_then(Json::bool) == Some(true) {
        let flow = flow.text("pending", &text).finish();
        return Ok(leave(config, &json::read_object(flow.as_bytes()).unwrap_or(Json::Null)));
    }
    let mut step = Step::wait(flow.finish());
    for key in pending::stale(entries, now) {
        step = step.wish(DROP, Effect::Drop { place: Place::Pending, key });
    }
    let key = pending::key(once.state);
    Ok(step.wish(SAVE, Effect::Save { place: Place::Pending, key, text }))
}

fn leave(config: &Config, state: &Json) -> Box<Step> {
    let (input, form) = (member(state, "sign"), member(state, "form"));
    if CONFIDENTIAL && !input.is_empty() {
        let Some(key) = config.client_key() else { return Step::fail(client_assertion::lacking()) };
        return Step::wait(json::write(state)).wish(SIGN, key.sign(input.to_owned()));
    }
    if GOES_ON && !form.is_empty() {
        return go_with(config, state, form);
    }
    go(state, member(state, "url").to_owned())
}

/// The way out with a request: its form is pushed first, or taken along.
fn go_with(config: &Config, state: &Json, form: &str) -> Box<Step> {
    let endpoint = member(state, "push");
    if endpoint.is_empty() {
        return go(state, url::with_form(member(state, "url"), form));
    }
    let auth = Method::of_name(member(state, "auth"));
    let request = pushed::request(endpoint, form);
    Step::wait(json::write(state)).wish(PUSH, send_as(config, auth, request))
}

/// The way out to an address: a popup, the page and back, or the page.
fn go(state: &Json, url: String) -> Box<Step> {
    let (pending, key) = (member(state, "pending"), member(state, "state").to_owned());
    if GOES_ON && !pending.is_empty() {
        let show = Effect::Show { on: Screen::Popup, url, state: key, ms: PATIENCE };
        return Step::wait(at(FLOW, "asking").text("pending", pending).finish()).wish(SHOW, show);
    }
    if GOES_ON && pending::is_unseen(state) {
        let show = Effect::Show { on: Screen::Page, url, state: key, ms: LEAVING };
        return Step::wait(at(FLOW, "away").finish()).wish(AWAY, show);
    }
    Step::done(Outcome::Leaving).wish(LEAVE, Effect::Leave { url })
}

/// The provider has the request, or not: then nobody goes anywhere, and nothing waits for them.
fn pushed(config: &Config, state: &Json, answer: Input<'_>) -> Box<Step> {
    let error = match pushed::heard(answer) {
        Ok(name) => return go(state, pushed::address(member(state, "url"), config, &name)),
        Err(error) => error,
    };
    let key = pending::key(member(state, "state"));
    let step = match answer {
        _ if pending::is_unseen(state) => restore::stay(config, error),
        Input::Response(_, response) => Step::fail(error).quoting(answer::said(&response)),
        _ => Step::fail(error),
    };
    step.first(DROP, Effect::Drop { place: Place::Pending, key })
}
