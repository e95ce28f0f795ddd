//! The table of effect ids: which answer belongs to which effect.

/// The id of an effect. The host returns it with the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectId(pub u32);

macro_rules! effect_ids {
    ($($(#[$doc:meta])* $id:ident)+) => {
        /// Numbers the ids in the order of the table.
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Number {
            $($id,)+
            End,
        }

        impl EffectId {
            $($(#[$doc])* pub const $id: Self = Self(Number::$id as u32);)+
        }
    };
}

effect_ids! {
    /// Changes the address bar.
    REPLACE_URL
    /// Navigates to another page.
    NAVIGATE
    /// Takes the pending sign-in of a response.
    TAKE_PENDING_SIGN_IN
    /// Passes a response to the page that waits for it.
    RELAY_RESPONSE
    /// Loads the session.
    LOAD_SESSION
    /// Stores the session of a sign-in or a refresh.
    STORE_SESSION
    /// Removes the session.
    REMOVE_SESSION
    /// Removes a session that ended, unless another one is stored by now.
    END_SESSION
    /// Stores the session of a duplicated tab, without its refresh token.
    STORE_DUPLICATED_SESSION
    /// Stores the session hint.
    STORE_SESSION_HINT
    /// Loads the session hint.
    LOAD_SESSION_HINT
    /// Removes the session hint.
    REMOVE_SESSION_HINT
    /// Broadcasts that the session changed or that the user signed out.
    BROADCAST
    /// Broadcasts why the session ended.
    BROADCAST_REASON
    /// Fetches the metadata as OpenID Connect Discovery says.
    FETCH_METADATA
    /// Fetches the metadata as RFC 8414 says.
    FETCH_OAUTH_METADATA
    /// Redeems the code.
    REDEEM_CODE
    /// Fetches the keys; a cached response is accepted.
    FETCH_KEYS
    /// Fetches the keys again; a cached response is not accepted.
    FETCH_FRESH_KEYS
    /// Acquires the lock of the session.
    LOCK_SESSION
    /// Stores that the refresh token is about to be sent.
    STORE_SENT_MARK
    /// Sends the refresh token.
    SEND_REFRESH_TOKEN
    /// Stores a new refresh token, before its ID token is verified.
    STORE_REFRESH_TOKEN
    /// Stores what a failed refresh changes.
    STORE_FAILED_REFRESH
    /// Pushes the authorization request.
    PUSH_REQUEST
    /// Signs the request object.
    SIGN_REQUEST_OBJECT
    /// Shows the provider in a hidden frame.
    SHOW_FRAME
    /// Shows the provider in a popup.
    SHOW_POPUP
    /// Shows the provider in this page.
    SHOW_PAGE
    /// Lists the pending sign-ins.
    LIST_PENDING_SIGN_INS
    /// Stores a pending sign-in.
    STORE_PENDING_SIGN_IN
    /// Removes a pending sign-in.
    REMOVE_PENDING_SIGN_IN
    /// Stores that the provider refused a silent redirect.
    STORE_SILENT_REFUSAL
    /// Revokes a token.
    REVOKE_TOKEN
    /// Asks the provider's frame about its session.
    CHECK_SESSION
    /// Loads the last step-up challenge.
    LOAD_STEP_UP_CHALLENGE
    /// Stores a step-up challenge.
    STORE_STEP_UP_CHALLENGE
    /// Fetches UserInfo.
    FETCH_USERINFO
    /// Signs a DPoP proof.
    SIGN_DPOP_PROOF
    /// Signs a client assertion.
    SIGN_CLIENT_ASSERTION
    /// Loads the names of dropped keys.
    LOAD_DROPPED_KEYS
    /// Stores the names of dropped keys.
    STORE_DROPPED_KEYS
    /// Loads an issuer's keys.
    LOAD_KEYS
    /// Stores an issuer's keys.
    STORE_KEYS
    /// Waits for a key that the issuer may publish late.
    WAIT_FOR_NEW_KEY
    /// Asks the issuer about a token.
    QUERY_TOKEN
}

/// The first id of the questions about a signature.
const FIRST_SIGNATURE: u32 = 64;
/// How many questions about a signature one key set can have.
const MAX_SIGNATURES: u32 = 16;

const _: () = assert!((Number::End as u32) <= FIRST_SIGNATURE, "the table meets the signatures");

impl EffectId {
    /// The ids of the questions about one signature, a key each. Questions about fresh keys have other
    /// ids than those about the keys before.
    pub fn signatures(is_fresh: bool) -> impl Iterator<Item = Self> {
        let first = Self::first_signature(is_fresh);
        (first..).take(MAX_SIGNATURES as usize).map(Self)
    }

    /// Whether this is the id of a question about a signature, with these keys.
    #[must_use]
    pub const fn is_signature(self, is_fresh: bool) -> bool {
        self.0.wrapping_sub(Self::first_signature(is_fresh)) < MAX_SIGNATURES
    }

    const fn first_signature(is_fresh: bool) -> u32 {
        if is_fresh { FIRST_SIGNATURE + MAX_SIGNATURES } else { FIRST_SIGNATURE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_about_fresh_keys_have_other_ids() {
        for id in EffectId::signatures(true) {
            assert!(id.is_signature(true) && !id.is_signature(false));
        }
        assert!(!EffectId::QUERY_TOKEN.is_signature(false));
        assert_eq!(EffectId::signatures(false).count(), MAX_SIGNATURES as usize);
    }
}
