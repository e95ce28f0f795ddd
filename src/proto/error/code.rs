//! The code table. Each row has a code, who must act, and which entries can meet it. Its hint is in
//! `hints/`.
//!
//! From the table and the hints, `cargo xtask codes` generates lists in `pkg-template/src` and
//! `docs/errors.md`. In a group, the rows of one side are together, and of these the rows of one blame:
//! the lists are smaller so. Never rename a code, and never reuse its text for another failure.

use super::at::At;
use super::blame::{Blame, Side};
use alloc::string::String;

macro_rules! codes {
    ($(
        $name:ident $text:literal $blame:ident $side:ident
    )+) => {
        /// Every failure. The texts are stable; the numbers are not.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = $text] $name,)+
        }

        impl Code {
            /// All codes, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code with this number. A `match` becomes a comparison, and a list a table of all numbers.
            #[allow(non_upper_case_globals)]
            const fn of_number(number: u64) -> Option<Self> {
                $(const $name: u64 = Code::$name as u64;)+
                Some(match number {
                    $($name => Self::$name,)+
                    _ => return None,
                })
            }

            /// The text of the code, `OIDC_…`.
            #[must_use]
            pub const fn text(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The party that must act.
            #[must_use]
            pub const fn blame(self) -> Blame {
                match self { $(Self::$name => Blame::$blame,)+ }
            }

            /// Which entries of the package can meet it.
            #[must_use]
            pub const fn side(self) -> Side {
                match self { $(Self::$name => Side::$side,)+ }
            }
        }
    };
}

