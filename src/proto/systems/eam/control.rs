//! Custom controls of Conditional Access: the preview that external methods replace. The request and
//! the hint are the same. The answer has claims of the control instead of `acr` and `amr`.

use super::input::{invalid_parameter, part, text};
use super::methods;
use crate::proto::error::Code;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::{self, Field, Kind, required};
use crate::proto::text::concat;
use crate::proto::text::json::{Json, Writer};
use alloc::string::String;
use alloc::vec::Vec;

/// The profile of custom controls of Conditional Access.
pub(super) const PROFILE: &str = "ca-custom-control";

const CONTROL: &[Field] =
    &[required("id", Kind::Text), required("name", Kind::Text), required("claims", Kind::Objects)];
const CLAIM: &[Field] = &[required("type", Kind::Text), required("value", Kind::Text)];

/// The fields that an answer of a custom control has beside the token and the state.
pub(super) const ANSWER: &[(&str, &str)] =
    &[("token_type", "Bearer"), ("expires_in", "300"), ("scope", "openid")];

/// Whether the settings are those of a custom control.
pub(super) fn is_control(settings: &Json) -> bool {
    settings.member("profile").and_then(Json::text) == Some(PROFILE)
}

/// Checks the setting `controls`.
pub(super) fn check(controls: Option<&Json>) -> Result<(), Fault> {
    let controls = controls.and_then(Json::list).unwrap_or_default();
    if controls.is_empty() {
        return Err(Fault::of_field("controls", "missing"));
    }
    for control in controls {
        fields::check(control, CONTROL)?;
        let claims = control.member("claims").and_then(Json::list).unwrap_or_default();
        if claims.is_empty() {
            return Err(Fault::of_field("claims", "empty"));
        }
        for claim in claims {
            fields::check(claim, CLAIM)?;
            if methods::is_reserved(text(claim, "type")?) {
                return Err(Fault::of_field("type", "a claim of every ID token"));
            }
        }
    }
    Ok(())
}

/// Writes the requested claims, as `controls`. Each must be one of the settings, type and value.
pub(super) fn write_requested(
    out: &mut Writer,
    settings: &Json,
    wanted: &Json,
) -> Result<(), Fault> {
    let all = settings.member("controls").and_then(Json::list).unwrap_or_default();
    let known: Vec<_> =
        all.iter().filter_map(|one| one.member("claims")?.list()).flatten().collect();
    let mut found = 0_usize;
    out.open("controls", '{');
    for (name, claim) in wanted.members() {
        let is_asked = |value: &str| methods::requested(Some(claim)).any(|one| &**one == value);
        let is_same = |one: &&&Json| {
            one.text_of("type") == Some(name)
                && one.text_of("value").is_some_and(|value| is_asked(value))
        };
        match known.iter().find(is_same).and_then(|one| one.text_of("value")) {
            Some(value) => {
                out.text(name, value);
                found = found.saturating_add(1);
            }
            None if methods::is_essential(claim) => {
                return Err(invalid_parameter(
                    "claims",
                    "a claim that no control of the settings has",
                ));
            }
            None => {}
        }
    }
    out.close('}');
    if found == 0 { Err(invalid_parameter("claims", "no claim of a control")) } else { Ok(()) }
}

/// Writes the claims of a control that the user has satisfied.
pub(super) fn write_claims(claims: &mut Writer, request: &Json) {
    for (name, value) in request.member("controls").map(Json::members).unwrap_or_default() {
        claims.json(name, value);
    }
}

