//! Writes what a page receives.

use crate::binding::out::{self, Words, end_in, failure};
use crate::proto::features::{IN_PAGE, WITH_FRAMES, WITH_RENEWAL};
use crate::proto::flow::step::{Outcome, Step};
use crate::proto::state::session::{RefreshNumber, Session};
use crate::proto::text::json::Writer;
use crate::proto::text::words;
use alloc::string::String;

/// A step.
pub(super) fn step(step: &Step) -> String {
    let mut out = Writer::new();
    let words = (step.provider_error.as_ref(), step.detail.as_deref());
    out::step(&mut out, &step.flow, &step.effects, (&step.notices, words));
    if let Some(result) = &step.end {
        out.open("end", '{');
        match result {
            Ok(outcome) => end(&mut out, outcome, words),
            Err(error) => {
                let out = end_in(&mut out, *error, words);
                if WITH_RENEWAL {
                    out.optional_text("returnTo", step.return_to.as_deref());
                }
                out
            }
        }
        .close('}');
    }
    out.finish()
}

fn end<'a>(out: &'a mut Writer, outcome: &Outcome, words: Words<'_>) -> &'a mut Writer {
    match outcome {
        Outcome::SignedOut => out.text("kind", "signedOut"),
        Outcome::SignedOutAt(to) if WITH_RENEWAL => {
            out.text("kind", "signedOut").text("returnTo", to)
        }
        Outcome::TryAnotherToken if WITH_FRAMES => out.text("kind", "tryOtherToken"),
        Outcome::StepUp { options, is_new } if WITH_FRAMES => {
            out.text("kind", "stepUp").raw("options", options).bool("isNew", *is_new)
        }
        Outcome::Navigating => out.text("kind", "navigating"),
        Outcome::Relayed if WITH_FRAMES => out.text("kind", "relayed"),
        Outcome::ApiNeed(need) => {
            out.text("kind", "apiNeed");
            match need {
                Some(need) => out.raw("need", need),
                None => out,
            }
        }
        Outcome::Ignored => out.text("kind", "ignored"),
        Outcome::Token { access_token, expires_at, refresh_at, session } => {
            person(out.text("kind", "token").open("session", '{'), session)
                .close('}')
                .text("accessToken", access_token)
                .number("expiresAt", *expires_at)
                .number("refreshAt", *refresh_at)
        }
        Outcome::Ended(error) if WITH_RENEWAL => {
            failure(out.text("kind", "ended").open("failure", '{'), *error, words).close('}')
        }
        Outcome::UserSwitched(session) if WITH_RENEWAL => {
            person(out.text("kind", "userSwitched").open("session", '{'), session).close('}')
        }
        Outcome::SessionCheckStopped { reason, check_again } if WITH_FRAMES => {
            out.text("kind", "sessionCheckStopped")
                .bool("checkAgain", *check_again)
                .open("failure", '{');
            failure(out, *reason, words).close('}')
        }
        Outcome::Proof(proof) if WITH_RENEWAL => out.text("kind", "proof").text("proof", proof),
        // Ends that only the module with renewal has.
        Outcome::Relayed
        | Outcome::Ended(_)
        | Outcome::UserSwitched(_)
        | Outcome::SignedOutAt(_)
        | Outcome::SessionCheckStopped { .. }
        | Outcome::TryAnotherToken
        | Outcome::Proof(_)
        | Outcome::StepUp { .. } => out,
        Outcome::Claims(claims) => out.text("kind", "claims").text("claims", claims),
        Outcome::SignedIn { session, is_new, is_stored, return_to, parameters } => {
            if WITH_RENEWAL && *is_new && session.refresh_token().is_empty() {
                out.bool("lacksRefreshToken", true);
            }
            if WITH_RENEWAL && let Some(parameters) = parameters {
                out.raw("callbackParams", parameters);
            }
            person(out.text("kind", "signedIn").open("session", '{'), session)
                .close('}')
                .bool("isNew", *is_new)
                .bool("isStored", *is_stored)
                .optional_text("returnTo", return_to.as_deref())
        }
    }
}

/// The members of a session that an app may see, and its stored text.
fn person<'a>(out: &'a mut Writer, session: &Session) -> &'a mut Writer {
    out.text("claims", &session.user_claims())
        .text("alg", session.alg())
        .text("kid", session.kid())
        .text("scope", session.scope())
        .text("text", &session.text)
        .open("checks", '[');
    for check in words(session.checks()) {
        out.push(check);
    }
    let clock = session.clock_offset();
    out.close(']')
        .number("checkedAt", session.verified_at())
        .number("slowBySeconds", clock.slow_by)
        .number("fastBySeconds", clock.fast_by);
    if WITH_RENEWAL {
        out.open("tokens", '[');
        for grant in session.access_tokens() {
            out.push(grant.token());
        }
        out.close(']');
    }
    if !IN_PAGE {
        out.text("idToken", &session.id_token());
    }
    // Without a refresh token the host must know when calls will fail.
    if WITH_FRAMES && session.refresh_token().is_empty() {
        let first = session.first_access_token();
        // After a frame that failed, until the next one succeeds.
        let is_stuck = session.refresh_number(RefreshNumber::Failures) > 0;
        let end = if is_stuck { first.expires_at() } else { first.refresh_at() };
        out.number("endsAt", end).bool("isStuck", is_stuck);
    }
    out
}
