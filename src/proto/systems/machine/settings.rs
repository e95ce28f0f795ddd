//! The settings of a client without users.

use super::send;
use crate::proto::client::config::ClientConfig;
use crate::proto::error::{At, Code};
use crate::proto::oidc::discovery::{self, Form};
use crate::proto::systems::fault::{Fault, fault_of};
use crate::proto::systems::fields::text_of;
use crate::proto::text::json::{Json, Writer};
use alloc::borrow::ToOwned;
use alloc::string::String;

/// The name of the grant in the list of those that a provider lacks.
const GRANT: &str = "client_credentials";

/// The parameters of a token request that have a setting, or that are of another grant. A second one of them would make
/// another request (RFC 6749, section 3.2).
const RESERVED: &[&str] = &[
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "scope",
    "audience",
    "resource",
    "code",
    "code_verifier",
    "redirect_uri",
    "refresh_token",
    "username",
    "password",
    "assertion",
];

/// A client, and what its tokens are for.
pub(super) struct Machine {
    pub(super) config: ClientConfig,
    pub(super) scope: String,
    pub(super) audience: String,
    pub(super) resource: String,
}

/// Reads `settings` of a question.
pub(super) fn read(input: &Json) -> Result<Machine, Fault> {
    let app = input.member("settings").unwrap_or(&Json::Null);
    let preset = preset_of(app)?;
    let config = ClientConfig::read_machine(app, preset).map_err(fault_of)?;
    if let Some(name) =
        RESERVED.iter().find(|name| config.extra().iter().any(|one| *one.0 == ***name))
    {
        return Err(Fault::new(Code::ExtraForbidden, name, ""));
    }
    let scope = config.machine_scope().map_err(fault_of)?;
    let own = |name: &str| app.member(name).map(Json::joined);
    let (audience, resource) = (own("audience"), own("resource"));
    // A provider that takes one of them, as Entrust does, refuses the other beside it.
    let is_named = audience.is_some() && config.refuses_option("audience");
    if resource.is_some() && (is_named || config.refuses_option("resource")) {
        return Err(Fault::of_field("resource", "beside audience"));
    }
    let of_sign_in = preset.member("extra").unwrap_or(&Json::Null);
    let audience = audience.unwrap_or_else(|| text_of(of_sign_in, "audience").to_owned());
    let of_preset = preset.member("resource").map(Json::joined).unwrap_or_default();
    let resource = resource.unwrap_or(of_preset);
    Ok(Machine { config, scope, audience, resource })
}

/// The settings that the preset has for a server.
fn preset_of(app: &Json) -> Result<&Json, Fault> {
    let Some(preset) = app.member(At::Provider.text()) else { return Ok(&Json::Null) };
    if preset.member("lacks").is_some_and(|lacks| lacks.has(GRANT)) {
        let detail = "the provider has no client credentials grant";
        return Err(Fault::new(Code::ProviderUnsupported, At::Provider.text(), detail));
    }
    match preset.member("sessions") {
        Some(own @ Json::Object(_)) => Ok(own),
        _ => Err(Fault::of_field(At::Provider.text(), "does not serve clients with a secret")),
    }
}