codes! {
    // The app's settings and calls.
    ConfigInvalid "OIDC_CONFIG_INVALID" App Both
    ConfigInsecure "OIDC_CONFIG_INSECURE" App Both
    SigninOptionInvalid "OIDC_SIGNIN_OPTION_INVALID" App Page
    ExtraForbidden "OIDC_EXTRA_FORBIDDEN" App Page
    WasmForbidden "OIDC_WASM_FORBIDDEN" App Both
    WasmUnavailable "OIDC_WASM_UNAVAILABLE" App Both
    InsecureContext "OIDC_INSECURE_CONTEXT" App Both
    Closed "OIDC_CLOSED" App Page
    TokenScopeMissing "OIDC_TOKEN_SCOPE_MISSING" App Both
    RenewUnavailable "OIDC_RENEW_UNAVAILABLE" App Page
    UserinfoMissing "OIDC_USERINFO_MISSING" App Renewal
    NotReady "OIDC_NOT_READY" App Edge
    TokenClaimMissing "OIDC_TOKEN_CLAIM_MISSING" App Edge
    // The user, and the course of a sign-in.
    SigninLoop "OIDC_SIGNIN_LOOP" App Page
    SigninRequired "OIDC_SIGNIN_REQUIRED" User Page
    SessionExpired "OIDC_SESSION_EXPIRED" User Page
    SigninAbandoned "OIDC_SIGNIN_ABANDONED" User Page
    SigninRefused "OIDC_SIGNIN_REFUSED" User Page
    SigninExpired "OIDC_SIGNIN_EXPIRED" User Page
    InteractionRequired "OIDC_INTERACTION_REQUIRED" User Page
    Aborted "OIDC_ABORTED" User Both
    ClockUnusable "OIDC_CLOCK_UNUSABLE" User Page
    SessionCheckUnavailable "OIDC_SESSION_CHECK_UNAVAILABLE" Provider Renewal
    SessionCheckRefused "OIDC_SESSION_CHECK_REFUSED" Provider Renewal
    StepupRefused "OIDC_STEPUP_REFUSED" Provider Renewal
    SessionEnded "OIDC_SESSION_ENDED" User Renewal
    SessionChanged "OIDC_SESSION_CHANGED" User Renewal
    RenewUncertain "OIDC_RENEW_UNCERTAIN" User Renewal
    PopupBlocked "OIDC_POPUP_BLOCKED" User Renewal
    PopupClosed "OIDC_POPUP_CLOSED" User Renewal
    RenewBusy "OIDC_RENEW_BUSY" Host Renewal
    SessionCheckBlind "OIDC_SESSION_CHECK_BLIND" Host Renewal
    // The authorization response.
    StateMissing "OIDC_STATE_MISSING" Provider Page
    StateMismatch "OIDC_STATE_MISMATCH" Provider Page
    CallbackDuplicate "OIDC_CALLBACK_DUPLICATE" Provider Page
    CallbackMalformed "OIDC_CALLBACK_MALFORMED" Provider Page
    CallbackMode "OIDC_CALLBACK_MODE" Provider Page
    CallbackIssuerMismatch "OIDC_CALLBACK_ISSUER_MISMATCH" Provider Page
    CallbackIssuerMissing "OIDC_CALLBACK_ISSUER_MISSING" Provider Page
    CallbackCodeMissing "OIDC_CALLBACK_CODE_MISSING" Provider Page
    CallbackElsewhere "OIDC_CALLBACK_ELSEWHERE" Provider Page
    ProviderError "OIDC_PROVIDER_ERROR" Provider Page
    StateUnknown "OIDC_STATE_UNKNOWN" User Page
    StateUsed "OIDC_STATE_USED" User Page
    PushInvalid "OIDC_PUSH_INVALID" Provider Renewal
    // HTTP.
    ResponseRedirected "OIDC_RESPONSE_REDIRECTED" Provider Both
    ResponseTooLarge "OIDC_RESPONSE_TOO_LARGE" Provider Both
    ResponseEmpty "OIDC_RESPONSE_EMPTY" Provider Both
    ResponseNotJson "OIDC_RESPONSE_NOT_JSON" Provider Both
    ResponseStatus "OIDC_RESPONSE_STATUS" Provider Both
    NetworkFailed "OIDC_NETWORK_FAILED" Host Both
    NetworkTimeout "OIDC_NETWORK_TIMEOUT" Host Both
    ProviderUnavailable "OIDC_PROVIDER_UNAVAILABLE" Host Both
    Offline "OIDC_OFFLINE" Host Page
    // Metadata and keys.
    MetadataInvalid "OIDC_METADATA_INVALID" Provider Both
    MetadataInsecure "OIDC_METADATA_INSECURE" Provider Both
    MetadataIssuerMismatch "OIDC_METADATA_ISSUER_MISMATCH" Provider Both
    KeysInvalid "OIDC_KEYS_INVALID" Provider Both
    KeyNotFound "OIDC_KEY_NOT_FOUND" Provider Both
    KeysUnavailable "OIDC_KEYS_UNAVAILABLE" Host Edge
    // The token response.
    TokenResponseInvalid "OIDC_TOKEN_RESPONSE_INVALID" Provider Page
    TokenTypeUnsupported "OIDC_TOKEN_TYPE_UNSUPPORTED" Provider Page
    GrantInvalid "OIDC_GRANT_INVALID" Provider Page
    IdTokenMissing "OIDC_ID_TOKEN_MISSING" Provider Page
    RenewedMismatch "OIDC_RENEWED_MISMATCH" Provider Renewal
    // Tokens.
    TokenMalformed "OIDC_TOKEN_MALFORMED" Provider Both
    TokenTooLarge "OIDC_TOKEN_TOO_LARGE" Provider Both
    TokenEncrypted "OIDC_TOKEN_ENCRYPTED" Provider Both
    AlgForbidden "OIDC_ALG_FORBIDDEN" Provider Both
    CritUnsupported "OIDC_CRIT_UNSUPPORTED" Provider Both
    TypForbidden "OIDC_TYP_FORBIDDEN" Provider Both
    SignatureInvalid "OIDC_SIGNATURE_INVALID" Provider Both
    ClaimInvalid "OIDC_CLAIM_INVALID" Provider Both
    IssuerMismatch "OIDC_ISSUER_MISMATCH" Provider Both
    AudienceMismatch "OIDC_AUDIENCE_MISMATCH" Provider Both
    AzpMismatch "OIDC_AZP_MISMATCH" Provider Both
    TokenExpired "OIDC_TOKEN_EXPIRED" Provider Both
    TokenNotYetValid "OIDC_TOKEN_NOT_YET_VALID" Provider Both
    IssuedInFuture "OIDC_ISSUED_IN_FUTURE" Provider Both
    NonceMismatch "OIDC_NONCE_MISMATCH" Provider Both
    AtHashMismatch "OIDC_AT_HASH_MISMATCH" Provider Both
    TenantForbidden "OIDC_TENANT_FORBIDDEN" User Both
    AuthTimeTooOld "OIDC_AUTH_TIME_TOO_OLD" Provider Both
    AcrMismatch "OIDC_ACR_MISMATCH" Provider Both
    TokenAgeExceeded "OIDC_TOKEN_AGE_EXCEEDED" Provider Both
    AlgUnsupported "OIDC_ALG_UNSUPPORTED" Host Both
    EndpointMissing "OIDC_ENDPOINT_MISSING" App Edge
    TokenUnencrypted "OIDC_TOKEN_UNENCRYPTED" Provider Edge
    DecryptFailed "OIDC_DECRYPT_FAILED" Provider Edge
    CHashMismatch "OIDC_C_HASH_MISMATCH" Provider Edge
    AccessTokenExpected "OIDC_ACCESS_TOKEN_EXPECTED" Provider Edge
    ProofMissing "OIDC_PROOF_MISSING" Provider Edge
    TokenInactive "OIDC_TOKEN_INACTIVE" Provider Edge
    SignatureMissing "OIDC_SIGNATURE_MISSING" Provider Edge
    TokenReplayed "OIDC_TOKEN_REPLAYED" User Edge
    ReplayUnavailable "OIDC_REPLAY_UNAVAILABLE" Host Edge
    // A request at an API.
    CredentialMissing "OIDC_CREDENTIAL_MISSING" User Edge
    CredentialInvalid "OIDC_CREDENTIAL_INVALID" User Edge
    UserUnknown "OIDC_USER_UNKNOWN" User Edge
    ApiForbidden "OIDC_API_FORBIDDEN" App Edge
    // UserInfo.
    UserinfoSubMismatch "OIDC_USERINFO_SUB_MISMATCH" Provider Both
    TokenRejected "OIDC_TOKEN_REJECTED" User Both
    UserinfoSigned "OIDC_USERINFO_SIGNED" Provider Renewal
    // The verifier.
    ExpectedInvalid "OIDC_EXPECTED_INVALID" App Edge
    EnvMissing "OIDC_ENV_MISSING" App Edge
    // The host, and Countersign itself.
    StorageUnavailable "OIDC_STORAGE_UNAVAILABLE" Host Page
    StorageDegraded "OIDC_STORAGE_DEGRADED" Host Page
    SessionUnreadable "OIDC_SESSION_UNREADABLE" Host Page
    Internal "OIDC_INTERNAL" Bug Both
    ProofKeyLost "OIDC_PROOF_KEY_LOST" User Renewal
    VaultUnavailable "OIDC_VAULT_UNAVAILABLE" Host Renewal
    // Sessions. They are last, so that the tables of other entries need no holes for them.
    SessionTooLarge "OIDC_SESSION_TOO_LARGE" App Sessions
    SessionSent "OIDC_SESSION_SENT" App Sessions
    RequestForbidden "OIDC_REQUEST_FORBIDDEN" App Sessions
    // Systems with a dialect of their own. They are last for the same reason.
    RequestInvalid "OIDC_REQUEST_INVALID" Provider Edge
    AttemptUnknown "OIDC_ATTEMPT_UNKNOWN" User Edge
    // A preset says what its provider lacks. It is last for the same reason.
    ProviderUnsupported "OIDC_UNSUPPORTED_BY_PROVIDER" App Edge
    AccessTokenNotRequested "OIDC_ACCESS_TOKEN_NOT_REQUESTED" App Edge
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

    /// The error as a number that is stored for longer than a flow runs: another version of the package
    /// may have another table.
    #[must_use]
    pub const fn stored_number(self) -> u64 {
        TABLE_SIZE << 16 | self.number()
    }

    /// The error with this stored number, unless a table of another size has it.
    #[must_use]
    pub fn of_stored_number(number: u64) -> Option<Self> {
        (number >> 16 == TABLE_SIZE).then(|| Self::of_number(number & 0xffff))
    }

    /// The error with this number. Returns `OIDC_INTERNAL` for a number that is not an error's.
    #[must_use]
    pub fn of_number(number: u64) -> Self {
        let code = Code::of_number(number >> 8).unwrap_or(Code::Internal);
        let at = At::of_number(number & 0xff).unwrap_or(At::Nothing);
        Self { code, at }
    }
}

/// The number of codes and names. A version of the package that adds one has another.
const TABLE_SIZE: u64 = (Code::ALL.len() + At::ALL.len()) as u64;

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

    #[test]
    fn a_code_is_its_number_in_the_table() {
        for (number, code) in Code::ALL.iter().enumerate() {
            assert_eq!(*code as usize, number);
        }
    }

    #[test]
    fn every_error_is_read_from_its_number_and_no_other_number_is() {
        for (code, at) in Code::ALL.iter().flat_map(|code| At::ALL.iter().map(move |at| (code, at)))
        {
            let error = Error::at(*code, *at);
            assert_eq!(Error::of_number(error.number()), error);
        }
        let after = ((Code::ALL.len() as u64) << 8) + At::ALL.len() as u64;
        assert_eq!(Error::of_number(after), Error::at(Code::Internal, At::Nothing));
        assert_eq!(Error::of_number(u64::MAX), Error::at(Code::Internal, At::Nothing));
    }
}
