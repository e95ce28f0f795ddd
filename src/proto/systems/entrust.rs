//! Relying parties that take a client of Entrust IDaaS: what to register for each, and its configuration.
//!
//! Facts: Salesforce's documentation of the type AuthProvider and its callback address; ForgeRock's social identity
//! provider service of the type `oidcConfig`. No source names the fields of ConnectWise Home: it gets what every relying
//! party needs.

use super::fault::Fault;
use super::fields::{self, Field, Kind, optional, required, text_of};
use crate::proto::error::Code;
use crate::proto::text::json::{Json, Writer};
use crate::proto::text::{url, words};
use alloc::borrow::ToOwned;
use alloc::string::String;

const FIELDS: &[Field] = &[
    required("system", Kind::Text),
    required("metadata", Kind::Object),
    required("clientId", Kind::Text),
    required("clientSecret", Kind::Text),
    optional("redirectUri", Kind::Text),
    optional("domain", Kind::Text),
    optional("urlSuffix", Kind::Text),
    optional("scope", Kind::Text),
];

/// The way in which each relying party sends its secret.
const METHOD: &str = "client_secret_basic";

/// `{system, metadata, clientId, clientSecret, …}`: the client to register at the provider, and the configuration of
/// the relying party. `metadata` is the document of the provider.
pub(super) fn relying_party(input: &Json) -> Result<String, Fault> {
    fields::check(input, FIELDS)?;
    let metadata = input.member("metadata").unwrap_or(&Json::Null);
    let issuer = https(metadata, "issuer")?;
    let scope = match text_of(input, "scope") {
        "" => "openid profile email",
        scope if words(scope).any(|word| word == "openid") => scope,
        _ => return Err(Fault::of_field("scope", "without openid")),
    };
    let system = text_of(input, "system");
    let redirect_uri = match system {
        "connectwise" | "forgerock" => given_redirect(input)?,
        "salesforce" => callback_of_salesforce(input)?,
        _ => return Err(Fault::of_field("system", "not connectwise, forgerock or salesforce")),
    };
    let discovery = [issuer.trim_end_matches('/'), "/.well-known/openid-configuration"].concat();
    let mut out = Writer::new();
    out.text("redirectUri", &redirect_uri).text("discoveryUrl", &discovery);
    out.open("registration", '{').text("client_id", text_of(input, "clientId"));
    out.open("redirect_uris", '[').push(&redirect_uri).close(']');
    out.open("response_types", '[').push("code").close(']');
    out.open("grant_types", '[').push("authorization_code").close(']');
    out.text("token_endpoint_auth_method", METHOD).text("scope", scope).close('}');
    out.open("configuration", '{');
    let (id, secret) = (text_of(input, "clientId"), text_of(input, "clientSecret"));
    match system {
        "salesforce" => {
            out.text("providerType", "OpenIdConnect").text("developerName", suffix(input)?);
            out.text("friendlyName", suffix(input)?)
                .text("consumerKey", id)
                .text("consumerSecret", secret);
            out.text("authorizeUrl", https(metadata, "authorization_endpoint")?);
            out.text("tokenUrl", https(metadata, "token_endpoint")?);
            out.text("userInfoUrl", https(metadata, "userinfo_endpoint")?);
            out.text("idTokenIssuer", issuer).text("defaultScopes", scope);
            out.bool("sendAccessTokenInHeader", true).bool("sendClientCredentialsInHeader", true);
        }
        "forgerock" => {
            out.text("clientId", id).text("clientSecret", secret).text("issuer", issuer);
            out.text("issuerComparisonCheckType", "EXACT").text("wellKnownEndpoint", &discovery);
            out.text("authorizationEndpoint", https(metadata, "authorization_endpoint")?);
            out.text("tokenEndpoint", https(metadata, "token_endpoint")?);
            out.text("userInfoEndpoint", https(metadata, "userinfo_endpoint")?);
            out.text("jwksUriEndpoint", https(metadata, "jwks_uri")?).open("scopes", '[');
            for word in words(scope) {
                out.push(word);
            }
            out.close(']').text("scopeDelimiter", " ").text("redirectURI", &redirect_uri);
            out.text("clientAuthenticationMethod", "CLIENT_SECRET_BASIC")
                .text("pkceMethod", "S256");
            out.text("userInfoResponseType", "JSON").bool("enabled", true);
        }
        _ => {
            out.text("clientId", id).text("clientSecret", secret).text("issuer", issuer);
        }
    }
    out.close('}');
    Ok(out.finish())
}

