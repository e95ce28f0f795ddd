//! The authorization response (OpenID Connect Core 1.0, section 3.1.2.5; RFC 6749, section 4.1.2;
//! RFC 9207), checked in this order: state, duplicates, iss, error, code.

use super::provider_error::Subject;
use super::response;
use crate::proto::client::config::ClientConfig;
use crate::proto::error::{At, Code, Error, ProviderError};
use crate::proto::features::{CONFIDENTIAL_CLIENT, WITH_FRAMES};
use crate::proto::provider::issuer;
use crate::proto::text::json::{self, Writer};
use crate::proto::text::{concat, form, has_word, pieces, secret, split, url};
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// The content of an address for this client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// No response, or another client's response, which is ignored.
    Nothing,
    /// A response at our `redirect_uri` that this app did not request: it is ignored and reported.
    Foreign(Code),
    /// A response to a request of this client; it may still be forged.
    Ours {
        /// `state` of the response.
        state: String,
        /// Whether it is in the fragment, where no response is expected.
        in_fragment: bool,
    },
    /// A response that another page of this app waits for.
    Relayed {
        /// `state` of the response.
        state: String,
    },
    /// The return from a sign-out of this client.
    SignedOut,
}

/// The parameters of a response that are read. Others may be malformed.
static PARAMETERS: &[At] = &[At::State, At::Code, At::Iss, At::Error, At::ErrorDescription];

/// The parameters of a response by the standards. The app does not receive them.
const STANDARD: &str = "code state iss session_state error error_description error_uri response \
    id_token access_token refresh_token token_type expires_in scope";
/// How many parameters are searched for others, how many others are taken, and the maximum bytes of a
/// name and of a value.
const MAX_PAIRS: usize = 64;
const MAX_OTHERS: usize = 16;
const MAX_NAME_BYTES: usize = 64;
const MAX_VALUE_BYTES: usize = 1024;

/// The prefix of a sign-in's `state`; the client's tag follows.
const SIGN_IN: &str = "cs.";
/// The prefix of the `state` of a request in a popup or a hidden frame.
const RELAYED: &str = "cr.";
/// The prefix of a sign-out's `state`.
const SIGN_OUT: &str = "co.";

/// The `state` of a sign-in. It names the client, so that clients on one page ignore each other's
/// responses, and contains 256 random bits.
#[must_use]
pub fn derive_state(config: &ClientConfig, random: &str) -> String {
    concat(&[SIGN_IN, config.tag(), ".", random])
}

/// The `state` of a request in a popup or a hidden frame, whose response the page there passes to
/// the page that waits.
#[must_use]
pub fn derive_relayed_state(config: &ClientConfig, random: &str) -> String {
    concat(&[RELAYED, config.tag(), ".", random])
}

/// The `state` of a sign-out.
#[must_use]
pub fn derive_sign_out_state(config: &ClientConfig, random: &str) -> String {
    concat(&[SIGN_OUT, config.tag(), ".", random])
}

/// Finds a response in a page's address. Other parts of the address are ignored.
#[must_use]
pub fn find(config: &ClientConfig, page_url: &str) -> Found {
    let page = Page::read(page_url);
    for (part, in_fragment) in [(page.query, false), (page.fragment, true)] {
        for state in states(part) {
            if is_of(config, SIGN_IN, &state) {
                return Found::Ours { state, in_fragment };
            }
            if is_of(config, RELAYED, &state) {
                return Found::Relayed { state };
            }
            if is_of(config, SIGN_OUT, &state) {
                return Found::SignedOut;
            }
        }
    }
    foreign(config, &page)
}

