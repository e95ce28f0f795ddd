//! The keys of an issuer over time, and tokens that they verify: the core alone, driven by a small
//! host with a manual clock.

#[path = "../support/provider.rs"]
mod provider;
#[path = "../support/random.rs"]
mod random;
#[path = "../support/verifier.rs"]
mod verifier;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::proto::effect::{
    Effect, EffectRequest, Failure, Input, Response, UnixTime, Verdict, VerifyRequest,
};
use countersign::proto::effect_id::EffectId;
use countersign::proto::error::Code;
use countersign::proto::jose::hash;
use countersign::proto::jose::jwk::KeySet;
use countersign::proto::verifier::config::VerifierConfig;
use countersign::proto::verifier::issuer_keys::IssuerKeys;
use countersign::proto::verifier::key_search;
use countersign::proto::verifier::verify::{
    self, Host, LoadedKeys, Progress, TokenToVerify, Verified,
};
use provider::Signer;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const ISSUER: &str = "https://op.example";
const START: u64 = 1_700_000_000;

/// An issuer's answer to a request for its keys.
#[derive(Clone)]
enum Keys {
    Set(Value),
    Text(&'static str),
    Status(u16),
    Silence(Failure),
}

/// An isolate, its issuer, and the cache that it shares with other isolates.
struct World {
    verifier: VerifierConfig,
    now: u64,
    keys: Keys,
    cache_control: &'static str,
    cache: BTreeMap<String, String>,
    issuer_keys: String,
    /// Whether a second search would find nothing more.
    last: bool,
    /// Every requested address.
    asked: Vec<String>,
    waited: u32,
    /// The JWKS that the issuer publishes after a wait.
    settled: Option<Value>,
    /// More members of the issuer's metadata.
    metadata: Value,
}

impl World {
    fn new(settings: &str, keys: Value) -> Self {
        let text = format!(r#"{{"issuer":"{ISSUER}","audience":"api"{settings}}}"#);
        Self {
            verifier: VerifierConfig::read(&text).expect("settings"),
            now: START,
            keys: Keys::Set(keys),
            cache_control: "",
            cache: BTreeMap::new(),
            issuer_keys: String::new(),
            last: false,
            asked: Vec::new(),
            waited: 0,
            settled: None,
            metadata: json!({}),
        }
    }

    fn search(&mut self, token: &str, drop: &str) -> Option<Code> {
        let mut step = key_search::begin(&self.verifier, 0, &self.issuer_keys, token, drop);
        for _ in 0..20 {
            let requests = std::mem::take(&mut step.effects);
            let flow = step.flow.clone();
            let mut next = None;
            for EffectRequest { id, effect } in requests {
                next = Some(self.grant(&flow, id, effect));
            }
            if let Some(end) = step.end {
                self.issuer_keys = end.issuer_keys;
                self.last = end.last;
                return end.failure.map(|error| error.code);
            }
            step = next.expect("a flow that waits for something");
        }
        panic!("the search does not end");
    }

    fn grant(&mut self, flow: &str, id: EffectId, effect: Effect) -> key_search::Step {
        let now = UnixTime(self.now);
        let resume = |input: Input<'_>| key_search::resume(&self.verifier, flow, input, now);
        match effect {
            Effect::Load { key, .. } => {
                resume(Input::Text(id, self.cache.get(&key).map(String::as_str)))
            }
            Effect::Save { key, text, .. } => {
                self.cache.insert(key, text);
                resume(Input::Done(id, true))
            }
            Effect::Wait { delay_ms } => {
                self.waited += delay_ms;
                if let Some(set) = self.settled.take() {
                    self.keys = Keys::Set(set);
                }
                resume(Input::Done(id, true))
            }
            Effect::Send(request) => {
                self.asked.push(request.url.clone());
                let mut metadata = self.metadata.clone();
                if metadata.get("issuer").is_none() {
                    metadata["issuer"] = json!(ISSUER);
                }
                metadata["jwks_uri"] = json!(format!("{ISSUER}/jwks"));
                let metadata = metadata.to_string();
                let (status, body) = match &self.keys {
                    _ if request.url.contains("/.well-known/") => (200, metadata),
                    Keys::Set(set) => (200, set.to_string()),
                    Keys::Text(text) => (200, (*text).to_owned()),
                    Keys::Status(status) => (*status, String::new()),
                    Keys::Silence(why) => return resume(Input::Failure(id, *why)),
                };
                let cache_control = self.cache_control;
                let (content_type, body) = ("application/json", body.as_bytes());
                resume(Input::Response(
                    id,
                    Response {
                        status,
                        content_type,
                        cache_control,
                        retry_after: "",
                        challenge: "",
                        body,
                    },
                ))
            }
            _ => panic!("no key search runs this effect"),
        }
    }

    /// Verifies a token, searches for keys if it must, and verifies again.
    fn verify(&mut self, token: &str, expected: &str) -> Result<Verified, Code> {
        let mut last = false;
        loop {
            match self.look(token, expected, last) {
                Ok(Progress::Verified(verified)) => return Ok(verified),
                Ok(Progress::KeysMissing { .. }) if !last => {
                    if let Some(code) = self.search(token, "") {
                        return Err(code);
                    }
                    last = self.last;
                }
                Ok(_) => panic!("this host answers at once"),
                Err(code) => return Err(code),
            }
        }
    }

    fn look(&self, token: &str, expected: &str, last: bool) -> Result<Progress, Code> {
        let issuer_keys = IssuerKeys::read(&self.issuer_keys);
        let keys = issuer_keys.clone();
        let mut verify = |number: u32, input: &str, signature: &[u8]| {
            let held =
                keys.as_ref().and_then(|issuer_keys| issuer_keys.keys.get((number / 16) as usize));
            let (key, signature) = (held.expect("a key").key.members(), signature.to_vec());
            Some(verifier::host(&VerifyRequest {
                alg: "ES256",
                key,
                input: input.to_owned(),
                signature,
            }))
        };
        let loaded = [issuer_keys.map(|issuer_keys| LoadedKeys { issuer_keys, first: 0 })];
        let digests = digests_of(expected);
        let host = Host { verify: &mut verify, digests: &digests };
        let (is_search_final, now) = (last, UnixTime(self.now));
        let input = TokenToVerify { token, expected, is_search_final, now };
        verify::check(&self.verifier, &loaded, &input, host).map_err(|error| error.code)
    }
}

/// The digests that belong to the expectations.
fn digests_of(expected: &str) -> Vec<u8> {
    let expected: Value = serde_json::from_str(expected).unwrap_or_default();
    let texts = ["accessToken", "code"].map(|name| expected[name].as_str().unwrap_or_default());
    texts.iter().flat_map(|text| hash::digests(text)).collect()
}

fn claims(now: u64, more: &[(&str, Value)]) -> Map<String, Value> {
    let mut claims = json!({
        "iss": ISSUER, "aud": "api", "sub": "ada", "client_id": "c", "jti": "1",
        "iat": now, "exp": now + 600,
    });
    for (name, value) in more {
        claims[*name] = value.clone();
    }
    claims.as_object().expect("an object").clone()
}

/// The claims of an ID token, which names its client in `aud` alone.
fn id_token_claims(now: u64, more: &[(&str, Value)]) -> Map<String, Value> {
    let mut all = claims(now, more);
    all.remove("client_id");
    all
}

fn token(signer: &Signer, now: u64) -> String {
    let header = json!({ "typ": "at+jwt" });
    signer.sign(header.as_object().expect("an object"), &claims(now, &[]))
}

/// The same set without any kid.
fn nameless(signers: &[&Signer]) -> Value {
    let mut set = set(signers);
    for key in set["keys"].as_array_mut().expect("a list") {
        key.as_object_mut().expect("a key").remove("kid");
    }
    set
}

/// A token without a kid, or with this one.
fn token_of(signer: &Signer, kid: Option<&str>, now: u64) -> String {
    let header = json!({ "typ": "at+jwt", "kid": kid });
    let mut header = header.as_object().expect("an object").clone();
    header.retain(|_, value| !value.is_null());
    signer.sign(&header, &claims(now, &[]))
}

fn set(signers: &[&Signer]) -> Value {
    let keys: Vec<_> = signers.iter().map(|signer| signer.key_set()["keys"][0].clone()).collect();
    json!({ "keys": keys })
}

fn code(result: Result<Verified, Code>) -> Option<Code> {
    result.err()
}

#[test]
fn dsc_06_and_07_an_unknown_kid_is_looked_for_once_and_found_after_a_rotation() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let mut world = World::new("", set(&[&old]));
    assert_eq!(code(world.verify(&token(&old, START), "")), None);
    world.keys = Keys::Set(set(&[&new]));
    let asked = world.asked.len();
    assert_eq!(code(world.verify(&token(&new, START), "")), None);
    assert_eq!(world.asked.len(), asked + 1, "the key set alone");
    assert_eq!(world.waited, 0);
}

#[test]
fn dsc_07_a_key_that_is_published_late_is_waited_for_once() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let mut world = World::new("", set(&[&old]));
    assert_eq!(code(world.verify(&token(&old, START), "")), None);
    world.settled = Some(set(&[&old, &new]));
    assert_eq!(code(world.verify(&token(&new, START), "")), None);
    assert_eq!(world.waited, 1000);
}

