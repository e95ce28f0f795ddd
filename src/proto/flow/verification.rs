//! The state between a token response and the session of its verified ID token.

use crate::proto::client::config::ClientConfig;
use crate::proto::effect::Response;
use crate::proto::error::{Code, Error};
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_RENEWAL};
use crate::proto::jose::alg::Alg;
use crate::proto::jose::hash::Hash;
use crate::proto::jose::jws::UntrustedJws;
use crate::proto::oidc::id_token;
use crate::proto::oidc::token::{self, TokenResponse};
use crate::proto::provider::endpoint;
use crate::proto::provider::metadata::Metadata;
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::state::need::TokenNeed;
use crate::proto::state::pending::{Found, PendingSignIn};
use crate::proto::state::session::Session;
use crate::proto::text::json::{Json, Writer};
use alloc::boxed::Box;

/// The beginning of the need of a signed UserInfo response. No JSON text begins so.
pub(super) const USERINFO: &str = "userinfo:";

/// The answers so far (empty: missing), and the number of open questions about the signature.
#[derive(Clone, Copy)]
pub(super) struct Verification<'a> {
    /// The text of the pending sign-in; for a renewal, that of the stored session.
    pub(super) basis: &'a str,
    /// The need of a renewal, as JSON text; empty for a sign-in. For a signed UserInfo response, which has the place
    /// of the ID token in the tokens, [`USERINFO`] and the session of the sign-in.
    pub(super) need: &'a str,
    pub(super) tokens: &'a str,
    pub(super) received: u64,
    pub(super) keys: &'a str,
    pub(super) refetched: bool,
    pub(super) open: u64,
}

/// The data that an ID token is compared with.
pub(super) enum VerificationBasis {
    /// The sign-in that it answers.
    SignIn(PendingSignIn),
    /// The session that it continues.
    Renewal(Session, TokenNeed),
}

impl VerificationBasis {
    pub(super) fn metadata(&self) -> Result<Metadata<'_>, Error> {
        let metadata = match self {
            Self::SignIn(pending) => pending.metadata(),
            Self::Renewal(session, _) => session.metadata(),
        };
        metadata.ok_or(Code::Internal.into())
    }
}

impl<'a> Verification<'a> {
    pub(super) const fn new(basis: &'a str, need: &'a str) -> Self {
        Self { basis, need, tokens: "", received: 0, keys: "", refetched: false, open: 0 }
    }

    pub(super) fn write(&self, state: FlowState) -> Box<Writer> {
        let mut flow = state.begin_text();
        flow.text("basis", self.basis)
            .text("need", self.need)
            .text("tokens", self.tokens)
            .number("received", self.received)
            .text("keys", self.keys)
            .bool("refetched", self.refetched)
            .number("open", self.open);
        flow
    }

    pub(super) fn read(state: &'a Json) -> Self {
        let number = |name| state.seconds_or(name, 0);
        Self {
            basis: member(state, "basis"),
            need: member(state, "need"),
            tokens: member(state, "tokens"),
            received: number("received"),
            keys: member(state, "keys"),
            refetched: state.is_true("refetched"),
            open: number("open"),
        }
    }

    /// Whether the token continues a session.
    pub(super) fn is_renewal(&self) -> bool {
        WITH_RENEWAL && !self.need.is_empty() && self.userinfo_session().is_none()
    }

    /// The session to which a signed UserInfo response adds claims. Returns `None` for an ID token.
    pub(super) fn userinfo_session(&self) -> Option<&'a str> {
        if CONFIDENTIAL_CLIENT { self.need.strip_prefix(USERINFO) } else { None }
    }

    pub(super) fn basis(&self, config: &ClientConfig) -> Result<VerificationBasis, Error> {
        if !self.is_renewal() {
            return match PendingSignIn::read(self.basis, config) {
                Found::Waiting(pending) => Ok(VerificationBasis::SignIn(pending)),
                _ => Err(Code::Internal.into()),
            };
        }
        let session = Session::read(self.basis, config).ok_or(Code::Internal)?;
        Ok(VerificationBasis::Renewal(session, TokenNeed::from_state(self.need)))
    }

    pub(super) fn tokens(&self, config: &ClientConfig) -> Result<TokenResponse, Error> {
        let body = self.tokens.as_bytes();
        let response = Response {
            status: 200,
            content_type: "",
            cache_control: "",
            retry_after: "",
            challenge: "",
            body,
        };
        token::read(&response, config.token_type())
    }

    pub(super) fn jws(
        &self,
        config: &ClientConfig,
        metadata: &Metadata<'_>,
        tokens: &TokenResponse,
    ) -> Result<UntrustedJws, Error> {
        if let Some(secret) = config.hmac_secret() {
            return UntrustedJws::read_hmac(tokens.id_token(), secret, &id_token::allows_typ);
        }
        // Another parameter of a registration names the algorithm of UserInfo (Registration 1.0, section 2).
        if self.userinfo_session().is_some() {
            let allowed = |alg: &'static Alg| config.lists_alg(alg.name);
            return UntrustedJws::read(tokens.id_token(), &allowed, &id_token::allows_typ);
        }
        let announced = metadata.algorithms();
        let allowed = |alg: &'static Alg| config.allows_alg(alg.name, announced);
        UntrustedJws::read(tokens.id_token(), &allowed, &id_token::allows_typ)
    }

    /// Whether the answer must have an access token.
    pub(super) fn wants_access_token(&self, config: &ClientConfig) -> Result<bool, Error> {
        Ok(match self.basis(config)? {
            VerificationBasis::SignIn(pending) if WITH_RENEWAL => {
                let metadata = pending.metadata().ok_or(Code::Internal)?;
                metadata.endpoint(endpoint::USERINFO).is_some()
                    || config.wants_access_token(pending.scope(), pending.resource())
            }
            _ => true,
        })
    }

    /// The text that the host must hash: the access token, if the ID token has its hash (Core 3.1.3.8)
    /// with a hash function that the core lacks.
    pub(super) fn also_hash<'t>(jws: &UntrustedJws, tokens: &'t TokenResponse) -> &'t str {
        let is_wanted =
            jws.unverified_member("at_hash").is_some() && jws.alg().hash != Hash::Sha256;
        if is_wanted { tokens.access_token() } else { "" }
    }
}
