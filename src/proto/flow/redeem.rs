//! From a token response to a session: token and keys in parallel, the signature, the claims, the
//! store.
//!
//! `FETCHING_TOKENS_AND_KEYS` → `VERIFYING_SIGNATURE` → `STORING_SIGN_IN` or `STORING_REFRESH`. The
//! first failure ends the flow. A renewal continues here if its response has an ID token.

use super::entropy::Entropy;
use super::request::send_for_tokens;
use super::step::Step;
use super::verification::{Verification, VerificationBasis};
use super::verified_response::VerifiedResponse;
use super::{restore, store_session, tokens_only, userinfo};
use crate::proto::client::auth::Method;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Effect, Input, UnixTime, Verdict};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::{WITH_FRAMES, WITH_RENEWAL};
use crate::proto::jose::jwk::KeySet;
use crate::proto::oidc::token::{self, Redeem};
use crate::proto::oidc::{jwks, response};
use crate::proto::provider::endpoint;
use crate::proto::provider::issuer::{CLIENT_HAS_TEMPLATES, is_issuer, is_template};
use crate::proto::provider::metadata::Metadata;
use crate::proto::state::flow_state::FlowState;
use crate::proto::state::need::TokenNeed;
use crate::proto::state::pending::PendingSignIn;
use crate::proto::state::session::Session;
use crate::proto::text::json::Json;
use crate::proto::text::utf8;
use alloc::{borrow::ToOwned, boxed::Box, string::String};

/// Begins with the code of a checked response. `text` is that of the pending sign-in.
pub(super) fn begin(
    config: &ClientConfig,
    text: &str,
    pending: &PendingSignIn,
    code: &str,
) -> Result<Box<Step>, Error> {
    let metadata = pending.metadata().ok_or(Code::Internal)?;
    // The code is bound to that key (RFC 9449, section 10).
    if WITH_FRAMES && pending.jkt().is_some() && pending.jkt() != config.jkt().as_deref() {
        return Err(Code::ProofKeyLost.into());
    }
    let auth = Method::choose(config, &metadata);
    let redeem = Redeem {
        code,
        verifier: if config.uses_pkce() { pending.verifier() } else { "" },
        client_id: auth.form_id(config),
        redirect_uri: pending.redirect_uri(config),
        resource: pending.resource(),
    };
    let token = token::request(metadata.required(endpoint::TOKEN), &redeem);
    let keys = config.pinned_keys();
    let verification = Verification { keys: &keys, ..Verification::new(text, "") };
    Ok(fetch_keys(config, &verification, &metadata)
        .run_first(EffectId::REDEEM_CODE, send_for_tokens(config, auth, token)))
}

/// Continues with the response to a renewal. `session` is stored already, with its refresh token.
pub(super) fn verify_refreshed(
    config: &ClientConfig,
    session: &Session,
    need: &TokenNeed,
    response: &str,
    now: UnixTime,
) -> Result<Box<Step>, Error> {
    let (metadata, need) = (session.metadata().ok_or(Code::Internal)?, need.write());
    let keys = config.pinned_keys();
    let verification = Verification {
        keys: &keys,
        tokens: response,
        received: now.0,
        ..Verification::new(&session.text, &need)
    };
    Ok(fetch_keys(config, &verification, &metadata))
}

/// Verifies a token that has the place of the ID token. Its keys are still to be fetched.
pub(super) fn verify(
    config: &ClientConfig,
    verification: &Verification<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    if config.hmac_secret().is_some() {
        return verify_hmac(config, verification, now);
    }
    if !config.fetches_keys() {
        return verify_when_complete(config, verification);
    }
    let basis = verification.basis(config)?;
    Ok(Some(fetch_keys(config, verification, &basis.metadata()?)))
}

fn fetch_keys(
    config: &ClientConfig,
    verification: &Verification<'_>,
    metadata: &Metadata<'_>,
) -> Box<Step> {
    let step = Step::wait(&verification.write(FlowState::FETCHING_TOKENS_AND_KEYS));
    if !config.fetches_keys() {
        return step;
    }
    step.run(
        EffectId::FETCH_KEYS,
        Effect::Send(jwks::request(metadata.required(endpoint::KEYS), false)),
    )
}