/// `{settings}`: checks them. The answer has the requests for the metadata, in this order, unless the settings have it.
pub(in crate::proto::systems) fn check(input: &Json) -> Result<String, Fault> {
    let Machine { config, .. } = read(input)?;
    let mut out = Writer::new();
    out.open("discovery", '[');
    if config.setting(At::Metadata).is_none() {
        let [first, second] =
            [Form::OpenId, Form::OAuth].map(|form| discovery::client_request(&config, form));
        send::write(out.element('{'), &first);
        out.close('}');
        // `discoveryUrl` is the only address.
        if second.url != first.url {
            send::write(out.element('{'), &second);
            out.close('}');
        }
    }
    out.close(']');
    Ok(out.finish())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;
    use crate::proto::text::json;
    use alloc::{boxed::Box, format, vec::Vec};

    pub(in crate::proto::systems::machine) const SETTINGS: &str =
        r#""issuer":"https://op.example","clientId":"c","clientSecret":"s""#;

    pub(in crate::proto::systems::machine) fn input(settings: &str, more: &str) -> Box<Json> {
        let text = format!(r#"{{"settings":{{{settings}}}{more}}}"#);
        json::read_object(text.as_bytes()).unwrap()
    }

    fn named(settings: &str) -> Result<(String, String), (Code, String)> {
        let machine = super::read(&input(settings, "")).map_err(|fault| (fault.code, fault.at))?;
        Ok((machine.audience, machine.resource))
    }

    #[test]
    fn the_metadata_is_at_the_addresses_of_both_standards() {
        let addresses = |more: &str| {
            let answer = check(&input(&format!("{SETTINGS}{more}"), "")).unwrap();
            let answer = json::read_object(answer.as_bytes()).unwrap();
            let all = answer.member("discovery").and_then(Json::list).unwrap();
            all.iter().map(|one| text_of(one, "url").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            addresses(""),
            [
                "https://op.example/.well-known/openid-configuration",
                "https://op.example/.well-known/oauth-authorization-server"
            ]
        );
        let given = r#","metadata":{"issuer":"https://op.example","token_endpoint":"https://op.example/t"}"#;
        assert!(addresses(given).is_empty());
        let at = r#","discoveryUrl":"https://op.example/d""#;
        assert_eq!(addresses(at), ["https://op.example/d"]);
    }

    #[test]
    fn audience_and_resource_exclude_each_other_where_the_preset_says_so() {
        let with = |preset: &str, more: &str| {
            named(&format!(
                r#""clientId":"c","clientSecret":"s","provider":{{"sessions":{{"issuer":"https://op.example"{preset}}}}}{more}"#
            ))
        };
        let pair = |one: &str, other: &str| Ok((one.to_owned(), other.to_owned()));
        let refused = Err((Code::ConfigInvalid, "resource".to_owned()));
        let entrust = r#","extra":{"audience":"a","prompt":"consent"},"refusedOptions":["display","resource"]"#;
        assert_eq!(with(entrust, ""), pair("a", ""));
        assert_eq!(with(entrust, r#","audience":"b""#), pair("b", ""));
        assert_eq!(with(entrust, r#","resource":"r""#), refused);
        let without = r#","refusedOptions":["display","audience"]"#;
        assert_eq!(with(without, r#","resource":"r""#), pair("", "r"));
        assert_eq!(with(without, r#","audience":"a""#), pair("a", ""));
        assert_eq!(with(without, r#","audience":"a","resource":"r""#), refused);
        assert_eq!(with(r#","resource":"urn:api""#, ""), pair("", "urn:api"));
        assert_eq!(with("", r#","audience":"a","resource":["r","s"]"#), pair("a", "r s"));
    }

    #[test]
    fn a_preset_without_the_grant_or_without_servers_is_refused() {
        let with = |preset: &str| {
            named(&format!(r#""clientId":"c","clientSecret":"s","provider":{preset}"#)).unwrap_err()
        };
        let sessions = r#""sessions":{"issuer":"https://op.example"}"#;
        let lacks = format!(r#"{{"lacks":["client_credentials"],{sessions}}}"#);
        assert_eq!(with(&lacks), (Code::ProviderUnsupported, "provider".to_owned()));
        let page = r#"{"page":{"issuer":"https://op.example"}}"#;
        assert_eq!(with(page), (Code::ConfigInvalid, "provider".to_owned()));
    }

    #[test]
    fn a_parameter_with_a_setting_and_one_of_another_grant_are_reserved() {
        for name in RESERVED {
            let settings = format!(r#"{SETTINGS},"extra":{{"{name}":"x"}}"#);
            let refusal = (Code::ExtraForbidden, (*name).to_owned());
            assert_eq!(named(&settings).unwrap_err(), refusal, "{name}");
        }
        assert!(named(&format!(r#"{SETTINGS},"extra":{{"organization":"org_1"}}"#)).is_ok());
    }
}
