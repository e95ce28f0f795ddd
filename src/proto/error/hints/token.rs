//! Hints about tokens, and about the requests that carry them to an API.

use super::hint::Hint;
use crate::proto::error::blame::Reader;
use crate::proto::error::code::Code;

hints! {
    // Tokens.
    TokenMalformed
        "The token is not a JWT in compact form."
        Page Sessions "Report it to the provider."
        Api "Check that the caller sends the token unchanged. Opaque tokens need `introspection`.";
    TokenTooLarge
        "The token is too large."
        Page Api Sessions "Check which claims the provider puts into it.";
    TokenEncrypted
        "The token is encrypted, and no key is set to decrypt it."
        Page Sessions "Turn the encryption of ID tokens off in this client's registration; it is not supported here."
        Api "Set `decryptionKeys`, or turn encryption off at the provider.";
    AlgForbidden
        "The token's algorithm is not allowed."
        Page "`none` and HS* never are. Check `algorithms`, `idTokenSignedResponseAlg` and the registration at the provider."
        Api "`none` and HS* never are. Check `algorithms` and the registration at the provider."
        Sessions "`none` never is, and HS256 only with `idTokenSignedResponseAlg: 'HS256'` and `clientSecret`. Check `algorithms` and the registration at the provider.";
    AlgUnsupported
        "This runtime cannot verify the token's algorithm."
        Page Api Sessions "Choose another algorithm at the provider.";
    CritUnsupported
        "The token demands an extension (`crit`) that is not supported."
        Page Api Sessions "Check the registration at the provider.";
    TypForbidden
        "The token is of another kind, by its header `typ`."
        Page Sessions "Report it to the provider."
        Api "The caller must send the right token. Access tokens of `typ` JWT need `profile: 'jwt'`.";
    SignatureInvalid
        "The token is not signed with the provider's key."
        Page Api Sessions "Do not trust it.";
    TokenUnencrypted
        "The token is not encrypted, but `decryptionKeys` is set."
        Api "Turn encryption on at the provider, or remove `decryptionKeys`.";
    DecryptFailed
        "No key decrypts the token, or the token was changed."
        Api "Check which public key is registered at the provider.";
    ClaimInvalid
        "The claim that `at` names is missing or has a wrong type or value."
        Page "Report it to the provider."
        Sessions "If the provider returns no nonce, set `requireNonce: false`. Else report it to the provider."
        Api "Check the token settings at the provider. Access tokens that do not follow RFC 9068 need `profile: 'jwt'`. An introspection answer without `aud` needs `required: []`.";
    IssuerMismatch
        "The token comes from another issuer."
        Page Api Sessions "Check `issuer`, including case and trailing slash.";
    AudienceMismatch
        "The token is for another audience, or for others too."
        Page Sessions "Check `clientId`. If the ID token is for others too and you trust them, name them in `trustedAudiences`."
        Api "Check `audience`: it must be a value of the token's `aud`. The caller must request a token for this API. An ID token that is for others too needs `trustedAudiences`.";
    AzpMismatch
        "The token was issued to another client (`azp`)."
        Page Sessions "Check `clientId`."
        Api "Check `audience`, which is the client's id for ID tokens, and name other clients in `authorizedParties`.";
    TokenExpired
        "The token has expired."
        Page "Call `signIn()` again. If it repeats, check the clock of this device."
        Api "The caller must get a new token. If this one is new, check the clock of the server."
        Sessions "Send the user to the login route again. If it repeats, check the clock of the server.";
    TokenNotYetValid
        "The token is not valid yet."
        Page "Check the clock of this device."
        Api Sessions "Check the clock of the server.";
    IssuedInFuture
        "The token was issued in the future."
        Page "Check the clock of this device."
        Api Sessions "Check the clock of the server.";
    NonceMismatch
        "The token belongs to another sign-in, as in a replay attack."
        Page "Call `signIn()` again."
        Api "Refuse the token. Check the `nonce` that you pass to `verify()`."
        Sessions "Send the user to the login route again.";
    AtHashMismatch
        "The access token does not belong to the ID token."
        Page "Do not trust it. Call `signIn()` again."
        Api "Refuse both. Check the `accessToken` that you pass to `verify()`."
        Sessions "Do not trust it. Send the user to the login route again.";
    CHashMismatch
        "The code does not belong to the ID token."
        Api "Refuse both. Check the `code` that you pass to `verify()`.";
    TenantForbidden
        "The settings do not accept the tenant or organization of this account; `at` is the claim."
        Page Sessions "Let the user choose another account. To accept this one, change `tenants`, `requiredClaims` or the preset's option."
        Api "Refuse the caller. To accept it, change `tenants`, `requiredClaims` or the preset's option.";
    AuthTimeTooOld
        "The user signed in longer ago than `maxAge` allows."
        Page "Call `signIn()` again. If it repeats, the provider ignores `max_age`."
        Api "The caller must sign the user in again; `guard()` demands it in its challenge."
        Sessions "Send the user to the login route again. If it repeats, the provider ignores `max_age`.";
    AcrMismatch
        "The sign-in is weaker than the request for an `acr` demands."
        Page Sessions "Check which sign-in methods the provider offers this user."
        Api "The caller must sign the user in more strongly; `guard()` demands it in its challenge.";
    AccessTokenExpected
        "The token is an ID token, a refresh token or a logout token."
        Api "The caller must send an access token. ID tokens need `kind: 'id_token'`.";
    ProofMissing
        "The token is bound to a key (`cnf`), and a proof of the key cannot be verified here."
        Api "Refuse the token. The caller must send a Bearer token that is not bound.";
    TokenAgeExceeded
        "The token is older, or is valid for longer, than `maxTokenAge` allows."
        Page Api Sessions "Raise `maxTokenAge` (default: 24 hours), or shorten the lifetime at the provider.";
    TokenInactive
        "The issuer says that the token is not active: expired, revoked or unknown."
        Api "The caller must get a new token.";
    TokenReplayed
        "The token was used before, and `replay` accepts each token (`jti`) once."
        Api "The caller must get a new token for each request.";
    ReplayUnavailable
        "The store of `replay` failed or is full; `cause` has the reason."
        Api "Repair the store. Until then no token is accepted.";
    SignatureMissing
        "The issuer's response is not signed, but `signed` demands it."
        Api "Check the API's registration at the provider, or remove `signed`.";
    EndpointMissing
        "The issuer's metadata lacks the endpoint that `at` names."
        Api "Set `endpoint` of `introspection()` or `userinfo()`.";
    ProviderUnsupported
        "The provider does not support what the setting that `at` names asks of it."
        Api "Remove the setting: the preset of the provider says why.";
    AccessTokenNotRequested
        "The implicit flow of this client asks for an ID token alone."
        Api "Use the authorization code flow, which gets an access token.";
    // A request at an API.
    CredentialMissing
        "The request has no access token."
        Api "The caller must send one as `Authorization: Bearer`.";
    CredentialInvalid
        "The request's credentials are malformed, or there are several."
        Api "The caller must send one access token in one Authorization header, never in the address or the body.";
    UserUnknown
        "No single user has the value of the claim that `at` names."
        Api "Add the user, turn automatic provisioning on, or check which field the claim is compared with.";
    ApiForbidden
        "No API access policy allows this token at the requested path."
        Api "Add a policy for the path and a profile of the entity, or turn token restrictions off.";
}
