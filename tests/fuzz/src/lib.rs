//! What every reader holds for whatever it is given: one function a reader, which panics when a
//! promise is broken, and answers whether the input was good.
//!
//! libFuzzer calls them through `bins/`, `cargo test` through `tests/rust/fuzz.rs`.

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

pub use callback::{callback, places, return_to};
pub use characters::{base64url, form, url};
pub use claims::{access_token, id_token};
pub use flow::{saved, settings};
pub use guard::guard;
pub use jose::{jwk, jwk_set, jws};
pub use json::json;
pub use jwe::jwe;
pub use provider::{discovery, token_response, userinfo};

/// A reader under test.
pub struct Target {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Its promises.
    pub run: fn(&[u8]) -> bool,
    /// Which pieces of the vectors it begins with.
    pub takes: fn(&str) -> bool,
    /// What a piece gets in front: the byte that a target chooses by.
    pub mark: &'static str,
}

/// Every target.
pub static ALL: &[Target] = &[
    chooser("access_token", access_token, seeds::is_object),
    target("base64url", base64url, seeds::is_letters),
    chooser("callback", callback, seeds::is_query),
    target("discovery", discovery, seeds::is_object),
    target("form", form, seeds::is_query),
    target("guard", guard, seeds::is_request),
    chooser("id_token", id_token, seeds::is_object),
    target("json", json, seeds::is_any),
    target("jwe", jwe, seeds::is_encrypted),
    target("jwk", jwk, seeds::is_object),
    target("jwk_set", jwk_set, seeds::is_object),
    target("jws", jws, seeds::is_token),
    target("return_to", return_to, seeds::is_address),
    chooser("saved", saved, seeds::is_object),
    target("settings", settings, seeds::is_object),
    chooser("token_response", token_response, seeds::is_object),
    target("url", url, seeds::is_address),
    chooser("userinfo", userinfo, seeds::is_object),
];

const fn target(name: &'static str, run: fn(&[u8]) -> bool, takes: fn(&str) -> bool) -> Target {
    Target { name, run, takes, mark: "" }
}

const fn chooser(name: &'static str, run: fn(&[u8]) -> bool, takes: fn(&str) -> bool) -> Target {
    Target { name, run, takes, mark: "0" }
}

/// The input's first byte, to choose by, and the rest; a digit in seeds, which so stay text.
fn choice(bytes: &[u8]) -> (u8, &[u8]) {
    bytes.split_first().map_or((0, bytes), |(first, rest)| (first.wrapping_sub(b'0'), rest))
}
