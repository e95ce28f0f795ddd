//! Effects and inputs: what a flow asks the host to do, and what the host answers.
//!
//! A flow performs nothing itself. It returns [`EffectRequest`]s. The host performs them and calls
//! again with an [`Input`] that carries the effect's id. Answers may come in any order.

use super::effect_id::EffectId;
use alloc::{string::String, vec::Vec};

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// The instant `seconds` later; the maximum if that would overflow.
    #[must_use]
    pub const fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

/// One effect, and the id that its answer carries.
#[derive(Clone, Debug)]
pub struct EffectRequest {
    /// Unique within one flow.
    pub id: EffectId,
    /// The effect.
    pub effect: Effect,
}

/// An effect: an action of the host.
#[derive(Clone)]
pub enum Effect {
    /// Send an HTTP request; answered by [`Input::Response`] or [`Input::Failure`].
    Send(Request),
    /// Check one signature; answered by [`Input::Verdict`].
    Verify {
        /// The signature.
        question: VerifyRequest,
        /// A text whose hash the host returns too, by the hash function of the algorithm; empty if
        /// the core does not need it. Every host has all hash functions; a second one in the core
        /// would be most of its cryptography.
        also_hash: String,
    },
    /// Reads every stored text of an area whose key has this prefix; answered by [`Input::List`].
    List {
        /// The storage area.
        area: StorageArea,
        /// The prefix of the keys.
        prefix: String,
    },
    /// Reads a text; answered by [`Input::Text`].
    Load {
        /// The storage area.
        area: StorageArea,
        /// The key of the text.
        key: String,
    },
    /// Reads a text and replaces it by a tombstone in one step; answered by [`Input::Text`].
    Take {
        /// The storage area.
        area: StorageArea,
        /// The key of the text.
        key: String,
        /// The tombstone, so that a second use is recognized.
        tombstone: String,
    },
    /// Stores a text; answered by [`Input::Done`].
    Save {
        /// The storage area.
        area: StorageArea,
        /// The key of the text.
        key: String,
        /// The text.
        text: String,
    },
    /// Replaces the text that was read by another one; answered by [`Input::Done`]. If another text
    /// is stored by now, or none, nothing is stored and the answer is [`Input::Text`]: a removed
    /// session stays removed.
    CompareAndSwap {
        /// The storage area.
        area: StorageArea,
        /// The key of the text.
        key: String,
        /// The text that was read.
        expected: String,
        /// The new text; empty removes it.
        text: String,
    },
    /// Removes a text; needs no answer.
    Remove {
        /// The storage area.
        area: StorageArea,
        /// The key of the text.
        key: String,
    },
    /// Removes a text if only this tab sees it, and leaves a text that other tabs see too; needs no
    /// answer.
    RemoveFromTab {
        /// The storage area.
        area: StorageArea,
        /// The key of the text.
        key: String,
    },
    /// Holds the lock with this name, shared by the tabs of an origin, until the flow ends;
    /// answered by [`Input::Done`]: whether it was granted in time. If it is lost later (a page
    /// that sleeps holds no lock), the host reports that before any other answer, as if it had not
    /// been granted.
    Lock {
        /// The name of the lock.
        name: String,
        /// The timeout, in milliseconds.
        timeout_ms: u32,
    },
    /// Passes a response to the page that waits for it under its `state`; answered by
    /// [`Input::Done`]: whether a page took it.
    Relay {
        /// The `state`, which no other page can guess.
        state: String,
        /// The query of the response.
        query: String,
    },
    /// Shows the provider in a popup or a hidden frame; answered by [`Input::Text`]: the query of the response,
    /// or the JSON text of a message that the provider posted; none if nothing came.
    Show {
        /// The place.
        on: Screen,
        /// An absolute URL.
        url: String,
        /// The `state` under which the response arrives.
        state: String,
        /// The timeout, in milliseconds.
        timeout_ms: u32,
    },
    /// Asks the provider's frame whether its session is the same (OpenID Connect Session Management
    /// 1.0, section 3.1); answered by [`Input::Text`]: its answer, or none if it was silent. The
    /// frame stays until the flow ends.
    CheckSession {
        /// The address of the frame.
        url: String,
        /// The only origin that messages are sent to and accepted from.
        origin: String,
        /// The message.
        text: String,
        /// How long to wait before, in milliseconds.
        delay_ms: u32,
    },
    /// Sends a message to the other tabs of this client; needs no answer. It contains no secret.
    Broadcast {
        /// The client's tag and the message.
        text: String,
    },
    /// Waits; answered by [`Input::Done`].
    Wait {
        /// The time, in milliseconds.
        delay_ms: u32,
    },
    /// Replaces the address in the address bar without loading it; needs no answer.
    ReplaceUrl {
        /// An absolute URL of the page's own origin.
        url: String,
    },
    /// Navigates to another page; needs no answer.
    Navigate {
        /// An absolute URL.
        url: String,
    },
    /// Sends an HTTP request with a DPoP proof (RFC 9449, section 4); answered as [`Effect::Send`].
    SendWithDpop {
        /// The request.
        request: Request,
        /// The access token that the proof is for; empty if there is none.
        token: String,
    },
    /// Sends an HTTP request whose form authenticates the client with a fresh assertion (RFC 7523,
    /// section 2.2); answered as [`Effect::Send`].
    SendWithAssertion(Request),
    /// Signs with a private key that only the host can use; answered by [`Input::Signature`].
    Sign {
        /// Members of its public JWK, as [`VerifyRequest::key`] has them.
        key: Vec<(&'static str, String)>,
        /// The JOSE name of the algorithm.
        alg: &'static str,
        /// The signing input, ASCII.
        input: String,
    },
}

/// Where a provider is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// A hidden frame.
    Frame,
    /// A window that the user opened with a click.
    Popup,
    /// The page itself, by a redirect without a history entry. No response is passed; the answer
    /// comes if the page is still there, or is there again.
    Page,
    /// As [`Screen::Page`], with a history entry: Back leads from the provider to the page.
    NextPage,
}

