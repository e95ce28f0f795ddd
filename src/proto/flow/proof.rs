//! What is remembered between a code and the session it becomes.

use super::pending::{self, Pending};
use super::redeem::FLOW;
use super::{at, member};
use crate::proto::config::Config;
use crate::proto::effect::{Response, UnixTime};
use crate::proto::error::{Code, Error};
use crate::proto::jose::jws::UntrustedJws;
use crate::proto::oidc::id_token;
use crate::proto::oidc::token::{self, TokenResponse};
use crate::proto::text::json::Json;
use alloc::{borrow::ToOwned, string::String};

/// The answers so far (empty: still to come), and how many questions about the signature are open.
pub(super) struct Proof {
    pub(super) pending: String,
    pub(super) tokens: String,
    pub(super) received: UnixTime,
    pub(super) keys: String,
    pub(super) refetched: bool,
    pub(super) open: u64,
}

impl Proof {
    pub(super) fn new(pending: String) -> Self {
        let (tokens, keys) = (String::new(), String::new());
        Self { pending, tokens, received: UnixTime(0), keys, refetched: false, open: 0 }
    }

    pub(super) fn write(&self, place: &str) -> String {
        at(FLOW, place)
            .text("pending", &self.pending)
            .text("tokens", &self.tokens)
            .number("received", self.received.0)
            .text("keys", &self.keys)
            .bool("refetched", self.refetched)
            .number("open", self.open)
            .finish()
    }

    pub(super) fn read(state: &Json) -> Self {
        let number = |name| state.member(name).and_then(Json::seconds).unwrap_or_default();
        let text = |name| member(state, name).to_owned();
        Self {
            pending: text("pending"),
            tokens: text("tokens"),
            received: UnixTime(number("received")),
            keys: text("keys"),
            refetched: state.member("refetched").and_then(Json::bool) == Some(true),
            open: number("open"),
        }
    }

    pub(super) fn pending(&self, config: &Config) -> Result<Pending, Error> {
        match Pending::find(&self.pending, config) {
            pending::Found::Waiting(pending) => Ok(pending),
            _ => Err(Code::Internal.into()),
        }
    }

    pub(super) fn tokens(&self) -> Result<TokenResponse, Error> {
        let body = self.tokens.clone().into_bytes();
        token::read(&Response { status: 200, content_type: String::new(), body })
    }

    pub(super) fn jws(&self, config: &Config, pending: &Pending) -> Result<UntrustedJws, Error> {
        let settings = config.algorithms();
        let announced = pending.metadata.algorithms();
        let allowed = |alg| id_token::allows_alg(alg, settings.as_deref(), announced.as_deref());
        UntrustedJws::read(self.tokens()?.id_token(), &allowed, &id_token::allows_typ)
    }
}
