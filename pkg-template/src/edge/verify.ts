/**
 * Verification of tokens: the token cache first, then the core, with newer keys when a token needs them. The core
 * decides (`src/proto/verifier/verify.rs`); this file performs what the core asks for and calls it again.
 */

import { optionsText } from './input.js'
import { tokenHashes, tokenHashesSync, type TokenHashes } from './token-hashes.js'
import type { Refused, Results } from '../core/edge.js'
import type { SignatureChecks } from './signatures.js'
import { explain } from '../shared/verifier-detail.js'
import { errorOf, OidcError, type Failure } from '../shared/error.js'
import { invalidSetting } from '../shared/settings.js'
import { deepFreeze } from '../shared/freeze.js'
import { makeKeyRefresh, type WaitUntil } from './key-refresh.js'
import type { CachedToken } from './token-cache.js'
import { claimOnce } from './replay.js'
import { makeVerifierCore, type VerifierCore, type VerifyInput } from './instance.js'
import type { VerifierState } from './state.js'
import type { Expected, VerifiedClaims, VerifierConfig } from './types.js'

/** The members of {@link Expected}. */
const EXPECTED = 'nonce accessToken code requireHashes maxAge acrValues'

/** How often the core is called for one token at most: keys may change and settings be evicted between two calls. */
const MAX_CORE_CALLS = 10

type VerifiedResult = Extract<Results['verify'], { kind: 'verified' }>
type ReplayResult = { kind: 'replayKey'; key: string; seconds: number } | Refused

/** Verifies tokens for one verifier. Every method rejects with an `OidcError`. */
export interface Verification {
  /**
   * Verifies a token. Returns the claims of a cached one without a promise; throws or rejects otherwise.
   * `waitUntil` lets a refresh of the keys continue after the response.
   */
  verify(
    token: string,
    expected: Expected | undefined,
    waitUntil: WaitUntil,
  ): VerifiedClaims | Promise<VerifiedClaims>
  /** Verifies the token of a request, about which the caller expects nothing; an ID token with any `nonce`. */
  verifyForGuard(token: string, waitUntil: WaitUntil): Promise<VerifiedClaims>
  /** Verifies a token synchronously. Throws `OIDC_NOT_READY` before `ready`, or if the runtime cannot. */
  verifySync(token: string, expected: Expected | undefined): VerifiedClaims
  /** Loads the module, and the keys that are missing or old. */
  ready(): Promise<void>
  /** Drops a key of every issuer: here, and in the shared cache. */
  drop(kid: string): Promise<void>
  readonly call: VerifierCore['call']
  readonly state: VerifierState
}

