//! A request to an API, and the response of `guard`.

use countersign::proto::effect::UnixTime;
use countersign::proto::error::Code;
use countersign::proto::text::json;
use countersign::proto::verifier::config::VerifierConfig;
use countersign::proto::verifier::cors::Preflight;
use countersign::proto::verifier::guard::{self, ApiRequest, Guard, GuardResponse, Requirements};
use std::sync::LazyLock;

const ORIGIN: &str = "https://app.example";

static SETTINGS: LazyLock<VerifierConfig> = LazyLock::new(|| {
    let text = r#"{"issuer":"https://op.example","audience":["https://api.example/v1","s\"p\\a"],
        "cors":{"origins":["https://app.example"]},"resourceMetadata":{"resource_name":"I"}}"#;
    VerifierConfig::read(text).expect("settings")
});

/// The lines of the input: `Authorization`, URL, `Origin`, method, the method and the headers of a
/// preflight, form, need, claims. An accepted token was in one header and nowhere else, and the
/// request cannot add a header to the response.
pub fn guard(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let mut lines = text.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let (authorization, url, origin, method) = (next(), next(), next(), next());
    let preflight = Preflight { method: next(), headers: next() };
    let asked = ApiRequest { method, url, authorization, origin, preflight, form: next() };
    let guard = Guard::of(&SETTINGS);
    let (need, claims) =
        (Requirements::read(next()).unwrap_or_default(), json::read(next().as_bytes()));
    if let Ok(claims) = claims {
        let result = guard::check_claims(&guard, origin, &need, &claims, UnixTime(1_700_000_000));
        result.unwrap_or_else(|answer| check_answer(&answer, origin));
    }
    for code in [Code::TokenExpired, Code::NetworkFailed, Code::ConfigInvalid, Code::AcrMismatch] {
        check_answer(&guard::refuse(&guard, origin, &need, code.into(), code.text()), origin);
    }
    match guard::read(&guard, &asked, &need) {
        Ok(token) => {
            check_token(&asked, token);
            true
        }
        Err(answer) => {
            check_answer(&answer, origin);
            false
        }
    }
}

fn check_token(asked: &ApiRequest<'_>, token: &str) {
    let (scheme, rest) = asked.authorization.split_once(' ').expect("a scheme");
    assert!(scheme.eq_ignore_ascii_case("bearer") && rest.trim_start_matches(' ') == token);
    let is_one = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte);
    assert!(!token.is_empty() && token.bytes().all(is_one), "{token:?}");
    let query = asked.url.split('#').next().and_then(|url| url.split_once('?'));
    for form in [query.map_or("", |(_, query)| query), asked.form] {
        let is_name = |pair: &str| pair.split('=').next() == Some("access_token");
        assert!(!form.split('&').any(is_name), "a second token in {form}");
    }
}

fn check_answer(answer: &GuardResponse, origin: &str) {
    let status = answer.status;
    assert!([200, 204, 400, 401, 403, 500, 503].contains(&status), "{status}");
    for (name, value) in &answer.headers {
        assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{name}: {value:?}");
    }
    let all = |name: &str| -> Vec<&str> {
        let same = answer.headers.iter().filter(|header| header.0 == name);
        same.map(|header| &*header.1).collect()
    };
    let readable = all("access-control-allow-origin");
    assert_eq!(readable.is_empty(), origin != ORIGIN);
    assert!(readable.iter().all(|allowed| *allowed == ORIGIN), "{readable:?}");
    let challenges = all("www-authenticate");
    let is_preflight = answer.failure.is_none();
    assert_eq!(challenges.len(), usize::from(!is_preflight && (400..500).contains(&status)));
    challenges.iter().for_each(|challenge| check_challenge(challenge));
    assert_eq!(all("retry-after").len(), usize::from(status == 503));
    assert_eq!(all("cache-control"), ["no-store"]);
    assert!(answer.body.is_empty() || json::read_object(answer.body.as_bytes()).is_ok());
    assert_eq!(all("content-type").len(), usize::from(!answer.body.is_empty()));
}

/// One `Bearer` challenge, each parameter once and quoted (RFC 9110 sections 11.2 and 5.6.4).
fn check_challenge(text: &str) {
    let mut rest = text.strip_prefix("Bearer ").expect("one scheme");
    let mut names = Vec::new();
    loop {
        let (name, behind) = rest.split_once("=\"").expect("a parameter");
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{text}");
        assert!(!names.contains(&name), "{text}");
        names.push(name);
        rest = behind_quote(behind).expect("a closed string");
        if rest.is_empty() {
            break;
        }
        rest = rest.strip_prefix(", ").expect("a comma");
    }
    assert_eq!(names.first(), Some(&"realm"), "{text}");
}

/// The text behind the closing quote of a quoted-string. Returns `None` if it is not closed.
fn behind_quote(text: &str) -> Option<&str> {
    let mut letters = text.char_indices();
    loop {
        match letters.next()? {
            (_, '\\') => drop(letters.next()?),
            (place, '"') => return text.get(place + 1..),
            _ => {}
        }
    }
}
