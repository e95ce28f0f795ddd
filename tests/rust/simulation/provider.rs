//! A provider that rotates refresh tokens and treats a repeated one as theft (RFC 9700, section
//! 4.14).
//!
//! A token names itself: `r3.1` is the second refresh token of the fourth sign-in.

use super::event::{Fate, Person};
use super::world::Rules;
use countersign::proto::text::base64url;

pub const KEYS: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;
/// The lifetime of an access token, in seconds.
pub const LIFE: u64 = 300;

/// The state of one sign-in at the provider.
#[derive(Clone)]
pub struct Family {
    pub person: Person,
    pub revoked: bool,
    /// Whether one of its refresh tokens was refused.
    pub refused: bool,
    /// The number of its newest refresh token, and when that was issued.
    pub newest: (u32, u64),
    access_tokens: u32,
    nonce: String,
    signed_in_at: u64,
    /// Whether it began in a silent redirect and a user signed out before its response arrived.
    pub is_overtaken: bool,
    /// Whether it began in a silent redirect.
    pub is_silent: bool,
}

#[derive(Clone)]
struct Offer {
    person: Person,
    nonce: String,
    is_used: bool,
    is_silent: bool,
    is_overtaken: bool,
}

/// When the answers to refreshes have an ID token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdTokens {
    Never,
    Always,
    Sometimes,
}

#[derive(Clone)]
pub struct Provider {
    has_refresh_tokens: bool,
    pub rotates: bool,
    /// The grace period for a rotated refresh token, in seconds.
    pub grace: u64,
    pub id_tokens: IdTokens,
    /// The error for a refresh token that is not valid any more.
    refusal: &'static str,
    /// The user of the provider's session cookie.
    pub cookie: Option<Person>,
    pub families: Vec<Family>,
    pub refreshes: u32,
    offers: Vec<Offer>,
}

/// A status, a `Retry-After`, a body.
pub type Served = (u16, String, String);

/// The sign-in and the number of a token.
pub fn read_token(token: &str) -> Option<(usize, u32)> {
    let (family, number) = token.get(1..)?.split_once('.')?;
    Some((family.parse().ok()?, number.parse().ok()?))
}

/// A parameter of a form or a query.
pub fn parameter<'a>(form: &'a str, name: &str) -> Option<&'a str> {
    form.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
}

impl Provider {
    pub fn new(rules: &Rules) -> Self {
        Self {
            has_refresh_tokens: rules.refreshes,
            rotates: rules.rotates,
            grace: rules.grace,
            id_tokens: rules.id_tokens,
            refusal: rules.refusal,
            cookie: None,
            families: Vec::new(),
            refreshes: 0,
            offers: Vec::new(),
        }
    }

    /// Signs a user in. Returns the query of the response to this request.
    pub fn authorize(&mut self, url: &str, person: Person) -> String {
        let query = url.split_once('?').map_or("", |parts| parts.1);
        let nonce = parameter(query, "nonce").unwrap_or_default().to_owned();
        let state = parameter(query, "state").unwrap_or_default();
        self.cookie = Some(person);
        let is_silent = parameter(query, "prompt") == Some("none");
        self.offers.push(Offer { person, nonce, is_silent, is_used: false, is_overtaken: false });
        format!("code=c{}&state={state}", self.offers.len() - 1)
    }

    /// Answers a request with `prompt=none`, without a user interface.
    pub fn authorize_silently(&mut self, url: &str) -> String {
        let query = url.split_once('?').map_or("", |parts| parts.1);
        match self.cookie {
            Some(person) => self.authorize(url, person),
            None => {
                let state = parameter(query, "state").unwrap_or_default();
                format!("error=login_required&state={state}")
            }
        }
    }

    /// The last response went to a page whose user has signed out since.
    pub fn overtake_last_offer(&mut self) {
        if let Some(offer) = self.offers.last_mut() {
            offer.is_overtaken = true;
        }
    }

    /// The number of each sign-in's newest refresh token.
    pub fn newest(&self) -> impl Iterator<Item = u32> {
        self.families.iter().map(|family| family.newest.0)
    }

    /// Codes that were issued elsewhere are not issued again.
    pub fn offers_of(&mut self, other: &Self) {
        self.offers.clone_from(&other.offers);
    }

