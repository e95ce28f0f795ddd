//! The seeds: every piece of the test vectors, and some valid inputs for each parser.

use super::Target;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The size of the longest seed in bytes. Longer ones make fuzzing slow and find nothing more.
const MAX_SEED_SIZE: usize = 6 * 1024;

/// Valid inputs that are not in the vectors.
const GOOD: &[&str] = &[
    r#"{"iss":"https://op.example","aud":["c"],"azp":"c","exp":1700000300,"nbf":1700000000,"iat":1700000000,"nonce":"n","auth_time":1699999900,"acr":"gold","sub":"ada"}"#,
    r#"{"iss":"https://op.example","aud":"c","exp":1.7000003e9,"iat":1699999999.5,"nonce":"n","at_hash":"sda5G2fCr6XjIpiNlGJjjQ","auth_time":1,"sub":"ada"}"#,
    r#"{"iss":"https://op.example","aud":["c","x"],"client_id":"spa","exp":1700003600,"iat":1700000000,"sub":"ada","jti":"1","auth_time":1699999900,"acr":"gold"}"#,
    r#"{"iss":"https://op.example","aud":"urn:api","azp":"spa","exp":1700003600,"nbf":1700000000,"cnf":{"jkt":"k"}}"#,
    r#"{"sub":"ada","name":"Ada \ud83e\udd80","address":{"country":"GB"},"n":[1,-0.5e+7,true,null]}"#,
    r#"{"access_token":"at","token_type":"Bearer","expires_in":"3600","id_token":"a.b.c","refresh_token":"rt","scope":"openid"}"#,
    r#"{"error":"invalid_grant","error_description":"no"}"#,
    r#"{"issuer":"https://op.example","authorization_endpoint":"https://op.example/authorize?x=y","token_endpoint":"https://op.example/token","jwks_uri":"https://op.example/jwks","userinfo_endpoint":null,"end_session_endpoint":"https://op.example/end","revocation_endpoint":"https://op.example/revoke","id_token_signing_alg_values_supported":["ES256"],"authorization_response_iss_parameter_supported":true}"#,
    r#"{"v":1,"created":1700000000,"state":"s","nonce":"n","verifier":"v","scope":"openid","resource":"","acr_values":"","return_to":"https://app.example/","max_age":300,"metadata":{"issuer":"https://op.example","authorization_endpoint":"https://op.example/a","token_endpoint":"https://op.example/t","jwks_uri":"https://op.example/k"}}"#,
    r#"{"v":1,"tag":"$tag","sub":"ada","claims":"{\"sub\":\"ada\"}","alg":"ES256","kid":"k","checks":"signature","checked":1700000000,"id_token":"a.b.c","access_token":"at","refresh_token":"rt","scope":"openid","resource":"","expires_at":1700003600,"metadata":{"issuer":"https://op.example","authorization_endpoint":"https://op.example/a","token_endpoint":"https://op.example/t","jwks_uri":"https://op.example/k","userinfo_endpoint":"https://op.example/u","revocation_endpoint":"https://op.example/r"}}"#,
    r#"{"issuer":"https://op.example","clientId":"c","redirectUri":"https://app.example/cb","scope":"openid email","resource":["https://api.example/"],"apis":{"https://api.example/":{"scope":"read"}},"algorithms":["ES256","RS256"],"clockTolerance":30,"maxAge":600,"idTokenSignedResponseAlg":"ES256"}"#,
    r#"{"v":1,"created":1700000000,"used":true}"#,
    r#"{"at":0,"query":"code=x&state=y","in_fragment":false,"elsewhere":false}"#,
    r#"{"at":3}"#,
    r#"{"at":20,"sub":"ada"}"#,
    r#"{"at":19,"url":"https://op.example/end"}"#,
    r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a","use":"sig","key_ops":["verify"],"alg":"EdDSA"},{"kty":"oct","k":"AA"},{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","use":null}]}"#,
    "code=x&state=$state&iss=https%3A%2F%2Fop.example&session_state=1",
    "error=access_denied&error_description=no+way%21&state=$state",
    "{\"alg\":\"ES256\",\"kid\":\"k\",\"typ\":\"JWT\"}\n{\"sub\":\"ada\"}",
    "{\"alg\":\"EdDSA\"}\n{}",
    "{\"alg\":\"dir\",\"enc\":\"A128GCM\"}\nsecret",
    "{\"alg\":\"A256KW\",\"enc\":\"A128CBC-HS256\",\"kid\":\"k\"}\n0123456789abcdef",
    "{\"alg\":\"RSA-OAEP\",\"enc\":\"A256CBC-HS512\"}\n0123456789abcdef",
    "{\"alg\":\"ECDH-ES+A128KW\",\"enc\":\"A256GCM\",\"apu\":\"QQ\",\"apv\":\"Qg\",\"epk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\",\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}}\nx",
    "{\"alg\":\"ECDH-ES\",\"enc\":\"A128GCM\",\"epk\":{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08\"}}\nx",
    "Bearer a.b-c_d~e+f/g==\nhttps://api.example/v1?x=1#access_token=y\nhttps://app.example\nGET\n\n\na=b\n{\"scope\":[\"read\",\"a\\\"b\"],\"acrValues\":\"x\\ny\",\"maxAge\":5}\n{\"scope\":\"read\",\"auth_time\":1699999999,\"acr\":\"x\"}",
    "bearer  x, Bearer y\nhttps://api.example/v1?access%5Ftoken=x\nhttps://app.example.evil.example\nPOST\n\n\naccess_token=z\n\n{}",
    "\nhttps://api.example/.well-known/oauth-protected-resource/v1\nnull\nGET\n\n\n\n{\"scope\":\"read\"}\n{}",
    "\nhttps://api.example/v1\nhttps://app.example\nOPTIONS\nDELETE\nauthorization,content-type\n\n\n",
    "/inbox?x=1#y",
    "/inbox\nhttps://app.example/here?code=x",
    "https://app.example/a\nhttps://app.example//evil.example/",
    "HTTPS://[::ffff:10.0.0.1]:08443/a/b;c?x=1&y=?#/z?",
    "http://a.localhost.:80?",
];

