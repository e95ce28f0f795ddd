//! What a wasm module is built with. A native build has everything.

/// Whether sessions go on by themselves here: renewal, popups and hidden frames, which the module
/// `sign-in.wasm` is without.
pub const WITH_RENEWAL: bool =
    !cfg!(all(target_arch = "wasm32", feature = "page", not(feature = "renewal")));

/// Whether clients here may hold a secret: at an edge, and never in a page.
pub const CONFIDENTIAL_CLIENT: bool = cfg!(any(not(target_arch = "wasm32"), feature = "sessions"));
