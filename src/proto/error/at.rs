//! The names in an error's `at`, spelled as in the settings and the standards.

macro_rules! names {
    (
        both { $($name:ident $text:literal)+ }
        page { $($page_name:ident $page_text:literal)+ }
        edge { $($edge_name:ident $edge_text:literal)+ }
        not_sign_in { $($wide_name:ident $wide_text:literal)+ }
        renewal { $($renewal_name:ident $renewal_text:literal)+ }
        confidential { $($secret_name:ident $secret_text:literal)+ }
    ) => {
        /// The subject of an error: a setting, an option, a parameter, an endpoint or a claim.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum At {
            /// No name: the code is enough.
            Nothing,
            $(#[doc = $text] $name,)+
            $(#[doc = $page_text] $page_name,)+
            $(#[doc = $edge_text] $edge_name,)+
            $(#[doc = $wide_text] $wide_name,)+
            $(#[doc = $renewal_text] $renewal_name,)+
            $(#[doc = $secret_text] $secret_name,)+
        }

        impl At {
            /// All names, in the order of their numbers.
            pub const ALL: &[Self] = &[
                Self::Nothing,
                $(Self::$name,)+
                $(Self::$page_name,)+
                $(Self::$edge_name,)+
                $(Self::$wide_name,)+
                $(Self::$renewal_name,)+
                $(Self::$secret_name,)+
            ];

            /// The name with this number. A `match` becomes a comparison, and a list a table of all numbers.
            #[allow(non_upper_case_globals)]
            pub(super) const fn of_number(number: u64) -> Option<Self> {
                $(const $name: u64 = At::$name as u64;)+
                $(const $page_name: u64 = At::$page_name as u64;)+
                $(const $edge_name: u64 = At::$edge_name as u64;)+
                $(const $wide_name: u64 = At::$wide_name as u64;)+
                $(const $renewal_name: u64 = At::$renewal_name as u64;)+
                $(const $secret_name: u64 = At::$secret_name as u64;)+
                Some(match number {
                    $($name => Self::$name,)+
                    $($page_name => Self::$page_name,)+
                    $($edge_name => Self::$edge_name,)+
                    $($wide_name => Self::$wide_name,)+
                    $($renewal_name => Self::$renewal_name,)+
                    $($secret_name => Self::$secret_name,)+
                    _ => return None,
                })
            }

            const TEXTS: &[&str] = &[
                "",
                $($text,)+
                $(at_page($page_text),)+
                $(at_edge($edge_text),)+
                $(at_not_sign_in($wide_text),)+
                $(at_renewal($renewal_text),)+
                $(at_confidential($secret_text),)+
            ];

            /// The name that is spelled like this.
            #[must_use]
            pub fn find(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|at| at.text() == text)
            }

            /// The name as settings and standards spell it. Returns "" for [`At::Nothing`].
            #[must_use]
            pub fn text(self) -> &'static str {
                Self::TEXTS.get(self as usize).copied().unwrap_or_default()
            }
        }
    };
}

/// A name that no error of a page's module has: there it is empty, to save bytes.
const fn at_edge(text: &'static str) -> &'static str {
    if cfg!(all(target_arch = "wasm32", feature = "page", not(feature = "edge"))) {
        ""
    } else {
        text
    }
}

/// A name that no error of an edge module has: there it is empty, to save bytes. The modules of systems and of client
/// credentials read settings of a page.
const fn at_page(text: &'static str) -> &'static str {
    let is_needed =
        cfg!(any(feature = "page", feature = "systems", feature = "client-credentials"));
    if cfg!(target_arch = "wasm32") && !is_needed { "" } else { text }
}

/// A name that every module but `sign-in.wasm` has: there it is empty.
const fn at_not_sign_in(text: &'static str) -> &'static str {
    if cfg!(all(target_arch = "wasm32", feature = "page", not(feature = "renewal"))) {
        ""
    } else {
        text
    }
}

/// A name that only errors of renewal have: in a module without it, the name is empty.
const fn at_renewal(text: &'static str) -> &'static str {
    let is_needed =
        cfg!(any(feature = "renewal", feature = "systems", feature = "client-credentials"));
    if cfg!(target_arch = "wasm32") && !is_needed { "" } else { text }
}

/// A name that only errors of confidential clients and of introspection have: in other modules it is
/// empty.
const fn at_confidential(text: &'static str) -> &'static str {
    let is_needed =
        cfg!(any(feature = "sessions", feature = "ask", feature = "client-credentials"));
    if cfg!(target_arch = "wasm32") && !is_needed { "" } else { text }
}

names! { both {
    Issuer "issuer"
    Provider "provider"
    ClientId "clientId"
    Scope "scope"
    Resource "resource"
    Metadata "metadata"
    TrustedAudiences "trustedAudiences"
    Algorithms "algorithms"
    ClockTolerance "clockTolerance"
    MaxAge "maxAge"
    MaxTokenAge "maxTokenAge"
    AllowLoopbackIssuer "allowLoopbackIssuer"
    Backend "backend"
    Fetch "fetch"
    Log "log"
    AcrValues "acrValues"
    Nonce "nonce"
    Code "code"
    Iss "iss"
    JwksUri "jwks_uri"
    UserinfoEndpoint "userinfo_endpoint"
    IdTokenSigningAlgValuesSupported "id_token_signing_alg_values_supported"
    TokenType "token_type"
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
} page {
    Refresh "refresh"
    PostLogoutRedirectUri "postLogoutRedirectUri"
    RedirectUri "redirectUri"
    Apis "apis"
    IdTokenSignedResponseAlg "idTokenSignedResponseAlg"
    RenewBefore "renewBefore"
    Store "store"
    Navigate "navigate"
    Module "module"
    Renewal "renewal"
    ReturnTo "returnTo"
    LoginHint "loginHint"
    UiLocales "uiLocales"
    Claims "claims"
    Extra "extra"
    Local "local"
    IdTokenHint "idTokenHint"
    IdTokenHintParameter "id_token_hint"
    PostLogoutRedirectUriParameter "post_logout_redirect_uri"
    RedirectUriParameter "redirect_uri"
    ResponseType "response_type"
    ResponseMode "response_mode"
    State "state"
    CodeChallenge "code_challenge"
    CodeChallengeMethod "code_challenge_method"
    LoginHintParameter "login_hint"
    UiLocalesParameter "ui_locales"
    Request "request"
    RequestUri "request_uri"
    TokenEndpoint "token_endpoint"
    AuthorizationEndpoint "authorization_endpoint"
    EndSessionEndpoint "end_session_endpoint"
    RevocationEndpoint "revocation_endpoint"
    RequirePushed "require_pushed_authorization_requests"
    AuthorizationResponseIssParameterSupported "authorization_response_iss_parameter_supported"
    IdToken "id_token"
    ExpiresIn "expires_in"
    Prompt "prompt"
    AcrValuesParameter "acr_values"
    MaxAgeParameter "max_age"
    ClientIdParameter "client_id"
    Error "error"
    ErrorDescription "error_description"
    AccessToken "access_token"
} edge {
    DecryptionKeys "decryptionKeys"
    Unsupported "unsupported"
    Audience "audience"
    Kind "kind"
    Profile "profile"
    AuthorizedParties "authorizedParties"
    TokenSource "token"
    JwksUriSetting "jwksUri"
    KeyGrace "keyGrace"
    Keys "keys"
    Replay "replay"
    Now "now"
    AccessTokenOption "accessToken"
    RequireHashes "requireHashes"
    CHash "c_hash"
    Sid "sid"
    ClientIdClaim "client_id"
    Jti "jti"
    Cnf "cnf"
    TrustAccessTokenIssuer "trustAccessTokenIssuer"
    Cors "cors"
    ResourceMetadata "resourceMetadata"
    Introspection "introspection"
    Userinfo "userinfo"
} not_sign_in {
    Tenants "tenants"
    RefusedTenants "refusedTenants"
    Tid "tid"
    Jwks "jwks"
    IssuerAliases "issuerAliases"
    DiscoveryUrl "discoveryUrl"
    MetadataOverlay "metadataOverlay"
    RequiredClaims "requiredClaims"
    Hd "hd"
    OrgId "org_id"
    OrgName "org_name"
} renewal {
    Silent "silent"
    SingleResource "singleResource"
    AllowInsecure "allowInsecure"
    RefreshGrace "refreshGrace"
    SilentRedirectUri "silentRedirectUri"
    Refused "refused"
    Renew "renew"
    SessionCheck "sessionCheck"
    FrontchannelLogoutSessionRequired "frontchannelLogoutSessionRequired"
    CheckSessionIframe "check_session_iframe"
    SessionState "session_state"
    Logout "logout"
    RefusedOptions "refusedOptions"
    BooleansAsText "booleansAsText"
    RedirectParameter "redirectParameter"
    Dpop "dpop"
    DpopJkt "dpop_jkt"
    RequirePushedAuthorizationRequests "requirePushedAuthorizationRequests"
    PushedAuthorizationRequestEndpoint "pushed_authorization_request_endpoint"
} confidential {
    ClientSecret "clientSecret"
    ClientSecretParameter "client_secret"
    ClientAssertionParameter "client_assertion"
    ClientAssertionType "client_assertion_type"
    AuthMethod "authMethod"
    ClientKey "clientKey"
    RequireSignedRequestObject "requireSignedRequestObject"
    AssertionAudience "assertionAudience"
    ResponseModeSetting "responseMode"
    RequireNonce "requireNonce"
    UserInfo "userInfo"
    KeepClaims "keepClaims"
    UserSetting "user"
    Pkce "pkce"
    X5t "x5t"
    X5tS256 "x5t#S256"
    IntrospectionEndpoint "introspection_endpoint"
    Endpoint "endpoint"
    Signed "signed"
    Required "required"
    Keep "keep"
    Jwts "jwts"
    TokenIntrospection "token_introspection"
}}
