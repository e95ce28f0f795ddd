//! The user of a session: the claims, and the ID token that they come from. In a cookie of a server each
//! is stored once.

use crate::proto::client::config::ClientConfig;
use crate::proto::effect::UnixTime;
use crate::proto::features::CONFIDENTIAL_CLIENT;
use crate::proto::oidc::id_token::IdToken;
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::text::{base64url, concat, pieces};
use alloc::string::String;

/// The user, and the evidence of the verification. `claims_text` has the claims of the user.
pub(crate) fn write(
    writer: &mut Writer,
    config: &ClientConfig,
    id_token: &IdToken,
    claims_text: &str,
    text: &str,
    now: UnixTime,
) {
    let claims = &id_token.claims;
    let short = if config.is_confidential() { shorten(config, text, claims_text) } else { None };
    let all = || json::read_object(claims_text.as_bytes()).unwrap_or_default();
    let kept = config.kept_claims().map(|names| keep(config, &all(), names));
    writer
        .text("sub", id_token.sub())
        .text("claims", kept.as_deref().unwrap_or(claims_text))
        .text("alg", claims.alg().name)
        .optional_text("kid", claims.kid())
        .text("checks", &id_token.checks)
        .number("checked", now.0)
        .text("id_token", short.as_deref().unwrap_or(text));
}

/// The claims of a session that are never left out, beside those that the settings require.
static ALWAYS_KEPT: &[&str] =
    &["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "azp", "acr", "amr", "sid", "tid"];
/// The longest ID token that is stored beside claims that were left out of them, in bytes.
const MAX_WHOLE_ID_TOKEN_BYTES: usize = 1500;

/// The claims with these names, and those that are always kept.
fn keep(config: &ClientConfig, claims: &Json, names: &Json) -> String {
    let mut kept = Writer::new();
    for (name, value) in claims.members() {
        if ALWAYS_KEPT.contains(&&**name) || names.has(name) || config.requires_claim(name) {
            kept.json(name, value);
        }
    }
    kept.finish()
}

/// An ID token for a cookie. Its payload is the text of the claims, so it is stored once; without
/// the whole claims a long token is not stored.
fn shorten(config: &ClientConfig, id_token: &str, claims_text: &str) -> Option<String> {
    let mut parts = pieces(id_token, b'.');
    let (header, payload, signature) = (parts.next()?, parts.next()?, parts.next()?);
    // The claims of a renewed token are merged with those before.
    if config.kept_claims().is_none() && base64url::write(claims_text.as_bytes()) == payload {
        return Some(concat(&[header, "..", signature]));
    }
    (id_token.len() > MAX_WHOLE_ID_TOKEN_BYTES).then(String::new)
}

/// The ID token of a session, from its stored form and the text of the claims.
pub(super) fn id_token(stored: &str, claims: &str) -> String {
    if !CONFIDENTIAL_CLIENT {
        return stored.into();
    }
    let mut parts = pieces(stored, b'.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(header), Some(""), Some(signature)) => {
            concat(&[header, ".", &base64url::write(claims.as_bytes()), ".", signature])
        }
        _ => stored.into(),
    }
}

/// The claims of an ID token, and those of UserInfo that it lacks.
pub(super) fn merge(claims: &Json, userinfo: &Json) -> String {
    let mut merged = Writer::new();
    merged.members_except(claims, "").members_beside(userinfo, claims);
    merged.finish()
}

/// The claims of UserInfo that the settings keep and the ID token lacks, as JSON text: what is in both
/// would be in the cookie twice.
pub(super) fn userinfo(config: &ClientConfig, claims: &Json, of_id_token: &Json) -> String {
    let more = Writer::new().members_beside(claims, of_id_token).finish();
    let Some(names) = config.kept_claims() else { return more };
    keep(config, &json::read_object(more.as_bytes()).unwrap_or_default(), names)
}
