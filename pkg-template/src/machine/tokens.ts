/**
 * The token of one client, in memory: fetched once for all callers that wait, and kept until the time that the core names. After
 * a failure nothing is sent until the time that the core names.
 */

import type { Answer, Send, Sign } from '../core/effects.js'
import { send } from '../host/http.js'
import { acquireIsolateLock, type IsolateLocks } from '../host/server/isolate-locks.js'
import { randomId, toBase64Url } from '../host/server/seal.js'
import { OidcError, type Failure } from '../shared/error.js'
import type { Platform } from '../shared/platform.js'
import type { Decide } from '../systems/decide.js'
import type { CheckedMachine } from './config.js'
import type { MachineToken } from './types.js'

/** How long a caller waits for the request of another one. It is longer than such a request takes. */
const WAIT_MS = 30_000

type Request = Omit<Send, 'id' | 'kind'>

/** A failure, and when the next request may be sent. */
interface Refusal {
  readonly failure: Failure
  readonly failures: number
  readonly retryAt: number
}

/** The answer of the core to a response: `failure` tells the two apart. */
type Or<T> = (T & { readonly failure?: undefined }) | Refusal

interface FoundToken {
  readonly accessToken: string
  readonly scope: string
  readonly expiresAt?: number
  readonly freshUntil: number
  readonly usableUntil: number
}

interface FoundMetadata {
  /** The provider has its metadata at the next address only. */
  readonly next?: true
  readonly metadata: object
  readonly until: number
}

/** The need of a caller: a new token, or another one than an API refused. */
export interface TokenNeed {
  readonly renew: boolean | undefined
  readonly refused: string | undefined
}

/** The token of a client. */
export interface Tokens {
  read(need: TokenNeed): Promise<MachineToken>
  /** When this token was fetched in place of one that an API had refused, in seconds since 1970; 0 if it was not. */
  replacedAt(token: string): number
}

const now = (): number => Math.floor(Date.now() / 1000)

/** Makes the memory of one client. */
export function makeTokens(machine: CheckedMachine, decide: Decide, { waitUntil }: Pick<Platform, 'waitUntil'>): Tokens {
  const { settings, key, explain } = machine
  // A Workers runtime lets no request wait for a promise of another one, so they poll a lock.
  const locks: IsolateLocks = new Map()
  let discovery: Request[] | undefined
  let metadata: Pick<FoundMetadata, 'metadata' | 'until'> | undefined
  let kept: (FoundToken & { token: MachineToken; replacedAt: number }) | undefined
  let refusal: (Refusal & { unanswered: string | undefined }) | undefined
  /** How many tokens were fetched. */
  let fetched = 0

  /**
   * The token for a caller that began when `before` tokens were fetched. Throws the last failure while it is too early for
   * another request.
   */
  function known(need: TokenNeed, before: number): MachineToken | undefined {
    if (kept && fetched !== before) return kept.token
    if (kept && !need.renew && kept.accessToken !== need.refused && Date.now() < kept.freshUntil * 1000) return kept.token
    return refusal && Date.now() < refusal.retryAt * 1000 ? afterFailure(need) : undefined
  }

  /** The token before it ends, if the caller needs no other one. Throws the last failure otherwise. */
  function afterFailure({ renew, refused }: TokenNeed): MachineToken {
    const isGood = kept && !renew && kept.accessToken !== refused && Date.now() < kept.usableUntil * 1000
    if (isGood) return kept!.token
    throw refusal ? explain(refusal.failure, refusal.unanswered) : new OidcError('OIDC_INTERNAL', 'token')
  }

  /** The members of a question about an answer. */
  const about = (answer: Answer) => ({
    answer: plainAnswer(answer), now: Math.ceil(Date.now() / 1000), failures: refusal?.failures ?? 0, random: crypto.getRandomValues(new Uint8Array(1))[0],
  })

  /** Notes a failure. */
  function refuse(failed: Refusal, { url }: Request, [kind]: Answer): void {
    refusal = { ...failed, unanswered: kind === 'response' ? undefined : url }
  }

  const sendNow = (request: Request) => send(machine.fetch, { ...request, id: 0, kind: 'send' })

  /** The metadata that requests need. Resolves to `undefined` after a failure. */
  async function readMetadata(): Promise<object | undefined> {
    discovery ??= (await decide<{ discovery: Request[] }>('machine-settings', { settings })).discovery
    if (!discovery.length) return {}
    if (metadata && now() < metadata.until) return metadata.metadata
    for (const [place, request] of discovery.entries()) {
      const answer = await sendNow(request)
      const isLast = place === discovery.length - 1
      const found = await decide<Or<FoundMetadata>>('machine-metadata', { settings, isLast, ...about(answer) })
      if (found.failure) return void refuse(found, request, answer)
      if (!found.next) return (metadata = found).metadata
    }
    return undefined
  }

  /** Fetches a token. A failure is noted. */
  async function fetchToken({ refused }: TokenNeed): Promise<void> {
    const document = await readMetadata()
    if (!document) return
    const question = { settings, metadata: document, jti: randomId(), now: now() }
    const { sign, ...request } = await decide<Request & { sign?: Pick<Sign, 'alg' | 'input'> }>('machine-request', question)
    if (sign) request.body += await signatureOf(sign)
    const sentAt = now()
    const answer = await sendNow(request)
    const found = await decide<Or<FoundToken>>('machine-token', { settings, sentAt, ...about(answer) })
    if (found.failure) return refuse(found, request, answer)
    const { accessToken, expiresAt, scope } = found
    const replacedAt = refused === undefined ? 0 : sentAt
    kept = { ...found, replacedAt, token: Object.freeze({ accessToken, expiresAt, scope: scope || undefined }) }
    refusal = undefined
    fetched += 1
  }

  async function signatureOf(sign: Pick<Sign, 'alg' | 'input'>): Promise<string> {
    const [, , signature] = await key!.sign(sign as Sign)
    const bytes = signature as Uint8Array<ArrayBuffer>
    if (!bytes.length) throw new OidcError('OIDC_CONFIG_INVALID', 'clientKey', undefined, 'cannot sign')
    return toBase64Url(bytes)
  }

  async function fetchOnce(need: TokenNeed, before: number): Promise<void> {
    const release = await acquireIsolateLock(locks, 'token', WAIT_MS)
    try {
      if (known(need, before)) return
      await fetchToken(need)
    } finally {
      release?.()
    }
  }

  return {
    async read(need) {
      const before = fetched
      const token = known(need, before)
      if (token) return token
      const work = fetchOnce(need, before).catch((error) => {
        throw machine.explainError(error)
      })
      // Other callers wait for it, also after the request of this one has ended.
      waitUntil?.(work.catch(() => {}))
      await work
      return known(need, before) ?? afterFailure(need)
    },
    replacedAt: (token) => (kept && token === kept.accessToken ? kept.replacedAt : 0),
  }
}

/** An answer as the core reads it. NUL, which JSON text cannot have, becomes another character that it cannot have. */
function plainAnswer(answer: Answer): object {
  if (answer[0] !== 'response') return { kind: answer[0] }
  const [kind, headers, bytes, status] = answer
  const body = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).replaceAll('\0', '\x01')
  return { kind, status, body, retryAfter: headers.split('\n')[2] ?? '' }
}
