//! Claims of the wrong type, with the wrong value, or for another party.

use super::{NOW, claims, members, outcome, provider::Signer, verify};
use countersign::proto::error::Code;
use countersign::proto::jose::claims::VerifiedClaims;
use countersign::proto::jose::jws::UntrustedJws;
use countersign::proto::oidc::access_token::{self, Expected, Profile};
use countersign::proto::text::json as text;
use serde_json::{Map, Value, json};

fn refused(name: &str, values: &[Value], code: Code) {
    for value in values {
        assert_eq!(outcome(&json!({ name: value })), Err(code), "{name} {value}");
    }
}

#[test]
fn cve_2026_25537_exp_and_nbf_of_another_type_are_not_absent() {
    for name in ["exp", "nbf"] {
        let odd = [json!("9999999999"), json!(true), json!([]), json!({}), json!("")];
        refused(name, &odd, Code::ClaimInvalid);
    }
}

#[test]
fn cve_2026_44459_a_time_that_is_no_finite_number_is_refused() {
    let signer = Signer::new("k");
    for name in ["exp", "nbf", "iat"] {
        for value in ["1e400", "-1e400", "1e19", "\"Infinity\"", "\"NaN\"", "null", "false"] {
            let mut claims = claims(&json!({ name: 4_200_000_000_u64 }));
            claims.insert("n".to_owned(), json!(0));
            let text = Value::Object(claims).to_string().replace("4200000000", value);
            let token = signer.sign_text("{\"alg\":\"ES256\",\"kid\":\"k\"}", &text);
            let code = verify(&token, &signer.key_set()).err();
            assert_eq!(code, Some(Code::ClaimInvalid), "{name} {value}");
        }
    }
}

#[test]
fn cve_2020_26160_a_list_of_audiences_is_checked_as_a_text_is() {
    refused("aud", &[json!([]), json!(["d"]), json!(["", "d"])], Code::AudienceMismatch);
    refused("aud", &[json!([1]), json!([["c"]]), json!({ "c": 1 })], Code::ClaimInvalid);
    assert_eq!(outcome(&json!({ "aud": ["c"] })), Ok(()));
}

#[test]
fn cve_2025_30144_a_list_that_has_the_issuer_is_no_issuer() {
    let odd =
        [json!(["https://op.example"]), json!(["https://evil.example", "https://op.example"])];
    refused("iss", &odd, Code::ClaimInvalid);
}

#[test]
fn cve_2024_53861_a_part_of_the_issuer_is_no_issuer() {
    let parts = ["", "h", "https", "op.example", "https://op.exampl", "https://op.example "];
    refused("iss", &parts.map(|part| json!(part)), Code::IssuerMismatch);
}

#[test]
fn cve_2026_55669_aud_exp_and_iat_are_all_checked() {
    refused("aud", &[json!("d")], Code::AudienceMismatch);
    refused("exp", &[json!(1_699_999_000)], Code::TokenExpired);
    refused("iat", &[json!(1_700_009_000)], Code::IssuedInFuture);
    for name in ["aud", "exp", "iat"] {
        refused(name, &[Value::Null], Code::ClaimInvalid);
    }
}

#[test]
fn cve_2026_28498_every_algorithm_has_a_hash_and_an_unknown_one_has_no_token() {
    refused("at_hash", &[json!("AAAA"), json!(""), json!(5)], Code::AtHashMismatch);
    let signer = Signer::new("k");
    for alg in ["ES512K", "Ed25519ph", "XS256", ""] {
        let header = members(&json!({ "alg": alg }));
        let token = signer.sign(&header, &claims(&json!({ "at_hash": "AAAA" })));
        let code = verify(&token, &signer.key_set()).err();
        assert_eq!(code, Some(Code::AlgForbidden), "{alg}");
    }
}

#[test]
fn cve_2026_23990_empty_claims_name_no_user() {
    refused("sub", &[json!(""), Value::Null, json!([]), json!({})], Code::ClaimInvalid);
    let signer = Signer::new("k");
    let token = signer.sign(&Map::new(), &Map::new());
    assert_eq!(verify(&token, &signer.key_set()).err(), Some(Code::ClaimInvalid));
}