/// Where a text is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageArea {
    /// Sign-ins that have left the page; shared by the tabs of an origin.
    Pending,
    /// The session, in the store that the app chose.
    Session,
    /// The keys of an issuer, in the cache that isolates share.
    Keys,
}

/// An HTTP request. Redirects are refused, and no cookies are sent.
#[derive(Clone)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// An absolute URL.
    pub url: String,
    /// Header names and values.
    pub headers: &'static [(&'static str, &'static str)],
    /// The value of `Authorization`, if the request has one.
    pub authorization: Option<String>,
    /// The body, if there is one.
    pub body: Option<String>,
    /// The maximum size of the response body; a larger one is [`Failure::TooLarge`].
    pub max_bytes: u32,
    /// The timeout, body included; a slower response is [`Failure::TimedOut`].
    pub timeout_ms: u32,
    /// Whether the HTTP cache must be bypassed.
    pub bypass_cache: bool,
    /// Whether the request continues if its answer is late or the page is gone.
    pub outlives_page: bool,
}

impl Request {
    /// A GET request without headers.
    #[must_use]
    pub const fn get(url: String) -> Self {
        Self {
            method: "GET",
            url,
            headers: &[],
            authorization: None,
            body: None,
            max_bytes: 256 * 1024,
            timeout_ms: 10_000,
            bypass_cache: false,
            outlives_page: false,
        }
    }
}

/// A question about a signature, for the host's cryptography.
#[derive(Clone)]
pub struct VerifyRequest {
    /// The JOSE name of the algorithm, e.g. `RS256`.
    pub alg: &'static str,
    /// Members of a public JWK with canonical base64url values: `kty`, `n`, `e` or `kty`, `crv`,
    /// `x`, `y`.
    pub key: Vec<(&'static str, String)>,
    /// The signing input: header and payload, ASCII.
    pub input: String,
    /// The signature's bytes.
    pub signature: Vec<u8>,
}

/// A question for the host with the decryption keys: one whole JWE. The answer is its content, or a
/// failure without a reason.
#[derive(Clone)]
pub struct DecryptRequest {
    /// The JOSE name of the algorithm that finds the content key, e.g. `RSA-OAEP-256`.
    pub alg: &'static str,
    /// The JOSE name of the algorithm that encrypted the content, e.g. `A256GCM`.
    pub enc: &'static str,
    /// The positions of the keys to try, in the list of decryption keys.
    pub keys: Vec<usize>,
    /// The length of the content key in bytes. A key of another length is refused.
    pub content_key_bytes: usize,
    /// The length of the key that unwraps the content key, in bytes; 0 without AES key wrap.
    pub wrapping_key_bytes: usize,
    /// Members of the sender's public JWK, with canonical values; empty without key agreement.
    pub epk: Vec<(&'static str, String)>,
    /// The input of the Concat KDF after the shared secret (RFC 7518, section 4.6.2).
    pub other_info: Vec<u8>,
    /// The encrypted content key; empty if there is none.
    pub encrypted_key: Vec<u8>,
    /// The additional authenticated data, ASCII.
    pub aad: String,
    /// The initialization vector.
    pub iv: Vec<u8>,
    /// The ciphertext.
    pub ciphertext: Vec<u8>,
    /// The authentication tag.
    pub tag: Vec<u8>,
}

/// The answer to an effect. The number is the effect's id.
#[derive(Clone, Copy)]
pub enum Input<'a> {
    /// An HTTP response.
    Response(EffectId, Response<'a>),
    /// The request failed.
    Failure(EffectId, Failure),
    /// A verdict on a signature, and the hash of the text; no bytes if there is none.
    Verdict(EffectId, Verdict, &'a [u8]),
    /// The text that was read, or that there is none.
    Text(EffectId, Option<&'a str>),
    /// The keys and texts that were read.
    List(EffectId, &'a [(String, String)]),
    /// Whether an effect succeeded: a text was stored, a lock granted, a response passed on.
    Done(EffectId, bool),
    /// The bytes of a signature; none if the host cannot sign.
    Signature(EffectId, &'a [u8]),
}

/// A complete HTTP response.
#[derive(Clone, Copy)]
pub struct Response<'a> {
    /// The status code.
    pub status: u16,
    /// The `Content-Type` header, empty if it is missing.
    pub content_type: &'a str,
    /// The `Cache-Control` header, empty if it is missing.
    pub cache_control: &'a str,
    /// The `Retry-After` header, empty if it is missing.
    pub retry_after: &'a str,
    /// The `WWW-Authenticate` header, empty if it is missing.
    pub challenge: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// Why there is no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection, or forbidden by CORS or the Content-Security-Policy: a page cannot tell these
    /// apart.
    Network,
    /// The device is offline: nothing was sent.
    Offline,
    /// The timeout passed.
    TimedOut,
    /// The body is larger than allowed.
    TooLarge,
    /// The answer was a redirect.
    Redirected,
    /// The browser did not open the popup.
    Blocked,
    /// The user closed the popup.
    Closed,
}

/// The host's verdict on a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The signature is valid.
    Valid,
    /// The signature is invalid.
    Invalid,
    /// The host does not support the algorithm.
    Unsupported,
    /// The host has no cryptography here: the page is not a secure context.
    Unavailable,
}

redact_debug! { Effect, Request, VerifyRequest, DecryptRequest, Input<'a>, Response<'a> }
