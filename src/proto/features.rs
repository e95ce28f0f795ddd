//! The features of a wasm module. A native build has all of them.

/// Whether the module has renewal, popups and hidden frames, which `sign-in.wasm` lacks.
pub const WITH_RENEWAL: bool =
    !cfg!(all(target_arch = "wasm32", feature = "page", not(feature = "renewal")));

/// Whether clients may hold a secret: on a server, and never in a page.
pub const CONFIDENTIAL_CLIENT: bool = cfg!(any(not(target_arch = "wasm32"), feature = "sessions"));
