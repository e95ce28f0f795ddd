//! The request for an ID token, and the logout request.

use super::settings::client;
use crate::proto::client::config::ClientConfig;
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::authorize::{self, RequestSecrets, SignInOptions};
use crate::proto::oidc::end_session::{self, SignOutOptions};
use crate::proto::provider::endpoint;
use crate::proto::systems::fault::{Fault, fault_of};
use crate::proto::systems::fields::text_of;
use crate::proto::text::json::{self, Json, Writer};
use crate::proto::text::{form, url, words};
use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::String;

/// Parameters of the code flow that this request does not have.
const OF_CODE_FLOW: &[&str] = &["code_challenge", "code_challenge_method"];

/// The prefix of `state`, which no other client of this origin has.
pub(super) fn state_prefix(config: &ClientConfig) -> String {
    ["ci.", config.tag(), "."].concat()
}

/// The metadata of the provider, which the host fetched.
fn metadata(config: &ClientConfig, input: &Json) -> Result<Box<Json>, Fault> {
    let unreadable = |_| fault_of(Error::at(Code::ResponseNotJson, At::Metadata));
    let given = json::read_object(text_of(input, "metadata").as_bytes()).map_err(unreadable)?;
    let metadata = config.overlaid(given);
    config.read_metadata(&metadata).map_err(fault_of)?;
    // A provider whose list lacks the type shows the user an error page (Discovery 1.0, section 3).
    let types = metadata.member("response_types_supported");
    if types.is_some_and(|types| types.list().is_some() && !types.has("id_token")) {
        let detail = "the metadata does not list id_token";
        return Err(Fault::new(Code::ProviderUnsupported, "response_types_supported", detail));
    }
    Ok(metadata)
}

/// `{settings, metadata, options, state, nonce, pageUrl, now}`: the address to go to, and what is kept until the answer.
/// `state` and `nonce` are random.
pub(in crate::proto::systems) fn request(input: &Json) -> Result<String, Fault> {
    let (config, _) = client(input)?;
    let metadata = metadata(&config, input)?;
    let (random, nonce) = (text_of(input, "state"), text_of(input, "nonce"));
    // Without them, an answer to another request would be accepted.
    if random.len() < 22 || nonce.len() < 22 {
        return Err(fault_of(Code::Internal.into()));
    }
    let options = input.member("options").map(json::write).unwrap_or_default();
    let ask = SignInOptions::read(&options, &config).map_err(fault_of)?;
    let state = [&*state_prefix(&config), random].concat();
    let once =
        RequestSecrets { state: &state, nonce, verifier: "", redirect_uri: config.redirect_uri() };
    let mut form = String::new();
    for (name, value) in form::read(&authorize::write(&config, &ask, &once)).unwrap_or_default() {
        match &*name {
            "response_type" => form::add(&mut form, &name, "id_token"),
            "scope" => form::add(&mut form, &name, &without_offline_access(&value)),
            name if OF_CODE_FLOW.contains(&name) => {}
            name => form::add(&mut form, name, &value),
        }
    }
    // A response in a query would be in logs and in `Referer` (Multiple Response Types 1.0, section 2.1).
    form::add(&mut form, "response_mode", "fragment");
    let mut pending = Writer::new();
    pending
        .text("state", &state)
        .text("nonce", nonce)
        .text("returnTo", &return_to(&ask, &config, text_of(input, "pageUrl"))?)
        .text("acrValues", &ask.acr_values())
        .bool("sendsIssuer", metadata.is_true("authorization_response_iss_parameter_supported"))
        .number("created", input.seconds_or("now", 0));
    if let Some(seconds) = ask.max_age(&config) {
        pending.number("maxAge", seconds);
    }
    let address = metadata.text_of(endpoint::AUTHORIZATION.text()).unwrap_or_default();
    let mut out = Writer::new();
    out.text("url", &url::with_form(address, &form)).text("state", &state);
    out.text("pending", &pending.finish());
    Ok(out.finish())
}

/// A refresh token comes with an access token only.
fn without_offline_access(scope: &str) -> String {
    let mut kept = String::new();
    for word in words(scope).filter(|word| *word != "offline_access") {
        if !kept.is_empty() {
            kept.push(' ');
        }
        kept.push_str(word);
    }
    kept
}

/// The address in the app that follows the sign-in: a path, so that it is of this origin.
fn return_to(ask: &SignInOptions, config: &ClientConfig, page_url: &str) -> Result<String, Fault> {
    let Some(asked) = ask.return_to() else {
        let path = path_of(page_url).unwrap_or("/");
        let is_callback = path_of(config.redirect_uri()) == Some(path);
        return Ok(if is_callback { "/" } else { path }.to_owned());
    };
    // Browsers read `//` and `/\` as another host.
    let is_path = asked.starts_with('/') && !asked.starts_with("//") && !asked.contains('\\');
    if is_path && !asked.bytes().any(|byte| byte.is_ascii_control()) {
        return Ok(asked.to_owned());
    }
    Err(fault_of(Error::at(Code::SigninOptionInvalid, At::ReturnTo)))
}

