//! The beginning of a schedule: a user is signed in.

use super::choose::Chooser;
use super::event::{Event, Fate, FlowId, What};
use super::ledger::{Wrong, bit};
use super::provider::{FINAL_REFUSALS, IdTokens, LIFE, Provider};
use super::random::Random;
use super::tab::{EffectState, Page};
use super::world::{Planted, Rules, World};
use countersign::proto::client::config::ClientConfig;

/// The maximum number of tabs of a device.
const TABS: u8 = 8;
/// The maximum number of events of a schedule.
const MOST: usize = 150;
/// The grace period of a provider that has one, in seconds.
const GRACE: u64 = 120;

/// The sessions of some sign-ins, by kind of settings.
struct Scene {
    config: ClientConfig,
    provider: Provider,
    /// The stored text.
    texts: Vec<String>,
}

pub struct Scenes(Vec<Scene>);

pub struct Played {
    pub events: Vec<Event>,
    /// The result of the phase without failures.
    pub calm: Vec<Event>,
    pub wrong: Option<(Wrong, String)>,
    /// The stored texts at the end, and the number of requests to the provider.
    pub summary: (Vec<Option<String>>, u32),
}

/// The kind of world of a seed.
pub fn rules_of(random: &mut Random, planted: Option<Planted>) -> Rules {
    Rules {
        tabs: random.pick(&[1, 2, 2, 2, 2, 3, 3, 3, 4, 5, 8]),
        per_tab: random.percent(20),
        rotates: random.percent(85),
        grace: if random.percent(30) { GRACE } else { 0 },
        silent: random.percent(20),
        refreshes: random.percent(75),
        id_tokens: random.pick(&[IdTokens::Never, IdTokens::Always, IdTokens::Sometimes]),
        refusal: random.pick(&FINAL_REFUSALS),
        planted,
    }
}

