//! Whom a sign-out reaches, and when: what all tabs see when it is forgotten; what only another tab
//! sees when that is told, if a page of ours is there to hear of it.

use super::event::TabId;
use super::ledger::{bit, family_of};
use super::tab::{Page, Tab};
use super::world::World;

/// The sign-ins, one bit each, of what only these tabs see.
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

    /// What all tabs see is forgotten, and what this one sees.
    pub fn forget_at_a_sign_out(&mut self, by: TabId) {
        if self.rules.per_tab {
            let own = kept_by(std::iter::once(&*self.tab(by)));
            self.ledger.excused |= own;
            self.tab(by).left |= own;
        } else {
            self.ledger.gone |= self.ledger.had & !kept_by(self.others(by));
            for tab in &mut self.tabs {
                let is_silent = matches!(&tab.page, Page::Away(url) if url.contains("prompt=none"));
                tab.is_overtaken |= is_silent;
            }
        }
    }

    /// The other tabs are told.
    pub fn tell_of_a_sign_out(&mut self, by: TabId) {
        let absent = kept_by(self.others(by).filter(|tab| tab.page != Page::Here));
        let told = kept_by(self.others(by).filter(|tab| tab.page == Page::Here));
        // What this tab has kept since it forgot, by a sign-in, is nothing of that.
        let since = kept_by(std::iter::once(&*self.tab(by)));
        self.ledger.gone |= self.ledger.had & told & !absent & !since;
        self.forget_shown(by);
    }
}
