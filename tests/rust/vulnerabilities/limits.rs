//! Input that tries to use up time or memory, or to crash the instance.

use super::{input, provider::Signer, verify, write};
use countersign::proto::effect::UnixTime;
use countersign::proto::error::Code;
use countersign::proto::jose::jwe::{self, UntrustedJwe};
use countersign::proto::jose::jwk::KeySet;
use countersign::proto::jose::jws::UntrustedJws;
use countersign::proto::state::pending;
use countersign::proto::text::{form, json, url};
use serde_json::json;
use std::time::Duration;

/// Far more time than any of this needs, and far less than quadratic work would need.
const SOON: Duration = Duration::from_secs(2);

#[expect(clippy::disallowed_methods, clippy::disallowed_types, reason = "this is about time")]
fn soon<T>(work: impl FnOnce() -> T) -> T {
    let begin = std::time::Instant::now();
    let result = work();
    let took = begin.elapsed();
    assert!(took < SOON, "{took:?}");
    result
}

fn refusal(token: &str) -> Code {
    verify(token, &json!({ "keys": [] })).expect_err("a refusal")
}

#[test]
fn cve_2025_30204_a_million_dots_are_counted_and_not_split() {
    let dots = ".".repeat(1_000_000);
    assert_eq!(soon(|| refusal(&dots)), Code::TokenMalformed);
    assert_eq!(soon(|| refusal(&["e30", &dots].concat())), Code::TokenMalformed);
    let jwe = soon(|| UntrustedJwe::read(&dots, &|_, _| true, &jwe::is_token).err());
    assert_eq!(jwe.map(|error| error.code), Some(Code::TokenMalformed));
}

#[test]
fn cve_2025_53864_deep_json_is_refused_in_every_part() {
    for deep in ["[".repeat(100_000), "{\"a\":".repeat(40_000)] {
        assert!(soon(|| json::read(deep.as_bytes())).is_err());
        assert!(soon(|| KeySet::read(deep.as_bytes())).is_err());
        let small = deep.get(..10_000).expect("ASCII");
        let token = [&*write(small.as_bytes()), "e30", "AA"].join(".");
        assert_eq!(soon(|| refusal(&token)), Code::TokenMalformed);
    }
    let levels = |count: usize| ["[".repeat(count), "]".repeat(count)].concat();
    assert!(json::read(levels(32).as_bytes()).is_ok());
    assert!(json::read(levels(33).as_bytes()).is_err());
}

#[test]
fn cve_2025_61920_header_and_token_have_a_limit() {
    let padded =
        |length: usize| write([r#"{"alg":"ES256"}"#, &" ".repeat(length)].concat().as_bytes());
    let header = [&*padded(13_000), "e30", "AA"].join(".");
    let whole = [&*padded(0), &*padded(200_000), "AA"].join(".");
    for token in [header, whole] {
        assert_eq!(soon(|| refusal(&token)), Code::TokenTooLarge);
    }
}

#[test]
fn cve_2026_34986_crafted_tokens_make_no_reader_panic() {
    let headers = [
        json!({}),
        json!({ "alg": "dir", "enc": "A128GCM" }),
        json!({ "alg": "A128KW", "enc": "A128CBC-HS256" }),
        json!({ "alg": "A128GCMKW", "enc": "A128GCM", "iv": "", "tag": "" }),
        json!({ "alg": "ECDH-ES", "enc": "A128GCM", "epk": {} }),
        json!({ "alg": "ECDH-ES", "enc": "A128GCM", "epk": { "kty": "EC", "crv": "P-256" } }),
        json!({ "alg": "ES256" }),
        json!({ "alg": "RS256" }),
    ];
    for header in headers {
        let header = write(header.to_string().as_bytes());
        for rest in
            ["...", "..", "....", ".e30.", ".A.A.A", ".AA.AA.AA.AA", "..AA.AA.AA", ".e30.AA"]
        {
            let token = [&*header, rest].concat();
            let jws = UntrustedJws::read(&token, &|_| true, &|_| true);
            if let Ok(jws) = jws {
                assert!(jws.verify_request(key()).is_err(), "{token}");
            }
            let jwe = UntrustedJwe::read(&token, &|_, _| true, &jwe::is_token);
            assert!(jwe.is_err() || jwe.is_ok_and(|jwe| jwe.unlock(&[]).is_err()), "{token}");
        }
    }
}

fn key() -> &'static countersign::proto::jose::jwk::Jwk {
    static KEYS: std::sync::OnceLock<KeySet> = std::sync::OnceLock::new();
    let read = || KeySet::read(Signer::new("k").key_set().to_string().as_bytes());
    KEYS.get_or_init(|| read().expect("a set")).keys.first().expect("a key")
}

#[test]
fn ghsa_cjw9_ghj4_fwxf_a_megabyte_that_is_meant_for_a_regular_expression_is_read_at_once() {
    for piece in ["a", "a%", "%25", "a.", "=&", "//", "aaaaaaaa!", "\\", "\"", "\t", "é"] {
        let text = piece.repeat(1_000_000 / piece.len());
        soon(|| {
            let _ = form::read(&text);
            let _ = form::decode(&text);
            let _ = url::read(&text);
            let _ = url::read(&["https://op.example/", &text].concat());
            let _ = json::read(text.as_bytes());
            let _ = UntrustedJws::read(&text, &|_| true, &|_| true);
        });
    }
}

#[test]
fn cve_2026_67437_unfinished_sign_ins_do_not_pile_up() {
    let mut kept: Vec<(String, String)> = Vec::new();
    for number in 0..1_000_u64 {
        let now = UnixTime(1_700_000_000 + number);
        for key in pending::keys_to_remove(&kept, now) {
            kept.retain(|entry| entry.0 != key);
        }
        kept.push((pending::key(&number.to_string()), json!({ "created": now.0 }).to_string()));
        assert!(kept.len() <= 10, "{}", kept.len());
    }
}

#[test]
fn an_honest_token_is_read_after_all_of_it() {
    let token = [&*input(&json!({ "alg": "ES256", "kid": "k" })), &*write(&[1; 64])].join(".");
    assert_eq!(refusal(&token), Code::KeyNotFound);
}
