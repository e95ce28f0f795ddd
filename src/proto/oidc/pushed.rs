//! Pushed authorization requests (RFC 9126): the request is sent to the provider first, and the
//! browser carries only its `request_uri`.

use super::{provider_error, response, token};
use crate::proto::client::config::ClientConfig;
use crate::proto::effect::{Input, Request, Response};
use crate::proto::error::{At, Code, Error};
use crate::proto::features::WITH_RENEWAL;
use crate::proto::provider::endpoint;
use crate::proto::provider::metadata::Metadata;
use crate::proto::text::json::{Json, Text};
use crate::proto::text::url;
use alloc::string::String;

const AT: At = endpoint::PUSH;

/// The endpoint for a push. `None` if neither provider nor client requires it.
///
/// # Errors
/// `OIDC_METADATA_INVALID`: the provider names no endpoint for it.
pub fn endpoint<'a>(
    config: &ClientConfig,
    metadata: &Metadata<'a>,
) -> Result<Option<&'a Text>, Error> {
    if !WITH_RENEWAL || !metadata.requires_push() && !config.requires_push() {
        return Ok(None);
    }
    metadata.endpoint(AT).map(Some).ok_or(Error::at(Code::MetadataInvalid, AT))
}

/// The request that pushes another one (section 2.1).
#[must_use]
pub fn request(endpoint: &str, form: &str) -> Request {
    token::post(endpoint, form.into())
}

/// The result of a push: the `request_uri`.
///
/// # Errors
/// Those of [`read`], or of [`response::failure`] without an answer.
pub fn read_answer(answer: Input<'_>) -> Result<String, Error> {
    match answer {
        Input::Response(_, response) => read(&response),
        Input::Failure(_, failure) => Err(response::failure(failure, AT)),
        _ => Err(Code::Internal.into()),
    }
}

/// Reads `request_uri` (section 2.2). It is used once, at once.
///
/// # Errors
/// `OIDC_PROVIDER_UNAVAILABLE`, `OIDC_RESPONSE_REDIRECTED`, `OIDC_PROVIDER_ERROR`,
/// `OIDC_RESPONSE_STATUS`, `OIDC_RESPONSE_EMPTY`, `OIDC_RESPONSE_NOT_JSON`, `OIDC_PUSH_INVALID`.
fn read(response: &Response<'_>) -> Result<String, Error> {
    if response.status != 201 {
        let refusal = provider_error::refusal(response, AT);
        return Err(match response::check_status(response.status, AT) {
            Err(error) if error.code != Code::ResponseStatus => error,
            // 200 is not 201: the server does not support pushed requests.
            _ => refusal.unwrap_or(Error::at(Code::ResponseStatus, AT)),
        });
    }
    let json = response::json_body(response, AT)?;
    let name = json.text_of(At::RequestUri.text()).filter(|it| !it.is_empty());
    let name = name.ok_or(invalid(At::RequestUri))?;
    // Without a valid lifetime, the provider may forget the request before the user arrives.
    let lifetime = json.member(At::ExpiresIn.text()).and_then(Json::seconds);
    lifetime.filter(|seconds| *seconds > 0).ok_or(invalid(At::ExpiresIn))?;
    Ok(name.into())
}

/// The address to redirect to (section 4), with only the `request_uri` of the request.
#[must_use]
pub fn address(authorization_endpoint: &str, config: &ClientConfig, request_uri: &str) -> String {
    let pairs = [("client_id", config.client_id().as_str()), (At::RequestUri.text(), request_uri)];
    url::with_query(authorization_endpoint, &pairs)
}

const fn invalid(name: At) -> Error {
    Error::at(Code::PushInvalid, name)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn verdict_of(status: u16, body: &str) -> Result<String, (Code, At)> {
        let body = body.as_bytes();
        let response = Response {
            status,
            content_type: "",
            cache_control: "",
            retry_after: "",
            challenge: "",
            body,
        };
        read(&response).map_err(|error| (error.code, error.at))
    }

    #[test]
    fn req_14_a_push_is_answered_with_201_and_a_name_that_lives() {
        let good = r#"{"request_uri":"urn:x:1","expires_in":60}"#;
        assert_eq!(verdict_of(201, good).unwrap(), "urn:x:1");
        let invalid = [
            (r#"{"expires_in":60}"#, At::RequestUri),
            (r#"{"request_uri":"","expires_in":60}"#, At::RequestUri),
            (r#"{"request_uri":["urn:x:1"],"expires_in":60}"#, At::RequestUri),
            (r#"{"request_uri":"urn:x:1"}"#, At::ExpiresIn),
            (r#"{"request_uri":"urn:x:1","expires_in":0}"#, At::ExpiresIn),
            (r#"{"request_uri":"urn:x:1","expires_in":-1}"#, At::ExpiresIn),
            (r#"{"request_uri":"urn:x:1","expires_in":"60"}"#, At::ExpiresIn),
        ];
        for (body, name) in invalid {
            assert_eq!(verdict_of(201, body), Err((Code::PushInvalid, name)), "{body}");
        }
        for (status, body, code) in [
            (200, good, Code::ResponseStatus),
            (202, good, Code::ResponseStatus),
            (302, good, Code::ResponseRedirected),
            (400, r#"{"error":"invalid_request"}"#, Code::ProviderError),
            (200, r#"{"error":"invalid_request"}"#, Code::ProviderError),
            (404, "", Code::ResponseStatus),
            (429, r#"{"error":"slow_down"}"#, Code::ProviderUnavailable),
            (503, "", Code::ProviderUnavailable),
            (201, "", Code::ResponseEmpty),
            (201, "[]", Code::ResponseNotJson),
        ] {
            assert_eq!(verdict_of(status, body), Err((code, AT)), "{status} {body}");
        }
    }
}
