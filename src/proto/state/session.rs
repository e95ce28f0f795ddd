//! A session: the verified user and the tokens after a sign-in, stored as versioned text.

use super::access_token::{self, AccessToken};
use super::clock::ClockOffset;
use super::flow_state::member;
use super::identity;
use super::pending::PendingSignIn;
pub use super::refresh_number::RefreshNumber;
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::UnixTime;
use crate::proto::error::ProviderError;
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_FRAMES, WITH_RENEWAL};
use crate::proto::oidc::id_token::IdToken;
use crate::proto::oidc::{response, token::TokenResponse};
use crate::proto::provider::metadata::Metadata;
use crate::proto::text::json::{self, Json, Text, Writer};
use alloc::{borrow::ToOwned, boxed::Box, string::String, vec, vec::Vec};
use core::ops::Deref;

/// Later members are missing in the first texts of this version, which remain readable.
pub(super) const VERSION: u64 = 1;
/// The maximum number of characters of a provider's description that are stored.
const MAX_REFUSAL_CHARS: usize = 200;
/// How many bytes the provider's `error` and its description may add to a session in a cookie.
const MAX_KEPT_BYTES: (usize, usize) = (64, 400);
/// The maximum number of access tokens of a session after the first.
pub(crate) const MAX_OTHER_TOKENS: usize = 15;

/// A verified user and the user's tokens. It is one word, which a function returns in a register.
#[derive(Clone)]
pub struct Session(Box<Content>);

/// The content of a session.
#[derive(Clone)]
pub struct Content {
    json: Box<Json>,
    /// The stored text.
    pub text: String,
}

impl Deref for Session {
    type Target = Content;

    fn deref(&self) -> &Content {
        &self.0
    }
}

/// Writes the session after a sign-in, as [`Session::read`] reads it. `clock` is the offset of this
/// device's clock, as [`Session::provider_time`] uses it.
#[must_use]
pub fn write(
    config: &ClientConfig,
    id_token: &IdToken,
    tokens: &TokenResponse,
    pending: &PendingSignIn,
    metadata: &Metadata<'_>,
    (received, now): (UnixTime, UnixTime),
    clock: ClockOffset,
) -> String {
    let mut writer = Writer::new();
    writer.number("v", VERSION).text("tag", config.tag()).text("asked", pending.scope());
    if clock != ClockOffset::default() {
        writer.number("slow", clock.slow_by).number("fast", clock.fast_by);
    }
    identity::write(&mut writer, config, id_token, id_token.claims.text(), tokens.id_token(), now);
    writer.optional_text("refresh_token", tokens.refresh_token().map(Text::as_str));
    access_token::write(
        &mut writer,
        config,
        tokens,
        (pending.scope(), pending.resource()),
        received,
    );
    metadata.write_after_request(&mut writer);
    if WITH_RENEWAL {
        write_first(&mut writer, id_token);
        writer.optional_text("jkt", config.jkt().as_deref());
        writer.optional_text("session_state", pending.session_state());
    }
    if WITH_FRAMES {
        writer.text("options", pending.ask());
    }
    writer.finish()
}

/// The claims that later ID tokens are compared with (Core 12.2). A later token may lack them.
fn write_first(writer: &mut Writer, id_token: &IdToken) {
    writer.open("first", '{');
    for name in &["nonce", "azp", "auth_time"] {
        if let Some(value) = id_token.claims.member(name) {
            writer.json(name, value);
        }
    }
    writer.close('}');
}