/// Reads the code of a response to the request whose `state` and issuer are given.
///
/// # Errors
/// `OIDC_CALLBACK_MALFORMED`, `OIDC_STATE_MISSING`, `OIDC_STATE_MISMATCH`,
/// `OIDC_CALLBACK_DUPLICATE`, `OIDC_CALLBACK_ISSUER_MISMATCH`, `OIDC_CALLBACK_ISSUER_MISSING`,
/// `OIDC_SIGNIN_REFUSED`, `OIDC_INTERACTION_REQUIRED`, `OIDC_PROVIDER_UNAVAILABLE`,
/// `OIDC_PROVIDER_ERROR`, `OIDC_CALLBACK_CODE_MISSING`.
pub fn read(query: &str, state: &str, issuer: &str, sends_issuer: bool) -> Result<String, Error> {
    let response = form::read_any(query);
    for (name, value) in &response {
        if value.is_none() && PARAMETERS.iter().any(|at| at.text() == name) {
            return Err(Code::CallbackMalformed.into());
        }
    }
    let error = one(&response, "error").filter(|error| !error.is_empty());
    let refusal = |at| error.map(|error| Error::at(Subject::of(error).in_address(), at));
    let states = states(query);
    if states.is_empty() {
        // A window that this page opened may bring an error without a state. `At::State` tells it from one that
        // is surely of this provider: it ends this request, and no session.
        return Err(refusal(At::State)
            .filter(|_| WITH_FRAMES)
            .unwrap_or(Code::StateMissing.into()));
    }
    for value in states {
        if !secret::same(value.as_bytes(), state.as_bytes()) {
            return Err(Code::StateMismatch.into());
        }
    }
    // Some readers take the first of two, others the last: a duplicate parameter may be an attack.
    for &name in PARAMETERS {
        if is_repeated(&response, name.text()) {
            return Err(Error::at(Code::CallbackDuplicate, name));
        }
    }
    match one(&response, "iss") {
        // Nothing to compare with: the app knows no issuer.
        Some(_) if CONFIDENTIAL_CLIENT && issuer.is_empty() => {}
        Some(iss) if !issuer::may_be_issuer(issuer, iss) => {
            return Err(Code::CallbackIssuerMismatch.into());
        }
        None if sends_issuer => return Err(Code::CallbackIssuerMissing.into()),
        _ => {}
    }
    if let Some(error) = refusal(At::Error) {
        return Err(error);
    }
    let code = one(&response, "code").filter(|code| !code.is_empty());
    Ok(code.ok_or(Code::CallbackCodeMissing)?.to_owned())
}

/// A response that was posted as a message (`response_mode=web_message`, and Okta's
/// `okta_post_message`, which has no `response` around it), as a query.
fn of_message(text: &str) -> Option<String> {
    let json = json::read_object(text.as_bytes()).ok()?;
    let response = json.member("response").unwrap_or(&json);
    let mut query = String::new();
    let mut add = |name: At| {
        if let Some(value) = response.text_of(name.text()) {
            form::add(&mut query, name.text(), value);
        }
    };
    PARAMETERS.iter().copied().for_each(&mut add);
    add(At::SessionState);
    Some(query)
}

/// The query of a response that a popup or a frame brought, which may be a message.
#[must_use]
pub fn query_of(answer: &str) -> String {
    of_message(answer).unwrap_or_else(|| answer.to_owned())
}

/// A query with these words of a provider, for [`provider_error`].
#[must_use]
pub fn query_with(said: &ProviderError) -> String {
    let mut query = String::new();
    form::add(&mut query, At::Error.text(), &said.error);
    form::add(&mut query, At::ErrorDescription.text(), &said.description);
    query
}

/// A parameter of a response, decoded.
#[must_use]
pub fn parameter(query: &str, name: &str) -> Option<String> {
    one(&form::read_any(query), name).map(ToOwned::to_owned)
}

/// The provider's `error` and `error_description`.
#[must_use]
pub fn provider_error(query: &str) -> Option<ProviderError> {
    let response = form::read_any(query);
    let error = one(&response, "error").filter(|error| !error.is_empty())?;
    Some(response::quote(error, one(&response, "error_description")))
}

/// The other parameters of a response, such as Keycloak's `kc_action_status`, as JSON text. An attacker
/// may have written them. One that is too long or repeated is left out.
#[must_use]
pub fn other_parameters(query: &str) -> String {
    let mut others = Writer::new();
    let mut all = form::read_any(query);
    all.truncate(MAX_PAIRS);
    let mut left = MAX_OTHERS;
    for (name, value) in &all {
        let Some(value) = value else { continue };
        let is_short = name.len() <= MAX_NAME_BYTES && value.len() <= MAX_VALUE_BYTES;
        let is_other = !name.is_empty() && !has_word(STANDARD, name) && !is_repeated(&all, name);
        if left > 0 && is_short && is_other {
            left = left.saturating_sub(1);
            others.text(name, value);
        }
    }
    others.finish()
}

/// Whether the provider asks to start again: its page for the sign-in was open for too long, as
/// Keycloak says. With another error the same description asks for nothing.
#[must_use]
pub fn asks_to_start_again(query: &str) -> bool {
    provider_error(query).is_some_and(|said| {
        said.error == "temporarily_unavailable" && said.description == "authentication_expired"
    })
}

