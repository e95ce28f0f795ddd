/** The names of the session cookies of every `createSessions` in this isolate. */

import { callLog } from '../shared/log.js'
import { makeBoundedMap } from '../shared/bounded-map.js'
import type { CheckedConfig } from './config.js'

const MAX_CONFIGS = 64
const MAX_NAMES = 4096
const reported = new Set<string>()
const configs = makeBoundedMap<string, CheckedConfig>(MAX_CONFIGS)
const names = makeBoundedMap<string, true>(MAX_NAMES)

/** Whether sessions of this isolate have this name, without `__Host-`. Other configurations cannot evict that of `own`. */
export const isCookieName = ({ cookieName: own }: CheckedConfig, name: string): boolean =>
  name === own || names.entries.has(name)

/**
 * Remembers the name of a configuration's cookies. Reports another one at the same origin that uses the name for other
 * sessions: a sign-in of one ends the session of the other.
 */
export function addCookieName(checked: CheckedConfig): void {
  const { cookieName, config } = checked
  const other = configs.entries.get(cookieName)
  configs.set(cookieName, checked)
  names.set(cookieName, true)
  if (!other || reported.has(cookieName) || isElsewhere(other, checked) || isSame(other, checked)) return
  reported.add(cookieName)
  const hint =
    `countersign: two createSessions use the cookie name "${cookieName}", so that a sign-in of one ends the session ` +
    'of the other. Give one of them another `cookie.name`.'
  void callLog(config.log ?? console.warn, hint)
}

const isElsewhere = (one: CheckedConfig, other: CheckedConfig) => one.config.baseUrl !== other.config.baseUrl

/** Whether both open the same sessions. */
function isSame(one: CheckedConfig, other: CheckedConfig): boolean {
  const clientOf = ({ config, basePath }: CheckedConfig) => [config.issuer, config.clientId, basePath].join(' ')
  return clientOf(one) === clientOf(other) && one.secrets.some((secret) => other.secrets.includes(secret))
}
