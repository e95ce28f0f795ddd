//! From a code to a session: token and keys in parallel, the signature, the claims, the store.
//!
//! redeeming → proving → keeping. The first bad answer ends the flow.

use super::proof::Proof;
use super::session::{self, Session};
use super::{Outcome, Step, at, member, settle};
use crate::proto::config::Config;
use crate::proto::effect::{Effect, Input, Place, UnixTime, Verdict};
use crate::proto::error::{At, Code, Error};
use crate::proto::flow::pending::Pending;
use crate::proto::jose::jwk::KeySet;
use crate::proto::oidc::discovery;
use crate::proto::oidc::id_token::{self, Expected};
use crate::proto::oidc::token::{self, Redeem};
use crate::proto::oidc::{answer, keys};
use crate::proto::text::json::Json;
use alloc::{borrow::ToOwned, boxed::Box, string::String};

pub(super) const FLOW: &str = "redeem";
const TOKEN: u32 = 1;
const KEYS: u32 = 2;
const FRESH_KEYS: u32 = 3;
const SAVE: u32 = 4;
/// The first of the questions about a signature; with fresh keys they begin further on.
const VERIFY: u32 = 16;
const VERIFY_FRESH: u32 = 32;

/// Begins with the code of a response that was checked; `text` is the pending sign-in's.
pub(super) fn begin(config: &Config, text: &str, pending: &Pending, code: &str) -> Box<Step> {
    let redeem = Redeem {
        code,
        verifier: pending.verifier(),
        client_id: config.client_id(),
        redirect_uri: config.redirect_uri(),
        resource: &pending.resource(),
    };
    let token = token::request(pending.metadata.required(discovery::TOKEN), &redeem);
    let keys = keys::request(pending.metadata.required(discovery::KEYS), false);
    Step::wait(Proof::new(text.to_owned()).write("redeeming"))
        .wish(TOKEN, Effect::Send(token))
        .wish(KEYS, Effect::Send(keys))
}

pub(super) fn resume(
    config: &Config,
    state: &Json,
    input: Input,
    now: UnixTime,
) -> Option<Box<Step>> {
    let step = match (member(state, "at"), input) {
        ("redeeming", input) => return redeeming(config, state, input, now),
        ("proving", Input::Verdict(id, verdict)) => proving(config, state, id, verdict, now)?,
        ("keeping", Input::Done(SAVE, kept)) => finish(config, state, kept),
        _ => return None,
    };
    Some(settle(step))
}

/// Both answers are needed; they come in any order, and the first bad one ends the flow.
fn redeeming(config: &Config, state: &Json, input: Input, now: UnixTime) -> Option<Box<Step>> {
    let mut proof = Proof::read(state);
    match input {
        Input::Failure(TOKEN, failure) => {
            return Some(Step::fail(answer::failed(failure, At::TokenEndpoint)));
        }
        Input::Failure(KEYS | FRESH_KEYS, failure) => {
            return Some(Step::fail(answer::failed(failure, At::JwksUri)));
        }
        Input::Response(TOKEN, response) if proof.tokens.is_empty() => {
            if let Err(error) = token::read(&response) {
                return Some(Step::fail(error).quoting(answer::said(&response)));
            }
            proof.received = now;
            proof.tokens = String::from_utf8(response.body).unwrap_or_default();
        }
        Input::Response(id @ (KEYS | FRESH_KEYS), response)
            if proof.keys.is_empty() && proof.refetched == (id == FRESH_KEYS) =>
        {
            if let Err(error) = keys::read(&response) {
                return Some(Step::fail(error));
            }
            proof.keys = String::from_utf8(response.body).unwrap_or_default();
        }
        _ => return None,
    }
    if proof.tokens.is_empty() || proof.keys.is_empty() {
        return Some(Step::wait(proof.write("redeeming")));
    }
    Some(settle(ask_host(config, proof)))
}

