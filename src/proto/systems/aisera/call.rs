//! REST calls to the external system: which of them get the user's token, and the query parameters.

use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::text_of;
use crate::proto::text::json::{Json, Writer};
use crate::proto::text::{form, has_word, split, url};
use alloc::string::String;

/// Writes the rules of the calls. ServiceNow takes the ID token of the user, and Generic stands for an API that takes
/// the access token, unless `token` says which.
pub(super) fn write_rules(out: &mut Writer, input: &Json) -> Result<(), Fault> {
    let usual = match text_of(input, "integration") {
        "ServiceNow" => "id_token",
        "Generic" => "access_token",
        _ => return Err(Fault::of_field("integration", "neither ServiceNow nor Generic")),
    };
    let token = match text_of(input, "token") {
        "" => usual,
        one @ ("id_token" | "access_token") => one,
        _ => return Err(Fault::of_field("token", "neither id_token nor access_token")),
    };
    out.text("token", token).open("origins", '[');
    for origin in input.member("origins").and_then(Json::list).unwrap_or_default() {
        out.push(&read_origin(origin.text().unwrap_or_default())?);
    }
    out.close(']').open("query", '{');
    for (name, value) in input.member("query").map(Json::members).unwrap_or_default() {
        let value =
            value.text().ok_or_else(|| Fault::of_field("query", "not an object of texts"))?;
        out.text(name, value);
    }
    out.close('}');
    Ok(())
}

/// An origin, as browsers write it. A path would promise a limit that is not checked.
fn read_origin(text: &str) -> Result<String, Fault> {
    let invalid = |detail| Fault::of_field("origins", detail);
    let found = url::read(text).map_err(|_| invalid("no origin such as https://api.example"))?;
    if !matches!(found.path, "" | "/") || found.query.is_some() || found.fragment.is_some() {
        return Err(invalid("more than an origin: has a path, a query or a fragment"));
    }
    // An attacker who reads the network would have the token.
    if found.is_secure(true) {
        Ok(found.origin())
    } else {
        Err(invalid("http, where https is required"))
    }
}

/// Decides about a call to `url`: its address with the query parameters, and whether it gets the token. An address
/// elsewhere stays as it is, and gets nothing.
pub(in crate::proto::systems) fn call(input: &Json) -> Result<String, Fault> {
    let address = text_of(input, "url");
    let rules = input.member("calls").unwrap_or(&Json::Null);
    let origin = url::read(address).map(|url| url.origin()).unwrap_or_default();
    let is_listed =
        !origin.is_empty() && rules.member("origins").is_some_and(|all| all.has(&origin));
    let mut out = Writer::new();
    let with_query = is_listed.then(|| complete(address, rules));
    Ok(out
        .text("url", with_query.as_deref().unwrap_or(address))
        .bool("getsToken", is_listed)
        .finish())
}

/// The headers that a redirect to another origin keeps. Any other one may be a credential under a name of the API's own,
/// such as `X-Api-Key`.
const KEPT: &str = "accept accept-language user-agent content-type content-length content-encoding content-language";

/// The headers of a body, which a redirect may leave out.
const OF_BODY: &str =
    "content-type content-length content-encoding content-language content-location";

/// Decides about a response with this `status` to a request with this `method` and these `headers`, by their names in lower
/// case. `from` and `to`, which the response names, are absolute. `does` says what follows: `answer` is no redirect,
/// `refuse` one to an address that is neither http nor https, or has credentials. For `follow` there are the `method` of
/// the next request (RFC 9110, section 15.4), the headers to `drop`, and whether it keeps the token. Another origin gets no
/// token: the host that controls the redirect would choose who reads it.
pub(in crate::proto::systems) fn redirect(input: &Json) -> Result<String, Fault> {
    let method = text_of(input, "method");
    let next = match (input.seconds_or("status", 0), method) {
        (303, "GET" | "HEAD") => method,
        (303, _) | (301 | 302, "POST") => "GET",
        (301 | 302 | 307 | 308, _) => method,
        _ => return Ok(Writer::new().text("does", "answer").finish()),
    };
    let [from, to] = ["from", "to"].map(|name| {
        let (rest, _) = split(text_of(input, name), b'#');
        url::read(split(rest, b'?').0)
    });
    let (Ok(from), Ok(to)) = (from, to) else {
        return Ok(Writer::new().text("does", "refuse").finish());
    };
    let keeps = from.same_origin(&to);
    let is_dropped =
        |name: &&str| !keeps && !has_word(KEPT, name) || next != method && has_word(OF_BODY, name);
    let mut out = Writer::new();
    out.text("does", "follow").bool("keepsToken", keeps).text("method", next).open("drop", '[');
    let names = input.member("headers").and_then(Json::list).unwrap_or_default();
    for name in names.iter().filter_map(Json::text).filter(is_dropped) {
        out.push(name);
    }
    Ok(out.close(']').finish())
}

