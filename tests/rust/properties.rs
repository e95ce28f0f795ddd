//! Properties that hold for every input, checked on random ones: the readers against `serde_json`,
//! against this crate's writers, and against a token with one changed character.
#![allow(clippy::arithmetic_side_effects, clippy::expect_used, clippy::indexing_slicing)]
#![allow(clippy::panic, clippy::string_slice, clippy::unwrap_used)]

#[path = "../support/agreement.rs"]
mod agreement;
#[path = "../support/verifier.rs"]
mod verifier;

use agreement::check_agreement;
use countersign::proto::effect::Verdict;
use countersign::proto::jose::jwk::{Jwk, KeySet};
use countersign::proto::jose::jws::UntrustedJws;
use countersign::proto::text::{base64url, form, json, url};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;
use std::{fs, path::Path};

fn settings(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Spellings of JSON values.
const LEAVES: &str = r#"null true false 0 -0 12 -1.5 1e3 2E-7 1.5e+9 -0.0e-0 1e999 "" "x" "é🦀"
    "\u00e4\n\/" "\ud83e\udd80" "\"" [] {} 123456789012345678901234567890"#;

/// Spellings that are no JSON value, or that this reader refuses.
const JUNK: &str = r#""\u0000" "\ud800" "\ud800x" "\udc00" 01 1. .5 +1 nul 'x' "\x" {,} [,]"#;

/// Member names, some of them equal.
const NAMES: &str = r#""a" "b" "c" "d" "e" "f" "g" "h" "" "A" "\u0061" "é" "\u00e9""#;

/// Characters that break a text.
const SPLINTERS: &str = "{ } [ ] , : \" \\ 0 - e \u{b} \u{feff} \u{1} , , null \"a\":1, //";

fn one_of(words: &'static str) -> impl Strategy<Value = &'static str> + Clone {
    select(words.split_ascii_whitespace().collect::<Vec<_>>())
}

/// JSON with duplicate names and all kinds of white space, whole or broken at one place.
fn almost_json() -> impl Strategy<Value = String> {
    let space = select(&["", " ", "\n\t", "\r"][..]);
    let leaf = prop_oneof![30 => one_of(LEAVES), 1 => one_of(JUNK)];
    let whole = leaf.prop_map(str::to_owned).prop_recursive(5, 24, 5, move |inner| {
        let value = (space.clone(), inner, space.clone());
        let value = value.prop_map(|(before, value, behind)| [before, &value, behind].concat());
        let member = (space.clone(), one_of(NAMES), space.clone(), value.clone());
        let member =
            member.prop_map(|(before, name, gap, value)| [before, name, gap, ":", &value].concat());
        let list =
            prop::collection::vec(value, 1..5).prop_map(|values| format!("[{}]", values.join(",")));
        let object = prop::collection::vec(member, 1..5);
        prop_oneof![list, object.prop_map(|members| format!("{{{}}}", members.join(",")))]
    });
    let broken = (whole.clone(), one_of(SPLINTERS), any::<prop::sample::Index>());
    let broken = broken.prop_map(|(text, splinter, place)| splice(&text, splinter, place));
    prop_oneof![3 => whole, 1 => broken]
}

/// A text with another text inserted.
fn splice(text: &str, more: &str, place: prop::sample::Index) -> String {
    let places: Vec<usize> =
        text.char_indices().map(|(place, _)| place).chain([text.len()]).collect();
    let (before, behind) = text.split_at(*place.get(&places));
    [before, more, behind].concat()
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(|text| Value::from(text.replace('\0', ""))),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        let list = prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from);
        let name = any::<String>().prop_map(|name| name.replace('\0', ""));
        let object = prop::collection::hash_map(name, inner, 0..6);
        prop_oneof![list, object.prop_map(|members| Value::Object(members.into_iter().collect()))]
    })
}

proptest! {
    #![proptest_config(settings(4000))]

    #[test]
    fn the_json_reader_agrees_with_serde_json_on_text_that_is_nearly_json(text in almost_json()) {
        check_agreement(&text);
    }

    #[test]
    fn a_numeric_date_is_the_integer_part_of_its_decimal_number(
        digits in "[1-9][0-9]{0,16}|0", fraction in "[0-9]{0,6}", power in -20_i32..20,
    ) {
        let point = if fraction.is_empty() { "" } else { "." };
        let text = format!("{digits}{point}{fraction}e{power}");
        let all: u128 = [&*digits, &*fraction].concat().parse().unwrap();
        let shift = power - i32::try_from(fraction.len()).unwrap();
        let scale = 10_u128.checked_pow(shift.unsigned_abs()).unwrap();
        let whole = if shift < 0 { Some(all / scale) } else { all.checked_mul(scale) };
        let right = whole.filter(|whole| *whole < 1 << 53);
        let right = right.map(|whole| u64::try_from(whole).unwrap());
        prop_assert_eq!(json::read(text.as_bytes()).unwrap().seconds(), right);
    }
}

