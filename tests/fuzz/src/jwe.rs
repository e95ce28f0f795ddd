//! Encrypted tokens, up to the request to decrypt, which the host answers.

use super::allocation::bounded;
use countersign::proto::jose::jwe::UntrustedJwe;
use countersign::proto::jose::jwe::key::{self, DecryptionKey};
use countersign::proto::text::base64url;
use countersign::proto::text::json::{self, Json};
use std::sync::LazyLock;

/// One key of every kind. The private members are not read.
static KEYS: LazyLock<Vec<Option<DecryptionKey>>> = LazyLock::new(|| {
    let n = base64url::write(&[0xff; 256]);
    let text = format!(
        r#"[{{"kty":"RSA","n":"{n}","e":"AQAB"}},{{"kty":"oct"}},{{"kty":"OKP","crv":"Ed25519"}},
        {{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}},
        {{"kty":"OKP","crv":"X25519","x":"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08"}}]"#
    );
    let json = json::read(text.as_bytes()).expect("keys");
    key::read_all(json.list().expect("a list"))
});

/// The input as a token; or, if it has two lines, a token with this header and this ciphertext, whose
/// other parts have the lengths that the algorithms need.
fn assembled(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let Some((header, ciphertext)) = text.split_once('\n') else { return Some(text.to_owned()) };
    let has = |name: &str| header.contains(name);
    let (iv, tag) = if has("CBC") { (16, if has("512") { 32 } else { 16 }) } else { (12, 16) };
    let content_key = if has("HS512") {
        64
    } else if has("A128GCM") {
        16
    } else {
        32
    };
    let wrapped = if has("RSA-OAEP") {
        256
    } else if has("KW\"") {
        content_key + 8
    } else {
        0
    };
    let parts = [vec![0; wrapped], vec![1; iv], ciphertext.as_bytes().to_vec(), vec![2; tag]];
    let parts = parts.map(|part| base64url::write(&part)).join(".");
    Some(format!("{}.{parts}", base64url::write(header.as_bytes())))
}

/// A token that is parsed has one spelling and no critical header. The parts to decrypt are those that
/// were sent, with the lengths of RFC 7518.
pub fn jwe(bytes: &[u8]) -> bool {
    let Some(text) = assembled(bytes) else { return false };
    let read = bounded(text.as_bytes(), 128, || UntrustedJwe::read(&text, &|_, _| true, &|_| true));
    let Ok(jwe) = read else { return false };
    let pieces: Vec<_> = text.split('.').collect();
    let parts: Vec<_> =
        pieces.iter().map(|part| base64url::read(part).expect("base64url")).collect();
    assert_eq!(parts.len(), 5);
    let again: Vec<_> = parts.iter().map(|part| base64url::write(part)).collect();
    assert_eq!(again, pieces, "a second spelling is read");
    let header = json::read_object(&parts[0]).expect("a header");
    assert_eq!(&*header, jwe.header());
    let named = |name| header.member(name).and_then(Json::text);
    assert_eq!((named("alg"), named("enc")), (Some(jwe.alg().name), Some(jwe.enc().name)));
    assert!(header.member("crit").is_none() && header.member("zip").is_none(), "{header:?}");
    let none = UntrustedJwe::read(&text, &|alg, _| alg != jwe.alg(), &|_| true);
    assert!(none.is_err(), "an algorithm that is not allowed is read");
    let Ok(question) = jwe.unlock(&KEYS) else { return false };
    assert_eq!((question.alg, question.enc), (jwe.alg().name, jwe.enc().name));
    assert_eq!(question.aad, pieces[0]);
    let sent = [question.encrypted_key, question.iv, question.ciphertext, question.tag];
    assert_eq!(sent, parts[1..]);
    let is_cbc = question.enc.contains("CBC");
    assert_eq!(sent[1].len(), if is_cbc { 16 } else { 12 });
    assert_eq!(sent[3].len(), if question.enc == "A256CBC-HS512" { 32 } else { 16 });
    assert!(!is_cbc || !sent[2].is_empty() && sent[2].len().is_multiple_of(16));
    assert!(!question.keys.is_empty() && question.keys.iter().all(|place| KEYS[*place].is_some()));
    let is_agreed = question.alg.starts_with("ECDH-ES");
    assert_eq!((!question.epk.is_empty(), !question.other_info.is_empty()), (is_agreed, is_agreed));
    true
}
