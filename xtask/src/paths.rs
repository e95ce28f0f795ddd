//! Where things lie.

use std::path::PathBuf;

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    // Asked at run time first: a target folder may be shared by two checkouts.
    let own = std::env::var_os("CARGO_MANIFEST_DIR");
    let own = own.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or_else(|| own.clone(), PathBuf::from)
}

/// Cargo's target folder, where everything goes that is neither source nor product.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The finished package.
pub(crate) fn pkg() -> PathBuf {
    root().join("pkg")
}

/// The package, but for what is generated.
pub(crate) fn template() -> PathBuf {
    root().join("pkg-template")
}

/// The package whose core can be made to trap, for the tests.
pub(crate) fn pkg_trap() -> PathBuf {
    root().join("target/pkg-trap")
}
