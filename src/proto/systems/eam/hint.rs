//! The claims of a verified `id_token_hint`. The verifier has checked the signature, `iss`, `aud`,
//! `nbf` and that `iat` is not in the future. Nothing checks `exp`: Entra issues the hint as expired,
//! so that it is no sign-in.

use super::input::{now, part, text};
use super::settings::{ATTEMPT_SECONDS, template};
use crate::proto::error::Code;
use crate::proto::provider::issuer::tenant_in;
use crate::proto::systems::fault::Fault;
use crate::proto::text::json::{Json, Writer};
use alloc::string::String;

/// How old a hint may be, in seconds, before the tolerance.
const MAX_AGE: u64 = 300;

/// The settings that an attempt belongs to. Two methods may have the same secret, and so open each other's
/// attempts: an answer would name another issuer, other tenants and another client than the request.
pub(super) const BOUND: [&str; 5] = ["issuer", "appId", "clientId", "cloud", "profile"];

/// `{settings, request, hint, claims, now}`: checks the claims. The answer is the `attempt`, and what is stored
/// of the hint so that it begins one attempt: a text that no other hint has, and for how many seconds.
pub(in crate::proto::systems) fn check(input: &Json) -> Result<String, Fault> {
    let (settings, claims, now) = (part(input, "settings")?, part(input, "claims")?, now(input));
    let invalid = |name: &str, detail: &str| Fault::new(Code::ClaimInvalid, name, detail);
    let required = |name: &str| {
        let value = claims.text_of(name).filter(|value| !value.is_empty());
        value.ok_or_else(|| invalid(name, "missing"))
    };
    if &**required("ver")? != "2.0" {
        return Err(invalid("ver", "not 2.0"));
    }
    // Entra sends one audience. A list would be a token of another kind.
    if &**required("aud")? != text(settings, "appId")? {
        return Err(Fault::new(Code::AudienceMismatch, "aud", ""));
    }
    let issued =
        claims.member("iat").and_then(Json::seconds).ok_or_else(|| invalid("iat", "missing"))?;
    claims.member("exp").and_then(Json::seconds).ok_or_else(|| invalid("exp", "missing"))?;
    let limit = MAX_AGE.saturating_add(settings.seconds_or("tolerance", 0));
    if now.abs_diff(issued) > limit {
        return Err(Fault::new(
            Code::TokenAgeExceeded,
            "iat",
            "older than 300 s and the tolerance",
        ));
    }
    for name in ["sub", "oid"] {
        required(name)?;
    }
    // A guest's own tenant differs from the one that signs in (`iss`): both must be on the list.
    required("tid")?;
    check_tenants(settings, claims)?;
    let mut out = Writer::new();
    out.open("attempt", '{').json("request", part(input, "request")?).json("claims", claims);
    out.number("until", now.saturating_add(ATTEMPT_SECONDS)).open("method", '{');
    for name in BOUND {
        out.text(name, text(settings, name)?);
    }
    out.close('}').close('}');
    // The signature is left out: it covers the text before it, and some have several forms.
    let hint = text(input, "hint")?;
    let signed = hint.rsplit_once('.').map_or(hint, |(signed, _)| signed);
    let seconds = issued.saturating_add(limit).saturating_add(1).saturating_sub(now);
    Ok(out.text("mark", signed).number("seconds", seconds).finish())
}

