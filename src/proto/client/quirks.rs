//! The settings of a client for what its provider does in its own way. A preset has most of them.

use super::config::ClientConfig;
use crate::proto::error::At;
use crate::proto::provider::issuer::CLIENT_HAS_TEMPLATES;
use crate::proto::text::json::{self, Json, Text, Writer};
use alloc::boxed::Box;

/// Whether a client of this module knows the quirks of providers; `sign-in.wasm` does not.
pub const HAS_QUIRKS: bool = CLIENT_HAS_TEMPLATES;

impl ClientConfig {
    /// The address of the metadata. Returns `None` if it is that of the issuer.
    #[must_use]
    pub fn discovery_url(&self) -> Option<&Text> {
        if HAS_QUIRKS { self.text(At::DiscoveryUrl.text()) } else { None }
    }

    /// Discovered metadata, with the members that the settings replace or add.
    #[must_use]
    pub fn overlaid(&self, metadata: Box<Json>) -> Box<Json> {
        let overlay = if HAS_QUIRKS { self.setting(At::MetadataOverlay) } else { None };
        let Some(overlay) = overlay else { return metadata };
        let mut all = Writer::new();
        all.members_beside(&metadata, overlay).members_except(overlay, "");
        json::read_object(all.finish().as_bytes()).unwrap_or_default()
    }

    /// Whether the settings list this text as another name of the issuer.
    #[must_use]
    pub fn is_alias(&self, name: &str) -> bool {
        self.setting(At::IssuerAliases).is_some_and(|list| list.has(name))
    }

    /// The issuer that `name` is: that of the settings, or one of its aliases.
    pub(super) fn known_issuer<'a>(&'a self, name: Option<&'a Text>) -> &'a Text {
        let aliases = if HAS_QUIRKS { self.setting(At::IssuerAliases) } else { None };
        let alias = name.filter(|name| aliases.is_some_and(|list| list.has(name)));
        alias.unwrap_or_else(|| self.issuer())
    }

    /// Whether the provider refuses or ignores this option of a sign-in.
    #[must_use]
    pub fn refuses_option(&self, name: &str) -> bool {
        HAS_QUIRKS && self.setting(At::RefusedOptions).is_some_and(|list| list.has(name))
    }

    /// How the provider's logout endpoint differs from the standard.
    #[must_use]
    pub fn logout_dialect(&self) -> &Json {
        let dialect = if HAS_QUIRKS { self.setting(At::Logout) } else { None };
        dialect.unwrap_or(&Json::Null)
    }
}
