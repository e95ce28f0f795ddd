//! From a token response to a session: token and keys in parallel, the signature, the claims, the
//! store.
//!
//! redeeming → proving → keeping. The first bad answer ends the flow. A renewal joins in when its
//! response has an ID token.

use super::request::send_for_tokens;
use super::step::Step;
use super::verification::{Basis, Proof};
use super::{keep, restore};
use crate::proto::client::auth::Method;
use crate::proto::client::config::Config;
use crate::proto::effect::{Effect, Input, UnixTime, Verdict};
use crate::proto::error::{At, Code, Error};
use crate::proto::features::GOES_ON;
use crate::proto::jose::claims::VerifiedClaims;
use crate::proto::jose::hash::{self, Hash};
use crate::proto::jose::jwk::KeySet;
use crate::proto::jose::jws::UntrustedJws;
use crate::proto::oidc::id_token::{self, Expected, IdToken, Nonce};
use crate::proto::oidc::token::{self, Redeem, TokenResponse};
use crate::proto::oidc::{answer, keys, renewed};
use crate::proto::provider::endpoint;
use crate::proto::provider::metadata::Metadata;
use crate::proto::state::clock;
use crate::proto::state::flow_text::member;
use crate::proto::state::need::Need;
use crate::proto::state::pending::{Found, Pending};
use crate::proto::state::session::{self, Session};
use crate::proto::text::json::Json;
use crate::proto::text::utf8;
use alloc::{borrow::ToOwned, boxed::Box, string::String};

const TOKEN: u32 = 1;
const KEYS: u32 = 2;
const FRESH_KEYS: u32 = 3;
pub(super) const HOLD: u32 = 5;
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
    // The code is of use to that key alone (RFC 9449 section 10).
    if GOES_ON && pending.jkt().is_some() && pending.jkt() != config.jkt().as_deref() {
        return Err(Code::ProofKeyLost.into());
    }
    let auth = Method::choose(config, &metadata);
    let redeem = Redeem {
        code,
        verifier: pending.verifier(),
        client_id: auth.form_id(config),
        redirect_uri: pending.redirect_uri(config),
        resource: pending.resource(),
    };
    let token = token::request(metadata.required(endpoint::TOKEN), &redeem);
    Ok(ask_keys(Step::wait(Proof::new(text, "").write("redeeming")), &metadata)
        .first(TOKEN, send_for_tokens(config, auth, token)))
}

/// Goes on with the response to a renewal: `session` is kept already, with its refresh token.
pub(super) fn prove(
    session: &Session,
    need: &Need,
    response: &str,
    now: UnixTime,
) -> Result<Box<Step>, Error> {
    let (metadata, need) = (session.metadata().ok_or(Code::Internal)?, need.write());
    let proof = Proof { tokens: response, received: now.0, ..Proof::new(&session.text, &need) };
    Ok(ask_keys(Step::wait(proof.write("redeeming")), &metadata))
}

fn ask_keys(step: Box<Step>, metadata: &Metadata<'_>) -> Box<Step> {
    step.wish(KEYS, Effect::Send(keys::request(metadata.required(endpoint::KEYS), false)))
}

pub(super) fn resume(
    config: &Config,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    let proof = Proof::read(state);
    let step = match input {
        // While the answer was under way, somebody signed in or out in another tab.
        Input::Text(HOLD, text) if GOES_ON => Ok(Some(if proof.need.is_empty() {
            restore::overtaken(config, state, text)
        } else {
            keep::overtaken(config, &proof, text, now)
        })),
        _ => advance(config, state, proof, input, now),
    };
    if GOES_ON && proof.need.is_empty() {
        let error = match &step {
            Err(error) => Some(*error),
            Ok(step) => step.as_ref().and_then(|step| step.end.as_ref()?.as_ref().err().copied()),
        };
        if let Some(step) = error.and_then(|error| instead(config, &proof, error)) {
            return Ok(Some(step));
        }
    }
    match step {
        Err(error) if GOES_ON && !proof.need.is_empty() => {
            keep::failed_proof(config, &proof, error, now)
        }
        step => step,
    }
}