/// Checks that `tid`, and the tenant that `iss` names, are on the list of the settings.
pub(super) fn check_tenants(settings: &Json, claims: &Json) -> Result<(), Fault> {
    let tenants = part(settings, "tenants")?;
    let claim = |name| claims.text_of(name).map(|text| text.as_str()).unwrap_or_default();
    let signing = tenant_in(&template(text(settings, "cloud")?), claim("iss")).unwrap_or_default();
    for (name, tenant) in [("tid", claim("tid")), ("iss", signing)] {
        if !tenants.has(tenant) {
            return Err(Fault::new(Code::TenantForbidden, name, ""));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::settings::tests::{APP, TENANT, normal};
    use super::*;
    use crate::proto::text::json;
    use alloc::format;

    const NOW: u64 = 1_536_093_791;

    fn attempt(more: &str, now: u64) -> Result<String, (Code, String)> {
        let base = format!(
            r#"{{"ver":"2.0","iss":"https://login.microsoftonline.com/{TENANT}/v2.0","sub":"s","aud":"{APP}","exp":{},"iat":{NOW},"nbf":{NOW},"oid":"o","tid":"{TENANT}"}}"#,
            NOW - 1
        );
        let (base, more) =
            (json::read_object_text(&base).unwrap(), json::read_object_text(more).unwrap());
        let mut claims = Writer::new();
        let names: alloc::vec::Vec<_> =
            more.members().iter().map(|(name, _)| name.as_str()).collect();
        claims.members_except(&base, &names.join(" "));
        for (name, value) in more.members().iter().filter(|(_, value)| *value != Json::Null) {
            claims.json(name, value);
        }
        let mut input = Writer::new();
        input.raw("settings", &normal(r#"{"clockTolerance":30}"#)).raw("request", "{}");
        input.raw("claims", &claims.finish()).text("hint", "a.b.c").number("now", now);
        check(&json::read_object_text(&input.finish()).unwrap())
            .map_err(|fault| (fault.code, fault.at))
    }

    #[test]
    fn eam_hint_an_expired_hint_is_accepted_by_its_age() {
        for now in [NOW, NOW + 330, NOW - 330] {
            assert!(attempt("{}", now).is_ok(), "{now}");
        }
        for now in [NOW + 331, NOW - 331, NOW + 601] {
            assert_eq!(attempt("{}", now), Err((Code::TokenAgeExceeded, "iat".into())), "{now}");
        }
    }

    #[test]
    fn eam_hint_is_stored_until_it_is_too_old() {
        for (now, seconds) in [(NOW, 331), (NOW + 330, 1), (NOW - 330, 661)] {
            let answer = json::read_object_text(&attempt("{}", now).unwrap()).unwrap();
            assert_eq!(answer.text_of("mark").unwrap().as_str(), "a.b");
            assert_eq!(answer.seconds_or("seconds", 0), seconds);
            let method = answer.member("attempt").unwrap().member("method").unwrap();
            assert_eq!(method.members().len(), BOUND.len());
        }
    }

    #[test]
    fn eam_hint_every_row_of_its_table_is_checked() {
        let other = "0fd1a5b3-7a3d-4a0b-9a46-3f9c1d2e4f50";
        for (more, code, at) in [
            (r#"{"ver":"1.0"}"#, Code::ClaimInvalid, "ver"),
            (r#"{"ver":null}"#, Code::ClaimInvalid, "ver"),
            (r#"{"ver":2.0}"#, Code::ClaimInvalid, "ver"),
            (r#"{"aud":["00001111-aaaa-2222-bbbb-3333cccc4444"]}"#, Code::ClaimInvalid, "aud"),
            (&format!(r#"{{"aud":"{other}"}}"#), Code::AudienceMismatch, "aud"),
            (r#"{"iat":null}"#, Code::ClaimInvalid, "iat"),
            (r#"{"exp":null}"#, Code::ClaimInvalid, "exp"),
            (r#"{"exp":"soon"}"#, Code::ClaimInvalid, "exp"),
            (r#"{"sub":null}"#, Code::ClaimInvalid, "sub"),
            (r#"{"sub":""}"#, Code::ClaimInvalid, "sub"),
            (r#"{"oid":null}"#, Code::ClaimInvalid, "oid"),
            (r#"{"tid":null}"#, Code::ClaimInvalid, "tid"),
            (&format!(r#"{{"tid":"{other}"}}"#), Code::TenantForbidden, "tid"),
            (
                &format!(r#"{{"iss":"https://login.microsoftonline.com/{other}/v2.0"}}"#),
                Code::TenantForbidden,
                "iss",
            ),
        ] {
            assert_eq!(attempt(more, NOW), Err((code, at.into())), "{more}");
        }
    }
}
