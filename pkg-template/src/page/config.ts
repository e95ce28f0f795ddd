/** The settings: their shapes, and their text for the core. */

import { OidcError } from '../shared/error.js'
import { settings as table } from '../generated/settings/page.js'
import type { Renewal } from './renewal/renewal.js'
import type { ClientConfig } from './types.js'

/** Settings whose shapes are right. Without a prototype: only what the app wrote is in them. */
export type Settings = ClientConfig

const isText = (x: unknown) => typeof x === 'string' && x !== ''
const isTexts = (x: unknown) => Array.isArray(x) && x.every(isText)
const isObject = (x: unknown) => typeof x === 'object' && x !== null && !Array.isArray(x)
const isFunction = (x: unknown) => typeof x === 'function'

const kinds = {
  text: isText,
  bool: (x: unknown) => typeof x === 'boolean',
  number: (x: unknown) => Number.isFinite(x),
  texts: isTexts,
  textOrTexts: (x: unknown) => isText(x) || isTexts(x),
  object: isObject,
  textOrObject: (x: unknown) => isText(x) || isObject(x),
  function: isFunction,
  any: () => true,
}

/**
 * Checks the shapes of settings. What they mean is for the core to believe, later.
 *
 * Throws `OIDC_CONFIG_INVALID` with the setting's name in `at`, also when nobody knows the name.
 */
export function checkShapes(config: ClientConfig, renewal?: Renewal): Settings {
  const [names, usual] = renewal ? renewal.shapesFor(config) : ([table, 'session'] as const)
  const settings = readSettings(config, names)
  if (!settings.issuer && !settings.metadata) throw invalid('issuer')
  const store = (settings.store ??= usual)
  const isStore =
    typeof store === 'string'
      ? ['session', 'local', 'memory', usual].includes(store)
      : [store.get, store.set, store.remove].every(isFunction)
  if (!isStore) throw invalid('store')
  return settings
}

/** Names of settings by the shape of their values. */
export type Table = Partial<Record<keyof typeof kinds, string>>

/** Settings whose shapes are those of a table. */
export function readSettings<T extends object>(config: T, table: Table): T {
  if (!isObject(config)) throw new OidcError('OIDC_CONFIG_INVALID', 'config')
  const settings: T & Record<string, unknown> = Object.assign(Object.create(null), config)
  const known = Object.entries(table).flatMap(([kind, names]) =>
    names.split(' ').map((word) => {
      const name = word.replace('!', '')
      const value = settings[name]
      const isRight = value === undefined ? word === name : kinds[kind as keyof typeof kinds](value)
      return [name, isRight] as const
    }),
  )
  const stranger = Object.keys(settings).find((name) => !known.some((one) => one[0] === name))
  const wrong = stranger ?? known.find((one) => !one[1])?.[0]
  if (wrong !== undefined) throw invalid(wrong)
  return settings
}

/** The settings as JSON text for the core: what is not a function, addresses made absolute. */
export function textOf(settings: Settings, pageUrl: string): string {
  const { store, backend, module, renewal, ...rest } = settings as unknown as Record<string, string>
  for (const name of Object.keys(rest)) {
    const uri = rest[name]!
    // An absolute one is sent to the letter, as the provider compares it (RFC 6749 3.1.2.3).
    if (uri && /redirectUri$/i.test(name) && !resolve(uri, '')) rest[name] = resolve(uri, pageUrl) ?? uri
  }
  return json(rest, 'OIDC_CONFIG_INVALID')
}

/** An address made absolute; nothing where it is none. */
export function resolve(address: string, base: string): string | undefined {
  try {
    return new URL(address, base || undefined).href
  } catch {
    return undefined
  }
}

/** JSON text of what the app gave; what has none (a cycle, a BigInt) is the app's mistake. */
export function json(
  given: object,
  code: 'OIDC_CONFIG_INVALID' | 'OIDC_SIGNIN_OPTION_INVALID',
): string {
  try {
    return JSON.stringify(given)
  } catch (cause) {
    throw new OidcError(code, '', cause)
  }
}

const invalid = (name: string) => new OidcError('OIDC_CONFIG_INVALID', name)
