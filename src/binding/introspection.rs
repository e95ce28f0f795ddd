//! The exports for queries about a token at the issuer. `config` is the JSON text of a verifier's
//! settings; nothing is kept between two calls.

use crate::binding::{answer, out, time};
use crate::proto::effect::{Input, UnixTime};
use crate::proto::error::Error;
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::verifier::config::VerifierConfig;
use crate::proto::verifier::introspect::{self, ProviderAnswer, Step};
use alloc::{boxed::Box, string::String};
use wasm_bindgen::prelude::*;

/// Begins a query. `topic` is `introspection` or `userinfo`, `held` the endpoint of an earlier
/// query, or empty; `sub` the user that UserInfo must be about.
#[wasm_bindgen(js_name = beginQuery)]
#[must_use]
pub fn begin_query(config: &str, topic: &str, held: &str, token: &str, sub: &str) -> String {
    with(config, &|verifier| {
        Ok(step_json(
            &introspect::begin(verifier, topic, held, token, sub),
            &Json::Null,
            UnixTime(0),
        ))
    })
}

/// Continues with the answer to an effect; see [`answer`].
#[wasm_bindgen(js_name = resumeQuery)]
#[must_use]
#[allow(clippy::too_many_arguments)]
pub fn resume_query(
    config: &str,
    flow: &str,
    id: u32,
    kind: &str,
    text: &str,
    bytes: &[u8],
    status: u16,
    now: f64,
) -> String {
    with(config, &|verifier| {
        let input = answer((id, kind), (text, bytes, status))?;
        let members = match input {
            Input::Response(_, response) => json::read_object(response.body).unwrap_or_default(),
            _ => Box::default(),
        };
        let step = introspect::resume(verifier, flow, input, time(now));
        Ok(step_json(&step, &members, time(now)))
    })
}

/// Checks the verified claims of a signed answer, which come as JSON text.
#[wasm_bindgen(js_name = readSignedAnswer)]
#[must_use]
pub fn read_signed_answer(config: &str, topic: &str, claims: &str, sub: &str, now: f64) -> String {
    let claims = json::read(claims.as_bytes()).unwrap_or_default();
    let known = VerifierConfig::read(config).and_then(|verifier| {
        introspect::read_verified_claims(&verifier, topic, &claims, sub, time(now))
    });
    let members = claims.member("token_introspection").unwrap_or(&claims);
    ended(&mut Writer::new(), &known, members, time(now)).finish()
}

fn with(config: &str, work: &dyn Fn(&VerifierConfig) -> Result<String, Error>) -> String {
    VerifierConfig::read(config).and_then(|verifier| work(&verifier)).unwrap_or_else(failed_with)
}

/// The end of a query before its first step.
fn failed_with(error: Error) -> String {
    step_json(&Step::fail(error), &Json::Null, UnixTime(0))
}

fn step_json(step: &Step, members: &Json, now: UnixTime) -> String {
    let mut out = Writer::new();
    out::step(&mut out, &step.flow, &step.effects, (&[], (None, None)));
    if let Some(end) = &step.end {
        ended(out.open("end", '{'), end, members, now).text("endpoint", &step.endpoint).close('}');
    }
    out.finish()
}

fn ended<'a>(
    out: &'a mut Writer,
    end: &Result<ProviderAnswer, Error>,
    members: &Json,
    now: UnixTime,
) -> &'a mut Writer {
    match end {
        Ok(ProviderAnswer::Claims(claims, until)) => {
            out.text("kind", "claims").raw("claims", claims).number("validUntil", until.0)
        }
        Ok(ProviderAnswer::Signed(jwt)) => out.text("kind", "signed").text("jwt", jwt),
        Err(error) => {
            let until = introspect::refused_until(*error, now).unwrap_or(UnixTime(0));
            out::end_in(out, *error, (None, None))
                .json("stated", introspect::stated(*error, members))
                .number("validUntil", until.0)
        }
    }
}
