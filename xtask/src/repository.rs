//! Where the project is published.

/// The web address of the repository, such as `https://github.com/OWNER/countersign`, without a
/// slash at the end. It is empty until it is decided, and `cargo xtask release` refuses until then.
pub(crate) const ADDRESS: &str = "";

/// The package's `package.json` with the address in it, which provenance is checked against.
pub(crate) fn with_address(manifest: &str, address: &str) -> String {
    if address.is_empty() {
        return manifest.to_owned();
    }
    let fields = format!(
        "  \"repository\": {{ \"type\": \"git\", \"url\": \"git+{address}.git\" }},\n  \
         \"homepage\": \"{address}#readme\",\n  \"bugs\": \"{address}/issues\",\n"
    );
    manifest.replacen("  \"license\":", &format!("{fields}  \"license\":"), 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths;

    #[test]
    fn the_published_manifest_has_the_address() {
        let file = paths::template().join("package.json");
        let manifest = std::fs::read_to_string(file).expect("the template");
        assert_eq!(with_address(&manifest, ""), manifest);
        let with = with_address(&manifest, "https://example.com/a/b");
        assert!(with.contains("\"url\": \"git+https://example.com/a/b.git\""));
        assert!(with.contains("\"bugs\": \"https://example.com/a/b/issues\",\n  \"license\""));
    }
}
