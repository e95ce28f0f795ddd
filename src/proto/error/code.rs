//! The code table: one row per way to fail, with who has to act, which entries can meet it, and
//! what to do next.
//!
//! From this table come the enum, `codes` and `hints` in `pkg-template/src`, and README's table. Rows
//! are added at the end of their group, never renamed, and their texts are never reused for
//! something else.

use super::at::At;
use super::blame::{Blame, Side};
use alloc::string::String;

macro_rules! codes {
    ($($name:ident $text:literal $blame:ident $side:ident $hint:literal)+) => {
        /// Every way to fail. The texts are stable; the numbers are not.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $hint] $name,)+
        }

        impl Code {
            /// All codes, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The text of the code, `OIDC_…`.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Who has to act.
            #[must_use]
            pub const fn blame(self) -> Blame {
                match self { $(Self::$name => Blame::$blame,)+ }
            }

            /// Who can meet it.
            #[must_use]
            pub const fn side(self) -> Side {
                match self { $(Self::$name => Side::$side,)+ }
            }

            /// What to do next, in one sentence.
            #[must_use]
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$name => $hint,)+ }
            }
        }
    };
}

codes! {
    // The app's settings and calls.
    ConfigInvalid "OIDC_CONFIG_INVALID" App Both
        "Correct the setting named in `at`; README lists them."
    ConfigInsecure "OIDC_CONFIG_INSECURE" App Both
        "Use https for the address named in `at`; for a provider on this machine set `allowLoopbackIssuer`, for an app in a network without https `allowInsecure`."
    SigninOptionInvalid "OIDC_SIGNIN_OPTION_INVALID" App Page
        "Correct the option of signIn() named in `at`."
    ExtraForbidden "OIDC_EXTRA_FORBIDDEN" App Page
        "Take this parameter out of `extra`: Countersign sets it."
    WasmForbidden "OIDC_WASM_FORBIDDEN" App Both
        "Add 'wasm-unsafe-eval' to script-src of the page's Content-Security-Policy."
    WasmUnavailable "OIDC_WASM_UNAVAILABLE" App Both
        "The wasm module could not be loaded: check `module` and the network."
    InsecureContext "OIDC_INSECURE_CONTEXT" App Both
        "Serve the page over https or from localhost; or, where that cannot be, set `allowInsecure` and `backend: soft`."
    Closed "OIDC_CLOSED" App Page
        "This client was closed: make a new one."
    TokenScopeMissing "OIDC_TOKEN_SCOPE_MISSING" App Both
        "The access token does not cover this: name it in `scope` or `apis`, or ask for it in signIn()."
    UserinfoMissing "OIDC_USERINFO_MISSING" App Page
        "The provider has no UserInfo endpoint: use the claims of the ID token."
    NotReady "OIDC_NOT_READY" App Edge
        "Await ready() of the verifier, or load() of the backend, before what does not wait."
    // The person, and the way a sign-in goes.
    SigninRequired "OIDC_SIGNIN_REQUIRED" User Page
        "Nobody is signed in: call signIn()."
    SessionExpired "OIDC_SESSION_EXPIRED" User Page
        "The access token has expired and nothing here renews it: load the page anew, or call signIn()."
    SigninAbandoned "OIDC_SIGNIN_ABANDONED" User Page
        "The person came back without signing in: offer signIn() again."
    SigninRefused "OIDC_SIGNIN_REFUSED" User Page
        "The person or the provider declined, `cause` has the reason: offer signIn() again."
    SigninExpired "OIDC_SIGNIN_EXPIRED" User Page
        "The sign-in took longer than 15 minutes: call signIn() again."
    InteractionRequired "OIDC_INTERACTION_REQUIRED" User Page
        "The provider must show itself to the person: call signIn() without prompt 'none'."
    Aborted "OIDC_ABORTED" User Both
        "The call was cancelled through its AbortSignal; nothing was lost."
    SessionEnded "OIDC_SESSION_ENDED" User Renewal
        "The provider ended the session: call signIn()."
    SessionChanged "OIDC_SESSION_CHANGED" User Renewal
        "Somebody else signed in in another tab: show the page anew for `user`."
    RenewUncertain "OIDC_RENEW_UNCERTAIN" User Renewal
        "A renewal was interrupted and the provider refuses to repeat it: call signIn()."
    RenewBusy "OIDC_RENEW_BUSY" Host Renewal
        "Another tab has been renewing for too long: try again."
    PopupBlocked "OIDC_POPUP_BLOCKED" User Renewal
        "The browser did not open the popup: call signInPopup() from a click, or signIn()."
    PopupClosed "OIDC_POPUP_CLOSED" User Renewal
        "The person closed the popup: offer the sign-in again."
    SigninLoop "OIDC_SIGNIN_LOOP" App Page
        "Three sign-ins ended here within 30 seconds, `cause` says when: find what calls signIn() after each."
    ClockUnusable "OIDC_CLOCK_UNUSABLE" User Page
        "This device's clock is more than a day off: set it, then call signIn() again."
    SessionCheckUnavailable "OIDC_SESSION_CHECK_UNAVAILABLE" Provider Renewal
        "The provider's session cannot be looked at, for the lack of what is named in `at`: give it in `metadata`, or leave `sessionCheck` out."
    SessionCheckBlind "OIDC_SESSION_CHECK_BLIND" Host Renewal
        "The provider's frame cannot see its session from this page, as where the browser withholds its cookies: the session goes on, and is looked at no more."
    SessionCheckRefused "OIDC_SESSION_CHECK_REFUSED" Provider Renewal
        "The provider's frame answered with an error: check `clientId` and `check_session_iframe`; the session goes on, and is looked at no more."
    StepupRefused "OIDC_STEPUP_REFUSED" Provider Renewal
        "An API asks for a sign-in that the one at hand is already, or that was asked for just now: check what the provider puts into access tokens (acr, auth_time, scope)."
    // The authorization response.
    StateMissing "OIDC_STATE_MISSING" Provider Page
        "The response has no state and is ignored: start the sign-in from the app."
    StateMismatch "OIDC_STATE_MISMATCH" Provider Page
        "The response belongs to no sign-in of this app and is ignored: start the sign-in from the app."
    StateUnknown "OIDC_STATE_UNKNOWN" User Page
        "The sign-in began in another browser or origin, or the storage was cleared: call signIn() again."
    StateUsed "OIDC_STATE_USED" User Page
        "The response was used already, as after a reload, and is ignored: call signIn() again if nobody is signed in."
    CallbackDuplicate "OIDC_CALLBACK_DUPLICATE" Provider Page
        "The response has a parameter twice: call signIn() again."
    CallbackMalformed "OIDC_CALLBACK_MALFORMED" Provider Page
        "The response cannot be read: call signIn() again; report it to the provider if it stays."
    CallbackMode "OIDC_CALLBACK_MODE" Provider Page
        "The response came in the fragment, not in the query: check this client's response mode at the provider."
    CallbackIssuerMismatch "OIDC_CALLBACK_ISSUER_MISMATCH" Provider Page
        "The response comes from another issuer (a mix-up attack looks so): check `issuer`."
    CallbackIssuerMissing "OIDC_CALLBACK_ISSUER_MISSING" Provider Page
        "The provider promises `iss` in its responses and left it out: call signIn() again."
    CallbackCodeMissing "OIDC_CALLBACK_CODE_MISSING" Provider Page
        "The response has neither a code nor an error: check this client's response type at the provider."
    CallbackElsewhere "OIDC_CALLBACK_ELSEWHERE" Provider Page
        "The response arrived at another page than `redirectUri` (a mix-up attack looks so): set `redirectUri` to the address the provider really sends people to."
    ProviderError "OIDC_PROVIDER_ERROR" Provider Page
        "The provider answered with an error, `cause` has the reason: check the provider's log."
    PushInvalid "OIDC_PUSH_INVALID" Provider Renewal
        "The answer to the pushed request lacks the member named in `at`, or it has the wrong type: report it to the provider."
    // HTTP.
    NetworkFailed "OIDC_NETWORK_FAILED" Host Both
        "No answer from the address named in `at`: check the network, the provider's CORS settings, and connect-src."
    NetworkTimeout "OIDC_NETWORK_TIMEOUT" Host Both
        "The answer took too long: try again later."
    ResponseRedirected "OIDC_RESPONSE_REDIRECTED" Provider Both
        "The answer is a redirect, which is never followed: check `issuer`."
    ResponseTooLarge "OIDC_RESPONSE_TOO_LARGE" Provider Both
        "The answer is too large: check `issuer`."
    ResponseEmpty "OIDC_RESPONSE_EMPTY" Provider Both
        "The answer is empty: check `issuer` and the provider's log."
    ResponseNotJson "OIDC_RESPONSE_NOT_JSON" Provider Both
        "The answer is not JSON (an error page?): check `issuer`."
    ProviderUnavailable "OIDC_PROVIDER_UNAVAILABLE" Host Both
        "The provider is out of order (5xx or 429): try again later."
    ResponseStatus "OIDC_RESPONSE_STATUS" Provider Both
        "The provider refused the request: check `issuer` and this client's registration."
    Offline "OIDC_OFFLINE" Host Page
        "This device is offline, nothing was sent: try again when it is online."
    // Metadata and keys.
    MetadataInvalid "OIDC_METADATA_INVALID" Provider Both
        "The provider's metadata lacks the member named in `at`, or it has the wrong type: check `issuer`."
    MetadataInsecure "OIDC_METADATA_INSECURE" Provider Both
        "The provider's metadata names an endpoint that is not https: nothing is sent there; report it to the provider."
    MetadataIssuerMismatch "OIDC_METADATA_ISSUER_MISMATCH" Provider Both
        "The metadata names another issuer: set `issuer` to exactly that text, slash and case included, if it is the one you mean."
    KeysInvalid "OIDC_KEYS_INVALID" Provider Both
        "The provider's keys cannot be read: check its jwks_uri."
    KeyNotFound "OIDC_KEY_NOT_FOUND" Provider Both
        "None of the provider's keys, fetched anew, fits the token: do not trust it; check the provider's jwks_uri."
    KeysUnavailable "OIDC_KEYS_UNAVAILABLE" Host Edge
        "The issuer's keys cannot be had now: answer 503, and try again later."
    // The token response.
    TokenResponseInvalid "OIDC_TOKEN_RESPONSE_INVALID" Provider Page
        "The token response lacks the member named in `at`, or it has the wrong type: report it to the provider."
    TokenTypeUnsupported "OIDC_TOKEN_TYPE_UNSUPPORTED" Provider Page
        "The access token is of another type than was asked for (Bearer, or DPoP where `dpop` is set): check this client's registration."
    GrantInvalid "OIDC_GRANT_INVALID" Provider Page
        "The provider refused the code (too late, used, or for another client): call signIn() again."
    IdTokenMissing "OIDC_ID_TOKEN_MISSING" Provider Page
        "The token response has no ID token: check that `scope` has openid and the provider speaks OpenID Connect."
    RenewedMismatch "OIDC_RENEWED_MISMATCH" Provider Renewal
        "The renewed ID token does not go on from the first (the claim is named in `at`): the session was ended; call signIn()."
    // Tokens.
    TokenMalformed "OIDC_TOKEN_MALFORMED" Provider Both
        "The token is not a compact JWS: report it to the provider."
    TokenTooLarge "OIDC_TOKEN_TOO_LARGE" Provider Both
        "The token is too large: check which claims the provider puts in it."
    TokenEncrypted "OIDC_TOKEN_ENCRYPTED" Provider Both
        "The token is encrypted, which is not supported: check this client's registration."
    AlgForbidden "OIDC_ALG_FORBIDDEN" Provider Both
        "The token is signed with an algorithm that is not allowed (`none` and HS* never are): check `algorithms`."
    AlgUnsupported "OIDC_ALG_UNSUPPORTED" Host Both
        "This runtime cannot check this algorithm: choose another at the provider."
    CritUnsupported "OIDC_CRIT_UNSUPPORTED" Provider Both
        "The token demands an extension (`crit`) that is not supported: check this client's registration."
    TypForbidden "OIDC_TYP_FORBIDDEN" Provider Both
        "The token is of another kind (`typ`): send the right one; access tokens of typ JWT need `profile: 'jwt'`."
    SignatureInvalid "OIDC_SIGNATURE_INVALID" Provider Both
        "The token is not signed by the provider's key: do not trust it."
    TokenUnencrypted "OIDC_TOKEN_UNENCRYPTED" Provider Edge
        "The token must be encrypted (`decryptionKeys`) and is not: check the registration."
    DecryptFailed "OIDC_DECRYPT_FAILED" Provider Edge
        "No key decrypts the token, or it was changed: check the key registered at the provider."
    ClaimInvalid "OIDC_CLAIM_INVALID" Provider Both
        "The claim named in `at` is missing or has the wrong type: report it to the provider."
    IssuerMismatch "OIDC_ISSUER_MISMATCH" Provider Both
        "The token comes from another issuer: check `issuer`, slash and case included."
    AudienceMismatch "OIDC_AUDIENCE_MISMATCH" Provider Both
        "The token is for another client, or for others too: check `clientId`."
    AzpMismatch "OIDC_AZP_MISMATCH" Provider Both
        "The token is for another client (`azp`): check `clientId`."
    TokenExpired "OIDC_TOKEN_EXPIRED" Provider Both
        "The token has expired: check this device's clock, or call signIn() again."
    TokenNotYetValid "OIDC_TOKEN_NOT_YET_VALID" Provider Both
        "The token is not valid yet: check this device's clock."
    IssuedInFuture "OIDC_ISSUED_IN_FUTURE" Provider Both
        "The token was issued in the future: check this device's clock."
    NonceMismatch "OIDC_NONCE_MISMATCH" Provider Both
        "The token answers another sign-in (a replayed token looks so): call signIn() again."
    AtHashMismatch "OIDC_AT_HASH_MISMATCH" Provider Both
        "The access token does not belong to the ID token: do not trust it; call signIn() again."
    CHashMismatch "OIDC_C_HASH_MISMATCH" Provider Edge
        "The code does not belong to the ID token: do not trust it; sign in again."
    TenantForbidden "OIDC_TENANT_FORBIDDEN" Provider Edge
        "The token is of a tenant that `tenants` does not name: add it, or refuse the person."
    AuthTimeTooOld "OIDC_AUTH_TIME_TOO_OLD" Provider Both
        "The person signed in longer ago than `maxAge` allows: call signIn() with maxAge again."
    AcrMismatch "OIDC_ACR_MISMATCH" Provider Both
        "The sign-in was weaker than `acrValues` asks for: check what the provider can do for this person."
    AccessTokenExpected "OIDC_ACCESS_TOKEN_EXPECTED" Provider Edge
        "This is an ID token or a logout token: send the access token to an API."
    ProofMissing "OIDC_PROOF_MISSING" Provider Edge
        "The token is bound to a key (`cnf`) that nobody proved to have: do not trust it."
    TokenAgeExceeded "OIDC_TOKEN_AGE_EXCEEDED" Provider Both
        "The token is older or lives longer than `maxTokenAge` (24 h) allows: raise it."
    TokenInactive "OIDC_TOKEN_INACTIVE" Provider Edge
        "The provider says that the token is not active: get a new one."
    TokenReplayed "OIDC_TOKEN_REPLAYED" User Edge
        "The token (`jti`) was used before, and may be used once: get a new one."
    ReplayUnavailable "OIDC_REPLAY_UNAVAILABLE" Host Edge
        "The store of `replay` failed or is full, `cause` has the reason: nothing passes until it answers."
    SignatureMissing "OIDC_SIGNATURE_MISSING" Provider Edge
        "A signed answer was asked for and a plain one came: check this client's registration."
    EndpointMissing "OIDC_ENDPOINT_MISSING" App Edge
        "The provider's metadata lacks the endpoint named in `at`: name it in the settings."
    // A request at an API.
    CredentialMissing "OIDC_CREDENTIAL_MISSING" User Edge
        "The request has no access token: send one as `Authorization: Bearer`."
    CredentialInvalid "OIDC_CREDENTIAL_INVALID" User Edge
        "Send one access token, in one Authorization header; never in the address or the body."
    // UserInfo.
    UserinfoSubMismatch "OIDC_USERINFO_SUB_MISMATCH" Provider Both
        "UserInfo speaks of another person than the ID token: do not trust it; report it to the provider."
    UserinfoSigned "OIDC_USERINFO_SIGNED" Provider Both
        "UserInfo answered with a JWT, which is not supported: check this client's registration."
    TokenRejected "OIDC_TOKEN_REJECTED" User Both
        "The access token was refused: call signIn() again."
    // The verifier.
    ExpectedInvalid "OIDC_EXPECTED_INVALID" App Edge
        "Correct the expectation of verify() or guard() named in `at`: it may be misspelt or empty."
    EnvMissing "OIDC_ENV_MISSING" App Edge
        "The settings are a function of the bindings, of which there are none here: give them as `env` to guard(), handle() or with(), before any other verb."
    // The host, and ourselves.
    StorageUnavailable "OIDC_STORAGE_UNAVAILABLE" Host Page
        "The browser blocks storage for this page: allow it, or leave the private window."
    StorageDegraded "OIDC_STORAGE_DEGRADED" Host Page
        "The browser blocks or lacks storage: allow it, or the session ends with a reload."
    SessionUnreadable "OIDC_SESSION_UNREADABLE" Host Page
        "The kept session could not be read and was dropped: call signIn() again."
    ProofKeyLost "OIDC_PROOF_KEY_LOST" User Renewal
        "The key that tokens were bound to (`dpop`) is not here, as when storage was cleared or fails: call signIn() again."
    VaultUnavailable "OIDC_VAULT_UNAVAILABLE" Host Renewal
        "The vault's worker does not answer: check `workerUrl`, and worker-src and script-src of the Content-Security-Policy."
    Internal "OIDC_INTERNAL" Bug Both
        "A defect in Countersign; the next call works: please report what led here."
    // Sessions at the edge. They stand last, where tables without them say nothing of them.
    SessionTooLarge "OIDC_SESSION_TOO_LARGE" App Sessions
        "The session does not fit into 20 cookies: ask for less in `scope`, or have the provider put less into its tokens."
    SessionSent "OIDC_SESSION_SENT" App Sessions
        "The response has its cookies, and a renewed session could not go with it: use the session before you return the response."
    RequestForbidden "OIDC_REQUEST_FORBIDDEN" App Sessions
        "The request does not come from a page of this origin: post from one; behind a proxy set `baseUrl`."
}

