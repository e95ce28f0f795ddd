//! The types of an app's input: tables for settings, and for the options of methods.
//!
//! The type check in TypeScript is generated from these tables; [`check`] is the same check in
//! Rust.

use crate::proto::error::{At, Code, Error};
use crate::proto::text::json::Json;
use crate::proto::text::words;

/// `OIDC_CONFIG_INVALID` at a setting.
pub(crate) const fn invalid(name: At) -> Error {
    Error::at(Code::ConfigInvalid, name)
}

/// `OIDC_CONFIG_INSECURE` at a setting.
pub(crate) const fn insecure(name: At) -> Error {
    Error::at(Code::ConfigInsecure, name)
}

/// One setting or option.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The name in JavaScript.
    pub name: At,
    /// The type of its value.
    pub kind: Kind,
    /// Whether it is required.
    pub required: bool,
}

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A non-empty string.
    Text,
    /// A boolean.
    Bool,
    /// A boolean; or the public half of a key, from a host that holds the key.
    BoolOrKey,
    /// A number of seconds, not negative.
    Number,
    /// A list of strings.
    TextList,
    /// A string or a list of strings.
    TextOrList,
    /// Words separated by spaces, or a list of them: at least one, and none of them empty.
    Words,
    /// A non-empty string, or `null`.
    TextOrNull,
    /// An object.
    Object,
    /// An object whose members are strings.
    Texts,
    /// A string, or an object with methods.
    TextOrObject,
    /// A function, which never reaches the core.
    Function,
    /// Any value, which never reaches the core.
    Any,
}

impl Kind {
    /// The word for the generated table.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Bool | Self::BoolOrKey => "bool",
            Self::Number => "number",
            Self::TextList => "texts",
            Self::TextOrList | Self::Words => "textOrTexts",
            Self::Object | Self::Texts => "object",
            Self::TextOrObject => "textOrObject",
            Self::Function => "function",
            Self::Any | Self::TextOrNull => "any",
        }
    }

    fn fits(self, value: &Json) -> bool {
        match self {
            Self::Text => value.text().is_some_and(|text| !text.is_empty()),
            Self::Bool => value.bool().is_some(),
            Self::Number => value.seconds().is_some(),
            Self::TextList => value.is_texts(),
            Self::TextOrList => value.text().is_some() || value.is_texts(),
            Self::Words => {
                let all = value.list().unwrap_or(core::slice::from_ref(value));
                let has_word = |one: &Json| words(one.text().unwrap_or_default()).next().is_some();
                !all.is_empty() && all.iter().all(has_word)
            }
            Self::TextOrNull => matches!(value, Json::Null) || Self::Text.fits(value),
            Self::Object => matches!(value, Json::Object(_)),
            Self::Texts => {
                let members = value.members();
                Self::Object.fits(value) && members.iter().all(|member| member.1.text().is_some())
            }
            Self::BoolOrKey | Self::TextOrObject | Self::Function | Self::Any => true,
        }
    }
}

pub(crate) const fn must(name: At, kind: Kind) -> Setting {
    Setting { name, kind, required: true }
}

pub(crate) const fn may(name: At, kind: Kind) -> Setting {
    Setting { name, kind, required: false }
}

