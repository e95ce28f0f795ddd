//! The table of flows that JavaScript can begin: their names, and what their two inputs mean.
//!
//! `cargo xtask codes` makes a TypeScript union of tuples from [`FLOWS`], so that a call with the wrong
//! inputs does not compile. [`begin`](super::begin) knows the same names.

/// The meaning of one input of a flow. Every input is a string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// No input: the empty string.
    Empty,
    /// The absolute URL of the page, or at an edge of the request.
    PageUrl,
    /// An absolute URL that a request is sent to.
    RequestUrl,
    /// The JSON text of the options of `signIn`.
    SignInOptions,
    /// The JSON text of the options of `signOut`, or the empty string without any.
    SignOutOptions,
    /// The stored text of a session, or the empty string without one.
    Session,
    /// The JSON text of what an access token is needed for.
    TokenNeed,
    /// The JSON text of an API's refusal.
    ApiRefusal,
    /// A message that another tab broadcast.
    TabMessage,
    /// `works` if the provider's frame has shown that it sees the session, else the empty string.
    FrameState,
    /// The body of a form.
    Form,
    /// The JSON text of a request that needs a DPoP proof.
    DpopRequest,
    /// The JSON text of the response to such a request.
    DpopResponse,
}

impl Slot {
    /// The name of the TypeScript type of this input, and a sentence that describes it.
    #[must_use]
    pub const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::Empty => ("''", ""),
            Self::PageUrl => {
                ("PageUrl", "The absolute URL of the page, or at an edge of the request.")
            }
            Self::RequestUrl => ("RequestUrl", "An absolute URL that a request is sent to."),
            Self::SignInOptions => {
                ("SignInOptionsText", "The JSON text of the options of `signIn`.")
            }
            Self::SignOutOptions => (
                "SignOutOptionsText",
                "The JSON text of the options of `signOut`. Empty without any.",
            ),
            Self::Session => {
                ("SessionText", "The stored text of a session. Empty without a session.")
            }
            Self::TokenNeed => {
                ("TokenNeedText", "The JSON text of what an access token is needed for.")
            }
            Self::ApiRefusal => ("ApiRefusalText", "The JSON text of an API's refusal."),
            Self::TabMessage => ("TabMessage", "A message that another tab broadcast."),
            Self::FrameState => (
                "FrameState",
                "`works` if the provider's frame has shown that it sees the session.",
            ),
            Self::Form => ("FormText", "The body of a form."),
            Self::DpopRequest => {
                ("DpopRequestText", "The JSON text of a request that needs a DPoP proof.")
            }
            Self::DpopResponse => {
                ("DpopResponseText", "The JSON text of the response to such a request.")
            }
        }
    }
}

/// One flow: its name, and what its two inputs mean.
#[derive(Clone, Copy, Debug)]
pub struct FlowEntry {
    /// The name that JavaScript begins it by.
    pub name: &'static str,
    /// The meaning of the first input.
    pub first: Slot,
    /// The meaning of the second input.
    pub second: Slot,
    /// The purpose of the flow, in one sentence.
    pub summary: &'static str,
}

const fn flow(name: &'static str, first: Slot, second: Slot, summary: &'static str) -> FlowEntry {
    FlowEntry { name, first, second, summary }
}

/// Every flow. Those from `silent-start` to `dpop-nonce` exist only in modules of a page with
/// renewal, the last four only in the module of sessions, which also lacks `tab-message`, `sign-in`
/// and `userinfo`.
pub const FLOWS: &[FlowEntry] = &[
    flow(
        "start",
        Slot::Empty,
        Slot::PageUrl,
        "Finishes a sign-in if the page's URL is its response, else restores the session.",
    ),
    flow(
        "tab-message",
        Slot::TabMessage,
        Slot::Empty,
        "Restores the session after a message of another tab.",
    ),
    flow(
        "api-need",
        Slot::RequestUrl,
        Slot::Empty,
        "Finds what a request to this URL needs an access token for.",
    ),
    flow("sign-in", Slot::SignInOptions, Slot::PageUrl, "Sends the page to the provider."),
    flow("refresh", Slot::Session, Slot::TokenNeed, "Gets an access token, renewed if necessary."),
    flow(
        "sign-out",
        Slot::Session,
        Slot::SignOutOptions,
        "Ends the session here and at the provider.",
    ),
    flow("userinfo", Slot::Session, Slot::Empty, "Gets the claims of the UserInfo endpoint."),
    flow(
        "silent-start",
        Slot::Empty,
        Slot::PageUrl,
        "Like `start`, in a page that may go to the provider and back (`prompt=none`).",
    ),
    flow(
        "session-hint",
        Slot::Empty,
        Slot::Empty,
        "Stores the hint that a user was signed in, for the next `silent-start`.",
    ),
    flow("id-token", Slot::Session, Slot::Empty, "Gets the ID token of the session."),
    flow(
        "duplicated-tab",
        Slot::Empty,
        Slot::Empty,
        "Restores the session without its refresh token, in a duplicated tab.",
    ),
    flow("popup-sign-in", Slot::SignInOptions, Slot::PageUrl, "Signs the user in through a popup."),
    flow(
        "check-session",
        Slot::Session,
        Slot::FrameState,
        "Checks the provider's session through its frame.",
    ),
    flow(
        "frontchannel-logout",
        Slot::Empty,
        Slot::PageUrl,
        "Ends the session if the provider's request in a frame is for it.",
    ),
    flow("step-up", Slot::Session, Slot::ApiRefusal, "Finds what an API's refusal asks for."),
    flow("dpop-proof", Slot::DpopRequest, Slot::Empty, "Makes the DPoP proof of one request."),
    flow(
        "dpop-nonce",
        Slot::DpopResponse,
        Slot::Empty,
        "Finds whether a response asks for a proof with a nonce.",
    ),
    flow(
        "return-to",
        Slot::PageUrl,
        Slot::PageUrl,
        "Finds where a route of the sessions returns to.",
    ),
    flow(
        "route-sign-in",
        Slot::PageUrl,
        Slot::PageUrl,
        "Begins the sign-in that the address of a route asks for; the first input is the app's root.",
    ),
    flow(
        "route-sign-in-at-root",
        Slot::PageUrl,
        Slot::Empty,
        "Begins a sign-in that returns to the app's root, without the options of an address.",
    ),
    flow(
        "form-response",
        Slot::Form,
        Slot::Empty,
        "Finds where a response that came as a form is redirected to.",
    ),
    flow(
        "client-assertion",
        Slot::Empty,
        Slot::Empty,
        "Makes the assertion that authenticates the client for one request.",
    ),
];
