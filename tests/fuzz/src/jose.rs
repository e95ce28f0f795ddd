//! Signed tokens and keys.

use super::allocation::bounded;
use countersign::proto::jose::alg;
use countersign::proto::jose::jwk::{Jwk, KeySet};
use countersign::proto::jose::jws::UntrustedJws;
use countersign::proto::text::base64url;
use countersign::proto::text::json::{self, Json};
use std::sync::LazyLock;

/// One key of every kind, from RFC 7517, RFC 7520 and RFC 8037.
static KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    let ed25519 =
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    let p256 = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    let n = base64url::write(&[0xff; 256]);
    let rsa = format!(r#"{{"kty":"RSA","n":"{n}","e":"AQAB"}}"#);
    let set = format!(r#"{{"keys":[{ed25519},{p256},{rsa}]}}"#);
    KeySet::read(set.as_bytes()).expect("a key set")
});

/// The input as a token; or, if it has two lines, a token with this header and this payload.
fn assembled(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let Some((header, payload)) = text.split_once('\n') else { return Some(text.to_owned()) };
    let parts = [header.as_bytes(), payload.as_bytes(), &[1; 64]].map(base64url::write);
    Some(parts.join("."))
}

/// A token that is parsed has one spelling, a known algorithm and no critical header. The signature is
/// verified over exactly the text that was sent.
pub fn jws(bytes: &[u8]) -> bool {
    let Some(text) = assembled(bytes) else { return false };
    let read = bounded(text.as_bytes(), 128, || UntrustedJws::read(&text, &|_| true, &|_| true));
    let Ok(jws) = read else { return false };
    let parts: Vec<_> =
        text.split('.').map(|part| base64url::read(part).expect("base64url")).collect();
    assert_eq!(parts.len(), 3);
    let again: Vec<_> = parts.iter().map(|part| base64url::write(part)).collect();
    assert_eq!(again.join("."), text, "a second spelling is read");
    let header = json::read_object(&parts[0]).expect("a header");
    assert_eq!(header.member("alg").and_then(Json::text), Some(jws.alg().name));
    assert_eq!(header.member("kid").and_then(Json::text), jws.kid());
    assert_eq!(header.member("typ").and_then(Json::text), jws.typ());
    assert!(header.member("crit").is_none() && header.member("b64").is_none(), "{header:?}");
    let input = text.rsplit_once('.').expect("a dot").0;
    for key in KEYS.candidates(jws.alg(), jws.kid()) {
        assert!(key.fits(jws.alg()));
        let Ok(question) = jws.verify_request(key) else { continue };
        assert_eq!((&*question.input, &question.signature), (input, &parts[2]));
        assert_eq!((question.alg, question.key), (jws.alg().name, key.members()));
    }
    let none = UntrustedJws::read(&text, &|alg| alg != jws.alg(), &|_| true);
    assert!(none.is_err(), "an algorithm that is not allowed is read");
    let claims = jws.verified();
    assert_eq!(claims.text().as_bytes(), parts[1], "the claims are not the signed text");
    true
}

/// A parsed key has canonical members that are the same key, and fits algorithms of its kind only.
pub fn jwk(bytes: &[u8]) -> bool {
    let Ok(json) = json::read_object(bytes) else { return false };
    let Some(key) = bounded(bytes, 16, || Jwk::read(&json)) else { return false };
    check_key(&json, &key);
    true
}

fn check_key(json: &Json, key: &Jwk) {
    let text = |name| json.member(name).and_then(Json::text);
    assert!(matches!(text("use"), None | Some("sig")), "{json:?}");
    let fitting: Vec<_> = alg::ALL.iter().filter(|alg| key.fits(alg)).collect();
    assert!(!fitting.is_empty(), "a key that nothing can be verified with: {json:?}");
    assert!(fitting.iter().all(|alg| Some(alg.kty) == text("kty")));
    assert!(fitting.iter().all(|alg| alg.crv == text("crv").unwrap_or_default()));
    let members = key.members();
    let plain: Vec<_> = members
        .iter()
        .map(|(name, value)| ((*name).to_owned().into(), Json::Text(value.clone().into())))
        .collect();
    let again = Jwk::read(&Json::Object(plain)).expect("its own members are a key");
    assert_eq!((again.members(), again.thumbprint()), (members, key.thumbprint()));
}

/// A set has the keys of its valid entries; an invalid entry does not affect the others.
pub fn jwk_set(bytes: &[u8]) -> bool {
    let Ok(set) = bounded(bytes, 160, || KeySet::read(bytes)) else { return false };
    let json = json::read_object(bytes).expect("an object");
    let list = json.member("keys").and_then(Json::list).expect("a list");
    let one_by_one: Vec<_> =
        list.iter().filter_map(|entry| Some((entry, Jwk::read(entry)?))).collect();
    assert_eq!(set.keys.len(), one_by_one.len());
    for (key, (entry, alone)) in set.keys.iter().zip(&one_by_one) {
        assert_eq!(key.members(), alone.members());
        assert_eq!((&key.kid, &key.alg), (&alone.kid, &alone.alg));
        check_key(entry, key);
    }
    for alg in alg::ALL {
        let header = format!(r#"{{"alg":"{}"}}"#, alg.name);
        let parts = [header.as_bytes(), b"{}", &[1; 64]].map(base64url::write).join(".");
        let jws = UntrustedJws::read(&parts, &|_| true, &|_| true).expect("a token");
        let keys = set.candidates(jws.alg(), jws.kid());
        assert!(keys.len() <= 8 && keys.iter().all(|key| key.fits(alg)));
    }
    true
}
