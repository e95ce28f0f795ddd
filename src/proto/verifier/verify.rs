//! Verifies one token: form, key, signature, claims, in the fixed order of checks.
//!
//! No function here waits. If the host verifies signatures synchronously, one call does everything.
//! Otherwise the first call returns the questions, and a second call takes the token again with the
//! host's verdicts.

use super::config::{self, TokenKind, VerifierConfig};
use super::issuer_keys::IssuerKeys;
use super::signature_check;
use crate::proto::effect::{UnixTime, Verdict};
use crate::proto::error::{At, Code, Error};
use crate::proto::jose::claims::VerifiedClaims;
use crate::proto::jose::hash::{self, Hash};
use crate::proto::jose::jwk::Jwk;
use crate::proto::jose::jws::UntrustedJws;
use crate::proto::oidc::id_token::{self, Nonce};
use crate::proto::oidc::{access_token, introspection, logout_token, registered_claims};
use crate::proto::settings::{self, VERIFY_OPTIONS};
use crate::proto::text::has_word;
use crate::proto::text::json::{self, Json};
use alloc::{borrow::ToOwned, string::String};

/// An issuer's keys in an instance. The number of a key is `first` plus its position, and is never
/// reused for another key.
#[derive(Debug)]
pub struct LoadedKeys {
    /// The keys.
    pub issuer_keys: IssuerKeys,
    /// The number of the first key.
    pub first: u32,
}

/// The host's verdict on a question (see [`signature_check::id`]) about a signature and its input.
/// `None` while the verdict is unknown.
pub type SignatureHost<'a> = &'a mut dyn FnMut(u32, &str, &[u8]) -> Option<Verdict>;

/// The host's answers during one call.
pub struct Host<'a> {
    /// The host's verdicts on signatures.
    pub verify: SignatureHost<'a>,
    /// The joined digests of the expected access token and of the expected code, as
    /// [`hash::digests`] writes them; empty if neither is expected.
    pub digests: &'a [u8],
}

/// The result of one call.
pub enum Progress {
    /// Every check passed.
    Verified(Verified),
    /// The host has been asked about the signature.
    SignaturePending,
    /// The keys of this issuer are missing, or none of them fits.
    KeysMissing {
        /// The position among the verifier's issuers.
        issuer: usize,
    },
}

/// A token that passed every check.
pub struct Verified {
    /// The claims, as they were signed.
    pub claims: VerifiedClaims,
    /// When the token becomes valid.
    pub from: UnixTime,
    /// When the token or its key stops being valid.
    pub until: UnixTime,
    /// The position of its issuer among the verifier's issuers.
    pub issuer: usize,
    /// Whether the result may be cached for the same question.
    pub cacheable: bool,
}

/// The expectations of the caller of `verify`, as it wrote them.
struct Expectations(Json);

/// Verifies a token. `expected` is the JSON text of the expectations, or empty. `last` means that
/// another search for keys would find no more.
///
/// # Errors
/// Those of [`UntrustedJws::read`], of the kind's claims, and `OIDC_EXPECTED_INVALID`,
/// `OIDC_KEY_NOT_FOUND`, `OIDC_SIGNATURE_INVALID`, `OIDC_ALG_UNSUPPORTED`,
/// `OIDC_INSECURE_CONTEXT`, `OIDC_TOKEN_AGE_EXCEEDED`, `OIDC_TENANT_FORBIDDEN`.
pub fn check(
    verifier: &VerifierConfig,
    loaded: &[Option<LoadedKeys>],
    token: &str,
    expected: &str,
    last: bool,
    now: UnixTime,
    host: Host<'_>,
) -> Result<Progress, Error> {
    let asked = Expectations::read(expected, verifier.kind)?;
    let jws = read(verifier, token)?;
    let issuer = issuer_of(verifier, &jws)?;
    let Some(loaded) = loaded.get(issuer).and_then(Option::as_ref) else {
        return Ok(Progress::KeysMissing { issuer });
    };
    let announced =
        loaded.issuer_keys.announced.as_ref().filter(|_| verifier.kind == TokenKind::IdToken);
    if announced.is_some_and(|names| !verifier.restricts_algs() && !has_word(names, jws.alg().name))
    {
        return Err(Code::AlgForbidden.into());
    }
    // Pinned keys are complete: nothing is fetched.
    let last = last || verifier.pinned.is_some();
    let verdicts = ask(verifier, issuer, loaded, &jws, now, host.verify)?;
    match verdicts.good {
        Some(until) => {
            let asked = (&asked, host.digests);
            check_hashable(asked, jws.alg().hash)?;
            check_claims(verifier, issuer, jws, asked, until, now).map(Progress::Verified)
        }
        None if verdicts.asked => Ok(Progress::SignaturePending),
        None if !last && !verdicts.tried => Ok(Progress::KeysMissing { issuer }),
        None if !last && !loaded.issuer_keys.is_named(&jws) => Ok(Progress::KeysMissing { issuer }),
        None if verdicts.tried => Err(Code::SignatureInvalid.into()),
        None => Err(Code::KeyNotFound.into()),
    }
}

