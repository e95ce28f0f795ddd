//! The order of the checks. What is not known yet is the next step of the host.
//!
//! A user is looked up, a `jti` recorded and a user created only after every check before it: a bad
//! token learns nothing about users, uses up no `jti` and creates no user.

use super::choice::{self, Choice};
use super::entity::Entity;
use super::gate::Gate;
use super::{access, subject};
use crate::proto::effect::UnixTime;
use crate::proto::error::{Code, Error};
use crate::proto::jose::jws::UntrustedJws;
use crate::proto::oidc::{bearer_token, replay};
use crate::proto::systems::fault::Fault;
use crate::proto::systems::fields::text_of;
use crate::proto::text::concat;
use crate::proto::text::json::{Json, Writer};
use alloc::string::String;

/// The next step for a request, or why it is refused.
///
/// # Errors
/// The refusal.
pub(super) fn next(gate: &Gate<'_>, input: &Json) -> Result<String, Fault> {
    let member = |name| input.member(name).unwrap_or(&Json::Null);
    let (request, known) = (member("request"), member("known"));
    let headers = request.member("headers").unwrap_or(&Json::Null);
    let token = bearer_token::read(text_of(headers, "authorization")).map_err(of_code)?;
    if bearer_token::is_in_query(text_of(request, "url")) {
        return Err(of_code(Code::CredentialInvalid));
    }
    // An instance takes a token first for one that it issued itself.
    if gate.has("findInstanceToken") {
        match known.member("findInstanceToken").and_then(Json::bool) {
            None => return Ok(step("findInstanceToken").text("token", token).finish()),
            Some(true) => return Ok(step("accept").finish()),
            Some(false) => {}
        }
    }
    let jws = UntrustedJws::read(token, &|_| true, &|_| true).map_err(of_error)?;
    let issuers = known.member("issuers").unwrap_or(&Json::Null);
    let (place, issuer) = match choice::choose(gate, &jws, issuers)? {
        Choice::IssuerUnknown(place) => {
            return Ok(step("fetchMetadata").number("entity", place as u64).finish());
        }
        Choice::Found(place, issuer) => (place, issuer),
    };
    let entity = gate.entities.get(place).ok_or_else(|| of_code(Code::Internal))?;
    let Some(claims) = known.member("claims") else {
        let mut step = step("verify");
        step.number("entity", place as u64);
        let settings = entity.verifier(issuer, gate.allows_loopback())?;
        return Ok(step.raw("settings", &settings).finish());
    };
    let now = UnixTime(input.seconds_or("now", 0));
    Subject { gate, entity, claims, now, known }.next(request)
}

/// A verified token, and what is known about its user.
struct Subject<'a> {
    gate: &'a Gate<'a>,
    entity: &'a Entity<'a>,
    claims: &'a Json,
    now: UnixTime,
    known: &'a Json,
}

