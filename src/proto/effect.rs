//! The words shared with the outside: what a flow asks for, and what it is told.
//!
//! A flow never acts. It returns [`EffectRequest`]es; whoever owns the outside access_tokens them and comes back
//! with an [`Input`] that carries the wish's id. Answers may come in any order.

use alloc::{string::String, vec::Vec};

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnixTime(pub u64);

impl UnixTime {
    /// This instant, `seconds` later; the end of time where that would overflow.
    #[must_use]
    pub const fn plus(self, seconds: u64) -> Self {
        Self(self.0.saturating_add(seconds))
    }
}

/// One wish, and the id its answer carries.
#[derive(Clone, Debug)]
pub struct EffectRequest {
    /// Unique within one flow.
    pub id: u32,
    /// What is wished for.
    pub effect: Effect,
}

/// What the protocol wants done outside.
#[derive(Clone)]
pub enum Effect {
    /// Send an HTTP request; answered by [`Input::Response`] or [`Input::Failure`].
    Send(Request),
    /// Check one signature; answered by [`Input::Verdict`].
    Verify {
        /// The signature.
        question: VerifyRequest,
        /// A text that the token is also_hash to, whose hash is wanted too, by the hash function of the
        /// algorithm; empty where the core can do without. Hosts have every hash function; a second
        /// one in the core would be most of its cryptography.
        also_hash: String,
    },
    /// Read every kept text of a place whose key has this prefix; answered by [`Input::List`].
    List {
        /// Where to look.
        area: StorageArea,
        /// The beginning of the keys.
        prefix: String,
    },
    /// Read a text; answered by [`Input::Text`].
    Load {
        /// Where it is kept.
        area: StorageArea,
        /// Its key.
        key: String,
    },
    /// Read a text and put a tombstone in its stead, in one act; answered by [`Input::Text`].
    Take {
        /// Where it is kept.
        area: StorageArea,
        /// Its key.
        key: String,
        /// What is left behind, so that a second use is recognised.
        tombstone: String,
    },
    /// Keep a text; answered by [`Input::Done`].
    Save {
        /// Where to keep it.
        area: StorageArea,
        /// Its key.
        key: String,
        /// The text.
        text: String,
    },
    /// Keep a text in the stead of the one that was read; answered by [`Input::Done`]. Where another
    /// text is there by now, or none any more, nothing is kept, and it is answered by
    /// [`Input::Text`]: what was forgotten stays forgotten.
    CompareAndSwap {
        /// Where it is kept.
        area: StorageArea,
        /// Its key.
        key: String,
        /// The text that was read.
        was: String,
        /// The new text; empty: none is to be there.
        text: String,
    },
    /// Forget a text; needs no answer.
    Remove {
        /// Where it is kept.
        area: StorageArea,
        /// Its key.
        key: String,
    },
    /// Forget a text where only this tab sees it, and leave it where other tabs see it too; needs no
    /// answer.
    RemoveFromTab {
        /// Where it is kept.
        area: StorageArea,
        /// Its key.
        key: String,
    },
    /// Hold the lock of this name, shared by the tabs of an origin, until the flow ends; answered by
    /// [`Input::Done`]: whether it was had in time. Where it is lost before (a page that sleeps holds
    /// nothing), that is told before any other answer, as if it had not been had.
    Lock {
        /// Its name.
        name: String,
        /// The longest wait for it, in milliseconds.
        timeout_ms: u32,
    },
    /// Bring a response to the page that waits for it under its `state`; answered by
    /// [`Input::Done`]: whether somebody took it.
    Relay {
        /// The `state`, which nobody else can guess.
        state: String,
        /// The query of the response.
        query: String,
    },
    /// Show the provider beside the page; answered by [`Input::Text`]: the query of the response, or
    /// the JSON text of a message that the provider posted; none where nothing came.
    Show {
        /// Where.
        on: Screen,
        /// An absolute URL.
        url: String,
        /// The `state` under which the response is brought.
        state: String,
        /// The longest wait, in milliseconds.
        timeout_ms: u32,
    },
    /// Ask the provider's frame whether its session is the same (OpenID Connect Session Management 1.0
    /// section 3.1); answered by [`Input::Text`]: its word, or none where it said nothing. The frame
    /// stays until the flow ends.
    CheckSession {
        /// The address of the frame.
        url: String,
        /// The one origin that is spoken to and listened to.
        origin: String,
        /// What is said there.
        text: String,
        /// How long to wait before, in milliseconds.
        delay_ms: u32,
    },
    /// Say a word to the other tabs of this client; needs no answer. No secret is in it.
    Broadcast {
        /// Whose word it is, and the word.
        text: String,
    },
    /// Wait; answered by [`Input::Done`].
    Wait {
        /// For so many milliseconds.
        delay_ms: u32,
    },
    /// Put another address in the address bar without loading it; needs no answer.
    ReplaceUrl {
        /// An absolute URL of the page's own origin.
        url: String,
    },
    /// Go to another page; needs no answer.
    Navigate {
        /// An absolute URL.
        url: String,
    },
    /// Send an HTTP request that proves the client's key (RFC 9449 section 4); answered as [`Effect::Send`].
    SendWithDpop {
        /// The request.
        request: Request,
        /// The access token that it is proved for; empty where none goes along.
        token: String,
    },
    /// Send an HTTP request whose form proves who the client is by an assertion of its own (RFC 7523 section
    /// 2.2); answered as [`Effect::Send`].
    SendWithAssertion(Request),
    /// Sign with a private key that only the host can use; answered by [`Input::Signature`].
    Sign {
        /// Members of its public JWK, as [`VerifyRequest::key`] has them.
        key: Vec<(&'static str, String)>,
        /// The JOSE name of the algorithm.
        alg: &'static str,
        /// What is to be signed, ASCII.
        input: String,
    },
}

/// Where a provider is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Screen {
    /// A frame that the person does not see.
    Frame,
    /// A window of its own, which the person opened with a click.
    Popup,
    /// The page itself, which goes away and keeps no entry in the history; nothing is brought, and
    /// where the page is still there, or back, that is answered.
    Page,
}

