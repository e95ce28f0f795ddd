/**
 * The references of pending attempts. A reference is a sealed text that the app's page carries, so that the server stores
 * nothing and its length is not limited. A cookie binds it to the browser in which the attempt began, so that an attacker
 * cannot have another person complete an attempt. Each attempt has a cookie of its own, so that two tabs do not disturb each other.
 */

import { attempt } from '../shared/attempt.js'
import { OidcError } from '../shared/error.js'
import type { ReplayStore } from '../adapters/ports.js'
import { claimOnce } from '../edge/replay.js'
import { cookieHeader, deletionHeader, readCookies, valueOf, type CookieBase } from '../host/server/cookies.js'
import { randomId, type Sealer } from '../host/server/seal.js'

const REFERENCE_PATTERN = /^([\w-]{22})~(.+)$/

/** A reference, and the `Set-Cookie` header that belongs to it. */
export interface Issued {
  /** The id of the attempt, 22 characters. */
  readonly id: string
  readonly reference: string
  readonly cookie: string
}

/** An opened reference. */
export interface Opened<T> {
  readonly id: string
  readonly attempt: T
  /** The `Set-Cookie` header that ends it. */
  readonly deletion: string
  /** Lets the attempt be completed once. Rejects with `OIDC_ATTEMPT_UNKNOWN`, or `OIDC_REPLAY_UNAVAILABLE`. */
  claim(): Promise<void>
}

/** The references of one external method. */
export interface PendingAttempts<T> {
  issue(attempt: T): Promise<Issued>
  /** Rejects with `OIDC_ATTEMPT_UNKNOWN`. */
  open(request: Request, reference: string): Promise<Opened<T>>
}

/** Makes references. An attempt is a value of JSON, which the core ends after `keptSeconds`. */
export function makePendingAttempts<T>(
  sealer: Sealer,
  base: CookieBase,
  replay: ReplayStore,
  keptSeconds: number,
): PendingAttempts<T> {
  const nameOf = (id: string) => `${base.name}-${id}`
  // Sessions with the same secret seal other things under the names of their cookies.
  const purposeOf = (id: string) => `eam ${nameOf(id)}`

  return {
    async issue(attempt) {
      const [id, mark] = [randomId(), randomId()]
      const sealed = await sealer.seal('pending', purposeOf(id), JSON.stringify([mark, attempt]))
      const attributes = { sameSite: 'Lax', maxAge: keptSeconds } as const
      return { id, reference: `${id}~${sealed}`, cookie: cookieHeader(base, nameOf(id), mark, attributes) }
    },
    async open(request, reference) {
      const [, id, sealed] = REFERENCE_PATTERN.exec(reference) ?? []
      if (!id || !sealed) throw unknown('no reference of an attempt')
      const opened = await sealer.open('pending', purposeOf(id), sealed)
      const [mark, found] = (opened && attempt(() => JSON.parse(opened.text) as [string, T])) ?? []
      if (!mark || !found) throw unknown('no reference of an attempt')
      if (valueOf(readCookies(request, base), nameOf(id)) !== mark) throw unknown('no cookie of this attempt')
      return {
        id,
        attempt: found,
        deletion: deletionHeader(base, nameOf(id), 'Lax'),
        async claim() {
          try {
            await claimOnce(replay, `eam ${id}`, 2 * keptSeconds)
          } catch (error) {
            throw (error as OidcError).code === 'OIDC_TOKEN_REPLAYED' ? unknown('completed before') : error
          }
        },
      }
    },
  }
}

const unknown = (detail: string) => new OidcError('OIDC_ATTEMPT_UNKNOWN', 'reference', undefined, detail)