impl Subject<'_> {
    fn next(&self, request: &Json) -> Result<String, Fault> {
        let Self { gate, entity, claims, known, .. } = *self;
        let (field, value) = (entity.text("userField"), subject::value_of(entity, claims)?);
        access::check(&gate.policies, entity, request, claims)?;
        let mark = if entity.verifies_jti() { Some(self.mark()?) } else { None };
        let Some(count) = known.member("findUser").and_then(Json::seconds) else {
            let mut step = step("findUser");
            step.text("entity", entity.text("name"));
            return Ok(step.text("field", field).text("value", value).finish());
        };
        // The hook cannot tell whose token it is, and neither can this.
        if count > 1 {
            return Err(unknown_user(entity, "several users"));
        }
        let fresh = match &entity.provisioning {
            _ if count == 1 => None,
            Some(provisioning) => Some(provisioning.user(claims, field, value)?),
            None => return Err(unknown_user(entity, "no user")),
        };
        if let Some((key, seconds)) = mark
            && !known.is_true("record")
        {
            return Ok(step("record").text("key", &key).number("seconds", seconds).finish());
        }
        if let Some(user) = fresh
            && !known.is_true("provisionUser")
        {
            return Ok(step("provisionUser").raw("user", &user.finish()).finish());
        }
        let mut step = step("accept");
        step.text("entity", entity.text("name"));
        step.optional_text("clientType", entity.client_type.name());
        Ok(step.bool("isProvisioned", count == 0).finish())
    }

    /// The text that no other token has, and for how many seconds it is kept.
    fn mark(&self) -> Result<(String, u64), Fault> {
        if text_of(self.claims, "jti").is_empty() {
            return Err(Fault::new(Code::TokenClaimMissing, "jti", "missing"));
        }
        let skew = self.entity.clock_skew();
        let (_, seconds) = replay::key(self.claims, skew, self.now).map_err(of_error)?;
        let (iss, jti) = (text_of(self.claims, "iss"), text_of(self.claims, "jti"));
        // Two entities of one issuer do not use up each other's tokens. Neither text has a line feed:
        // the issuer is an address, and the client's id is the app's.
        Ok((concat(&[iss, "\n", self.entity.text("clientId"), "\n", jti]), seconds))
    }
}

fn step(name: &str) -> Writer {
    let mut out = Writer::default();
    out.text("step", name);
    out
}

fn unknown_user(entity: &Entity<'_>, detail: &str) -> Fault {
    let claim = entity.text("userClaim");
    let name = if claim.is_empty() { "applicationUser" } else { claim };
    Fault::new(Code::UserUnknown, name, detail)
}

fn of_code(code: Code) -> Fault {
    Fault::new(code, "", "")
}

