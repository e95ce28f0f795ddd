//! The names that a failure can carry, as settings and standards spell them.

macro_rules! names {
    (both { $($name:ident $text:literal)+ } edge { $($edge_name:ident $edge_text:literal)+ }) => {
        /// What a failure can name: a setting, an option, a parameter, an endpoint, a claim.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum At {
            /// Nothing: the code says all.
            Nothing,
            $(#[doc = $text] $name,)+
            $(#[doc = $edge_text] $edge_name,)+
        }

        impl At {
            /// All names, in the order of their numbers.
            pub const ALL: &[Self] =
                &[Self::Nothing, $(Self::$name,)+ $(Self::$edge_name,)+];

            const TEXTS: &[&str] = &["", $($text,)+ $(at_edge($edge_text),)+];

            /// The name, as settings and standards spell it; empty for [`At::Nothing`].
            #[must_use]
            pub fn text(self) -> &'static str {
                Self::TEXTS.get(self as usize).copied().unwrap_or_default()
            }
        }
    };
}

/// A name that nothing in a page's module can bring up: there it weighs nothing.
const fn at_edge(text: &'static str) -> &'static str {
    if cfg!(all(target_arch = "wasm32", feature = "page", not(feature = "edge"))) {
        ""
    } else {
        text
    }
}

names! { both {
    Issuer "issuer"
    ClientId "clientId"
    RedirectUri "redirectUri"
    PostLogoutRedirectUri "postLogoutRedirectUri"
    Scope "scope"
    Resource "resource"
    Apis "apis"
    Metadata "metadata"
    Algorithms "algorithms"
    IdTokenSignedResponseAlg "idTokenSignedResponseAlg"
    ClockTolerance "clockTolerance"
    MaxAge "maxAge"
    MaxTokenAge "maxTokenAge"
    RenewBefore "renewBefore"
    AllowLoopbackIssuer "allowLoopbackIssuer"
    Refresh "refresh"
    RefreshGrace "refreshGrace"
    SilentRedirectUri "silentRedirectUri"
    Refused "refused"
    ScopesSupported "scopes_supported"
    Store "store"
    Backend "backend"
    Navigate "navigate"
    Fetch "fetch"
    Log "log"
    Module "module"
    ReturnTo "returnTo"
    Prompt "prompt"
    LoginHint "loginHint"
    AcrValues "acrValues"
    UiLocales "uiLocales"
    Claims "claims"
    Extra "extra"
    ClientIdParameter "client_id"
    RedirectUriParameter "redirect_uri"
    ResponseType "response_type"
    ResponseMode "response_mode"
    State "state"
    Nonce "nonce"
    CodeChallenge "code_challenge"
    CodeChallengeMethod "code_challenge_method"
    LoginHintParameter "login_hint"
    MaxAgeParameter "max_age"
    AcrValuesParameter "acr_values"
    UiLocalesParameter "ui_locales"
    Request "request"
    RequestUri "request_uri"
    Code "code"
    Iss "iss"
    Error "error"
    ErrorDescription "error_description"
    AuthorizationEndpoint "authorization_endpoint"
    TokenEndpoint "token_endpoint"
    JwksUri "jwks_uri"
    UserinfoEndpoint "userinfo_endpoint"
    EndSessionEndpoint "end_session_endpoint"
    RevocationEndpoint "revocation_endpoint"
    IdTokenSigningAlgValuesSupported "id_token_signing_alg_values_supported"
    AuthorizationResponseIssParameterSupported "authorization_response_iss_parameter_supported"
    AccessToken "access_token"
    TokenType "token_type"
    IdToken "id_token"
    RefreshToken "refresh_token"
    ExpiresIn "expires_in"
    Aud "aud"
    Azp "azp"
    Exp "exp"
    Nbf "nbf"
    Iat "iat"
    AtHash "at_hash"
    AuthTime "auth_time"
    Acr "acr"
    Sub "sub"
    Events "events"
} edge {
    DecryptionKeys "decryptionKeys"
    Audience "audience"
    Kind "kind"
    Profile "profile"
    Tenants "tenants"
    TrustedAudiences "trustedAudiences"
    Jwks "jwks"
    JwksUriSetting "jwksUri"
    KeyGrace "keyGrace"
    Keys "keys"
    Replay "replay"
    Now "now"
    AccessTokenOption "accessToken"
    RequireHashes "requireHashes"
    CHash "c_hash"
    Tid "tid"
    Sid "sid"
    ClientIdClaim "client_id"
    Jti "jti"
    Cnf "cnf"
    IntrospectionEndpoint "introspection_endpoint"
    Cors "cors"
    ResourceMetadata "resourceMetadata"
    Introspection "introspection"
    Userinfo "userinfo"
    ClientSecret "clientSecret"
    AuthMethod "authMethod"
    Endpoint "endpoint"
    Signed "signed"
    Required "required"
    Keep "keep"
    TokenIntrospection "token_introspection"
}}
