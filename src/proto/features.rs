//! The features of a wasm module. A native build has all of them.

/// Whether the module has renewal, popups and hidden frames, which `sign-in.wasm` lacks.
pub const WITH_RENEWAL: bool =
    !cfg!(all(target_arch = "wasm32", feature = "page", not(feature = "renewal")));

/// Whether the module runs in a page, beside other tabs. Sessions and clients without users on a server have none.
pub const IN_PAGE: bool =
    !cfg!(all(target_arch = "wasm32", any(feature = "sessions", feature = "client-credentials")));

/// Whether the module has what only a page with renewal needs: popups, hidden frames, silent
/// redirects, session checks, step-up and DPoP.
pub const WITH_FRAMES: bool = WITH_RENEWAL && IN_PAGE;

/// Whether the module verifies the tokens of requests, which were issued to other parties.
pub const AT_EDGE: bool = cfg!(any(not(target_arch = "wasm32"), feature = "edge"));

/// Whether clients may hold a secret: on a server, and never in a page.
pub const CONFIDENTIAL_CLIENT: bool =
    cfg!(any(not(target_arch = "wasm32"), feature = "sessions", feature = "client-credentials"));

/// Whether the module has the systems with a dialect of their own.
pub const WITH_SYSTEMS: bool = cfg!(any(not(target_arch = "wasm32"), feature = "systems"));

/// Whether the module has clients without users, which get tokens for themselves.
pub const WITH_CLIENT_CREDENTIALS: bool =
    cfg!(any(not(target_arch = "wasm32"), feature = "client-credentials"));
