//! Saved texts: any script of the origin may have changed them.

use super::choice;
use super::provider::CONFIG;
use countersign::proto::client::config::ClientConfig;
use countersign::proto::effect::{Failure, Input, Response, UnixTime, Verdict};
use countersign::proto::effect_id::EffectId;
use countersign::proto::flow::entropy::Entropy;
use countersign::proto::flow::{self, sign_out, userinfo};
use countersign::proto::provider::endpoint;
use countersign::proto::state::pending::{self, Found, PendingSignIn};
use countersign::proto::state::session::Session;
use countersign::proto::text::{json, url};

const ENTROPY: Entropy = Entropy { state: [1; 32], nonce: [2; 32], verifier: [3; 32] };
const NOW: UnixTime = UnixTime(1_700_000_000);

/// A saved text that is accepted is complete. One that is not accepted ends the flow, without a panic.
pub fn saved(bytes: &[u8]) -> bool {
    let (choice, rest) = choice(bytes);
    let Ok(text) = std::str::from_utf8(rest) else { return false };
    let mut accepted = false;
    if let Found::Waiting(pending) = PendingSignIn::read(text, &CONFIG) {
        accepted = true;
        let metadata = pending.metadata().expect("its provider");
        assert!(url::read(metadata.required(endpoint::TOKEN)).is_ok_and(|url| url.is_https()));
        let _ = (pending.is_expired(NOW), pending.max_age());
    }
    if let Some(session) = Session::read(text, &CONFIG) {
        accepted = true;
        assert_eq!(session.text, text);
        assert!(session.metadata().is_some());
        let claims = json::read_object(session.claims_text().as_bytes()).expect("claims");
        assert_eq!(claims.text_of("sub"), Some(session.sub()));
    }
    let entries = [("countersign:pending:x".to_owned(), text.to_owned())];
    assert!(pending::keys_to_remove(&entries, NOW).len() <= 1);
    for step in
        [sign_out::begin(&CONFIG, text, text, NOW, &[1; 32]), userinfo::begin(&CONFIG, text, NOW)]
    {
        assert!(step.end.is_some() || !step.flow.is_empty());
    }
    let body = Response {
        status: 200,
        content_type: "application/json",
        cache_control: "",
        retry_after: "",
        challenge: "",
        body: rest,
    };
    let id = EffectId(u32::from(choice % 96));
    let inputs = [
        Input::Response(id, body),
        Input::Failure(id, Failure::Network),
        Input::Verdict(id, Verdict::Valid, &[1; 32]),
        Input::Text(id, Some(text)),
        Input::List(id, &entries),
        Input::Done(id, true),
    ];
    for input in inputs {
        let step = flow::resume(&CONFIG, text, input, NOW, &ENTROPY);
        assert!(step.end.is_some() || json::read_object(step.flow.as_bytes()).is_ok());
    }
    accepted
}

/// Settings that are accepted have safe addresses.
pub fn settings(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let Ok(config) = ClientConfig::read(text) else { return false };
    let issuer = url::read(config.issuer()).expect("an issuer is a URL");
    assert!(issuer.is_https() || issuer.is_loopback());
    assert!(issuer.query.is_none() && issuer.fragment.is_none());
    for page in
        [Some(config.redirect_uri()), config.post_logout_redirect_uri()].into_iter().flatten()
    {
        let url = url::read(page).expect("an address of the app");
        assert!((url.is_https() || url.is_loopback()) && url.fragment.is_none(), "{page}");
    }
    assert!(config.clock_tolerance() <= 300 && config.tag().len() == 11);
    assert!(config.scope("").split(' ').any(|word| word == "openid"));
    true
}
