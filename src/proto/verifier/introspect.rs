//! Asks the issuer about a token: introspection (RFC 7662) and UserInfo (OpenID Connect Core 1.0,
//! section 5.3).
//!
//! (`FETCHING_QUERY_METADATA`) → `QUERYING`. A signed answer is returned for verification, and
//! comes back as the claims of a verified token, see [`read_verified_claims`].

use super::config::VerifierConfig;
use super::discovery;
use crate::proto::effect::{Effect, EffectRequest, Input, Request, Response, UnixTime};
use crate::proto::effect_id::EffectId;
use crate::proto::error::{At, Code, Error};
use crate::proto::oidc::introspection::{self, Expected, IntrospectionRequest};
use crate::proto::oidc::response::{self, PlainOrSigned};
use crate::proto::oidc::userinfo;
use crate::proto::settings::{self, INTROSPECTION_SETTINGS, USERINFO_SETTINGS};
use crate::proto::state::flow_state::{FlowState, member};
use crate::proto::text::json::{self, Json};
use alloc::{borrow::ToOwned, string::String, vec::Vec};

/// How long an answer without an expiry is cached, in seconds.
const DEFAULT_CACHE_SECONDS: u64 = 60;
/// How long a refusal of a token is cached, in seconds: a token may become active.
const REFUSAL_CACHE_SECONDS: u64 = 10;

/// The kind of a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Whether a token is active, and its claims.
    Introspection,
    /// The claims of the token's user.
    Userinfo,
}

/// A query: its kind, the token, and the user that UserInfo must be about.
struct TokenQuery<'a> {
    topic: Topic,
    settings: &'a Json,
    token: &'a str,
    sub: &'a str,
}

/// The state of the query, its effects and its end.
pub struct Step {
    /// The flow as text; empty when it has ended.
    pub flow: String,
    /// The effects.
    pub effects: Vec<EffectRequest>,
    /// How it ended.
    pub end: Option<Result<ProviderAnswer, Error>>,
    /// The endpoint, to be reused by the next query.
    pub endpoint: String,
}

/// The issuer's answer.
pub enum ProviderAnswer {
    /// Checked claims as JSON text, and until when they are valid.
    Claims(String, UnixTime),
    /// A JWT that must be verified.
    Signed(String),
}

impl Topic {
    /// The kind with this name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        if name == "userinfo" { Self::Userinfo } else { Self::Introspection }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Introspection => "introspection",
            Self::Userinfo => "userinfo",
        }
    }

    const fn endpoint(self) -> At {
        match self {
            Self::Introspection => At::IntrospectionEndpoint,
            Self::Userinfo => At::UserinfoEndpoint,
        }
    }

    /// The settings of this kind; their types are checked.
    ///
    /// # Errors
    /// `OIDC_CONFIG_INVALID`: they are missing, a value is invalid, or the verifier has several
    /// issuers, and a token does not say which one to ask.
    fn settings(self, verifier: &VerifierConfig) -> Result<&Json, Error> {
        let (at, table) = match self {
            Self::Introspection => (At::Introspection, INTROSPECTION_SETTINGS),
            Self::Userinfo => (At::Userinfo, USERINFO_SETTINGS),
        };
        let invalid = |at| Error::at(Code::ConfigInvalid, at);
        let settings = verifier.setting(at).ok_or(invalid(at))?;
        settings::check(settings, table).map_err(invalid)?;
        introspection::check_settings(settings).map_err(invalid)?;
        if verifier.issuers.len() > 1 {
            return Err(invalid(At::Issuer));
        }
        Ok(settings)
    }
}

/// Begins a query. `endpoint` is that of an earlier query, or empty; `sub` the user that
/// UserInfo must be about.
#[must_use]
pub fn begin(
    verifier: &VerifierConfig,
    topic: &str,
    endpoint: &str,
    token: &str,
    sub: &str,
) -> Step {
    let topic = Topic::of(topic);
    settle(topic.settings(verifier).and_then(|settings| {
        let query = TokenQuery { topic, settings, token, sub };
        match settings.member("endpoint").and_then(Json::text).unwrap_or(endpoint) {
            "" => query.discover(verifier, EffectId::FETCH_METADATA),
            endpoint => query.ask(verifier, endpoint),
        }
    }))
}