/// An address of the metadata, to which a user or a secret is sent.
fn https<'a>(metadata: &'a Json, name: &str) -> Result<&'a str, Fault> {
    let address = text_of(metadata, name);
    if address.is_empty() {
        return Err(Fault::new(Code::MetadataInvalid, name, "missing"));
    }
    match url::is_endpoint(address, false) {
        true => Ok(address),
        false => Err(Fault::new(Code::MetadataInsecure, name, "not https")),
    }
}

/// The address that the relying party shows: a secret way back for codes, so https and without a fragment.
fn given_redirect(input: &Json) -> Result<String, Fault> {
    let address = text_of(input, "redirectUri");
    if address.is_empty() {
        return Err(Fault::of_field("redirectUri", "missing"));
    }
    let is_safe = url::read(address).is_ok_and(|url| url.is_https() && url.fragment.is_none());
    if is_safe { Ok(address.to_owned()) } else { Err(Fault::of_field("redirectUri", "not https")) }
}

/// `https://DOMAIN/services/authcallback/SUFFIX`.
fn callback_of_salesforce(input: &Json) -> Result<String, Fault> {
    let domain = text_of(input, "domain");
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    if domain.is_empty() || !domain.bytes().all(is_host) {
        return Err(Fault::of_field("domain", "no host name"));
    }
    Ok(["https://", domain, "/services/authcallback/", suffix(input)?].concat())
}

/// The URL suffix, which is also the developer name: letters, digits and underscores.
fn suffix(input: &Json) -> Result<&str, Fault> {
    let suffix = text_of(input, "urlSuffix");
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    if suffix.is_empty() || suffix.len() > 32 || !suffix.bytes().all(is_plain) {
        return Err(Fault::of_field("urlSuffix", "not 1 to 32 letters, digits or underscores"));
    }
    Ok(suffix)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;
    use alloc::format;

    const METADATA: &str = r#"{"issuer":"https://e.example/api/oidc","authorization_endpoint":"https://e.example/a","token_endpoint":"https://e.example/t","userinfo_endpoint":"https://e.example/u","jwks_uri":"https://e.example/k"}"#;

    fn ask(members: &str, metadata: &str) -> Result<String, (Code, String)> {
        let text =
            format!(r#"{{"metadata":{metadata},"clientId":"c","clientSecret":"s"{members}}}"#);
        let input = json::read_object(text.as_bytes()).unwrap();
        relying_party(&input).map_err(|fault| (fault.code, fault.at))
    }

    #[test]
    fn each_relying_party_gets_its_own_fields() {
        let answer =
            ask(r#","system":"connectwise","redirectUri":"https://home.example/cb""#, METADATA);
        let answer = answer.unwrap();
        assert!(answer.contains(
            r#""discoveryUrl":"https://e.example/api/oidc/.well-known/openid-configuration""#
        ));
        assert!(answer.ends_with(
            r#""configuration":{"clientId":"c","clientSecret":"s","issuer":"https://e.example/api/oidc"}}"#
        ));
        let answer = ask(
            r#","system":"salesforce","domain":"a.my.salesforce.com","urlSuffix":"Entrust""#,
            METADATA,
        );
        assert!(answer.unwrap().contains(
            r#""redirectUri":"https://a.my.salesforce.com/services/authcallback/Entrust""#
        ));
    }

    #[test]
    fn a_wrong_field_is_named() {
        for (members, at) in [
            (r#","system":"other","redirectUri":"https://h.example""#, "system"),
            (r#","system":"connectwise""#, "redirectUri"),
            (r#","system":"forgerock","redirectUri":"http://h.example""#, "redirectUri"),
            (r#","system":"forgerock","redirectUri":"https://h.example/#x""#, "redirectUri"),
            (r#","system":"salesforce","urlSuffix":"a""#, "domain"),
            (r#","system":"salesforce","domain":"a/b","urlSuffix":"a""#, "domain"),
            (r#","system":"salesforce","domain":"a.example","urlSuffix":"a/b""#, "urlSuffix"),
            (
                r#","system":"connectwise","redirectUri":"https://h.example","scope":"email""#,
                "scope",
            ),
            (r#","system":"connectwise","redirectUri":"https://h.example","other":1"#, "other"),
        ] {
            assert_eq!(
                ask(members, METADATA),
                Err((Code::ConfigInvalid, at.to_owned())),
                "{members}"
            );
        }
        let http = METADATA.replace("https://e.example/t", "http://e.example/t");
        let forgerock = r#","system":"forgerock","redirectUri":"https://h.example""#;
        assert_eq!(ask(forgerock, &http).unwrap_err().0, Code::MetadataInsecure);
        assert_eq!(ask(forgerock, "{}").unwrap_err(), (Code::MetadataInvalid, "issuer".to_owned()));
    }
}
