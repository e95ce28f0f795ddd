/**
 * The metadata and the keys of the provider, which this isolate keeps for a few minutes: any client can open the route of
 * the sign-in, and must not make the app ask the provider each time.
 */

import type { Answer, Send } from '../core/effects.js'
import { acquireIsolateLock, type IsolateLocks } from '../host/server/isolate-locks.js'
import { makeTtlMap, type TtlMap } from '../shared/ttl-map.js'

/** How long a document is used. A key that it lacks is looked for at once. */
const DOCUMENT_TTL_MS = 5 * 60_000
/** How long a failure is repeated, without another request. */
const FAILURE_TTL_MS = 1_000
/** How long a document that the provider does not have is not asked for: it has the other form of its metadata. */
const MISSING_TTL_MS = 60_000
const MAX_DOCUMENTS = 16

/** How many requests are pushed to the provider within the time of {@link PUSH_WINDOW_MS}. */
const MAX_PUSHES = 100
const PUSH_WINDOW_MS = 10_000
const RETRY_AFTER_SECONDS = 5

/** The requests to the provider that any client can cause. */
export interface ProviderDocuments {
  /** Reads a document: from memory, or once for all requests that wait for it. `send` asks the provider. */
  read(request: Send, send: () => Promise<Answer>): Promise<Answer>
  /** Forgets the documents in a second, because the core refused one. */
  refuse(): void
  /** Pushes an authorization request (RFC 9126), unless too many were pushed just now. */
  push(send: () => Promise<Answer>): Promise<Answer>
}

/** Makes the memory of one `createSessions`. */
export function makeProviderDocuments(locks: IsolateLocks): ProviderDocuments {
  const makeMap = (ttlMs: number): TtlMap<Answer> => makeTtlMap(ttlMs, MAX_DOCUMENTS)
  let documents = makeMap(DOCUMENT_TTL_MS)
  const failures = makeMap(FAILURE_TTL_MS)
  const missing = makeMap(MISSING_TTL_MS)
  let refusedAt = Infinity
  let pushes: number[] = []

  return {
    async read({ url, timeoutMs, bypassCache }, send) {
      if (Date.now() >= refusedAt + FAILURE_TTL_MS) {
        documents = makeMap(DOCUMENT_TTL_MS)
        refusedAt = Infinity
      }
      const before = documents.get(url)
      // A caller that bypasses the cache lacks a key. It takes a document that another request got meanwhile. A failure
      // of its request hides the document from no other caller.
      const known = () => {
        const document = documents.get(url)
        return (bypassCache && document === before ? undefined : document) ?? failures.get(url) ?? missing.get(url)
      }
      const first = known()
      if (first) return first
      // A Workers runtime lets no request wait for a promise of another one, so they poll a lock.
      const release = await acquireIsolateLock(locks, `document ${url}`, timeoutMs)
      try {
        const second = known()
        if (second) return second
        const answer = await send()
        const map = isDocument(answer) ? documents : answer[3] === 404 ? missing : failures
        map.set(url, answer)
        return answer
      } finally {
        release?.()
      }
    },
    refuse() {
      refusedAt = Math.min(refusedAt, Date.now())
    },
    async push(send) {
      const now = Date.now()
      pushes = pushes.filter((at) => now < at + PUSH_WINDOW_MS)
      if (pushes.length >= MAX_PUSHES) return ['response', `\n\n${RETRY_AFTER_SECONDS}`, new Uint8Array(), 503]
      pushes.push(now)
      return send()
    },
  }
}

/** Whether this is a JSON object. Another response, such as the page of a proxy, is not kept for long. */
function isDocument([kind, , body, status]: Answer): boolean {
  if (kind !== 'response' || status !== 200) return false
  try {
    return typeof JSON.parse(new TextDecoder().decode(body)) === 'object'
  } catch {
    return false
  }
}