/// Asks about the signature with every key that fits; if none does, fetches the keys once anew,
/// since they may have rotated since (Core 10.1.1).
fn ask_host(config: &Config, mut proof: Proof) -> Result<Box<Step>, Error> {
    let pending = proof.pending(config)?;
    let jws = proof.jws(config, &pending)?;
    let keys = KeySet::read(proof.keys.as_bytes())?;
    let candidates = keys.candidates(&jws);
    if candidates.is_empty() {
        return if proof.refetched {
            Err(Code::KeyNotFound.into())
        } else {
            Ok(refetch(proof, &pending))
        };
    }
    let first = if proof.refetched { VERIFY_FRESH } else { VERIFY };
    let mut step = Box::<Step>::default();
    for (id, key) in (first..).zip(candidates) {
        // A signature that cannot be this key's is not worth a question.
        if let Ok(question) = jws.question(key) {
            proof.open = proof.open.saturating_add(1);
            step = step.wish(id, Effect::Verify(question));
        }
    }
    if proof.open == 0 {
        return Err(Code::SignatureInvalid.into());
    }
    step.flow = proof.write("proving");
    Ok(step)
}

fn refetch(mut proof: Proof, pending: &Pending) -> Box<Step> {
    proof.refetched = true;
    proof.keys = String::new();
    let request = keys::request(pending.metadata.required(discovery::KEYS), true);
    Step::wait(proof.write("redeeming")).wish(FRESH_KEYS, Effect::Send(request))
}

fn proving(
    config: &Config,
    state: &Json,
    id: u32,
    verdict: Verdict,
    now: UnixTime,
) -> Option<Result<Box<Step>, Error>> {
    let mut proof = Proof::read(state);
    let first = if proof.refetched { VERIFY_FRESH } else { VERIFY };
    if !(first..first.saturating_add(VERIFY)).contains(&id) {
        return None;
    }
    Some(match verdict {
        Verdict::Good => believe(config, &proof, now),
        Verdict::Unsupported => Err(Code::AlgUnsupported.into()),
        Verdict::Unavailable => Err(Code::InsecureContext.into()),
        Verdict::Bad => {
            proof.open = proof.open.saturating_sub(1);
            if proof.open > 0 {
                Ok(Step::wait(proof.write("proving")))
            } else {
                refused(config, proof)
            }
        }
    })
}

/// Without a kid nobody can tell a rotated key from a forged signature: then the keys are fetched
/// once anew before judging.
fn refused(config: &Config, proof: Proof) -> Result<Box<Step>, Error> {
    let pending = proof.pending(config)?;
    let jws = proof.jws(config, &pending)?;
    if jws.kid().is_some() || proof.refetched {
        return Err(Code::SignatureInvalid.into());
    }
    Ok(refetch(proof, &pending))
}

/// The signature is good: now, and not before, the claims are judged.
fn believe(config: &Config, proof: &Proof, now: UnixTime) -> Result<Box<Step>, Error> {
    let pending = proof.pending(config)?;
    let tokens = proof.tokens()?;
    let expected = Expected {
        issuer: config.issuer(),
        client_id: config.client_id(),
        nonce: pending.nonce(),
        access_token: tokens.access_token(),
        max_age: pending.max_age(),
        acr_values: &pending.acr_values(),
        tolerance: config.clock_tolerance(),
    };
    let claims = proof.jws(config, &pending)?.verified();
    let id_token = id_token::check(claims, &expected, now)?;
    let text = session::write(config, &id_token, &tokens, &pending, (proof.received, now));
    let flow = at(FLOW, "keeping").text("session", &text).text("return_to", pending.return_to());
    let save = Effect::Save { place: Place::Session, key: config.session_key(), text };
    Ok(Step::wait(flow.finish()).wish(SAVE, save))
}

fn finish(config: &Config, state: &Json, kept: bool) -> Result<Box<Step>, Error> {
    let text = member(state, "session").to_owned();
    let session = Session::read(text, config).ok_or(Code::Internal)?;
    let return_to = Some(member(state, "return_to").to_owned());
    Ok(Step::done(Outcome::SignedIn { session, fresh: true, kept, return_to }))
}
