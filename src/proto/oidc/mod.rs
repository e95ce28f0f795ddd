//! OpenID Connect and OAuth: one file per message of the standards.

pub mod access_token;
pub mod answer;
pub mod authorize;
pub mod callback;
pub mod challenge;
pub mod demand;
pub mod discovery;
pub mod dpop;
pub mod frontchannel_logout;
pub mod id_token;
pub mod introspection;
pub mod keys;
pub mod logout;
pub mod logout_token;
pub mod pkce;
pub mod protected_resource;
pub mod pushed;
pub mod registered;
pub mod renewed;
pub mod replay;
pub mod revoke;
pub mod session_management;
pub mod token;
pub mod userinfo;