/// Whether a response has more than one parameter of this name.
fn is_repeated(response: &[(String, Option<String>)], name: &str) -> bool {
    let mut is_found = false;
    for pair in response {
        if pair.0 == name {
            if is_found {
                return true;
            }
            is_found = true;
        }
    }
    false
}

fn one<'a>(response: &'a [(String, Option<String>)], name: &str) -> Option<&'a str> {
    response.iter().find(|pair| pair.0 == name)?.1.as_deref()
}

/// A page's address in three parts. It comes from the browser, so nothing is refused.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The text before the query.
    pub base: &'a str,
    /// The text between `?` and `#`.
    pub query: &'a str,
    /// The text after `#`.
    pub fragment: &'a str,
}

impl<'a> Page<'a> {
    /// Splits an address.
    #[must_use]
    pub fn read(url: &'a str) -> Self {
        let (rest, fragment) = split(url, b'#');
        let (base, query) = split(rest, b'?');
        Self { base, query: query.unwrap_or_default(), fragment: fragment.unwrap_or_default() }
    }

    /// Whether this is the page of `redirect_uri`. If a provider sends no `iss`, only the page
    /// tells whose response it is (RFC 9700, 4.4.2). A slash at the end may differ, because servers
    /// of static pages add it.
    #[must_use]
    pub fn is_at(&self, redirect_uri: &str) -> bool {
        let (Ok(here), Ok(home)) = (url::read(self.base), url::read(redirect_uri)) else {
            return false;
        };
        here.same_origin(&home) && without_slashes(here.path) == without_slashes(home.path)
    }

    /// The address without the response: of the page's query only the parameters of `redirect_uri`
    /// itself stay, because a provider may add unknown ones.
    #[must_use]
    pub fn clean(&self, redirect_uri: &str) -> String {
        match split(redirect_uri, b'?') {
            (base, Some(query)) if base == self.base => concat(&[self.base, "?", query]),
            _ => self.base.to_owned(),
        }
    }

    /// The address without its `state`, after a sign-out.
    #[must_use]
    pub fn without_state(&self) -> String {
        let mut url = self.base.to_owned();
        let mut mark = "?";
        for pair in pieces(self.query, b'&') {
            if !pair.is_empty() && !pair.starts_with("state=") {
                url.push_str(mark);
                url.push_str(pair);
                mark = "&";
            }
        }
        url
    }
}

fn without_slashes(mut path: &str) -> &str {
    while let Some(rest) = path.strip_suffix('/') {
        path = rest;
    }
    path
}

fn is_of(config: &ClientConfig, kind: &str, state: &str) -> bool {
    let rest = state.strip_prefix(kind).and_then(|rest| rest.strip_prefix(config.tag()));
    rest.is_some_and(|rest| rest.starts_with('.'))
}

/// Every `state` of a query: a stray `%` elsewhere must not hide a response of this client. Some providers
/// send an empty one with an error, which is none.
fn states(query: &str) -> Vec<String> {
    let mut states = Vec::new();
    for (name, value) in form::read_any(query) {
        if let Some(state) = value
            && name == "state"
            && !state.is_empty()
        {
            states.push(state);
        }
    }
    states
}

