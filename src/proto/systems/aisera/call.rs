//! REST calls to the external system: which of them get the user's token, and the query parameters.

use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::text_of;
use crate::proto::text::json::{Json, Writer};
use crate::proto::text::{form, split, url};
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

/// Decides about a redirect with this `status` from `from` to `to`, both absolute: whether it keeps the token, and the
/// method that follows it (RFC 9110, section 15.4). Another origin gets no token: the host that controls the redirect would
/// choose who reads it.
pub(in crate::proto::systems) fn redirect(input: &Json) -> Result<String, Fault> {
    let [from, to] = ["from", "to"].map(|name| url::read(text_of(input, name)));
    let keeps = matches!((from, to), (Ok(from), Ok(to)) if from.same_origin(&to));
    let method = text_of(input, "method");
    let next = match (input.seconds_or("status", 0), method) {
        (303, "GET" | "HEAD") => method,
        (303, _) | (301 | 302, "POST") => "GET",
        _ => method,
    };
    Ok(Writer::new().bool("keepsToken", keeps).text("method", next).finish())
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
        let input = format!(
            r#"{{"from":"https://api.example/x","to":"{to}","status":{status},"method":"{method}"}}"#
        );
        decide("aisera-redirect", &input).unwrap()
    }

    #[test]
    fn a3_a_redirect_to_another_origin_loses_the_token() {
        for (to, keeps) in [
            ("https://api.example/y", true),
            ("https://api.example:443/y", true),
            ("https://other.example/x", false),
            ("http://api.example/x", false),
            ("javascript:x", false),
        ] {
            assert_eq!(
                redirected(to, 302, "GET"),
                format!(r#"{{"keepsToken":{keeps},"method":"GET"}}"#)
            );
        }
        for (status, method, next) in [
            (301, "POST", "GET"),
            (302, "PUT", "PUT"),
            (303, "PUT", "GET"),
            (303, "HEAD", "HEAD"),
            (307, "POST", "POST"),
            (308, "POST", "POST"),
        ] {
            let answer = redirected("https://api.example/y", status, method);
            assert!(answer.ends_with(&format!(r#""method":"{next}"}}"#)), "{status} {method}");
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