#[test]
fn dsc_07_a_rotation_of_keys_without_names_is_found_while_the_set_is_fresh() {
    let (old, new) = (Signer::new(""), Signer::new(""));
    for kid in [None, Some("a-name-that-no-set-has")] {
        let mut world = World::new("", nameless(&[&old]));
        assert_eq!(code(world.verify(&token_of(&old, kid, START), "")), None);
        let asked = world.asked.len();
        world.keys = Keys::Set(nameless(&[&new]));
        world.now += 1;
        assert_eq!(code(world.verify(&token_of(&new, kid, START), "")), None, "{kid:?}");
        assert_eq!((world.asked.len(), world.waited), (asked + 1, 0), "the key set alone, once");
        // The old key is accepted during its grace period.
        assert_eq!(code(world.verify(&token_of(&old, kid, START), "")), None);
    }
}

#[test]
fn dsc_07_a_token_without_a_name_finds_a_rotated_key_that_has_one() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    let mut world = World::new("", set(&[&old]));
    assert_eq!(code(world.verify(&token_of(&old, None, START), "")), None);
    world.keys = Keys::Set(set(&[&new]));
    assert_eq!(code(world.verify(&token_of(&new, None, START), "")), None);
}

#[test]
fn dsc_08_forged_tokens_without_names_are_one_search_in_a_cool_down() {
    let (known, stranger) = (Signer::new(""), Signer::new(""));
    let mut world = World::new("", nameless(&[&known]));
    assert_eq!(code(world.verify(&token_of(&known, None, START), "")), None);
    let asked = world.asked.len();
    for kid in [None, Some("x"), None, Some("y"), None] {
        let forged = token_of(&stranger, kid, START);
        assert_eq!(code(world.verify(&forged, "")), Some(Code::SignatureInvalid));
    }
    assert_eq!(world.asked.len(), asked + 2, "once, and once more after a wait");
    // The set has that kid: the key decides, and it did not sign.
    let mut named = World::new("", set(&[&Signer::new("k")]));
    let forged = token_of(&stranger, Some("k"), START);
    for _ in 0..2 {
        assert_eq!(code(named.verify(&forged, "")), Some(Code::SignatureInvalid));
    }
    assert_eq!(named.asked.len(), 2, "metadata and keys, for want of any");
}

#[test]
fn b20_a_cached_set_without_names_is_tried_first_and_fetched_again_if_no_key_fits() {
    let (old, new) = (Signer::new(""), Signer::new(""));
    let mut first = World::new("", nameless(&[&old]));
    assert_eq!(code(first.verify(&token_of(&old, None, START), "")), None);
    let mut cold = World::new("", nameless(&[&new]));
    cold.cache = first.cache.clone();
    assert_eq!(code(cold.verify(&token_of(&old, None, START), "")), None);
    assert_eq!(cold.asked.len(), 0, "what others fetched serves");
    let mut cold = World::new("", nameless(&[&new]));
    cold.cache = first.cache.clone();
    assert_eq!(code(cold.verify(&token_of(&new, None, START), "")), None, "a rotation is found");
    assert_eq!(cold.asked.len(), 1);
}

