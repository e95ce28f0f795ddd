//! The last part of a sign-in: its request is signed or pushed if needed, then its address opens.

use super::request::send_as;
use super::step::{Outcome, Step};
use super::{client_assertion, restore};
use crate::proto::client::auth::Method;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, Input, Screen, StorageArea};
use crate::proto::effect_id::EffectId;
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_FRAMES, WITH_RENEWAL};
use crate::proto::oidc::pushed;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::pending;
use crate::proto::text::json::{self, Json};
use crate::proto::text::url;
use alloc::{boxed::Box, string::String};

/// The timeout for a user in a popup, in milliseconds.
const POPUP_TIMEOUT_MS: u32 = 300_000;
/// The timeout for a page that navigates, in milliseconds.
const NAVIGATION_TIMEOUT_MS: u32 = 10_000;

/// Signs or pushes the request if `state` says so, and opens its address.
pub(super) fn send(config: &ClientConfig, state: &Json) -> Box<Step> {
    let (input, form) = (member(state, "sign"), member(state, "form"));
    if CONFIDENTIAL_CLIENT && !input.is_empty() {
        let Some(key) = config.client_key() else {
            return Step::fail(client_assertion::missing_key());
        };
        return Step::wait_as(json::write(state))
            .run(EffectId::SIGN_REQUEST_OBJECT, key.sign(input.to_owned()));
    }
    if WITH_RENEWAL && !form.is_empty() {
        return send_form(config, state, form);
    }
    open(state, member(state, "url").to_owned())
}

/// Sends a request: its form is pushed first, or added to the address.
pub(super) fn send_form(config: &ClientConfig, state: &Json, form: &str) -> Box<Step> {
    let endpoint = member(state, "push");
    if endpoint.is_empty() {
        return open(state, url::with_form(member(state, "url"), form));
    }
    let auth = Method::of_name(member(state, "auth"));
    let request = pushed::request(endpoint, form);
    Step::wait_as(json::write(state)).run(EffectId::PUSH_REQUEST, send_as(config, auth, request))
}

/// Opens an address: in a popup, by a redirect that returns silently, or by a redirect.
fn open(state: &Json, url: String) -> Box<Step> {
    let (pending, key) = (member(state, "pending"), member(state, "state").to_owned());
    if WITH_FRAMES && !pending.is_empty() {
        let show =
            Effect::Show { on: Screen::Popup, url, state: key, timeout_ms: POPUP_TIMEOUT_MS };
        return Step::wait(FlowState::WAITING_FOR_POPUP.begin_text().text("pending", pending))
            .run(EffectId::SHOW_POPUP, show);
    }
    if pending::is_silent(state) {
        let on = if state.is_true(pending::KEEPS_PAGE) { Screen::NextPage } else { Screen::Page };
        let show = Effect::Show { on, url, state: key, timeout_ms: NAVIGATION_TIMEOUT_MS };
        return Step::wait(&FlowState::NAVIGATING.begin_text()).run(EffectId::SHOW_PAGE, show);
    }
    Step::done(Outcome::Navigating).run(EffectId::NAVIGATE, Effect::Navigate { url })
}

/// Continues after the push. If it failed, the page does not redirect, and nothing stays pending.
pub(super) fn handle_pushed(config: &ClientConfig, state: &Json, answer: Input<'_>) -> Box<Step> {
    let error = match pushed::read_answer(answer) {
        Ok(name) => return open(state, pushed::address(member(state, "url"), config, &name)),
        Err(error) => error,
    };
    let key = pending::key(member(state, "state"));
    let step = if pending::is_silent(state) {
        restore::restore_with_notice(config, error)
    } else {
        Step::fail(error)
    };
    step.run_first(
        EffectId::REMOVE_PENDING_SIGN_IN,
        Effect::Remove { area: StorageArea::Pending, key },
    )
}
