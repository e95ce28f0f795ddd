//! A sign-in until it leaves the page: metadata, the request, the stored data, the redirect.
//!
//! discovering (or reaching) → pruning → parking, or, in a popup, asking. A pushed request is sent
//! last, before the redirect. The flow's text contains the `plan` of the sign-in: its options, its
//! secrets, and the address to return to.

use super::entropy::Entropy;
use super::request::send_as;
use super::step::{Outcome, Step};
use super::{client_assertion, restore, return_to, silent_frame};
use crate::proto::client::auth::Method;
use crate::proto::client::config::ClientConfig;
use crate::proto::client::key;
use crate::proto::effect::{Effect, Input, Response, Screen, StorageArea, UnixTime};
use crate::proto::error::{At, Code, Error, ProviderError};
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_RENEWAL};
use crate::proto::oidc::authorize::{self, RequestSecrets, SignInOptions};
use crate::proto::oidc::discovery::{self, Form};
use crate::proto::oidc::{callback, jwks, pkce, pushed, response};
use crate::proto::provider::endpoint;
use crate::proto::provider::metadata::Metadata;
use crate::proto::state::flow_text::{at, member};
use crate::proto::state::pending;
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::text::url;
use alloc::{borrow::ToOwned, boxed::Box, string::String};

/// Where the response arrives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInMode {
    /// At the page itself, which redirects to the provider and back.
    Page,
    /// In a popup, which passes it to the page. The data stays in the flow, which ends with the
    /// page.
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
/// The timeout for a user in a popup, in milliseconds.
const POPUP_TIMEOUT_MS: u32 = 300_000;
/// The timeout for a page that navigates, in milliseconds.
const NAVIGATION_TIMEOUT_MS: u32 = 10_000;

/// Begins a sign-in. `ask` is the JSON text of signIn's options, `page_url` the address of the
/// page.
#[must_use]
pub fn begin(
    config: &ClientConfig,
    ask: &str,
    page_url: &str,
    way: SignInMode,
    entropy: &Entropy,
) -> Box<Step> {
    let options = match SignInOptions::read(ask) {
        Ok(options) => options,
        Err(error) => return Step::fail(error),
    };
    let random = pkce::derive_secret(&entropy.state);
    let state = match way {
        SignInMode::Popup if WITH_RENEWAL => callback::derive_relayed_state(config, &random),
        _ => callback::derive_state(config, &random),
    };
    let back = return_to::resolve(options.return_to(), page_url, config);
    let plan = plan(ask, &state, entropy, &back).bool("popup", way == SignInMode::Popup).finish();
    match config.metadata() {
        Some(metadata) => prune(config, &plan, &metadata),
        None => discover(&plan, config, METADATA),
    }
}

/// The options, the secrets, and the address to return to.
pub(super) fn plan(ask: &str, state: &str, entropy: &Entropy, return_to: &str) -> Writer {
    let mut plan = Writer::new();
    plan.text("ask", ask)
        .text("state", state)
        .text("nonce", &pkce::derive_secret(&entropy.nonce))
        .text("verifier", &pkce::derive_secret(&entropy.verifier))
        .text("return_to", return_to);
    plan
}

/// Continues a plan after the provider has answered: a silent redirect never goes to a provider
/// that fails.
pub(super) fn begin_silent(config: &ClientConfig, plan: &str) -> Box<Step> {
    let Some(metadata) = config.metadata() else { return discover(plan, config, METADATA) };
    let request = jwks::request(metadata.required(endpoint::KEYS), false);
    let flow = at(FLOW, "reaching").raw("plan", plan).finish();
    Step::wait(flow).run(KEYS, Effect::Send(request))
}

pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    match advance(config, state, input, now) {
        Err(error) if WITH_RENEWAL && pending::is_silent(state) => {
            Ok(Some(restore::stay(config, error)))
        }
        step => step,
    }
}

fn advance(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    let step = match (member(state, "at"), input) {
        ("discovering", Input::Response(id @ (METADATA | METADATA_OAUTH), response)) => {
            discovered(config, state, id, &response)?
        }
        ("discovering", Input::Failure(METADATA | METADATA_OAUTH, failure)) => {
            return Err(response::failure(failure, At::Metadata));
        }
        ("pruning", Input::List(LIST, entries)) => save_pending(config, state, entries, now)?,
        ("parking", Input::Done(SAVE, true)) => leave(config, state),
        ("parking", Input::Done(SAVE, false)) => return Err(Code::StorageUnavailable.into()),
        (place, input) if WITH_RENEWAL => return advance_renewal(config, state, place, input),
        _ => return Ok(None),
    };
    Ok(Some(step))
}