/// Continues with the answer to an effect.
#[must_use]
pub fn resume(verifier: &VerifierConfig, flow: &str, input: Input<'_>, now: UnixTime) -> Step {
    let Ok(state) = json::read_object(flow.as_bytes()) else {
        return settle(Err(Code::Internal.into()));
    };
    let topic = Topic::of(member(&state, "topic"));
    settle(topic.settings(verifier).and_then(|settings| {
        let (token, sub) = (member(&state, "token"), member(&state, "sub"));
        let query = TokenQuery { topic, settings, token, sub };
        match (FlowState::of(&state), input) {
            (
                FlowState::FETCHING_QUERY_METADATA,
                Input::Response(
                    id @ (EffectId::FETCH_METADATA | EffectId::FETCH_OAUTH_METADATA),
                    response,
                ),
            ) => query.discovered(verifier, id, &response),
            (FlowState::QUERYING, Input::Response(EffectId::QUERY_TOKEN, response)) => {
                let endpoint = member(&state, "endpoint").to_owned();
                let known = query.answered(verifier, &response, now);
                Ok(Step { endpoint, ..Step::end(known) })
            }
            (FlowState::FETCHING_QUERY_METADATA, Input::Failure(_, why)) => {
                Err(response::failure(why, At::Metadata))
            }
            (FlowState::QUERYING, Input::Failure(_, why)) => {
                Err(response::failure(why, topic.endpoint()))
            }
            // An answer without a matching effect changes nothing.
            _ => Ok(Step::waiting(flow.to_owned(), Vec::new())),
        }
    }))
}

/// Takes the verified claims of a signed answer.
///
/// # Errors
/// As for a plain answer.
pub fn read_verified_claims(
    verifier: &VerifierConfig,
    topic: &str,
    claims: &Json,
    sub: &str,
    now: UnixTime,
) -> Result<ProviderAnswer, Error> {
    let topic = Topic::of(topic);
    let query = TokenQuery { topic, settings: topic.settings(verifier)?, token: "", sub };
    let members = match topic {
        Topic::Introspection => introspection::token_introspection(claims)?,
        Topic::Userinfo => claims,
    };
    query.check(verifier, members, now)
}

/// The issuer or the audience in an answer or in metadata, if it is not one of the settings. It is for the
/// developer only.
#[must_use]
pub fn stated(error: Error, members: &Json) -> &Json {
    let name = match error.code {
        Code::IssuerMismatch => "iss",
        Code::MetadataIssuerMismatch => "issuer",
        Code::AudienceMismatch => "aud",
        _ => return &Json::Null,
    };
    members.member(name).unwrap_or(&Json::Null)
}

/// Until when a refusal may be cached. `None` for a failure that says nothing about the token, such
/// as a failed request.
#[must_use]
pub const fn refused_until(error: Error, now: UnixTime) -> Option<UnixTime> {
    match error.code {
        Code::TokenInactive
        | Code::ClaimInvalid
        | Code::IssuerMismatch
        | Code::TenantForbidden
        | Code::AudienceMismatch
        | Code::AzpMismatch
        | Code::AccessTokenExpected
        | Code::TokenExpired
        | Code::ProofMissing => Some(now.plus(REFUSAL_CACHE_SECONDS)),
        _ => None,
    }
}

