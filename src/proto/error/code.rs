//! The code table. Each row has a code, who must act, which entries can meet it, and its hints.
//!
//! `cargo xtask codes` generates three things from this table: the lists of codes and hints in
//! `pkg-template/src`, and `docs/errors.md`. Add a row at the end of its group. Never rename a code,
//! and never reuse its text for another failure.

use super::at::At;
use super::blame::{Blame, Reader, Side};
use alloc::string::String;

macro_rules! codes {
    ($(
        $name:ident $text:literal $blame:ident $side:ident
        $summary:literal $($($reader:ident)+ $advice:literal)+;
    )+) => {
        /// Every failure. The texts are stable; the numbers are not.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $summary] $name,)+
        }

        impl Code {
            /// All codes, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The text of the code, `OIDC_…`.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// Who must act.
            #[must_use]
            pub const fn blame(self) -> Blame {
                match self { $(Self::$name => Blame::$blame,)+ }
            }

            /// Which entries of the package can meet it.
            #[must_use]
            pub const fn side(self) -> Side {
                match self { $(Self::$name => Side::$side,)+ }
            }

            /// What happened: the first half of every hint.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$name => $summary,)+ }
            }

            /// What this reader does about it: the second half of their hint. Returns `None` if the
            /// reader's entry cannot meet the code.
            #[must_use]
            pub fn advice(self, reader: Reader) -> Option<&'static str> {
                let all: &[(&[Reader], &'static str)] = match self {
                    $(Self::$name => &[$((&[$(Reader::$reader,)+], $advice),)+],)+
                };
                all.iter().find(|(readers, _)| readers.contains(&reader)).map(|(_, advice)| *advice)
            }
        }
    };
}

