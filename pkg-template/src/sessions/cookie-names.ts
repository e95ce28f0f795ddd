/** The names of the session cookies of every `createSessions` in this isolate. */

import { makeBoundedMap } from '../shared/bounded-map.js'
import type { CheckedConfig } from './config.js'

const MAX_NAMES = 64
const reported = new Set<string>()
const configs = makeBoundedMap<string, CheckedConfig>(MAX_NAMES)

/** The names, without `__Host-`. Those of `own` are always there: other configurations cannot evict them. */
export const cookieNames = ({ cookieName: own }: CheckedConfig): Iterable<string> =>
  new Set([own, ...configs.entries.keys()])

/**
 * Remembers the name of a configuration's cookies. Reports another one at the same origin that uses the name for other
 * sessions: a sign-in of one ends the session of the other.
 */
export function addCookieName(checked: CheckedConfig): void {
  const { cookieName, config } = checked
  const other = configs.entries.get(cookieName)
  configs.set(cookieName, checked)
  if (!other || reported.has(cookieName) || isElsewhere(other, checked) || isSame(other, checked)) return
  reported.add(cookieName)
  const hint =
    `countersign: two createSessions use the cookie name "${cookieName}", so that a sign-in of one ends the session ` +
    'of the other. Give one of them another `cookie.name`.'
  if (config.log) config.log(hint)
  else console.warn(hint)
}

const isElsewhere = (one: CheckedConfig, other: CheckedConfig) => one.config.baseUrl !== other.config.baseUrl

/** Whether both open the same sessions. */
function isSame(one: CheckedConfig, other: CheckedConfig): boolean {
  const clientOf = ({ config, basePath }: CheckedConfig) => [config.issuer, config.clientId, basePath].join(' ')
  return clientOf(one) === clientOf(other) && one.secrets.some((secret) => other.secrets.includes(secret))
}
