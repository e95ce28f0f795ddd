//! The user whom a sign-in creates: identity from verified claims, roles from the claim that the provider's
//! administrator defined.

use crate::proto::error::Code;
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::{self, Kind, optional, required, text_of};
use crate::proto::text::json::{Json, Writer};
use alloc::{string::String, vec::Vec};

/// Claims that are copied if they are texts, and their names in a user record.
const COPIED: &[(&str, &str)] = &[
    ("email", "email"),
    ("given_name", "firstName"),
    ("family_name", "lastName"),
    ("name", "name"),
];

/// The record of a user. `claims` are verified; `roleClaim` is the claim with the roles, a text or a list of texts.
/// With `roles`, other values of the claim count as absent. `defaultRole` is for a user who has none.
pub(in crate::proto::systems) fn user(input: &Json) -> Result<String, Fault> {
    fields::check(
        input,
        &[
            required("claims", Kind::Object),
            required("roleClaim", Kind::Text),
            optional("roles", Kind::Texts),
            optional("defaultRole", Kind::Text),
        ],
    )?;
    let claims = input.member("claims").unwrap_or(&Json::Null);
    for name in ["iss", "sub"] {
        if text_of(claims, name).is_empty() {
            return Err(Fault::new(Code::ClaimInvalid, name, "missing"));
        }
    }
    let mut out = Writer::new();
    out.text("issuer", text_of(claims, "iss")).text("subject", text_of(claims, "sub"));
    for (claim, member) in COPIED {
        out.optional_text(member, claims.text_of(claim).map(|text| text.as_str()));
    }
    // A text is no boolean: the setting `booleansAsText` of sessions reads those of providers that mean it so.
    out.bool("emailVerified", claims.is_true("email_verified")).open("roles", '[');
    for role in roles(input, claims)? {
        out.push(role);
    }
    Ok(out.close(']').finish())
}

fn roles<'a>(input: &'a Json, claims: &'a Json) -> Result<Vec<&'a str>, Fault> {
    let name = text_of(input, "roleClaim");
    let refused = |detail| Fault::new(Code::ClaimInvalid, name, detail);
    let given: Vec<&str> = match claims.member(name) {
        None | Some(Json::Null) => Vec::new(),
        Some(Json::Text(one)) => alloc::vec![one.as_str()],
        Some(list) if list.is_texts() => {
            list.list().unwrap_or_default().iter().filter_map(Json::text).collect()
        }
        Some(_) => return Err(refused("wrong type, neither a text nor a list of texts")),
    };
    let known = input.member("roles");
    let is_known = |role: &str| !role.is_empty() && known.is_none_or(|list| list.has(role));
    let mut roles: Vec<&str> = given.iter().copied().filter(|role| is_known(role)).collect();
    if roles.is_empty() {
        roles.extend(input.text_of("defaultRole").map(|role| role.as_str()));
    }
    match (roles.is_empty(), given.is_empty()) {
        (false, _) => Ok(roles),
        (true, true) => Err(refused("missing")),
        (true, false) => Err(refused("none of the known roles")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use crate::proto::systems::decide;
    use alloc::{format, string::String};

    fn user(claims: &str, rules: &str) -> Result<String, (&'static str, String, String)> {
        let input = format!(r#"{{"claims":{claims},"roleClaim":"https://a.example/role"{rules}}}"#);
        decide("cognigy-user", &input).map_err(|fault| (fault.code.text(), fault.at, fault.detail))
    }

    #[test]
    fn c4_a_user_has_the_identity_of_the_claims_and_the_role_of_the_administrator() {
        let claims = r#"{"iss":"https://t.example/","sub":"auth0|1","email":"ada@a.example","email_verified":true,
            "given_name":"Ada","family_name":7,"role":"admin","https://a.example/role":["editor","other"]}"#;
        assert_eq!(
            user(claims, r#","roles":["admin","editor"]"#).unwrap(),
            r#"{"issuer":"https://t.example/","subject":"auth0|1","email":"ada@a.example","firstName":"Ada","emailVerified":true,"roles":["editor"]}"#
        );
        for verified in ["false", r#""true""#, "1"] {
            let claims = claims.replace("verified\":true", &format!("verified\":{verified}"));
            assert!(user(&claims, "").unwrap().contains(r#""emailVerified":false"#), "{verified}");
        }
        for (role, rules, roles) in [
            (r#""editor""#, "", r#"["editor"]"#),
            (r#"["a","b"]"#, "", r#"["a","b"]"#),
            ("[]", r#","defaultRole":"viewer""#, r#"["viewer"]"#),
            (r#""other""#, r#","defaultRole":"viewer","roles":["editor"]"#, r#"["viewer"]"#),
        ] {
            let claims = format!(r#"{{"iss":"i","sub":"s","https://a.example/role":{role}}}"#);
            assert!(
                user(&claims, rules).unwrap().ends_with(&format!(r#""roles":{roles}}}"#)),
                "{role}"
            );
        }
    }

    #[test]
    fn c4_a_user_without_a_role_or_an_identity_is_refused_and_the_claim_is_named() {
        for (claims, rules, at) in [
            (r#"{"iss":"i","sub":"s"}"#, "", "https://a.example/role"),
            (r#"{"iss":"i","sub":"s","https://a.example/role":1}"#, "", "https://a.example/role"),
            (
                r#"{"iss":"i","sub":"s","https://a.example/role":["a",1]}"#,
                "",
                "https://a.example/role",
            ),
            (r#"{"iss":"i","sub":"s","https://a.example/role":""}"#, "", "https://a.example/role"),
            (
                r#"{"iss":"i","sub":"s","https://a.example/role":"a"}"#,
                r#","roles":["b"]"#,
                "https://a.example/role",
            ),
            (r#"{"iss":"i","https://a.example/role":"a"}"#, "", "sub"),
            (r#"{"sub":"s","https://a.example/role":"a"}"#, "", "iss"),
        ] {
            let (code, found, _) = user(claims, rules).unwrap_err();
            assert_eq!((code, &*found), ("OIDC_CLAIM_INVALID", at), "{claims}");
        }
        assert_eq!(user("{}", r#","role":"x""#).unwrap_err().1, "role");
    }
}