#[test]
fn cve_2026_41164_a_token_of_another_kind_is_not_replayed_as_this_one() {
    let signer = Signer::new("k");
    for typ in ["at+jwt", "vp+jwt", "vc+sd-jwt", "openid4vci-proof+jwt", "logout+jwt"] {
        let token = signer.sign(&members(&json!({ "typ": typ })), &claims(&Value::Null));
        let code = verify(&token, &signer.key_set()).err();
        assert_eq!(code, Some(Code::TypForbidden), "{typ}");
    }
}

#[test]
fn mod_auth_openidc_2026_08_cast_a_time_is_never_cast() {
    for end in [json!(1e300), json!(9_007_199_254_740_993_u64), json!(u64::MAX)] {
        assert_eq!(outcome(&json!({ "exp": end })), Err(Code::ClaimInvalid), "{end}");
    }
    // A number that would overflow 32 signed bits into the past is in the future here.
    let after_2038 = json!({ "exp": 4_200_000_000_u64 });
    assert_eq!(outcome(&after_2038), Err(Code::TokenAgeExceeded));
    assert_eq!(outcome(&json!({ "nbf": 4_200_000_000_u64 })), Err(Code::TokenNotYetValid));
}

/// The verdict of an API with these `audiences` on an access token with these changes.
fn at_the_api(profile: Profile, audiences: &Value, changes: &Value) -> Result<(), Code> {
    let mut all =
        json!({ "aud": "https://api.example/", "nonce": null, "client_id": "c", "jti": "1" });
    let changes = changes.as_object().cloned().unwrap_or_default();
    all.as_object_mut().expect("an object").extend(changes);
    let claims = verified(&claims(&all));
    let audiences = text::read(audiences.to_string().as_bytes()).expect("JSON");
    let expected = Expected {
        issuer: "https://op.example",
        audiences: &audiences,
        profile,
        tolerance: 30,
        max_age: None,
        acr_values: "",
        proven: None,
        authorized_parties: None,
    };
    access_token::check(&claims, &expected, NOW).map_err(|error| error.code)
}

fn verified(claims: &Map<String, Value>) -> VerifiedClaims {
    let token = Signer::new("k").sign(&Map::new(), claims);
    UntrustedJws::read(&token, &|_| true, &|_| true).expect("a token").verified()
}

#[test]
fn cve_2025_62610_an_access_token_has_an_audience() {
    let api = json!("https://api.example/");
    for profile in [Profile::Rfc9068, Profile::Jwt] {
        assert_eq!(at_the_api(profile, &api, &json!({})), Ok(()));
        for (changes, code) in [
            (json!({ "aud": "https://other.example/" }), Code::AudienceMismatch),
            (json!({ "aud": "https://api.example" }), Code::AudienceMismatch),
            (json!({ "aud": null }), Code::ClaimInvalid),
            (json!({ "aud": [] }), Code::AudienceMismatch),
        ] {
            assert_eq!(at_the_api(profile, &api, &changes), Err(code), "{changes}");
        }
        for no_user in [json!([]), json!(""), json!(null)] {
            let verdict = at_the_api(profile, &no_user, &json!({}));
            assert_eq!(verdict, Err(Code::AudienceMismatch), "{no_user}");
        }
    }
}

#[test]
fn ghsa_wcvh_g65p_v576_aud_iss_and_exp_of_an_access_token_are_checked() {
    let api = json!(["https://api.example/"]);
    for profile in [Profile::Rfc9068, Profile::Jwt] {
        for (changes, code) in [
            (json!({ "iss": "https://evil.example" }), Code::IssuerMismatch),
            (json!({ "iss": null }), Code::ClaimInvalid),
            (json!({ "exp": null }), Code::ClaimInvalid),
            (json!({ "exp": "9999999999" }), Code::ClaimInvalid),
            (json!({ "exp": 1_699_999_000 }), Code::TokenExpired),
            (json!({ "aud": "c" }), Code::AudienceMismatch),
        ] {
            assert_eq!(at_the_api(profile, &api, &changes), Err(code), "{changes}");
        }
    }
}