fn settings(silent: bool, grace: bool) -> String {
    let silent = if silent { r#","silentRedirectUri":"https://app.example/s""# } else { "" };
    let grace = if grace { r#","refreshGrace":120"# } else { "" };
    [
        r#"{"issuer":"https://op.example","clientId":"c","redirectUri":"https://app.example/cb","#,
        r#""scope":"openid","metadata":{"issuer":"https://op.example","#,
        r#""authorization_endpoint":"https://op.example/a","token_endpoint":"https://op.example/t","#,
        r#""jwks_uri":"https://op.example/k","revocation_endpoint":"https://op.example/r"},"#,
        r#""silent":"page""#,
        silent,
        grace,
        "}",
    ]
    .concat()
}

impl Scene {
    fn new(silent: bool, grace: bool, refreshes: bool) -> Self {
        let config = ClientConfig::read(&settings(silent, grace)).expect("good settings");
        let rules = Rules {
            tabs: TABS,
            per_tab: true,
            rotates: true,
            grace: 0,
            silent,
            refreshes,
            id_tokens: IdTokens::Never,
            refusal: "invalid_grant",
            planted: None,
        };
        let mut world = World::new(&config, rules);
        let mut flow = 0;
        for tab in 0..TABS {
            flow += 1;
            world.happen(Event::Begin { flow, tab, what: What::SignInByPopup });
            world.come_to_rest(&mut flow, Some(1));
        }
        assert!(world.ledger.wrong.is_none(), "{:?}", world.ledger.wrong);
        let texts = world.tabs.iter().map(|tab| tab.shown.clone().expect("a session")).collect();
        let provider = world.provider.clone();
        Self { config, provider, texts }
    }

    /// A world in which every tab is signed in.
    fn world(&self, rules: Rules) -> World<'_> {
        let mut world = World::new(&self.config, rules);
        let count = if rules.per_tab { usize::from(rules.tabs) } else { 1 };
        let mut families = self.provider.families.clone();
        families.truncate(count);
        world.provider.families = families;
        world.provider.offers_of(&self.provider);
        world.provider.cookie = Some(1);
        for (at, tab) in world.tabs.iter_mut().enumerate() {
            let text = &self.texts[if rules.per_tab { at } else { 0 }];
            tab.is_settled = true;
            tab.shown = Some(text.clone());
            tab.own = rules.per_tab.then(|| text.clone());
            if !rules.refreshes && at % 2 == 1 {
                // Pages start here; without refresh tokens some of them begin with a silent
                // redirect.
                *tab = tab.without_page(Page::Gone);
            }
        }
        world.store = (!rules.per_tab).then(|| self.texts[0].clone());
        world.ledger.had = (0..count).map(bit).sum();
        world
    }
}

impl Scenes {
    pub fn new() -> Self {
        let kinds = (0..8).map(|kind| Scene::new(kind & 2 != 0, kind & 1 != 0, kind & 4 != 0));
        Self(kinds.collect())
    }

    fn world(&self, rules: Rules) -> World<'_> {
        let kind = [rules.grace > 0, rules.silent, rules.refreshes];
        let at = kind.iter().rev().fold(0, |at, one| at * 2 + usize::from(*one));
        self.0[at].world(rules)
    }

    /// Plays the schedule of a seed.
    pub fn play_seed(&self, seed: u64, planted: Option<Planted>) -> Played {
        let mut random = Random::new(seed);
        let mut world = self.world(rules_of(&mut random, planted));
        let mut events = Vec::new();
        let seconds = random.pick(&[1, 245, 245, 310]);
        let asks = 1 + random.below(4) as u32;
        let mut chooser = Chooser::new(random, asks);
        events.push(Event::Pass { seconds });
        world.happen(events[0]);
        while events.len() < MOST && world.ledger.wrong.is_none() {
            let Some(event) = chooser.choose(&world) else { break };
            if world.happen(event) {
                events.push(event);
            }
        }
        end(world, events)
    }

    /// Plays a schedule and skips impossible events.
    pub fn play(&self, seed: u64, planted: Option<Planted>, events: &[Event]) -> Played {
        let mut world = self.world(rules_of(&mut Random::new(seed), planted));
        for event in events {
            if world.ledger.wrong.is_some() {
                break;
            }
            world.happen(*event);
        }
        end(world, events.to_vec())
    }

    /// Every tab asks for a token each time it has expired. Counts the requests to the provider.
    pub fn play_rounds(&self, seed: u64, planted: Option<Planted>) -> Option<(Wrong, String)> {
        let mut random = Random::new(seed);
        let tabs = 1 + random.below(u64::from(TABS)) as u8;
        let rules =
            Rules { tabs, per_tab: false, refreshes: true, ..rules_of(&mut random, planted) };
        let mut world = self.world(rules);
        let mut flow = 0;
        for round in 1..=3 {
            let seconds = LIFE as u32 + 10;
            world.happen(Event::Pass { seconds });
            let mut asking: Vec<u8> = (0..tabs).collect();
            while !asking.is_empty() || !world.runs.is_empty() {
                flow += 1;
                let event = next(&world, &mut random, &mut asking, flow)?;
                world.happen(event);
            }
            if world.provider.refreshes != round {
                let story = format!("{} for {round} by {tabs} tabs", world.provider.refreshes);
                world.ledger.tell(Wrong::TooManyRefreshes, story);
            }
        }
        world.ledger.wrong
    }
}

/// One of the running tasks, or one more tab that asks for a token.
fn next(
    world: &World<'_>,
    random: &mut Random,
    asking: &mut Vec<u8>,
    flow: FlowId,
) -> Option<Event> {
    let mut choices = Vec::new();
    for run in &world.runs {
        let id = run.id;
        if run.can_run_effect() {
            choices.push(Event::RunEffect { flow: id });
        }
        if run.locking().is_some() && world.lock.is_none() {
            choices.push(Event::Lock { flow: id });
        }
        for open in run.open.iter().filter(|_| run.can_be_answered()) {
            if matches!(open.state, EffectState::Answered(_)) {
                choices.push(Event::Answer { flow: id, id: open.id });
            }
        }
    }
    for sent in world.network.iter().filter(|sent| sent.arrivals == 0) {
        choices.push(Event::Arrive { flow: sent.flow, id: sent.id, fate: Fate::Served });
    }
    if !asking.is_empty() && (choices.is_empty() || random.percent(30)) {
        let at = random.below(asking.len() as u64) as usize;
        return Some(Event::Begin { flow, tab: asking.swap_remove(at), what: What::NeedToken });
    }
    choices.extend(
        (0..world.rules.tabs)
            .filter(|tab| world.can_hear(*tab))
            .map(|tab| Event::Hear { flow, tab }),
    );
    (!choices.is_empty()).then(|| random.pick(&choices))
}

fn end(mut world: World<'_>, events: Vec<Event>) -> Played {
    if world.ledger.wrong.is_none() {
        world.calm_down();
    }
    let kept = world.tabs.iter().map(|tab| tab.own.clone()).chain([world.store.clone()]);
    let summary = (kept.collect(), world.provider.refreshes);
    Played { events, calm: world.calm, wrong: world.ledger.wrong, summary }
}
