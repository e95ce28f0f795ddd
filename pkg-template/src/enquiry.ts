/** Asking the issuer about a token: introspection (RFC 7662, RFC 9701) and UserInfo. */

import { unless } from './abort.js'
import type { Failure, Step } from './core.js'
import { inputsOf } from './drive.js'
import { errorOf, OidcError } from './error.js'
import { send } from './host/web.js'
import type { Waiting } from './types.js'
import type { TokenClaims, UserinfoOptions } from './verifier-types.js'

/** What is asked. */
export type Topic = 'introspection' | 'userinfo'

/** How an enquiry ends. */
export type AskEnd = (
  | { was: 'known'; claims: TokenClaims; until: number }
  | { was: 'signed'; jwt: string }
  | { was: 'error'; failure: Failure }
) & { endpoint?: string }

/** What the core is asked with, which knows the settings. */
export type Ask = (
  name: 'beginAsk' | 'resumeAsk' | 'takeSigned',
  ...inputs: unknown[]
) => Promise<unknown>

/** What an enquiry needs. */
export interface Enquirer {
  readonly ask: Ask
  readonly fetch: typeof globalThis.fetch
  /** The claims of a signed answer, verified. */
  verify(topic: Topic, jwt: string): Promise<object>
  now(): number
}

/** What was answered before: claims or a refusal, and until when (seconds since 1970). */
interface Kept {
  readonly claims?: TokenClaims
  readonly error?: OidcError
  readonly until: number
}

/** How many answers are kept. */
const MOST = 1000
/** How long a no is kept, in seconds. */
const KEEP_NO = 10

/** Makes the verbs that ask the issuer. */
export function makeEnquiries(enquirer: Enquirer) {
  const { now } = enquirer
  const endpoints: Partial<Record<Topic, string>> = {}
  // By the whole token: a part of it may be another's.
  const kept = new Map<string, Kept>()

  async function enquire(topic: Topic, token: string, sub: string, signal?: AbortSignal) {
    const stop = signal ?? new AbortController().signal
    const end = await unless(stop, run(enquirer, topic, endpoints[topic] ?? '', token, sub, stop))
    if (end.endpoint) endpoints[topic] = end.endpoint
    if (end.was !== 'signed') return end
    const claims = JSON.stringify(await enquirer.verify(topic, end.jwt))
    return (await enquirer.ask('takeSigned', topic, claims, sub, now())) as AskEnd
  }

  function keep(token: string, entry: Kept): void {
    kept.delete(token)
    kept.set(token, entry)
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST) break
      kept.delete(oldest)
    }
  }

  return {
    async introspect(token: string, { signal }: Waiting = {}): Promise<TokenClaims> {
      const known = kept.get(token)
      if (known && now() < known.until) {
        if (known.claims) return known.claims
        throw known.error
      }
      const end = await enquire('introspection', token, '', signal)
      if (end.was === 'known') {
        const claims = freeze(end.claims)
        keep(token, { claims, until: end.until })
        return claims
      }
      const error = refusal(end)
      // A no about the token, not about the network.
      if (error.code === 'OIDC_TOKEN_INACTIVE') keep(token, { error, until: now() + KEEP_NO })
      throw error
    },

    async userinfo(token: string, { sub, signal }: UserinfoOptions): Promise<TokenClaims> {
      const end = await enquire('userinfo', token, sub, signal)
      if (end.was === 'known') return freeze(end.claims)
      throw refusal(end)
    },
  }
}

const refusal = (end: AskEnd): OidcError =>
  end.was === 'error' ? errorOf(end.failure) : new OidcError('OIDC_INTERNAL', 'enquiry')

async function run(
  { ask, fetch, now }: Enquirer,
  topic: Topic,
  held: string,
  token: string,
  sub: string,
  stop: AbortSignal,
): Promise<AskEnd> {
  let step = (await ask('beginAsk', topic, held, token, sub)) as Step<AskEnd>
  while (!step.end) {
    const [wish] = step.wishes
    if (wish?.want !== 'send') throw new OidcError('OIDC_INTERNAL', 'enquiry')
    const inputs = inputsOf(await send(fetch, wish, stop))
    step = (await ask('resumeAsk', step.flow, wish.id, ...inputs, now())) as Step<AskEnd>
  }
  return step.end
}

/** Frozen to the bottom. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const one of Object.values(value)) freeze(one)
  return Object.freeze(value)
}