/// In a popup, or silently.
fn advance_renewal(
    config: &ClientConfig,
    state: &Json,
    place: &str,
    input: Input<'_>,
) -> Result<Option<Box<Step>>, Error> {
    match (place, input) {
        ("reaching", Input::Response(KEYS, response)) => {
            jwks::read(&response)?;
            let plan = json::write(state.member("plan").ok_or(Code::Internal)?);
            let metadata = config.metadata().ok_or(Code::Internal)?;
            Ok(Some(prune(config, &plan, &metadata)))
        }
        ("parking", Input::Signature(SIGN, [])) if CONFIDENTIAL_CLIENT => {
            Err(client_assertion::missing_key())
        }
        ("parking", Input::Signature(SIGN, signature)) if CONFIDENTIAL_CLIENT => {
            let (id, input) = (config.client_id(), member(state, "sign"));
            Ok(Some(go_with(config, state, &key::request_form(id, input, signature))))
        }
        ("parking", Input::Response(PUSH, _) | Input::Failure(PUSH, _)) => {
            Ok(Some(pushed(config, state, input)))
        }
        ("reaching", Input::Failure(KEYS, failure)) => Err(response::failure(failure, At::JwksUri)),
        ("away", Input::Text(AWAY, _)) => Ok(Some(restore::restore(config))),
        ("asking", Input::Text(SHOW, answer)) => {
            silent_frame::heard(config, state, answer).map(Some)
        }
        ("asking", Input::Failure(SHOW, failure)) => Err(response::failure(failure, At::Nothing)),
        _ => Ok(None),
    }
}

fn discover(plan: &str, config: &ClientConfig, id: u32) -> Box<Step> {
    let form = if id == METADATA { Form::OpenId } else { Form::OAuth };
    let request = discovery::request(config.issuer(), form);
    Step::wait(at(FLOW, "discovering").raw("plan", plan).finish()).run(id, Effect::Send(request))
}

/// Tries OpenID's address first, and OAuth's (RFC 8414) if nothing is there.
fn discovered(
    config: &ClientConfig,
    state: &Json,
    id: u32,
    response: &Response<'_>,
) -> Result<Box<Step>, Error> {
    let plan = json::write(state.member("plan").ok_or(Code::Internal)?);
    if response.status == 404 && id == METADATA {
        return Ok(discover(&plan, config, METADATA_OAUTH));
    }
    let json = response::json_object(response, At::Metadata)?;
    Ok(prune(config, &plan, &config.read_metadata(&json)?))
}

fn prune(config: &ClientConfig, plan: &str, metadata: &Metadata<'_>) -> Box<Step> {
    // Only this client's sign-ins: another client on the page has its own ten.
    let prefix = pending::key(&callback::derive_state(config, ""));
    let offline = WITH_RENEWAL
        && config.requests_refresh_token()
        && metadata.announces_scope("offline_access");
    let mut text = at(FLOW, "pruning");
    metadata.write(text.raw("plan", plan).bool("offline", offline));
    Step::wait(text.finish()).run(LIST, Effect::List { area: StorageArea::Pending, prefix })
}

