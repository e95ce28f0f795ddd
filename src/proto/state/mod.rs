//! The data that flows carry from step to step and that the host stores. This folder does not
//! import `flow`.

pub mod access_token;
pub mod clock;
pub(crate) mod flow_state;
pub mod identity;
pub mod need;
pub mod pending;
mod refresh_number;
mod same_user;
pub mod session;
pub mod sign_in_loop;
pub mod token_session;