/// Whether the host has the hash functions for the token's hash claims.
fn check_hashable((asked, digests): (&Expectations, &[u8]), hash: Hash) -> Result<(), Error> {
    for text in ["accessToken", "code"].iter().filter_map(|name| asked.text(name)) {
        asked.half(digests, hash, text).ok_or(Code::AlgUnsupported)?;
    }
    Ok(())
}

/// The verdicts on the keys that may have signed a token.
#[derive(Default)]
struct Verdicts {
    /// Until when the signing key is valid.
    good: Option<UnixTime>,
    /// Whether a verdict is missing.
    asked: bool,
    /// Whether there was a key to try.
    tried: bool,
}

fn ask(
    verifier: &VerifierConfig,
    issuer: usize,
    LoadedKeys { issuer_keys, first }: &LoadedKeys,
    jws: &UntrustedJws,
    now: UnixTime,
    verify: SignatureHost<'_>,
) -> Result<Verdicts, Error> {
    let mut verdicts = Verdicts::default();
    for (place, held) in issuer_keys.candidates(jws) {
        let until = issuer_keys.valid_until(held, verifier.key_grace);
        if until <= now || !is_of(&held.key, verifier, issuer, jws) {
            continue;
        }
        verdicts.tried = true;
        if !held.key.could_have_signed(jws.alg(), jws.signature()) {
            continue;
        }
        let question = signature_check::id(first.saturating_add(place), jws.alg());
        match verify(question, jws.input(), jws.signature()) {
            Some(Verdict::Valid) => {
                verdicts.good = Some(until);
                break;
            }
            Some(Verdict::Invalid) => {}
            Some(Verdict::Unsupported) => return Err(Code::AlgUnsupported.into()),
            Some(Verdict::Unavailable) => return Err(Code::InsecureContext.into()),
            None => verdicts.asked = true,
        }
    }
    Ok(verdicts)
}

/// Whether the key belongs to the issuer of this token: some sets serve several tenants and mark
/// the tenant of a key.
fn is_of(key: &Jwk, verifier: &VerifierConfig, issuer: usize, jws: &UntrustedJws) -> bool {
    let Some(owner) = &key.issuer else { return true };
    let (iss, tid) = (jws.unverified_member("iss"), jws.unverified_member("tid"));
    let is_shared_by_tenants = verifier.issuers.get(issuer) == Some(owner);
    is_shared_by_tenants || config::is_issuer(owner, iss.unwrap_or_default(), tid)
}

/// Reads a token that these settings allow.
///
/// # Errors
/// Those of [`UntrustedJws::read`].
pub fn read(verifier: &VerifierConfig, token: &str) -> Result<UntrustedJws, Error> {
    let is_typ = |typ: Option<&str>| match verifier.kind {
        TokenKind::AccessToken => access_token::allows_typ(verifier.profile, typ),
        TokenKind::IdToken => id_token::allows_typ(typ),
        TokenKind::LogoutToken => logout_token::allows_typ(typ),
        TokenKind::Introspection => introspection::allows_typ(typ),
        TokenKind::Userinfo => id_token::allows_typ(typ),
    };
    UntrustedJws::read(token, &|alg| verifier.allows_alg(alg.name), &is_typ)
}

/// With several issuers, the claim selects the settings before the signature is verified. A single
/// issuer is checked with the other claims, after the signature.
fn issuer_of(verifier: &VerifierConfig, jws: &UntrustedJws) -> Result<usize, Error> {
    if verifier.issuers.len() == 1 {
        return Ok(0);
    }
    let iss = jws.unverified_member("iss").ok_or(registered_claims::invalid(At::Iss))?;
    verifier.issuer_of(iss, jws.unverified_member("tid"))
}

