//! An entity: one application of a third party whose tokens an instance accepts. The field names
//! are those of the form, in camel case.

use super::profiles::Profiles;
use super::provisioning::Provisioning;
use crate::proto::error::Code;
use crate::proto::provider::issuer::{is_name, is_template};
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::{self, Field, Kind, optional, required, text_of};
use crate::proto::text::json::{Json, Writer};
use crate::proto::text::{split, url};
use alloc::string::String;

/// The clock skew that the form has by default, in seconds.
pub(super) const CLOCK_SKEW: u64 = 300;

/// The largest clock skew. With more, a stolen token would live on for long.
const MAX_CLOCK_SKEW: u64 = 300;

const FIELDS: &[Field] = &[
    required("name", Kind::Text),
    required("clientId", Kind::Text),
    required("metadataUrl", Kind::Text),
    optional("userClaim", Kind::Text),
    required("userField", Kind::Text),
    optional("verifyJti", Kind::Bool),
    optional("clockSkew", Kind::Number),
    optional("enforceTokenRestrictions", Kind::Bool),
    optional("active", Kind::Bool),
    optional("clientType", Kind::Text),
    optional("applicationUser", Kind::Text),
    optional("oauthApiScript", Kind::Text),
    optional("profiles", Kind::Objects),
    optional("scopes", Kind::Objects),
    optional("provisioning", Kind::Object),
    // The form lacks the following ones; each is a setting of a verifier.
    optional("issuer", Kind::Text),
    optional("issuerAliases", Kind::Texts),
    optional("tenants", Kind::Texts),
    optional("requiredClaims", Kind::Object),
    optional("trustedAudiences", Kind::Texts),
    optional("authorizedParties", Kind::Texts),
];

/// The settings of an entity's verifier that the entity has under the same name.
const OF_VERIFIER: [&str; 5] =
    ["issuerAliases", "tenants", "requiredClaims", "trustedAudiences", "authorizedParties"];

/// The type of the client that sends the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClientType {
    /// Not chosen: the session has no class.
    None,
    /// A page of another site that shows the instance in a frame. Its tokens are those of users.
    IframeEmbedded,
    /// A program that acts for a user, such as a chat bot.
    User,
    /// A program that acts for itself: its tokens come from the client credentials grant, and all
    /// stand for one user of the instance.
    Service,
}

impl ClientType {
    /// The types by the names that the form has for them.
    const NAMES: [(&'static str, Self); 3] = [
        ("Iframe Embedded", Self::IframeEmbedded),
        ("Integration as a User", Self::User),
        ("Integration as a Service", Self::Service),
    ];

    fn of(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
    }

    /// The name; none if no type was chosen.
    pub(super) fn name(self) -> Option<&'static str> {
        Self::NAMES.iter().find(|(_, kind)| *kind == self).map(|(name, _)| *name)
    }
}

/// A checked entity.
pub(super) struct Entity<'a> {
    json: &'a Json,
    /// The type of its client.
    pub(super) client_type: ClientType,
    /// The OAuth profiles and scopes.
    pub(super) profiles: Profiles<'a>,
    /// How users are created; none if they are not.
    pub(super) provisioning: Option<Provisioning<'a>>,
}

impl<'a> Entity<'a> {
    /// Reads an entity.
    ///
    /// # Errors
    /// `OIDC_CONFIG_INVALID`, `OIDC_CONFIG_INSECURE` with the field's name.
    pub(super) fn read(json: &'a Json, allows_loopback: bool) -> Result<Self, Fault> {
        fields::check(json, FIELDS)?;
        let client_type = match json.text_of("clientType") {
            None => ClientType::None,
            Some(name) => ClientType::of(name)
                .ok_or(Fault::of_field("clientType", "not one of the three client types"))?,
        };
        if !url::is_endpoint(text_of(json, "metadataUrl"), allows_loopback) {
            return Err(Fault::new(Code::ConfigInsecure, "metadataUrl", "not an https address"));
        }
        if json.seconds_or("clockSkew", CLOCK_SKEW) > MAX_CLOCK_SKEW {
            return Err(Fault::of_field("clockSkew", "more than 300 seconds"));
        }
        check_issuers(json)?;
        check_required_claims(json.member("requiredClaims"))?;
        check_users(json, client_type)?;
        let profiles = Profiles::read(json)?;
        let provisioning = Provisioning::read(json)?;
        Ok(Self { json, client_type, profiles, provisioning })
    }

