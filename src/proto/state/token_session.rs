//! The session of a client without a user, which [`Session`](super::session::Session) reads.

use super::access_token;
use super::pending::PendingSignIn;
use super::session::VERSION;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::UnixTime;
use crate::proto::oidc::token::TokenResponse;
use crate::proto::provider::metadata::Metadata;
use crate::proto::text::json::{Text, Writer};
use alloc::string::String;

/// Writes the session of a client without a user: the tokens, and an ID token that was not verified.
#[must_use]
pub fn write(
    config: &ClientConfig,
    tokens: &TokenResponse,
    pending: &PendingSignIn,
    metadata: &Metadata<'_>,
    received: UnixTime,
) -> String {
    let mut writer = Writer::new();
    writer.number("v", VERSION).text("tag", config.tag()).text("asked", pending.scope());
    writer.text("sub", "").text("claims", "{}").text("alg", "").text("id_token", tokens.id_token());
    writer.optional_text("refresh_token", tokens.refresh_token().map(Text::as_str));
    let asked: (&str, &str) = (pending.scope(), pending.resource());
    access_token::write(&mut writer, config, tokens, asked, received);
    metadata.write_after_request(&mut writer);
    // The text that tells this sign-in from others; see `is_from_same_sign_in`.
    writer.open("first", '{').text("state", pending.state()).close('}');
    writer.finish()
}