#[test]
fn dsc_08_hundreds_of_unknown_kids_are_one_search_in_a_cool_down() {
    let known = Signer::new("known");
    let mut world = World::new("", set(&[&known]));
    assert_eq!(code(world.verify(&token(&known, START), "")), None);
    let asked = world.asked.len();
    for number in 0..300 {
        let header = json!({ "typ": "at+jwt", "kid": format!("k{number}") });
        let header = header.as_object().expect("an object");
        let stranger = known.sign(header, &claims(START, &[]));
        assert_eq!(code(world.verify(&stranger, "")), Some(Code::KeyNotFound));
    }
    assert_eq!(world.asked.len(), asked + 2, "once, and once more after a wait");
    world.now += 31;
    assert_eq!(code(world.verify(&token(&Signer::new("x"), START), "")), Some(Code::KeyNotFound));
    assert_eq!(world.asked.len(), asked + 4);
}

#[test]
fn dsc_08_mod_auth_openidc_2026_08_throttle_the_cool_down_holds_when_the_cache_forgets() {
    let known = Signer::new("known");
    let mut world = World::new("", set(&[&known]));
    assert_eq!(code(world.verify(&token(&known, START), "")), None);
    for _ in 0..10 {
        world.cache.clear();
        let stranger = token(&Signer::new("x"), START);
        assert_eq!(code(world.verify(&stranger, "")), Some(Code::KeyNotFound));
    }
    assert_eq!(world.asked.len(), 2 + 2);
}

