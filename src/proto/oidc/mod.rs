//! OpenID Connect and OAuth: one file per message of the standards.

pub mod access_token;
pub mod authorize;
pub mod bearer_challenge;
pub mod bearer_token;
pub mod callback;
pub mod discovery;
pub mod dpop;
pub mod end_session;
pub mod frontchannel_logout;
pub mod id_token;
pub mod introspection;
pub mod jwks;
pub mod logout_token;
pub mod pkce;
pub mod protected_resource;
pub mod provider_error;
pub mod pushed;
pub mod refreshed_id_token;
pub mod registered_claims;
pub mod replay;
pub mod response;
pub mod revocation;
pub mod session_management;
pub mod step_up_challenge;
pub mod token;
pub mod userinfo;
