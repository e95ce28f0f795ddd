//! The state machines of a relying party, one per file. Each step is a pure function of the state,
//! one input and the time.
//!
//! A flow is text between two steps, so it survives a page load, another tab or a trap.

pub mod api_need;
mod authorization_request;
mod backoff;
pub mod broadcast;
pub mod check_session;
pub mod client_assertion;
pub mod dpop_proof;
pub mod entropy;
mod explain;
pub mod frontchannel_logout;
mod redeem;
pub mod refresh;
mod refused_refresh;
mod request;
mod restore;
pub mod return_to;
pub mod routes;
mod sent_mark;
mod session_effects;
pub mod session_hint;
pub mod sign_in;
pub mod sign_out;
mod silent_frame;
pub mod silent_redirect;
pub mod start;
pub mod step;
pub mod step_up;
mod store_session;
pub mod tab_message;
pub mod table;
mod tokens_only;
pub mod userinfo;
mod userinfo_at_sign_in;
mod verification;
mod verified_response;

use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Input, UnixTime};
use crate::proto::error::{At, Code, Error};
use crate::proto::features::{CONFIDENTIAL_CLIENT, IN_PAGE, WITH_FRAMES, WITH_RENEWAL};
use crate::proto::state::flow_state::{FlowState, Machine};
use crate::proto::text::json;
use alloc::{borrow::ToOwned, boxed::Box};
use entropy::Entropy;
use sign_in::SignInMode;
use step::Step;

/// Begins a flow by its name. [`FLOWS`](table::FLOWS) says what the two inputs mean.
#[must_use]
pub fn begin(
    config: &ClientConfig,
    name: &str,
    (first, second): (&str, &str),
    now: UnixTime,
    entropy: &Entropy,
) -> Box<Step> {
    match name {
        "start" => start::begin(config, second, now),
        "tab-message" if IN_PAGE => tab_message::begin(config, first),
        "api-need" => api_need::choose(config, first),
        "sign-in" if IN_PAGE => sign_in::begin(config, first, second, SignInMode::Page, entropy),
        "refresh" => refresh::begin(config, first, second, now),
        "sign-out" => sign_out::begin(config, first, second, now, &entropy.state),
        _ if WITH_RENEWAL => begin_renewal(config, name, (first, second), now, entropy),
        // The module without renewal has no other flow.
        _ => Step::fail(Error::at(Code::ConfigInvalid, At::Module)),
    }
}

/// Begins a flow that only a module with renewal has.
fn begin_renewal(
    config: &ClientConfig,
    name: &str,
    (first, second): (&str, &str),
    now: UnixTime,
    entropy: &Entropy,
) -> Box<Step> {
    match name {
        "userinfo" if WITH_FRAMES => userinfo::begin(config, first, now),
        "silent-start" if WITH_FRAMES => begin_silent_start(config, second, now),
        "session-hint" if WITH_FRAMES => session_hint::begin(config),
        "id-token" if WITH_FRAMES => restore::id_token(config, first),
        "duplicated-tab" if WITH_FRAMES => start::begin_duplicated_tab(config),
        "popup-sign-in" if WITH_FRAMES => {
            sign_in::begin(config, first, second, SignInMode::Popup, entropy)
        }
        "check-session" if WITH_FRAMES => check_session::begin(config, first, second == "works"),
        "frontchannel-logout" if WITH_FRAMES => frontchannel_logout::begin(config, second),
        "step-up" if WITH_FRAMES => step_up::begin(config, first, second, now),
        "dpop-proof" if WITH_FRAMES => dpop_proof::begin(config, first, now, &entropy.state),
        "dpop-nonce" if WITH_FRAMES => dpop_proof::wants_nonce(first),
        "return-to" if CONFIDENTIAL_CLIENT => routes::return_to(config, first, second),
        "route-sign-in" if CONFIDENTIAL_CLIENT => routes::sign_in(config, first, second, entropy),
        "route-sign-in-at-root" if CONFIDENTIAL_CLIENT => {
            routes::sign_in_at_root(config, first, entropy)
        }
        "form-response" if CONFIDENTIAL_CLIENT => routes::form_response(config, first),
        "client-assertion" if CONFIDENTIAL_CLIENT => {
            client_assertion::begin(config, now, &entropy.state)
        }
        _ => Step::fail(Code::Internal),
    }
}

