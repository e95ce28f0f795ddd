//! The folders from bottom to top: each imports only from layers below its own, and itself.

use super::graph::{Import, folder_of};

/// Folders or files of one layer. They do not import each other.
pub(crate) type Layer = &'static [&'static str];

/// `pkg-template/src`, from bottom to top. A folder's subfolders have layers of their own.
pub(crate) const TYPESCRIPT: &[Layer] = &[
    &["generated", "generated/codes", "generated/hints", "generated/settings"],
    &["shared"],
    &["adapters", "core", "providers", "vault"],
    &["generated/providers"],
    &["core/wasm", "host", "host/browser", "host/crypto"],
    &["client", "introspection", "jose", "soft", "systems", "host/server"],
    &[
        "aisera",
        "cognigy",
        "entrust",
        "machine",
        "page",
        "edge",
        "vault/worker",
        "entry/introspection",
        "entry/jose",
        "entry/soft",
        "entry/providers",
    ],
    &[
        "page/renewal",
        "sessions",
        "servicenow",
        "eam",
        "implicit",
        "entry/entrust",
        "entry/client-credentials",
        "entry/aisera",
        "entry/cognigy",
        "entry/edge",
    ],
    &["vault/page", "entry/sessions", "entry/servicenow", "entry/eam", "entry/implicit"],
    &["entry/page"],
];

/// `src`, from bottom to top. The subfolders of a folder belong to it.
pub(crate) const RUST: &[Layer] = &[
    &["proto/text", "presets.rs"],
    &["proto/error"],
    &["proto/effect_id.rs", "proto/settings.rs", "proto/features.rs"],
    &["proto/effect.rs"],
    &["proto/jose"],
    &["proto/provider"],
    &["proto/client"],
    &["proto/oidc"],
    &["proto/state"],
    &["proto/flow", "proto/systems", "proto/verifier"],
    &["host/soft", "host/web"],
    &["binding"],
];

/// How a file finds its place among the layers.
pub(crate) struct Order {
    /// The folder that the names of the layers are relative to, with `/` at its end.
    pub(crate) root: &'static str,
    /// The layers, from bottom to top.
    pub(crate) layers: &'static [Layer],
    /// Whether a subfolder without a layer of its own belongs to the folder above it.
    pub(crate) with_subfolders: bool,
}

impl Order {
    /// The layer of a file, and the name that it has there. `None` if no layer lists it.
    pub(crate) fn place_of(&self, file: &str) -> Option<(usize, &'static str)> {
        let inside = file.strip_prefix(self.root)?;
        let fits = |name: &str| {
            inside == name
                || folder_of(inside) == name
                || self.with_subfolders && inside.starts_with(&format!("{name}/"))
        };
        self.layers.iter().enumerate().find_map(|(layer, names)| {
            names.iter().find(|name| fits(name)).map(|name| (layer, *name))
        })
    }

    /// The messages about imports that go up or sideways. Empty if there is none.
    pub(crate) fn breaches(&self, imports: &[Import]) -> Vec<String> {
        imports.iter().filter_map(|import| self.breach(import)).collect()
    }

    fn breach(&self, Import { from, line, to }: &Import) -> Option<String> {
        let ((layer, folder), (other_layer, other)) = (self.place_of(from)?, self.place_of(to)?);
        if folder == other || other_layer < layer {
            return None;
        }
        let below: Vec<&str> = self.layers[..layer].concat();
        Some(format!(
            "{from}:{line} imports {to}, but `{folder}` may import only itself and the layers below it: {}.\n  \
             What to do: move what both need into one of those, or give it to `{folder}` as an argument.",
            below.join(", ")
        ))
    }
}

#[test]
fn an_import_that_goes_up_or_sideways_is_refused() {
    let order =
        Order { root: "src/", layers: &[&["low"], &["left", "right"]], with_subfolders: false };
    let import = |from: &str, to: &str| Import { from: from.into(), line: 1, to: to.into() };
    let imports = [
        import("src/left/a.rs", "src/low/b.rs"),
        import("src/left/a.rs", "src/left/b.rs"),
        import("src/low/a.rs", "src/left/b.rs"),
        import("src/left/a.rs", "src/right/b.rs"),
    ];
    assert!(order.breaches(&imports[..2]).is_empty());
    assert_eq!(order.breaches(&imports[2..]).len(), 2);
}