/// Where a text is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageArea {
    /// Sign-ins that have left the page and not come back; shared by the tabs of an origin.
    Pending,
    /// The session, in the store that the app chose.
    Session,
    /// The keys of an issuer, in the cache that isolates share.
    Keys,
}

/// An HTTP request. Redirects are refused, and no cookies travel.
#[derive(Clone)]
pub struct Request {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// An absolute URL.
    pub url: String,
    /// Header names and values.
    pub headers: &'static [(&'static str, &'static str)],
    /// The value of `Authorization`, where the request has one.
    pub authorization: Option<String>,
    /// The body, where there is one.
    pub body: Option<String>,
    /// More bytes of body than this are a [`Failure::TooLarge`].
    pub max_bytes: u32,
    /// A longer wait than this, body included, is a [`Failure::TimedOut`].
    pub timeout_ms: u32,
    /// Whether a cached answer will not do.
    pub bypass_cache: bool,
}

impl Request {
    /// A request that sends nothing but its address.
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
        }
    }
}

/// A question for whoever holds the cryptography.
#[derive(Clone)]
pub struct VerifyRequest {
    /// The JOSE name of the algorithm, e.g. `RS256`.
    pub alg: &'static str,
    /// Members of a public JWK, base64url values canonical: `kty`, `n`, `e` or `kty`, `crv`, `x`, `y`.
    pub key: Vec<(&'static str, String)>,
    /// What was signed: header and payload, ASCII.
    pub input: String,
    /// The signature's bytes.
    pub signature: Vec<u8>,
}

/// A question for whoever holds the keys that decrypt: one whole JWE, to be answered with what was
/// inside or with a bare no.
#[derive(Clone)]
pub struct DecryptRequest {
    /// The JOSE name of the algorithm that finds the content key, e.g. `RSA-OAEP-256`.
    pub alg: &'static str,
    /// The JOSE name of the algorithm that encrypted the content, e.g. `A256GCM`.
    pub enc: &'static str,
    /// The places of the keys to try, in the list of keys that decrypt.
    pub keys: Vec<usize>,
    /// The length of the content key. One of another length is none.
    pub content_key_bytes: usize,
    /// The length of the key that unwraps the content key; 0 where no AES key does.
    pub wrapping_key_bytes: usize,
    /// Members of the sender's public JWK, values canonical; empty where nothing is agreed on.
    pub epk: Vec<(&'static str, String)>,
    /// What the Concat KDF hashes behind the agreed secret (RFC 7518 section 4.6.2).
    pub other_info: Vec<u8>,
    /// The encrypted content key; empty where there is none.
    pub encrypted_key: Vec<u8>,
    /// What is authenticated beside the content, ASCII.
    pub aad: String,
    /// The initialization vector.
    pub iv: Vec<u8>,
    /// The content, encrypted.
    pub ciphertext: Vec<u8>,
    /// The authentication tag.
    pub tag: Vec<u8>,
}

/// What comes in from the outside. The number is the wish's id.
#[derive(Clone, Copy)]
pub enum Input<'a> {
    /// An HTTP response.
    Response(u32, Response<'a>),
    /// There was none.
    Failure(u32, Failure),
    /// A signature was judged, and the also_hash text hashed: no bytes where there is none.
    Verdict(u32, Verdict, &'a [u8]),
    /// A text that was asked for, or that there is none.
    Text(u32, Option<&'a str>),
    /// Keys and texts that were asked for.
    List(u32, &'a [(String, String)]),
    /// Whether a text could be kept.
    Done(u32, bool),
    /// The bytes of a signature that was asked for; none where nobody could make it.
    Signature(u32, &'a [u8]),
}

/// An HTTP response, whole.
#[derive(Clone, Copy)]
pub struct Response<'a> {
    /// The status code.
    pub status: u16,
    /// The `Content-Type` header, empty where there was none.
    pub content_type: &'a str,
    /// The `Cache-Control` header, empty where there was none.
    pub cache_control: &'a str,
    /// The `Retry-After` header, empty where there was none.
    pub retry_after: &'a str,
    /// The body.
    pub body: &'a [u8],
}

/// Why there is no response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection, or forbidden by CORS or CSP: a page cannot tell these apart.
    Network,
    /// The device is offline: nothing was sent.
    Offline,
    /// Too slow.
    TimedOut,
    /// More bytes than were asked for.
    TooLarge,
    /// The answer was a redirect.
    Redirected,
    /// The browser did not open the popup.
    Blocked,
    /// The person closed the popup.
    Closed,
}

/// What the host says of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the key's signature over the input.
    Valid,
    /// It is not.
    Invalid,
    /// The host does not know the algorithm.
    Unsupported,
    /// The host has no cryptography here: a page that is not a secure context.
    Unavailable,
}

redact_debug! { Effect, Request, VerifyRequest, DecryptRequest, Input<'a>, Response<'a> }
