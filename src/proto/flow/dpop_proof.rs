//! A request with a DPoP proof (RFC 9449): the signed text, and the meaning of the answer.
//!
//! signing, and no other state. A proof is for one request, so this runs beside the flow that sends
//! the request.

use super::step::{Outcome, Step};
use crate::proto::client::config::{ClientConfig, DPOP_ALG};
use crate::proto::effect::{Effect, Input, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::jose::signing;
use crate::proto::oidc::dpop::{self, ProofRequest};
use crate::proto::oidc::pkce;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::text::json::{self, Json};
use alloc::boxed::Box;

/// Begins. `request` is JSON text: `method`, `url`, `token` if there is one, `nonce` if the server
/// gave one, and how far the device's clock is known to be behind (`slow`) or ahead (`fast`), in
/// seconds. `entropy` makes this proof unique.
#[must_use]
pub fn begin(
    config: &ClientConfig,
    request: &str,
    now: UnixTime,
    entropy: &[u8; pkce::ENTROPY],
) -> Box<Step> {
    super::step::settle(try_begin(config, request, now, entropy))
}

fn try_begin(
    config: &ClientConfig,
    request: &str,
    now: UnixTime,
    entropy: &[u8; pkce::ENTROPY],
) -> Result<Box<Step>, Error> {
    let request = json::read_object(request.as_bytes()).map_err(|_| Code::Internal)?;
    let key = config.dpop_key().ok_or(Error::at(Code::ConfigInvalid, At::Dpop))?;
    let asked = ProofRequest {
        method: member(&request, "method"),
        url: member(&request, "url"),
        token: member(&request, "token"),
        nonce: member(&request, "nonce"),
    };
    let seconds = |name| request.seconds_or(name, 0);
    let real = now.0.saturating_add(seconds("slow")).saturating_sub(seconds("fast"));
    let input = dpop::write(&key, &asked, &pkce::derive_secret(entropy), UnixTime(real))?;
    let mut flow = FlowState::SIGNING_PROOF.begin_text();
    flow.text("input", &input);
    Ok(Step::wait(&flow)
        .run(EffectId::SIGN_DPOP_PROOF, Effect::Sign { key: key.members(), alg: DPOP_ALG, input }))
}

pub(super) fn resume(state: &Json, input: Input<'_>) -> Result<Option<Box<Step>>, Error> {
    match (FlowState::of(state), input) {
        (FlowState::SIGNING_PROOF, Input::Signature(EffectId::SIGN_DPOP_PROOF, [])) => {
            Err(Code::ProofKeyLost.into())
        }
        (FlowState::SIGNING_PROOF, Input::Signature(EffectId::SIGN_DPOP_PROOF, signature)) => {
            let proof = signing::compact(member(state, "input"), signature);
            Ok(Some(Step::done(Outcome::Proof(proof))))
        }
        _ => Ok(None),
    }
}

/// Reads the answer to such a request: it is sent again if the server asks for the nonce that came
/// with the answer. `answer` is JSON text: `status`, and if present `challenge` and `body`.
#[must_use]
pub fn wants_nonce(answer: &str) -> Box<Step> {
    let Ok(answer) = json::read_object(answer.as_bytes()) else {
        return Step::fail(Code::Internal);
    };
    let status = answer.seconds_or("status", 0);
    let is_wanted =
        dpop::wants_nonce(status, member(&answer, "challenge"), member(&answer, "body"));
    Step::done(if is_wanted { Outcome::TryAnotherToken } else { Outcome::Ignored })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn config(more: &str) -> ClientConfig {
        let settings = alloc::format!(
            r#"{{"issuer":"https://op.example","clientId":"c",
            "redirectUri":"https://app.example/cb"{more}}}"#
        );
        ClientConfig::read(&settings).unwrap()
    }

    const KEY: &str = r#","dpop":{"kty":"EC","crv":"P-256",
        "x":"l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y":"9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"}"#;
    const REQUEST: &str = r#"{"method":"GET","url":"https://api.example/x","token":"t"}"#;

    fn signed(seed: u8) -> (String, String) {
        let step = begin(&config(KEY), REQUEST, UnixTime(1), &[seed; 32]);
        let Some(Effect::Sign { key, alg: "ES256", input }) =
            step.effects.first().map(|request| request.effect.clone())
        else {
            unreachable!("an effect that asks for a signature");
        };
        assert_eq!(key.first(), Some(&("kty", String::from("EC"))));
        (step.flow, input)
    }

    #[test]
    fn dpop_09_no_two_proofs_are_the_same() {
        assert_ne!(signed(1).1, signed(2).1);
    }

    #[test]
    fn a_proof_is_what_was_signed_and_the_signature() {
        let (flow, input) = signed(1);
        let state = json::read(flow.as_bytes()).unwrap();
        let step = resume(&state, Input::Signature(EffectId::SIGN_DPOP_PROOF, &[0xff; 64]))
            .unwrap()
            .unwrap();
        let Some(Ok(Outcome::Proof(proof))) = step.end else { unreachable!("a proof") };
        assert!(proof.starts_with(&input) && proof.ends_with("_w"), "{proof}");
        let lost = resume(&state, Input::Signature(EffectId::SIGN_DPOP_PROOF, &[]))
            .map(|_| ())
            .unwrap_err();
        assert_eq!(lost.code, Code::ProofKeyLost);
    }

    #[test]
    fn without_a_key_nothing_is_proved() {
        let step = begin(&config(""), REQUEST, UnixTime(1), &[1; 32]);
        let error = step.end.map(|end| end.err().map(|error| (error.code, error.at)));
        assert_eq!(error, Some(Some((Code::ConfigInvalid, At::Dpop))));
    }
}
