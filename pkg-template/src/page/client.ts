/** A page's client, put together. */

import { makeFetch } from '../client/api-fetch.js'
import { pageCodes } from '../generated/codes/page.js'
import { checkShapes } from './config.js'
import { makeContext } from './context.js'
import { explain, learn, OidcError, type Hints } from '../shared/error.js'
import { makeGlue } from '../core/wasm/page-glue.js'
import { load, type Call, type Source } from '../core/load.js'
import { makeState } from './client-state.js'
import { makeSignIn, makeSignOut } from './sign-in.js'
import { makeStart } from './start.js'
import { makeGetAccessToken, makeReadToken, makeUserInfo } from './tokens.js'
import type { Renewal } from './renewal/renewal.js'
import type { Client, ClientConfig } from './types.js'

learn(pageCodes)

/** The core of a page behind a source. */
export const loadCore = (source: Source): Call => load(source, makeGlue)

const refuse = () => Promise.reject(new OidcError('OIDC_CONFIG_INVALID', 'renewal'))

/**
 * Makes a client over a core, whose errors have these hints. Members need no `this`, so that frameworks
 * may pass them around.
 */
export function makeClient<C extends object>(
  core: Call,
  config: ClientConfig,
  hints: Hints = [],
  renewal?: Renewal,
): Client<C> {
  explain(hints)
  const client = new EventTarget()
  const state = makeState(client)
  const told = renewal?.tell(core) ?? core
  const context = makeContext(checkShapes(config, renewal), told, state, renewal)
  const never = new AbortController().signal
  const start = makeStart(context, () => readToken({}, never).catch(() => {}))
  const readToken = makeReadToken(context, start)
  const members = {
    get status() {
      return state.status
    },
    get user() {
      return state.user
    },
    get evidence() {
      return state.evidence
    },
    subscribe: state.subscribe,
    start: start.start,
    signIn: makeSignIn(context),
    getAccessToken: makeGetAccessToken(context, readToken),
    fetch: makeFetch(context, readToken),
    userInfo: makeUserInfo(context, readToken),
    signOut: makeSignOut(context, start),
    ...(renewal?.verbs(context, start) ?? { signInPopup: refuse, frontchannelLogout: refuse }),
    close() {
      start.close()
      context.close()
    },
  }
  return Object.defineProperties(client, Object.getOwnPropertyDescriptors(members)) as Client<C>
}