#[test]
fn dsc_09_cve_2026_49998_the_cache_keeps_keys_by_where_they_come_from() {
    let key = |settings: &str| {
        let mut world = World::new(settings, set(&[&Signer::new("k")]));
        assert_eq!(world.search("", ""), None);
        world.cache.keys().next().expect("a key").clone()
    };
    assert_ne!(key(""), key(r#","jwksUri":"https://op.example/other""#));
    assert!(key("").contains(ISSUER));
}

#[test]
fn dsc_10_cve_2025_22149_and_b21_a_key_that_vanished_counts_for_its_grace_and_no_longer() {
    let (old, new) = (Signer::new("old"), Signer::new("new"));
    for grace in [0, 100, 1000] {
        let mut world = World::new(&format!(r#","keyGrace":{grace}"#), set(&[&old, &new]));
        assert_eq!(world.search("", ""), None);
        world.keys = Keys::Set(set(&[&new]));
        world.now += 601;
        assert_eq!(world.search("", ""), None, "the set is no longer fresh");
        let seen = START + grace;
        let now = world.now;
        assert_eq!(code(world.verify(&token(&new, now), "")), None);
        let is_right = seen > now;
        let verdict = code(world.verify(&token(&old, now), ""));
        assert_eq!(verdict.is_none(), is_right, "{grace}: {verdict:?}");
    }
    let mut world = World::new(r#","keyGrace":3600"#, set(&[&old, &new]));
    assert_eq!(world.search("", ""), None);
    world.keys = Keys::Set(set(&[&new]));
    world.now += 601;
    assert_eq!(world.search("", ""), None);
    let verified = world.verify(&token(&old, world.now), "").expect("within its grace");
    assert_eq!(verified.until, UnixTime(world.now + 630));
    world.now = START + 3599;
    let verified = world.verify(&token(&old, world.now), "").expect("its last second");
    assert_eq!(verified.until, UnixTime(START + 3600), "an answer expires with its key");
    world.now = START + 3600;
    assert_eq!(code(world.verify(&token(&old, START + 3300), "")), Some(Code::KeyNotFound));
}

#[test]
fn dsc_10_a_key_that_is_dropped_verifies_nothing_in_any_isolate_that_shares_the_cache() {
    let (one, other) = (Signer::new("one"), Signer::new("other"));
    let mut world = World::new("", set(&[&one, &other]));
    assert_eq!(code(world.verify(&token(&one, START), "")), None);
    let mut second = World::new("", set(&[&one, &other]));
    second.issuer_keys = world.issuer_keys.clone();
    assert_eq!(world.search("", "one"), None);
    assert_eq!(code(world.verify(&token(&one, START), "")), Some(Code::KeyNotFound));
    assert_eq!(code(world.verify(&token(&other, START), "")), None);
    // The other isolate reads the cache at its next search, and the dropped key stays dropped.
    second.cache = world.cache.clone();
    assert_eq!(second.search("", ""), None);
    assert_eq!(code(second.verify(&token(&one, START), "")), Some(Code::KeyNotFound));
    second.now += 4000;
    assert_eq!(second.search("", ""), None, "a new set names it still");
    let again = token(&one, second.now);
    assert_eq!(code(second.verify(&again, "")), Some(Code::KeyNotFound));
}

#[test]
fn dsc_11_and_b21_a_bad_answer_keeps_the_keys_that_are_there() {
    let signer = Signer::new("k");
    let bad = [
        Keys::Text("<html>"),
        Keys::Text(""),
        Keys::Text(r#"{"keys":[]}"#),
        Keys::Text(r#"{"keys":{}}"#),
        Keys::Text(r#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#),
        Keys::Status(304),
        Keys::Status(302),
        Keys::Status(500),
        Keys::Silence(Failure::TooLarge),
        Keys::Silence(Failure::Redirected),
        Keys::Silence(Failure::TimedOut),
        Keys::Silence(Failure::Network),
    ];
    for answer in bad {
        let mut world = World::new("", set(&[&signer]));
        assert_eq!(world.search("", ""), None);
        world.keys = answer.clone();
        world.now += 3601;
        assert_eq!(world.search("", ""), None);
        assert_eq!(code(world.verify(&token(&signer, world.now), "")), None);
        let asked = world.asked.len();
        assert_eq!(world.search("", ""), None);
        assert_eq!(world.asked.len(), asked, "no_user asks again at once");
        // One day after the last valid answer no key is accepted.
        world.now = START + 24 * 60 * 60 + 1;
        assert!(world.verify(&token(&signer, world.now), "").is_err());
    }
}

#[test]
fn dsc_15_a_failure_is_not_cached_forever() {
    let signer = Signer::new("k");
    let mut world = World::new("", set(&[&signer]));
    world.keys = Keys::Status(503);
    let good = token(&signer, START);
    assert_eq!(code(world.verify(&good, "")), Some(Code::ProviderUnavailable));
    assert_eq!(code(world.verify(&good, "")), Some(Code::KeysUnavailable), "not at once");
    world.keys = Keys::Set(set(&[&signer]));
    world.now += 6;
    assert_eq!(code(world.verify(&good, "")), None);
}

#[test]
fn dsc_13_the_age_of_a_set_is_kept_within_a_floor_and_a_ceiling() {
    for (cache_control, age) in [
        ("", 600),
        ("max-age=0", 60),
        ("no-store", 600),
        ("public, max-age=120", 120),
        ("max-age=315360000", 3600),
        ("max-age=99999999999999999999999", 600),
        ("max-age=-1", 600),
    ] {
        let mut world = World::new("", set(&[&Signer::new("k")]));
        world.cache_control = cache_control;
        assert_eq!(world.search("", ""), None);
        let issuer_keys = IssuerKeys::read(&world.issuer_keys).expect("a ring");
        assert_eq!(issuer_keys.fresh_until(), UnixTime(START + age), "{cache_control}");
    }
}

#[test]
fn dsc_12_a_key_that_names_another_issuer_verifies_nothing_here() {
    let signer = Signer::new("k");
    for (issuer, refusal) in [
        (ISSUER, None),
        ("https://other.example", Some(Code::KeyNotFound)),
        ("https://op.example/{tenantid}", Some(Code::KeyNotFound)),
    ] {
        let mut keys = set(&[&signer]);
        keys["keys"][0]["issuer"] = json!(issuer);
        let mut world = World::new("", keys);
        assert_eq!(code(world.verify(&token(&signer, START), "")), refusal, "{issuer}");
    }
}

#[test]
fn dsc_12_entra_a_key_for_every_tenant_verifies_a_v1_token_of_the_one_tenant() {
    const TENANT: &str = "aaaaaaaa-0000-0000-0000-000000000001";
    const OTHER: &str = "aaaaaaaa-0000-0000-0000-000000000002";
    let signer = Signer::new("k");
    for (owner, refusal) in [
        ("https://l.example/{tenantid}/v2.0", None),
        ("https://l.example/aaaaaaaa-0000-0000-0000-000000000001/v2.0", None),
        ("https://l.example/aaaaaaaa-0000-0000-0000-000000000002/v2.0", Some(Code::KeyNotFound)),
        ("https://other.example/{tenantid}/v2.0", Some(Code::KeyNotFound)),
    ] {
        let mut keys = set(&[&signer]);
        keys["keys"][0]["issuer"] = json!(owner);
        let text = format!(
            r#"{{"audience":"api","jwksUri":"https://l.example/keys","profile":"jwt",
                "provider":{{"verifier":{{"issuer":"https://l.example/{TENANT}/v2.0",
                "issuerAliases":["https://sts.example/{TENANT}/"]}}}}}}"#
        );
        let mut world = World::new("", keys);
        world.verifier = VerifierConfig::read(&text).expect("settings");
        let token = |iss: &str, tid: &str| {
            let more = [("iss", json!(iss)), ("tid", json!(tid))];
            signer.sign(&Map::new(), &claims(START, &more))
        };
        let v1 = format!("https://sts.example/{TENANT}/");
        assert_eq!(code(world.verify(&token(&v1, TENANT), "")), refusal, "{owner}");
        // Another tenant in `tid` makes another owner of the key.
        if owner.contains('{') {
            let stranger = code(world.verify(&token(&v1, OTHER), ""));
            assert_eq!(stranger, Some(Code::KeyNotFound), "{owner}");
        }
    }
}

#[test]
fn a3_dsc_12_a_key_of_another_issuer_is_not_tried_beside_a_key_that_counts() {
    let (signer, foreign) = (Signer::new("k"), Signer::new("k"));
    for is_named in [true, false] {
        let both = [&foreign, &signer];
        let mut keys = if is_named { set(&both) } else { nameless(&both) };
        keys["keys"][0]["issuer"] = json!("https://other.example");
        let mut world = World::new("", keys);
        let kid = is_named.then_some("k");
        assert_eq!(code(world.verify(&token_of(&signer, kid, START), "")), None);
        let forged = code(world.verify(&token_of(&foreign, kid, START), ""));
        assert_eq!(forged, Some(Code::SignatureInvalid), "{is_named}");
    }
}

/// A3: a key that is known by its name, and does not count for this token.
#[test]
fn dsc_08_and_12_a_known_key_that_does_not_count_is_searched_for_once_in_a_cool_down() {
    let (signer, other) = (Signer::new("k"), Signer::new("other"));
    for owner in ["https://other.example", "https://op.example/{tenantid}"] {
        let mut keys = set(&[&signer, &other]);
        keys["keys"][0]["issuer"] = json!(owner);
        let mut world = World::new("", keys);
        assert_eq!(code(world.verify(&token(&other, START), "")), None);
        world.asked.clear();
        for _ in 0..50 {
            let refusal = code(world.verify(&token(&signer, START), ""));
            assert_eq!(refusal, Some(Code::KeyNotFound), "{owner}");
        }
        assert_eq!(world.asked.len(), 2, "{owner}: one search, with one wait");
    }
    // The set is fresh, and the grace of a key that vanished is over.
    let mut world = World::new(r#","keyGrace":10"#, set(&[&signer, &other]));
    assert_eq!(code(world.verify(&token(&signer, START), "")), None);
    world.keys = Keys::Set(set(&[&other]));
    world.now += 601;
    assert_eq!(world.search("", ""), None);
    world.asked.clear();
    for _ in 0..50 {
        let refusal = code(world.verify(&token(&signer, world.now), ""));
        assert_eq!(refusal, Some(Code::KeyNotFound));
    }
    assert_eq!(world.asked.len(), 2, "one search, with one wait");
}

#[test]
fn dsc_12_a_key_of_another_issuer_does_not_hide_a_key_without_a_name() {
    let signer = Signer::new("k");
    let mut keys = json!({ "keys": [set(&[&signer])["keys"][0], nameless(&[&signer])["keys"][0]] });
    keys["keys"][0]["issuer"] = json!("https://other.example");
    let mut world = World::new("", keys);
    assert_eq!(code(world.verify(&token(&signer, START), "")), None);
}

/// A4: an issuer that withdraws keys.
#[test]
fn keys_that_an_issuer_withdrew_are_bounded_by_number_and_by_size_and_the_newest_stay() {
    let one = set(&[&Signer::new("k")])["keys"][0].clone();
    for (padding, most) in [(0, 50), (4000, 8)] {
        let mut world = World::new(r#","keyGrace":360000"#, json!({ "keys": [one] }));
        let name = |number: usize| format!("{number}-{}", "x".repeat(padding));
        for number in 0..200 {
            let mut key = one.clone();
            key["kid"] = json!(name(number));
            world.keys = Keys::Set(json!({ "keys": [key] }));
            world.search(&token_of(&Signer::new("k"), Some("unknown"), world.now), "");
            world.now += 31;
        }
        let held = IssuerKeys::read(&world.issuer_keys).expect("a ring").keys;
        let kids: Vec<_> = held.iter().filter_map(|held| held.key.kid.clone()).collect();
        assert!(kids.len() > 2 && kids.len() <= most + 1, "{} keys", kids.len());
        assert!(world.issuer_keys.len() < 40_000, "{} bytes", world.issuer_keys.len());
        let newest: Vec<_> = (0..kids.len()).map(|back| name(199 - back)).collect();
        assert_eq!(kids, newest, "the newest ones, in order");
    }
}

/// B: `access_token_issuer` of AD FS.
#[test]
fn an_access_token_may_name_the_issuer_that_the_metadata_announces_for_access_tokens() {
    let signer = Signer::new("k");
    let announced = "http://op.example/adfs/services/trust";
    let with_iss = |iss: &str| {
        let header = json!({ "typ": "at+jwt" });
        signer.sign(header.as_object().expect("an object"), &claims(START, &[("iss", json!(iss))]))
    };
    let mut world = World::new("", set(&[&signer]));
    assert_eq!(code(world.verify(&with_iss(announced), "")), Some(Code::IssuerMismatch));
    let mut world = World::new("", set(&[&signer]));
    world.metadata = json!({ "access_token_issuer": announced });
    assert_eq!(code(world.verify(&with_iss(announced), "")), Some(Code::IssuerMismatch));
    let mut world = World::new(r#","trustAccessTokenIssuer":true"#, set(&[&signer]));
    world.metadata = json!({ "access_token_issuer": announced });
    for iss in [announced, ISSUER] {
        assert_eq!(code(world.verify(&with_iss(iss), "")), None, "{iss}");
    }
    let other = with_iss("http://op.example/adfs/services/trust/");
    assert_eq!(code(world.verify(&other, "")), Some(Code::IssuerMismatch));
    // An ID token names the issuer itself.
    let id = r#","kind":"id_token","trustAccessTokenIssuer":true"#;
    let mut world = World::new(id, set(&[&signer]));
    world.metadata = json!({ "access_token_issuer": announced });
    let id_token = signer.sign(
        json!({ "typ": "JWT" }).as_object().expect("an object"),
        &claims(START, &[("iss", json!(announced))]),
    );
    let verdict = world.verify(&id_token, r#"{"nonce":null}"#);
    assert_eq!(code(verdict), Some(Code::IssuerMismatch));
}

/// ID tokens of AD FS have `appid` and `scp`, as its access tokens. The issuer tells the two apart.
#[test]
fn idt_06_the_issuer_tells_the_kind_of_a_token_where_access_tokens_have_another_one() {
    let signer = Signer::new("k");
    let announced = "http://op.example/adfs/services/trust";
    let token = |iss: &str, appid: &str| {
        let more = [("iss", json!(iss)), ("appid", json!(appid)), ("scp", json!("openid"))];
        let header = json!({ "typ": "JWT" });
        signer.sign(header.as_object().expect("an object"), &id_token_claims(START, &more))
    };
    let world = |settings: &str, metadata: Value| {
        let mut world = World::new(settings, set(&[&signer]));
        world.metadata = metadata;
        world
    };
    let metadata = json!({ "access_token_issuer": announced });
    let any = r#"{"nonce":"any"}"#;
    let mut of_users = world(r#","kind":"id_token""#, metadata.clone());
    assert_eq!(code(of_users.verify(&token(ISSUER, "api"), any)), None);
    let stranger = of_users.verify(&token(ISSUER, "other"), any);
    assert_eq!(code(stranger), Some(Code::AzpMismatch));
    // Without the announcement, and for an alias that is the announced text, the scope counts.
    let mut plain = world(r#","kind":"id_token""#, json!({}));
    assert_eq!(code(plain.verify(&token(ISSUER, "api"), any)), Some(Code::TypForbidden));
    let same = json!({ "access_token_issuer": ISSUER });
    let mut same = world(r#","kind":"id_token""#, same);
    assert_eq!(code(same.verify(&token(ISSUER, "api"), any)), Some(Code::TypForbidden));
    let aliased = format!(r#","kind":"id_token","issuerAliases":["{announced}"]"#);
    let mut aliased = world(&aliased, metadata.clone());
    assert_eq!(code(aliased.verify(&token(announced, "api"), any)), Some(Code::TypForbidden));
    // And the reverse: no ID token is an access token.
    let trusting = r#","profile":"jwt","trustAccessTokenIssuer":true"#;
    let mut api = world(trusting, metadata);
    assert_eq!(code(api.verify(&token(announced, "api"), "")), None);
    let id_token = api.verify(&token(ISSUER, "api"), "");
    assert_eq!(code(id_token), Some(Code::AccessTokenExpected));
}

/// B: an http issuer with pinned keys.
#[test]
fn with_pinned_keys_an_issuer_is_an_identifier_and_compared_as_text() {
    let signer = Signer::new("k");
    let keys = set(&[&signer]);
    for issuer in
        ["http://op.example/adfs/services/trust", "op.example", "urn:op", "https://o/?a#b"]
    {
        for source in [format!(r#""jwks":{keys}"#), r#""jwksUri":"https://k.example/k""#.to_owned()]
        {
            let text = format!(r#"{{"issuer":"{issuer}","audience":"api",{source}}}"#);
            let mut world = World::new("", keys.clone());
            world.verifier = VerifierConfig::read(&text).expect(issuer);
            if world.verifier.pinned.is_some() {
                continue;
            }
            let verdict = |world: &mut World, iss: &str| {
                let header = json!({ "typ": "at+jwt" });
                let claims = claims(START, &[("iss", json!(iss))]);
                let token = signer.sign(header.as_object().expect("an object"), &claims);
                code(world.verify(&token, ""))
            };
            assert_eq!(verdict(&mut world, issuer), None, "{issuer}");
            let other = format!("{issuer}/");
            assert_eq!(verdict(&mut world, &other), Some(Code::IssuerMismatch), "{issuer}");
        }
        let text = format!(r#"{{"issuer":"{issuer}","audience":"api"}}"#);
        assert!(VerifierConfig::read(&text).is_err(), "{issuer}: its metadata would be fetched");
    }
}

/// D12: a key whose curve is not supported.
#[test]
fn a_key_of_ed448_under_the_name_eddsa_is_an_algorithm_that_is_not_supported() {
    let x = "X9dEm1m0Yf0s54fsYWrUah2hNCSFpw4fig6nXYDpZ3jt8SR2m0bHBhvWeD3x5Q9s0foavq_oJWGA";
    let key = json!({ "kty": "OKP", "crv": "Ed448", "x": x, "kid": "k" });
    let mut world = World::new("", json!({ "keys": [key] }));
    let header = json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": "k" });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = Value::Object(claims(START, &[]));
    let token = format!("{}.{}.{}", part(&header), part(&claims), "A".repeat(152));
    assert_eq!(code(world.verify(&token, "")), Some(Code::AlgUnsupported));
    // A key that is not there is still one that was not found.
    let other = token.replacen(
        &part(&header),
        &part(&json!({ "typ": "at+jwt", "alg": "EdDSA", "kid": "l" })),
        1,
    );
    assert_eq!(code(world.verify(&other, "")), Some(Code::KeyNotFound));
}

/// D6: a token that was issued to another client.
#[test]
fn idt_06_a_token_that_another_authorized_party_was_given_passes() {
    let signer = Signer::new("k");
    let verdict = |settings: &str, more: &[(&str, Value)]| {
        let mut world = World::new(settings, set(&[&signer]));
        let is_id_token = settings.contains("id_token");
        let header = json!({ "typ": if is_id_token { "JWT" } else { "at+jwt" } });
        let expected = if is_id_token { r#"{"nonce":"any"}"# } else { "" };
        let make = if is_id_token { id_token_claims } else { claims };
        let token = signer.sign(header.as_object().expect("an object"), &make(START, more));
        code(world.verify(&token, expected))
    };
    let listed = r#","kind":"id_token","authorizedParties":["android"]"#;
    for (settings, azp, refusal) in [
        (r#","kind":"id_token""#, "android", Some(Code::AzpMismatch)),
        (listed, "android", None),
        (listed, "api", None),
        (listed, "other", Some(Code::AzpMismatch)),
        (r#","authorizedParties":["c"]"#, "c", None),
        (r#","authorizedParties":["d"]"#, "c", Some(Code::AzpMismatch)),
    ] {
        assert_eq!(verdict(settings, &[("azp", json!(azp))]), refusal, "{settings} {azp}");
    }
    assert_eq!(verdict(r#","authorizedParties":["c"]"#, &[]), None, "by `client_id`");
}

#[test]
fn atj_12_an_answer_may_be_kept_only_where_nothing_but_time_can_change_it() {
    let signer = Signer::new("k");
    let mut world = World::new("", set(&[&signer]));
    let verified = world.verify(&token(&signer, START), "").expect("a good token");
    assert!(verified.cacheable);
    assert_eq!((verified.from, verified.until), (UnixTime(START - 30), UnixTime(START + 630)));
    let now = START;
    let header = json!({ "typ": "at+jwt" });
    let recent = claims(now, &[("auth_time", json!(now))]);
    let recent = signer.sign(header.as_object().expect("an object"), &recent);
    assert!(!world.verify(&recent, r#"{"maxAge":60}"#).expect("a good token").cacheable);
}

#[test]
fn idt_17_22_and_24_an_id_token_is_checked_against_its_request() {
    let signer = Signer::new("k");
    let mut world = World::new(r#","kind":"id_token""#, set(&[&signer]));
    let id_token = |more: &[(&str, Value)]| signer.sign(&Map::new(), &id_token_claims(START, more));
    let plain = id_token(&[]);
    let with_nonce = id_token(&[("nonce", json!("n"))]);
    let at = json!("77QmUPtjPfzWtF2AnpK9RQ");
    let access = r#""accessToken":"jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y""#;
    let hashed = id_token(&[("at_hash", at.clone())]);
    let code_hashed = id_token(&[("c_hash", at)]);
    for (token, expected, refusal) in [
        (&plain, "", Some(Code::ExpectedInvalid)),
        (&plain, "{}", Some(Code::ExpectedInvalid)),
        (&plain, r#"{"nonce":1}"#, Some(Code::ExpectedInvalid)),
        (&plain, r#"{"nonce":null,"code":1}"#, Some(Code::ExpectedInvalid)),
        (&plain, r#"{"nonce":null}"#, None),
        (&plain, r#"{"nonce":"n"}"#, Some(Code::ClaimInvalid)),
        (&with_nonce, r#"{"nonce":"n"}"#, None),
        (&with_nonce, r#"{"nonce":"N"}"#, Some(Code::NonceMismatch)),
        (&with_nonce, r#"{"nonce":null}"#, Some(Code::NonceMismatch)),
        (&with_nonce, r#"{"nonce":"any"}"#, None),
        (&hashed, &format!(r#"{{"nonce":null,{access}}}"#), None),
        (&hashed, r#"{"nonce":null,"accessToken":"x"}"#, Some(Code::AtHashMismatch)),
        (&plain, &format!(r#"{{"nonce":null,{access}}}"#), None),
        (
            &plain,
            &format!(r#"{{"nonce":null,{access},"requireHashes":true}}"#),
            Some(Code::ClaimInvalid),
        ),
        (
            &code_hashed,
            r#"{"nonce":null,"code":"jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"}"#,
            None,
        ),
        (&code_hashed, r#"{"nonce":null,"code":"x"}"#, Some(Code::CHashMismatch)),
        (&plain, r#"{"nonce":null,"code":"x","requireHashes":true}"#, Some(Code::ClaimInvalid)),
        (&hashed, r#"{"nonce":null,"requireHashes":true}"#, Some(Code::ExpectedInvalid)),
        (&hashed, r#"{"nonce":null,"requireHashes":false}"#, None),
    ] {
        assert_eq!(code(world.verify(token, expected)), refusal, "{expected}");
    }
}

/// The hint of a provider: expired by design, and of a guest, whose `tid` is another tenant.
#[test]
fn eam_hint_an_expired_hint_is_verified_and_its_issuer_is_bound_to_the_tenants() {
    const HOME: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
    const GUEST: &str = "9122040d-6c67-4c5b-b112-36a304b66dad";
    let signer = Signer::new("k");
    let verify = |iss: &str, more: &[(&str, Value)]| {
        let text = format!(
            r#"{{"issuer":"https://op.example/{{tenantid}}/v2.0","audience":"api","kind":"id_token_hint","tenants":["{HOME}"]}}"#
        );
        let mut world = World::new("", set(&[&signer]));
        world.verifier = VerifierConfig::read(&text).expect("settings");
        world.metadata = json!({ "issuer": "https://op.example/{tenantid}/v2.0" });
        let mut claims = id_token_claims(START, &[("iss", json!(iss)), ("tid", json!(GUEST))]);
        claims.insert("exp".into(), json!(START - 1000));
        claims.insert("iat".into(), json!(START));
        for (name, value) in more {
            claims.insert((*name).into(), value.clone());
        }
        code(world.verify(&signer.sign(&Map::new(), &claims), ""))
    };
    let home = format!("https://op.example/{HOME}/v2.0");
    assert_eq!(verify(&home, &[]), None);
    let guest = format!("https://op.example/{GUEST}/v2.0");
    assert_eq!(verify(&guest, &[]), Some(Code::TenantForbidden));
    assert_eq!(verify("https://op.example/common/v2.0", &[]), Some(Code::IssuerMismatch));
    assert_eq!(verify(&home, &[("aud", json!("other"))]), Some(Code::AudienceMismatch));
    assert_eq!(verify(&home, &[("nbf", json!(START + 100))]), Some(Code::TokenNotYetValid));
    assert_eq!(verify(&home, &[("iat", json!(START + 100))]), Some(Code::IssuedInFuture));
}

#[test]
fn idt_22_a_hash_that_the_host_cannot_make_is_an_algorithm_that_it_lacks() {
    let signer = Signer::new("k");
    let mut world = World::new(r#","kind":"id_token""#, set(&[&signer]));
    assert_eq!(world.search("", ""), None);
    let token = signer.sign(&Map::new(), &claims(START, &[("at_hash", json!(""))]));
    let issuer_keys = IssuerKeys::read(&world.issuer_keys).expect("a ring");
    for (digests, refusal) in [
        (hash::digests("x").repeat(2), Code::AtHashMismatch),
        (Vec::new(), Code::AlgUnsupported),
        (vec![0; 62], Code::AlgUnsupported),
    ] {
        let loaded = [Some(LoadedKeys { issuer_keys: issuer_keys.clone(), first: 0 })];
        let host = Host { verify: &mut |_, _, _| Some(Verdict::Valid), digests: &digests };
        let expected = r#"{"nonce":null,"accessToken":"x"}"#;
        let now = UnixTime(START);
        let input = TokenToVerify { token: &token, expected, is_search_final: false, now };
        let seen = verify::check(&world.verifier, &loaded, &input, host);
        assert_eq!(seen.err().map(|error| error.code), Some(refusal));
    }
}

#[test]
fn idt_04_05_and_07_other_audiences_are_trusted_by_name_and_then_azp_says_who_asked() {
    let signer = Signer::new("k");
    let verify = |settings: &str, aud: Value, azp: Value| {
        let mut world = World::new(&format!(r#","kind":"id_token"{settings}"#), set(&[&signer]));
        let more = [("aud", aud), ("azp", azp)];
        let mut claims = claims(START, &more);
        claims.retain(|_, value| !value.is_null());
        code(world.verify(&signer.sign(&Map::new(), &claims), r#"{"nonce":null}"#))
    };
    let trusted = r#","trustedAudiences":["other"]"#;
    let both = || json!(["api", "other"]);
    assert_eq!(verify("", json!(["api"]), Value::Null), None);
    assert_eq!(verify("", both(), json!("api")), Some(Code::AudienceMismatch));
    assert_eq!(verify(trusted, both(), json!("api")), None);
    assert_eq!(verify(trusted, both(), Value::Null), Some(Code::AzpMismatch));
    assert_eq!(verify(trusted, both(), json!("other")), Some(Code::AzpMismatch));
    assert_eq!(verify(trusted, json!(["other"]), json!("api")), Some(Code::AudienceMismatch));
}

#[test]
fn pinned_keys_are_used_and_nothing_is_fetched() {
    let signer = Signer::new("k");
    let keys = signer.key_set();
    let world = World::new(&format!(r#","jwks":{keys}"#), json!({}));
    let pinned: &KeySet = world.verifier.pinned.as_ref().expect("a set");
    let loaded = [Some(LoadedKeys { issuer_keys: IssuerKeys::pinned(pinned), first: 5 })];
    let mut numbers = Vec::new();
    let mut verify = |number: u32, _: &str, _: &[u8]| {
        numbers.push(number);
        Some(Verdict::Valid)
    };
    let good = token(&signer, START);
    let now = UnixTime(START);
    let host = Host { verify: &mut verify, digests: &[] };
    let input = TokenToVerify { token: &good, expected: "", is_search_final: false, now };
    let seen = verify::check(&world.verifier, &loaded, &input, host);
    assert!(matches!(seen, Ok(Progress::Verified(_))));
    assert_eq!(numbers.iter().map(|number| number / 16).collect::<Vec<_>>(), [5]);
}

#[test]
fn a_ring_that_was_kept_is_read_as_it_was_written_and_an_odd_one_is_none() {
    let mut world = World::new("", set(&[&Signer::new("a"), &Signer::new("")]));
    assert_eq!(world.search("", "x"), None);
    assert_eq!(world.search("", ""), None);
    let issuer_keys = IssuerKeys::read(&world.issuer_keys).expect("a ring");
    assert_eq!(issuer_keys.write(), world.issuer_keys);
    assert_eq!(issuer_keys.keys.len(), 2);
    for odd in ["", "{}", "[]", r#"{"v":2}"#, &world.issuer_keys.replace(r#""v":1"#, r#""v":9"#)] {
        assert!(IssuerKeys::read(odd).is_none(), "{odd}");
    }
}

/// Entra's replicas, which serve different key sets: the recorded history of `common`, played again and
/// again. Keys vanish from a replica for hours, and come back.
struct Replicas {
    /// The time since the first record, in seconds, and the kids of each record.
    records: Vec<(u64, Vec<String>)>,
    /// Each kid with the first and the last record that has it, in seconds.
    spans: BTreeMap<String, (u64, u64)>,
    /// The length of the history, in seconds.
    length: u64,
    signers: BTreeMap<String, Signer>,
}

impl Replicas {
    /// How far behind the first replica each replica is, in seconds.
    const LAGS: [u64; 5] = [0, 1_800, 9_000, 21_600, 43_200];
    /// How long a new key is published before it signs, in seconds.
    const NOTICE: u64 = 24 * 60 * 60;
    /// How long the keys of one run through the history stay when the next run begins, in seconds.
    const OVERLAP: u64 = 3 * 24 * 60 * 60;

    fn read() -> Self {
        let file = "tests/vectors/providers/entra/jwks.common.v2.history.jsonl";
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let text = std::fs::read_to_string(path).expect("the recorded history");
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let mut records: Vec<(u64, Vec<String>)> = lines
            .map(|line| {
                let kids = line["kids"].as_array().expect("kids").iter();
                let kids = kids.map(|kid| kid.as_str().expect("a kid").to_owned()).collect();
                (seconds_of(line["t"].as_str().expect("a time")), kids)
            })
            .collect();
        let first = records[0].0;
        for record in &mut records {
            record.0 -= first;
        }
        let end = records.last().expect("a record").0;
        let mut spans = BTreeMap::new();
        for (time, kids) in &records {
            // The keys of the last record stay until the next run.
            let last = if *time == end { end + Self::OVERLAP } else { *time };
            for kid in kids {
                spans.entry(kid.clone()).or_insert((*time, last)).1 = last;
            }
        }
        Self { records, spans, length: end + Self::OVERLAP, signers: BTreeMap::new() }
    }

    /// The kids that a replica serves at a time. Each run through the history has kids of its own.
    fn kids(&self, replica: usize, time: u64) -> Vec<String> {
        let time = time.saturating_sub(Self::LAGS[replica]);
        let (run, since) = (time / self.length, time % self.length);
        let place = self.records.partition_point(|record| record.0 <= since).saturating_sub(1);
        let named = |run: u64, kids: &[String]| {
            kids.iter().map(|kid| format!("{kid}-{run}")).collect::<Vec<_>>()
        };
        let mut kids = named(run, &self.records[place].1);
        if run > 0 && since < Self::OVERLAP {
            kids.extend(named(run - 1, &self.records.last().expect("a record").1));
        }
        // The keys of the next run are announced before they sign.
        if self.length - since < Self::OVERLAP {
            kids.extend(named(run + 1, &self.records[0].1));
        }
        kids
    }

    /// The kids that sign at a time: those that were published a day ago, and will be seen again or are
    /// there.
    fn in_use(&self, time: u64) -> Vec<String> {
        let (run, since) = (time / self.length, time % self.length);
        let is_used =
            |span: &(u64, u64)| (span.0 == 0 || span.0 + Self::NOTICE <= since) && since <= span.1;
        let used = self.spans.iter().filter(|(_, span)| is_used(span));
        used.map(|(kid, _)| format!("{kid}-{run}")).collect()
    }

    fn signer(&mut self, kid: &str) -> &Signer {
        self.signers.entry(kid.to_owned()).or_insert_with(|| Signer::new(kid))
    }

    fn set(&mut self, replica: usize, time: u64) -> Value {
        let kids = self.kids(replica, time);
        let keys = kids.iter().map(|kid| self.signer(kid).key_set()["keys"][0].clone());
        json!({ "keys": keys.collect::<Vec<_>>() })
    }
}

/// Seconds since 1970 of a time such as `2024-06-05T17:34:00Z`.
fn seconds_of(text: &str) -> u64 {
    let part = |from: usize, to: usize| text[from..to].parse::<u64>().expect("a number");
    let (year, month, day) = (part(0, 4), part(5, 7), part(8, 10));
    // Days from civil: years begin in March, so that the leap day is the last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 1;
    (days - 719_468) * 86_400 + part(11, 13) * 3600 + part(14, 16) * 60 + part(17, 19)
}

/// Days in which 50 isolates verify tokens of Entra while its replicas disagree: how many tokens pass, and
/// how many do not. Every token is valid.
fn refused_in(days: u64, seed: u64, settings: &str, is_shared: bool) -> (u64, u64) {
    let mut random = random::Random::new(seed);
    let mut replicas = Replicas::read();
    let mut isolates: Vec<World> = (0..50).map(|_| World::new(settings, json!({}))).collect();
    let mut cache = BTreeMap::new();
    let (mut time, mut verified, mut refused) = (0, 0, 0);
    while time < days * 24 * 60 * 60 {
        let now = time + START;
        let isolate = random.index(isolates.len());
        // On the first day the isolates see the keys that the replica has: no verifier knows a key that it
        // never saw.
        let is_first_day = time < Replicas::NOTICE;
        let replica = random.index(Replicas::LAGS.len());
        let kids = if is_first_day { replicas.kids(replica, time) } else { replicas.in_use(time) };
        let kid = kids[random.index(kids.len())].clone();
        let token = token(replicas.signer(&kid), now);
        let world = &mut isolates[isolate];
        // An isolate lives for some days; a new one knows what the shared cache has.
        if random.percent(2) {
            *world = World::new(settings, json!({}));
        }
        if is_shared {
            world.cache.clone_from(&cache);
        }
        let other = random.index(Replicas::LAGS.len());
        (world.now, world.keys) = (now, Keys::Set(replicas.set(replica, time)));
        world.settled = Some(replicas.set(other, time));
        match world.verify(&token, "") {
            Ok(_) => verified += 1,
            Err(code) => {
                refused += 1;
                assert!(matches!(code, Code::KeyNotFound | Code::KeysUnavailable), "{code:?}");
            }
        }
        if is_shared {
            cache.clone_from(&world.cache);
        }
        time += 1 + random.below(4 * 3600);
    }
    (verified, refused)
}

/// `COUNTERSIGN_KEY_YEARS` is the number of years, each with other times and replicas.
#[test]
#[expect(clippy::disallowed_methods, reason = "the number of years is the caller's")]
fn entra_a_year_of_replicas_that_disagree_refuses_no_valid_token_in_50_isolates() {
    let years = std::env::var("COUNTERSIGN_KEY_YEARS").ok().and_then(|years| years.parse().ok());
    for seed in 0..years.unwrap_or(1) {
        // The preset of Entra ID has this grace.
        let (verified, refused) = refused_in(365, seed, r#","keyGrace":259200"#, true);
        println!("year {seed}: {verified} tokens verified, {refused} refused");
        assert!(verified > 4_000);
        assert_eq!(refused, 0, "year {seed}");
    }
}

#[test]
fn entra_without_a_grace_the_same_replicas_refuse_valid_tokens() {
    let (_, refused) = refused_in(60, 0, r#","keyGrace":0"#, false);
    assert!(refused > 10, "these days have nothing to survive");
}
