//! Which tabs a sign-out reaches, and when: a shared store at once; a store of another tab when the
//! message arrives, if a page of the app is open there.

use super::event::TabId;
use super::ledger::{bit, family_of};
use super::tab::{Page, Tab};
use super::world::World;

/// The sign-ins, one bit each, in the stores of these tabs.
fn kept_by<'a>(tabs: impl Iterator<Item = &'a Tab>) -> u64 {
    let texts = tabs.flat_map(|tab| [&tab.own, &tab.memory]);
    let families = texts.filter_map(|text| family_of(text.as_deref()?));
    families.fold(0, |all, family| all | bit(family))
}

impl World<'_> {
    fn others(&self, by: TabId) -> impl Iterator<Item = &Tab> {
        let tabs = self.tabs.iter().enumerate();
        tabs.filter(move |(at, _)| *at != usize::from(by)).map(|(_, tab)| tab)
    }

    /// The shared store is cleared, and the store of this tab.
    pub fn forget_at_a_sign_out(&mut self, by: TabId) {
        if self.rules.per_tab {
            let own = kept_by(std::iter::once(&*self.tab(by)));
            self.ledger.may_end |= own;
            self.tab(by).left |= own;
        } else {
            self.ledger.signed_out |= self.ledger.had & !kept_by(self.others(by));
            for tab in &mut self.tabs {
                let is_silent = matches!(&tab.page, Page::Away(url) if url.contains("prompt=none"));
                tab.is_overtaken |= is_silent;
            }
        }
    }

    /// The other tabs are notified.
    pub fn tell_of_a_sign_out(&mut self, by: TabId) {
        let absent = kept_by(self.others(by).filter(|tab| tab.page != Page::Here));
        let messages = kept_by(self.others(by).filter(|tab| tab.page == Page::Here));
        // A sign-in that this tab stored since is not part of it.
        let since = kept_by(std::iter::once(&*self.tab(by)));
        self.ledger.signed_out |= self.ledger.had & messages & !absent & !since;
        self.forget_shown(by);
    }
}
