//! The settings of a client for what its provider does in its own way. A preset has most of them.

use super::config::ClientConfig;
use crate::proto::error::{At, Code, Error};
use crate::proto::provider::issuer::CLIENT_HAS_TEMPLATES;
use crate::proto::provider::restrictions;
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
        HAS_QUIRKS && self.setting(At::IssuerAliases).is_some_and(|list| list.has(name))
    }

    /// Whether two tokens name the same issuer: with the same text, or with two of the names that the
    /// settings have for it.
    #[must_use]
    pub fn is_same_issuer(&self, one: &str, other: &str) -> bool {
        let is_name = |iss: &str| iss == self.issuer().as_str() || self.is_alias(iss);
        one == other || is_name(one) && is_name(other)
    }

    /// The issuer that `name` is: that of the settings, or one of its aliases.
    pub(super) fn known_issuer<'a>(&'a self, name: Option<&'a Text>) -> &'a Text {
        name.filter(|name| self.is_alias(name)).unwrap_or_else(|| self.issuer())
    }

    /// Checks what the app and its preset demand of every user: the tenant, and other claims. A deploy may
    /// change it, so it counts for the user of a stored session too.
    ///
    /// # Errors
    /// `OIDC_TENANT_FORBIDDEN`: a tenant that the settings do not name or that they refuse, or another
    /// claim that they require.
    pub fn check_restrictions(&self, claims: &Json) -> Result<(), Error> {
        let tid = claims.text_of("tid").map(Text::as_str).unwrap_or_default();
        // The settings of the app, then those of its preset: no app loosens a preset.
        let mut layer = Some(&*self.json).filter(|_| CLIENT_HAS_TEMPLATES);
        while let Some(settings) = layer {
            if let Some(required) = settings.member(At::RequiredClaims.text()) {
                restrictions::check_claims(claims, required)?;
            }
            if !settings.member(At::Tenants.text()).is_none_or(|list| list.has(tid))
                || settings.member(At::RefusedTenants.text()).is_some_and(|list| list.has(tid))
            {
                return Err(Error::at(Code::TenantForbidden, At::Tid));
            }
            layer = settings.member(At::Provider.text());
        }
        Ok(())
    }

    /// Whether the app or its preset demands a value of this claim.
    #[must_use]
    pub fn requires_claim(&self, name: &str) -> bool {
        let layers = restrictions::layers(&self.json, self.json.member(At::Provider.text()));
        let required = layers.iter().filter_map(|layer| layer.member(At::RequiredClaims.text()));
        required.into_iter().any(|claims| claims.member(name).is_some())
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
