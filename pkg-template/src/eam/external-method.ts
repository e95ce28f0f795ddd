/** `createExternalMethod` without modules: each entry of `countersign/eam` adds its own. */

import { attempt } from '../shared/attempt.js'
import { ownMembers } from '../shared/bare.js'
import { configFromEnv } from '../shared/env-config.js'
import { OidcError } from '../shared/error.js'
import type { Platform } from '../shared/platform.js'
import type { ModuleSource } from '../core/load.js'
import { makeSignatureChecks } from '../edge/signatures.js'
import { readBody } from '../host/http.js'
import { makeDecide, type Decide } from '../systems/decide.js'
import { checkShape, openMethod, type CoreAttempt, type OpenMethod } from './open.js'
import { documentResponse, errorResponse, formResponse, methodNotAllowed, withCookie } from './pages.js'
import type {
  Attempt,
  CustomControlDocument,
  ExternalMethod,
  ExternalMethodConfig,
  GivenExternalMethod,
  HintClaims,
  Outcome,
} from './types.js'

/** The longest request in bytes. A hint with many optional claims has a few thousand. */
const MAX_FORM_BYTES = 64 * 1024

/** The address and the fields of an answer; `input` is the text to sign. */
interface Answer {
  readonly redirectUri: string
  readonly fields: Readonly<Record<string, string>>
  readonly input?: string
}

/** An attempt as the core shows it. */
interface Visible extends Partial<Pick<Attempt, 'methods' | 'acr' | 'controls'>> {
  readonly claims: HintClaims
  readonly requestId?: string
  readonly until: number
}

/** Makes the exports of an entry. */
export function makeEam(edge: ModuleSource, systems: ModuleSource, platform: Platform) {
  const signatures = makeSignatureChecks(edge)
  const decide = makeDecide(systems)
  /**
   * Makes an external authentication method of Microsoft Entra. It does no I/O, and loads nothing before the first verb.
   * Settings that need the platform's bindings can be a function of them.
   *
   * Throws `OIDC_CONFIG_INVALID` with the name of the setting in `at` if a setting has the wrong type.
   */
  const createExternalMethod = (config: GivenExternalMethod): ExternalMethod => {
    const open = (settings: ExternalMethodConfig) => openMethod(signatures, decide, platform, settings)
    return makeExternalMethod(decide, platform, config, open)
  }
  return { createExternalMethod }
}

