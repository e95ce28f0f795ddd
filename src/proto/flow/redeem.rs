//! From a code to a session: token and keys in parallel, the signature, the claims, the store.
//!
//! redeeming → proving → keeping. The first bad answer ends the flow.

use super::proof::Proof;
use super::session::{self, Session};
use super::{Outcome, Step, at, member};
use crate::proto::config::Config;
use crate::proto::effect::{Effect, Input, Place, UnixTime, Verdict};
use crate::proto::error::{At, Code, Error};
use crate::proto::flow::pending::Pending;
use crate::proto::jose::hash::{self, Hash};
use crate::proto::jose::jwk::KeySet;
use crate::proto::jose::jws::UntrustedJws;
use crate::proto::oidc::discovery::{self, Metadata};
use crate::proto::oidc::id_token::{self, Expected, Nonce};
use crate::proto::oidc::token::{self, Redeem, TokenResponse};
use crate::proto::oidc::{answer, keys};
use crate::proto::text::json::Json;
use crate::proto::text::utf8;
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
pub(super) fn begin(
    config: &Config,
    text: &str,
    pending: &Pending,
    code: &str,
) -> Result<Box<Step>, Error> {
    let metadata = pending.metadata().ok_or(Code::Internal)?;
    let redeem = Redeem {
        code,
        verifier: pending.verifier(),
        client_id: config.client_id(),
        redirect_uri: config.redirect_uri(),
        resource: pending.resource(),
    };
    let token = token::request(metadata.required(discovery::TOKEN), &redeem);
    let keys = keys::request(metadata.required(discovery::KEYS), false);
    Ok(Step::wait(Proof::new(text).write("redeeming"))
        .wish(TOKEN, Effect::Send(token))
        .wish(KEYS, Effect::Send(keys)))
}

pub(super) fn resume(
    config: &Config,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    let mut proof = Proof::read(state);
    match (member(state, "at"), input) {
        ("redeeming", Input::Failure(TOKEN, failure)) => {
            Err(answer::failed(failure, At::TokenEndpoint))
        }
        ("redeeming", Input::Failure(KEYS | FRESH_KEYS, failure)) => {
            Err(answer::failed(failure, At::JwksUri))
        }
        ("redeeming", Input::Response(TOKEN, response)) if proof.tokens.is_empty() => {
            if let Err(error) = token::read(&response) {
                return Ok(Some(Step::fail(error).quoting(answer::said(&response))));
            }
            proof.received = now.0;
            // What was read as JSON is UTF-8.
            proof.tokens = utf8(response.body).unwrap_or_default();
            redeeming(config, &proof)
        }
        ("redeeming", Input::Response(id @ (KEYS | FRESH_KEYS), response))
            if proof.keys.is_empty() && proof.refetched == (id == FRESH_KEYS) =>
        {
            keys::read(&response)?;
            proof.keys = utf8(response.body).unwrap_or_default();
            redeeming(config, &proof)
        }
        ("proving", Input::Verdict(id, verdict, digest)) => {
            proving(config, proof, (id, verdict, digest), now)
        }
        ("keeping", Input::Done(SAVE, kept)) => finish(config, state, kept).map(Some),
        _ => Ok(None),
    }
}

/// Both answers are needed, and come in any order. Then the host is asked about the signature with
/// every key that fits; if none does, the keys are fetched once anew, since they may have rotated
/// (Core 10.1.1).
fn redeeming(config: &Config, proof: &Proof<'_>) -> Result<Option<Box<Step>>, Error> {
    let mut proof = *proof;
    if proof.tokens.is_empty() || proof.keys.is_empty() {
        return Ok(Some(Step::wait(proof.write("redeeming"))));
    }
    let pending = proof.pending(config)?;
    let metadata = pending.metadata().ok_or(Code::Internal)?;
    let tokens = proof.tokens()?;
    let jws = Proof::jws(config, &metadata, &tokens)?;
    let keys = KeySet::read(proof.keys.as_bytes())?;
    let candidates = keys.candidates(&jws);
    if candidates.is_empty() {
        return refetch(proof, &metadata, Code::KeyNotFound);
    }
    let mut step = Step::wait(String::new());
    for (id, key) in (first(&proof)..).zip(candidates) {
        // A signature that cannot be this key's is not worth a question.
        if let Ok(question) = jws.question(key) {
            proof.open = proof.open.saturating_add(1);
            let bound = bound(&jws, &tokens).to_owned();
            step = step.wish(id, Effect::Verify { question, bound });
        }
    }
    if proof.open == 0 {
        return Err(Code::SignatureInvalid.into());
    }
    step.flow = proof.write("proving");
    Ok(Some(step))
}

