//! A sign-in until it leaves the page: metadata, the request, the stored data, the redirect.
//!
//! `FETCHING_METADATA` (or `PROBING_PROVIDER`) → `LISTING_PENDING_SIGN_INS` → `PREPARING_REQUEST` →
//! `NAVIGATING`, or, in a popup, `WAITING_FOR_POPUP`. A pushed request is sent last, before the
//! redirect. The flow's text contains the `plan` of the sign-in: its options, its
//! secrets, and the address to return to.

use super::entropy::Entropy;
use super::step::Step;
use super::{authorization_request, client_assertion, restore, return_to, silent_frame};
use crate::proto::client::auth::Method;
use crate::proto::client::config::ClientConfig;
use crate::proto::client::key;
use crate::proto::effect::{Effect, Input, Response, StorageArea, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error, ProviderError};
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_FRAMES, WITH_RENEWAL};
use crate::proto::oidc::authorize::{self, RequestSecrets, SignInOptions};
use crate::proto::oidc::discovery::{self, Form};
use crate::proto::oidc::{callback, jwks, pkce, pushed, response};
use crate::proto::provider::endpoint;
use crate::proto::provider::metadata::Metadata;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::pending::{self, PendingSignIn};
use crate::proto::state::sign_in_loop;
use crate::proto::text::json::{self, Json, Text, Writer};
use crate::proto::text::{form, url};
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
    let options = match SignInOptions::read(ask, config) {
        Ok(options) => options,
        Err(error) => return Step::fail(error),
    };
    let random = pkce::derive_secret(&entropy.state);
    let state = match way {
        SignInMode::Popup if WITH_FRAMES => callback::derive_relayed_state(config, &random),
        _ => callback::derive_state(config, &random),
    };
    let back = return_to::resolve(options.return_to(), page_url, config);
    let plan = plan(ask, &state, entropy, &back).bool("popup", way == SignInMode::Popup).finish();
    find_provider(config, &plan)
}

/// Begins a sign-in again with these options, as its provider asked or because its response is late. The page redirects without a history entry.
pub(super) fn begin_again(
    config: &ClientConfig,
    pending: &PendingSignIn,
    ask: &str,
    entropy: &Entropy,
) -> Box<Step> {
    let state = callback::derive_state(config, &pkce::derive_secret(&entropy.state));
    let mut plan = plan(ask, &state, entropy, pending.return_to());
    find_provider(config, &plan.bool(pending::REPEATED, true).finish())
}

fn find_provider(config: &ClientConfig, plan: &str) -> Box<Step> {
    match config.metadata() {
        Some(metadata) => prune(config, plan, &metadata),
        None => discover(plan, config, EffectId::FETCH_METADATA),
    }
}

/// The options, the secrets, and the address to return to.
pub(super) fn plan(ask: &str, state: &str, entropy: &Entropy, return_to: &str) -> Box<Writer> {
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
    let Some(metadata) = config.metadata() else {
        return discover(plan, config, EffectId::FETCH_METADATA);
    };
    if !config.fetches_keys() {
        return prune(config, plan, &metadata);
    }
    let request = jwks::request(metadata.required(endpoint::KEYS), false);
    let mut flow = FlowState::PROBING_PROVIDER.begin_text();
    flow.raw("plan", plan);
    Step::wait(&flow).run(EffectId::FETCH_KEYS, Effect::Send(request))
}

pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    match advance(config, state, input, now) {
        Err(error) if pending::is_silent(state) => {
            Ok(Some(restore::restore_with_notice(config, error)))
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
    let step = match (FlowState::of(state), input) {
        (
            FlowState::FETCHING_METADATA,
            Input::Response(
                id @ (EffectId::FETCH_METADATA | EffectId::FETCH_OAUTH_METADATA),
                response,
            ),
        ) => discovered(config, state, id, &response)?,
        (
            FlowState::FETCHING_METADATA,
            Input::Failure(EffectId::FETCH_METADATA | EffectId::FETCH_OAUTH_METADATA, failure),
        ) => {
            return Err(response::failure(failure, At::Metadata));
        }
        (
            FlowState::LISTING_PENDING_SIGN_INS,
            Input::List(EffectId::LIST_PENDING_SIGN_INS, entries),
        ) => save_pending(config, state, entries, now)?,
        (FlowState::PREPARING_REQUEST, Input::Done(EffectId::STORE_PENDING_SIGN_IN, true)) => {
            authorization_request::send(config, state)
        }
        (FlowState::PREPARING_REQUEST, Input::Done(EffectId::STORE_PENDING_SIGN_IN, false)) => {
            return Err(Code::StorageUnavailable.into());
        }
        (place, input) if WITH_RENEWAL => return advance_renewal(config, state, place, input),
        _ => return Ok(None),
    };
    Ok(Some(step))
}

/// In a popup, or silently.
fn advance_renewal(
    config: &ClientConfig,
    state: &Json,
    place: FlowState,
    input: Input<'_>,
) -> Result<Option<Box<Step>>, Error> {
    match (place, input) {
        (FlowState::PROBING_PROVIDER, Input::Response(EffectId::FETCH_KEYS, response))
            if WITH_FRAMES =>
        {
            jwks::read(&response)?;
            let plan = json::write(state.member("plan").ok_or(Code::Internal)?);
            let metadata = config.metadata().ok_or(Code::Internal)?;
            Ok(Some(prune(config, &plan, &metadata)))
        }
        (FlowState::PREPARING_REQUEST, Input::Signature(EffectId::SIGN_REQUEST_OBJECT, []))
            if CONFIDENTIAL_CLIENT =>
        {
            Err(client_assertion::missing_key())
        }
        (
            FlowState::PREPARING_REQUEST,
            Input::Signature(EffectId::SIGN_REQUEST_OBJECT, signature),
        ) if CONFIDENTIAL_CLIENT => {
            let (id, input) = (config.client_id(), member(state, "sign"));
            let mut form = key::request_form(id, input, signature);
            // OpenID Connect demands these two beside the object (Core 6.1), and a pushed request
            // must not have them (RFC 9126, section 3).
            if member(state, "push").is_empty() {
                let all = form::read(member(state, "form")).unwrap_or_default();
                for (name, value) in &all {
                    if name == "response_type" || name == "scope" {
                        form::add(&mut form, name, value);
                    }
                }
            }
            Ok(Some(authorization_request::send_form(config, state, &form)))
        }
        (
            FlowState::PREPARING_REQUEST,
            Input::Response(EffectId::PUSH_REQUEST, _) | Input::Failure(EffectId::PUSH_REQUEST, _),
        ) => Ok(Some(authorization_request::handle_pushed(config, state, input))),
        (FlowState::PROBING_PROVIDER, Input::Failure(EffectId::FETCH_KEYS, failure))
            if WITH_FRAMES =>
        {
            Err(response::failure(failure, At::JwksUri))
        }
        (FlowState::NAVIGATING, Input::Text(EffectId::SHOW_PAGE, _)) if WITH_FRAMES => {
            Ok(Some(restore::restore(config)))
        }
        (FlowState::WAITING_FOR_POPUP, Input::Text(EffectId::SHOW_POPUP, answer))
            if WITH_FRAMES =>
        {
            silent_frame::read_response(config, state, answer).map(Some)
        }
        (FlowState::WAITING_FOR_POPUP, Input::Failure(EffectId::SHOW_POPUP, failure))
            if WITH_FRAMES =>
        {
            Err(response::failure(failure, At::Nothing))
        }
        _ => Ok(None),
    }
}

fn discover(plan: &str, config: &ClientConfig, id: EffectId) -> Box<Step> {
    let form = if id == EffectId::FETCH_METADATA { Form::OpenId } else { Form::OAuth };
    let request = Effect::Send(discovery::client_request(config, form));
    Step::wait(FlowState::FETCHING_METADATA.begin_text().raw("plan", plan)).run(id, request)
}

/// Tries OpenID's address first, and OAuth's (RFC 8414) if nothing is there.
fn discovered(
    config: &ClientConfig,
    state: &Json,
    id: EffectId,
    response: &Response<'_>,
) -> Result<Box<Step>, Error> {
    let plan = json::write(state.member("plan").ok_or(Code::Internal)?);
    let has_other = config.discovery_url().is_none();
    if response.status == 404 && id == EffectId::FETCH_METADATA && has_other {
        return Ok(discover(&plan, config, EffectId::FETCH_OAUTH_METADATA));
    }
    let json = config.overlaid(response::json_object(response, At::Metadata)?);
    Ok(prune(config, &plan, &config.read_metadata(&json)?))
}

fn prune(config: &ClientConfig, plan: &str, metadata: &Metadata<'_>) -> Box<Step> {
    let mut text = FlowState::LISTING_PENDING_SIGN_INS.begin_text();
    let can_revoke = config.has_credentials() || !metadata.revokes_with_secret_only();
    metadata.write(text.raw("plan", plan), can_revoke);
    Step::wait(&text).run(EffectId::LIST_PENDING_SIGN_INS, list_pending(config))
}

/// Lists this client's sign-ins: another client on the page has its own ten.
pub(super) fn list_pending(config: &ClientConfig) -> Effect {
    let prefix = pending::key(&callback::derive_state(config, ""));
    Effect::List { area: StorageArea::Pending, prefix }
}

/// Stores the sign-in, next to nine others at most.
fn save_pending(
    config: &ClientConfig,
    state: &Json,
    entries: &[(String, String)],
    now: UnixTime,
) -> Result<Box<Step>, Error> {
    let is_silent = pending::is_silent(state);
    if is_silent && pending::was_tried_silently(entries, now) {
        return Ok(restore::restore(config));
    }
    let plan = state.member("plan").ok_or(Code::Internal)?;
    let metadata = Metadata::known(state).ok_or(Code::Internal)?;
    // No ID token of this provider could be accepted, so no user is sent there.
    if WITH_RENEWAL && !config.accepts_id_tokens(metadata.algorithms()) {
        return Err(Error::at(Code::AlgForbidden, At::IdTokenSigningAlgValuesSupported));
    }
    let ask = SignInOptions::read(member(plan, "ask"), config)?;
    let once = RequestSecrets {
        state: member(plan, "state"),
        nonce: config.static_nonce().unwrap_or_else(|| member(plan, "nonce")),
        verifier: member(plan, "verifier"),
        redirect_uri: config.redirect_uri(),
    };
    let back = member(plan, "return_to");
    let mut text = pending::write(config, &ask, &once, back, &metadata, now);
    if is_silent {
        let has_session = plan.is_true("knows");
        text.bool(pending::SILENT, true).bool("knows", has_session);
    }
    let is_repeated = WITH_RENEWAL && plan.member(pending::REPEATED).is_some();
    if is_repeated {
        text.bool(pending::REPEATED, true);
    }
    if WITH_RENEWAL {
        text.text("ask", &ask.without_return_to());
    }
    let text = text.finish();
    // Stops an app that signs in after every sign-in.
    if let Some(times) = sign_in_loop::detect(entries, &text, now) {
        if is_silent {
            return Err(Code::SigninLoop.into());
        }
        let said = ProviderError { error: "loop".to_owned(), description: times };
        return Ok(Step::fail(Code::SigninLoop).with_provider_error(Some(said)));
    }
    let form = authorize::write(config, &ask, &once);
    let to = metadata.required(endpoint::AUTHORIZATION);
    let mut flow = FlowState::PREPARING_REQUEST.begin_text();
    let push = pushed::endpoint(config, &metadata)?;
    let object = client_assertion::request(config, &metadata, &form, now)?;
    if WITH_RENEWAL && (push.is_some() || object.is_some()) {
        let auth = Method::choose(config, &metadata).name();
        flow.text("auth", auth)
            .optional_text("push", push.map(Text::as_str))
            .optional_text("sign", object.as_deref());
        flow.text("form", &form).text("url", to);
    } else {
        flow.text("url", &url::with_form(to, &form));
    }
    if WITH_RENEWAL {
        flow.bool(pending::SILENT, is_silent || is_repeated).text("state", once.state);
        let keeps_page = is_silent && !pending::obeys(plan, entries);
        flow.bool(pending::KEEPS_PAGE, keeps_page).text("return_to", back);
    }
    if WITH_FRAMES && plan.is_true("popup") {
        let flow = flow.text("pending", &text).finish();
        return Ok(authorization_request::send(
            config,
            &json::read_object(flow.as_bytes()).unwrap_or_default(),
        ));
    }
    let mut step = Step::wait(&flow);
    for key in pending::keys_to_remove(entries, now) {
        step = step.run(
            EffectId::REMOVE_PENDING_SIGN_IN,
            Effect::Remove { area: StorageArea::Pending, key },
        );
    }
    let (area, key) = (StorageArea::Pending, pending::key(once.state));
    Ok(step.run(EffectId::STORE_PENDING_SIGN_IN, Effect::Save { area, key, text }))
}