codes! {
    // The app's settings and calls.
    ConfigInvalid "OIDC_CONFIG_INVALID" App Both
        "A setting is missing, misspelt or has a wrong value."
        Page Api Sessions "Correct the setting that `at` names.";
    ConfigInsecure "OIDC_CONFIG_INSECURE" App Both
        "An address in the settings is not https."
        Page "Correct the setting that `at` names. Set `allowLoopbackIssuer` for a provider on this machine, `allowInsecure` for an app in a network without https."
        Api "Correct the setting that `at` names. For development, `allowLoopbackIssuer` accepts an issuer on this machine."
        Sessions "Correct the setting that `at` names; behind a proxy, set `baseUrl`. For development, `allowLoopbackIssuer` accepts a provider on this machine, and `allowInsecure` an app.";
    SigninOptionInvalid "OIDC_SIGNIN_OPTION_INVALID" App Page
        "An option of this call is unknown or has a wrong value."
        Page Sessions "Correct the option that `at` names.";
    ExtraForbidden "OIDC_EXTRA_FORBIDDEN" App Page
        "Countersign sets this parameter of the authorization request itself."
        Page "Remove the parameter that `at` names from `extra`.";
    WasmForbidden "OIDC_WASM_FORBIDDEN" App Both
        "WebAssembly is forbidden here."
        Page "Add 'wasm-unsafe-eval' to `script-src` in the page's Content-Security-Policy."
        Api Sessions "The runtime does not allow code to be compiled. Bundle for it with its export condition (`workerd` or `edge-light`).";
    WasmUnavailable "OIDC_WASM_UNAVAILABLE" App Both
        "The WebAssembly module cannot be loaded; `cause` has the reason."
        Page "Check the network and, with `countersign/slim`, the setting `module`."
        Api Sessions "Check that the bundle contains the `.wasm` files of the package.";
    InsecureContext "OIDC_INSECURE_CONTEXT" App Both
        "SubtleCrypto is missing here."
        Page "Serve the page over https or from localhost. If you cannot, set `allowInsecure` and `backend: soft`."
        Api Sessions "Use a runtime that has it, or set `backend: soft`.";
    Closed "OIDC_CLOSED" App Page
        "This client is closed."
        Page "Create a new one with `createClient()`.";
    TokenScopeMissing "OIDC_TOKEN_SCOPE_MISSING" App Both
        "The access token does not have the scope or resource that is needed."
        Page "Add it to `scope` or `apis`, or request it in `signIn()`."
        Api "The caller must request a token with the scope that this route needs."
        Sessions "Add it to `scope` or `apis`, then send the user to the login route again.";
    UserinfoMissing "OIDC_USERINFO_MISSING" App Page
        "The provider has no UserInfo endpoint."
        Page "Use the claims of the ID token in `user`.";
    NotReady "OIDC_NOT_READY" App Edge
        "A synchronous call cannot be answered yet."
        Api "Await `ready()` of the verifier, or `load()` of the backend, first. A runtime without `node:crypto` also needs `backend: soft`.";
    // The user, and the course of a sign-in.
    SigninRequired "OIDC_SIGNIN_REQUIRED" User Page
        "No user is signed in."
        Page "Call `signIn()`."
        Sessions "Send the user to the login route.";
    SessionExpired "OIDC_SESSION_EXPIRED" User Page
        "The access token has expired and cannot be renewed."
        Page "Reload the page, or call `signIn()`."
        Sessions "Send the user to the login route.";
    SigninAbandoned "OIDC_SIGNIN_ABANDONED" User Page
        "The user came back without signing in."
        Page "Offer `signIn()` again.";
    SigninRefused "OIDC_SIGNIN_REFUSED" User Page
        "The user or the provider refused the sign-in; `cause` has the reason."
        Page "Offer `signIn()` again."
        Sessions "Offer the login route again.";
    SigninExpired "OIDC_SIGNIN_EXPIRED" User Page
        "The sign-in took longer than 15 minutes."
        Page "Call `signIn()` again."
        Sessions "Send the user to the login route again.";
    InteractionRequired "OIDC_INTERACTION_REQUIRED" User Page
        "The provider must show the user a page, but the request forbids it."
        Page "Call `signIn()` without prompt 'none'."
        Sessions "Send the user to the login route again.";
    Aborted "OIDC_ABORTED" User Both
        "The caller's AbortSignal cancelled this call."
        Page Api Sessions "Nothing is lost. Repeat the call if its result is still needed.";
    SessionEnded "OIDC_SESSION_ENDED" User Renewal
        "The provider ended the session."
        Page "Call `signIn()`."
        Sessions "Send the user to the login route.";
    SessionChanged "OIDC_SESSION_CHANGED" User Renewal
        "Another user has signed in in this browser."
        Page "Show the page again for the new `user`."
        Sessions "Answer the request again for the new user.";
    RenewUncertain "OIDC_RENEW_UNCERTAIN" User Renewal
        "A renewal was interrupted, and the provider refuses to repeat it."
        Page "Call `signIn()`."
        Sessions "Send the user to the login route.";
    RenewBusy "OIDC_RENEW_BUSY" Host Renewal
        "Another renewal of this session takes too long."
        Page Sessions "Try again.";
    PopupBlocked "OIDC_POPUP_BLOCKED" User Renewal
        "The browser blocked the popup."
        Page "Call `signInPopup()` directly from a click, or use `signIn()`.";
    PopupClosed "OIDC_POPUP_CLOSED" User Renewal
        "The user closed the popup."
        Page "Offer the sign-in again.";
    SigninLoop "OIDC_SIGNIN_LOOP" App Page
        "Three sign-ins finished within 30 seconds; `cause` has their times."
        Page "Find the code that calls `signIn()` after each of them."
        Sessions "Find the code that uses the login route after each of them.";
    ClockUnusable "OIDC_CLOCK_UNUSABLE" User Page
        "The clock of this device is wrong by more than a day."
        Page "The user must set it; then call `signIn()` again."
        Sessions "Set the clock of the server.";
    SessionCheckUnavailable "OIDC_SESSION_CHECK_UNAVAILABLE" Provider Renewal
        "The provider's session cannot be checked: the value that `at` names is missing or unusable."
        Page "Set it in `metadata`, or remove `sessionCheck`.";
    SessionCheckBlind "OIDC_SESSION_CHECK_BLIND" Host Renewal
        "The provider's frame cannot read its session, usually because the browser blocks its cookies."
        Page "The session continues without checks. Remove `sessionCheck` if it never works.";
    SessionCheckRefused "OIDC_SESSION_CHECK_REFUSED" Provider Renewal
        "The provider's frame answered with an error. The session continues without checks."
        Page "Check `clientId` and the provider's `check_session_iframe`.";
    StepupRefused "OIDC_STEPUP_REFUSED" Provider Renewal
        "An API demands a sign-in that the user already has, or has just made."
        Page "Check the `acr`, `auth_time` and `scope` that the provider puts into access tokens.";
    // The authorization response.
    StateMissing "OIDC_STATE_MISSING" Provider Page
        "The authorization response has no `state` and was ignored."
        Page "Start the sign-in with `signIn()`."
        Sessions "Start the sign-in at the login route.";
    StateMismatch "OIDC_STATE_MISMATCH" Provider Page
        "The authorization response belongs to no sign-in of this app and was ignored."
        Page "Start the sign-in with `signIn()`."
        Sessions "Start the sign-in at the login route.";
    StateUnknown "OIDC_STATE_UNKNOWN" User Page
        "This browser has no record of the sign-in: it started elsewhere, or the record was deleted."
        Page "Call `signIn()` again."
        Sessions "Send the user to the login route again.";
    StateUsed "OIDC_STATE_USED" User Page
        "The authorization response was used before, for example before a reload, and was ignored."
        Page "Call `signIn()` if no user is signed in."
        Sessions "Send the user to the login route if no user is signed in.";
    CallbackDuplicate "OIDC_CALLBACK_DUPLICATE" Provider Page
        "The authorization response has a parameter twice."
        Page "Call `signIn()` again. Report it to the provider if it repeats."
        Sessions "Send the user to the login route again. Report it to the provider if it repeats.";
    CallbackMalformed "OIDC_CALLBACK_MALFORMED" Provider Page
        "The authorization response cannot be read."
        Page "Call `signIn()` again. Report it to the provider if it repeats."
        Sessions "Send the user to the login route again. Report it to the provider if it repeats.";
    CallbackMode "OIDC_CALLBACK_MODE" Provider Page
        "The authorization response came in the fragment of the address, not in its query."
        Page "Set this client's response mode at the provider to query.";
    CallbackIssuerMismatch "OIDC_CALLBACK_ISSUER_MISMATCH" Provider Page
        "The authorization response comes from another issuer, as in a mix-up attack."
        Page Sessions "Check `issuer`.";
    CallbackIssuerMissing "OIDC_CALLBACK_ISSUER_MISSING" Provider Page
        "The provider announces `iss` in its authorization responses, but this one has none."
        Page "Call `signIn()` again. Report it to the provider if it repeats."
        Sessions "Send the user to the login route again. Report it to the provider if it repeats.";
    CallbackCodeMissing "OIDC_CALLBACK_CODE_MISSING" Provider Page
        "The authorization response has neither a code nor an error."
        Page Sessions "Set this client's response type at the provider to code.";
    CallbackElsewhere "OIDC_CALLBACK_ELSEWHERE" Provider Page
        "The authorization response arrived at another address than `redirectUri`, as in a mix-up attack."
        Page "Set `redirectUri` to the address to which the provider sends users.";
    ProviderError "OIDC_PROVIDER_ERROR" Provider Page
        "The provider answered with an error; `cause` has it."
        Page Sessions "Check this client's registration and the provider's log.";
    PushInvalid "OIDC_PUSH_INVALID" Provider Renewal
        "In the response to the pushed request, the member that `at` names is missing or has a wrong type."
        Page Sessions "Report it to the provider.";
    // HTTP.
    NetworkFailed "OIDC_NETWORK_FAILED" Host Both
        "The request to the endpoint that `at` names got no response."
        Page "Check the network, the provider's CORS settings, and `connect-src` in the page's Content-Security-Policy."
        Api Sessions "Check `issuer`, and that this server can reach the provider.";
    NetworkTimeout "OIDC_NETWORK_TIMEOUT" Host Both
        "The endpoint that `at` names did not answer in time."
        Page Api Sessions "Try again later.";
    ResponseRedirected "OIDC_RESPONSE_REDIRECTED" Provider Both
        "The provider answered with a redirect, which is never followed."
        Page Api Sessions "Check `issuer` and the endpoint that `at` names.";
    ResponseTooLarge "OIDC_RESPONSE_TOO_LARGE" Provider Both
        "The provider's response is too large."
        Page Api Sessions "Check `issuer` and the endpoint that `at` names.";
    ResponseEmpty "OIDC_RESPONSE_EMPTY" Provider Both
        "The provider's response is empty."
        Page Api Sessions "Check `issuer` and the provider's log.";
    ResponseNotJson "OIDC_RESPONSE_NOT_JSON" Provider Both
        "The provider's response is not JSON; it may be an error page."
        Page Api Sessions "Check `issuer` and the endpoint that `at` names.";
    ProviderUnavailable "OIDC_PROVIDER_UNAVAILABLE" Host Both
        "The provider cannot answer at present (status 429 or 5xx)."
        Page Api Sessions "Try again later.";
    ResponseStatus "OIDC_RESPONSE_STATUS" Provider Both
        "The provider refused the request by its HTTP status."
        Page Sessions "Check `issuer` and this client's registration."
        Api "Check `issuer`, and with `introspection` the API's registration at the provider.";
    Offline "OIDC_OFFLINE" Host Page
        "This device is offline; no request was sent."
        Page "Try again when it is online.";
    // Metadata and keys.
    MetadataInvalid "OIDC_METADATA_INVALID" Provider Both
        "In the provider's metadata, the member that `at` names is missing or has a wrong type."
        Page Api Sessions "Check `issuer`.";
    MetadataInsecure "OIDC_METADATA_INSECURE" Provider Both
        "The provider's metadata names an endpoint that is not https; nothing is sent there."
        Page Api Sessions "Report it to the provider.";
    MetadataIssuerMismatch "OIDC_METADATA_ISSUER_MISMATCH" Provider Both
        "The provider's metadata names another issuer."
        Page Api Sessions "If it is the one you mean, set `issuer` to exactly that text, including case and trailing slash.";
    KeysInvalid "OIDC_KEYS_INVALID" Provider Both
        "The keys (JWKS) cannot be read."
        Page Sessions "Check the provider's `jwks_uri`."
        Api "Check the provider's `jwks_uri`, or the keys that you passed.";
    KeyNotFound "OIDC_KEY_NOT_FOUND" Provider Both
        "No key of the provider fits the token, even after a new download."
        Page Sessions "Do not trust the token. Check the provider's `jwks_uri`."
        Api "Refuse the token. If it is genuine, check the provider's `jwks_uri`, or `jwks`.";
    KeysUnavailable "OIDC_KEYS_UNAVAILABLE" Host Edge
        "The issuer's keys cannot be fetched at present."
        Api "Answer 503, as `guard()` does, and try again later.";
    // The token response.
    TokenResponseInvalid "OIDC_TOKEN_RESPONSE_INVALID" Provider Page
        "In the token response, the member that `at` names is missing or has a wrong type."
        Page Sessions "Report it to the provider.";
    TokenTypeUnsupported "OIDC_TOKEN_TYPE_UNSUPPORTED" Provider Page
        "The access token has another type than requested."
        Page "The provider must issue DPoP tokens if `dpop` is set, else Bearer tokens. Check this client's registration."
        Sessions "The provider must issue Bearer tokens. Check this client's registration.";
    GrantInvalid "OIDC_GRANT_INVALID" Provider Page
        "The provider refused the authorization code: it is too old, used, or another client's."
        Page "Call `signIn()` again."
        Sessions "Send the user to the login route again.";
    IdTokenMissing "OIDC_ID_TOKEN_MISSING" Provider Page
        "The token response has no ID token."
        Page Sessions "Check that the provider supports OpenID Connect and that this client may request `openid`.";
    RenewedMismatch "OIDC_RENEWED_MISMATCH" Provider Renewal
        "The renewed ID token differs from the first in the claim that `at` names. The session has ended."
        Page "Call `signIn()`."
        Sessions "Send the user to the login route.";
    // Tokens.
    TokenMalformed "OIDC_TOKEN_MALFORMED" Provider Both
        "The token is not a JWT in compact form."
        Page Sessions "Report it to the provider."
        Api "Check that the caller sends the token unchanged. Opaque tokens need `introspection`.";
    TokenTooLarge "OIDC_TOKEN_TOO_LARGE" Provider Both
        "The token is too large."
        Page Api Sessions "Check which claims the provider puts into it.";
    TokenEncrypted "OIDC_TOKEN_ENCRYPTED" Provider Both
        "The token is encrypted, and no key is set to decrypt it."
        Page Sessions "Turn the encryption of ID tokens off in this client's registration; it is not supported here."
        Api "Set `decryptionKeys`, or turn encryption off at the provider.";
    AlgForbidden "OIDC_ALG_FORBIDDEN" Provider Both
        "The token's algorithm is not allowed; `none` and HS* never are."
        Page Api Sessions "Check `algorithms` and the registration at the provider.";
    AlgUnsupported "OIDC_ALG_UNSUPPORTED" Host Both
        "This runtime cannot verify the token's algorithm."
        Page Api Sessions "Choose another algorithm at the provider.";
    CritUnsupported "OIDC_CRIT_UNSUPPORTED" Provider Both
        "The token demands an extension (`crit`) that is not supported."
        Page Api Sessions "Check the registration at the provider.";
    TypForbidden "OIDC_TYP_FORBIDDEN" Provider Both
        "The token is of another kind, by its header `typ`."
        Page Sessions "Report it to the provider."
        Api "The caller must send the right token. Access tokens of `typ` JWT need `profile: 'jwt'`.";
    SignatureInvalid "OIDC_SIGNATURE_INVALID" Provider Both
        "The token is not signed with the provider's key."
        Page Api Sessions "Do not trust it.";
    TokenUnencrypted "OIDC_TOKEN_UNENCRYPTED" Provider Edge
        "The token is not encrypted, but `decryptionKeys` is set."
        Api "Turn encryption on at the provider, or remove `decryptionKeys`.";
    DecryptFailed "OIDC_DECRYPT_FAILED" Provider Edge
        "No key decrypts the token, or the token was changed."
        Api "Check which public key is registered at the provider.";
    ClaimInvalid "OIDC_CLAIM_INVALID" Provider Both
        "The claim that `at` names is missing or has a wrong type or value."
        Page Sessions "Report it to the provider."
        Api "Check the token settings at the provider. Access tokens that do not follow RFC 9068 need `profile: 'jwt'`.";
    IssuerMismatch "OIDC_ISSUER_MISMATCH" Provider Both
        "The token comes from another issuer."
        Page Api Sessions "Check `issuer`, including case and trailing slash.";
    AudienceMismatch "OIDC_AUDIENCE_MISMATCH" Provider Both
        "The token is for another audience, or for others too."
        Page Sessions "Check `clientId`."
        Api "Check `audience`. The caller must request a token for this API.";
    AzpMismatch "OIDC_AZP_MISMATCH" Provider Both
        "The token was issued to another client (`azp`)."
        Page Sessions "Check `clientId`."
        Api "Check `audience`, which is the client's id for ID tokens.";
    TokenExpired "OIDC_TOKEN_EXPIRED" Provider Both
        "The token has expired."
        Page "Call `signIn()` again. If it repeats, check the clock of this device."
        Api "The caller must get a new token. If this one is new, check the clock of the server."
        Sessions "Send the user to the login route again. If it repeats, check the clock of the server.";
    TokenNotYetValid "OIDC_TOKEN_NOT_YET_VALID" Provider Both
        "The token is not valid yet."
        Page "Check the clock of this device."
        Api Sessions "Check the clock of the server.";
    IssuedInFuture "OIDC_ISSUED_IN_FUTURE" Provider Both
        "The token was issued in the future."
        Page "Check the clock of this device."
        Api Sessions "Check the clock of the server.";
    NonceMismatch "OIDC_NONCE_MISMATCH" Provider Both
        "The token belongs to another sign-in, as in a replay attack."
        Page "Call `signIn()` again."
        Api "Refuse the token. Check the `nonce` that you pass to `verify()`."
        Sessions "Send the user to the login route again.";
    AtHashMismatch "OIDC_AT_HASH_MISMATCH" Provider Both
        "The access token does not belong to the ID token."
        Page "Do not trust it. Call `signIn()` again."
        Api "Refuse both. Check the `accessToken` that you pass to `verify()`."
        Sessions "Do not trust it. Send the user to the login route again.";
    CHashMismatch "OIDC_C_HASH_MISMATCH" Provider Edge
        "The code does not belong to the ID token."
        Api "Refuse both. Check the `code` that you pass to `verify()`.";
    TenantForbidden "OIDC_TENANT_FORBIDDEN" Provider Edge
        "The token comes from a tenant that `tenants` does not name."
        Api "Add the tenant, or refuse the caller.";
    AuthTimeTooOld "OIDC_AUTH_TIME_TOO_OLD" Provider Both
        "The user signed in longer ago than `maxAge` allows."
        Page "Call `signIn()` again. If it repeats, the provider ignores `max_age`."
        Api "The caller must sign the user in again; `guard()` demands it in its challenge."
        Sessions "Send the user to the login route again. If it repeats, the provider ignores `max_age`.";
    AcrMismatch "OIDC_ACR_MISMATCH" Provider Both
        "The sign-in is weaker than `acrValues` demands."
        Page "Check which sign-in methods the provider offers this user."
        Api "The caller must sign the user in more strongly; `guard()` demands it in its challenge.";
    AccessTokenExpected "OIDC_ACCESS_TOKEN_EXPECTED" Provider Edge
        "The token is an ID token or a logout token."
        Api "The caller must send an access token.";
    ProofMissing "OIDC_PROOF_MISSING" Provider Edge
        "The token is bound to a key (`cnf`), and a proof of the key cannot be verified here."
        Api "Refuse the token. The caller must send a Bearer token that is not bound.";
    TokenAgeExceeded "OIDC_TOKEN_AGE_EXCEEDED" Provider Both
        "The token is older, or is valid for longer, than `maxTokenAge` allows."
        Page Api Sessions "Raise `maxTokenAge` (default: 24 hours), or shorten the lifetime at the provider.";
    TokenInactive "OIDC_TOKEN_INACTIVE" Provider Edge
        "The issuer says that the token is not active: expired, revoked or unknown."
        Api "The caller must get a new token.";
    TokenReplayed "OIDC_TOKEN_REPLAYED" User Edge
        "The token was used before, and `replay` accepts each token (`jti`) once."
        Api "The caller must get a new token for each request.";
    ReplayUnavailable "OIDC_REPLAY_UNAVAILABLE" Host Edge
        "The store of `replay` failed or is full; `cause` has the reason."
        Api "Repair the store. Until then no token is accepted.";
    SignatureMissing "OIDC_SIGNATURE_MISSING" Provider Edge
        "The issuer's response is not signed, but `signed` demands it."
        Api "Check the API's registration at the provider, or remove `signed`.";
    EndpointMissing "OIDC_ENDPOINT_MISSING" App Edge
        "The issuer's metadata lacks the endpoint that `at` names."
        Api "Set `endpoint` of `introspection()` or `userinfo()`.";
    // A request at an API.
    CredentialMissing "OIDC_CREDENTIAL_MISSING" User Edge
        "The request has no access token."
        Api "The caller must send one as `Authorization: Bearer`.";
    CredentialInvalid "OIDC_CREDENTIAL_INVALID" User Edge
        "The request's credentials are malformed, or there are several."
        Api "The caller must send one access token in one Authorization header, never in the address or the body.";
    // UserInfo.
    UserinfoSubMismatch "OIDC_USERINFO_SUB_MISMATCH" Provider Both
        "The UserInfo response is about another user."
        Page "Do not trust it. Report it to the provider."
        Api "Do not trust it. Check the `sub` that you pass to `userinfo()`.";
    UserinfoSigned "OIDC_USERINFO_SIGNED" Provider Page
        "The UserInfo response is a JWT, which is not supported in a page."
        Page "Turn signed UserInfo responses off in this client's registration.";
    TokenRejected "OIDC_TOKEN_REJECTED" User Both
        "The provider refused the access token."
        Page "Call `signIn()` again."
        Api "The caller must get a new token.";
    // The verifier.
    ExpectedInvalid "OIDC_EXPECTED_INVALID" App Edge
        "An option of this call is unknown, empty or has a wrong value."
        Api "Correct the option that `at` names.";
    EnvMissing "OIDC_ENV_MISSING" App Edge
        "The settings are a function of the platform's bindings, and there are none."
        Api "Pass `env` to `guard()` before any other method is called."
        Sessions "Pass `env` to `handle()`, `with()` and `session()`.";
    // The host, and Countersign itself.
    StorageUnavailable "OIDC_STORAGE_UNAVAILABLE" Host Page
        "The browser blocks storage for this page."
        Page "The user must allow it, or leave the private window.";
    StorageDegraded "OIDC_STORAGE_DEGRADED" Host Page
        "The browser blocks or lacks storage, so the session ends with a reload."
        Page "The user can allow storage for this site.";
    SessionUnreadable "OIDC_SESSION_UNREADABLE" Host Page
        "The stored session cannot be read and was deleted."
        Page "Call `signIn()` again."
        Sessions "Send the user to the login route again.";
    ProofKeyLost "OIDC_PROOF_KEY_LOST" User Renewal
        "The key to which `dpop` binds the tokens is missing, for example because storage was cleared."
        Page "Call `signIn()` again.";
    VaultUnavailable "OIDC_VAULT_UNAVAILABLE" Host Renewal
        "The worker of the vault does not answer."
        Page "Check `workerUrl`, and `worker-src` and `script-src` in the Content-Security-Policy.";
    Internal "OIDC_INTERNAL" Bug Both
        "This is a defect in Countersign. The next call works again."
        Page Api Sessions "Please report what led to it.";
    // Sessions. They are last, so that the tables of other entries need no holes for them.
    SessionTooLarge "OIDC_SESSION_TOO_LARGE" App Sessions
        "The session or its sign-in does not fit into cookies."
        Sessions "Request less in `scope`, let the provider put less into its tokens, or shorten `returnTo`.";
    SessionSent "OIDC_SESSION_SENT" App Sessions
        "The response already has its cookies, so a renewed session cannot be stored."
        Sessions "Use the session before you return the response.";
    RequestForbidden "OIDC_REQUEST_FORBIDDEN" App Sessions
        "The request does not come from a page of this origin."
        Sessions "Send it from one. Behind a proxy, set `baseUrl`.";
}

