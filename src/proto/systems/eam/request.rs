//! The request that Entra posts. Parameters that the documented table does not have are ignored.

use super::input::{invalid_parameter, part, text};
use super::{control, methods};
use crate::proto::error::Code;
use crate::proto::provider::issuer::is_guid;
use crate::proto::systems::fault::Fault;
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::text::{form, has_word};
use alloc::string::String;
use alloc::vec::Vec;

/// The parameters of the table. `redirect_uri` is the name that Entra sends; the table itself
/// writes `redirect_url`.
const PARAMETERS: &str = "scope response_type response_mode client_id redirect_uri nonce state \
     id_token_hint claims client-request-id";

struct Form(Vec<(String, String)>);

impl Form {
    fn read(text: &str) -> Result<Self, Fault> {
        let pairs = form::read(text).map_err(|_| invalid_parameter("body", "no form"))?;
        // A parameter with an empty value counts as omitted (RFC 6749, section 3.1).
        let is_used =
            |(name, value): &(String, String)| has_word(PARAMETERS, name) && !value.is_empty();
        let pairs: Vec<_> = pairs.into_iter().filter(is_used).collect();
        for (place, (name, _)) in pairs.iter().enumerate() {
            if pairs.iter().take(place).any(|(other, _)| other == name) {
                return Err(invalid_parameter(name, "repeated"));
            }
        }
        Ok(Self(pairs))
    }

