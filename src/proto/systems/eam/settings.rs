//! The settings: checked once, and turned into what the other decisions and the host need.

use super::control;
use super::input::part;
use super::keys::Keys;
use crate::proto::provider::issuer::is_guid;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::{self, Field, Kind, optional, required};
use crate::proto::text::json::{Json, Writer};
use crate::proto::text::{concat, url};
use alloc::string::String;

/// The profile of external authentication methods.
const METHOD: &str = "external-method";

const FIELDS: &[Field] = &[
    required("issuer", Kind::Text),
    required("appId", Kind::Text),
    required("clientId", Kind::Text),
    required("tenants", Kind::Texts),
    required("signingKeys", Kind::Objects),
    optional("cloud", Kind::Text),
    optional("profile", Kind::Text),
    optional("clockTolerance", Kind::Number),
    optional("controls", Kind::Objects),
    optional("allowLoopbackIssuer", Kind::Bool),
];

/// The host of a cloud's sign-in pages. Each cloud has its own registration of the app.
const CLOUDS: [&str; 3] =
    ["login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn"];
/// The cloud that has custom controls; no source names them in another.
const GLOBAL: &str = CLOUDS[0];

/// The clock tolerance, in seconds: that of Microsoft's own library, and the most that is allowed.
const TOLERANCE: u64 = 300;
/// How long an attempt is open, in seconds. Entra drops its own side after about five minutes.
pub(super) const ATTEMPT_SECONDS: u64 = 300;
/// How long a key of Entra counts after it vanished from a replica's key set, in seconds.
const KEY_GRACE: u64 = 3 * 24 * 60 * 60;

/// The issuer of Entra's tokens in a cloud, for all tenants.
pub(super) fn template(cloud: &str) -> String {
    concat(&["https://", cloud, "/{tenantid}/v2.0"])
}

/// `{settings}`: checks them. The answer has the normal form of the settings for the other
/// questions, the texts of the two documents, and the settings of the verifier of hints.
pub(in crate::proto::systems) fn check(input: &Json) -> Result<String, Fault> {
    let settings = part(input, "settings")?;
    fields::check(settings, FIELDS)?;
    let text = |name: &str| settings.member(name).and_then(Json::text).unwrap_or_default();
    let (issuer, cloud) =
        (text("issuer"), settings.member("cloud").map_or(GLOBAL, |_| text("cloud")));
    check_issuer(issuer, settings.is_true("allowLoopbackIssuer"))?;
    if !is_guid(text("appId")) {
        return Err(Fault::of_field("appId", NO_GUID));
    }
    let tenants = settings.member("tenants").unwrap_or(&Json::Null);
    let tenant_list = tenants.list().unwrap_or_default();
    if tenant_list.is_empty()
        || !tenant_list.iter().all(|one| is_guid(one.text().unwrap_or_default()))
    {
        return Err(Fault::of_field("tenants", NO_GUID));
    }
    if !CLOUDS.contains(&cloud) {
        return Err(Fault::of_field("cloud", "no cloud of Entra"));
    }
    let tolerance = settings.seconds_or("clockTolerance", TOLERANCE);
    if tolerance > TOLERANCE {
        return Err(Fault::of_field("clockTolerance", "more than 300"));
    }
    let profile = settings.member("profile").map_or(METHOD, |_| text("profile"));
    let controls = settings.member("controls");
    match profile {
        METHOD if controls.is_some() => {
            return Err(Fault::of_field("controls", "only with the profile ca-custom-control"));
        }
        METHOD => {}
        control::PROFILE if cloud != GLOBAL => {
            return Err(Fault::of_field(
                "cloud",
                "custom controls are known in the global cloud only",
            ));
        }
        control::PROFILE => control::check(controls)?,
        _ => return Err(Fault::of_field("profile", "value not allowed")),
    }
    let keys = Keys::read(settings.member("signingKeys").unwrap_or(&Json::Null))?;
    let receiver =
        if profile == control::PROFILE { "OAuth2ClaimsProvider" } else { "externalauthprovider" };
    let mut out = Writer::new();
    out.open("settings", '{')
        .text("issuer", issuer)
        .text("appId", text("appId"))
        .text("clientId", text("clientId"))
        .json("tenants", tenants)
        .text("cloud", cloud)
        .text("profile", profile)
        .number("tolerance", tolerance)
        .text("redirectUri", &concat(&["https://", cloud, "/common/federation/", receiver]));
    if let Some(controls) = controls {
        out.json("controls", controls);
    }
    out.close('}').number("attemptSeconds", ATTEMPT_SECONDS);
    out.text("discovery", &discovery(issuer)).text("jwks", &keys.document());
    out.raw("keys", &keys.list());
    out.open("verifier", '{')
        .text("issuer", &template(cloud))
        .text(
            "discoveryUrl",
            &concat(&["https://", cloud, "/common/v2.0/.well-known/openid-configuration"]),
        )
        .text("audience", text("appId"))
        .json("tenants", tenants)
        .text("kind", "id_token_hint")
        .open("algorithms", '[')
        .push("RS256")
        .close(']')
        .number("clockTolerance", tolerance)
        .number("keyGrace", KEY_GRACE)
        .close('}');
    Ok(out.finish())
}

const NO_GUID: &str = "no GUID in lower case";

