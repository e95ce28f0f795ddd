//! The routes of sessions on a server, and the parts of a request that they read: the address of a sign-in, the form
//! of a response, and where to return to.

use super::entropy::Entropy;
use super::return_to;
use super::sign_in::{self, SignInMode};
use super::step::{Outcome, Step, settle};
use crate::proto::client::config::ClientConfig;
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::callback::Page;
use crate::proto::provider::issuer::may_be_issuer;
use crate::proto::text::json::{self, Writer};
use crate::proto::text::{form, url};
use alloc::{boxed::Box, string::String, vec::Vec};

/// The options that the address of a sign-in can have, by the parameters of the authorization
/// request. No other parameter is taken from a link, which any site can show.
static OPTIONS: &[(&str, At)] = &[
    ("prompt", At::Prompt),
    ("login_hint", At::LoginHint),
    ("acr_values", At::AcrValues),
    ("ui_locales", At::UiLocales),
    ("max_age", At::MaxAge),
    ("claims", At::Claims),
];

/// The parameters of a response that are passed on (RFC 6749, 4.1.2; RFC 9207; Session Management).
static RESPONSE_PARAMETERS: &[&str] =
    &["code", "state", "iss", "error", "error_description", "session_state"];

type Pairs = Vec<(String, String)>;

/// Finds where a route returns to: the `returnTo` of its address, or the `root` of the app.
#[must_use]
pub fn return_to(config: &ClientConfig, root: &str, address: &str) -> Box<Step> {
    let pairs = query(address);
    Step::done(Outcome::SignedOutAt(address_of(config, &pairs, root)))
}

/// Begins the sign-in that the address of a route asks for.
#[must_use]
pub fn sign_in(config: &ClientConfig, root: &str, address: &str, entropy: &Entropy) -> Box<Step> {
    let ask = options(config, root, &query(address));
    settle(ask.map(|ask| sign_in::begin(config, &ask, root, SignInMode::Page, entropy)))
}

/// Begins a sign-in without the options that the address of a route has, for one that is too large to
/// be stored: it returns to the `root` of the app.
#[must_use]
pub fn sign_in_at_root(config: &ClientConfig, root: &str, entropy: &Entropy) -> Box<Step> {
    let ask = Writer::new().text("returnTo", root).finish();
    sign_in::begin(config, &ask, root, SignInMode::Page, entropy)
}

/// Finds the address that a response by `response_mode=form_post` is redirected to. The form comes
/// from the provider's site, without cookies that are `SameSite=Lax`; the redirect has them.
#[must_use]
pub fn form_response(config: &ClientConfig, body: &str) -> Box<Step> {
    // A parameter that is not ours may be malformed.
    let pairs = form::read_any(body);
    let mut response = String::new();
    for (name, value) in &pairs {
        if let Some(value) = value
            && RESPONSE_PARAMETERS.contains(&&**name)
        {
            form::add(&mut response, name, value);
        }
    }
    if !pairs.iter().any(|(name, _)| name == "state" || name == "error") {
        return Step::fail(Code::StateMissing);
    }
    Step::done(Outcome::SignedOutAt(url::with_form(config.redirect_uri(), &response)))
}

fn query(address: &str) -> Pairs {
    form::read(Page::read(address).query).unwrap_or_default()
}

fn address_of(config: &ClientConfig, pairs: &Pairs, root: &str) -> String {
    let find = |wanted: &str| {
        let mut found = pairs.iter().filter(|(name, _)| name == wanted).map(|(_, to)| &**to);
        // Of two, it is unclear which one is meant.
        found.next().filter(|_| found.next().is_none())
    };
    // `target_link_uri`: a sign-in that the provider begins (OpenID Connect Core, section 4).
    return_to::resolve(find("returnTo").or_else(|| find("target_link_uri")), root, config)
}

/// Whether this is the issuer, or one of its aliases.
fn is_ours(config: &ClientConfig, iss: &str) -> bool {
    may_be_issuer(config.issuer(), iss) || config.is_alias(iss)
}

