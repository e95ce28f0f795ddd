//! Client authentication at the token, revocation and pushed request endpoints (RFC 6749 section
//! 2.3, OpenID Connect Core 1.0 section 9).

use super::config::ClientConfig;
use crate::proto::effect::Request;
use crate::proto::features::CONFIDENTIAL_CLIENT;
use crate::proto::provider::metadata::{BASIC, Metadata, POST};
use crate::proto::text::{base64url, concat, form};
use alloc::string::String;

/// An authentication method, as registrations name it in `token_endpoint_auth_method`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// `none`: a public client sends its `client_id` in the form and nothing else.
    Public,
    /// `client_secret_basic`: the id and the secret are in the header, and not in the form.
    Basic,
    /// `client_secret_post`: the id and the secret are in the form.
    Post,
    /// `private_key_jwt`: the form has an assertion, signed with the client's key.
    Key,
}

const KEY: &str = "private_key_jwt";
const NONE: &str = "none";

/// Whether the setting `authMethod` can have this value.
#[must_use]
pub fn is_known(name: &str) -> bool {
    name == BASIC || name == POST
}

impl Method {
    /// Chooses the method for a client at a provider. The setting decides. Without it, this is
    /// `client_secret_basic`, the default of RFC 8414 section 2, unless the provider announces only
    /// `client_secret_post`.
    #[must_use]
    pub fn choose(config: &ClientConfig, metadata: &Metadata<'_>) -> Self {
        if !CONFIDENTIAL_CLIENT || config.client_secret().is_none() {
            let has_key = CONFIDENTIAL_CLIENT && config.client_key().is_some();
            return if has_key { Self::Key } else { Self::Public };
        }
        match config.auth_method() {
            Some(POST) => Self::Post,
            None if metadata.takes_secret_in_form_only() => Self::Post,
            _ => Self::Basic,
        }
    }

    /// The method with this name, which a waiting flow stores. An unknown name is `Public`.
    #[must_use]
    pub fn of_name(name: &str) -> Self {
        match name {
            BASIC if CONFIDENTIAL_CLIENT => Self::Basic,
            POST if CONFIDENTIAL_CLIENT => Self::Post,
            KEY if CONFIDENTIAL_CLIENT => Self::Key,
            _ => Self::Public,
        }
    }

    /// The name of the method.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => NONE,
            Self::Basic => BASIC,
            Self::Post => POST,
            Self::Key => KEY,
        }
    }

    /// The `client_id` for the form. Returns "" if the form must not have it: a client uses one
    /// method per request (RFC 6749 section 2.3).
    #[must_use]
    pub fn form_id(self, config: &ClientConfig) -> &str {
        match self {
            Self::Basic if CONFIDENTIAL_CLIENT => "",
            _ => config.client_id(),
        }
    }

    /// Adds the credentials to a request. The host adds an assertion later, see
    /// [`Effect::SendWithAssertion`](crate::proto::effect::Effect::SendWithAssertion).
    #[must_use]
    pub fn prove(self, config: &ClientConfig, mut request: Request) -> Request {
        if !CONFIDENTIAL_CLIENT {
            return request;
        }
        let secret = config.client_secret().unwrap_or_default();
        match self {
            Self::Public | Self::Key => {}
            Self::Basic => request.authorization = Some(basic(config.client_id(), secret)),
            Self::Post => {
                form::add(request.body.get_or_insert_default(), "client_secret", secret);
            }
        }
        request
    }
}

/// Adds `client_id` to a form. An empty id is in the header already, and not added.
pub fn add_client_id(form: &mut String, client_id: &str) {
    if !CONFIDENTIAL_CLIENT || !client_id.is_empty() {
        form::add(form, "client_id", client_id);
    }
}

/// The value of `Authorization` for `client_secret_basic`. Both parts are form-encoded before they
/// are joined, so that a colon in one of them is not the separator.
#[must_use]
pub fn basic(client_id: &str, client_secret: &str) -> String {
    let pair = concat(&[&form::encode(client_id), ":", &form::encode(client_secret)]);
    let text = base64url::write(pair.as_bytes());
    let mut out = String::from("Basic ");
    // The header needs the standard alphabet and padding; `base64url` writes the other alphabet.
    for letter in text.chars() {
        out.push(match letter {
            '-' => '+',
            '_' => '/',
            letter => letter,
        });
    }
    while out.len().wrapping_sub("Basic ".len()) % 4 != 0 {
        out.push('=');
    }
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::json;
    use alloc::format;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    #[test]
    fn tok_09_both_parts_are_encoded_before_they_are_joined() {
        for (id, secret, pair) in [
            ("s6BhdRkqt3", "gX1fBat3bV", "s6BhdRkqt3:gX1fBat3bV"),
            ("a:b", "c d+\u{e9}", "a%3Ab:c%20d%2B%C3%A9"),
            ("", "~~~", ":~~~"),
        ] {
            let expected = concat(&["Basic ", &STANDARD.encode(pair)]);
            assert_eq!(basic(id, secret), expected, "{id}");
        }
    }

    #[test]
    fn tok_09_the_header_is_used_unless_only_the_form_is_announced_or_asked_for() {
        let choose = |setting: &str, announced: &str| {
            let config = ClientConfig::read_confidential(&format!(
                r#"{{"issuer":"https://op.example","clientId":"c","clientSecret":"s",
                "redirectUri":"https://a.example/cb"{setting}}}"#
            ));
            let keeper = format!(r#"{{"metadata":{{{announced}}}}}"#);
            let keeper = json::read(keeper.as_bytes()).unwrap();
            Method::choose(&config.unwrap(), &Metadata::known(&keeper).unwrap())
        };
        let (basic, post) =
            (r#","authMethod":"client_secret_basic""#, r#","authMethod":"client_secret_post""#);
        let list = |names: &str| format!(r#""token_endpoint_auth_methods_supported":{names}"#);
        for (setting, announced, method) in [
            ("", String::new(), Method::Basic),
            ("", list(r#"["client_secret_post"]"#), Method::Post),
            ("", list(r#"["client_secret_post","client_secret_basic"]"#), Method::Basic),
            ("", list(r#"["private_key_jwt"]"#), Method::Basic),
            ("", list("7"), Method::Basic),
            (basic, list(r#"["client_secret_post"]"#), Method::Basic),
            (post, String::new(), Method::Post),
        ] {
            assert_eq!(choose(setting, &announced), method, "{setting} {announced}");
            assert_eq!(Method::of_name(method.name()), method);
        }
    }
}
