/** The settings of `createSessions`: their shapes, what the core hears of them, and the cookies' make. */

import { json, readSettings, resolve, type Table } from '../page/config.js'
import { OidcError } from '../shared/error.js'
import { makeSigningKey, type SigningKey } from '../host/server/client-key.js'
import type { Make, Stay } from '../host/server/cookies.js'
import { sessionsSettings } from '../generated/settings/sessions.js'
import type { CookieConfig, SessionsConfig } from './types.js'

/** What the host needs and the core never hears of. */
const own: Table = {
  text: 'baseUrl basePath',
  textOrTexts: 'secret!',
  object: 'cookie backend',
  bool: 'allowInsecure',
  function: 'fetch log onError',
}

/** How long a session lasts at most where nothing is said, in seconds. */
const USUAL = 7 * 24 * 60 * 60
/** The shortest secret, in characters, and how many of them must differ. */
const SHORTEST = 32
const DIFFERENT = 8

/** Settings that were checked. */
export interface Believed {
  readonly config: SessionsConfig
  readonly secrets: readonly string[]
  readonly basePath: string
  /** What signs for the client, where it has a key. */
  readonly key: SigningKey | undefined
  /** How long a session lasts after its sign-in, in seconds, and whether also without its browser. */
  readonly lasting: readonly [seconds: number, isLasting: boolean]
  /** Where this app is, for a request. Throws `OIDC_CONFIG_INSECURE` for one in clear text. */
  place(request: Request): Place
}

/** Where the app is. */
export interface Place {
  readonly origin: string
  /** The JSON text of the settings for the core. */
  readonly text: string
  readonly make: Make
  readonly sameSite: Stay['sameSite']
}

/** Checks them. Throws `OIDC_CONFIG_INVALID` with the name of the setting in `at`. */
export function believe(given: SessionsConfig): Believed {
  const config = readSettings<SessionsConfig>(given, whole)
  if (!config.issuer && !config.metadata) throw invalid('issuer')
  const { secret, basePath = '/auth', baseUrl } = config
  const secrets = typeof secret === 'string' ? [secret] : secret
  const isStrong = (one: string) => one.length >= SHORTEST && new Set(one).size >= DIFFERENT
  if (!config.clientSecret === !config.clientKey) {
    throw invalid(config.clientKey ? 'clientKey' : 'clientSecret')
  }
  const key = config.clientKey && makeSigningKey(config.clientKey)
  if (!secrets.length || !secrets.every(isStrong)) throw invalid('secret')
  if (!/^(\/[\w~-][\w.~-]*)+$/.test(basePath)) throw invalid('basePath')
  // Without a prototype, as the settings themselves.
  const cookie: CookieConfig = Object.assign(Object.create(null), config.cookie)
  const { name = 'countersign', sameSite = 'lax', maxAge, ...strangers } = cookie
  const isAge = maxAge === undefined || (Number.isFinite(maxAge) && maxAge > 0)
  const isCookie = /^\w{1,64}$/.test(name) && ['lax', 'strict'].includes(sameSite) && isAge
  if (!isCookie || Object.keys(strangers).length) throw invalid('cookie')
  const base = baseUrl === undefined ? undefined : originOf(baseUrl)
  if (baseUrl !== undefined && !base) throw invalid('baseUrl')
  return {
    config,
    secrets,
    basePath,
    key,
    lasting: [maxAge ?? USUAL, maxAge !== undefined],
    place(request) {
      // Never a header: who sends the request writes those.
      const origin = base ?? new URL(request.url).origin
      const isSecure = origin.startsWith('https:')
      if (!isSecure && !(config.allowInsecure && isLoopback(origin))) {
        throw new OidcError('OIDC_CONFIG_INSECURE', 'baseUrl')
      }
      return {
        origin,
        text: textOf(config, key, `${origin}${basePath}/callback`, origin),
        make: { name: isSecure ? `__Host-${name}` : name, isSecure },
        sameSite: sameSite === 'strict' ? 'Strict' : 'Lax',
      }
    },
  }
}

/** The shapes of all settings. */
const whole: Table = Object.fromEntries(
  [...new Set([...Object.keys(sessionsSettings), ...Object.keys(own)])].map((kind) => {
    const [theirs, ours] = [sessionsSettings, own].map((table) => (table as Record<string, string>)[kind])
    return [kind, [theirs, ours].filter(Boolean).join(' ')]
  }),
)

/** What the core hears: nothing of what seals, and of a key its public half. */
function textOf(
  config: SessionsConfig,
  key: SigningKey | undefined,
  redirectUri: string,
  origin: string,
): string {
  const { secret, baseUrl, basePath, cookie, backend, allowInsecure, ...plain } = config
  const after = plain.postLogoutRedirectUri
  if (after !== undefined) plain.postLogoutRedirectUri = resolve(after, origin) ?? after
  if (key) plain.clientKey = key.publicHalf
  return json({ ...plain, redirectUri }, 'OIDC_CONFIG_INVALID')
}

/** The origin that an address is, with nothing behind it. */
function originOf(address: string): string | undefined {
  const url = resolve(address, '')
  const origin = url === undefined ? undefined : new URL(url).origin
  return url === `${origin}/` ? origin : undefined
}

const isLoopback = (origin: string): boolean =>
  /^(localhost|.*\.localhost|127\.0\.0\.1|\[::1\])$/.test(new URL(origin).hostname)

const invalid = (name: string) => new OidcError('OIDC_CONFIG_INVALID', name)