fn advance<'a>(
    config: &Config,
    state: &Json,
    mut proof: Proof<'a>,
    input: Input<'a>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    match (member(state, "at"), input) {
        ("redeeming", Input::Failure(TOKEN, failure)) => {
            Err(answer::failed(failure, At::TokenEndpoint))
        }
        ("redeeming", Input::Failure(KEYS | FRESH_KEYS, failure)) => {
            Err(answer::failed(failure, At::JwksUri))
        }
        ("redeeming", Input::Response(TOKEN, response)) if proof.tokens.is_empty() => {
            let read = token::read(&response, config.token_type());
            if let Err(error) = read.and_then(TokenResponse::with_id_token) {
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
        _ => keep::resume(config, state, input, now),
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
    let basis = proof.basis(config)?;
    let metadata = basis.metadata()?;
    let tokens = proof.tokens(config)?;
    let jws = Proof::jws(config, &metadata, &tokens)?;
    let keys = KeySet::read(proof.keys.as_bytes())?;
    let candidates = keys.candidates(jws.alg(), jws.kid());
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
    let request = keys::request(metadata.required(endpoint::KEYS), true);
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
    let basis = proof.basis(config)?;
    let metadata = basis.metadata()?;
    let tokens = proof.tokens(config)?;
    let jws = Proof::jws(config, &metadata, &tokens)?;
    if !good {
        // Without a kid nobody can tell a rotated key from a forged signature.
        return match jws.kid() {
            None => refetch(proof, &metadata, Code::SignatureInvalid),
            Some(_) => Err(Code::SignatureInvalid.into()),
        };
    }
    let times = (UnixTime(proof.received), now);
    // The signature is good: now, and not before, the claims are judged.
    let claims = jws.verified();
    match &basis {
        Basis::SignIn(pending) => {
            let clock = clock::learn(config, &claims, pending.nonce(), times.0)?;
            let real = UnixTime(now.0.saturating_add(clock.0).saturating_sub(clock.1));
            let expected = Expectations {
                nonce: Nonce::Sent(pending.nonce()),
                max_age: pending.max_age(),
                acr_values: pending.acr_values(),
            };
            let id_token = expected.check(config, claims, &tokens, digest, real)?;
            let text = session::write(config, &id_token, &tokens, pending, &metadata, times, clock);
            Ok(Some(keep::keep_sign_in(config, pending, id_token.sub(), text)))
        }
        Basis::Renewal(..) if !GOES_ON => Err(Code::Internal.into()),
        Basis::Renewal(session, need) => {
            let expected = Expectations { nonce: Nonce::Any, max_age: None, acr_values: "" };
            let check = |now| expected.check(config, claims.clone(), &tokens, digest, now);
            // The clock may have been set right since the sign-in.
            let id_token =
                check(session.real(now)).or_else(|error| check(now).map_err(|_| error))?;
            let before = session.claims().ok_or(Code::Internal)?;
            let first = session.first().unwrap_or(&before);
            renewed::check(claims.json(), first, &before, config.clock_tolerance())?;
            let next = need.renew(session, config, &tokens, Some(&id_token), times);
            Ok(Some(keep::keep(config, &session.text, next, need)))
        }
    }
}

/// What is expected of an ID token beyond what every one must say.
struct Expectations<'a> {
    nonce: Nonce<'a>,
    max_age: Option<u64>,
    acr_values: &'a str,
}

impl Expectations<'_> {
    fn check(
        &self,
        config: &Config,
        claims: VerifiedClaims,
        tokens: &TokenResponse,
        digest: &[u8],
        now: UnixTime,
    ) -> Result<IdToken, Error> {
        let half = |hash, token: &str| match hash {
            Hash::Sha256 => hash::left_half(&hash::sha256(token.as_bytes())),
            // What the host was asked to hash was this access token.
            _ => hash::left_half(digest),
        };
        let expected = Expected {
            issuer: config.issuer(),
            client_id: config.client_id(),
            trusted: None,
            nonce: self.nonce,
            access_token: Some(tokens.access_token()),
            code: None,
            requires_hashes: false,
            half: &half,
            max_age: self.max_age,
            acr_values: self.acr_values,
            tolerance: config.clock_tolerance(),
            max_token_age: config.max_token_age(),
        };
        id_token::check(claims, &expected, now)
    }
}

/// What is done instead of failing, where the person did not ask.
fn instead(config: &Config, proof: &Proof<'_>, error: Error) -> Option<Box<Step>> {
    let Found::Waiting(pending) = Pending::find(proof.basis, config) else { return None };
    let step = || restore::restore_at(config, restore::place(pending.return_to())).notice(error);
    pending.is_unseen().then(step)
}
