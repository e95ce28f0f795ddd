//! The fuzz targets: one function for each parser. It panics if a property does not hold, and returns
//! whether the input was valid.
//!
//! libFuzzer calls them from `bins/`; `cargo test --test fuzz` calls them natively.

#[path = "../../support/agreement.rs"]
mod agreement;
mod allocation;
mod callback;
mod characters;
mod claims;
mod flow;
mod guard;
mod jose;
mod json;
mod jwe;
pub mod mutation;
mod provider;
pub mod seeds;

pub use callback::{callback, return_addresses, return_to};
pub use characters::{base64url, form, url};
pub use claims::{access_token, id_token};
pub use flow::{saved, settings};
pub use guard::guard;
pub use jose::{jwk, jwk_set, jws};
pub use json::json;
pub use jwe::jwe;
pub use provider::{discovery, token_response, userinfo};

/// A parser under test.
pub struct Target {
    /// The name on the command line.
    pub name: &'static str,
    /// Checks the properties of the parser. Returns whether the input was valid.
    pub run: fn(&[u8]) -> bool,
    /// Whether a piece of the vectors is a seed of this target.
    pub takes: fn(&str) -> bool,
    /// The text in front of a seed, for targets that take options from the first byte.
    pub prefix: &'static str,
}

/// All targets, by name.
pub static ALL: &[Target] = &[
    with_options("access_token", access_token, seeds::is_object),
    target("base64url", base64url, seeds::is_letters),
    with_options("callback", callback, seeds::is_query),
    target("discovery", discovery, seeds::is_object),
    target("form", form, seeds::is_query),
    target("guard", guard, seeds::is_request),
    with_options("id_token", id_token, seeds::is_object),
    target("json", json, seeds::is_any),
    target("jwe", jwe, seeds::is_encrypted),
    target("jwk", jwk, seeds::is_object),
    target("jwk_set", jwk_set, seeds::is_object),
    target("jws", jws, seeds::is_token),
    target("return_to", return_to, seeds::is_address),
    with_options("saved", saved, seeds::is_object),
    target("settings", settings, seeds::is_object),
    with_options("token_response", token_response, seeds::is_object),
    target("url", url, seeds::is_address),
    with_options("userinfo", userinfo, seeds::is_object),
];

const fn target(name: &'static str, run: fn(&[u8]) -> bool, takes: fn(&str) -> bool) -> Target {
    Target { name, run, takes, prefix: "" }
}

const fn with_options(
    name: &'static str,
    run: fn(&[u8]) -> bool,
    takes: fn(&str) -> bool,
) -> Target {
    Target { name, run, takes, prefix: "0" }
}

/// The options in the first byte of the input, and the rest. In a seed the byte is a digit, so that
/// the seed stays a text.
fn choice(bytes: &[u8]) -> (u8, &[u8]) {
    bytes.split_first().map_or((0, bytes), |(first, rest)| (first.wrapping_sub(b'0'), rest))
}