/** Makes the verification of tokens for one verifier. */
export function makeVerification(
  signatures: SignatureChecks,
  state: VerifierState,
  log: VerifierConfig['log'],
): Verification {
  const module = signatures.core
  const core = makeVerifierCore(signatures, state)
  const refresh = makeKeyRefresh(signatures, state, log)
  const { backend, issuerKeys, settings, tokenCache } = state
  // The ID token of a request was issued to the client that sends it, and answers that client's nonce.
  const guardExpects = settings.kind === 'id_token' ? '{"nonce":"any"}' : ''

  /** The error of a refused token. The core has read it. */
  const refusalOf = (failure: Failure, token: string) =>
    errorOf(
      explain(failure, settings, (claim) => {
        const payload = atob(token.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'))
        return JSON.parse(new TextDecoder().decode(Uint8Array.from(payload, (letter) => letter.charCodeAt(0))))[claim]
      }),
    )

  const issuerOf = ({ jwks }: CachedToken) => issuerKeys.indexOf(jwks)

  /** The claims of a token that was verified before, unless its keys need a refresh. */
  function cachedClaims(token: string, expectedText: string): VerifiedClaims | undefined {
    const cached = tokenCache.get(token, expectedText)
    return cached && !refresh.isDue(issuerOf(cached)) ? cached.claims : undefined
  }

  /** Adds a token to the cache at once after the keys that are there have verified it. Returns its claims. */
  function addToCache(token: string, expectedText: string, result: VerifiedResult): VerifiedClaims {
    const claims = deepFreeze(result.claims) as VerifiedClaims
    const { validFrom: from, validUntil: until } = result
    const jwks = issuerKeys[result.issuer]!
    // With a replay store, a second use of a token must reach the store.
    if (result.isCacheable && !settings.replay) {
      tokenCache.set(token, expectedText, { claims, from, until, jwks, version: jwks.version })
    }
    return claims
  }

  async function verifyAsync(
    token: string,
    expectedText: string,
    expected: Expected | undefined,
    waitUntil: WaitUntil,
  ): Promise<VerifiedClaims> {
    const cached = tokenCache.get(token, expectedText)
    if (cached) {
      await refresh.ifDue(issuerOf(cached), waitUntil)
      const still = tokenCache.get(token, expectedText)
      if (still) return still.claims
    }
    await core.prepare()
    const inner = await decrypted(token, settings)
    const hashes = await tokenHashes(backend, expected)
    const claims = await verifyInCore(token, inner, expectedText, hashes, waitUntil)
    if (settings.replay) {
      const result = await core.call<ReplayResult>('replayKeyOf', JSON.stringify(claims), state.now())
      if (result.kind === 'error') throw errorOf(result.failure)
      await claimOnce(settings.replay, result.key, result.seconds, backend)
    }
    return claims
  }

  /** Calls the core until the token is verified or refused. `inner` is the signed token that it checks. */
  async function verifyInCore(
    token: string,
    inner: string,
    expectedText: string,
    hashes: TokenHashes,
    waitUntil: WaitUntil,
  ): Promise<VerifiedClaims> {
    let verdicts = ''
    let isComplete = false
    for (let calls = 0; calls < MAX_CORE_CALLS; calls += 1) {
      const [result, pending] = core.verify(await module.get(), [inner, expectedText, verdicts, hashes, isComplete])
      switch (result.kind) {
        case 'verified': {
          const jwks = issuerKeys[result.issuer]!
          const { version } = jwks
          await refresh.ifDue(result.issuer, waitUntil)
          // With newer keys the token is verified again.
          if (jwks.version === version) return addToCache(token, expectedText, result)
          break
        }
        case 'signaturePending':
          verdicts += ` ${await pending!()}`
          break
        case 'keysMissing':
          isComplete = await refresh.now(result.issuer, inner)
          break
        case 'unknownHandle':
          state.instance = undefined
          break
        case 'error':
          throw refusalOf(result.failure, inner)
      }
    }
    throw new OidcError('OIDC_INTERNAL', 'verify')
  }

  return {
    state,
    call: core.call,
    verify(token, expected, waitUntil) {
      const expectedText = expectedTextOf(token, expected)
      // The usual case: the token was verified before, and no refresh of its keys is due.
      return cachedClaims(token, expectedText) ?? verifyAsync(token, expectedText, expected, waitUntil)
    },
    verifyForGuard: (token, waitUntil) => verifyAsync(token, guardExpects, undefined, waitUntil),
    verifySync(token, expected) {
      const expectedText = expectedTextOf(token, expected)
      // A replay store and a decryption answer with a promise.
      for (const at of ['replay', 'decryptionKeys'] as const) {
        if (settings[at]) throw invalidSetting(at, 'needs verify')
      }
      const instance = module.current()
      if (instance && state.instance) core.sync(instance)
      const cached = cachedClaims(token, expectedText)
      if (cached) return cached
      issuerKeys.forEach((_, issuer) => {
        // The refresh runs after this call, which cannot wait for it.
        if (refresh.isDue(issuer)) void refresh.now(issuer).catch(() => {})
      })
      const hasKeys = state.hasDroppedKey || issuerKeys.some(({ keyCount }) => keyCount)
      if (!instance || !backend || !hasKeys) throw new OidcError('OIDC_NOT_READY')
      const input: VerifyInput = [token, expectedText, '', tokenHashesSync(backend, expected), true]
      let [result] = core.verify(instance, input)
      if (result.kind === 'unknownHandle') {
        state.instance = undefined
        ;[result] = core.verify(instance, input)
      }
      if (result.kind === 'error') throw refusalOf(result.failure, token)
      if (result.kind !== 'verified') throw new OidcError('OIDC_NOT_READY')
      return addToCache(token, expectedText, result)
    },
    async ready() {
      await core.prepare()
      core.sync(await module.get())
      // Pinned keys are complete, even if there are none.
      const isNeeded = (issuer: number) => !settings.jwks && (!issuerKeys[issuer]!.keyCount || refresh.isDue(issuer))
      await Promise.all(issuerKeys.map((_, issuer) => isNeeded(issuer) && refresh.now(issuer)))
      core.sync(await module.get())
    },
    async drop(kid) {
      state.hasDroppedKey = true
      await Promise.all(issuerKeys.map((_, issuer) => refresh.drop(issuer, kid)))
      core.sync(await module.get())
    },
  }
}

/** The signed token inside an encrypted one, if the settings say that tokens are encrypted. */
async function decrypted(token: string, { decryptionKeys }: VerifierConfig): Promise<string> {
  if (!decryptionKeys) return token
  try {
    return await decryptionKeys(token)
  } catch (error) {
    throw OidcError.is(error) ? error : new OidcError('OIDC_DECRYPT_FAILED', '', error)
  }
}

/** The expectations as JSON text; empty if there are none. Throws for a token that is not a text. */
function expectedTextOf(token: unknown, expected: Expected | undefined): string {
  if (typeof token !== 'string') throw new OidcError('OIDC_TOKEN_MALFORMED')
  return optionsText(expected, EXPECTED)
}