/// Every setting of `createClient`. The last ones exist only with renewal, see
/// [`SLIM_CLIENT_SETTINGS`].
pub const CLIENT_SETTINGS: &[Setting] = &[
    may(At::Issuer, Kind::Text),
    may(At::Provider, Kind::Object),
    must(At::ClientId, Kind::Text),
    must(At::RedirectUri, Kind::Text),
    may(At::PostLogoutRedirectUri, Kind::Text),
    may(At::Scope, Kind::Text),
    may(At::Resource, Kind::TextOrList),
    may(At::Apis, Kind::Object),
    may(At::Metadata, Kind::Object),
    may(At::Algorithms, Kind::TextList),
    may(At::IdTokenSignedResponseAlg, Kind::Text),
    may(At::ClockTolerance, Kind::Number),
    may(At::MaxAge, Kind::Number),
    may(At::MaxTokenAge, Kind::Number),
    may(At::Refresh, Kind::Bool),
    may(At::RenewBefore, Kind::Number),
    may(At::AllowLoopbackIssuer, Kind::Bool),
    may(At::Store, Kind::TextOrObject),
    may(At::Backend, Kind::Object),
    may(At::Navigate, Kind::Function),
    may(At::Fetch, Kind::Function),
    may(At::Log, Kind::Function),
    may(At::Module, Kind::Any),
    may(At::Renewal, Kind::Object),
    may(At::Silent, Kind::Any),
    may(At::AllowInsecure, Kind::Bool),
    may(At::SilentRedirectUri, Kind::Text),
    may(At::RefreshGrace, Kind::Number),
    may(At::SessionCheck, Kind::Number),
    may(At::FrontchannelLogoutSessionRequired, Kind::Bool),
    may(At::RequirePushedAuthorizationRequests, Kind::Bool),
    may(At::Dpop, Kind::BoolOrKey),
    may(At::Extra, Kind::Texts),
    may(At::TrustedAudiences, Kind::TextList),
    may(At::Tenants, Kind::TextList),
    may(At::RefusedTenants, Kind::TextList),
    may(At::SingleResource, Kind::Bool),
    may(At::Jwks, Kind::Object),
    may(At::IssuerAliases, Kind::TextList),
    may(At::DiscoveryUrl, Kind::Text),
    may(At::MetadataOverlay, Kind::Object),
    may(At::RequiredClaims, Kind::Object),
    may(At::Logout, Kind::Object),
    may(At::RefusedOptions, Kind::TextList),
    may(At::BooleansAsText, Kind::TextList),
];

/// The settings of a page without renewal: all but the last ones.
pub const SLIM_CLIENT_SETTINGS: &[Setting] = match CLIENT_SETTINGS.split_last_chunk::<21>() {
    Some((known, _)) => known,
    None => CLIENT_SETTINGS,
};

/// Every setting of `createSessions` that reaches the core: those of a confidential client. A page
/// does not accept the last ones, so that no app ships a secret by mistake.
pub const SESSIONS_SETTINGS: &[Setting] = &[
    may(At::Issuer, Kind::Text),
    may(At::Provider, Kind::Object),
    may(At::IssuerAliases, Kind::TextList),
    may(At::DiscoveryUrl, Kind::Text),
    may(At::MetadataOverlay, Kind::Object),
    may(At::RequiredClaims, Kind::Object),
    may(At::Logout, Kind::Object),
    may(At::RefusedOptions, Kind::TextList),
    may(At::BooleansAsText, Kind::TextList),
    must(At::ClientId, Kind::Text),
    must(At::RedirectUri, Kind::Text),
    may(At::PostLogoutRedirectUri, Kind::Text),
    may(At::Scope, Kind::Text),
    may(At::Resource, Kind::TextOrList),
    may(At::Apis, Kind::Object),
    may(At::SingleResource, Kind::Bool),
    may(At::Metadata, Kind::Object),
    may(At::Algorithms, Kind::TextList),
    may(At::IdTokenSignedResponseAlg, Kind::Text),
    may(At::TrustedAudiences, Kind::TextList),
    may(At::ClockTolerance, Kind::Number),
    may(At::MaxAge, Kind::Number),
    may(At::MaxTokenAge, Kind::Number),
    may(At::Refresh, Kind::Bool),
    may(At::RefreshGrace, Kind::Number),
    may(At::RenewBefore, Kind::Number),
    may(At::AllowLoopbackIssuer, Kind::Bool),
    may(At::Tenants, Kind::TextList),
    may(At::RefusedTenants, Kind::TextList),
    may(At::RequirePushedAuthorizationRequests, Kind::Bool),
    may(At::ClientSecret, Kind::Text),
    may(At::ClientKey, Kind::Object),
    may(At::AuthMethod, Kind::Text),
    may(At::RequireSignedRequestObject, Kind::Bool),
    may(At::AssertionAudience, Kind::Words),
    may(At::Extra, Kind::Texts),
    may(At::ResponseModeSetting, Kind::Text),
    may(At::RequireNonce, Kind::Bool),
    may(At::UserInfo, Kind::Bool),
    may(At::KeepClaims, Kind::TextList),
    may(At::UserSetting, Kind::Bool),
    may(At::Pkce, Kind::Bool),
    may(At::Nonce, Kind::Text),
    may(At::Prompt, Kind::Text),
];