    pub fn serve(&mut self, url: &str, body: &str, fate: Fate, now: u64) -> Served {
        match fate {
            Fate::Down => return (503, String::new(), String::new()),
            Fate::TooMany(seconds) => return (429, seconds.to_string(), String::new()),
            Fate::Refused(error) => {
                return (400, String::new(), format!(r#"{{"error":"{error}"}}"#));
            }
            _ => {}
        }
        if url.ends_with("/k") {
            return (200, String::new(), KEYS.to_owned());
        }
        if url.ends_with("/r") {
            self.revoke(body);
            return (200, String::new(), String::new());
        }
        let (status, body) = match parameter(body, "grant_type") {
            Some("refresh_token") => self.refresh(body, fate, now),
            _ => self.redeem(body, fate, now),
        };
        let body = if fate == Fate::Garbled { "<html>".to_owned() } else { body };
        (status, String::new(), body)
    }

    fn redeem(&mut self, body: &str, fate: Fate, now: u64) -> (u16, String) {
        let code = parameter(body, "code").and_then(|code| code.get(1..)?.parse().ok());
        let offer = code.and_then(|at: usize| self.offers.get_mut(at));
        let Some(offer) = offer.filter(|offer| !offer.is_used) else {
            return refusal("invalid_grant");
        };
        offer.is_used = true;
        let Offer { person, nonce, is_silent, is_overtaken, .. } = offer.clone();
        let newest = (0, now);
        self.families.push(Family {
            person,
            revoked: false,
            refused: false,
            newest,
            access_tokens: 0,
            nonce,
            signed_in_at: now,
            is_silent,
            is_overtaken,
        });
        let family = self.families.len() - 1;
        (200, self.tokens(family, self.has_refresh_tokens, true, fate, now))
    }

    fn refresh(&mut self, body: &str, fate: Fate, now: u64) -> (u16, String) {
        let token = parameter(body, "refresh_token").and_then(read_token);
        let Some((at, number)) = token.filter(|token| token.0 < self.families.len()) else {
            return refusal(self.refusal);
        };
        self.refreshes += 1;
        let (rotates, grace) = (self.rotates, self.grace);
        let family = &mut self.families[at];
        let (newest, since) = family.newest;
        let is_repeat_accepted = number + 1 == newest && now < since + grace;
        if family.revoked || (number != newest && !is_repeat_accepted) {
            family.revoked = true;
            family.refused = true;
            return refusal(self.refusal);
        }
        if rotates && number == newest {
            family.newest = (newest + 1, now);
        }
        let with_id_token = match self.id_tokens {
            IdTokens::Never => false,
            IdTokens::Always => true,
            IdTokens::Sometimes => self.refreshes.is_multiple_of(2),
        };
        (200, self.tokens(at, rotates, with_id_token, fate, now))
    }

    fn tokens(
        &mut self,
        at: usize,
        with_refresh_token: bool,
        with_id_token: bool,
        fate: Fate,
        now: u64,
    ) -> String {
        let family = &mut self.families[at];
        family.access_tokens += 1;
        let number = family.access_tokens;
        let mut text = format!(
            r#"{{"access_token":"a{at}.{number}","token_type":"Bearer","expires_in":{LIFE}"#
        );
        if with_refresh_token {
            text += &format!(r#","refresh_token":"r{at}.{}""#, family.newest.0);
        }
        if with_id_token {
            text += &format!(r#","id_token":"{}""#, id_token(family, fate, now));
        }
        text + "}"
    }

    fn revoke(&mut self, body: &str) {
        let token = parameter(body, "token").unwrap_or_default();
        let family = read_token(token).and_then(|token| self.families.get_mut(token.0));
        if let Some(family) = family.filter(|_| token.starts_with('r')) {
            family.revoked = true;
        }
    }

    /// The provider ends a session.
    pub fn expel(&mut self, person: Person) {
        self.cookie = self.cookie.filter(|who| *who != person);
        for family in self.families.iter_mut().filter(|family| family.person == person) {
            family.revoked = true;
        }
    }
}

fn refusal(error: &str) -> (u16, String) {
    (400, format!(r#"{{"error":"{error}"}}"#))
}

fn id_token(family: &Family, fate: Fate, now: u64) -> String {
    let claims = format!(
        r#"{{"iss":"https://op.example","sub":"p{}","aud":"c","exp":{},"iat":{now},"auth_time":{},"nonce":"{}"}}"#,
        family.person,
        now + 600,
        family.signed_in_at,
        family.nonce
    );
    // No signature is computed here: the second signature counts as forged.
    let signature = if fate == Fate::Forged { [2_u8; 64] } else { [1_u8; 64] };
    [
        base64url::write(br#"{"alg":"EdDSA","kid":"k"}"#),
        base64url::write(claims.as_bytes()),
        base64url::write(&signature),
    ]
    .join(".")
}

/// The registered errors of a token endpoint (RFC 6749, 8707, 9396, 9449; OpenID Connect Core), and
/// those of providers that we know.
pub const REFUSALS: [&str; 16] = [
    "invalid_request",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_grant",
    "invalid_client",
    "invalid_scope",
    "invalid_target",
    "invalid_authorization_details",
    "invalid_dpop_proof",
    "use_dpop_nonce",
    "access_denied",
    "login_required",
    "interaction_required",
    "server_error",
    "temporarily_unavailable",
    "not_registered",
];

/// The refusals of a refresh token that are final: another sign-in brings another one.
pub const FINAL_REFUSALS: [&str; 6] = [
    "invalid_request",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_grant",
    "access_denied",
    "login_required",
];
