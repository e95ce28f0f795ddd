/** Asking the issuer about a token: introspection (RFC 7662, RFC 9701) and UserInfo. */

import { unless } from '../shared/abort.js'
import type { Core } from '../core/introspection.js'
import { makeGlue } from '../core/wasm/introspection-glue.js'
import type { Failure, Step } from '../core/page.js'
import { inputsOf } from '../core/drive.js'
import type { Enquirer, Enquiries, Kept, Topic } from './types.js'
import { errorOf, OidcError } from '../shared/error.js'
import { freeze } from '../shared/freeze.js'
import { send } from '../host/http.js'
import { instances, type Instances, type Source } from '../core/load.js'
import type { Waiting } from '../page/types.js'
import type {
  Introspection,
  IntrospectionSettings,
  TokenClaims,
  Userinfo,
  UserinfoOptions,
  UserinfoSettings,
} from '../edge/types.js'

/** How an enquiry ends. */
export type AskEnd = (
  | { was: 'known'; claims: TokenClaims; until: number }
  | { was: 'signed'; jwt: string }
  | { was: 'error'; failure: Failure }
) & { endpoint?: string }

/** A token that is longer is not asked about, in characters: answers are kept under the whole one. */
const LONGEST = 16 * 1024
/** How many answers are kept. */
const MOST = 1000
/** How long a no is kept, in seconds. */
const KEEP_NO = 10

/** The values of the settings `introspection` and `userinfo`, which bring a module of their own. */
export function makeTopics(source: Source) {
  const core = instances(source, makeGlue)
  const open = (enquirer: Enquirer) => makeEnquiries(core, enquirer)
  return {
    /** How a verifier asks its issuer whether a token is active, and what it is worth. */
    introspection: (settings: IntrospectionSettings): Introspection => ({ settings, open }),
    /** How a verifier asks its issuer for the person that a token speaks for. */
    userinfo: (settings: UserinfoSettings = {}): Userinfo => ({ settings, open }),
  }
}

function makeEnquiries(core: Instances, enquirer: Enquirer): Enquiries {
  const { text, answers, now } = enquirer
  const { kept } = answers
  const ask = async (name: keyof Core, ...inputs: unknown[]) =>
    core.call(await core.get(), name, [text, ...inputs])

  async function enquire(topic: Topic, token: string, sub: string, signal?: AbortSignal) {
    const stop = signal ?? new AbortController().signal
    const end = await unless(stop, run(enquirer, ask, topic, answers.endpoint, token, sub, stop))
    if (end.endpoint) answers.endpoint = end.endpoint
    if (end.was !== 'signed') return end
    const claims = JSON.stringify(await enquirer.verify(end.jwt))
    return (await ask('takeSigned', topic, claims, sub, now())) as AskEnd
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
    async introspect(token: string, options?: Waiting): Promise<TokenClaims> {
      checkToken(token)
      const known = kept.get(token)
      if (known && now() < known.until) {
        if (known.claims) return known.claims
        throw known.error
      }
      const end = await enquire('introspection', token, '', options?.signal)
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

    async userinfo(token: string, options: UserinfoOptions): Promise<TokenClaims> {
      checkToken(token)
      const sub: unknown = options?.sub
      if (typeof sub !== 'string' || !sub) throw new OidcError('OIDC_EXPECTED_INVALID', 'sub')
      const end = await enquire('userinfo', token, sub, options.signal)
      if (end.was === 'known') return freeze(end.claims)
      throw refusal(end)
    },
  }
}

/** Nothing else may come to the core's border, whatever the app's types say. */
function checkToken(token: unknown): void {
  if (typeof token !== 'string' || !token) throw new OidcError('OIDC_TOKEN_MALFORMED')
  if (token.length > LONGEST) throw new OidcError('OIDC_TOKEN_TOO_LARGE')
}

const refusal = (end: AskEnd): OidcError =>
  end.was === 'error' ? errorOf(end.failure) : new OidcError('OIDC_INTERNAL', 'enquiry')

async function run(
  { fetch, now }: Enquirer,
  ask: (name: keyof Core, ...inputs: unknown[]) => Promise<unknown>,
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