/// The address with the parameters that it lacks: a call may have its own value of one.
fn complete(address: &str, rules: &Json) -> String {
    let (rest, _) = split(address, b'#');
    let own = form::read_any(split(rest, b'?').1.unwrap_or_default());
    let mut added = String::new();
    for (name, value) in rules.member("query").map(Json::members).unwrap_or_default() {
        if !own.iter().any(|(one, _)| *one == **name) {
            form::add(&mut added, name, value.text().unwrap_or_default());
        }
    }
    url::with_form(address, &added)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::proto::systems::decide;
    use alloc::{format, string::String};

    fn called(address: &str) -> String {
        let calls = r#"{"origins":["https://api.example"],"query":{"limit":"10","q":"a b"}}"#;
        decide("aisera-call", &format!(r#"{{"url":"{address}","calls":{calls}}}"#)).unwrap()
    }

    #[test]
    fn a3_only_a_listed_origin_gets_the_token_and_the_parameters() {
        for (address, with_query) in [
            ("https://api.example/x", "https://api.example/x?limit=10&q=a%20b"),
            ("https://API.example:443/x?limit=5#y", "https://API.example:443/x?limit=5&q=a%20b#y"),
        ] {
            let expected = format!(r#"{{"url":"{with_query}","getsToken":true}}"#);
            assert_eq!(called(address), expected);
        }
        for address in [
            "http://api.example/x",
            "https://api.example:8443/x",
            "https://api.example.evil.example/x",
            "https://api.example@evil.example/x",
            "https://evil.example/https://api.example",
            "/x",
            "",
        ] {
            let expected = format!(r#"{{"url":"{address}","getsToken":false}}"#);
            assert_eq!(called(address), expected);
        }
    }

    fn redirected(to: &str, status: u16, method: &str) -> String {
        let headers = r#"["accept","authorization","content-type","x-api-key","cookie"]"#;
        let input = format!(
            r#"{{"from":"https://api.example/x","to":"{to}","status":{status},"method":"{method}","headers":{headers}}}"#
        );
        decide("aisera-redirect", &input).unwrap()
    }

    #[test]
    fn a3_a_redirect_to_another_origin_loses_the_token_and_the_headers_of_the_api() {
        let kept = r#"{"does":"follow","keepsToken":true,"method":"GET","drop":[]}"#;
        let lost = r#"{"does":"follow","keepsToken":false,"method":"GET","drop":["authorization","x-api-key","cookie"]}"#;
        for (to, expected) in [
            ("https://api.example/y", kept),
            ("https://api.example:443/y?a=`#b", kept),
            ("https://other.example/x", lost),
            ("http://api.example/x", lost),
        ] {
            assert_eq!(redirected(to, 302, "GET"), expected, "{to}");
        }
    }

    #[test]
    fn a3_a_redirect_elsewhere_than_to_http_is_refused() {
        for to in [
            "javascript:x",
            "data:application/json,{}",
            "file:///etc/passwd",
            "blob:https://api.example/1",
            "https://u:p@api.example/x",
            "",
        ] {
            assert_eq!(redirected(to, 302, "GET"), r#"{"does":"refuse"}"#, "{to}");
            assert_eq!(redirected(to, 200, "GET"), r#"{"does":"answer"}"#, "{to}");
        }
    }

    #[test]
    fn a3_a_redirect_has_the_method_of_its_status() {
        for (status, method, next, drop) in [
            (301, "POST", "GET", r#"["content-type"]"#),
            (302, "PUT", "PUT", "[]"),
            (303, "PUT", "GET", r#"["content-type"]"#),
            (303, "HEAD", "HEAD", "[]"),
            (307, "POST", "POST", "[]"),
            (308, "POST", "POST", "[]"),
        ] {
            let answer = redirected("https://api.example/y", status, method);
            let end = format!(r#""method":"{next}","drop":{drop}}}"#);
            assert!(answer.ends_with(&end), "{status} {method}: {answer}");
        }
        for status in [200, 201, 300, 304, 305, 401] {
            let answer = redirected("https://api.example/y", status, "GET");
            assert_eq!(answer, r#"{"does":"answer"}"#, "{status}");
        }
    }

    #[test]
    fn a3_an_origin_is_https_and_no_more_than_an_origin() {
        for origin in ["http://api.example", "api.example", "https://api.example/x", "*", ""] {
            let input = format!(
                r#"{{"fields":{{"Authorization URL":"https://o.example/a","Client Id":"c","Client Secret":"s",
                "Access Token URL":"https://o.example/t"}},"integration":"Generic","origins":["{origin}"]}}"#
            );
            assert_eq!(decide("aisera-import", &input).unwrap_err().at, "origins", "{origin}");
        }
    }
}
