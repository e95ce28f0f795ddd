/** Aisera: asks the core about a connection, and sends REST calls with the user's token. */

import { ownMembers } from '../shared/bare.js'
import { callLog } from '../shared/log.js'
import { invalidSetting, isFunction } from '../shared/settings.js'
import type { Decide } from '../systems/decide.js'
import { makeUserFetch } from './user-fetch.js'
import type { Aisera, AiseraConnection, AiseraTokenSettings } from './types.js'

const STATIC_NONCE =
  'countersign: the nonce of this connection is the same in all requests, so that an ID token of another request is not ' +
  "noticed. Leave out nonceMode: 'static' if the server accepts a fresh one."

/** Makes the functions. */
export const makeAisera = (decide: Decide): Aisera => ({
  // The overloads say which settings come of which options.
  fromAisera: async (fields, options) => {
    const { log, ...rest } = ownMembers(options)
    const connection = await decide<AiseraConnection<never>>('aisera-import', { ...rest, fields })
    const { nonce } = connection.settings as AiseraTokenSettings
    if (nonce !== undefined) void callLog(log ?? console.warn, STATIC_NONCE)
    return connection
  },
  aiseraFetch(session, calls, options) {
    const { fetch = globalThis.fetch.bind(globalThis), ...rest } = ownMembers(options)
    const [unknown] = Object.keys(rest)
    if (unknown !== undefined) throw invalidSetting(unknown, 'unknown')
    if (!isFunction(fetch)) throw invalidSetting('fetch', 'wrong type, not a function')
    return makeUserFetch(decide, session, calls, fetch)
  },
})