    /// A field that is a text; empty without it.
    pub(super) fn text(&self, name: &str) -> &'a str {
        text_of(self.json, name)
    }

    /// A field of any type.
    pub(super) fn field(&self, name: &str) -> Option<&'a Json> {
        self.json.member(name)
    }

    /// The address of its metadata. The query is no part of it: Entra takes the id of an app there.
    pub(super) fn metadata_address(&self) -> &'a str {
        split(self.text("metadataUrl"), b'?').0
    }

    /// Whether its tokens are accepted at all.
    pub(super) fn is_active(&self) -> bool {
        self.field("active").and_then(Json::bool).unwrap_or(true)
    }

    /// By how many seconds clocks may differ.
    pub(super) fn clock_skew(&self) -> u64 {
        self.json.seconds_or("clockSkew", CLOCK_SKEW)
    }

    /// Whether each token (`jti`) is accepted once.
    pub(super) fn verifies_jti(&self) -> bool {
        self.json.is_true("verifyJti")
    }

    /// Whether its tokens are accepted only where a policy allows it.
    pub(super) fn is_restricted(&self) -> bool {
        self.json.is_true("enforceTokenRestrictions")
    }

    /// The settings of the verifier for its tokens, whose issuer is known by now.
    ///
    /// # Errors
    /// `OIDC_CONFIG_INVALID` with `tenants`, if the issuer is that of all tenants and none is named. Each of
    /// them writes its own users' claims: an administrator of any tenant could name any user.
    pub(super) fn verifier(&self, issuer: &str, allows_loopback: bool) -> Result<String, Fault> {
        if is_template(issuer) {
            check_tenants(self.json, "missing: the metadata is that of all tenants")?;
        }
        let mut out = Writer::new();
        out.text("issuer", issuer).text("audience", self.text("clientId"));
        out.text("discoveryUrl", self.text("metadataUrl"));
        out.number("clockTolerance", self.clock_skew());
        if self.client_type == ClientType::Service {
            // The client credentials grant gives access tokens only (RFC 6749, section 4.4.3).
            out.text("kind", "access_token").text("profile", "jwt");
            if self.field("authorizedParties").is_none() {
                out.open("authorizedParties", '[').push(self.text("clientId")).close(']');
            }
        } else {
            out.text("kind", "id_token");
        }
        for name in OF_VERIFIER {
            if let Some(value) = self.field(name) {
                out.json(name, value);
            }
        }
        Ok(out.bool("allowLoopbackIssuer", allows_loopback).finish())
    }

    /// The entity with every default filled in.
    pub(super) fn write(&self) -> String {
        let mut out = Writer::new();
        let filled =
            "active clientType clockSkew enforceTokenRestrictions profiles scopes verifyJti";
        out.members_except(self.json, filled);
        out.bool("active", self.is_active()).number("clockSkew", self.clock_skew());
        out.bool("verifyJti", self.verifies_jti());
        out.bool("enforceTokenRestrictions", self.is_restricted());
        out.optional_text("clientType", self.client_type.name());
        self.profiles.write(&mut out, self.text("name"));
        out.finish()
    }
}

/// The texts that an entity itself names for its issuer. One that stands for many tenants needs `tenants`,
/// as metadata of all tenants does.
fn check_issuers(json: &Json) -> Result<(), Fault> {
    let aliases = json.member("issuerAliases").and_then(Json::list).unwrap_or_default();
    let named = json.member("issuer").into_iter().map(|one| ("issuer", one));
    for (field, one) in named.chain(aliases.iter().map(|one| ("issuerAliases", one))) {
        let text = one.text().unwrap_or_default();
        if !is_name(text) {
            return Err(Fault::of_field(field, "a placeholder outside the path of an address"));
        }
        if is_template(text) {
            check_tenants(json, "missing: an issuer is that of all tenants")?;
        }
    }
    Ok(())
}

fn check_tenants(json: &Json, missing: &'static str) -> Result<(), Fault> {
    match json.member("tenants").and_then(Json::list) {
        None | Some([]) => Err(Fault::of_field("tenants", missing)),
        Some(_) => Ok(()),
    }
}

/// Without the check here, the verifier would refuse the first token instead of the configuration.
fn check_required_claims(required: Option<&Json>) -> Result<(), Fault> {
    for (_, value) in required.map(Json::members).unwrap_or_default() {
        if value.text().is_none() && !value.is_texts() {
            return Err(Fault::of_field(
                "requiredClaims",
                "wrong type, not a text or a list of texts",
            ));
        }
    }
    Ok(())
}

/// A token of a service stands for one user of the instance, any other one for the user of its claim.
fn check_users(json: &Json, client_type: ClientType) -> Result<(), Fault> {
    let is_service = client_type == ClientType::Service;
    let (needed, other) = if is_service {
        ("applicationUser", "provisioning")
    } else {
        ("userClaim", "applicationUser")
    };
    if json.member(needed).is_none() {
        return Err(Fault::of_field(needed, "missing"));
    }
    if json.member(other).is_some() {
        return Err(Fault::of_field(other, "not for this client type"));
    }
    Ok(())
}
