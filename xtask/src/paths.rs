//! The paths of the checkout.

use std::path::PathBuf;

/// The root of the checkout.
pub(crate) fn root() -> PathBuf {
    // The variable at run time comes first, because two checkouts may share a target folder.
    let own = std::env::var_os("CARGO_MANIFEST_DIR");
    let own = own.map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    own.parent().map_or_else(|| own.clone(), PathBuf::from)
}

/// Cargo's target folder, for everything that is built except the package.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The built npm package.
pub(crate) fn pkg() -> PathBuf {
    root().join("pkg")
}

/// The source of the npm package.
pub(crate) fn template() -> PathBuf {
    root().join("pkg-template")
}

/// The package with a core that tests can make trap.
pub(crate) fn pkg_trap() -> PathBuf {
    root().join("target/pkg-trap")
}
