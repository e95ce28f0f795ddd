//! What a page is told.

use crate::binding::out::{self, end_in};
use crate::proto::flow::session::Session;
use crate::proto::flow::{Outcome, Step};
use crate::proto::text::json::Writer;
use crate::proto::text::words;
use alloc::string::String;

/// A step.
pub(super) fn step(step: &Step) -> String {
    let mut out = Writer::new();
    out::step(&mut out, &step.flow, &step.wishes, &step.notices);
    if let Some(result) = &step.end {
        out.open("end", '{');
        match result {
            Ok(outcome) => end(&mut out, outcome),
            Err(error) => end_in(&mut out, *error, step.said.as_ref()),
        }
        .close('}');
    }
    out.finish()
}

/// An end in an access token.
pub(super) fn token(access_token: &str, session: &Session) -> String {
    Writer::new()
        .text("was", "token")
        .text("accessToken", access_token)
        .number("expiresAt", session.time("expires_at"))
        .finish()
}

/// An end in what an address needs: the JSON text of a need, or nothing.
pub(super) fn need(need: Option<&str>) -> String {
    let mut out = Writer::new();
    out.text("was", "api");
    if let Some(need) = need {
        out.raw("need", need);
    }
    out.finish()
}

fn end<'a>(out: &'a mut Writer, outcome: &Outcome) -> &'a mut Writer {
    match outcome {
        Outcome::SignedOut => out.text("was", "signedOut"),
        Outcome::Leaving => out.text("was", "leaving"),
        Outcome::Claims(claims) => out.text("was", "claims").text("claims", claims),
        Outcome::SignedIn { session, fresh, kept, return_to } => {
            person(out.text("was", "signedIn").open("session", '{'), session)
                .close('}')
                .bool("fresh", *fresh)
                .bool("kept", *kept)
                .maybe("returnTo", return_to.as_deref())
        }
    }
}

/// What an app may see of a session, and the text it is kept as.
fn person<'a>(out: &'a mut Writer, session: &Session) -> &'a mut Writer {
    for name in &["claims", "alg", "kid", "scope"] {
        out.text(name, session.member(name));
    }
    out.text("text", &session.text).open("checks", '[');
    for check in words(session.member("checks")) {
        out.push(check);
    }
    out.close(']')
        .number("checkedAt", session.time("checked"))
        .text("accessToken", session.member("access_token"))
        .number("expiresAt", session.time("expires_at"))
}