/// Begins at the address of a page that the user sees, and that may begin a silent redirect.
#[must_use]
pub fn begin_silent_start(config: &ClientConfig, page_url: &str, now: UnixTime) -> Box<Step> {
    let step = silent_redirect::begin(config, page_url);
    step.unwrap_or_else(|| start::begin(config, page_url, now))
}

/// Gives a flow its next input. `entropy` is drawn for this step alone.
#[must_use]
pub fn resume(
    config: &ClientConfig,
    flow: &str,
    input: Input<'_>,
    now: UnixTime,
    entropy: &Entropy,
) -> Box<Step> {
    let Ok(state) = json::read_object(flow.as_bytes()) else {
        return Step::fail(Code::Internal);
    };
    let Some(machine) = FlowState::of(&state).machine() else {
        return Step::fail(Code::Internal);
    };
    let next = match machine {
        Machine::Start => start::resume(config, &state, input, now, entropy),
        Machine::Redeem => redeem::resume(config, &state, input, now, entropy),
        Machine::SignIn => sign_in::resume(config, &state, input, now),
        Machine::SignOut => sign_out::resume(config, &state, input),
        Machine::Userinfo if CONFIDENTIAL_CLIENT => {
            userinfo_at_sign_in::resume(config, &state, input, now)
        }
        Machine::Userinfo if WITH_RENEWAL => userinfo::resume(&state, input),
        Machine::Refresh if WITH_RENEWAL => refresh::resume(config, &state, input, now, entropy),
        Machine::SilentRedirect if WITH_FRAMES => {
            silent_redirect::resume(config, &state, input, now, entropy)
        }
        Machine::CheckSession if WITH_FRAMES => check_session::resume(config, &state, input),
        Machine::FrontchannelLogout if WITH_FRAMES => {
            frontchannel_logout::resume(config, &state, input)
        }
        Machine::StepUp if WITH_FRAMES => step_up::resume(config, &state, input, now),
        Machine::DpopProof if WITH_FRAMES => dpop_proof::resume(&state, input),
        Machine::ClientAssertion if CONFIDENTIAL_CLIENT => client_assertion::resume(&state, input),
        _ => Err(Code::Internal.into()),
    };
    let mut step = match next {
        Ok(Some(step)) => step,
        // An answer without a matching effect changes nothing.
        Ok(None) => return Step::wait_as(flow.to_owned()),
        Err(error) => Step::fail(error),
    };
    if step.provider_error.is_none() && step.failure().is_some() {
        step.provider_error = explain::provider_error(config, &state, input);
    }
    if WITH_RENEWAL {
        explain::explain(config, &state, input, &mut step);
    }
    step
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use table::{FLOWS, Slot};

    const ENTROPY: Entropy = Entropy { state: [1; 32], nonce: [2; 32], verifier: [3; 32] };

    fn begun(name: &str, inputs: (&str, &str)) -> Option<Code> {
        let settings = r#"{"issuer":"https://op.example","clientId":"c",
            "redirectUri":"https://app.example/cb"}"#;
        let config = ClientConfig::read(settings).unwrap();
        let step = begin(&config, name, inputs, UnixTime(1), &ENTROPY);
        step.end.and_then(Result::err).map(|error| error.code)
    }

    #[test]
    fn every_flow_of_the_table_can_begin_and_no_other() {
        let example = |slot: Slot| match slot {
            Slot::Form => "",
            Slot::Empty | Slot::Session | Slot::FrameState | Slot::TabMessage => "",
            Slot::PageUrl | Slot::RequestUrl => "https://app.example/",
            Slot::SignInOptions
            | Slot::TokenNeed
            | Slot::ApiRefusal
            | Slot::SignOutOptions
            | Slot::DpopRequest
            | Slot::DpopResponse => "{}",
        };
        for flow in FLOWS {
            let code = begun(flow.name, (example(flow.first), example(flow.second)));
            assert_ne!(code, Some(Code::Internal), "{}", flow.name);
        }
        assert_eq!(begun("login", ("{}", "https://app.example/")), Some(Code::Internal));
    }
}