/// A failure: its code, and what it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// As wide as a register, so that no `Result` of it is returned through memory.
#[repr(align(4))]
pub struct Error {
    /// Which failure.
    pub code: Code,
    /// What is at fault.
    pub at: At,
}

impl Error {
    /// This code, with the name of what is at fault.
    #[must_use]
    pub const fn at(code: Code, at: At) -> Self {
        Self { code, at }
    }

    /// The error as a number, for a flow that must remember it.
    #[must_use]
    pub const fn number(self) -> u64 {
        (self.code as u64) << 8 | self.at as u64
    }

    /// The error of a number; `OIDC_INTERNAL` where it is none.
    #[must_use]
    pub fn of_number(number: u64) -> Self {
        let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let code = Code::ALL.get(place(number >> 8)).copied().unwrap_or(Code::Internal);
        let at = At::ALL.get(place(number & 0xff)).copied().unwrap_or(At::Nothing);
        Self { code, at }
    }
}

/// What a provider says of its error (RFC 6749 4.1.2.1, 5.2): data, never to be rendered as HTML.
#[derive(Clone, Debug)]
pub struct ProviderError {
    /// `error`, at most 256 characters.
    pub error: String,
    /// `error_description`, at most 1024 characters.
    pub description: String,
}

impl From<Code> for Error {
    fn from(code: Code) -> Self {
        Self::at(code, At::Nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn every_code_has_its_own_text_and_a_hint() {
        let mut seen = Vec::new();
        for code in Code::ALL {
            assert!(code.text().starts_with("OIDC_"));
            assert!(code.hint().ends_with('.'), "{}", code.text());
            assert!(!seen.contains(&code.text()), "{} stands twice", code.text());
            seen.push(code.text());
        }
    }

    #[test]
    fn a_code_is_its_number_in_the_table() {
        for (number, code) in Code::ALL.iter().enumerate() {
            assert_eq!(*code as usize, number);
        }
    }
}