pub(super) fn resume(
    config: &ClientConfig,
    state: &Json,
    input: Input<'_>,
    now: UnixTime,
    entropy: &Entropy,
) -> Result<Option<Box<Step>>, Error> {
    let verification = Verification::read(state);
    let step = match input {
        // During the request a user signed in or out in another tab.
        Input::Text(EffectId::STORE_REFRESH_TOKEN, text) if WITH_RENEWAL => {
            Ok(Some(if verification.need.is_empty() {
                restore::adopt_newer_session(config, state, text)
            } else {
                store_session::adopt_newer_session_of(config, &verification, text, now)
            }))
        }
        _ => advance(config, state, verification, input, now),
    };
    if WITH_FRAMES && verification.need.is_empty() {
        let error = match &step {
            Err(error) => Some(*error),
            Ok(step) => step.as_ref().and_then(|step| step.end.as_ref()?.as_ref().err().copied()),
        };
        let said = match input {
            Input::Response(_, response) => response::provider_error(&response),
            _ => None,
        };
        let at = (now, entropy);
        let recover =
            |error| restore::after_silent_request(config, verification.basis, (error, said), at);
        if let Some(step) = error.and_then(recover) {
            return Ok(Some(step));
        }
    }
    match step {
        Err(error) if verification.is_renewal() => {
            store_session::failed_verification(config, &verification, error, now)
        }
        step => step,
    }
}

fn advance<'a>(
    config: &ClientConfig,
    state: &Json,
    mut verification: Verification<'a>,
    input: Input<'a>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    match (FlowState::of(state), input) {
        (FlowState::FETCHING_TOKENS_AND_KEYS, Input::Failure(EffectId::REDEEM_CODE, failure)) => {
            Err(response::failure(failure, At::TokenEndpoint))
        }
        (
            FlowState::FETCHING_TOKENS_AND_KEYS,
            Input::Failure(EffectId::FETCH_KEYS | EffectId::FETCH_FRESH_KEYS, failure),
        ) => Err(response::failure(failure, At::JwksUri)),
        (FlowState::FETCHING_TOKENS_AND_KEYS, Input::Response(EffectId::REDEEM_CODE, response))
            if verification.tokens.is_empty() =>
        {
            if !config.has_user() {
                return tokens_only::sign_in(config, &verification, &response, now).map(Some);
            }
            let tokens = token::read(&response, config.token_type())?.with_id_token()?;
            if verification.wants_access_token(config)? {
                tokens.with_access_token()?;
            }
            verification.received = now.0;
            // JSON that was read is valid UTF-8.
            verification.tokens = utf8(response.body).unwrap_or_default();
            if config.hmac_secret().is_some() {
                return verify_hmac(config, &verification, now);
            }
            verify_when_complete(config, &verification)
        }
        (
            FlowState::FETCHING_TOKENS_AND_KEYS,
            Input::Response(id @ (EffectId::FETCH_KEYS | EffectId::FETCH_FRESH_KEYS), response),
        ) if verification.keys.is_empty()
            && verification.refetched == (id == EffectId::FETCH_FRESH_KEYS) =>
        {
            jwks::read(&response)?;
            verification.keys = utf8(response.body).unwrap_or_default();
            verify_when_complete(config, &verification)
        }
        (FlowState::FETCHING_TOKENS_AND_KEYS, Input::Done(EffectId::STORE_REFRESH_TOKEN, _))
            if !config.fetches_keys() =>
        {
            match config.hmac_secret() {
                Some(_) => verify_hmac(config, &verification, now),
                None => verify_when_complete(config, &verification),
            }
        }
        (FlowState::VERIFYING_SIGNATURE, Input::Verdict(id, verdict, digest)) => {
            handle_verdict(config, verification, (id, verdict, digest), now)
        }
        _ => store_session::resume(config, state, input, now),
    }
}

/// Waits for the tokens and the keys, in any order. Then the host verifies the signature with every
/// key that fits. If none does, the JWKS is fetched once more, because the keys may have rotated
/// (Core 10.1.1).
fn verify_when_complete(
    config: &ClientConfig,
    verification: &Verification<'_>,
) -> Result<Option<Box<Step>>, Error> {
    let mut verification = *verification;
    if verification.tokens.is_empty() || verification.keys.is_empty() {
        return Ok(Some(Step::wait(&verification.write(FlowState::FETCHING_TOKENS_AND_KEYS))));
    }
    let basis = verification.basis(config)?;
    let metadata = basis.metadata()?;
    let tokens = verification.tokens(config)?;
    let jws = verification.jws(config, &metadata, &tokens)?;
    let keys = KeySet::read(verification.keys.as_bytes())?;
    let mut candidates = keys.candidates(jws.alg(), jws.kid());
    // Tenants share one set, in which a key may name the only one that it is for.
    if CLIENT_HAS_TEMPLATES && is_template(metadata.issuer()) {
        let iss = jws.unverified_member("iss").unwrap_or_default();
        let tid = jws.unverified_member("tid");
        candidates.retain(|key| key.issuer.as_ref().is_none_or(|owner| is_issuer(owner, iss, tid)));
    }
    if candidates.is_empty() {
        // `EdDSA` is also the algorithm of Ed448 (RFC 8037, section 3.1).
        let is_other_curve = keys.has_ed448 && jws.alg().name == "EdDSA";
        let end = if is_other_curve { Code::AlgUnsupported } else { Code::KeyNotFound };
        return refetch(config, verification, &metadata, end);
    }
    let mut step = Step::wait_as(String::new());
    for (id, key) in EffectId::signatures(verification.refetched).zip(candidates) {
        // A signature that this key cannot have made needs no question.
        if let Ok(question) = jws.verify_request(key) {
            verification.open = verification.open.saturating_add(1);
            let also_hash = Verification::also_hash(&jws, &tokens).to_owned();
            step = step.run(id, Effect::Verify { question, also_hash });
        }
    }
    if verification.open == 0 {
        return refetch(config, verification, &metadata, Code::SignatureInvalid);
    }
    step.flow = verification.write(FlowState::VERIFYING_SIGNATURE).finish();
    Ok(Some(step))
}

