/**
 * A gate. The core says what to do next (`src/proto/systems/servicenow/steps.rs`); this file does it, adds the result to
 * what is known, and asks again.
 */

import { claimOnce } from '../edge/replay.js'
import type { SignatureChecks } from '../edge/signatures.js'
import type { PlatformContext, VerifierConfig } from '../edge/types.js'
import { ownMembers } from '../shared/bare.js'
import { configFromEnv } from '../shared/env-config.js'
import { OidcError } from '../shared/error.js'
import type { Platform } from '../shared/platform.js'
import type { TokenClaims } from '../shared/types.js'
import type { Decide } from '../systems/decide.js'
import { openConfig, type OpenedConfig } from './config.js'
import { makeProviders, type Providers } from './providers.js'
import type { AnyUser, ClientType, Gate, GateOutcome, GivenGateConfig, NewUser, UserQuery } from './types.js'

/** A step of the core for a request. */
type Step =
  | { step: 'findInstanceToken'; token: string }
  | { step: 'fetchMetadata'; entity: number }
  | { step: 'verify'; entity: number; settings: VerifierConfig }
  | { step: 'findUser'; entity: string; field: string; value: string }
  | { step: 'record'; key: string; seconds: number }
  | { step: 'provisionUser'; user: Pick<NewUser, 'fields' | 'roles'> }
  | { step: 'accept'; entity?: string; clientType?: ClientType; isProvisioned?: boolean }

/** The results of the steps so far, for the core. */
interface Known {
  findInstanceToken?: boolean
  issuers: Record<number, string | null>
  claims?: TokenClaims
  /** How many users were found. */
  findUser?: number
  record?: boolean
  provisionUser?: boolean
}

interface Opened<User extends AnyUser> extends OpenedConfig<User> {
  readonly providers: Providers
}

/** Makes a gate. A function as `config` is called once, at the first request, with the bindings of the platform. */
export function makeGate<User extends AnyUser>(
  decide: Decide,
  signatures: SignatureChecks,
  platform: Platform,
  config: GivenGateConfig<User>,
): Gate<User> {
  let opened: Opened<User> | undefined

  async function open(env = platform.env): Promise<Opened<User>> {
    if (opened) return opened
    const settings = typeof config === 'function' ? configFromEnv(config, env) : config
    const checked = await openConfig(decide, settings)
    const providers = makeProviders(decide, signatures, platform, checked as unknown as OpenedConfig<AnyUser>)
    // Another request may have been quicker: its providers have keys.
    return (opened ??= { ...checked, providers })
  }

  return {
    async guard(request, context) {
      const gate = await open(ownMembers(context).env)
      try {
        return await passThrough(decide, gate, request, context)
      } catch (cause) {
        const error = OidcError.is(cause) ? cause : new OidcError('OIDC_INTERNAL', '', cause)
        const { status, headers, body } = gate.refusal
        return { ok: false, response: new Response(body, { status, headers }), error }
      }
    },
    entities: async () => structuredClone((await open()).entities),
    ready: async () => (await open()).providers.ready(),
  }
}

/** Runs the steps for a request. Rejects with the reason of a refusal. */
async function passThrough<User extends AnyUser>(
  decide: Decide,
  { settings, forCore, headers, providers }: Opened<User>,
  request: Request,
  context: PlatformContext | undefined,
): Promise<GateOutcome<User>> {
  const described = describe(request, headers)
  // The issuers stay as they are until the request is answered. Otherwise one that is forgotten meanwhile would be asked for
  // again and again, and a verified token could be taken for one of another entity.
  const known: Known = { issuers: providers.issuers }
  let user: User | undefined
  let token = ''
  let query: UserQuery | undefined
  const now = () => Math.floor(settings.now?.() ?? Date.now() / 1000)
  for (;;) {
    const next = await decide<Step>('servicenow-next', { config: forCore, request: described, now: now(), known })
    switch (next.step) {
      case 'findInstanceToken':
        token = next.token
        user = userOf('findInstanceToken', await settings.findInstanceToken!(token, request))
        known.findInstanceToken = user !== undefined
        break
      case 'fetchMetadata':
        // If it fails, another entity may fit.
        await providers.learn(next.entity).catch(() => {})
        known.issuers = { ...known.issuers, [next.entity]: providers.issuers[next.entity] ?? null }
        break
      case 'verify': {
        const outcome = await providers.verifier(next.entity, next.settings).guard(request, undefined, context)
        if (!outcome.ok) throw outcome.error ?? new OidcError('OIDC_INTERNAL', 'guard')
        known.claims = outcome.claims
        token = outcome.token
        break
      }
      case 'findUser': {
        const { entity, field, value } = next
        query = { entity, field, value, claims: known.claims! }
        const found = [await settings.findUser(query)].flat() as (User | undefined)[]
        const users = found.map((one) => userOf('findUser', one)).filter((one) => one !== undefined)
        known.findUser = users.length
        user = users[0]
        break
      }
      case 'record':
        await claimOnce(settings.replay!, next.key, next.seconds, settings.backend)
        known.record = true
        break
      case 'provisionUser':
        user = userOf('provisionUser', await settings.provisionUser!({ ...query!, ...structuredClone(next.user) }))
        if (user === undefined) throw new OidcError('OIDC_USER_UNKNOWN', 'provisionUser')
        known.provisionUser = true
        break
      case 'accept': {
        const { entity, clientType, isProvisioned = false } = next
        return { ok: true, user: user as User, entity, clientType, claims: known.claims, token, isProvisioned }
      }
    }
  }
}

/**
 * The user that a hook answered with, or `undefined` if it found none: `null` or `undefined`. Throws `OIDC_USER_UNKNOWN` for
 * an answer that is neither: `false`, `0`, `NaN` and an empty text are what a failed search often gives, and `true` names no one.
 */
function userOf<User extends AnyUser>(hook: string, answer: User | null | undefined): User | undefined {
  if (answer === null || answer === undefined) return undefined
  const isUser = typeof answer === 'object' ? !Array.isArray(answer) : /^(string|number|bigint)$/.test(typeof answer) && !!answer
  if (!isUser) throw new OidcError('OIDC_USER_UNKNOWN', hook, undefined, 'the answer of the hook is no user')
  return answer
}

/** The parts of a request that the core reads. An absent header is an empty text. */
function describe({ method, url, headers }: Request, names: readonly string[]): object {
  return { method, url, headers: Object.fromEntries(names.map((name) => [name, headers.get(name) ?? ''])) }
}