/// Every setting of `createVerifier`.
pub const VERIFIER_SETTINGS: &[Setting] = &[
    may(At::Issuer, Kind::TextOrList),
    may(At::Provider, Kind::Any),
    may(At::IssuerAliases, Kind::TextList),
    may(At::DiscoveryUrl, Kind::Text),
    may(At::RequiredClaims, Kind::Object),
    must(At::Audience, Kind::TextOrList),
    may(At::Kind, Kind::Text),
    may(At::Profile, Kind::Text),
    may(At::Algorithms, Kind::TextList),
    may(At::ClockTolerance, Kind::Number),
    may(At::MaxTokenAge, Kind::Number),
    may(At::Tenants, Kind::TextList),
    may(At::RefusedTenants, Kind::TextList),
    may(At::TrustAccessTokenIssuer, Kind::Bool),
    may(At::TrustedAudiences, Kind::TextList),
    may(At::AuthorizedParties, Kind::TextList),
    may(At::Jwks, Kind::Object),
    may(At::JwksUriSetting, Kind::Text),
    may(At::KeyGrace, Kind::Number),
    may(At::AllowLoopbackIssuer, Kind::Bool),
    may(At::Cors, Kind::Object),
    may(At::ResourceMetadata, Kind::Object),
    may(At::Introspection, Kind::Object),
    may(At::Userinfo, Kind::Object),
    may(At::Keys, Kind::Any),
    may(At::DecryptionKeys, Kind::Function),
    may(At::Unsupported, Kind::TextList),
    may(At::TokenSource, Kind::Function),
    may(At::Replay, Kind::Any),
    may(At::Backend, Kind::Any),
    may(At::Fetch, Kind::Function),
    may(At::Now, Kind::Function),
    may(At::Log, Kind::Function),
];

/// Every setting of `introspection`.
pub const INTROSPECTION_SETTINGS: &[Setting] = &[
    must(At::ClientId, Kind::Text),
    must(At::ClientSecret, Kind::Text),
    may(At::AuthMethod, Kind::Text),
    may(At::Endpoint, Kind::Text),
    may(At::Signed, Kind::Bool),
    may(At::Required, Kind::TextList),
    may(At::Keep, Kind::Number),
    may(At::Jwts, Kind::Bool),
];

/// Every setting of `userinfo`.
pub const USERINFO_SETTINGS: &[Setting] =
    &[may(At::ClientId, Kind::Text), may(At::Endpoint, Kind::Text), may(At::Signed, Kind::Bool)];

/// The settings that the preset of an issuer may have in a verifier of several.
pub const ISSUER_RULES: &[Setting] = &[
    must(At::Issuer, Kind::Text),
    may(At::IssuerAliases, Kind::TextList),
    may(At::DiscoveryUrl, Kind::Text),
    may(At::RequiredClaims, Kind::Object),
    may(At::Tenants, Kind::TextList),
    may(At::RefusedTenants, Kind::TextList),
    may(At::TrustAccessTokenIssuer, Kind::Bool),
    may(At::TrustedAudiences, Kind::TextList),
    may(At::Profile, Kind::Text),
    may(At::KeyGrace, Kind::Number),
    may(At::Unsupported, Kind::TextList),
];

/// Every expectation of `verify`.
pub const VERIFY_OPTIONS: &[Setting] = &[
    may(At::Nonce, Kind::TextOrNull),
    may(At::AccessTokenOption, Kind::Text),
    may(At::Code, Kind::Text),
    may(At::RequireHashes, Kind::Bool),
    may(At::MaxAge, Kind::Number),
    may(At::AcrValues, Kind::Words),
];

