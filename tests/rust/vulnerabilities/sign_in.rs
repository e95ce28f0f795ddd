//! Responses that the client did not request, secrets that can be guessed, and values used for
//! another purpose.

use super::{config, provider::write};
use countersign::proto::effect::{Effect, Input, UnixTime};
use countersign::proto::error::Code;
use countersign::proto::flow::{self, entropy, sign_in};
use countersign::proto::oidc::authorize::{self, RequestSecrets, SignInOptions};
use countersign::proto::oidc::callback;
use countersign::proto::state::pending;
use countersign::proto::state::session::Session;
use countersign::proto::text::json;
use serde_json::{Value, json};

const ONCE: RequestSecrets<'static> = RequestSecrets {
    state: "s",
    nonce: "n",
    verifier: "v",
    redirect_uri: "https://app.example/cb",
};

fn metadata(more: Value) -> json::Json {
    let mut metadata = json!({
        "issuer": "https://op.example",
        "authorization_endpoint": "https://op.example/a",
        "token_endpoint": "https://op.example/token",
        "jwks_uri": "https://op.example/jwks",
    });
    let members = more.as_object().cloned().unwrap_or_default();
    metadata.as_object_mut().expect("an object").extend(members);
    *json::read(metadata.to_string().as_bytes()).expect("JSON")
}

#[test]
fn cve_2025_12419_and_cve_2023_27490_a_state_is_compared_as_a_whole() {
    let read = |query: &str| callback::read(query, "cs.tag.secret", "https://op.example", false);
    assert_eq!(read("code=x&state=cs.tag.secret"), Ok("x".to_owned()));
    for state in ["cs.tag.secre", "cs.tag.secret1", "CS.tag.secret", "cs.tag.", "null"] {
        let code = read(&format!("code=x&state={state}")).err().map(|error| error.code);
        assert_eq!(code, Some(Code::StateMismatch), "{state}");
    }
    // An empty state is none, as in an error response.
    for query in ["code=x", "code=x&state="] {
        let code = read(query).err().map(|error| error.code);
        assert_eq!(code, Some(Code::StateMissing), "{query}");
    }
}

#[test]
fn mod_auth_openidc_2026_08_duplicate_neither_the_first_nor_the_last_wins() {
    for (query, is_good) in [
        ("code=x&state=s", true),
        ("code=x&code=x&state=s", false),
        ("code=x&state=s&state=s", false),
        ("code=x&state=s&iss=https%3A%2F%2Fop.example&iss=https%3A%2F%2Fop.example", false),
        ("error=a&error=a&state=s", false),
        ("%63ode=y&code=x&state=s", false),
    ] {
        let result = callback::read(query, "s", "https://op.example", false);
        assert_eq!(result.is_ok(), is_good, "{query}");
    }
}

#[test]
fn mod_auth_openidc_2026_08_extra_a_parameter_of_ours_cannot_be_doubled() {
    for name in ["state", "redirect_uri", "client_id", "nonce", "code_challenge", "request"] {
        let ask = json!({ "extra": { name: "x" } }).to_string();
        let code = SignInOptions::read(&ask, &config(&Value::Null)).err().map(|error| error.code);
        assert_eq!(code, Some(Code::ExtraForbidden), "{name}");
    }
}

#[test]
fn cve_2025_4144_and_cve_2024_23647_s256_is_sent_for_any_metadata() {
    let entropy = entropy::Entropy { state: [1; 32], nonce: [2; 32], verifier: [3; 32] };
    for methods in [json!(null), json!([]), json!(["plain"]), json!(["S256"])] {
        let given = json::write(&metadata(json!({ "code_challenge_methods_supported": methods })));
        let given: Value = serde_json::from_str(&given).expect("JSON");
        let config = config(&json!({ "metadata": given }));
        let begun = sign_in::begin(
            &config,
            "{}",
            "https://app.example/",
            sign_in::SignInMode::Page,
            &entropy,
        );
        let list = Input::List(begun.effects[0].id, &[]);
        // The stored request and the address of the page are the same.
        let url = flow::resume(&config, &begun.flow, list, UnixTime(1), &entropy).flow;
        assert!(url.contains("&code_challenge_method=S256"), "{url}");
        assert!(url.contains("&code_challenge="), "{url}");
        assert!(!url.contains("plain") && !url.contains(&write(&entropy.verifier)), "{url}");
    }
}

#[test]
fn nextjs_auth0_2026_max_age_what_one_sign_in_asks_is_kept_until_its_token_comes() {
    let config = config(&json!({ "maxAge": 3600 }));
    let ask = SignInOptions::read(r#"{"maxAge":0,"acrValues":"mfa"}"#, &config).expect("options");
    let json = metadata(Value::Null);
    let metadata = config.read_metadata(&json).expect("metadata");
    let text = pending::write(&config, &ask, &ONCE, "", &metadata, UnixTime(1)).finish();
    let pending::Found::Waiting(pending) = pending::PendingSignIn::read(&text, &config) else {
        panic!("{text}");
    };
    assert_eq!((pending.max_age(), pending.acr_values().as_str()), (Some(0), "mfa"));
    assert!(authorize::write(&config, &ask, &ONCE).contains("&max_age=0"));
}

#[test]
fn cve_2023_48309_what_is_kept_of_a_sign_in_is_no_session() {
    let config = config(&Value::Null);
    let json = metadata(Value::Null);
    let metadata = config.read_metadata(&json).expect("metadata");
    let ask = SignInOptions::read("{}", &config).expect("options");
    let text = pending::write(&config, &ask, &ONCE, "", &metadata, UnixTime(1)).finish();
    assert!(Session::read(&text, &config).is_none());
    let tombstone = pending::tombstone(UnixTime(1));
    assert!(Session::read(&tombstone, &config).is_none());
}

#[test]
fn cve_2024_52801_state_nonce_and_verifier_have_all_256_bits() {
    let entropy = entropy::Entropy { state: [1; 32], nonce: [2; 32], verifier: [3; 32] };
    let config = config(&json!({ "metadata": {
        "issuer": "https://op.example", "authorization_endpoint": "https://op.example/a",
        "token_endpoint": "https://op.example/token", "jwks_uri": "https://op.example/jwks" } }));
    let step =
        sign_in::begin(&config, "{}", "https://app.example/", sign_in::SignInMode::Page, &entropy);
    assert!(matches!(step.effects[0].effect, Effect::List { .. }));
    for bytes in [entropy.state, entropy.nonce, entropy.verifier] {
        let secret = write(&bytes);
        assert_eq!(secret.len(), 43);
        assert!(step.flow.contains(&secret), "{secret}");
    }
}

#[test]
fn cve_2026_33544_two_people_at_once_never_meet() {
    let config = config(&json!({ "metadata": {
        "issuer": "https://op.example", "authorization_endpoint": "https://op.example/a",
        "token_endpoint": "https://op.example/token", "jwks_uri": "https://op.example/jwks" } }));
    let begin = |seed: u8| {
        let entropy =
            entropy::Entropy { state: [seed; 32], nonce: [seed + 1; 32], verifier: [seed + 2; 32] };
        sign_in::begin(&config, "{}", "https://app.example/", sign_in::SignInMode::Page, &entropy)
            .flow
    };
    // The same settings, interleaved: a flow depends on its own text alone.
    let (ada, eve) = (begin(10), begin(20));
    assert_eq!(begin(10), ada);
    for seed in [20, 21, 22] {
        assert!(!ada.contains(&write(&[seed; 32])) && eve.contains(&write(&[seed; 32])));
    }
}