/// The issuer is the address in front of `/.well-known/openid-configuration` and `iss` of every
/// answer (OpenID Connect Discovery 1.0, section 4.3). Entra compares both as text.
fn check_issuer(issuer: &str, allows_loopback: bool) -> Result<(), Fault> {
    let url = url::read(issuer).map_err(|_| Fault::of_field("issuer", "no address"))?;
    if !url.is_secure(allows_loopback) {
        return Err(Fault::of_field("issuer", "not https"));
    }
    if url.query.is_some() || url.fragment.is_some() || issuer.ends_with('/') {
        return Err(Fault::of_field("issuer", "has a query, a fragment or a slash at its end"));
    }
    if concat(&[&url.origin(), url.path]) != issuer {
        return Err(Fault::of_field("issuer", "not as a browser writes it"));
    }
    Ok(())
}

/// The metadata of the provider, with the members that Entra asks for.
fn discovery(issuer: &str) -> String {
    let mut out = Writer::new();
    out.text("issuer", issuer)
        .text("authorization_endpoint", &concat(&[issuer, "/authorize"]))
        .text("jwks_uri", &concat(&[issuer, "/keys"]));
    for (name, value) in [
        ("scopes_supported", "openid"),
        ("response_types_supported", "id_token"),
        ("response_modes_supported", "form_post"),
        ("grant_types_supported", "implicit"),
        ("subject_types_supported", "public"),
        ("id_token_signing_alg_values_supported", "RS256"),
        ("claim_types_supported", "normal"),
    ] {
        out.open(name, '[').push(value).close(']');
    }
    out.bool("claims_parameter_supported", true);
    out.finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;
    use crate::proto::systems::eam::der::tests::certificate;
    use crate::proto::text::json;
    use alloc::boxed::Box;
    use alloc::format;

    pub(in super::super) const TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
    pub(in super::super) const APP: &str = "00001111-aaaa-2222-bbbb-3333cccc4444";

    /// Settings with other members, of which the last of a name counts.
    fn with(more: &str) -> Box<Json> {
        let x5c = certificate(1);
        let base = format!(
            r#"{{"issuer":"https://mfa.example","appId":"{APP}","clientId":"contoso","tenants":["{TENANT}"],"signingKeys":[{{"x5c":["{x5c}"]}}]}}"#
        );
        let base = json::read_object_text(&base).unwrap();
        let more = json::read_object_text(more).unwrap();
        let mut out = Writer::new();
        let names: alloc::vec::Vec<_> =
            more.members().iter().map(|(name, _)| name.as_str()).collect();
        out.members_except(&base, &names.join(" "));
        for (name, value) in more.members().iter().filter(|(_, value)| *value != Json::Null) {
            out.json(name, value);
        }
        json::read_object_text(&format!(r#"{{"settings":{}}}"#, out.finish())).unwrap()
    }

    /// The normal form of settings.
    pub(in super::super) fn normal(more: &str) -> String {
        let answer = json::read_object_text(&check(&with(more)).unwrap()).unwrap();
        json::write(answer.member("settings").unwrap())
    }

    fn fault(more: &str) -> String {
        check(&with(more)).unwrap_err().at
    }

    #[test]
    fn each_cloud_has_its_own_redirect_address_and_keys() {
        for cloud in CLOUDS {
            let answer = check(&with(&format!(r#"{{"cloud":"{cloud}"}}"#))).unwrap();
            let answer = json::read_object_text(&answer).unwrap();
            let settings = answer.member("settings").unwrap();
            let verifier = answer.member("verifier").unwrap();
            assert_eq!(
                settings.text_of("redirectUri").unwrap().as_str(),
                format!("https://{cloud}/common/federation/externalauthprovider")
            );
            assert_eq!(
                verifier.text_of("issuer").unwrap().as_str(),
                format!("https://{cloud}/{{tenantid}}/v2.0")
            );
        }
    }

    #[test]
    fn a_wrong_setting_is_named() {
        for (more, at) in [
            (r#"{"issuer":null}"#, "issuer"),
            (r#"{"issuer":"http://mfa.example"}"#, "issuer"),
            (r#"{"issuer":"http://localhost:1"}"#, "issuer"),
            (r#"{"issuer":"https://mfa.example/"}"#, "issuer"),
            (r#"{"issuer":"https://mfa.example?a"}"#, "issuer"),
            (r#"{"issuer":"https://MFA.example"}"#, "issuer"),
            (r#"{"issuer":"https://mfa.example:443"}"#, "issuer"),
            (r#"{"appId":"contoso"}"#, "appId"),
            (r#"{"appId":"00001111-AAAA-2222-BBBB-3333CCCC4444"}"#, "appId"),
            (r#"{"clientId":""}"#, "clientId"),
            (r#"{"tenants":[]}"#, "tenants"),
            (r#"{"tenants":["common"]}"#, "tenants"),
            (r#"{"cloud":"login.microsoftonline.de"}"#, "cloud"),
            (r#"{"profile":"mfa"}"#, "profile"),
            (r#"{"clockTolerance":301}"#, "clockTolerance"),
            (r#"{"controls":[]}"#, "controls"),
            (r#"{"profile":"ca-custom-control"}"#, "controls"),
            (r#"{"profile":"ca-custom-control","cloud":"login.microsoftonline.us"}"#, "cloud"),
            (r#"{"signingKeys":[]}"#, "signingKeys"),
            (r#"{"tenant":"x"}"#, "tenant"),
        ] {
            assert_eq!(fault(more), at, "{more}");
        }
        assert!(
            check(&with(r#"{"issuer":"http://localhost:1","allowLoopbackIssuer":true}"#)).is_ok()
        );
        assert!(check(&with(r#"{"issuer":"https://mfa.example/entra"}"#)).is_ok());
    }
}