/// Uses a fresh JWKS once; a second failure is final.
fn refetch(
    config: &ClientConfig,
    mut verification: Verification<'_>,
    metadata: &Metadata<'_>,
    end: Code,
) -> Result<Option<Box<Step>>, Error> {
    if verification.refetched || !config.fetches_keys() {
        return Err(end.into());
    }
    verification.refetched = true;
    verification.keys = "";
    let request = jwks::request(metadata.required(endpoint::KEYS), true);
    let step = Step::wait(&verification.write(FlowState::FETCHING_TOKENS_AND_KEYS))
        .run(EffectId::FETCH_FRESH_KEYS, Effect::Send(request));
    Ok(Some(step))
}

/// Takes the host's verdict on the ID token's signature with one key.
fn handle_verdict(
    config: &ClientConfig,
    mut verification: Verification<'_>,
    (id, verdict, digest): (EffectId, Verdict, &[u8]),
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    if !id.is_signature(verification.refetched) {
        return Ok(None);
    }
    match verdict {
        Verdict::Valid => {}
        Verdict::Unsupported => return Err(Code::AlgUnsupported.into()),
        Verdict::Unavailable => return Err(Code::InsecureContext.into()),
        Verdict::Invalid => verification.open = verification.open.saturating_sub(1),
    }
    let is_valid = verdict == Verdict::Valid;
    if !is_valid && verification.open > 0 {
        return Ok(Some(Step::wait(&verification.write(FlowState::VERIFYING_SIGNATURE))));
    }
    let basis = verification.basis(config)?;
    let metadata = basis.metadata()?;
    let tokens = verification.tokens(config)?;
    let jws = verification.jws(config, &metadata, &tokens)?;
    if !is_valid {
        // A forged signature looks like a rotated key that has no `kid`, or the old one.
        return refetch(config, verification, &metadata, Code::SignatureInvalid);
    }
    let received = UnixTime(verification.received);
    let verified = VerifiedResponse { claims: jws.verified(), tokens, digest, received, now };
    check_claims(config, &verification, &basis, verified)
}

/// Verifies an ID token that is signed with the client's secret. No key is fetched for it.
fn verify_hmac(
    config: &ClientConfig,
    verification: &Verification<'_>,
    now: UnixTime,
) -> Result<Option<Box<Step>>, Error> {
    let basis = verification.basis(config)?;
    let tokens = verification.tokens(config)?;
    // No token is read whose signature is invalid.
    let jws = verification.jws(config, &basis.metadata()?, &tokens)?;
    let received = UnixTime(verification.received);
    let verified = VerifiedResponse { claims: jws.verified(), tokens, digest: &[], received, now };
    check_claims(config, verification, &basis, verified)
}

/// The signature is valid. Only now the claims are checked.
fn check_claims(
    config: &ClientConfig,
    verification: &Verification<'_>,
    basis: &VerificationBasis,
    verified: VerifiedResponse<'_>,
) -> Result<Option<Box<Step>>, Error> {
    match basis {
        VerificationBasis::SignIn(pending) => match verification.userinfo_session() {
            None => verified.sign_in(config, pending, &basis.metadata()?),
            Some(session) => {
                let (claims, now) = (verified.claims.json(), verified.now);
                userinfo::store_signed(config, (pending, session), claims, now)
            }
        },
        VerificationBasis::Renewal(..) if !WITH_RENEWAL => Err(Code::Internal.into()),
        VerificationBasis::Renewal(session, need) => verified.renew(config, session, need),
    }
    .map(Some)
}
