/** Sessions at the edge, put together. */

import { made } from '../shared/env-config.js'
import { pageCodes } from '../generated/codes/page.js'
import { renewalCodes } from '../generated/codes/renewal.js'
import { sessionsCodes } from '../generated/codes/sessions.js'
import { explain, learn, OidcError } from '../shared/error.js'
import type { Judge } from '../core/glue.js'
import { makeGlue } from '../core/wasm/page-glue.js'
import { pageHints } from '../generated/hints/page.js'
import { sessionsHints } from '../generated/hints/sessions.js'
import { makeArrivals } from './redeemed-responses.js'
import { makeRecent } from './renewed-sessions.js'
import { makeSealer } from '../host/server/seal.js'
import { instances, type Call, type Source } from '../core/load.js'
import type { Platform } from '../edge/verifier.js'
import { otherMethod, refuse, routes, type Route } from './routes.js'
import { makeSession, userOf } from './session.js'
import { believe } from './config.js'
import type { GivenSessions, Session, Sessions, SessionsConfig, Visiting } from './types.js'
import { openVisit, verifierOf, type House, type Visit } from './request-context.js'

learn(pageCodes)
learn(renewalCodes)
learn(sessionsCodes)
explain(pageHints)
explain(sessionsHints)

/** Has a module instantiated at once where it can be; it asks nothing, for its flows wish. */
const atOnce: Judge = () => 0

/** The core of sessions behind a source. */
export function loadCore(source: Source): Call {
  const { get, call } = instances(source, makeGlue, atOnce)
  return async (name, ...inputs) => call(await get(), name, inputs) as never
}

/** Makes them; `given` may need the platform's bindings, and is asked for once then. */
export function makeSessions<C extends object>(
  core: Call,
  platform: Platform,
  given: GivenSessions,
): Sessions<C> {
  let house: House | undefined = typeof given === 'function' ? undefined : open(given)

  function open(config: SessionsConfig): House {
    const believed = believe(config)
    const sealer = makeSealer(believed.secrets)
    const verify = verifierOf(believed)
    return { core, believed, sealer, recent: makeRecent(), arrivals: makeArrivals(), turns: new Map(), verify }
  }
  const at = (env = platform.env) =>
    (house ??= open(typeof given === 'function' ? made<SessionsConfig>(given, env) : given))
  const beside = ({ ctx }: Visiting) =>
    ctx ? (work: Promise<unknown>) => ctx.waitUntil(work) : platform.waitUntil

  /** Answers; what fails is answered too, and either answer gets the cookies. */
  async function answer(
    house: House,
    visit: Visit,
    request: Request,
    act: () => Response | Promise<Response>,
  ): Promise<Response> {
    const { config } = house.believed
    try {
      return await visit.commit(await act())
    } catch (error) {
      if (!OidcError.is(error)) throw error
      const response = await refuse(config, error, request)
      // A session that is too large goes nowhere; the one there was stays.
      return error.code === 'OIDC_SESSION_TOO_LARGE' ? response : visit.commit(response)
    }
  }

  async function route(house: House, { method, answer: act }: Route, request: Request, visiting: Visiting) {
    if (request.method !== method) return otherMethod(method)
    try {
      const visit = await openVisit(house, request, method === 'GET', beside(visiting))
      return await answer(house, visit, request, () => act(visit, request))
    } catch (error) {
      if (!OidcError.is(error)) throw new OidcError('OIDC_INTERNAL', 'handle', error)
      return refuse(house.believed.config, error, request)
    }
  }

  async function look(house: House, visit: Visit): Promise<Session<C> | null> {
    const end = await visit.run('start', '')
    return end.was === 'signedIn' ? makeSession<C>(visit, house.believed.config, end.session) : null
  }

  return {
    async handle(request, visiting = {}) {
      const { pathname } = new URL(request.url)
      const house = at(visiting.env)
      const { basePath } = house.believed
      const found = pathname.startsWith(`${basePath}/`) && routes.get(pathname.slice(basePath.length))
      return found ? route(house, found, request, visiting) : undefined
    },
    async with(request, act, visiting = {}) {
      const house = at(visiting.env)
      let visit: Visit
      try {
        visit = await openVisit(house, request, false, beside(visiting))
      } catch (error) {
        if (!OidcError.is(error)) throw error
        return refuse(house.believed.config, error, request)
      }
      return answer(house, visit, request, async () => act(await look(house, visit)))
    },
    async session(request, visiting = {}) {
      const visit = await openVisit(at(visiting.env), request, false)
      const end = await visit.run('start', '')
      return end.was === 'signedIn' ? { user: userOf<C>(end.session) } : null
    },
  }
}