/// An error: its code, and the name of what is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
// As wide as a register, so that a `Result` is not returned through memory.
#[repr(align(4))]
pub struct Error {
    /// The code.
    pub code: Code,
    /// The name of what is wrong.
    pub at: At,
}

impl Error {
    /// An error with a name.
    #[must_use]
    pub const fn at(code: Code, at: At) -> Self {
        Self { code, at }
    }

    /// The error as a number, for a flow that stores it.
    #[must_use]
    pub const fn number(self) -> u64 {
        (self.code as u64) << 8 | self.at as u64
    }

    /// The error with this number. Returns `OIDC_INTERNAL` for a number that is not an error's.
    #[must_use]
    pub fn of_number(number: u64) -> Self {
        let place = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let code = Code::ALL.get(place(number >> 8)).copied().unwrap_or(Code::Internal);
        let at = At::ALL.get(place(number & 0xff)).copied().unwrap_or(At::Nothing);
        Self { code, at }
    }
}

/// A provider's error (RFC 6749 sections 4.1.2.1 and 5.2). It is data from outside, never HTML.
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
    use crate::proto::settings::{
        API_NEED, CLIENT_SETTINGS, SESSIONS_SETTINGS, SIGN_IN_OPTIONS, VERIFIER_SETTINGS,
        VERIFY_OPTIONS,
    };
    use alloc::vec::Vec;

    #[test]
    fn every_code_has_its_own_text() {
        let mut texts = Vec::new();
        for code in Code::ALL {
            assert!(code.text().starts_with("OIDC_"));
            assert!(!texts.contains(&code.text()), "{} is twice in the table", code.text());
            texts.push(code.text());
        }
    }

    /// Each entry that can meet a code has a hint for its reader. Sessions also meet codes of a
    /// page.
    #[test]
    fn every_reader_of_a_code_has_a_hint() {
        for code in Code::ALL {
            let has = |reader| code.advice(reader).is_some();
            let (page, api, sessions) = match code.side() {
                Side::Page | Side::Renewal => (true, false, has(Reader::Sessions)),
                Side::Both => (true, true, has(Reader::Sessions)),
                Side::Edge => (false, true, has(Reader::Sessions)),
                Side::Sessions => (false, false, true),
            };
            let expected = [(Reader::Page, page), (Reader::Api, api), (Reader::Sessions, sessions)];
            for (reader, expected) in expected {
                assert_eq!(has(reader), expected, "{} {reader:?}", code.text());
            }
        }
    }

    #[test]
    fn a_hint_is_one_to_three_short_sentences() {
        for (code, reader, hint) in hints() {
            let about = [code.text(), " for ", reader.name(), ": ", &hint].concat();
            assert!(hint.ends_with('.') && hint.starts_with(char::is_uppercase), "{about}");
            assert!(!hint.contains("  ") && hint.len() <= 240, "{about}");
            assert!((2..=4).contains(&hint.split(". ").count()), "{about}");
            for sentence in hint.split(['.', ';', ':']) {
                assert!(sentence.split(' ').count() <= 24, "{about}");
            }
        }
    }

    /// A hint names no function that its reader does not have.
    #[test]
    fn only_a_hint_for_a_page_names_its_verbs() {
        let verbs = ["signIn", "signOut", "createClient", "signInPopup"];
        for (code, reader, hint) in hints() {
            let is_named = verbs.iter().any(|verb| hint.contains(verb));
            assert!(reader == Reader::Page || !is_named, "{}: {hint}", code.text());
            let is_api = ["verify()", "guard()", "createVerifier", "createSessions", "login route"];
            let is_named = is_api.iter().any(|verb| hint.contains(verb));
            assert!(reader != Reader::Page || !is_named, "{}: {hint}", code.text());
        }
    }

    /// A hint names no setting that its reader does not have.
    #[test]
    fn a_hint_names_settings_of_its_reader_alone() {
        let own = |reader| match reader {
            Reader::Page => [CLIENT_SETTINGS, SIGN_IN_OPTIONS, API_NEED],
            Reader::Api => [VERIFIER_SETTINGS, VERIFY_OPTIONS, API_NEED],
            Reader::Sessions => [SESSIONS_SETTINGS, API_NEED, API_NEED],
        };
        let has = |reader, name: &str| {
            let mut settings = own(reader).into_iter().flatten();
            settings.any(|setting| setting.name.text() == name)
                // The core has no table of the settings that only the host reads.
                || reader == Reader::Sessions && ["allowInsecure", "backend", "returnTo"].contains(&name)
        };
        for (code, reader, hint) in hints() {
            let named = hint.split('`').skip(1).step_by(2);
            for name in named.filter_map(|name| name.split([':', '(']).next()) {
                let is_anothers = Reader::ALL.iter().any(|other| has(*other, name));
                assert!(!is_anothers || has(reader, name), "{}: {hint}", code.text());
            }
        }
    }

    /// Every hint of the table, complete.
    fn hints() -> impl Iterator<Item = (Code, Reader, String)> {
        Code::ALL.iter().flat_map(|code| {
            Reader::ALL.iter().filter_map(|reader| {
                let advice = code.advice(*reader)?;
                Some((*code, *reader, [code.summary(), " ", advice].concat()))
            })
        })
    }

    #[test]
    fn a_code_is_its_number_in_the_table() {
        for (number, code) in Code::ALL.iter().enumerate() {
            assert_eq!(*code as usize, number);
        }
    }
}