fn check_claims(
    verifier: &VerifierConfig,
    issuer: usize,
    jws: UntrustedJws,
    (asked, digests): (&Expectations, &[u8]),
    key_until: UnixTime,
    now: UnixTime,
) -> Result<Verified, Error> {
    let claims = jws.verified();
    let iss = registered_claims::text(claims.json(), At::Iss)?
        .ok_or(registered_claims::invalid(At::Iss))?;
    // An exact issuer, or a template with the verified tenant: the checks then compare the
    // resulting text.
    let tid = claims.member("tid").and_then(Json::text);
    if verifier.issuer_of(iss, tid)? != issuer {
        return Err(Code::IssuerMismatch.into());
    }
    let iss = iss.to_owned();
    let (tolerance, max_age) = (verifier.tolerance, asked.max_age());
    let acr_values = asked.acr_values();
    let claims = match verifier.kind {
        TokenKind::AccessToken => {
            let expected = access_token::Expected {
                issuer: &iss,
                audiences: verifier.audiences(),
                profile: verifier.profile,
                tolerance,
                max_age,
                acr_values: &acr_values,
                proven: None,
            };
            access_token::check(&claims, &expected, now)?;
            claims
        }
        TokenKind::LogoutToken => {
            let audiences = verifier.audiences();
            let expected = logout_token::Expected { issuer: &iss, audiences, tolerance };
            logout_token::check(&claims, &expected, now)?;
            claims
        }
        // The caller checks the other claims of these kinds.
        TokenKind::Introspection | TokenKind::Userinfo => {
            let members = claims.json();
            access_token::check_aud(members, verifier.audiences())?;
            if members.member("exp").is_some() {
                registered_claims::check_exp(members, tolerance, now)?;
            }
            registered_claims::check_nbf(members, tolerance, now)?;
            registered_claims::check_iat(members, tolerance, now)?;
            claims
        }
        TokenKind::IdToken => {
            let client_id = client_of(verifier, &claims);
            let expected = id_token::Expected {
                issuer: &iss,
                client_id: &client_id,
                trusted: verifier.trusted_audiences(),
                nonce: asked.nonce(),
                access_token: asked.text("accessToken"),
                code: asked.text("code"),
                half: &|hash, text| asked.half(digests, hash, text).unwrap_or_default(),
                requires_hashes: asked.requires_hashes(),
                max_age,
                acr_values: &acr_values,
                tolerance,
                max_token_age: verifier.max_token_age,
            };
            id_token::check(claims, &expected, now)?.claims
        }
    };
    let time = |name| registered_claims::time(claims.json(), name).ok().flatten();
    let exp = time(At::Exp).unwrap_or(now);
    // A token without a limited lifetime could never expire.
    if exp > now.plus(verifier.max_token_age).plus(tolerance) {
        return Err(Error::at(Code::TokenAgeExceeded, At::Exp));
    }
    let begin = time(At::Nbf).max(time(At::Iat)).unwrap_or(UnixTime(0));
    let cacheable = asked.is_cacheable() && claims.member("cnf").is_none();
    let from = UnixTime(begin.0.saturating_sub(tolerance));
    let until = exp.plus(tolerance).min(key_until);
    Ok(Verified { claims, from, until, issuer, cacheable })
}

/// The client that the token is for: the first of ours in `aud`, else our first.
fn client_of(verifier: &VerifierConfig, claims: &VerifiedClaims) -> String {
    let names =
        |id: &&str| claims.member("aud").is_some_and(|aud| aud.text() == Some(*id) || aud.has(id));
    let all = verifier.audiences();
    let list = all.list().unwrap_or(core::slice::from_ref(all));
    let mut ids = list.iter().filter_map(Json::text);
    let first = ids.clone().next().unwrap_or_default();
    ids.find(names).unwrap_or(first).to_owned()
}

impl Expectations {
    fn read(text: &str, kind: TokenKind) -> Result<Self, Error> {
        let json = if text.is_empty() {
            Json::Null
        } else {
            json::read_object(text.as_bytes()).map_err(|_| Code::ExpectedInvalid)?
        };
        let invalid = |name| Error::at(Code::ExpectedInvalid, name);
        if !matches!(json, Json::Null) {
            settings::check(&json, VERIFY_OPTIONS).map_err(invalid)?;
        }
        let nonce = json.member("nonce");
        let is_nonce = matches!(nonce, Some(Json::Null | Json::Text(_)));
        // A caller that forgets the nonce would accept the ID token of another user.
        if is_nonce != (kind == TokenKind::IdToken)
            && (nonce.is_some() || kind == TokenKind::IdToken)
        {
            return Err(invalid(At::Nonce));
        }
        let asked = Self(json);
        // `requireHashes` without an access token or a code would give a false sense of safety.
        let has_hashable = asked.text("accessToken").or(asked.text("code")).is_some();
        if asked.requires_hashes() && !has_hashable {
            return Err(invalid(At::RequireHashes));
        }
        Ok(asked)
    }

    /// The left half of a text's hash as base64url. `None` if the host lacks the hash function.
    fn half(&self, digests: &[u8], hash: Hash, text: &str) -> Option<String> {
        let (access_token, code) = digests.split_at_checked(digests.len() / 2)?;
        let is_access_token = self.text("accessToken") == Some(text);
        hash.pick(if is_access_token { access_token } else { code }).map(hash::left_half)
    }

    fn requires_hashes(&self) -> bool {
        self.0.member("requireHashes").and_then(Json::bool) == Some(true)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.member(name)?.text()
    }

    fn nonce(&self) -> Nonce<'_> {
        match self.text("nonce") {
            None => Nonce::None,
            Some("any") => Nonce::Any,
            Some(sent) => Nonce::Sent(sent),
        }
    }

    fn max_age(&self) -> Option<u64> {
        self.0.member("maxAge")?.seconds()
    }

    fn acr_values(&self) -> String {
        self.0.member("acrValues").map(Json::joined).unwrap_or_default()
    }

    fn is_cacheable(&self) -> bool {
        ["accessToken", "code", "maxAge"].iter().all(|name| self.0.member(name).is_none())
    }
}

redact_debug! { Progress, Verified }
