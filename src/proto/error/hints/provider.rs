//! Hints about requests to the provider: HTTP, metadata, keys and UserInfo.

use super::hint::Hint;
use crate::proto::error::blame::Reader;
use crate::proto::error::code::Code;

hints! {
    // HTTP.
    NetworkFailed
        "The request to the endpoint that `at` names got no response."
        Page "Check the network, the provider's CORS settings, and `connect-src` in the page's Content-Security-Policy."
        Api Sessions "Check `issuer`, and that this server can reach the provider.";
    NetworkTimeout
        "The endpoint that `at` names did not answer in time."
        Page Api Sessions "Try again later.";
    ResponseRedirected
        "The provider answered with a redirect, which is never followed."
        Page Api Sessions "Check `issuer` and the endpoint that `at` names.";
    ResponseTooLarge
        "The provider's response is too large."
        Page Api Sessions "Check `issuer` and the endpoint that `at` names.";
    ResponseEmpty
        "The provider's response is empty."
        Page Api Sessions "Check `issuer` and the provider's log.";
    ResponseNotJson
        "The provider's response is not JSON; it may be an error page."
        Page Api Sessions "Check `issuer` and the endpoint that `at` names.";
    ProviderUnavailable
        "The provider cannot answer at present, or says so; `cause` has its words."
        Page Api Sessions "Try again later.";
    ResponseStatus
        "The provider refused the request by its HTTP status."
        Page Sessions "Check `issuer` and this client's registration."
        Api "Check `issuer`, and with `introspection` the API's registration at the provider.";
    Offline
        "This device is offline; no request was sent."
        Page "Try again when it is online.";
    // Metadata and keys.
    MetadataInvalid
        "In the provider's metadata, the member that `at` names is missing or has a wrong type."
        Page Sessions "Check `issuer`, and the members of your `metadata` or `metadataOverlay`."
        Api "Check `issuer`.";
    MetadataInsecure
        "The provider's metadata names an endpoint that is not https; nothing is sent there."
        Page Sessions "Report it to the provider, or correct it in your `metadata` or `metadataOverlay`."
        Api "Report it to the provider.";
    MetadataIssuerMismatch
        "The provider's metadata names another issuer."
        Page Api Sessions "If it is the one you mean, set exactly that text as `issuer`, or by the options of the preset; case and trailing slash count.";
    KeysInvalid
        "The keys (JWKS) cannot be read."
        Page Sessions "Check the provider's `jwks_uri`."
        Api "Check the provider's `jwks_uri`, or the keys that you passed.";
    KeyNotFound
        "No key of the provider fits the token, even after a new download."
        Page Sessions "Do not trust the token. Check the provider's `jwks_uri`."
        Api "Refuse the token. If it is genuine, check the provider's `jwks_uri`, or `jwks`.";
    KeysUnavailable
        "The issuer's keys cannot be fetched at present."
        Api "Answer 503, as `guard()` does, and try again later.";
    // UserInfo.
    UserinfoSubMismatch
        "The UserInfo response is about another user."
        Page "Do not trust it. Report it to the provider."
        Api "Do not trust it. Check the `sub` that you pass to `userinfo()`.";
    UserinfoSigned
        "The UserInfo response is a JWT, which a page alone does not verify."
        Page "Verify it as docs/introspection.md shows, or turn signed UserInfo responses off in this client's registration.";
    TokenRejected
        "The provider refused the access token."
        Page "Call `signIn()` again."
        Api "The caller must get a new token.";
}
