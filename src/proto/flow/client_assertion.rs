//! The assertion of a client with a key (`private_key_jwt`), made for each request. It runs
//! beside the flow that sends the request.
//!
//! signing, and no other state.

use super::step::{Outcome, Step};
use crate::proto::client::config::ClientConfig;
use crate::proto::client::key;
use crate::proto::effect::{Input, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::CONFIDENTIAL_CLIENT;
use crate::proto::oidc::pkce;
use crate::proto::provider::metadata::Metadata;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::text::json::Json;
use alloc::{boxed::Box, string::String};

/// Begins. `entropy` makes this assertion unique.
#[must_use]
pub fn begin(config: &ClientConfig, now: UnixTime, entropy: &[u8; pkce::ENTROPY]) -> Box<Step> {
    let Some(key) = config.client_key() else { return Step::fail(missing_key()) };
    let input = key.assertion(
        config.client_id(),
        (config.assertion_audience(), config.issuer()),
        &pkce::derive_secret(entropy),
        now,
    );
    let mut flow = FlowState::SIGNING_ASSERTION.begin_text();
    flow.text("input", &input);
    Step::wait(&flow).run(EffectId::SIGN_CLIENT_ASSERTION, key.sign(input))
}

pub(super) fn resume(state: &Json, input: Input<'_>) -> Result<Option<Box<Step>>, Error> {
    match (FlowState::of(state), input) {
        (FlowState::SIGNING_ASSERTION, Input::Signature(EffectId::SIGN_CLIENT_ASSERTION, [])) => {
            Err(missing_key())
        }
        (
            FlowState::SIGNING_ASSERTION,
            Input::Signature(EffectId::SIGN_CLIENT_ASSERTION, signature),
        ) => {
            let form = key::assertion_form(member(state, "input"), signature);
            Ok(Some(Step::done(Outcome::Proof(form))))
        }
        _ => Ok(None),
    }
}

/// The signing input of a request, if the client or the provider requires signed requests (RFC
/// 9101, section 10.5).
///
/// # Errors
/// `OIDC_CONFIG_INVALID` with `clientKey`: there is no key to sign it with.
pub(super) fn request(
    config: &ClientConfig,
    metadata: &Metadata<'_>,
    form: &str,
    now: UnixTime,
) -> Result<Option<String>, Error> {
    if !CONFIDENTIAL_CLIENT
        || !config.requires_request_object() && !metadata.requires_request_object()
    {
        return Ok(None);
    }
    let key = config.client_key().ok_or(missing_key())?;
    Ok(Some(key.request(config.client_id(), config.issuer(), form, now)))
}

/// The host cannot sign with the client's key.
pub(super) fn missing_key() -> Error {
    Error::at(Code::ConfigInvalid, At::ClientKey)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::effect::Effect;
    use crate::proto::text::base64url;

    #[test]
    fn tok_10_the_audience_of_an_assertion_is_a_setting() {
        let settings = r#"{"issuer":"https://op.example","clientId":"c",AUD
            "redirectUri":"https://a.example/cb","clientKey":{"kty":"EC","crv":"P-256","alg":"ES256",
            "x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}}"#;
        for (setting, aud) in [
            ("", r#""https://op.example""#),
            (r#""https://op.example/token""#, r#""https://op.example/token""#),
            (r#"["https://op.example","t"]"#, r#"["https://op.example","t"]"#),
        ] {
            let setting = match setting {
                "" => String::new(),
                _ => alloc::format!(r#""assertionAudience":{setting},"#),
            };
            let config = ClientConfig::read_confidential(&settings.replace("AUD", &setting));
            let step = begin(&config.unwrap(), UnixTime(1), &[1; 32]);
            let Some(Effect::Sign { input, .. }) =
                step.effects.first().map(|request| request.effect.clone())
            else {
                unreachable!("an effect that asks for a signature")
            };
            let claims = base64url::read(input.split('.').nth(1).unwrap()).unwrap();
            let claims = String::from_utf8(claims).unwrap();
            assert!(claims.contains(&alloc::format!(r#""aud":{aud},"#)), "{claims}");
        }
        for wrong in ["7", "[]", "\"\"", "[\"a\",\"\"]"] {
            let setting = alloc::format!(r#""assertionAudience":{wrong},"#);
            let error = ClientConfig::read_confidential(&settings.replace("AUD", &setting)).err();
            let invalid = Error::at(Code::ConfigInvalid, At::AssertionAudience);
            assert_eq!(error, Some(invalid), "{wrong}");
        }
    }

    #[test]
    fn tok_10_eprint_2025_629_no_two_assertions_are_the_same() {
        let settings = r#"{"issuer":"https://op.example","clientId":"c",
            "redirectUri":"https://a.example/cb","clientKey":{"kty":"EC","crv":"P-256","alg":"ES256",
            "x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
            "y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}}"#;
        let config = ClientConfig::read_confidential(settings).unwrap();
        let input = |seed| {
            let step = begin(&config, UnixTime(1), &[seed; 32]);
            match step.effects.first().map(|request| request.effect.clone()) {
                Some(Effect::Sign { input, .. }) => input,
                _ => unreachable!("an effect that asks for a signature"),
            }
        };
        assert_ne!(input(1), input(2));
    }
}