/// Stores the sign-in, beside nine others at most.
fn save_pending(
    config: &ClientConfig,
    state: &Json,
    entries: &[(String, String)],
    now: UnixTime,
) -> Result<Box<Step>, Error> {
    let is_silent = WITH_RENEWAL && pending::is_silent(state);
    if is_silent && pending::was_tried_silently(entries, now) {
        return Ok(restore::restore(config));
    }
    // Stops an app that signs in after every sign-in.
    if let Some(times) = pending::detect_loop(entries, now) {
        if is_silent {
            return Err(Code::SigninLoop.into());
        }
        let said = ProviderError { error: "loop".to_owned(), description: times };
        return Ok(Step::fail(Code::SigninLoop).with_provider_error(Some(said)));
    }
    let plan = state.member("plan").ok_or(Code::Internal)?;
    let metadata = Metadata::known(state).ok_or(Code::Internal)?;
    let mut ask = SignInOptions::read(member(plan, "ask"))?;
    // The user would not see the question that it brings.
    ask.offline = !is_silent && state.member("offline").and_then(Json::bool) == Some(true);
    let once = RequestSecrets {
        state: member(plan, "state"),
        nonce: member(plan, "nonce"),
        verifier: member(plan, "verifier"),
        redirect_uri: config.redirect_uri(),
    };
    let back = member(plan, "return_to");
    let mut text = pending::write(config, &ask, &once, back, &metadata, now);
    if is_silent {
        let has_session = plan.member("knows").and_then(Json::bool) == Some(true);
        text.bool(pending::SILENT, true).bool("knows", has_session);
    }
    let text = text.finish();
    let form = authorize::write(config, &ask, &once);
    let to = metadata.required(endpoint::AUTHORIZATION);
    let mut flow = at(FLOW, "parking");
    let push = pushed::endpoint(config, &metadata)?;
    let object = client_assertion::request(config, &metadata, &form, now)?;
    if WITH_RENEWAL && (push.is_some() || object.is_some()) {
        let auth = Method::choose(config, &metadata).name();
        flow.text("auth", auth)
            .optional_text("push", push)
            .optional_text("sign", object.as_deref());
        flow.text("form", &form).text("url", to);
    } else {
        flow.text("url", &url::with_form(to, &form));
    }
    if WITH_RENEWAL {
        flow.bool(pending::SILENT, is_silent).text("state", once.state);
    }
    if WITH_RENEWAL && plan.member("popup").and_then(Json::bool) == Some(true) {
        let flow = flow.text("pending", &text).finish();
        return Ok(leave(config, &json::read_object(flow.as_bytes()).unwrap_or(Json::Null)));
    }
    let mut step = Step::wait(flow.finish());
    for key in pending::keys_to_remove(entries, now) {
        step = step.run(DROP, Effect::Remove { area: StorageArea::Pending, key });
    }
    let key = pending::key(once.state);
    Ok(step.run(SAVE, Effect::Save { area: StorageArea::Pending, key, text }))
}

fn leave(config: &ClientConfig, state: &Json) -> Box<Step> {
    let (input, form) = (member(state, "sign"), member(state, "form"));
    if CONFIDENTIAL_CLIENT && !input.is_empty() {
        let Some(key) = config.client_key() else {
            return Step::fail(client_assertion::missing_key());
        };
        return Step::wait(json::write(state)).run(SIGN, key.sign(input.to_owned()));
    }
    if WITH_RENEWAL && !form.is_empty() {
        return go_with(config, state, form);
    }
    go(state, member(state, "url").to_owned())
}

/// Sends a request: its form is pushed first, or added to the address.
fn go_with(config: &ClientConfig, state: &Json, form: &str) -> Box<Step> {
    let endpoint = member(state, "push");
    if endpoint.is_empty() {
        return go(state, url::with_form(member(state, "url"), form));
    }
    let auth = Method::of_name(member(state, "auth"));
    let request = pushed::request(endpoint, form);
    Step::wait(json::write(state)).run(PUSH, send_as(config, auth, request))
}

/// Opens an address: in a popup, by a redirect that returns silently, or by a redirect.
fn go(state: &Json, url: String) -> Box<Step> {
    let (pending, key) = (member(state, "pending"), member(state, "state").to_owned());
    if WITH_RENEWAL && !pending.is_empty() {
        let show =
            Effect::Show { on: Screen::Popup, url, state: key, timeout_ms: POPUP_TIMEOUT_MS };
        return Step::wait(at(FLOW, "asking").text("pending", pending).finish()).run(SHOW, show);
    }
    if WITH_RENEWAL && pending::is_silent(state) {
        let show =
            Effect::Show { on: Screen::Page, url, state: key, timeout_ms: NAVIGATION_TIMEOUT_MS };
        return Step::wait(at(FLOW, "away").finish()).run(AWAY, show);
    }
    Step::done(Outcome::Navigating).run(LEAVE, Effect::Navigate { url })
}

/// Continues after the push. If it failed, the page does not redirect, and nothing stays pending.
fn pushed(config: &ClientConfig, state: &Json, answer: Input<'_>) -> Box<Step> {
    let error = match pushed::read_answer(answer) {
        Ok(name) => return go(state, pushed::address(member(state, "url"), config, &name)),
        Err(error) => error,
    };
    let key = pending::key(member(state, "state"));
    let step = match answer {
        _ if pending::is_silent(state) => restore::stay(config, error),
        Input::Response(_, response) => {
            Step::fail(error).with_provider_error(response::provider_error(&response))
        }
        _ => Step::fail(error),
    };
    step.run_first(DROP, Effect::Remove { area: StorageArea::Pending, key })
}
