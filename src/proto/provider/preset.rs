//! Provider presets: the settings of a provider that an app need not know.
//!
//! A preset has one object of settings for each kind of app: `page`, `sessions` and `verifier`. It is
//! data, and this file knows no provider.

use super::issuer::CLIENT_HAS_TEMPLATES;
use crate::proto::error::{At, Code, Error};
use crate::proto::features::AT_EDGE;
use crate::proto::text::json::{self, Json, Writer};
use alloc::boxed::Box;

/// Adds the settings that the preset in `provider` has for this kind of app. A setting of the app counts
/// more than one of the preset; parameters in `extra` are joined. `provider` becomes these settings of the
/// preset alone, for the [restrictions](super::restrictions) that no app can loosen.
///
/// # Errors
/// `OIDC_CONFIG_INVALID` with `provider`, if the provider does not serve this kind of app: for example,
/// it accepts no client without a secret.
pub fn apply(settings: Box<Json>, part: &str) -> Result<Box<Json>, Error> {
    let Some(preset) = settings.member(At::Provider.text()) else { return Ok(settings) };
    // At the edge, a list of one preset stands for it.
    let preset = match preset.list() {
        Some([one]) if AT_EDGE => one,
        _ => preset,
    };
    let invalid = Error::at(Code::ConfigInvalid, At::Provider);
    let Some(own @ Json::Object(_)) = preset.member(part) else { return Err(invalid) };
    let name = At::Extra.text();
    let joined = settings.member(name).zip(own.member(name));
    let mut all = Writer::new();
    all.members_except(&settings, if joined.is_some() { "provider extra" } else { "provider" });
    all.members_beside(own, &settings);
    if let Some((extra, more)) = joined {
        all.open(name, '{').members_except(extra, "").members_beside(more, extra).close('}');
    }
    if CLIENT_HAS_TEMPLATES {
        all.json(At::Provider.text(), own);
    }
    json::read_object(all.finish().as_bytes()).map_err(|_| invalid)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use alloc::format;

    fn applied(settings: &str, part: &str) -> Result<Box<Json>, Error> {
        apply(json::read_object(settings.as_bytes()).unwrap(), part)
    }

    #[test]
    fn settings_of_the_app_come_before_those_of_the_preset() {
        let preset = r#"{"name":"x","page":{"issuer":"https://op.example","scope":"openid",
            "extra":{"audience":"a","access_type":"offline"}},"sessions":{"issuer":"https://s.example"}}"#;
        let settings = format!(
            r#"{{"clientId":"c","scope":"openid email","extra":{{"audience":"b"}},"provider":{preset}}}"#
        );
        let all = applied(&settings, "page").unwrap();
        let expected = r#"{"clientId":"c","scope":"openid email","issuer":"https://op.example",
            "extra":{"audience":"b","access_type":"offline"},
            "provider":{"issuer":"https://op.example","scope":"openid",
            "extra":{"audience":"a","access_type":"offline"}}}"#;
        assert_eq!(all, json::read_object(expected.as_bytes()).unwrap());
        let all = applied(&settings, "sessions").unwrap();
        assert_eq!(all.text_of("issuer").unwrap().as_str(), "https://s.example");
        assert_eq!(all.member("extra").unwrap().members().len(), 1);
    }

    #[test]
    fn settings_without_a_preset_stay_as_they_are() {
        let settings = json::read_object(br#"{"issuer":"https://op.example"}"#).unwrap();
        assert_eq!(apply(settings.clone(), "page").unwrap(), settings);
    }

    #[test]
    fn a_provider_that_does_not_serve_this_kind_of_app_is_refused() {
        for preset in [r#"{"sessions":{}}"#, r#"{"page":1}"#, "{}", "1", r#""google""#] {
            let error = applied(&format!(r#"{{"provider":{preset}}}"#), "page").unwrap_err();
            assert_eq!((error.code, error.at), (Code::ConfigInvalid, At::Provider), "{preset}");
        }
    }
}