fn of_error(error: Error) -> Fault {
    Fault::new(error.code, error.at.text(), "")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::proto::text::{base64url, json};
    use alloc::borrow::ToOwned;
    use alloc::format;

    const CLAIMS: &str =
        r#"{"iss":"https://op.example","aud":"me","exp":100,"jti":"1","email":"a@b.example"}"#;
    const ISSUER: &str = r#""issuers":{"0":"https://op.example"}"#;

    fn token(claims: &str) -> String {
        let part = |text: &str| base64url::write(text.as_bytes());
        format!("Bearer {}.{}.AA", part(r#"{"alg":"RS256"}"#), part(claims))
    }

    /// The answer for an entity with these members, a token with these claims, and what is known.
    fn ask(entity: &str, claims: &str, known: &str) -> Result<Json, Fault> {
        ask_as(&token(claims), entity, r#""replay","provisionUser""#, known)
    }

    fn ask_as(authorization: &str, entity: &str, hooks: &str, known: &str) -> Result<Json, Fault> {
        let input = format!(
            r#"{{"config":{{"entities":[{{"name":"n","clientId":"me","userClaim":"email","userField":"email",
            "metadataUrl":"https://op.example/m"{entity}}}],"hooks":[{hooks}],"scripts":[]}},"now":90,
            "request":{{"method":"GET","url":"https://a.example/api","headers":{{"authorization":"{authorization}"}}}},
            "known":{{{known}}}}}"#
        );
        let input = json::read_object_text(&input).unwrap();
        let text = next(&Gate::read(input.member("config").unwrap())?, &input)?;
        Ok(*json::read_object_text(&text).unwrap())
    }

    fn step_of(answer: &Json) -> &str {
        text_of(answer, "step")
    }

    #[test]
    fn every_step_follows_from_what_is_known() {
        let entity = r#","verifyJti":true,"provisioning":{"transform":[],"roles":["r"]}"#;
        let mut known = String::from(r#""x":1"#);
        for (step, result) in [
            ("fetchMetadata", ISSUER.to_owned()),
            ("verify", format!(r#""claims":{CLAIMS}"#)),
            ("findUser", r#""findUser":0"#.to_owned()),
            ("record", r#""record":true"#.to_owned()),
            ("provisionUser", r#""provisionUser":true"#.to_owned()),
            ("accept", String::new()),
        ] {
            let answer = ask(entity, CLAIMS, &known).unwrap();
            assert_eq!(step_of(&answer), step, "{known}");
            known.push(',');
            known.push_str(&result);
        }
    }

    #[test]
    fn a_token_of_the_instance_comes_before_everything_else() {
        let ask = |known: &str| ask_as("Bearer opaque", "", r#""findInstanceToken""#, known);
        assert_eq!(step_of(&ask("").unwrap()), "findInstanceToken");
        assert_eq!(step_of(&ask(r#""findInstanceToken":true"#).unwrap()), "accept");
        let refusal = ask(r#""findInstanceToken":false"#).unwrap_err();
        assert_eq!(refusal.code, Code::TokenMalformed);
    }

    #[test]
    fn a_mark_has_the_issuer_the_client_and_the_jti_and_outlives_the_token() {
        let known = format!(r#"{ISSUER},"claims":{CLAIMS},"findUser":1"#);
        let answer = ask(r#","verifyJti":true,"clockSkew":20"#, CLAIMS, &known).unwrap();
        assert_eq!(text_of(&answer, "key"), "https://op.example\nme\n1");
        assert_eq!(answer.seconds_or("seconds", 0), 100 + 20 + 1 - 90);
    }

    #[test]
    fn nothing_is_asked_about_users_for_a_token_that_a_check_refuses() {
        for (entity, claims, code) in [
            (
                r#","verifyJti":true"#,
                r#"{"iss":"https://op.example","exp":1,"email":"a"}"#,
                Code::TokenClaimMissing,
            ),
            (r#","enforceTokenRestrictions":true"#, CLAIMS, Code::ApiForbidden),
            (r#","userClaim2":"x""#, CLAIMS, Code::ConfigInvalid),
        ] {
            let known = format!(r#"{ISSUER},"claims":{claims}"#);
            assert_eq!(ask(entity, CLAIMS, &known).unwrap_err().code, code, "{entity}");
        }
    }

    #[test]
    fn an_entity_that_is_not_active_and_a_value_of_two_users_name_no_user() {
        let refusal = |entity: &str, known: &str| ask(entity, CLAIMS, known).unwrap_err();
        assert_eq!(refusal(r#","active":false"#, "").code, Code::AudienceMismatch);
        for count in [0, 2] {
            let known = format!(r#"{ISSUER},"claims":{CLAIMS},"findUser":{count}"#);
            assert_eq!(refusal("", &known).code, Code::UserUnknown, "{count}");
        }
    }

    #[test]
    fn a_user_is_not_created_before_the_token_is_used_up() {
        let entity =
            r#","verifyJti":true,"provisioning":{"transform":[{"source":"jti","target":"x"}]}"#;
        let known = format!(r#"{ISSUER},"claims":{CLAIMS},"findUser":0,"provisionUser":true"#);
        assert_eq!(step_of(&ask(entity, CLAIMS, &known).unwrap()), "record");
    }

    #[test]
    fn a_token_chooses_its_entity_and_unreadable_metadata_is_no_issuer() {
        let refusal = |claims: &str, known: &str| ask("", claims, known).unwrap_err().code;
        assert_eq!(refusal(r#"{"aud":"you"}"#, ""), Code::AudienceMismatch);
        assert_eq!(refusal(r#"{"aud":["me"],"iss":"x"}"#, ISSUER), Code::IssuerMismatch);
        assert_eq!(refusal(CLAIMS, r#""issuers":{"0":null}"#), Code::KeysUnavailable);
        let verify = ask(r#","issuer":"https://op.example""#, CLAIMS, "").unwrap();
        assert_eq!(step_of(&verify), "verify");
        assert_eq!(verify.member("settings").unwrap().seconds_or("clockTolerance", 0), 300);
    }
}