/// The seeds of a target, without duplicates.
pub fn of(target: &Target) -> Vec<Vec<u8>> {
    let mut pieces = BTreeSet::new();
    for good in GOOD {
        add(&mut pieces, &good.replace("$tag", super::provider::CONFIG.tag()));
    }
    take_folder(&mut pieces, &vectors());
    let taken = pieces.iter().filter(|piece| (target.takes)(piece));
    taken.map(|piece| [target.prefix, piece].concat().into_bytes()).collect()
}

fn vectors() -> std::path::PathBuf {
    // Two packages compile this file, and their folders are not at the same level.
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let inside = own.join("tests/vectors");
    if inside.is_dir() { inside } else { own.join("../vectors") }
}

fn add(pieces: &mut BTreeSet<String>, piece: &str) {
    if piece.len() <= MAX_SEED_SIZE {
        pieces.insert(piece.to_owned());
    }
}

fn take_folder(pieces: &mut BTreeSet<String>, folder: &Path) {
    let entries = fs::read_dir(folder).expect("the vectors");
    for path in entries.map(|entry| entry.expect("an entry").path()) {
        if path.is_dir() {
            take_folder(pieces, &path);
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else { continue };
        match path.extension().and_then(|end| end.to_str()) {
            Some("json") => {
                add(pieces, &text);
                // Some are malformed on purpose.
                if let Ok(value) = serde_json::from_str(&text) {
                    take_value(pieces, &value);
                }
            }
            Some("flow") => text.split_ascii_whitespace().for_each(|word| take_word(pieces, word)),
            _ => {}
        }
    }
}

/// Adds a word of a flow script, and its query if it is an address.
fn take_word(pieces: &mut BTreeSet<String>, word: &str) {
    add(pieces, word);
    if let Some((_, query)) = word.split_once('?') {
        add(pieces, query);
    }
}

/// Adds a value, the values in it, and the parts of a token.
fn take_value(pieces: &mut BTreeSet<String>, value: &Value) {
    match value {
        Value::String(text) => {
            add(pieces, text);
            let parts = text.split('.').map(|part| URL_SAFE_NO_PAD.decode(part));
            let parts = parts.collect::<Result<Vec<_>, _>>().unwrap_or_default();
            if let [header, payload, _] | [header, _, _, payload, _] = &*parts {
                let [header, payload] = [header, payload].map(|part| String::from_utf8_lossy(part));
                add(pieces, &payload);
                add(pieces, &[&*header, "\n", &*payload].concat());
            }
        }
        Value::Array(list) => list.iter().for_each(|value| take_value(pieces, value)),
        Value::Object(object) => {
            add(pieces, &value.to_string());
            object.values().for_each(|value| take_value(pieces, value));
        }
        _ => {}
    }
}

/// Any text.
pub fn is_any(_: &str) -> bool {
    true
}

/// Whether a text could be base64url.
pub fn is_letters(piece: &str) -> bool {
    !piece.is_empty()
        && piece.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_=".contains(&byte))
}

/// Whether a text could be a form.
pub fn is_query(piece: &str) -> bool {
    piece.contains('=') && !piece.contains(['{', ' ', ':'])
}

/// Whether a text could be a JSON object.
pub fn is_object(piece: &str) -> bool {
    piece.starts_with('{') && !piece.contains("}\n")
}

/// Whether a text could be a signed token, or the two lines that make one.
pub fn is_token(piece: &str) -> bool {
    let is_compact = piece.split('.').count() == 3 && piece.split('.').all(is_letters);
    is_compact || piece.starts_with('{') && piece.contains("}\n{")
}

/// Whether a text could be an encrypted token, or the two lines that make one.
pub fn is_encrypted(piece: &str) -> bool {
    let is_compact = piece.split('.').count() == 5 && piece.split('.').any(is_letters);
    is_compact || piece.contains("\"enc\"") && piece.contains("}\n")
}

/// Whether a text could be the lines of a request.
pub fn is_request(piece: &str) -> bool {
    piece.matches('\n').count() == 8 && !piece.starts_with('{')
}

/// Whether a text could be an address.
pub fn is_address(piece: &str) -> bool {
    piece.starts_with('/') || piece.contains(":/") && !piece.contains(['{', ' '])
}
