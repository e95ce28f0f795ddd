//! The history of a refresh token for the ledger.

use super::event::FlowId;
use super::ledger::{bit, family_of};
use super::provider::{FINAL_REFUSALS, parameter};
use super::tab::{HostAnswer, Track};
use super::world::{Sent, World};
use countersign::proto::effect::Failure;
use countersign::proto::effect_id::EffectId;

impl World<'_> {
    /// The flow no longer holds the lock for its refresh token.
    pub fn doubt(&mut self, flow: FlowId) {
        let Some(run) = self.run(flow) else { return };
        let track = &run.track;
        let token = track.sent.or(track.answered);
        let began_with = family_of(&run.began_with).filter(|_| track.marked_at.is_some());
        let family = token.map(|token| token.0).or(began_with);
        self.ledger.uncertain |= family.map_or(0, bit);
    }

    /// The meaning of an answer for its refresh token.
    pub fn note(&mut self, flow: FlowId, id: EffectId, said: &HostAnswer) {
        let is_refresh = |sent: &&Sent| {
            (sent.flow, sent.id) == (flow, id)
                && parameter(&sent.body, "grant_type") == Some("refresh_token")
        };
        let is_refresh = self.network.iter().any(|sent| is_refresh(&sent))
            || matches!(said, HostAnswer::Failure(_));
        let Some(run) = self.run(flow).filter(|_| is_refresh) else { return };
        let Some(token) = run.track.sent else { return };
        match said {
            HostAnswer::Response(200, _, body) if body.contains("\"refresh_token\"") => {
                run.track = Track { answered: Some(token), ..Default::default() };
            }
            HostAnswer::Response(200, _, body) if body.starts_with('{') => {
                run.track.sent = None;
                self.ledger.keep_refresh_token(token);
            }
            HostAnswer::Response(400, _, body) if is_final(body) => {
                run.track = Track { answered: Some(token), ..Default::default() };
                self.ledger.may_end |= bit(token.0);
            }
            HostAnswer::Response(400.., ..) | HostAnswer::Failure(Failure::Offline) => {
                run.track.sent = None;
                self.ledger.undone(token);
            }
            HostAnswer::Response(..) | HostAnswer::Failure(_) => {
                run.track.sent = None;
                self.ledger.uncertain |= bit(token.0);
            }
            _ => {}
        }
    }
}

/// Whether the provider's answer ends a session.
fn is_final(body: &str) -> bool {
    FINAL_REFUSALS.iter().any(|error| body.contains(error))
}
