/** `createExternalMethod` without modules: each entry of `countersign/eam` adds its own. */

import { ownMembers } from '../shared/bare.js'
import { configFromEnv } from '../shared/env-config.js'
import { codeNumber, OidcError } from '../shared/error.js'
import type { Platform } from '../shared/platform.js'
import type { ModuleSource } from '../core/load.js'
import { makeSignatureChecks } from '../edge/signatures.js'
import { claimOnce } from '../edge/replay.js'
import { readRequestBody } from '../host/server/request-body.js'
import { makeDecide, type Decide } from '../systems/decide.js'
import type { Issued } from './pending-attempts.js'
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

/** The answer to a refused request; without an address it is a page. */
interface Failed extends Partial<Answer> {
  readonly isTemporary: boolean
}

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

/** The response of the core to an address. */
type Route =
  | { readonly route: 'other' | 'discovery' | 'jwks' }
  | { readonly route: 'method'; readonly allow: string }
  | { readonly route: 'authorize'; readonly isForm: boolean }

/** A new attempt, and the text that stands for its hint, for as long as the hint is accepted. */
interface Begun {
  readonly attempt: CoreAttempt
  readonly mark: string
  readonly seconds: number
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
    cause: unknown,
    request: Request,
    destination?: object,
  ): Promise<Response> {
    const error = OidcError.is(cause) ? cause : new OidcError('OIDC_INTERNAL', '', cause)
    const own = await onRefusal?.(error, request)
    if (own instanceof Response) return own
    const question = { code: codeNumber(error), ...(destination && { destination }) }
    const { isTemporary, redirectUri, fields } = await decide<Failed>('eam-failure', question)
    return redirectUri && fields ? formResponse(redirectUri, fields) : errorResponse(error, isTemporary)
  }

  async function visibleOf(given: ExternalMethodConfig, issued: Pick<Issued, 'id' | 'reference'>, attempt: CoreAttempt): Promise<Attempt> {
    const { settings: core } = await methodFor(given)
    const visible = await decide<Visible>('eam-pending', { settings: core, attempt, now: timeOf(given) })
    const { claims: hint, methods = [], acr = [], controls = {}, requestId, until } = visible
    const { id, reference } = issued
    return { id, reference, hint, methods, acr, controls: { ...controls }, requestId, until }
  }

  /** Lets a hint begin one attempt, if the settings have a store: it passes through the browser, which may post it again. */
  async function claimHint({ replay }: ExternalMethodConfig, { mark, seconds }: Begun): Promise<void> {
    if (!replay) return
    await claimOnce(replay, `eam hint ${mark}`, seconds).catch((error) => {
      throw error.code === 'OIDC_TOKEN_REPLAYED' ? new OidcError('OIDC_TOKEN_REPLAYED', 'id_token_hint') : error
    })
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
        if (!/^OIDC_(EXPECTED_INVALID|ATTEMPT_UNKNOWN)$/.test(error.code)) await claim?.()
        throw error
      })
      await claim?.()
      const { redirectUri, fields, input } = answer
      if (input === undefined) return formResponse(redirectUri, fields)
      return formResponse(redirectUri, { id_token: await signer.sign(place, keys[place]!, input), ...fields })
    } catch (error) {
      const { code } = error as OidcError
      // The app passed what it cannot mean: it must learn it. An attempt of another method stays open there.
      if (code === 'OIDC_EXPECTED_INVALID' || (claim && code === 'OIDC_ATTEMPT_UNKNOWN')) throw error
      return refuse(given, error, request, code === 'OIDC_ATTEMPT_UNKNOWN' ? undefined : attempt.request)
    }
  }

  async function authorize(given: ExternalMethodConfig, request: Request, isForm: boolean): Promise<Response> {
    const { settings: core, hints, pending } = await methodFor(given)
    let destination: object | undefined
    let attempt: CoreAttempt
    try {
      const form = await formOf(request, isForm)
      destination = await decide<object>('eam-destination', { settings: core, form })
      const asked = await decide<{ hint: string; request: object }>('eam-request', { settings: core, form })
      const claims = await hints.verify(asked.hint)
      const question = { settings: core, request: asked.request, hint: asked.hint, claims, now: timeOf(given) }
      const begun = await decide<Begun>('eam-attempt', question)
      await claimHint(given, begun)
      attempt = begun.attempt
    } catch (error) {
      return refuse(given, error, request, destination)
    }
    const issued = await pending.issue(attempt)
    const outcome = await given.step(await visibleOf(given, issued, attempt), request)
    return outcome instanceof Response ? withCookie(outcome, issued.cookie) : respond(given, attempt, outcome, request)
  }

  return {
    async handle(request, visiting) {
      const given = settingsFor(ownMembers(visiting).env)
      const { method, url, headers } = request
      const type = headers.get('content-type') ?? ''
      const found = await decide<Route>('eam-route', { issuer: given.issuer, method, url, type })
      switch (found.route) {
        case 'other':
          return undefined
        case 'method':
          return methodNotAllowed(found.allow)
        case 'authorize':
          return authorize(given, request, found.isForm)
        default:
          return documentResponse(request, (await methodFor(given))[found.route])
      }
    },
    async attempt(request, reference, visiting) {
      const given = settingsFor(ownMembers(visiting).env)
      const { pending } = await methodFor(given)
      const { id, attempt } = await pending.open(request, reference)
      return visibleOf(given, { id, reference }, attempt)
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

/** The body of a request, if it is a form. The core reads it. */
async function formOf(request: Request, isForm: boolean): Promise<string> {
  const refused = (detail: string, cause?: unknown) => new OidcError('OIDC_REQUEST_INVALID', 'body', cause, detail)
  if (!isForm) throw refused('no form')
  const body = await readRequestBody(request, MAX_FORM_BYTES).catch((cause) => {
    throw refused(cause instanceof RangeError ? cause.message : 'not readable', cause)
  })
  return new TextDecoder().decode(body)
}
