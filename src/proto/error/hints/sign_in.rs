//! Hints about a sign-in, its authorization response and its token response.

use super::hint::Hint;
use crate::proto::error::blame::Reader;
use crate::proto::error::code::Code;

hints! {
    // The user, and the course of a sign-in.
    SigninRequired
        "No user is signed in."
        Page "Call `signIn()`."
        Sessions "Send the user to the login route.";
    SessionExpired
        "The access token has expired and cannot be renewed, or lacks what the settings ask for since the sign-in."
        Page "Call `signIn()`."
        Sessions "Send the user to the login route.";
    SigninAbandoned
        "The user came back without signing in."
        Page "Offer `signIn()` again.";
    SigninRefused
        "The user or the provider refused the sign-in; `cause` has the reason."
        Page "Offer `signIn()` again."
        Sessions "Offer the login route again.";
    SigninExpired
        "The sign-in took longer than 15 minutes."
        Page "Call `signIn()` again."
        Sessions "Send the user to the login route again.";
    InteractionRequired
        "The provider must show the user a page, but the request forbids it."
        Page "Call `signIn()` without prompt 'none'."
        Sessions "Send the user to the login route again.";
    Aborted
        "The caller's AbortSignal cancelled this call."
        Page Api Sessions "Nothing is lost. Repeat the call if its result is still needed.";
    SessionEnded
        "The provider ended the session."
        Page "Call `signIn()`."
        Sessions "Send the user to the login route.";
    SessionChanged
        "Another user has signed in in this browser."
        Page "Show the page again for the new `user`."
        Sessions "Answer the request again for the new user.";
    RenewUncertain
        "A renewal was interrupted, and the provider refuses to repeat it."
        Page "Call `signIn()`."
        Sessions "Send the user to the login route.";
    RenewBusy
        "Another renewal of this session takes too long."
        Page Sessions "Try again.";
    PopupBlocked
        "The browser blocked the popup."
        Page "Call `signInPopup()` directly from a click, or use `signIn()`.";
    PopupClosed
        "The user closed the popup."
        Page "Offer the sign-in again.";
    SigninLoop
        "Three sign-ins within 30 seconds failed, or requested the same once more; `cause` has their times."
        Page "Find the code that calls `signIn()` after each of them."
        Sessions "Find the code that uses the login route after each of them.";
    ClockUnusable
        "The clock of this device is wrong by more than a day."
        Page "The user must set it; then call `signIn()` again."
        Sessions "Set the clock of the server.";
    SessionCheckUnavailable
        "The provider's session cannot be checked: the value that `at` names is missing or unusable."
        Page "Set it in `metadata`, or remove `sessionCheck`.";
    SessionCheckBlind
        "The provider's frame cannot read its session, usually because the browser blocks its cookies."
        Page "The session continues without checks. Remove `sessionCheck` if it never works.";
    SessionCheckRefused
        "The provider's frame answered with an error. The session continues without checks."
        Page "Check `clientId` and the provider's `check_session_iframe`.";
    StepupRefused
        "An API demands a sign-in that the user already has, or has just made."
        Page "Check the `acr`, `auth_time` and `scope` that the provider puts into access tokens.";
    // The authorization response.
    StateMissing
        "The authorization response has no `state` and was ignored."
        Page "Start the sign-in with `signIn()`."
        Sessions "Start the sign-in at the login route.";
    StateMismatch
        "The authorization response belongs to no sign-in of this app and was ignored."
        Page "Start the sign-in with `signIn()`."
        Sessions "Start the sign-in at the login route.";
    StateUnknown
        "This browser has no record of the sign-in: it started elsewhere, or the record was deleted."
        Page "Call `signIn()` again."
        Sessions "Send the user to the login route again.";
    StateUsed
        "The authorization response was used before, for example before a reload, and was ignored."
        Page "Call `signIn()` if no user is signed in."
        Sessions "Send the user to the login route if no user is signed in.";
    CallbackDuplicate
        "The authorization response has a parameter twice."
        Page "Call `signIn()` again. Report it to the provider if it repeats."
        Sessions "Send the user to the login route again. Report it to the provider if it repeats.";
    CallbackMalformed
        "The authorization response cannot be read."
        Page "Call `signIn()` again. Report it to the provider if it repeats."
        Sessions "Send the user to the login route again. Report it to the provider if it repeats.";
    CallbackMode
        "The authorization response came in the fragment of the address, not in its query."
        Page "Set this client's response mode at the provider to query.";
    CallbackIssuerMismatch
        "The authorization response comes from another issuer, as in a mix-up attack."
        Page Sessions "Check `issuer`.";
    CallbackIssuerMissing
        "The provider announces `iss` in its authorization responses, but this one has none."
        Page "Call `signIn()` again. Report it to the provider if it repeats."
        Sessions "Send the user to the login route again. Report it to the provider if it repeats.";
    CallbackCodeMissing
        "The authorization response has neither a code nor an error."
        Page Sessions "Set this client's response type at the provider to code.";
    CallbackElsewhere
        "The authorization response arrived at another address than `redirectUri`, as in a mix-up attack."
        Page "Set `redirectUri` to the address to which the provider sends users.";
    ProviderError
        "The provider answered with an error; `cause` has it."
        Page "Check this client's registration and the provider's log. After `invalid_dpop_proof`, check the clock of this device, which may be wrong."
        Sessions "Check this client's registration and the provider's log. After `invalid_client`, correct `clientSecret`, `clientKey` or `authMethod`.";
    PushInvalid
        "In the response to the pushed request, the member that `at` names is missing or has a wrong type."
        Page Sessions "Report it to the provider.";
    // The token response.
    TokenResponseInvalid
        "In the token response, the member that `at` names is missing or has a wrong type."
        Page Sessions "If it is `access_token`, request a scope that brings one, such as the client's own id at Azure AD B2C. Else report it to the provider.";
    TokenTypeUnsupported
        "The access token has another type than requested."
        Page "The provider must issue DPoP tokens if `dpop` is set, else Bearer tokens. Check this client's registration."
        Sessions "The provider must issue Bearer tokens. Check this client's registration.";
    GrantInvalid
        "The provider refused the authorization code: it is too old, used, or another client's."
        Page "Call `signIn()` again."
        Sessions "Send the user to the login route again.";
    IdTokenMissing
        "The token response has no ID token."
        Page Sessions "Check that the provider supports OpenID Connect and that this client may request `openid`.";
    RenewedMismatch
        "The renewed ID token differs from the first in the claim that `at` names. The session has ended."
        Page "Call `signIn()`."
        Sessions "Send the user to the login route.";
}
