//! Addresses: where a page returns, where a request goes, what counts as this machine.

use super::config;
use countersign::proto::client::config::ClientConfig;
use countersign::proto::effect::Response;
use countersign::proto::error::{At, Code};
use countersign::proto::flow::return_to;
use countersign::proto::oidc::{jwks, response};
use countersign::proto::text::{json, url};
use serde_json::{Value, json};

/// The address that an app with this `returnTo` would be sent to.
fn sent(asked: &str) -> String {
    return_to::resolve(Some(asked), "https://app.example/here", &config(&Value::Null))
}

fn stays(asked: &[&str]) {
    for asked in asked {
        assert_eq!(sent(asked), "https://app.example/here", "{asked}");
    }
    assert_eq!(sent("/inbox"), "https://app.example/inbox");
}

#[test]
fn cve_2021_43812_two_slashes_are_no_path() {
    stays(&["//evil.example", "///evil.example", "https://app.example//evil.example"]);
}

#[test]
fn cve_2022_24794_a_path_that_was_requested_is_checked_as_well() {
    let page = "https://app.example//evil.example/%2f..";
    let to = return_to::resolve(None, page, &config(&Value::Null));
    assert_eq!(to, "https://app.example/");
}

#[test]
fn cve_2022_29214_and_cve_2022_24858_a_callback_url_of_another_origin_is_not_gone_to() {
    stays(&[
        "https://evil.example",
        "http://app.example",
        "https://app.example.evil.example/",
        "javascript:alert(1)",
    ]);
}

#[test]
fn ghsa_qqxw_m5fj_f7gv_a_backslash_or_an_encoded_space_is_no_path() {
    stays(&[
        "/\\evil.example",
        "/%09/evil.example",
        "/%0a/evil",
        "/\t/evil.example",
        "/%5cevil.example",
        "/%5C%5Cevil",
        "\\\\evil.example",
        "/%2Fevil.example",
    ]);
}

#[test]
fn cve_2021_39191_a_suffix_of_the_host_is_another_host() {
    stays(&[
        "https://evil-app.example/",
        "https://app.example@evil.example/",
        "https://evilapp.example/",
        "https://app.example:444/",
    ]);
}

#[test]
fn cve_2026_49478_a_redirect_is_an_error_at_every_endpoint() {
    for status in [300, 301, 302, 303, 307, 308] {
        let body = br#"{"keys":[],"issuer":"https://op.example"}"#;
        let response = Response {
            status,
            content_type: "application/json",
            cache_control: "",
            retry_after: "",
            challenge: "",
            body,
        };
        let metadata = response::json_object(&response, At::Metadata).err();
        assert_eq!(metadata.map(|error| error.code), Some(Code::ResponseRedirected));
        let keys = jwks::read(&response).err();
        assert_eq!(keys.map(|error| error.code), Some(Code::ResponseRedirected));
    }
}

#[test]
fn cve_2026_41413_keys_are_fetched_by_https_alone() {
    for address in [
        "http://169.254.169.254/latest/meta-data",
        "http://op.example/jwks",
        "file:///etc/passwd",
        "https://op.example@169.254.169.254/jwks",
        "//op.example/jwks",
        "",
    ] {
        let metadata = json!({
            "issuer": "https://op.example",
            "authorization_endpoint": "https://op.example/a",
            "token_endpoint": "https://op.example/token",
            "jwks_uri": address,
        });
        let json = json::read(metadata.to_string().as_bytes()).expect("JSON");
        let error = config(&Value::Null).read_metadata(&json).expect_err("a refusal");
        assert_eq!((error.code, error.at), (Code::MetadataInsecure, At::JwksUri), "{address}");
    }
}

#[test]
fn authlib_1_8_0_loopback_is_the_host_and_not_what_stands_before_it() {
    let issuer = |issuer: &str| {
        let settings = json!({ "issuer": issuer, "clientId": "c", "allowLoopbackIssuer": true,
            "redirectUri": "https://app.example/cb" });
        ClientConfig::read(&settings.to_string()).map(|_| ()).map_err(|error| error.code)
    };
    for address in ["http://localhost:80", "http://127.0.0.1:4001", "http://[::1]:4001"] {
        assert_eq!(issuer(address), Ok(()), "{address}");
    }
    for address in [
        "http://localhost:80@evil.example",
        "http://localhost@evil.example",
        "http://localhost.evil.example",
        "http://127.0.0.1.evil.example",
        "http://evil.example/localhost",
        "http://evil.example:80",
        "http://localhost\\@evil.example",
    ] {
        assert!(issuer(address).is_err(), "{address}");
        let is_loopback = url::read(address).is_ok_and(|url| url.is_loopback());
        assert!(!is_loopback, "{address}");
    }
}