    fn optional(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn required(&self, name: &str) -> Result<&str, Fault> {
        self.optional(name).ok_or_else(|| invalid_parameter(name, "missing"))
    }
}

/// `{settings, form}`: where the answer goes, which may be an error. A request with a fault here has
/// no answer: it names another client, or an address that is not exactly the one of the cloud. A
/// signed token sent elsewhere would be a gift to the owner of that address.
pub(in crate::proto::systems) fn destination(input: &Json) -> Result<String, Fault> {
    let (settings, form) = (part(input, "settings")?, Form::read(text(input, "form")?)?);
    if form.required("client_id")? != text(settings, "clientId")? {
        return Err(invalid_parameter("client_id", "not the clientId of the settings"));
    }
    if form.required("redirect_uri")? != text(settings, "redirectUri")? {
        return Err(invalid_parameter("redirect_uri", "not the address of this cloud"));
    }
    let mut out = Writer::new();
    out.text("redirectUri", text(settings, "redirectUri")?)
        .optional_text("state", form.optional("state"));
    Ok(out.finish())
}

/// `{settings, form}`: checks the other parameters. The answer has the hint, not yet verified, and
/// the part of the request that the answer needs.
pub(in crate::proto::systems) fn check(input: &Json) -> Result<String, Fault> {
    let (settings, form) = (part(input, "settings")?, Form::read(text(input, "form")?)?);
    if !has_word(form.required("scope")?, "openid") {
        return Err(invalid_parameter("scope", "without openid"));
    }
    // Entra's table writes Id_token.
    if !form.required("response_type")?.eq_ignore_ascii_case("id_token") {
        return Err(invalid_parameter("response_type", "not id_token"));
    }
    if form.required("response_mode")? != "form_post" {
        return Err(invalid_parameter("response_mode", "not form_post"));
    }
    let hint = form.required("id_token_hint")?;
    let claims = json::read_object_text(form.required("claims")?)
        .map_err(|_| invalid_parameter("claims", "no JSON object"))?;
    let wanted = claims.member("id_token").filter(|wanted| matches!(wanted, Json::Object(_)));
    let wanted = wanted.ok_or_else(|| invalid_parameter("claims", "without id_token"))?;
    let mut out = Writer::new();
    out.text("hint", hint).open("request", '{');
    out.text("redirectUri", text(settings, "redirectUri")?);
    for name in ["state", "nonce"] {
        out.optional_text(name, form.optional(name));
    }
    // A provider may write it into a log: anything but a GUID could be a line of an attacker.
    out.optional_text(
        "requestId",
        form.optional("client-request-id").filter(|id| is_guid(&id.to_ascii_lowercase())),
    );
    if control::is_control(settings) {
        control::write_requested(&mut out, settings, wanted)?;
    } else {
        write_methods(&mut out, wanted)?;
    }
    Ok(out.close('}').finish())
}

/// Writes the requested classes, and those requested methods that satisfy one of them.
fn write_methods(out: &mut Writer, wanted: &Json) -> Result<(), Fault> {
    let classes = methods::requested(wanted.member("acr")).filter(|name| methods::is_class(name));
    let classes: Vec<_> = classes.cloned().map(Json::Text).collect();
    let classes = Json::List(json::store_list(classes));
    let names = methods::requested(wanted.member("amr"));
    let names: Vec<_> = names.filter(|name| methods::class_for(name, &classes).is_some()).collect();
    if names.is_empty() {
        return Err(Fault::new(Code::AcrMismatch, "claims", "no method satisfies a requested acr"));
    }
    out.json("acr", &classes).open("methods", '[');
    for name in names {
        out.push(name);
    }
    out.close(']');
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::super::settings::tests::normal;
    use super::*;
    use alloc::boxed::Box;
    use alloc::format;

    const CLAIMS: &str = r#"{"id_token":{"acr":{"essential":true,"values":["possessionorinherence"]},"amr":{"essential":true,"values":["face","otp",1,"pwd"]}}}"#;

    /// The input for a form in which some parameters are replaced, or removed by an empty value.
    pub(in super::super) fn input(more: &[(&str, &str)]) -> Box<Json> {
        let mut pairs = alloc::vec![
            ("scope", "openid"),
            ("response_type", "Id_token"),
            ("response_mode", "form_post"),
            ("client_id", "contoso"),
            (
                "redirect_uri",
                "https://login.microsoftonline.com/common/federation/externalauthprovider"
            ),
            ("nonce", "n-1"),
            ("state", "s-1"),
            ("id_token_hint", "a.b.c"),
            ("claims", CLAIMS),
            ("client-request-id", "0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50"),
        ];
        pairs.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        pairs.extend_from_slice(more);
        let mut out = Writer::new();
        out.raw("settings", &normal("{}")).text("form", &form::write(&pairs));
        json::read_object_text(&out.finish()).unwrap()
    }

    fn fault(more: &[(&str, &str)]) -> (Code, String) {
        let input = input(more);
        let fault = destination(&input).and_then(|_| check(&input)).unwrap_err();
        (fault.code, fault.at)
    }

    #[test]
    fn eam_request_every_row_of_the_table_is_checked() {
        let invalid = Code::RequestInvalid;
        let host = "https://login.microsoftonline.com";
        let path = "/common/federation/externalauthprovider";
        for (more, code, at) in [
            (("scope", ""), invalid, "scope"),
            (("scope", "profile"), invalid, "scope"),
            (("response_type", ""), invalid, "response_type"),
            (("response_type", "id_token token"), invalid, "response_type"),
            (("response_type", "code"), invalid, "response_type"),
            (("response_mode", ""), invalid, "response_mode"),
            (("response_mode", "fragment"), invalid, "response_mode"),
            (("client_id", ""), invalid, "client_id"),
            (("client_id", "Contoso"), invalid, "client_id"),
            (("redirect_uri", ""), invalid, "redirect_uri"),
            (
                ("redirect_uri", &format!("https://login.microsoftonline.us{path}")),
                invalid,
                "redirect_uri",
            ),
            (("redirect_uri", &format!("{host}{path}/")), invalid, "redirect_uri"),
            (
                ("redirect_uri", &format!("{host}/common/federation/OAuth2ClaimsProvider")),
                invalid,
                "redirect_uri",
            ),
            (("redirect_uri", &format!("{host}.evil.example{path}")), invalid, "redirect_uri"),
            (("id_token_hint", ""), invalid, "id_token_hint"),
            (("claims", ""), invalid, "claims"),
            (("claims", "[]"), invalid, "claims"),
            (("claims", "{}"), invalid, "claims"),
            (("claims", r#"{"id_token":null}"#), invalid, "claims"),
            (
                (
                    "claims",
                    r#"{"id_token":{"acr":{"values":["knowledge"]},"amr":{"values":["otp"]}}}"#,
                ),
                Code::AcrMismatch,
                "claims",
            ),
            (
                (
                    "claims",
                    r#"{"id_token":{"acr":{"values":["inherence"]},"amr":{"values":["otp"]}}}"#,
                ),
                Code::AcrMismatch,
                "claims",
            ),
            (("claims", r#"{"id_token":{"amr":{"values":["otp"]}}}"#), Code::AcrMismatch, "claims"),
            (
                ("claims", r#"{"id_token":{"acr":{"values":["possession"]}}}"#),
                Code::AcrMismatch,
                "claims",
            ),
        ] {
            assert_eq!(fault(&[more]), (code, at.into()), "{more:?}");
        }
        // Without `redirect_uri`, the name that the table has counts as nothing.
        let address = format!("{host}{path}");
        assert_eq!(fault(&[("redirect_uri", ""), ("redirect_url", &address)]).1, "redirect_uri");
        for name in PARAMETERS.split_ascii_whitespace() {
            assert_eq!(fault(&[(name, "a"), (name, "b")]), (invalid, name.into()));
        }
    }

    #[test]
    fn eam_request_what_the_table_does_not_have_is_ignored() {
        let all = input(&[
            ("canary", "a"),
            ("canary", "b"),
            ("cxh_inclusive", "False"),
            ("flowtoken", "x"),
        ]);
        assert!(destination(&all).is_ok());
        let answer = check(&all).unwrap();
        let request = json::read_object_text(&answer).unwrap();
        let request = request.member("request").unwrap();
        assert_eq!(request.text_of("nonce").unwrap().as_str(), "n-1");
        assert_eq!(request.member("methods").unwrap().joined(), "face otp");
        assert_eq!(request.member("acr").unwrap().joined(), "possessionorinherence");
        assert!(request.member("requestId").is_some());
    }

    #[test]
    fn eam_request_nonce_state_and_request_id_are_optional() {
        let input = input(&[("nonce", ""), ("state", ""), ("client-request-id", "x\r\ny")]);
        assert!(!destination(&input).unwrap().contains("state"));
        let request = check(&input).unwrap();
        for name in ["nonce", "state", "requestId"] {
            assert!(!request.contains(name), "{name}");
        }
    }
}
