/** Refreshes the keys of a verifier's issuers, before they are needed and when a key is dropped. */

import { withTimeout } from '../shared/abort.js'
import type { Platform } from '../shared/platform.js'
import { isSearching, makeKeySearch, setText, type FindKeys } from './issuer-keys.js'
import type { SignatureChecks } from './signatures.js'
import type { VerifierState } from './state.js'
import type { VerifierConfig } from './types.js'

export type WaitUntil = Platform['waitUntil']

/** How long a request waits for newer keys while the ones that it has are still valid. */
const KEY_REFRESH_TIMEOUT_MS = 1000

/** Refreshes keys. `issuer` is the index of an issuer in the settings. */
export interface KeyRefresh {
  isDue(issuer: number): boolean
  /**
   * Refreshes keys if they are due: after the response if `waitUntil` is given, otherwise before it. If isolates share
   * the keys, always before it: another isolate may have dropped one.
   */
  ifDue(issuer: number, waitUntil: WaitUntil): Promise<void>
  /** Finds the keys of an issuer. */
  now: FindKeys
  /** Drops a key of one issuer: here, and in the shared cache. */
  drop(issuer: number, kid: string): Promise<void>
}

/** Makes the key refresh of a verifier. */
export function makeKeyRefresh(
  { core }: SignatureChecks,
  state: VerifierState,
  log: VerifierConfig['log'],
): KeyRefresh {
  const { settings, issuerKeys, now } = state
  const find = makeKeySearch(core, state, log)
  const isDue = (issuer: number) => {
    const { text, freshUntil } = issuerKeys[issuer]!
    return !settings.jwks && !!text && now() >= freshUntil
  }
  return {
    isDue,
    async ifDue(issuer, waitUntil) {
      if (!isDue(issuer) || (isSearching(issuerKeys[issuer]!) && !settings.keys)) return
      // If it fails, the core decides whether the keys are still valid.
      const refresh = find(issuer).catch(() => {})
      waitUntil?.(refresh)
      if (settings.keys || !waitUntil) await withTimeout(KEY_REFRESH_TIMEOUT_MS, refresh, undefined)
    },
    now: find,
    async drop(issuer, kid) {
      if (!settings.jwks) return void (await find(issuer, '', kid))
      // For pinned keys, the text lists the dropped ones.
      const jwks = issuerKeys[issuer]!
      const dropped: string[] = jwks.text ? JSON.parse(jwks.text) : []
      setText(jwks, JSON.stringify([...dropped.filter((known) => known !== kid), kid]))
    },
  }
}