impl Session {
    /// Reads a stored session. `None` if another version or another client wrote it, or if the settings
    /// do not let its user in any more.
    #[must_use]
    pub fn read(text: &str, config: &ClientConfig) -> Option<Self> {
        let json = json::read_object(text.as_bytes()).ok()?;
        for name in &["sub", "claims", "alg", "id_token", "access_token", "scope"] {
            json.text_of(name)?;
        }
        if json.member("v")?.seconds()? != VERSION || *json.text_of("tag")? != *config.tag() {
            return None;
        }
        if WITH_FRAMES && is_bound_to_other_key(&json, config) {
            return None;
        }
        let session = Self(Box::new(Content { json, text: text.to_owned() }));
        let claims = session.claims()?;
        // A session without a user is not one of a client that has users, and the reverse.
        if CONFIDENTIAL_CLIENT && session.sub().is_empty() == config.has_user() {
            return None;
        }
        let is_whole = member(&claims, "sub") == session.sub()
            && config.check_restrictions(&claims).is_ok()
            && config.read_metadata(session.json.member("metadata")?).is_ok();
        is_whole.then_some(session)
    }

    /// The provider's metadata at sign-in. Every session that was read has it.
    #[must_use]
    pub fn metadata(&self) -> Option<Metadata<'_>> {
        Metadata::known(&self.json)
    }

    /// The claims of the newest ID token, and earlier ones that it lacks.
    #[must_use]
    pub fn claims(&self) -> Option<Box<Json>> {
        json::read_object(self.claims_text().as_bytes()).ok()
    }

    /// The claims of the first ID token that later ones are compared with; empty in old texts.
    #[must_use]
    pub fn first_claims(&self) -> Option<&Json> {
        self.json.member("first")
    }

    /// The newest ID token; empty if the session does not keep it.
    #[must_use]
    pub fn id_token(&self) -> String {
        identity::id_token(member(&self.json, "id_token"), self.claims_text())
    }

    /// The claims for the app, as JSON text: those of the ID token, and of UserInfo.
    #[must_use]
    pub fn user_claims(&self) -> String {
        if CONFIDENTIAL_CLIENT
            && let (Some(more), Some(claims)) = (self.json.member("userinfo"), self.claims())
        {
            return identity::merge(&claims, more);
        }
        self.claims_text().into()
    }

    /// The session with the claims of UserInfo, which are about the same user.
    #[must_use]
    pub fn with_userinfo(&self, config: &ClientConfig, claims: &Json) -> Self {
        let own = self.claims().unwrap_or_default();
        self.with_members(Writer::new().raw("userinfo", &identity::userinfo(config, claims, &own)))
    }

    /// When the ID token was verified, in seconds since 1970.
    #[must_use]
    pub fn verified_at(&self) -> u64 {
        self.seconds("checked")
    }

    /// The offset of this device's clock, as measured at sign-in.
    #[must_use]
    pub fn clock_offset(&self) -> ClockOffset {
        ClockOffset { slow_by: self.seconds("slow"), fast_by: self.seconds("fast") }
    }

    /// A number that a refresh changes; 0 if it is missing.
    #[must_use]
    pub fn refresh_number(&self, number: RefreshNumber) -> u64 {
        self.seconds(number.member())
    }

    fn seconds(&self, name: &str) -> u64 {
        self.json.seconds_or(name, 0)
    }

    /// The time at the provider, corrected by the offset from the sign-in.
    #[must_use]
    pub fn provider_time(&self, now: UnixTime) -> UnixTime {
        self.clock_offset().correct(now)
    }

    /// The access tokens of the session, the first one first.
    #[must_use]
    pub fn access_tokens(&self) -> Vec<AccessToken<'_>> {
        let mut all = vec![self.first_access_token()];
        for other in self.other_tokens() {
            all.push(AccessToken(other));
        }
        all
    }

    /// The access token of the sign-in, or of its last renewal.
    #[must_use]
    pub fn first_access_token(&self) -> AccessToken<'_> {
        AccessToken(&self.json)
    }

    pub(crate) fn other_tokens(&self) -> &[Json] {
        let more = self.json.member("more").filter(|_| WITH_RENEWAL);
        more.and_then(Json::list).unwrap_or_default()
    }

    /// The session with other numbers; 0 removes one.
    #[must_use]
    pub fn with_numbers(&self, numbers: &[(RefreshNumber, u64)]) -> Self {
        let mut writer = Writer::new();
        for (name, number) in numbers {
            writer.number(name.member(), *number);
        }
        self.with_members(&writer)
    }

    /// The session after a failed renewal: the words of the provider, if it said some.
    #[must_use]
    pub fn with_refusal(&self, said: Option<&ProviderError>) -> Self {
        let mut writer = Writer::new();
        match said {
            Some(said) => {
                // The session may be stored in a cookie.
                if CONFIDENTIAL_CLIENT {
                    writer.text("refusal", &response::cut_json(&said.error, MAX_KEPT_BYTES.0));
                    let words = response::cut_json(&said.description, MAX_KEPT_BYTES.1);
                    writer.text("refusal_words", &words)
                } else {
                    writer.text("refusal", &said.error);
                    let words = response::cut(&said.description, MAX_REFUSAL_CHARS);
                    writer.text("refusal_words", &words)
                }
            }
            None => writer.raw("refusal", "null").raw("refusal_words", "null"),
        };
        self.with_members(&writer)
    }

    /// The session without its refresh token, which another tab has too.
    #[must_use]
    pub fn without_refresh_token(&self) -> Self {
        self.with_members(without_numbers().raw("refresh_token", "null"))
    }

    /// The session with the refresh token of a response. If the response has none, the old one may
    /// be sent again.
    #[must_use]
    pub fn with_refresh_token_of(&self, tokens: &TokenResponse) -> Self {
        let mut writer = without_numbers();
        writer.raw("refusal", "null").raw("refusal_words", "null");
        self.with_members(
            writer.optional_text("refresh_token", tokens.refresh_token().map(Text::as_str)),
        )
    }

    /// `sid` of the provider's session, from its ID token or from a later check; empty if neither
    /// has it.
    #[must_use]
    pub fn sid(&self) -> String {
        match member(&self.json, "sid").as_str() {
            "" => self.claim("sid"),
            later => later.into(),
        }
    }

    /// The session after the provider confirmed with `later` that the user is the same: it takes
    /// over the provider's new `sid` and `session_state`.
    #[must_use]
    pub fn with_session_state_of(&self, later: &Self) -> Self {
        let mut writer = Writer::new();
        match later.session_state().as_str() {
            "" => writer.raw("session_state", "null"),
            state => writer.text("session_state", state),
        };
        self.with_members(writer.text("sid", &later.sid()))
    }

    /// The session with changed members; `null` or 0 removes one.
    pub(crate) fn with_members(&self, changes: &Writer) -> Self {
        let changes = json::read_object(changes.finish().as_bytes()).unwrap_or_default();
        let is_there = |value: &Json| !value.is_null() && value.seconds() != Some(0);
        let mut writer = Writer::new();
        writer.members_beside(&self.json, &changes);
        for (name, value) in changes.members() {
            if is_there(value) {
                writer.json(name, value);
            }
        }
        let text = writer.finish();
        let json = json::read_object(text.as_bytes()).unwrap_or_default();
        Self(Box::new(Content { json, text }))
    }
}