/// A foreign response is reported only at the page of our `redirect_uri`, and never if another
/// Countersign client requested it.
fn foreign(config: &ClientConfig, page: &Page<'_>) -> Found {
    let mut is_response = false;
    for pair in pieces(page.query, b'&') {
        is_response |= pair.starts_with("code=") || pair.starts_with("error=");
    }
    if !is_response || !page.is_at(config.redirect_uri()) {
        return Found::Nothing;
    }
    let states = states(page.query);
    for state in &states {
        if state.starts_with(SIGN_IN) || state.starts_with(RELAYED) {
            return Found::Nothing;
        }
    }
    Found::Foreign(if states.is_empty() { Code::StateMissing } else { Code::StateMismatch })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn config() -> ClientConfig {
        let settings = r#"{"issuer":"https://op.example","clientId":"c",
            "redirectUri":"https://app.example/cb?app=1"}"#;
        ClientConfig::read(settings).unwrap()
    }

    #[test]
    fn an_empty_error_has_no_words_of_a_provider() {
        assert!(provider_error("error=&state=s").is_none());
        assert!(provider_error("code=c&error=&error_description=d&state=s").is_none());
        assert_eq!(provider_error("error=e&state=s").unwrap().error, "e");
    }

    fn find(url: &str) -> Found {
        super::find(&config(), url)
    }

    #[test]
    fn b4_an_address_that_is_no_response_is_nothing_to_us() {
        for url in [
            "https://app.example/",
            "https://app.example/cb",
            "https://app.example/cb?q=100%&state=open",
            "https://app.example/other?code=x&state=foreign",
            "https://app.example/cb?code=x&state=cs.AAAAAAAAAAA.x",
            "about:blank",
        ] {
            assert_eq!(find(url), Found::Nothing, "{url}");
        }
    }

    #[test]
    fn a_response_of_ours_is_found_beside_anything() {
        let state = derive_state(&config(), "r");
        for (url, in_fragment) in [
            (["https://app.example/x?q=100%&%&state=", &state].concat(), false),
            (["https://app.example/#state=", &state, "&code=x"].concat(), true),
            (["https://app.example/cb?state=other&state=", &state].concat(), false),
        ] {
            assert_eq!(find(&url), Found::Ours { state: state.clone(), in_fragment }, "{url}");
        }
    }

    #[test]
    fn res_11_the_clean_address_has_nothing_of_the_response() {
        let redirect_uri = "https://app.example/cb?app=1";
        let page = Page::read("https://app.example/cb?app=1&code=x&state=y#frag");
        assert_eq!(page.clean(redirect_uri), redirect_uri);
        let elsewhere = Page::read("https://app.example/x?code=x&state=y");
        assert_eq!(elsewhere.clean(redirect_uri), "https://app.example/x");
    }

    #[test]
    fn a_stray_percent_is_harmless_in_a_parameter_that_is_not_ours() {
        for query in [
            "q=100%&code=x&state=s",
            "%=1&code=x&state=s",
            "code=x&state=s&%zz",
            "code=x&state=s&error=",
        ] {
            assert_eq!(read(query, "s", "https://op.example", false).unwrap(), "x", "{query}");
        }
        for query in ["code=%&state=s", "code=x&state=s&iss=%zz", "code=x&state=%"] {
            let error = read(query, "s", "https://op.example", false).unwrap_err();
            assert_eq!(error.code, Code::CallbackMalformed, "{query}");
        }
        let latin = "error=access_denied&error_description=Zur%FCck+%E9&state=s";
        let error = read(latin, "s", "https://op.example", false).unwrap_err();
        assert_eq!(error.code, Code::SigninRefused);
        let words = |query: &str| provider_error(query).unwrap().description;
        assert_eq!(words(latin), "Zurück é");
        assert_eq!(words("error=e&error_description=100%"), "100%");
        let said = provider_error("q=100%&error=of_no_standard&error_description=why").unwrap();
        assert_eq!((&*said.error, &*said.description), ("of_no_standard", "why"));
    }

    #[test]
    fn d10_other_parameters_are_bounded_text_and_never_those_of_the_protocol() {
        let ours = "code=c&state=s&iss=i&error=e&id_token=t&access_token=a&session_state=q&scope=x";
        let query = [ours, "&kc_action_status=success&n%22=a%0Ab%22&=x&bad=%&__proto__=p"].concat();
        let found = r#"{"kc_action_status":"success","n\"":"a\u000ab\"","__proto__":"p"}"#;
        assert_eq!(other_parameters(&query), found);
        assert_eq!(other_parameters("a=1&a=2&b=3"), r#"{"b":"3"}"#);
        let long = |name, value| ["x".repeat(name), "=".into(), "y".repeat(value)].concat();
        assert_eq!(other_parameters(&long(65, 1)), "{}");
        assert_eq!(other_parameters(&long(1, 1025)), "{}");
        assert_eq!(other_parameters(&long(64, 1024)).len(), 64 + 1024 + 7);
        let many: String = (0..40_u8).map(|n| alloc::format!("p{n}=1&")).collect();
        assert_eq!(other_parameters(&many).matches(':').count(), MAX_OTHERS);
    }

    #[test]
    fn res_10_unknown_parameters_are_ignored() {
        let query = "app=1&code=x&state=s&session_state=q&whatever=1";
        assert_eq!(read(query, "s", "https://op.example", false).unwrap(), "x");
    }
}