/// The path and the query of an address.
fn path_of(address: &str) -> Option<&str> {
    let (_, rest) = address.split_once("://")?;
    let start = rest.find('/')?;
    rest.get(start..)?.split('#').next()
}

/// `{settings, metadata}`: the address that ends the session at the provider, if it has one.
pub(in crate::proto::systems) fn sign_out(input: &Json) -> Result<String, Fault> {
    let (config, _) = client(input)?;
    let metadata = metadata(&config, input)?;
    let endpoint = metadata.text_of(endpoint::END_SESSION.text()).filter(|url| !url.is_empty());
    let mut out = Writer::new();
    if let Some(endpoint) = endpoint {
        let options = SignOutOptions::read("").map_err(fault_of)?;
        let url = end_session::write(endpoint, &config, text_of(input, "idToken"), "", &options);
        out.text("url", &url);
    }
    Ok(out.finish())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::settings::tests::{SETTINGS, input};
    use super::*;
    use alloc::format;

    const METADATA: &str = r#"{\"issuer\":\"https://op.example\",\"authorization_endpoint\":\"https://op.example/a?t=1\",\"token_endpoint\":\"https://op.example/t\",\"jwks_uri\":\"https://op.example/k\",\"end_session_endpoint\":\"https://op.example/out\"}"#;

    fn ask(settings: &str, options: &str, more: &str) -> Result<String, (Code, String)> {
        let more = format!(
            r#","metadata":"{METADATA}","options":{options},"state":"0123456789012345678901","nonce":"abcdefghijabcdefghijab","pageUrl":"https://app.example/inbox?x=1#y","now":5{more}"#
        );
        request(&input(settings, &more)).map_err(|fault| (fault.code, fault.at))
    }

    fn address(answer: &str) -> String {
        json::read(answer.as_bytes()).unwrap().text_of("url").unwrap().to_owned()
    }

    #[test]
    fn the_request_asks_for_an_id_token_in_the_fragment_and_nothing_else() {
        let url = address(&ask(SETTINGS, "{}", "").unwrap());
        let form = form::read(url.split_once('?').unwrap().1).unwrap();
        let value = |name: &str| form.iter().find(|one| one.0 == name).map(|one| &*one.1);
        assert_eq!(value("response_type"), Some("id_token"));
        assert_eq!(value("response_mode"), Some("fragment"));
        assert_eq!(value("nonce"), Some("abcdefghijabcdefghijab"));
        assert_eq!(value("t"), Some("1"));
        assert!(value("state").unwrap().starts_with("ci."));
        assert_eq!((value("code_challenge"), value("code_challenge_method")), (None, None));
        let preset = r#""provider":{"page":{"issuer":"https://op.example","refresh":true}}"#;
        let settings = SETTINGS.replace(r#""issuer":"https://op.example""#, preset);
        let url = address(&ask(&settings, "{}", "").unwrap());
        assert!(!url.contains("offline_access"));
    }

    #[test]
    fn the_address_after_the_sign_in_is_a_path_of_the_app() {
        let back = |options: &str| {
            let answer = ask(SETTINGS, options, "")?;
            let pending =
                json::read(answer.as_bytes()).unwrap().text_of("pending").unwrap().to_owned();
            Ok(json::read(pending.as_bytes()).unwrap().text_of("returnTo").unwrap().to_owned())
        };
        assert_eq!(back("{}"), Ok("/inbox?x=1".to_owned()));
        assert_eq!(back(r#"{"returnTo":"/a?b#c"}"#), Ok("/a?b#c".to_owned()));
        for wrong in ["//evil.example", "/\\\\evil.example", "https://evil.example/", "a", "/a\\n"]
        {
            let refusal = (Code::SigninOptionInvalid, "returnTo".to_owned());
            assert_eq!(back(&format!(r#"{{"returnTo":"{wrong}"}}"#)), Err(refusal), "{wrong}");
        }
    }

    #[test]
    fn a_request_without_random_values_or_of_another_issuer_is_never_written() {
        let short =
            input(SETTINGS, &format!(r#","metadata":"{METADATA}","state":"0","nonce":"1""#));
        assert_eq!(request(&short).unwrap_err().code, Code::Internal);
        let settings = SETTINGS.replace("https://op.example", "https://other.example");
        let refusal = (Code::MetadataIssuerMismatch, "issuer".to_owned());
        assert_eq!(ask(&settings, "{}", "").unwrap_err(), refusal);
        let overlay =
            format!(r#"{SETTINGS},"metadataOverlay":{{"response_types_supported":["code"]}}"#);
        let refusal = (Code::ProviderUnsupported, "response_types_supported".to_owned());
        assert_eq!(ask(&overlay, "{}", "").unwrap_err(), refusal);
    }

    #[test]
    fn a_sign_out_goes_to_the_provider_if_it_has_an_address_for_that() {
        let settings = format!(r#"{SETTINGS},"postLogoutRedirectUri":"https://app.example/""#);
        let more = format!(r#","metadata":"{METADATA}","idToken":"x.y.z""#);
        let url = address(&sign_out(&input(&settings, &more)).unwrap());
        assert!(url.starts_with("https://op.example/out?client_id=c&id_token_hint=x.y.z&"));
    }
}
