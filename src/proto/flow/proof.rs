//! What is remembered between a code and the session it becomes.

use super::pending::{Found, Pending};
use super::redeem::FLOW;
use super::{at, member};
use crate::proto::config::Config;
use crate::proto::effect::Response;
use crate::proto::error::{Code, Error};
use crate::proto::jose::alg::Alg;
use crate::proto::jose::jws::UntrustedJws;
use crate::proto::oidc::discovery::Metadata;
use crate::proto::oidc::id_token;
use crate::proto::oidc::token::{self, TokenResponse};
use crate::proto::text::json::Json;
use alloc::string::String;

/// The answers so far (empty: still to come), and how many questions about the signature are open.
#[derive(Clone, Copy)]
pub(super) struct Proof<'a> {
    pub(super) pending: &'a str,
    pub(super) tokens: &'a str,
    pub(super) received: u64,
    pub(super) keys: &'a str,
    pub(super) refetched: bool,
    pub(super) open: u64,
}

impl<'a> Proof<'a> {
    pub(super) const fn new(pending: &'a str) -> Self {
        Self { pending, tokens: "", received: 0, keys: "", refetched: false, open: 0 }
    }

    pub(super) fn write(&self, place: &str) -> String {
        at(FLOW, place)
            .text("pending", self.pending)
            .text("tokens", self.tokens)
            .number("received", self.received)
            .text("keys", self.keys)
            .bool("refetched", self.refetched)
            .number("open", self.open)
            .finish()
    }

    pub(super) fn read(state: &'a Json) -> Self {
        let number = |name| state.member(name).and_then(Json::seconds).unwrap_or_default();
        Self {
            pending: member(state, "pending"),
            tokens: member(state, "tokens"),
            received: number("received"),
            keys: member(state, "keys"),
            refetched: state.member("refetched").and_then(Json::bool) == Some(true),
            open: number("open"),
        }
    }

    pub(super) fn pending(&self, config: &Config) -> Result<Pending, Error> {
        match Pending::find(self.pending, config) {
            Found::Waiting(pending) => Ok(pending),
            _ => Err(Code::Internal.into()),
        }
    }

    pub(super) fn tokens(&self) -> Result<TokenResponse, Error> {
        let body = self.tokens.as_bytes();
        token::read(&Response { status: 200, content_type: "", cache_control: "", body })
    }

    pub(super) fn jws(
        config: &Config,
        metadata: &Metadata<'_>,
        tokens: &TokenResponse,
    ) -> Result<UntrustedJws, Error> {
        let announced = metadata.algorithms();
        let allowed = |alg: &'static Alg| config.allows_alg(alg.name, announced);
        UntrustedJws::read(tokens.id_token(), &allowed, &id_token::allows_typ)
    }
}