/// `{settings, name}`: the JSON text that an administrator enters in Conditional Access.
pub(in crate::proto::systems) fn generate(input: &Json) -> Result<String, Fault> {
    let settings = part(input, "settings")?;
    if !is_control(settings) {
        return Err(Fault::new(Code::ConfigInvalid, "profile", "not ca-custom-control"));
    }
    let discovery = concat(&[text(settings, "issuer")?, "/.well-known/openid-configuration"]);
    let name = text(input, "name")?;
    if name.is_empty() {
        return Err(Fault::of_field("name", "empty"));
    }
    let mut out = Writer::new();
    out.text("Name", name)
        .text("AppId", text(settings, "appId")?)
        .text("ClientId", text(settings, "clientId")?)
        .text("DiscoveryUrl", &discovery)
        .open("Controls", '[');
    for control in settings.member("controls").and_then(Json::list).unwrap_or_default() {
        out.element('{').text("Id", text(control, "id")?).text("Name", text(control, "name")?);
        out.open("ClaimsRequested", '[');
        for claim in control.member("claims").and_then(Json::list).unwrap_or_default() {
            out.element('{')
                .text("Type", text(claim, "type")?)
                .text("Value", text(claim, "value")?);
            out.raw("Values", "null").close('}');
        }
        out.close(']').raw("Claims", "null").close('}');
    }
    Ok(out.close(']').finish())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::settings::tests::normal;
    use super::*;
    use crate::proto::text::json;
    use alloc::format;

    const SETTINGS: &str = r#"{"profile":"ca-custom-control","controls":[{"id":"RequireCustomMfa","name":"Custom","claims":[{"type":"CustomMfa","value":"MfaDone"}]}]}"#;

    fn asked(wanted: &str) -> Result<String, String> {
        let settings = json::read_object_text(&normal(SETTINGS)).unwrap();
        let mut out = Writer::new();
        let wanted = json::read_object_text(wanted).unwrap();
        write_requested(&mut out, &settings, &wanted).map_err(|fault| fault.at)?;
        Ok(out.finish())
    }

    #[test]
    fn ca_claims_only_a_claim_of_the_settings_is_answered() {
        let good = Ok(r#"{"controls":{"CustomMfa":"MfaDone"}}"#.into());
        for wanted in [
            r#"{"CustomMfa":{"essential":true,"value":"MfaDone"}}"#,
            r#"{"CustomMfa":{"essential":true,"values":["x","MfaDone"]}}"#,
            r#"{"CustomMfa":{"essential":true,"value":"MfaDone"},"other":null}"#,
        ] {
            assert_eq!(asked(wanted), good, "{wanted}");
        }
        for wanted in [
            "{}",
            r#"{"CustomMfa":null}"#,
            r#"{"CustomMfa":{"value":"Admin"}}"#,
            r#"{"CustomMfa":{"value":"MfaDone"},"role":{"essential":true,"value":"admin"}}"#,
        ] {
            assert_eq!(asked(wanted), Err("claims".into()), "{wanted}");
        }
    }

    #[test]
    fn ca_blob_the_generated_text_has_every_member() {
        let settings = normal(SETTINGS);
        let input = format!(r#"{{"settings":{settings},"name":"Contoso MFA"}}"#);
        let text = generate(&json::read_object_text(&input).unwrap()).unwrap();
        assert_eq!(
            text,
            r#"{"Name":"Contoso MFA","AppId":"00001111-aaaa-2222-bbbb-3333cccc4444","ClientId":"contoso","DiscoveryUrl":"https://mfa.example/.well-known/openid-configuration","Controls":[{"Id":"RequireCustomMfa","Name":"Custom","ClaimsRequested":[{"Type":"CustomMfa","Value":"MfaDone","Values":null}],"Claims":null}]}"#
        );
        let plain = format!(r#"{{"settings":{},"name":"x"}}"#, normal("{}"));
        assert_eq!(generate(&json::read_object_text(&plain).unwrap()).unwrap_err().at, "profile");
    }

    #[test]
    fn a_control_with_a_claim_of_every_token_is_refused() {
        let list = |text: &str| json::read_object_text(&format!(r#"{{"c":{text}}}"#)).unwrap();
        for (controls, at) in [
            ("[]", "controls"),
            (r#"[{"id":"a","name":"b","claims":[]}]"#, "claims"),
            (r#"[{"id":"a","name":"b","claims":[{"type":"sub","value":"x"}]}]"#, "type"),
            (r#"[{"id":"a","name":"b","claims":[{"type":"t"}]}]"#, "value"),
            (r#"[{"id":"a","name":"b","claims":[{"type":"t","value":"v"}],"Id":"a"}]"#, "Id"),
        ] {
            let list = list(controls);
            assert_eq!(check(list.member("c")).unwrap_err().at, at, "{controls}");
        }
    }
}
