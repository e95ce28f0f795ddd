//! A token response whose ID token has a valid signature: its claims are checked, and its session is
//! stored.

use super::step::Step;
use super::{store_session, userinfo};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::UnixTime;
use crate::proto::error::{Code, Error};
use crate::proto::jose::claims::VerifiedClaims;
use crate::proto::jose::hash::{self, Hash};
use crate::proto::oidc::id_token::{self, Expected, IdToken, Nonce};
use crate::proto::oidc::refreshed_id_token;
use crate::proto::oidc::token::TokenResponse;
use crate::proto::provider::metadata::Metadata;
use crate::proto::state::clock;
use crate::proto::state::need::TokenNeed;
use crate::proto::state::pending::PendingSignIn;
use crate::proto::state::session::{self, Session};
use crate::proto::text::json::{self, Json};
use alloc::boxed::Box;

/// A token response after the signature of its ID token is valid. `digest` is the host's hash of
/// the access token, if the core lacks its hash function.
pub(super) struct VerifiedResponse<'a> {
    pub(super) claims: VerifiedClaims,
    pub(super) tokens: TokenResponse,
    pub(super) digest: &'a [u8],
    pub(super) received: UnixTime,
    pub(super) now: UnixTime,
}

impl VerifiedResponse<'_> {
    /// Checks the claims of a sign-in and stores its session.
    pub(super) fn sign_in(
        self,
        config: &ClientConfig,
        pending: &PendingSignIn,
        metadata: &Metadata<'_>,
    ) -> Result<Box<Step>, Error> {
        let clock = clock::measure_offset(config, &self.claims, pending.nonce(), self.received)?;
        let expected = Expectations {
            nonce: if config.requires_nonce() {
                Nonce::Sent(pending.nonce())
            } else {
                Nonce::SentOrMissing(pending.nonce())
            },
            max_age: pending.max_age(),
            acr_values: pending.acr_values(),
            all: None,
        };
        let (tokens, times) = (&self.tokens, (self.received, self.now));
        let id_token = expected.check(
            config,
            metadata,
            self.claims,
            tokens,
            self.digest,
            clock.correct(self.now),
        )?;
        let text = session::write(config, &id_token, tokens, pending, metadata, times, clock);
        if config.reads_userinfo() {
            return userinfo::begin_at_sign_in(config, pending, metadata, tokens, &text);
        }
        Ok(store_session::store_sign_in(config, pending, text))
    }

    /// Checks the claims of a renewal and stores the session with its tokens.
    pub(super) fn renew(
        self,
        config: &ClientConfig,
        session: &Session,
        need: &TokenNeed,
    ) -> Result<Box<Step>, Error> {
        let Self { claims, tokens, digest, received, now } = self;
        let metadata = session.metadata().ok_or(Code::Internal)?;
        let before = session.claims().unwrap_or_default();
        // Providers send fewer claims at a renewal: what the app requires may be in an earlier token.
        let merged = refreshed_id_token::merge(claims.json(), &before);
        let all = json::read_object(merged.as_bytes()).unwrap_or_default();
        let all = Some(&*all);
        let expected = Expectations { nonce: Nonce::Any, max_age: None, acr_values: "", all };
        let check = |now| expected.check(config, &metadata, claims.clone(), &tokens, digest, now);
        // The user may have corrected the clock since the sign-in.
        let id_token =
            check(session.provider_time(now)).or_else(|error| check(now).map_err(|_| error))?;
        let first = session.first_claims().unwrap_or(&before);
        refreshed_id_token::check(config, claims.json(), first, &before)?;
        let renewed = Some((&id_token, &*merged));
        let next = need.apply_refresh(session, config, &tokens, renewed, (received, now));
        Ok(store_session::store_refresh(config, &session.text, next, need))
    }
}

/// The expectations for an ID token beyond those for every one.
struct Expectations<'a> {
    nonce: Nonce<'a>,
    max_age: Option<u64>,
    acr_values: &'a str,
    /// The claims, with those of the session that a renewed token lacks; those of the token, if missing.
    all: Option<&'a Json>,
}

impl Expectations<'_> {
    fn check(
        &self,
        config: &ClientConfig,
        metadata: &Metadata<'_>,
        claims: VerifiedClaims,
        tokens: &TokenResponse,
        digest: &[u8],
        now: UnixTime,
    ) -> Result<IdToken, Error> {
        let left_half = |hash, token: &str| match hash {
            Hash::Sha256 => hash::left_half(&hash::sha256(token.as_bytes())),
            // The host hashed this access token.
            _ => hash::left_half(digest),
        };
        let iss = config
            .issuer_of(metadata, claims.json(), self.all.unwrap_or(claims.json()))?
            .to_owned();
        let expected = Expected {
            issuer: &iss,
            client_id: config.client_id(),
            trusted: config.trusted_audiences(),
            authorized_parties: None,
            requires_azp: false,
            scope_tells_kind: true,
            nonce: self.nonce,
            access_token: Some(tokens.access_token().as_str()).filter(|token| !token.is_empty()),
            code: None,
            requires_hashes: false,
            left_half: &left_half,
            max_age: self.max_age,
            acr_values: self.acr_values,
            tolerance: config.clock_tolerance(),
            max_token_age: config.max_token_age(),
        };
        id_token::check(claims, &expected, now)
    }
}