fn options(config: &ClientConfig, root: &str, pairs: &Pairs) -> Result<String, Error> {
    let invalid = |option| Error::at(Code::SigninOptionInvalid, option);
    if pairs.iter().any(|(name, value)| name == "iss" && !is_ours(config, value)) {
        return Err(Error::at(Code::RequestForbidden, At::Iss));
    }
    let mut ask = Writer::new();
    ask.text("returnTo", &address_of(config, pairs, root));
    for &(parameter, option) in OPTIONS {
        let is_named = |name: &str| name == parameter || name == option.text();
        let mut found = pairs.iter().filter(|(name, value)| is_named(name) && !value.is_empty());
        let Some((_, value)) = found.next() else { continue };
        if found.next().is_some() {
            return Err(invalid(option));
        }
        match option {
            At::MaxAge => {
                let seconds = json::read(value.as_bytes()).ok().and_then(|json| json.seconds());
                ask.number(option.text(), seconds.ok_or(invalid(option))?);
            }
            At::Claims => {
                let claims = json::read_object(value.as_bytes()).map_err(|_| invalid(option))?;
                ask.json(option.text(), &claims);
            }
            _ => _ = ask.text(option.text(), value),
        }
    }
    Ok(ask.finish())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::concat;

    const ROOT: &str = "https://app.example/shop/";

    fn config() -> ClientConfig {
        let settings = r#"{"issuer":"https://op.example","clientId":"c",
            "redirectUri":"https://app.example/shop/auth/callback"}"#;
        ClientConfig::read(settings).unwrap()
    }

    fn address(step: &Step) -> &str {
        match &step.end {
            Some(Ok(Outcome::SignedOutAt(to))) => to,
            _ => unreachable!("an address"),
        }
    }

    #[test]
    fn res_17_a_route_returns_to_its_own_origin() {
        for (query, to) in [
            ("?returnTo=/inbox%3Fx=1", "https://app.example/inbox?x=1"),
            ("?a=b&returnTo=https%3A%2F%2Fapp.example%2Finbox", "https://app.example/inbox"),
            ("", ROOT),
            ("?returnTo=", ROOT),
            ("?returnTo=//evil.example", ROOT),
            ("?returnTo=https://evil.example/", ROOT),
            ("?returnTo=/a&returnTo=/b", ROOT),
            ("?returnTo=/a%", ROOT),
            ("#returnTo=/a", ROOT),
            ("?target_link_uri=https%3A%2F%2Fapp.example%2Fdeep", "https://app.example/deep"),
            ("?target_link_uri=https%3A%2F%2Fevil.example%2Fdeep", ROOT),
            ("?returnTo=/a&target_link_uri=/b", "https://app.example/a"),
        ] {
            let address_of_route = concat(&["https://app.example/auth/login", query]);
            let step = return_to(&config(), ROOT, &address_of_route);
            assert_eq!(address(&step), to, "{query}");
        }
    }

    #[test]
    fn req_08_the_address_of_a_sign_in_has_options_and_no_other_parameters() {
        let read = |query: &str| {
            options(&config(), ROOT, &form::read(query).unwrap())
                .map_err(|error| (error.code, error.at))
        };
        assert_eq!(
            read("scope=evil&extra=x").unwrap(),
            concat(&[r#"{"returnTo":""#, ROOT, r#""}"#])
        );
        let all = "prompt=login&loginHint=a&acr_values=x+y&max_age=0&claims=%7B%22a%22:null%7D";
        let text = read(all).unwrap();
        for part in
            [r#""prompt":"login""#, r#""loginHint":"a""#, r#""maxAge":0"#, r#""claims":{"a":null}"#]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        let invalid = |at| Err((Code::SigninOptionInvalid, at));
        assert_eq!(read("max_age=x"), invalid(At::MaxAge));
        assert_eq!(read("max_age=-1"), invalid(At::MaxAge));
        assert_eq!(read("claims=%5B%5D"), invalid(At::Claims));
        assert_eq!(read("prompt=a&prompt=b"), invalid(At::Prompt));
        assert_eq!(read("login_hint=a&loginHint=b"), invalid(At::LoginHint));
        let forbidden = Err((Code::RequestForbidden, At::Iss));
        assert_eq!(read("iss=https://evil.example"), forbidden);
        assert!(read("iss=https://op.example").is_ok());
    }

    #[test]
    fn res_14_a_response_in_a_form_is_redirected_to_the_callback_and_nothing_else_is_passed_on() {
        let step = form_response(&config(), "state=s&code=a%2Bb&user=%7B%7D&x=1");
        let wanted = "https://app.example/shop/auth/callback?state=s&code=a%2Bb";
        assert_eq!(address(&step), wanted);
        // D14: Some providers send no state with an error.
        let step = form_response(&config(), "error=access_denied&x=1");
        let wanted = "https://app.example/shop/auth/callback?error=access_denied";
        assert_eq!(address(&step), wanted);
        for body in ["", "code=x", "%", "{}"] {
            let end = form_response(&config(), body).end;
            let code = end.and_then(Result::err).map(|error| error.code);
            assert_eq!(code, Some(Code::StateMissing), "{body}");
        }
    }
}
