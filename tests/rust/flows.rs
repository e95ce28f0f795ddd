//! Flow scripts: the protocol step by step, readable without knowing this code.
//!
//! A script is a file of `tests/vectors/flows` (must succeed) or `tests/vectors/hostile` (one
//! attack each). Its first line is a comment that states the rule. `tests/vectors/README.md`
//! lists the verbs. Signatures are created and verified with real keys.

#[path = "../support/provider.rs"]
mod provider;
#[path = "../support/stage.rs"]
mod stage;
#[path = "../support/verifier.rs"]
mod verifier;

use countersign::proto::effect::{
    Effect, EffectRequest, Failure, Input, Response, StorageArea, UnixTime,
};
use countersign::proto::effect_id::EffectId;
use countersign::proto::error::{Code, Side};
use countersign::proto::flow::step::{Outcome, Step};
use provider::Signer;
use serde_json::{Map, Value, json};
use stage::Stage;
use std::fs;
use std::path::{Path, PathBuf};

const FOLDER: &str = "tests/vectors";

#[test]
fn every_flow_follows_its_script() {
    play_all("flows");
}

#[test]
fn every_attack_is_refused_as_scripted() {
    play_all("hostile");
}

/// D3: plays every error of `docs/provider-errors.md` at every place that the table has.
#[test]
fn res_08_tok_19_every_error_does_at_every_place_what_the_table_says() {
    let table = include_str!("../../docs/provider-errors.md");
    let rows = table.lines().filter(|line| line.starts_with("| `") || line.starts_with("| any"));
    let mut count = 0;
    for row in rows {
        let cells: Vec<_> = row.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
        let [_, error, _, address, response, renewal, frame, check, _] = cells[..] else {
            panic!("a row of another shape: {row}")
        };
        let error = if error == "any other" { "of_no_standard" } else { error };
        let at = |place: &str, text: &str| {
            let fill =
                |text: &str| text.replace("ERROR", error).replace("BODY", "{\"error\":\"ERROR\"}");
            let text = fill(&fill(text)).replace("ADDRESS", address).replace("RESPONSE", response);
            play_text(&format!("{error}: {place}"), &format!("# D3\n{text}"));
        };
        let fate = |cell: &str, ends: &'static str, stays: &'static str| match cell {
            "ends" => ends,
            "stays" => stays,
            _ => panic!("{row}"),
        };
        at("a page", ERROR_AT_PAGE);
        at("a popup", ERROR_IN_POPUP);
        at("redeem", ERROR_AT_REDEEM);
        at("a pushed request", ERROR_AT_PUSH);
        at("a hidden frame", &[FRAME, fate(frame, ENDS, FRAME_STAYS)].concat());
        at(
            "a silent page",
            &[SILENT_PAGE, fate(frame, SILENT_PAGE_ENDS, SILENT_PAGE_STAYS)].concat(),
        );
        at("a session check", &[CHECK, fate(check, ENDS, CHECK_STAYS)].concat());
        let renewed = match renewal {
            "call" => RENEWAL_CALL,
            cell => fate(cell, ENDS, RENEWAL_STAYS),
        };
        at("a renewal", &[RENEWAL, renewed].concat());
        count += 1;
    }
    assert!(count > 30, "{count} rows");
}