/// What the host has to hash: the access token, if the ID token says its hash (Core 3.1.3.8), and
/// with another function than the core's own.
fn bound<'a>(jws: &UntrustedJws, tokens: &'a TokenResponse) -> &'a str {
    let is_wanted = jws.unverified_member("at_hash").is_some() && jws.alg().hash != Hash::Sha256;
    if is_wanted { tokens.access_token() } else { "" }
}

/// The id of the first question: one about an old key set is not one about a fresh set.
const fn first(proof: &Proof<'_>) -> u32 {
    if proof.refetched { VERIFY_FRESH } else { VERIFY }
}

/// Looks at a fresh key set, once; then this is the end.
fn refetch(
    mut proof: Proof<'_>,
    metadata: &Metadata<'_>,
    end: Code,
) -> Result<Option<Box<Step>>, Error> {
    if proof.refetched {
        return Err(end.into());
    }
    proof.refetched = true;
    proof.keys = "";
    let request = keys::request(metadata.required(discovery::KEYS), true);
    let step = Step::wait(proof.write("redeeming")).wish(FRESH_KEYS, Effect::Send(request));
    Ok(Some(step))
}

fn proving(
    config: &Config,
    mut proof: Proof<'_>,
    (id, verdict, digest): (u32, Verdict, &[u8]),
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    if id.wrapping_sub(first(&proof)) >= VERIFY {
        return Ok(None);
    }
    match verdict {
        Verdict::Good => {}
        Verdict::Unsupported => return Err(Code::AlgUnsupported.into()),
        Verdict::Unavailable => return Err(Code::InsecureContext.into()),
        Verdict::Bad => proof.open = proof.open.saturating_sub(1),
    }
    let good = verdict == Verdict::Good;
    if !good && proof.open > 0 {
        return Ok(Some(Step::wait(proof.write("proving"))));
    }
    let pending = proof.pending(config)?;
    let metadata = pending.metadata().ok_or(Code::Internal)?;
    let tokens = proof.tokens()?;
    let jws = Proof::jws(config, &metadata, &tokens)?;
    if !good {
        // Without a kid nobody can tell a rotated key from a forged signature.
        return match jws.kid() {
            None => refetch(proof, &metadata, Code::SignatureInvalid),
            Some(_) => Err(Code::SignatureInvalid.into()),
        };
    }
    let half = |hash, token: &str| match hash {
        Hash::Sha256 => hash::left_half(&hash::sha256(token.as_bytes())),
        // What the host was asked to hash was this access token.
        _ => hash::left_half(digest),
    };
    let expected = Expected {
        issuer: config.issuer(),
        client_id: config.client_id(),
        trusted: None,
        nonce: Nonce::Sent(pending.nonce()),
        access_token: Some(tokens.access_token()),
        code: None,
        requires_hashes: false,
        half: &half,
        max_age: pending.max_age(),
        acr_values: pending.acr_values(),
        tolerance: config.clock_tolerance(),
        max_token_age: config.max_token_age(),
    };
    // The signature is good: now, and not before, the claims are judged.
    let id_token = id_token::check(jws.verified(), &expected, now)?;
    let times = (UnixTime(proof.received), now);
    let text = session::write(config, &id_token, &tokens, &pending, &metadata, times);
    let flow =
        at(FLOW, "keeping").text("session", &text).text("return_to", pending.return_to()).finish();
    let save = Effect::Save { place: Place::Session, key: config.session_key(), text };
    Ok(Some(Step::wait(flow).wish(SAVE, save)))
}

fn finish(config: &Config, state: &Json, kept: bool) -> Result<Box<Step>, Error> {
    let text = member(state, "session").to_owned();
    let session = Session::read(text, config).ok_or(Code::Internal)?;
    let return_to = Some(member(state, "return_to").to_owned());
    Ok(Step::done(Outcome::SignedIn { session, fresh: true, kept, return_to }))
}