function makeExternalMethod(
  decide: Decide,
  platform: Platform,
  config: GivenExternalMethod,
  open: (settings: ExternalMethodConfig) => Promise<OpenMethod>,
): ExternalMethod {
  const { env: platformEnv } = ownMembers(platform)
  let settings = typeof config === 'function' ? undefined : checkShape(config)
  let opened: OpenMethod | undefined
  const settingsFor = (env = platformEnv) =>
    (settings ??= checkShape(typeof config === 'function' ? configFromEnv<ExternalMethodConfig>(config, env) : config))
  const methodFor = async (given: ExternalMethodConfig) => (opened ??= await open(given))
  const timeOf = ({ now = () => Date.now() / 1000 }: ExternalMethodConfig) => Math.floor(now())

  /** Refuses a request: at Entra if there is a safe address, otherwise with a page. */
  async function refuse(
    { onRefusal }: ExternalMethodConfig,
    error: unknown,
    request: Request,
    destination?: object,
  ): Promise<Response> {
    if (!OidcError.is(error)) throw error
    const own = await onRefusal?.(error, request)
    if (own) return own
    if (!destination) return errorResponse(error)
    const kind = error.blame === 'Provider' || error.blame === 'User' ? 'access_denied' : 'temporarily_unavailable'
    const { redirectUri, fields } = await decide<Answer>('eam-failure', { destination, error: kind })
    return formResponse(redirectUri, fields)
  }

  async function visibleOf(attempt: CoreAttempt, reference: string, now: number): Promise<Attempt> {
    const visible = await decide<Visible>('eam-pending', { attempt, now })
    const { claims: hint, methods = [], acr = [], controls = {}, requestId, until } = visible
    return { reference, hint, methods, acr, controls: { ...controls }, requestId, until }
  }

  /** The page that posts the answer. `claim` is called when the outcome is known to be one. */
  async function respond(
    given: ExternalMethodConfig,
    attempt: CoreAttempt,
    outcome: Outcome,
    request: Request,
    claim?: () => Promise<void>,
  ): Promise<Response> {
    const { settings: core, keys, signer } = await methodFor(given)
    const now = timeOf(given)
    try {
      const { place, kid } = await decide<{ place: number; kid: string }>('eam-signer', { keys, now })
      const question = { settings: core, attempt, outcome, kid, now }
      const answer = await decide<Answer>('eam-answer', question).catch(async (error) => {
        if (error.code !== 'OIDC_EXPECTED_INVALID') await claim?.()
        throw error
      })
      await claim?.()
      const { redirectUri, fields, input } = answer
      if (input === undefined) return formResponse(redirectUri, fields)
      return formResponse(redirectUri, { id_token: await signer.sign(place, keys[place]!, input), ...fields })
    } catch (error) {
      const { code } = error as OidcError
      // The app passed what it cannot mean: it must learn it.
      if (code === 'OIDC_EXPECTED_INVALID') throw error
      return refuse(given, error, request, code === 'OIDC_ATTEMPT_UNKNOWN' ? undefined : attempt.request)
    }
  }

  async function authorize(given: ExternalMethodConfig, request: Request): Promise<Response> {
    const { settings: core, hints, pending } = await methodFor(given)
    let destination: object | undefined
    let attempt: CoreAttempt
    try {
      const form = await formOf(request)
      destination = await decide<object>('eam-destination', { settings: core, form })
      const asked = await decide<{ hint: string; request: object }>('eam-request', { settings: core, form })
      const claims = await hints.verify(asked.hint)
      const question = { settings: core, request: asked.request, claims, now: timeOf(given) }
      attempt = await decide<CoreAttempt>('eam-attempt', question)
    } catch (error) {
      return refuse(given, error, request, destination)
    }
    const { reference, cookie } = await pending.issue(attempt)
    const outcome = await given.step(await visibleOf(attempt, reference, timeOf(given)), request)
    return outcome instanceof Response ? withCookie(outcome, cookie) : respond(given, attempt, outcome, request)
  }

  return {
    async handle(request, visiting) {
      const given = settingsFor(ownMembers(visiting).env)
      const path = pathBelow(given.issuer, request.url)
      if (path === '/authorize') {
        return request.method === 'POST' ? authorize(given, request) : methodNotAllowed('POST')
      }
      if (path !== '/keys' && path !== '/.well-known/openid-configuration') return undefined
      if (!['GET', 'HEAD'].includes(request.method)) return methodNotAllowed('GET, HEAD')
      const { discovery, jwks } = await methodFor(given)
      return documentResponse(request, path === '/keys' ? jwks : discovery)
    },
    async attempt(request, reference, visiting) {
      const given = settingsFor(ownMembers(visiting).env)
      const { pending } = await methodFor(given)
      return visibleOf((await pending.open(request, reference)).attempt, reference, timeOf(given))
    },
    async complete(request, reference, outcome, visiting) {
      const given = settingsFor(ownMembers(visiting).env)
      const { pending } = await methodFor(given)
      try {
        const { attempt, deletion, claim } = await pending.open(request, reference)
        return withCookie(await respond(given, attempt, outcome, request, claim), deletion)
      } catch (error) {
        if ((error as OidcError).code !== 'OIDC_ATTEMPT_UNKNOWN') throw error
        return refuse(given, error, request)
      }
    },
    async customControl(name, visiting) {
      const { settings: core } = await methodFor(settingsFor(ownMembers(visiting).env))
      // The answer of the core has objects without a prototype; the app gets usual ones.
      return structuredClone(await decide<CustomControlDocument>('eam-control', { settings: core, name }))
    },
  }
}

/**
 * The path of an address below the issuer. `undefined` for another host: Entra requires that the host of discovery is
 * that of the issuer. The scheme does not count, because a proxy may end TLS.
 */
function pathBelow(issuer: string, address: string): string | undefined {
  const own = attempt(() => new URL(issuer))
  const { host, pathname } = new URL(address)
  const base = own?.pathname.replace(/\/$/, '')
  return own?.host === host && pathname.startsWith(`${base}/`) ? pathname.slice(base!.length) : undefined
}

/** The body of a request, if it is a form. The core reads it. */
async function formOf(request: Request): Promise<string> {
  const type = request.headers.get('content-type') ?? ''
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(type)
  const body = isForm ? await readBody(request, MAX_FORM_BYTES) : undefined
  if (!body) throw new OidcError('OIDC_REQUEST_INVALID', 'body', undefined, isForm ? 'too large' : 'no form')
  return new TextDecoder().decode(body)
}