/// Accessors of the texts in a session. A text that is missing is empty.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident $member:literal)+) => {
        impl Session {
            $(
                $(#[$doc])*
                #[must_use]
                pub fn $name(&self) -> &Text {
                    member(&self.json, $member)
                }
            )+
        }
    };
}

texts! {
    /// `sub`: the user's identifier at the provider.
    sub "sub"
    /// The claims of the newest ID token, and earlier ones that it lacks, as JSON text.
    claims_text "claims"
    /// The algorithm of the ID token's signature.
    alg "alg"
    /// `kid` of the key of the ID token's signature.
    kid "kid"
    /// The checks that the ID token passed, separated by spaces.
    checks "checks"
    /// The first access token.
    access_token "access_token"
    /// The refresh token.
    refresh_token "refresh_token"
    /// The provider's `error` at the last renewal, if it refused.
    refusal "refusal"
    /// The `error_description` of that refusal.
    refusal_words "refusal_words"
    /// The scope that was granted for the first access token.
    scope "scope"
    /// The scope that was requested at sign-in.
    requested_scope "asked"
    /// The options of the sign-in, as JSON text, which silent requests repeat.
    options "options"
    /// The resource of the first access token.
    resource "resource"
    /// `session_state`: the provider's value for its session (Session Management 1.0).
    session_state "session_state"
}

