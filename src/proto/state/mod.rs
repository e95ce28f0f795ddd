//! What a flow carries from step to step, and what the host stores. This folder knows no flow.

pub mod access_token;
pub(crate) mod clock;
pub(crate) mod flow_text;
pub mod need;
pub mod pending;
pub mod session;
