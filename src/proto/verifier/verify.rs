//! Verifies one token: form, key, signature, claims, in the fixed order of checks.
//!
//! No function here waits. If the host verifies signatures synchronously, one call does everything.
//! Otherwise the first call returns the questions, and a second call takes the token again with the
//! host's verdicts.

use super::config::{TokenKind, VerifierConfig};
use super::expectations::Expectations;
use super::issuer_keys::{IssuerKeys, KeyFilter};
use super::signature_check;
use crate::proto::effect::{UnixTime, Verdict};
use crate::proto::error::{At, Code, Error};
use crate::proto::jose::claims::VerifiedClaims;
use crate::proto::jose::hash::Hash;
use crate::proto::jose::jws::UntrustedJws;
use crate::proto::oidc::{access_token, id_token, introspection, logout_token, registered_claims};
use crate::proto::provider::issuer::tenant_in;
use crate::proto::text::has_word;
use crate::proto::text::json::Json;
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
    /// [`digests`](crate::proto::jose::hash::digests) writes them; empty if neither is expected.
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

/// A token and the circumstances of its verification.
pub struct TokenToVerify<'a> {
    /// The token.
    pub token: &'a str,
    /// The JSON text of the expectations, or empty.
    pub expected: &'a str,
    /// Whether another search for keys would find no more.
    pub is_search_final: bool,
    /// The current time.
    pub now: UnixTime,
}

/// Verifies a token.
///
/// # Errors
/// Those of [`UntrustedJws::read`], of the kind's claims, and `OIDC_EXPECTED_INVALID`,
/// `OIDC_KEY_NOT_FOUND`, `OIDC_SIGNATURE_INVALID`, `OIDC_ALG_UNSUPPORTED`,
/// `OIDC_INSECURE_CONTEXT`, `OIDC_TOKEN_AGE_EXCEEDED`, `OIDC_TENANT_FORBIDDEN`.
pub fn check(
    verifier: &VerifierConfig,
    loaded: &[Option<LoadedKeys>],
    input: &TokenToVerify<'_>,
    host: Host<'_>,
) -> Result<Progress, Error> {
    let expectations = Expectations::read(input.expected, verifier.kind)?;
    let jws = read(verifier, input.token)?;
    let issuer = issuer_of(verifier, &jws)?;
    // With several issuers, `read` accepted a type that one of them has.
    let is_access_token = verifier.kind == TokenKind::AccessToken;
    if is_access_token && !access_token::allows_typ(verifier.profile(issuer), jws.typ()) {
        return Err(Code::TypForbidden.into());
    }
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
    let is_search_final = input.is_search_final || verifier.pinned.is_some();
    let check = Check { verifier, issuer, expectations, digests: host.digests, now: input.now };
    let name = verifier.issuers.get(issuer).map(String::as_str).unwrap_or_default();
    let filter = KeyFilter { issuer: name, grace: verifier.key_grace(issuer), now: input.now };
    let verdicts = ask_host(loaded, &jws, filter, host.verify)?;
    let named = loaded.issuer_keys.find_named(&jws, filter);
    match verdicts.key_valid_until {
        Some(until) => {
            check.check_hashable(jws.alg().hash)?;
            check.check_claims(jws, &loaded.issuer_keys, until).map(Progress::Verified)
        }
        None if verdicts.is_pending => Ok(Progress::SignaturePending),
        None if named.is_some_and(|key| key.is_on_other_curve(jws.alg())) => {
            Err(Code::AlgUnsupported.into())
        }
        None if !is_search_final && (!verdicts.has_candidate || named.is_none()) => {
            Ok(Progress::KeysMissing { issuer })
        }
        None if verdicts.has_candidate => Err(Code::SignatureInvalid.into()),
        None => Err(Code::KeyNotFound.into()),
    }
}

/// The verification of one token whose issuer is known. `issuer` is the position among the
/// verifier's issuers; `digests` are those of [`Host`].
struct Check<'a> {
    verifier: &'a VerifierConfig,
    issuer: usize,
    expectations: Expectations,
    digests: &'a [u8],
    now: UnixTime,
}

/// The verdicts on the keys that may have signed a token.
#[derive(Default)]
struct Verdicts {
    /// Until when the signing key is valid; `None` while no key has verified the signature.
    key_valid_until: Option<UnixTime>,
    /// Whether a verdict is missing.
    is_pending: bool,
    /// Whether there was a key to try.
    has_candidate: bool,
}