proptest! {
    #![proptest_config(settings(400))]

    #[test]
    fn the_json_reader_agrees_with_serde_json_on_every_value(value in value()) {
        check_agreement(&value.to_string());
        check_agreement(&serde_json::to_string_pretty(&value).unwrap());
    }

    #[test]
    fn json_that_was_read_is_written_and_read_again_unchanged(value in value()) {
        let json = json::read(value.to_string().as_bytes()).unwrap();
        let text = json::write(&json);
        prop_assert_eq!(json::read(text.as_bytes()), Ok(json));
        prop_assert!(serde_json::from_str::<Value>(&text).is_ok());
    }

    #[test]
    fn pairs_that_were_written_are_read_again_unchanged(
        pairs in prop::collection::vec(("[^\0]*", "[^\0]*"), 0..8),
    ) {
        let borrowed: Vec<_> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        let text = form::write(&borrowed);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%&=".contains(&byte);
        prop_assert!(text.bytes().all(plain), "{}", text);
        let kept = url::with_query("https://op.example/x?y=z#w", &borrowed);
        prop_assert!(kept.starts_with("https://op.example/x?y=z") && kept.ends_with("#w"));
        let query = url::read(&kept).unwrap().query.unwrap();
        prop_assert_eq!(form::read(query).unwrap().len(), pairs.len() + 1);
        prop_assert_eq!(form::read(&text).unwrap(), pairs);
    }

    #[test]
    fn jose_05_bytes_have_one_spelling_in_base64url(
        bytes in prop::collection::vec(any::<u8>(), 0..80), text in "[A-Za-z0-9_-]{0,12}",
    ) {
        prop_assert_eq!(base64url::read(&base64url::write(&bytes)).unwrap(), bytes);
        if let Ok(bytes) = base64url::read(&text) {
            prop_assert_eq!(base64url::write(&bytes), text);
        }
    }

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_with_everything(&bytes);
    }

    #[test]
    fn no_text_that_is_nearly_something_makes_a_reader_panic(
        json in almost_json(), text in "\\PC{0,60}",
        address in "https?://[a-z0-9.:@%\\[\\]/?#-]{0,30}", token in "[A-Za-z0-9_.-]{0,60}",
    ) {
        for text in [&json, &text, &address, &token] {
            read_with_everything(text.as_bytes());
        }
        let parts = [r#"{"alg":"ES256"}"#, &*json].map(|part| base64url::write(part.as_bytes()));
        for token in [[&*parts[0], &*parts[1], &*token], [&*parts[1], &*parts[0], ""]] {
            read_with_everything(token.join(".").as_bytes());
        }
    }
}

fn read_with_everything(bytes: &[u8]) {
    if let Ok(json) = json::read(bytes) {
        let _ = (Jwk::read(&json), json.seconds(), json.is_texts());
        assert_eq!(json::read(json::write(&json).as_bytes()), Ok(json));
    }
    let _ = KeySet::read(bytes);
    let _ = KeySet::read(&[b"{\"keys\":[", bytes, b"]}"].concat());
    let text = String::from_utf8_lossy(bytes);
    let _ = (base64url::read(&text), form::read(&text), url::with_query(&text, &[("a", "b")]));
    if let Ok(url) = url::read(&text) {
        assert!(url::read(&url.origin()).is_ok_and(|origin| origin.same_origin(&url)), "{text}");
        assert!(text.starts_with(url.without_query()));
        let _ = url.is_loopback();
    }
    let _ = UntrustedJws::read(&text, &|_| true, &|_| true).map(UntrustedJws::verified);
}

/// Valid tokens and their keys: RS256, ES256 and Ed25519 of the standards, and one of this project.
fn tokens() -> Vec<(String, Value)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/rfc/rfc_examples.json");
    let examples: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let core = &examples["oidc_core_id_tokens"];
    let pairs = [
        (&examples["jws"][1]["jws"], &examples["jws"][1]["jwk"]),
        (&examples["jws"][2]["jws"], &examples["jws"][2]["jwk"]),
        (&core["tokens"]["A3_at_hash"], &core["jwk"]),
    ];
    let mut tokens: Vec<_> = pairs
        .iter()
        .map(|(token, jwk)| (token.as_str().unwrap().to_owned(), (*jwk).clone()))
        .collect();
    tokens.push(ed25519_token());
    tokens
}

fn ed25519_token() -> (String, Value) {
    use ring::signature::{Ed25519KeyPair, KeyPair};
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let parts = [r#"{"alg":"Ed25519","kid":"k"}"#, r#"{"iss":"https://op.example","sub":"s"}"#];
    let input = parts.map(|part| base64url::write(part.as_bytes())).join(".");
    let signature = base64url::write(pair.sign(input.as_bytes()).as_ref());
    let x = base64url::write(pair.public_key().as_ref());
    let jwk = serde_json::json!({ "kty": "OKP", "crv": "Ed25519", "x": x, "kid": "k" });
    ([input, signature].join("."), jwk)
}

fn is_accepted(token: &str, keys: &KeySet) -> bool {
    let Ok(jws) = UntrustedJws::read(token, &|_| true, &|_| true) else { return false };
    let keys = keys.candidates(jws.alg(), jws.kid());
    let mut questions = keys.iter().filter_map(|key| jws.verify_request(key).ok());
    questions.any(|question| verifier::host(&question) == Verdict::Valid)
}

/// Every character once: removed, doubled, and replaced by another one that is allowed there.
#[test]
fn any_change_of_one_character_makes_a_good_token_a_refused_one() {
    let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=";
    for (token, jwk) in tokens() {
        let keys =
            KeySet::read(serde_json::json!({ "keys": [jwk] }).to_string().as_bytes()).unwrap();
        assert!(is_accepted(&token, &keys), "{token}");
        for (place, letter) in token.char_indices() {
            let (before, behind) = (&token[..place], &token[place + 1..]);
            // The neighbor in the alphabet differs in the lowest bit, which may be unused.
            let near = letters.find(letter).unwrap();
            let others = [near ^ 1, near ^ 2, near ^ 32, place % 66]
                .map(|other| letters.as_bytes()[other % 66]);
            let others = others.map(|other| String::from(char::from(other)));
            let changes = others
                .iter()
                .map(|other| &**other)
                .filter(|other| *other != &token[place..place + 1]);
            for change in changes.chain(["", &token[place..place + 1].repeat(2), "\u{3002}"]) {
                let changed = [before, change, behind].concat();
                assert!(!is_accepted(&changed, &keys), "{changed} at {place}");
            }
        }
    }
}