const ERROR_AT_PAGE: &str = "include away
callback https://app.example/cb?error=ERROR&state=$state&iss=https%3A%2F%2Fop.example
wants rewrite https://app.example/cb
refused ADDRESS error
said ERROR";
const ERROR_IN_POPUP: &str = "include client
popup
wants GET https://op.example/.well-known/openid-configuration
response 200 @metadata.json
wants popup https://op.example/authorize?…
shows error=ERROR&state=$state&iss=https%3A%2F%2Fop.example
refused ADDRESS error
said ERROR";
const ERROR_AT_REDEEM: &str = "include proving
response 400 BODY to token
refused RESPONSE token_endpoint
said ERROR";
const ERROR_AT_PUSH: &str = "include pushing
response 400 BODY
refused RESPONSE pushed_authorization_request_endpoint
said ERROR
pending 0";
const ENDS: &str = "
ended OIDC_SESSION_ENDED
said ERROR
stored-sessions 0
broadcasts ended
broadcasts changed";
const FRAME: &str = "include client
client silentRedirectUri=https://app.example/silent
include proving
tokens
signed-in sub=ada
broadcasts changed
later 3700
need
wants frame https://op.example/authorize?…
shows error=ERROR&state=$state&iss=https%3A%2F%2Fop.example";
const FRAME_STAYS: &str = "
refused ADDRESS error
notice OIDC_SESSION_EXPIRED
said ERROR
stored-sessions 1
need
refused ADDRESS error
notice OIDC_SESSION_EXPIRED
said ERROR
no-request";
const SILENT_PAGE: &str = "include client
client silent=page
include proving
tokens
signed-in sub=ada
broadcasts changed
later 3700
visit https://app.example/inbox
wants GET https://op.example/.well-known/openid-configuration
response 200 @metadata.json
wants next-page https://op.example/authorize?…
callback https://app.example/cb?error=ERROR&state=$state&iss=https%3A%2F%2Fop.example
wants rewrite https://app.example/cb";
const SILENT_PAGE_ENDS: &str = "
signed-out return_to=https://app.example/inbox
stored-sessions 0";
const SILENT_PAGE_STAYS: &str = "
signed-in sub=ada fresh=false
notice ADDRESS
stored-sessions 1";
const CHECK: &str = "include asking
shows error=ERROR&state=$state&iss=https%3A%2F%2Fop.example";
const CHECK_STAYS: &str = "
check-failed ADDRESS error again
said ERROR
stored-sessions 1";
const RENEWAL: &str = "include renewing
later 60
response 400 BODY";
const RENEWAL_CALL: &str = "
refused RESPONSE token_endpoint
said ERROR
stored refresh_token=\"rt-1\" sent=-
need
wants POST https://op.example/token grant_type=refresh_token&refresh_token=rt-1&client_id=c
response 200 {\"access_token\":\"at-2\",\"token_type\":\"Bearer\",\"expires_in\":3600}
token at-2
broadcasts changed";
const RENEWAL_STAYS: &str = "
refused RESPONSE token_endpoint
said ERROR
stored refresh_token=\"rt-1\" sent=-
need
refused RESPONSE token_endpoint
no-request";

/// D2, D4: every refusal of a renewed ID token. A token that no later attempt accepts ends the session, and
/// nothing of its response stays. What is not the token's fault fails the call: the session keeps the
/// refresh token of the response, for the next attempt.
#[test]
fn tok_13_each_refusal_of_a_renewed_id_token_ends_the_session_or_fails_the_call() {
    let mut count = 0;
    for row in REFUSED_RENEWALS.lines() {
        let [change, fate, error] = row.split(" | ").collect::<Vec<_>>()[..] else {
            panic!("a row of another shape: {row}")
        };
        let (end, answer) = match fate.trim() {
            "ends" => (RENEWED_ENDS, "keys"),
            "ends, fresh keys" => (RENEWED_ENDS, REFETCHED),
            "stays" => (RENEWED_STAYS, "keys"),
            "stays, no keys" => (RENEWED_STAYS, "response 200 {} to jwks"),
            "stays, no answer" => (RENEWED_STAYS, "no-answer network to jwks"),
            "stays, fresh keys" => (RENEWED_STAYS, REFETCHED),
            fate => panic!("{fate}"),
        };
        let code = error.split(' ').next().unwrap_or_default();
        let text = [RENEWED, end].concat();
        let text = text.replace("CHANGE", change.trim()).replace("ANSWER", answer);
        let text = text.replace("ERROR", error).replace("CODE", code);
        play_text(row, &format!("# D4\n{text}"));
        count += 1;
    }
    assert!(count > 40, "{count} rows");
}

const REFUSED_RENEWALS: &str = "\
response.id_token=a.b | ends | OIDC_TOKEN_MALFORMED
header.kid=5 | ends | OIDC_TOKEN_MALFORMED
response.id_token=eyJhbGciOiJSU0EtT0FFUCJ9.e30.e30.e30.e30 | ends | OIDC_TOKEN_ENCRYPTED
header.alg=none | ends | OIDC_ALG_FORBIDDEN
header.alg=HS256 | ends | OIDC_ALG_FORBIDDEN
header.crit=[\"x\"] header.x=1 | ends | OIDC_CRIT_UNSUPPORTED
header.b64=false | ends | OIDC_CRIT_UNSUPPORTED
header.typ=at+jwt | ends | OIDC_TYP_FORBIDDEN
signed-by=other | ends, fresh keys | OIDC_SIGNATURE_INVALID
typ=Bearer | ends | OIDC_TYP_FORBIDDEN
token_use=access | ends | OIDC_TYP_FORBIDDEN
events={} | ends | OIDC_CLAIM_INVALID events
iss=- | ends | OIDC_CLAIM_INVALID iss
iss=https://evil.example | ends | OIDC_ISSUER_MISMATCH
iss=https://op.example/ | ends | OIDC_ISSUER_MISMATCH
aud=- | ends | OIDC_CLAIM_INVALID aud
aud=x | ends | OIDC_AUDIENCE_MISMATCH
aud=[\"c\",\"x\"] | ends | OIDC_AUDIENCE_MISMATCH
azp=x | ends | OIDC_AZP_MISMATCH
at_hash=AAAAAAAAAAAAAAAAAAAAAA | ends | OIDC_AT_HASH_MISMATCH
sub=- | ends | OIDC_CLAIM_INVALID sub
sub=eve | ends | OIDC_RENEWED_MISMATCH sub
nonce=other | ends | OIDC_RENEWED_MISMATCH nonce
iat=-4000 | ends | OIDC_RENEWED_MISMATCH iat
auth_time=5 | ends | OIDC_RENEWED_MISMATCH auth_time
exp=- | ends | OIDC_CLAIM_INVALID exp
iat=- | ends | OIDC_CLAIM_INVALID iat
nbf=\"soon\" | ends | OIDC_CLAIM_INVALID nbf
org_id=org_2 | ends | OIDC_TENANT_FORBIDDEN org_id
org_id=[\"org_1\"] | ends | OIDC_TENANT_FORBIDDEN org_id
hd=b.example | ends | OIDC_TENANT_FORBIDDEN hd
owner=8 | ends | OIDC_TENANT_FORBIDDEN requiredClaims
tid=u | ends | OIDC_TENANT_FORBIDDEN tid
tid=v | ends | OIDC_TENANT_FORBIDDEN tid
exp=-600 | stays | OIDC_TOKEN_EXPIRED
exp=+100000 | stays | OIDC_TOKEN_AGE_EXCEEDED exp
iat=-100000 | stays | OIDC_TOKEN_AGE_EXCEEDED iat
iat=+600 | stays | OIDC_ISSUED_IN_FUTURE
nbf=+600 | stays | OIDC_TOKEN_NOT_YET_VALID
header.kid=k9 | stays, fresh keys | OIDC_KEY_NOT_FOUND
sub=eve | stays, no keys | OIDC_KEYS_INVALID jwks_uri
org_id=org_2 | stays, no answer | OIDC_NETWORK_FAILED jwks_uri";
const RENEWED: &str = "include client
client requiredClaims={\"org_id\":\"org_1\",\"hd\":\"a.example\",\"owner\":\"7\"}
client tenants=[\"t\",\"v\"] refusedTenants=[\"v\"]
include proving
tokens org_id=org_1 hd=a.example owner=\"7\" tid=t auth_time=10 response.refresh_token=rt-1
signed-in sub=ada
broadcasts changed
later 3550
need
wants POST https://op.example/token grant_type=refresh_token&refresh_token=rt-1&client_id=c
tokens response.access_token=at-2 response.refresh_token=rt-2 CHANGE
wants GET https://op.example/jwks
ANSWER";
const REFETCHED: &str = "keys
wants GET https://op.example/jwks
keys";
const RENEWED_ENDS: &str = "
ended ERROR
stored-sessions 0
broadcasts changed
need
refused OIDC_SIGNIN_REQUIRED
no-request
arrive https://app.example/inbox
signed-out";
const RENEWED_STAYS: &str = "
token at-1
notice CODE
stored refresh_token=rt-2 sent=-
arrive https://app.example/inbox
signed-in sub=ada fresh=false";

#[test]
fn b30_debug_output_contains_no_secret() {
    let secret = "s3cret";
    let step = Step { flow: secret.to_owned(), ..*Step::fail(Code::Internal) };
    let save =
        Effect::Save { area: StorageArea::Session, key: "k".to_owned(), text: secret.to_owned() };
    let response = Response {
        status: 200,
        content_type: "",
        cache_control: "",
        retry_after: "",
        challenge: "",
        body: secret.as_bytes(),
    };
    let printed = [
        format!("{step:?}"),
        format!("{:?}", EffectRequest { id: EffectId::STORE_SESSION, effect: save }),
        format!("{:?}", Input::Text(EffectId::LOAD_SESSION, Some(secret))),
        format!("{response:?}"),
        format!("{:?}", Outcome::Claims(secret.to_owned())),
    ];
    for text in printed {
        assert!(text.contains("(…)") && !text.contains(secret), "{text}");
    }
}

fn play_all(folder: &str) {
    let scripts = scripts(folder);
    assert!(scripts.len() > 5, "only {} scripts in {folder}", scripts.len());
    let mut failed = Vec::new();
    for script in &scripts {
        if std::panic::catch_unwind(|| play(script)).is_err() {
            failed.push(script.display().to_string());
        }
    }
    println!("{} scripts of {folder} played", scripts.len());
    assert!(failed.is_empty(), "failed: {failed:#?}");
}

fn scripts(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER).join(folder);
    let entries = fs::read_dir(folder).expect("the scripts' folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "flow"));
    files.sort();
    files
}

fn play(script: &Path) {
    let text = fs::read_to_string(script).unwrap_or_else(|error| panic!("{script:?}: {error}"));
    play_text(&script.display().to_string(), &text);
}

fn play_text(name: &str, text: &str) {
    let mut player = Player { stage: None, settings: Map::new(), page: PAGE.to_owned() };
    for (number, line) in lines(name, text).iter().enumerate() {
        eprintln!("{name}: step {}: {line}", number + 1);
        let (verb, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        player.play(verb, rest.trim());
    }
    player.stage().expect_nothing_left();
}

/// The script's lines, after those of the scripts that it includes.
fn lines(script: &str, text: &str) -> Vec<String> {
    assert!(text.starts_with("# "), "{script} does not say what it shows");
    let mut all = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.strip_prefix("include ") {
            Some(name) => {
                let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER);
                let part = folder.join("parts").join(name.trim()).with_extension("flow");
                let text = fs::read_to_string(&part).expect("a part");
                all.extend(lines(name, &text));
            }
            None => all.push(line.to_owned()),
        }
    }
    all
}

/// Whether a text is the wanted one, in which each `…` stands for any text.
fn fits(got: &str, wanted: &str) -> bool {
    let mut pieces = wanted.split('…');
    let mut rest = pieces.next().and_then(|start| got.strip_prefix(start));
    let mut pieces = pieces.peekable();
    let mut is_end = pieces.peek().is_none();
    while let Some(piece) = pieces.next() {
        is_end = pieces.peek().is_none() && rest.is_some_and(|rest| rest.ends_with(piece));
        rest = rest.and_then(|rest| Some(rest.split_once(piece)?.1));
    }
    is_end && (wanted.contains('…') || rest == Some(""))
}

const PAGE: &str = "https://app.example/inbox";

struct Player {
    stage: Option<Stage>,
    settings: Map<String, Value>,
    page: String,
}

impl Player {
    fn stage(&mut self) -> &mut Stage {
        let settings = Value::Object(self.settings.clone()).to_string();
        self.stage.get_or_insert_with(|| Stage::new(&settings))
    }

    fn play(&mut self, verb: &str, rest: &str) {
        let rest = &*self.fill(rest);
        match verb {
            "client" => self.client(rest),
            "pinned-keys" => self.pin_keys(rest),
            "now" => self.stage().now = UnixTime(rest.parse().expect("a time")),
            "later" => self.stage().now.0 += rest.parse::<u64>().expect("seconds"),
            "page" => rest.clone_into(&mut self.page),
            "sign-in" => {
                let ask = Value::Object(members(rest, 0)).to_string();
                let page = self.page.clone();
                self.stage().sign_in(&ask, &page);
            }
            "visit" => self.stage().visit(rest),
            "session-hint" => self.stage().mark(),
            "has-session-hint" => assert_eq!(self.stage().is_marked().to_string(), rest),
            "asked" => {
                let (name, value) = rest.split_once('=').expect("a parameter");
                assert_eq!(self.stage().parameter(name), value);
            }
            "callback" | "arrive" => self.stage().arrive(rest),
            "popup" => {
                let ask = Value::Object(members(rest, 0)).to_string();
                let page = self.page.clone();
                self.stage().sign_in_by_popup(&ask, &page);
            }
            "need" => {
                let need = Value::Object(members(rest, 0)).to_string();
                self.stage().need_token(&need);
            }
            "api-answers" => self.be_refused(rest),
            "shows" if rest == "blocked" => self.stage().show_failure(Failure::Blocked),
            "shows" if rest == "closed" => self.stage().show_failure(Failure::Closed),
            "shows" => self.stage().show(Some(rest).filter(|shown| *shown != "nothing")),
            "receives" => self.stage().hear(rest),
            "check-session" => self.stage().watch(rest == "sees"),
            "frame-answers" => {
                self.stage().say_in_frame(Some(rest).filter(|said| *said != "nothing"))
            }
            "provider-frames" => self.stage().arrive_in_frame(rest),
            "copied-tab" => self.stage().open_copy(),
            "lock" => self.lock(rest),
            "broadcasts" => assert_eq!(self.stage().messages.pop_front().unwrap_or_default(), rest),
            "other-tab" => self.other_tab(rest),
            "saved" => self.saved(rest),
            "stored" => self.kept(rest),
            "sign-out" => self.stage().sign_out(),
            "userinfo" => self.stage().ask_userinfo(),
            "id-token" => self.stage().ask_id_token(),
            "storage" => self.stage().storage_works = rest == "works",
            "store-is-own" => self.stage().store_is_own = true,
            "clear-storage" => self.stage().clear_storage(),
            "wants" => self.wants(rest),
            "response" => self.respond(rest),
            "keys" => self.keys(rest),
            "tokens" => self.tokens(rest),
            "no-answer" => self.no_answer(rest),
            "unrequested-answer" => self.stage().stray(),
            "no-request" => assert_eq!(self.stage().sent.len(), 0, "{:?}", self.stage().sent),
            "pending" => assert_eq!(self.stage().kept(StorageArea::Pending).to_string(), rest),
            "stored-sessions" => {
                assert_eq!(self.stage().kept(StorageArea::Session).to_string(), rest)
            }
            _ => self.stage().expect(verb, rest),
        }
    }

    /// Sets the client. Later in a script, a page with another client opens in the same browser.
    fn client(&mut self, rest: &str) {
        self.settings.extend(members(rest, 0));
        let settings = Value::Object(self.settings.clone()).to_string();
        if let Some(stage) = &mut self.stage {
            stage.config = stage::client_config(&settings);
        }
    }

    /// Pins the provider's key in the client's settings, or another one of the same name.
    fn pin_keys(&mut self, which: &str) {
        let other = (which == "other").then(|| Signer::new("k1").key_set());
        let set = other.unwrap_or_else(|| self.stage().signer.key_set());
        self.settings.insert("jwks".to_owned(), set);
        self.client("");
    }

    /// Replaces `$state`, `$nonce` and `$code_challenge` of the last sign-in, and `$id_token` of the session.
    fn fill(&mut self, text: &str) -> String {
        if !text.contains('$') {
            return text.to_owned();
        }
        let names = ["code_challenge", "state", "nonce"];
        let [challenge, state, nonce] = names.map(|name| self.stage().parameter(name));
        let session: Value = serde_json::from_str(&self.stage().session).unwrap_or_default();
        let id_token = session["id_token"].as_str().unwrap_or_default();
        let text = text.replace("$code_challenge", &challenge);
        text.replace("$state", &state).replace("$nonce", &nonce).replace("$id_token", id_token)
    }

    /// `api-answers 401 [old-token] [asking] [late] CHALLENGE`: an API refused the newest token, or an
    /// older one; while the user signs in; a request that was sent a minute ago.
    fn be_refused(&mut self, rest: &str) {
        let (status, mut challenge) = rest.split_once(' ').unwrap_or((rest, ""));
        let mut is = |word: &str| {
            let found = challenge.strip_prefix(word);
            challenge = found.unwrap_or(challenge).trim_start();
            found.is_some()
        };
        let (is_old, asking, is_late) = (is("old-token"), is("asking"), is("late"));
        let stage = self.stage();
        let session: Value = serde_json::from_str(&stage.session).unwrap_or_default();
        let refused = if is_old { json!("at-0") } else { session["access_token"].clone() };
        let sent = if is_late { stage.now.0 - 60 } else { stage.now.0 + 1 };
        let status: u16 = status.parse().expect("a status");
        let refusal = json!({
            "status": status, "challenge": challenge, "refused": refused, "sent": sent, "asking": asking,
        });
        stage.be_refused(&refusal.to_string());
    }

    fn lock(&mut self, rest: &str) {
        match rest {
            "waits" => self.stage().lock_waits = true,
            "comes" => self.stage().answer_lock(true),
            "lost" => self.stage().answer_lock(false),
            _ => self.stage().lock_is_busy = rest == "busy",
        }
    }

    /// Stores the text of an earlier version: `saved pending KEY @saved/file`.
    fn saved(&mut self, rest: &str) {
        let [place, key, file] = rest.split(' ').collect::<Vec<_>>()[..] else {
            panic!("a place, a key and a file: {rest}");
        };
        let text = fs::read_to_string(Path::new(FOLDER).join(file.trim_start_matches('@')));
        self.stage().leave(place, key, text.expect("a saved text").trim_end());
    }

    /// Another tab changes the stored session: `other-tab forgets`, `other-tab keeps sub=eve …`.
    fn other_tab(&mut self, rest: &str) {
        let (verb, changes) = rest.split_once(' ').unwrap_or((rest, ""));
        if verb == "forgets" {
            return self.stage().keep(None);
        }
        let kept = match self.stage().kept_session() {
            forgotten if forgotten.is_empty() => self.stage().session.clone(),
            kept => kept,
        };
        let mut session: Map<String, Value> = serde_json::from_str(&kept).expect("a session");
        let now = self.stage().now.0;
        for (name, value) in members(changes, now) {
            // The claims belong to the same user.
            if name == "sub" {
                session.insert("claims".to_owned(), json!(json!({ "sub": value }).to_string()));
            }
            session.insert(name, value);
        }
        session.retain(|_, value| !value.is_null());
        self.stage().keep(Some(&Value::Object(session).to_string()));
    }

    /// Checks members of the stored session: `stored refresh_token=rt-2 sent=-`.
    fn kept(&mut self, rest: &str) {
        let kept: Map<String, Value> =
            serde_json::from_str(&self.stage().kept_session()).unwrap_or_default();
        let now = self.stage().now.0;
        for (name, value) in members(rest, now) {
            assert_eq!(kept.get(&name).unwrap_or(&Value::Null), &value, "{name}");
        }
    }

    fn wants(&mut self, what: &str) {
        let got = match what.split_once(' ') {
            Some(("GET" | "POST" | "proved" | "proved-for", _)) => {
                let sent = self.stage().sent.pop_front();
                let (request, proof) =
                    sent.unwrap_or_else(|| panic!("wanted {what}, nothing was sent"));
                let body = request.body.map(|body| format!(" {body}")).unwrap_or_default();
                let proved = match proof.as_deref() {
                    None => String::new(),
                    Some("") => "proved ".to_owned(),
                    Some(token) => format!("proved-for {token} "),
                };
                let by = request.authorization.filter(|by| by.starts_with("Basic "));
                let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
                format!("{proved}{} {}{body}{by}", request.method, request.url)
            }
            _ => {
                let place = self.stage().places.pop_front();
                place.unwrap_or_else(|| panic!("wanted {what}, the page went nowhere"))
            }
        };
        assert!(fits(&got, what), "wanted {what}\n   got {got}");
    }

    /// `response 200 {…}` or `response 200 @file`, to the newest request, or `… to <part of url>`.
    fn respond(&mut self, rest: &str) {
        let (rest, to) = rest.rsplit_once(" to ").unwrap_or((rest, ""));
        let (status, body) = rest.split_once(' ').unwrap_or((rest, ""));
        let body = match body.strip_prefix('@') {
            Some(name) => {
                let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(FOLDER).join("parts");
                fs::read(folder.join(name)).expect("the file of a response")
            }
            None => body.as_bytes().to_vec(),
        };
        self.stage().respond(to, status.parse().expect("a status"), body);
    }

    /// `keys`, `keys other` (the same kid, another key), `keys new` (another kid), `keys nameless`.
    fn keys(&mut self, which: &str) {
        let stage = self.stage();
        let set = match which {
            "other" => Signer::new("k1").key_set(),
            "new" => Signer::new("k2").key_set(),
            "nameless" => {
                stage.signer = Signer::new("");
                stage.signer.key_set()
            }
            _ => stage.signer.key_set(),
        };
        stage.respond("jwks", 200, set.to_string().into_bytes());
    }

    /// A correct token response except for the given changes: `aud=x`, `nonce=-` (missing),
    /// `exp=-600` (relative to now), `header.typ=at+jwt`, `response.token_type=mac`.
    fn tokens(&mut self, rest: &str) {
        let nonce = self.stage().parameter("nonce");
        let stage = self.stage();
        let now = stage.now.0;
        let mut claims = Map::from_iter([
            ("iss".to_owned(), json!(stage.config.issuer().as_str())),
            ("aud".to_owned(), json!(stage.config.client_id().as_str())),
            ("sub".to_owned(), json!("ada")),
            ("iat".to_owned(), json!(now)),
            ("exp".to_owned(), json!(now + 600)),
            ("nonce".to_owned(), json!(nonce)),
        ]);
        let (mut header, mut response, mut signer) = (Map::new(), Map::new(), None);
        for (name, value) in members(rest, now) {
            match name.split_once('.') {
                Some(("header", name)) => _ = header.insert(name.to_owned(), value),
                Some(("response", name)) => _ = response.insert(name.to_owned(), value),
                _ if name == "signed-by" => signer = Some(Signer::new("k1")),
                _ => _ = claims.insert(name, value),
            }
        }
        claims.retain(|_, value| !value.is_null());
        let id_token = signer.as_ref().unwrap_or(&stage.signer).sign(&header, &claims);
        let mut body = Map::from_iter([
            ("access_token".to_owned(), json!("at-1")),
            ("token_type".to_owned(), json!("Bearer")),
            ("expires_in".to_owned(), json!(3600)),
            ("id_token".to_owned(), json!(id_token)),
        ]);
        body.extend(response);
        body.retain(|_, value| !value.is_null());
        stage.respond("token", 200, Value::Object(body).to_string().into_bytes());
    }

    /// `no-answer timeout to token`
    fn no_answer(&mut self, rest: &str) {
        let (why, to) = rest.split_once(" to ").unwrap_or((rest, ""));
        let failure = match why {
            "network" => Failure::Network,
            "offline" => Failure::Offline,
            "timeout" => Failure::TimedOut,
            "too-large" => Failure::TooLarge,
            "redirect" => Failure::Redirected,
            _ => panic!("unknown failure {why}"),
        };
        self.stage().fail(to, failure);
    }
}

impl Stage {
    /// Checks a notice, or how the flow ended.
    fn expect(&mut self, verb: &str, rest: &str) {
        if verb == "said" {
            let said = self.said.take();
            return assert_eq!(said.map(|said| said.error).unwrap_or_default(), rest);
        }
        if verb == "notice" {
            assert!(!self.notices.is_empty(), "wanted notice {rest}");
            let notice = self.notices.remove(0);
            assert_ne!(notice.code.side(), Side::Edge, "{notice:?} has no row in a page's table");
            assert_eq!(notice.code.text(), rest);
            return;
        }
        let end = self.end.as_ref().unwrap_or_else(|| panic!("wanted {verb}: the flow waits"));
        let got = match end {
            Err(error) => {
                assert_ne!(error.code.side(), Side::Edge, "{error:?} has no row in a page's table");
                ("refused", [error.code.text(), error.at.text()].join(" ").trim().to_owned())
            }
            Ok(Outcome::SignedOut) => ("signed-out", String::new()),
            Ok(Outcome::TryAnotherToken) => ("again", String::new()),
            Ok(Outcome::StepUp { options, is_new: true }) => ("steps-up", options.clone()),
            Ok(Outcome::StepUp { options, is_new: false }) => ("joins", options.clone()),
            Ok(Outcome::SignedOutAt(to)) => ("signed-out", format!("return_to={to}")),
            Ok(Outcome::Navigating) => ("leaving", String::new()),
            Ok(Outcome::ApiNeed(need)) => ("api", need.clone().unwrap_or_default()),
            Ok(Outcome::Ignored) => ("ignored", String::new()),
            Ok(Outcome::Relayed) => ("relayed", String::new()),
            Ok(Outcome::Token { access_token, .. }) => ("token", access_token.clone()),
            Ok(Outcome::SessionCheckStopped { reason: why, check_again: again }) => {
                assert_ne!(why.code.side(), Side::Edge, "{why:?} has no row in a page's table");
                let again = if *again { "again" } else { "" };
                let words = [why.code.text(), why.at.text(), again];
                ("check-failed", words.join(" ").split_whitespace().collect::<Vec<_>>().join(" "))
            }
            Ok(Outcome::UserSwitched(session)) => ("switched", session.sub().to_owned()),
            Ok(Outcome::Ended(error)) => {
                assert_ne!(error.code.side(), Side::Edge, "{error:?} has no row in a page's table");
                ("ended", [error.code.text(), error.at.text()].join(" ").trim().to_owned())
            }
            Ok(Outcome::Proof(proof)) => ("proof", proof.clone()),
            Ok(Outcome::Claims(claims)) => ("claims", claims.clone()),
            Ok(Outcome::SignedIn {
                session,
                is_stored: kept,
                return_to,
                is_new: fresh,
                parameters,
            }) => {
                let words = [
                    format!("sub={}", session.sub()),
                    format!("iss={}", session.issuer()),
                    format!("checks={}", session.checks().replace(' ', ",")),
                    format!("return_to={}", return_to.as_deref().unwrap_or("-")),
                    format!("params={}", parameters.as_deref().unwrap_or("-")),
                    format!("kept={kept}"),
                    format!("fresh={fresh}"),
                    format!("scope={}", session.scope()),
                    format!("slow={}", session.clock_offset().slow_by),
                    format!("fast={}", session.clock_offset().fast_by),
                    format!("refresh_token={}", session.refresh_token()),
                ];
                let asked = |word: &&String| {
                    let name = word.split('=').next().unwrap_or_default();
                    rest.split(' ').any(|asked| asked.split('=').next() == Some(name))
                };
                ("signed-in", words.iter().filter(asked).cloned().collect::<Vec<_>>().join(" "))
            }
        };
        assert_eq!(got, (verb, rest.to_owned()));
    }

    fn expect_nothing_left(&self) {
        assert!(self.notices.is_empty(), "unread notices: {:?}", self.notices);
        assert!(self.end.is_some(), "the script ends before the flow");
    }
}

/// `name=value` words; a value is JSON where it reads as JSON, `-` is null, `+5`/`-5` is now ± 5.
fn members(text: &str, now: u64) -> Map<String, Value> {
    let mut all = Map::new();
    for word in text.split_whitespace() {
        let (name, value) = word.split_once('=').unwrap_or_else(|| panic!("no = in {word}"));
        all.insert(name.to_owned(), member(value, now));
    }
    all
}

fn member(value: &str, now: u64) -> Value {
    if value == "-" {
        return Value::Null;
    }
    let relative = value.starts_with(['+', '-']).then(|| value.parse::<i64>().ok()).flatten();
    if let Some(seconds) = relative.filter(|_| now > 0) {
        return json!(now.saturating_add_signed(seconds));
    }
    serde_json::from_str(value).unwrap_or_else(|_| json!(value))
}
