//! The true history of a schedule, as seen from every tab and the provider, and the invariants.

use super::provider::{Provider, read_token};
use super::tab::Tab;
use std::collections::BTreeMap;

/// An invariant that is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A refresh token was sent again after its answer had arrived.
    SentAfterItsAnswer,
    /// A refresh token was sent a third time without an answer.
    SentTooOften,
    /// The provider detected theft although no answer was lost.
    TakenForTheft,
    /// A session disappeared from the store without a reason.
    SessionLost,
    /// An older refresh token replaced a newer one.
    TokenLost,
    /// A tab shows a user although the sign-out has reached the tab.
    ShownAfterSignOut,
    /// A session is stored although a sign-out removed it.
    KeptAfterSignOut,
    /// Tokens of one user are stored under another user.
    PersonsMixed,
    /// A flow does not end.
    Hangs,
    /// The provider refused the refresh token for good, and a tab still shows the session.
    DeadSession,
    /// A tab gets no token although nothing prevents it.
    NoToken,
    /// More than one refresh for one expiry, with locks and without a lost answer.
    TooManyRefreshes,
}

#[derive(Default)]
pub struct Ledger {
    /// The number of events so far.
    pub step: u32,
    pub wrong: Option<(Wrong, String)>,
    /// How often a refresh token was sent without an answer.
    unanswered: BTreeMap<(usize, u32), u32>,
    /// When the final answer for a refresh token arrived.
    seen: BTreeMap<(usize, u32), u32>,
    /// The sign-ins that were stored, one bit each.
    pub had: u64,
    /// The sign-ins that a sign-out removed, one bit each.
    pub signed_out: u64,
    /// The sign-ins that may end because an answer was lost, one bit each.
    pub uncertain: u64,
    /// The sign-ins that may end for another good reason, one bit each.
    pub may_end: u64,
}

/// A sign-in as a bit.
pub fn bit(family: usize) -> u64 {
    1 << (family % 64)
}

/// The sign-in of a stored text, and its newest refresh token.
pub fn family_of(text: &str) -> Option<usize> {
    Some(read_token(value_of(text, "\"access_token\":\"")?)?.0)
}

pub fn refresh_number(text: &str) -> Option<u32> {
    Some(read_token(value_of(text, "\"refresh_token\":\"")?)?.1)
}

/// The value of a member at the top level of the text.
pub fn value_of<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(name)?;
    rest.split_once('"').map(|parts| parts.0)
}

impl Ledger {
    pub fn tell(&mut self, wrong: Wrong, story: String) {
        self.wrong.get_or_insert((wrong, story));
    }

    pub fn sent(&mut self, token: (usize, u32), marked_at: Option<u32>) {
        let times = self.unanswered.entry(token).or_default();
        *times += 1;
        let times = *times;
        let name = format!("r{}.{}", token.0, token.1);
        let is_seen = self.seen.get(&token).is_some_and(|seen| Some(*seen) < marked_at);
        if is_seen {
            self.tell(Wrong::SentAfterItsAnswer, format!("{name} is sent again"));
        }
        if times > 2 {
            self.tell(Wrong::SentTooOften, format!("{name} is sent for the {times}th time"));
        }
    }

    /// The provider reported that it did nothing, or no request left the device.
    pub fn undone(&mut self, token: (usize, u32)) {
        let times = self.unanswered.entry(token).or_default();
        *times = times.saturating_sub(1);
    }

    /// The provider did not rotate the refresh token.
    pub fn keep_refresh_token(&mut self, token: (usize, u32)) {
        self.unanswered.insert(token, 0);
    }

    pub fn saw(&mut self, token: (usize, u32)) {
        let step = self.step;
        self.seen.entry(token).or_insert(step);
    }

    /// The stored texts of one place before and after an event.
    pub fn compare(
        &mut self,
        before: Option<&str>,
        after: Option<&str>,
        provider: &Provider,
        is_copy: bool,
    ) {
        if before == after {
            return;
        }
        let old = before.and_then(family_of);
        let new = after.and_then(family_of);
        if let Some(text) = after {
            self.check_persons(text, provider);
        }
        if let (Some(old), Some(new)) = (old, new) {
            if old == new {
                let numbers = [before, after].map(|text| text.and_then(refresh_number));
                // A refused token is of no use, and a hidden frame may bring another one.
                let is_refused = self.may_end & bit(old) != 0 || provider.families[old].refused;
                let is_dropped = numbers[1].is_none() && is_refused;
                if numbers[1] < numbers[0] && !is_copy && !is_dropped {
                    self.tell(
                        Wrong::TokenLost,
                        format!("{numbers:?} of sign-in {old} were kept, in this order"),
                    );
                }
            } else if self.had & bit(new) != 0 {
                self.tell(Wrong::SessionLost, format!("sign-in {new} is kept over {old}"));
            }
        }
        if let (Some(old), None) = (old, new) {
            self.check_loss(old, provider);
        }
        if let Some(new) = new {
            self.had |= bit(new);
        }
    }

    fn check_loss(&mut self, family: usize, provider: &Provider) {
        let is_refused = provider.families[family].refused;
        let is_known = (self.signed_out | self.uncertain | self.may_end) & bit(family) != 0;
        if !is_refused && !is_known {
            self.tell(Wrong::SessionLost, format!("sign-in {family} is no longer kept"));
        }
    }

    pub fn check_persons(&mut self, text: &str, provider: &Provider) {
        let sub = value_of(text, "\"sub\":\"").unwrap_or_default();
        for part in text.split("_token\":\"").skip(1) {
            let token = part.split('"').next().and_then(read_token);
            let family = token.and_then(|token| provider.families.get(token.0));
            if let Some(family) = family
                && sub != format!("p{}", family.person)
            {
                let story = format!("{sub} has a token of p{}", family.person);
                self.tell(Wrong::PersonsMixed, story);
            }
        }
    }

    pub fn check_shown(&mut self, tab: &Tab) {
        if tab.left == 0 {
            return;
        }
        let family = tab.shown.as_deref().and_then(family_of);
        if let Some(family) = family.filter(|family| bit(*family) & tab.left != 0) {
            self.tell(Wrong::ShownAfterSignOut, format!("sign-in {family} is shown"));
        }
    }
}