/// Every option of a sign-in.
pub const SIGN_IN_OPTIONS: &[Setting] = &[
    may(At::ReturnTo, Kind::Text),
    may(At::Prompt, Kind::Text),
    may(At::LoginHint, Kind::Text),
    may(At::MaxAge, Kind::Number),
    may(At::AcrValues, Kind::TextOrList),
    may(At::UiLocales, Kind::TextOrList),
    may(At::Claims, Kind::Object),
    may(At::Resource, Kind::TextOrList),
    may(At::Scope, Kind::Text),
    may(At::Extra, Kind::Texts),
];

/// How a provider's logout endpoint differs from RP-Initiated Logout 1.0.
pub const LOGOUT_DIALECT: &[Setting] = &[
    may(At::IdTokenHint, Kind::Text),
    may(At::RedirectParameter, Kind::Text),
    may(At::State, Kind::Bool),
    may(At::Extra, Kind::Texts),
];

/// Every option of a sign-out.
pub const SIGN_OUT_OPTIONS: &[Setting] =
    &[may(At::Local, Kind::Bool), may(At::IdTokenHint, Kind::Bool), may(At::Extra, Kind::Texts)];

/// The need of an address under `apis`, and of a token.
pub const API_NEED: &[Setting] = &[may(At::Scope, Kind::Text), may(At::Resource, Kind::Text)];

/// The input of a renewal: a need, the access token that an API refused, if one did, and whether the
/// app asks to renew a good one.
pub const TOKEN_NEED: &[Setting] = &[
    may(At::Scope, Kind::Text),
    may(At::Resource, Kind::Text),
    may(At::Refused, Kind::Text),
    may(At::Renew, Kind::Bool),
];

/// Checks types.
///
/// # Errors
/// The first member that is missing or has the wrong type; [`At::Nothing`] for an unknown member,
/// such as a misspelt one.
pub fn check(json: &Json, table: &[Setting]) -> Result<(), At> {
    for setting in table {
        if json
            .member(setting.name.text())
            .map_or(setting.required, |value| !setting.kind.fits(value))
        {
            return Err(setting.name);
        }
    }
    let is_known = |name: &str| table.iter().any(|setting| setting.name.text() == name);
    for (name, _) in json.members() {
        if !is_known(name) {
            return Err(At::Nothing);
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;

    #[test]
    fn idt_19_and_20_an_expectation_that_is_empty_or_misspelt_is_refused() {
        let verdict_of = |text: &str| check(&json::read(text.as_bytes()).unwrap(), VERIFY_OPTIONS);
        for (text, at) in [
            (r#"{"acrValues":""}"#, At::AcrValues),
            (r#"{"acrValues":"  "}"#, At::AcrValues),
            (r#"{"acrValues":[]}"#, At::AcrValues),
            (r#"{"acrValues":["gold",""]}"#, At::AcrValues),
            (r#"{"acrValues":["gold",1]}"#, At::AcrValues),
            (r#"{"acrValues":{}}"#, At::AcrValues),
            (r#"{"nonce":""}"#, At::Nonce),
            (r#"{"nonce":1}"#, At::Nonce),
            (r#"{"code":""}"#, At::Code),
            (r#"{"accessToken":null}"#, At::AccessTokenOption),
            (r#"{"maxAge":null}"#, At::MaxAge),
            (r#"{"max_age":1}"#, At::Nothing),
            (r#"{"acr":"gold"}"#, At::Nothing),
            (r#"{"nonce":"n","audience":"x"}"#, At::Nothing),
        ] {
            assert_eq!(verdict_of(text), Err(at), "{text}");
        }
        for text in [
            "{}",
            r#"{"nonce":null}"#,
            r#"{"nonce":"n","acrValues":["gold","silver"],"maxAge":0,"requireHashes":true}"#,
            r#"{"acrValues":"gold silver"}"#,
        ] {
            assert_eq!(verdict_of(text), Ok(()), "{text}");
        }
    }
}
