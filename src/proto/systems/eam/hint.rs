//! The claims of a verified `id_token_hint`. The verifier has checked the signature, `iss`, `aud`,
//! `nbf` and that `iat` is not in the future. Nothing checks `exp`: Entra issues the hint as expired,
//! so that it is no sign-in.

use super::input::{now, part, text};
use crate::proto::error::Code;
use crate::proto::systems::fault::Fault;
use crate::proto::text::json::{Json, Writer};
use alloc::string::String;

/// How old a hint may be, in seconds, before the tolerance.
const MAX_AGE: u64 = 300;
/// How long an attempt is open, in seconds. Entra drops its own side after about five minutes.
pub(super) const ATTEMPT_SECONDS: u64 = 300;

/// `{settings, request, claims, now}`: checks the claims. The answer is the attempt.
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
    let tenants = part(settings, "tenants")?;
    if !tenants.has(required("tid")?) {
        return Err(Fault::new(Code::TenantForbidden, "tid", ""));
    }
    let mut out = Writer::new();
    out.json("request", part(input, "request")?).json("claims", claims);
    out.number("until", now.saturating_add(ATTEMPT_SECONDS));
    Ok(out.finish())
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
        input.raw("claims", &claims.finish()).number("now", now);
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
        ] {
            assert_eq!(attempt(more, NOW), Err((code, at.into())), "{more}");
        }
    }
}