impl TokenQuery<'_> {
    fn discover(&self, verifier: &VerifierConfig, id: EffectId) -> Result<Step, Error> {
        let request = discovery::request(verifier, 0, id);
        // With pinned keys, the issuer may be any text.
        if !verifier.allows_endpoint(&request.url) {
            return Err(Error::at(Code::ConfigInsecure, At::Issuer));
        }
        Ok(self.run(FlowState::FETCHING_QUERY_METADATA, "", id, Effect::Send(request)))
    }

    /// Tries OpenID's address first, and OAuth's (RFC 8414) if nothing is there.
    fn discovered(
        &self,
        verifier: &VerifierConfig,
        id: EffectId,
        response: &Response<'_>,
    ) -> Result<Step, Error> {
        if response.status == 404 && discovery::has_other_address(verifier, 0, id) {
            return self.discover(verifier, EffectId::FETCH_OAUTH_METADATA);
        }
        let json = response::json_object(response, At::Metadata)?;
        discovery::read_keys(verifier, 0, &json)?;
        let name = self.topic.endpoint();
        let endpoint = json.member(name.text()).and_then(Json::text);
        self.ask(verifier, endpoint.ok_or(Error::at(Code::EndpointMissing, name))?)
    }

    fn ask(&self, verifier: &VerifierConfig, endpoint: &str) -> Result<Step, Error> {
        if !verifier.allows_endpoint(endpoint) {
            return Err(Error::at(Code::MetadataInsecure, self.topic.endpoint()));
        }
        let request = match self.topic {
            Topic::Userinfo if self.is_signed() => Request {
                headers: &[("accept", "application/jwt")],
                ..userinfo::request(endpoint, "Bearer", self.token)
            },
            Topic::Userinfo => userinfo::request(endpoint, "Bearer", self.token),
            Topic::Introspection => introspection::request(&IntrospectionRequest {
                endpoint,
                client_id: member(self.settings, "clientId"),
                client_secret: member(self.settings, "clientSecret"),
                post: member(self.settings, "authMethod") == "client_secret_post",
                signed: self.is_signed(),
                token: self.token,
            }),
        };
        Ok(self.run(FlowState::QUERYING, endpoint, EffectId::QUERY_TOKEN, Effect::Send(request)))
    }

    fn answered(
        &self,
        verifier: &VerifierConfig,
        response: &Response<'_>,
        now: UnixTime,
    ) -> Result<ProviderAnswer, Error> {
        let signed = self.is_signed();
        let answered = match self.topic {
            Topic::Userinfo => userinfo::plain_or_signed(response, signed),
            Topic::Introspection => response::plain_or_signed(
                response,
                introspection::SIGNED,
                signed,
                self.topic.endpoint(),
            ),
        };
        match answered? {
            PlainOrSigned::Plain(members) => self.check(verifier, &members, now),
            PlainOrSigned::Signed(jwt) => Ok(ProviderAnswer::Signed(jwt)),
        }
    }

    fn check(
        &self,
        verifier: &VerifierConfig,
        members: &Json,
        now: UnixTime,
    ) -> Result<ProviderAnswer, Error> {
        let keep = self.settings.seconds_or("keep", DEFAULT_CACHE_SECONDS);
        match self.topic {
            Topic::Userinfo => userinfo::check_sub(members, self.sub)?,
            Topic::Introspection => {
                let required = self.settings.member("required").unwrap_or(&Json::Null);
                let expected = Expected {
                    check_issuer: &|iss, tid| verifier.issuer_of(iss, tid).map(|_| ()),
                    audiences: verifier.audiences(),
                    tolerance: verifier.tolerance,
                    required,
                    authorized_parties: verifier.authorized_parties(),
                };
                introspection::check(members, &expected, now)?;
                // An answer without `iss` is about a token of a tenant all the same.
                verifier.check_tenant(0, members.member("tid").and_then(Json::text))?;
                verifier.check_required_claims(0, members)?;
            }
        }
        Ok(ProviderAnswer::Claims(json::write(members), introspection::until(members, keep, now)))
    }

    fn is_signed(&self) -> bool {
        self.settings.is_true("signed")
    }

    fn run(&self, state: FlowState, endpoint: &str, id: EffectId, effect: Effect) -> Step {
        let flow = state
            .begin_text()
            .text("topic", self.topic.name())
            .text("endpoint", endpoint)
            .text("token", self.token)
            .text("sub", self.sub)
            .finish();
        Step::waiting(flow, [EffectRequest { id, effect }].into())
    }
}

impl Step {
    /// Ends with this error.
    #[must_use]
    pub const fn fail(error: Error) -> Self {
        Self::end(Err(error))
    }

    const fn waiting(flow: String, effects: Vec<EffectRequest>) -> Self {
        Self { flow, effects, end: None, endpoint: String::new() }
    }

    const fn end(result: Result<ProviderAnswer, Error>) -> Self {
        let end = Some(result);
        Self { flow: String::new(), effects: Vec::new(), end, endpoint: String::new() }
    }
}

fn settle(result: Result<Step, Error>) -> Step {
    result.unwrap_or_else(|error| Step::end(Err(error)))
}

