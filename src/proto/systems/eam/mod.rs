//! Microsoft Entra's external authentication methods: our side is the provider of a second factor.
//!
//! Entra posts a request with an ID token as hint. The app shows its own step. The answer is an ID
//! token that names one method (`amr`) and one of the requested classes (`acr`). The older custom
//! controls of Conditional Access ask and answer in a similar way, see [`control`].

pub(super) mod answer;
pub(super) mod control;
mod der;
pub(super) mod hint;
mod input;
pub(super) mod keys;
mod methods;
pub(super) mod request;
pub(super) mod route;
pub(super) mod settings;
