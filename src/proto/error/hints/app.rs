//! Hints about settings, calls, storage and sessions.

use super::hint::Hint;
use crate::proto::error::blame::Reader;
use crate::proto::error::code::Code;

hints! {
    // The app's settings and calls.
    ConfigInvalid
        "A setting is missing, misspelt or has a wrong value."
        Page Api Sessions "Correct the setting that `at` names.";
    ConfigInsecure
        "An address in the settings is not https."
        Page "Correct the setting that `at` names. Set `allowLoopbackIssuer` for a provider on this machine, `allowInsecure` for an app in a network without https."
        Api "Correct the setting that `at` names. For development, `allowLoopbackIssuer` accepts an issuer on this machine."
        Sessions "Correct the setting that `at` names; behind a proxy, set `baseUrl`. For development, `allowLoopbackIssuer` accepts a provider on this machine, and `allowInsecure` an app.";
    SigninOptionInvalid
        "An option of this call is unknown, has a wrong value, or is one that the provider refuses."
        Page Sessions "Correct the option that `at` names.";
    ExtraForbidden
        "Countersign sets this parameter of a sign-in or sign-out itself."
        Page Sessions "Remove the parameter that `at` names from `extra`.";
    WasmForbidden
        "WebAssembly is forbidden here."
        Page "Add 'wasm-unsafe-eval' to `script-src` in the page's Content-Security-Policy."
        Api Sessions "The runtime does not allow code to be compiled. Bundle for it with its export condition (`workerd` or `edge-light`).";
    WasmUnavailable
        "The WebAssembly module cannot be loaded: `cause` has the reason, `at` a feature that is missing."
        Page "Check the network and, with `countersign/slim`, the setting `module`."
        Api Sessions "Check that the bundle contains the `.wasm` files of the package.";
    InsecureContext
        "SubtleCrypto is missing here, or the feature that `at` names."
        Page "Serve the page over https or from localhost. If you cannot, set `allowInsecure` and `backend: soft`."
        Api Sessions "Use a runtime that has it, or set `backend: soft`.";
    Closed
        "This client is closed."
        Page "Call `start()`, which opens it again.";
    TokenClaimMissing
        "The token does not have the claim that `at` names as the route needs it."
        Api "The user or the client lacks a right at the provider, or the provider does not write the claim into access tokens.";
    TokenScopeMissing
        "The access token does not have the scope or resource that is needed."
        Page "Add it to `scope` or `apis`, or request it in `signIn()`."
        Api "The caller must request a token with the scope that this route needs."
        Sessions "Add it to `scope` or `apis`, then send the user to the login route again.";
    UserinfoMissing
        "The provider has no UserInfo endpoint."
        Page "Use the claims of the ID token in `user`.";
    RenewUnavailable
        "A newer access token was asked for, and nothing renews this session. The present token stays."
        Page "Call `signIn()`. To renew without the user, set `refresh: true` (or what the page of your preset says) or `silentRedirectUri`."
        Sessions "Send the user to the login route. To renew without the user, set `refresh: true`, or what the page of your preset says.";
    NotReady
        "A synchronous call cannot be answered yet."
        Api "Await `ready()` of the verifier, or `load()` of the backend, first. A runtime without `node:crypto` also needs `backend: soft`.";
    // The verifier.
    ExpectedInvalid
        "An option of this call is unknown, empty or has a wrong value."
        Api "Correct the option that `at` names.";
    EnvMissing
        "The settings are a function of the platform's bindings, and there are none."
        Api "Pass `env` to `guard()` before any other method is called."
        Sessions "Pass `env` to `handle()`, `with()` and `session()`.";
    // The host, and Countersign itself.
    StorageUnavailable
        "The browser blocks storage for this page."
        Page "The user must allow it, or leave the private window.";
    StorageDegraded
        "The browser blocks or lacks storage, so the session ends with a reload."
        Page "The user can allow storage for this site.";
    SessionUnreadable
        "The stored session cannot be used any more and was deleted."
        Page "Call `signIn()` again."
        Sessions "Send the user to the login route again.";
    ProofKeyLost
        "The key to which `dpop` binds the tokens is missing, for example because storage was cleared."
        Page "Call `signIn()` again.";
    VaultUnavailable
        "The worker of the vault does not answer."
        Page "Check `workerUrl`, and `worker-src` and `script-src` in the Content-Security-Policy.";
    Internal
        "This is a defect in Countersign. The next call works again."
        Page Api Sessions "Please report what led to it.";
    // Sessions.
    SessionTooLarge
        "The session or its sign-in does not fit into cookies."
        Sessions "Name the claims that the app uses in `keepClaims`, or shorten `returnTo`.";
    SessionSent
        "The response already has its cookies, so a renewed session cannot be stored."
        Sessions "Use the session before you return the response.";
    RequestForbidden
        "The request does not come from a page of this origin."
        Sessions "Send it from one. Behind a proxy, set `baseUrl`.";
    // Systems.
    RequestInvalid
        "The parameter that `at` names is missing, repeated or wrong in a request of another system."
        Api "Compare the registration there with the settings here.";
    AttemptUnknown
        "The attempt is too old, was completed before, or began in another browser."
        Api "Ask the user to sign in to the app again.";
}
