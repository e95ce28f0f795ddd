//! What a flow carries from step to step, and what the host stores. This folder knows no flow.

pub(crate) mod clock;
pub(crate) mod flow_text;
pub mod grant;
pub mod need;
pub mod pending;
pub mod session;