/// Changes that remove all numbers of renewals.
fn without_numbers() -> Box<Writer> {
    let mut writer = Writer::new();
    for number in RefreshNumber::ALL {
        writer.number(number.member(), 0);
    }
    writer
}

/// Whether the tokens of a stored session are bound to another key than this page's. Such a session
/// is unusable here, but another tab may have the key.
fn is_bound_to_other_key(json: &Json, config: &ClientConfig) -> bool {
    json.member("jkt").and_then(Json::text) != config.jkt().as_deref()
}

/// Whether the tokens of a text that may be no session are bound to another key.
#[must_use]
pub fn is_bound_elsewhere(text: &str, config: &ClientConfig) -> bool {
    json::read_object(text.as_bytes()).is_ok_and(|json| is_bound_to_other_key(&json, config))
}

redact_debug! { Session, Content }

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn config() -> ClientConfig {
        let settings = r#"{"issuer":"https://op.example","clientId":"c",
            "redirectUri":"https://app.example/cb"}"#;
        ClientConfig::read(settings).unwrap()
    }

    /// A stored session of a user without other claims.
    fn stored(config: &ClientConfig) -> String {
        alloc::format!(
            r#"{{"v":1,"tag":"{}","sub":"ada","claims":"{{\"sub\":\"ada\"}}","alg":"ES256",
            "id_token":"i","access_token":"a","scope":"openid","metadata":{{
            "issuer":"https://op.example","authorization_endpoint":"https://op.example/a",
            "token_endpoint":"https://op.example/t","jwks_uri":"https://op.example/k"}}}}"#,
            config.tag()
        )
    }

    #[test]
    fn claims_of_userinfo_that_the_id_token_has_are_not_stored_again() {
        let config = config();
        let session = Session::read(&stored(&config), &config).unwrap();
        let answer = json::read_object(br#"{"sub":"ada","email":"ada@example.com"}"#).unwrap();
        let with = session.with_userinfo(&config, &answer);
        let more = json::write(with.json.member("userinfo").unwrap());
        assert_eq!(more, r#"{"email":"ada@example.com"}"#);
        assert_eq!(with.user_claims(), r#"{"sub":"ada","email":"ada@example.com"}"#);
    }

    #[test]
    fn only_what_this_version_of_this_client_kept_is_a_session() {
        let config = config();
        let good = stored(&config);
        let is_read = |from: &str, to: &str| {
            assert!(good.contains(from), "{from}");
            Session::read(&good.replacen(from, to, 1), &config).is_some()
        };
        assert!(is_read("ada", "ada"));
        for (from, to) in [
            (r#""v":1"#, r#""v":2"#),
            (r#""v":1,"#, ""),
            (config.tag(), "AAAAAAAAAAA"),
            (r#""sub":"ada""#, r#""sub":"eve""#),
            (r#"\"ada\""#, r#"\"eve\""#),
            (r#"{\"sub\":\"ada\"}"#, "{"),
            (r#""alg":"ES256","#, ""),
            (r#""id_token":"i""#, r#""id_token":1"#),
            (r#""access_token":"a","#, ""),
            (r#""scope":"openid","#, ""),
            ("https://op.example\"", "https://evil.example\""),
            ("https://op.example/t", "http://op.example/t"),
        ] {
            assert!(!is_read(from, to), "{from} -> {to}");
        }
    }
}
