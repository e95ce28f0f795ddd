//! The table of flow states: where a flow stands, as a number in its text.

use crate::proto::text::json::{Json, Text, Writer};
use alloc::boxed::Box;

/// The state machine that a flow runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Machine {
    Start,
    Redeem,
    SignIn,
    SignOut,
    Userinfo,
    Refresh,
    SilentRedirect,
    CheckSession,
    FrontchannelLogout,
    StepUp,
    DpopProof,
    ClientAssertion,
    KeySearch,
    TokenQuery,
}

/// The state of a flow. Every state has a number of its own, also across machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FlowState(u64);

macro_rules! flow_states {
    ($($machine:ident { $($(#[$doc:meta])* $state:ident)+ })+) => {
        /// Numbers the states in the order of the table.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Number {
            $($($state,)+)+
        }

        impl FlowState {
            $($($(#[$doc])* pub(crate) const $state: Self = Self(Number::$state as u64);)+)+

            /// The machine that has this state. Returns `None` for an unknown number.
            pub(crate) const fn machine(self) -> Option<Machine> {
                Some(match self {
                    $($(Self::$state)|+ => Machine::$machine,)+
                    _ => return None,
                })
            }
        }
    };
}

flow_states! {
    Start {
        /// Takes the pending sign-in of a response.
        TAKING_PENDING_SIGN_IN
        /// Passes a response to the page that waits for it.
        RELAYING_RESPONSE
        /// Loads the session of a duplicated tab.
        LOADING_DUPLICATED_SESSION
        /// Loads the session.
        RESTORING
        /// Loads the session after another tab has announced why it ended.
        CHECKING_ENDED_SESSION
    }
    Redeem {
        /// Waits for the token response and the keys.
        FETCHING_TOKENS_AND_KEYS
        /// Waits for the verdicts on the ID token's signature.
        VERIFYING_SIGNATURE
        /// Stores the session of a sign-in.
        STORING_SIGN_IN
        /// Stores the session of a refresh.
        STORING_REFRESH
        /// Removes a session that ended.
        ENDING_SESSION
        /// Removes a session after a silent redirect.
        FORGETTING_SESSION
    }
    SignIn {
        /// Fetches the metadata.
        FETCHING_METADATA
        /// Fetches the keys, to learn whether the provider answers at all.
        PROBING_PROVIDER
        /// Lists the pending sign-ins.
        LISTING_PENDING_SIGN_INS
        /// Stores, signs or pushes the request.
        PREPARING_REQUEST
        /// Waits for the page to navigate.
        NAVIGATING
        /// Waits for the popup.
        WAITING_FOR_POPUP
    }
    SignOut {
        /// Waits for the lock, after the session was removed.
        WAITING_FOR_REFRESH
        /// Looks for a session that a refresh stored meanwhile.
        CHECKING_STORE
        /// Revokes a token.
        REVOKING_TOKEN
    }
    Userinfo {
        /// Waits for UserInfo.
        FETCHING_USERINFO
        /// Waits for UserInfo, whose claims the session of a sign-in gets.
        FETCHING_USERINFO_AT_SIGN_IN
    }
    Refresh {
        /// Waits for the lock.
        REFRESH_LOCKING
        /// Loads the session under the lock.
        REFRESH_LOADING
        /// Stores that the refresh token is about to be sent.
        STORING_SENT_MARK
        /// Waits for the token response.
        SENDING_REFRESH_TOKEN
        /// Waits for the hidden frame.
        REFRESH_WAITING_FOR_FRAME
    }
    SilentRedirect {
        /// Loads the session.
        REDIRECT_LOADING
        /// Loads the session hint.
        LOADING_SESSION_HINT
        /// Waits for the lock.
        REDIRECT_LOCKING
        /// Loads the session under the lock.
        REDIRECT_LOADING_LOCKED
        /// Waits for the hidden frame.
        REDIRECT_WAITING_FOR_FRAME
        /// Loads what the response is compared with.
        HANDLING_SILENT_RESPONSE
    }
    CheckSession {
        /// Waits for the answer of the provider's frame.
        WAITING_FOR_SESSION_FRAME
    }
    FrontchannelLogout {
        /// Loads the session that the request may end.
        LOADING_SESSION_TO_END
    }
    StepUp {
        /// Loads the last challenge.
        LOADING_LAST_CHALLENGE
        /// Stores this challenge.
        STORING_CHALLENGE
    }
    DpopProof {
        /// Waits for the signature.
        SIGNING_PROOF
    }
    ClientAssertion {
        /// Waits for the signature.
        SIGNING_ASSERTION
    }
    KeySearch {
        /// Loads the names of dropped keys.
        LOADING_DROPPED_KEYS
        /// Stores the names of dropped keys.
        STORING_DROPPED_KEYS
        /// Loads the keys.
        LOADING_KEYS
        /// Fetches the metadata.
        FETCHING_KEY_METADATA
        /// Fetches the keys.
        FETCHING_KEYS
        /// Waits for a key that the issuer may publish late.
        WAITING_FOR_NEW_KEY
        /// Stores the keys.
        STORING_KEYS
    }
    TokenQuery {
        /// Fetches the metadata.
        FETCHING_QUERY_METADATA
        /// Waits for the answer about the token.
        QUERYING
    }
}

impl FlowState {
    /// Begins the text of a flow in this state.
    pub(crate) fn begin_text(self) -> Box<Writer> {
        let mut writer = Writer::new();
        writer.number("at", self.0);
        writer
    }

    /// The state of a flow. A text without one has a state of no machine.
    pub(crate) fn of(flow: &Json) -> Self {
        Self(flow.seconds_or("at", u64::MAX))
    }
}

/// A member of a flow's text; empty if it is missing.
pub(crate) fn member<'a>(flow: &'a Json, name: &str) -> &'a Text {
    flow.text_of(name).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;

    #[test]
    fn a_state_is_read_back_and_an_unknown_one_has_no_machine() {
        let read = |text: &str| FlowState::of(&json::read(text.as_bytes()).unwrap());
        let text = FlowState::SENDING_REFRESH_TOKEN.begin_text().text("session", "s").finish();
        assert_eq!(read(&text), FlowState::SENDING_REFRESH_TOKEN);
        assert_eq!(read(&text).machine(), Some(Machine::Refresh));
        for text in ["{}", r#"{"at":"restoring"}"#, r#"{"at":9999}"#, "[]"] {
            assert_eq!(read(text).machine(), None, "{text}");
        }
    }
}