/// Asks the host about the signature, with every key that may have made it.
fn ask_host(
    LoadedKeys { issuer_keys, first }: &LoadedKeys,
    jws: &UntrustedJws,
    filter: KeyFilter<'_>,
    verify: SignatureHost<'_>,
) -> Result<Verdicts, Error> {
    let mut verdicts = Verdicts::default();
    for (position, candidate) in issuer_keys.candidates(jws, filter) {
        verdicts.has_candidate = true;
        if !candidate.key.could_have_signed(jws.alg(), jws.signature()) {
            continue;
        }
        let question = signature_check::id(first.saturating_add(position), jws.alg());
        match verify(question, jws.input(), jws.signature()) {
            Some(Verdict::Valid) => {
                verdicts.key_valid_until = Some(issuer_keys.valid_until(candidate, filter.grace));
                break;
            }
            Some(Verdict::Invalid) => {}
            Some(Verdict::Unsupported) => return Err(Code::AlgUnsupported.into()),
            Some(Verdict::Unavailable) => return Err(Code::InsecureContext.into()),
            None => verdicts.is_pending = true,
        }
    }
    Ok(verdicts)
}

/// Reads a token that these settings allow.
///
/// # Errors
/// Those of [`UntrustedJws::read`].
pub fn read(verifier: &VerifierConfig, token: &str) -> Result<UntrustedJws, Error> {
    let is_typ = |typ: Option<&str>| match verifier.kind {
        TokenKind::AccessToken => verifier.allows_typ(typ),
        TokenKind::IdToken | TokenKind::IdTokenHint => id_token::allows_typ(typ),
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

impl Check<'_> {
    /// Whether the host has the hash functions for the token's hash claims.
    fn check_hashable(&self, hash: Hash) -> Result<(), Error> {
        let expectations = &self.expectations;
        for text in ["accessToken", "code"].iter().filter_map(|name| expectations.text(name)) {
            expectations.left_half(self.digests, hash, text).ok_or(Code::AlgUnsupported)?;
        }
        Ok(())
    }

    /// Checks the claims after the signature: those of the token's kind, then its lifetime.
    fn check_claims(
        &self,
        jws: UntrustedJws,
        keys: &IssuerKeys,
        key_valid_until: UnixTime,
    ) -> Result<Verified, Error> {
        let claims = jws.verified();
        let iss = self.check_issuer(&claims, keys)?.to_owned();
        self.verifier.check_required_claims(self.issuer, claims.json())?;
        let claims = self.check_kind(&iss, keys, claims)?;
        let (tolerance, max_token_age) = (self.verifier.tolerance, self.verifier.max_token_age);
        let time = |name| registered_claims::time(claims.json(), name).ok().flatten();
        let exp = time(At::Exp).unwrap_or(self.now);
        // A token without a limited lifetime could never expire.
        if exp > self.now.plus(max_token_age).plus(tolerance) {
            return Err(Error::at(Code::TokenAgeExceeded, At::Exp));
        }
        let begin = time(At::Nbf).max(time(At::Iat)).unwrap_or(UnixTime(0));
        let cacheable = self.expectations.is_cacheable()
            && claims.member("cnf").is_none()
            && self.verifier.kind != TokenKind::IdTokenHint;
        let from = UnixTime(begin.0.saturating_sub(tolerance));
        let until = exp.plus(tolerance).min(key_valid_until);
        Ok(Verified { claims, from, until, issuer: self.issuer, cacheable })
    }

    /// `iss` of verified claims: an exact issuer, a template with the verified tenant, or, if the
    /// settings trust it, the issuer that the metadata announces for access tokens. The other checks
    /// then compare the resulting text.
    fn check_issuer<'a>(
        &self,
        claims: &'a VerifiedClaims,
        keys: &IssuerKeys,
    ) -> Result<&'a str, Error> {
        let iss = registered_claims::text(claims.json(), At::Iss)?
            .ok_or(registered_claims::invalid(At::Iss))?;
        // The hint for a guest names the user's own tenant in `tid`, and in `iss` the one that signs in.
        let tid = match self.verifier.kind {
            TokenKind::IdTokenHint => tenant_in(self.verifier.issuer(self.issuer), iss),
            _ => claims.member("tid").and_then(Json::text),
        };
        let is_announced = self.verifier.trusts_announced_issuer(self.issuer)
            && keys.access_token_issuer == iss
            && !iss.is_empty();
        if is_announced {
            self.verifier.check_tenant(self.issuer, tid)?;
        } else if self.verifier.issuer_of(iss, tid)? != self.issuer {
            return Err(Code::IssuerMismatch.into());
        }
        let takes_announced = self.verifier.trusts_announced_issuer(self.issuer);
        // The type `at+jwt` of the other profile tells the kind, too.
        let is_plain = self.verifier.profile(self.issuer) == access_token::Profile::Jwt;
        if takes_announced && is_plain && self.has_issuer_of_id_tokens(keys, iss) {
            return Err(Code::AccessTokenExpected.into());
        }
        Ok(iss)
    }

    /// Whether `iss` is that of ID tokens alone, because the metadata announce another one for access
    /// tokens, as at AD FS.
    fn has_issuer_of_id_tokens(&self, keys: &IssuerKeys, iss: &str) -> bool {
        let announced = &*keys.access_token_issuer;
        !announced.is_empty() && announced != iss && iss == self.verifier.issuer(self.issuer)
    }

    fn check_kind(
        &self,
        iss: &str,
        keys: &IssuerKeys,
        claims: VerifiedClaims,
    ) -> Result<VerifiedClaims, Error> {
        let (verifier, now) = (self.verifier, self.now);
        match verifier.kind {
            TokenKind::AccessToken => {
                let expected = access_token::Expected {
                    issuer: iss,
                    audiences: verifier.audiences(),
                    profile: verifier.profile(self.issuer),
                    tolerance: verifier.tolerance,
                    max_age: self.expectations.max_age(),
                    acr_values: &self.expectations.acr_values(),
                    proven: None,
                    authorized_parties: verifier.authorized_parties(),
                };
                access_token::check(&claims, &expected, now)?;
            }
            TokenKind::LogoutToken => {
                let (audiences, tolerance) = (verifier.audiences(), verifier.tolerance);
                let expected = logout_token::Expected { issuer: iss, audiences, tolerance };
                logout_token::check(&claims, &expected, now)?;
            }
            TokenKind::Introspection | TokenKind::Userinfo => {
                check_signed_answer(verifier, claims.json(), now)?;
            }
            TokenKind::IdTokenHint => {
                let (json, tolerance) = (claims.json(), verifier.tolerance);
                access_token::check_aud(json, verifier.audiences())?;
                id_token::check_hint(json, verifier.audiences())?;
                registered_claims::check_nbf(json, tolerance, now)?;
                registered_claims::check_iat(json, tolerance, now)?;
            }
            TokenKind::IdToken => return self.check_id_token(iss, keys, claims),
        }
        Ok(claims)
    }

    fn check_id_token(
        &self,
        iss: &str,
        keys: &IssuerKeys,
        claims: VerifiedClaims,
    ) -> Result<VerifiedClaims, Error> {
        let (verifier, expectations) = (self.verifier, &self.expectations);
        let expected = id_token::Expected {
            issuer: iss,
            client_id: &client_of(verifier, &claims),
            trusted: verifier.trusted_audiences(self.issuer),
            authorized_parties: verifier.authorized_parties(),
            requires_azp: true,
            scope_tells_kind: !self.has_issuer_of_id_tokens(keys, iss),
            nonce: expectations.nonce(),
            access_token: expectations.text("accessToken"),
            code: expectations.text("code"),
            left_half: &|hash, text| {
                expectations.left_half(self.digests, hash, text).unwrap_or_default()
            },
            requires_hashes: expectations.requires_hashes(),
            max_age: expectations.max_age(),
            acr_values: &expectations.acr_values(),
            tolerance: verifier.tolerance,
            max_token_age: verifier.max_token_age,
        };
        Ok(id_token::check(claims, &expected, self.now)?.claims)
    }
}

/// Checks the audience and the times of a signed introspection or UserInfo response. The caller
/// checks the other claims.
fn check_signed_answer(
    verifier: &VerifierConfig,
    members: &Json,
    now: UnixTime,
) -> Result<(), Error> {
    access_token::check_aud(members, verifier.audiences())?;
    if members.member("exp").is_some() {
        registered_claims::check_exp(members, verifier.tolerance, now)?;
    }
    registered_claims::check_nbf(members, verifier.tolerance, now)?;
    registered_claims::check_iat(members, verifier.tolerance, now)?;
    Ok(())
}

/// The client that the token is for: the first configured one in `aud`, otherwise the first
/// configured one.
fn client_of(verifier: &VerifierConfig, claims: &VerifiedClaims) -> String {
    let is_in_aud =
        |id: &&str| claims.member("aud").is_some_and(|aud| aud.text() == Some(*id) || aud.has(id));
    let all = verifier.audiences();
    let list = all.list().unwrap_or(core::slice::from_ref(all));
    let mut ids = list.iter().filter_map(Json::text);
    let first = ids.clone().next().unwrap_or_default();
    ids.find(is_in_aud).unwrap_or(first).to_owned()
}

redact_debug! { Progress, Verified }