redact_debug! { Step, ProviderAnswer }

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use super::*;
    use alloc::format;

    const NOW: UnixTime = UnixTime(1_700_000_000);
    const TID: &str = "0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50";
    const ASKS: &str = r#""introspection":{"clientId":"api","clientSecret":"s"},"userinfo":{}"#;

    fn verifier(members: &str) -> VerifierConfig {
        let base = r#""issuer":"https://op.example","audience":"urn:api""#;
        VerifierConfig::read(&format!("{{{base},{members}}}")).unwrap()
    }

    fn json(body: &[u8]) -> Response<'_> {
        Response {
            status: 200,
            content_type: "application/json",
            cache_control: "",
            retry_after: "",
            challenge: "",
            body,
        }
    }

    fn sent(step: &Step) -> &Request {
        match step.effects.first().map(|request| &request.effect) {
            Some(Effect::Send(request)) => request,
            _ => panic!("no request"),
        }
    }

    fn refusal(step: &Step) -> Code {
        step.end.as_ref().unwrap().as_ref().err().unwrap().code
    }

    const METADATA_TEXT: &[u8] = br#"{"issuer":"https://op.example",
        "jwks_uri":"https://op.example/k","introspection_endpoint":"https://op.example/i",
        "userinfo_endpoint":"http://op.example/me"}"#;

    #[test]
    fn an_endpoint_is_discovered_once() {
        let verifier = verifier(ASKS);
        let step = begin(&verifier, "introspection", "", "t", "");
        assert_eq!(sent(&step).url, "https://op.example/.well-known/openid-configuration");
        let nothing = Response { status: 404, ..json(b"") };
        let step =
            resume(&verifier, &step.flow, Input::Response(EffectId::FETCH_METADATA, nothing), NOW);
        assert_eq!(sent(&step).url, "https://op.example/.well-known/oauth-authorization-server");
        let found = Input::Response(EffectId::FETCH_OAUTH_METADATA, json(METADATA_TEXT));
        let step = resume(&verifier, &step.flow, found, NOW);
        assert_eq!(sent(&step).url, "https://op.example/i");
        let answer = Input::Response(
            EffectId::QUERY_TOKEN,
            json(br#"{"active":true,"aud":"urn:api","exp":1700000020}"#),
        );
        let step = resume(&verifier, &step.flow, answer, NOW);
        assert_eq!(step.endpoint, "https://op.example/i");
        let Some(Ok(ProviderAnswer::Claims(claims, until))) = step.end else { panic!("no claims") };
        let asked = r#"{"active":true,"aud":"urn:api","exp":1700000020}"#;
        assert_eq!((&*claims, until.0), (asked, 1_700_000_020));
        let again = begin(&verifier, "introspection", &step.endpoint, "t", "");
        assert_eq!(sent(&again).url, "https://op.example/i");
    }

    #[test]
    fn c5_a_wrong_setting_of_introspection_is_refused_and_no_requirement_is_ignored() {
        for (more, at) in [
            (r#""required":["expires"]"#, At::Required),
            (r#""required":["exp","Exp"]"#, At::Required),
            (r#""authMethod":"basic""#, At::AuthMethod),
            (r#""authMethod":"none""#, At::AuthMethod),
            (r#""authMethod":"client_secret_Post""#, At::AuthMethod),
        ] {
            let text = format!(
                r#"{{"issuer":"https://op.example","audience":"urn:api","introspection":{{"clientId":"c","clientSecret":"s",{more}}}}}"#
            );
            let verifier = VerifierConfig::read(&text).unwrap();
            let error = Topic::Introspection.settings(&verifier).unwrap_err();
            assert_eq!((error.code, error.at), (Code::ConfigInvalid, at), "{more}");
        }
    }

    #[test]
    fn b22_a_template_is_asked_at_common_and_answers_for_the_tenant_of_the_token() {
        let template = "https://login.example/{tenantid}/v2.0";
        let text =
            format!(r#"{{"issuer":"{template}","audience":"urn:api","tenants":["{TID}"],{ASKS}}}"#);
        let verifier = VerifierConfig::read(&text).unwrap();
        let step = begin(&verifier, "introspection", "", "t", "");
        let common = "https://login.example/common/v2.0/.well-known/openid-configuration";
        assert_eq!(sent(&step).url, common);
        let metadata = format!(
            r#"{{"issuer":"{template}","jwks_uri":"https://login.example/k",
            "introspection_endpoint":"https://login.example/i"}}"#
        );
        let found = Input::Response(EffectId::FETCH_METADATA, json(metadata.as_bytes()));
        let asked = resume(&verifier, &step.flow, found, NOW);
        assert_eq!(sent(&asked).url, "https://login.example/i");
        let other = TID.replacen('0', "1", 1);
        for (tenant, tid, refused) in [
            (TID, TID, None),
            (&*other, TID, Some(Code::IssuerMismatch)),
            (TID, &*other, Some(Code::IssuerMismatch)),
            (&*other, &*other, Some(Code::TenantForbidden)),
        ] {
            let iss = template.replace("{tenantid}", tenant);
            let answer =
                format!(r#"{{"active":true,"aud":"urn:api","iss":"{iss}","tid":"{tid}"}}"#);
            let answer = Input::Response(EffectId::QUERY_TOKEN, json(answer.as_bytes()));
            let end = resume(&verifier, &asked.flow, answer, NOW).end.unwrap();
            assert_eq!(end.err().map(|error| error.code), refused, "{tenant} {tid}");
        }
    }

    #[test]
    fn a_token_is_sent_to_no_endpoint_that_is_not_https() {
        let verifier = verifier(ASKS);
        let step = begin(&verifier, "userinfo", "", "t", "alice");
        let found = Input::Response(EffectId::FETCH_METADATA, json(METADATA_TEXT));
        let step = resume(&verifier, &step.flow, found, NOW);
        assert_eq!(refusal(&step), Code::MetadataInsecure);
    }

    #[test]
    fn what_is_not_set_up_is_not_asked() {
        let bare = verifier(r#""profile":"jwt""#);
        assert_eq!(refusal(&begin(&bare, "introspection", "", "t", "")), Code::ConfigInvalid);
        let secretless = verifier(r#""introspection":{"clientId":"api"}"#);
        assert_eq!(refusal(&begin(&secretless, "introspection", "", "t", "")), Code::ConfigInvalid);
    }

    #[test]
    fn uin_03_uin_10_a_signed_answer_is_checked_like_a_plain_one() {
        let verifier = verifier(ASKS);
        let read = |text: &str| json::read(text.as_bytes()).unwrap();
        let outside = read(r#"{"iat":1,"token_introspection":{"active":true,"iss":"https://x"}}"#);
        let taken = read_verified_claims(&verifier, "introspection", &outside, "", NOW);
        assert_eq!(taken.err().unwrap().code, Code::IssuerMismatch);
        let other =
            read_verified_claims(&verifier, "userinfo", &read(r#"{"sub":"bob"}"#), "alice", NOW);
        assert_eq!(other.err().unwrap().code, Code::UserinfoSubMismatch);
        assert!(
            read_verified_claims(&verifier, "userinfo", &read(r#"{"sub":"alice"}"#), "alice", NOW)
                .is_ok()
        );
    }

    #[test]
    fn uin_07_claims_of_other_sources_are_data_and_not_followed() {
        let verifier = verifier(ASKS);
        let body = br#"{"sub":"alice","_claim_names":{"x":"s"},
            "_claim_sources":{"s":{"endpoint":"https://evil.example","access_token":"t"}}}"#;
        let step = begin(&verifier, "userinfo", "https://op.example/me", "t", "alice");
        let step =
            resume(&verifier, &step.flow, Input::Response(EffectId::QUERY_TOKEN, json(body)), NOW);
        assert!(step.effects.is_empty());
        assert!(matches!(step.end, Some(Ok(ProviderAnswer::Claims(_, _)))));
    }

    #[test]
    fn uin_05_a_rejected_token_has_its_own_code() {
        let verifier = verifier(ASKS);
        let step = begin(&verifier, "userinfo", "https://op.example/me", "t", "alice");
        let answer = Response { status: 401, ..json(b"{}") };
        let step =
            resume(&verifier, &step.flow, Input::Response(EffectId::QUERY_TOKEN, answer), NOW);
        assert_eq!(refusal(&step), Code::TokenRejected);
    }
}
