/** Makes a preset from its data and the options of an app. */

import { hasOwn } from '../shared/bare.js'
import { invalidSetting, isObject, isPlain, readSettings } from '../shared/settings.js'
import type { PresetSettings } from './types.js'

/** The data of a preset, in which texts are templates. */
export interface PresetData {
  readonly name: string
  /** The options by their form, separated by spaces; `!` after a name makes the option required. */
  readonly options: Partial<Record<keyof typeof forms | 'texts' | 'guids', string>>
  /** The words that an option may be; that of a GUID may be one, too. */
  readonly words?: Readonly<Record<string, readonly string[]>>
  /** Templates for options that the app does not set. */
  readonly defaults?: Readonly<Record<string, string>>
  /** Options that another option has a use for only if it is one of these words. */
  readonly onlyWith?: Readonly<Record<string, { readonly option: string; readonly words: readonly string[] }>>
  /**
   * Names in templates whose value depends on that of the option `of`: by a table, otherwise that value itself, or nothing
   * with `other`.
   */
  readonly derived?: Readonly<
    Record<string, { readonly of: string; readonly to: Readonly<Record<string, string>>; readonly other?: null }>
  >
  /** Settings for every kind of app that the provider serves. */
  readonly all: object
  readonly page?: object
  readonly sessions?: object
  /** The grants that the provider does not have, of those that it could have. */
  readonly lacks?: readonly string[]
  /** All settings of a verifier, which does not have those of `all`. */
  readonly verifier?: object
}

type Values = Readonly<Record<string, unknown>>

/** The description of each form, for the developer. */
const FORM_WORDS = {
  host: 'a host without a scheme and a path',
  domain: 'a domain in lower case',
  origin: 'a scheme and a host without a path',
  segment: 'one part of a path, without a slash',
  guid: 'a GUID in lower case',
  text: 'a text',
}

/** The form of an option's text. An option never ends the part of an address that it is in. */
const forms = {
  host: /^[a-z\d](?:[\w.-]*[a-z\d])?(?::\d{1,5})?$/i,
  domain: /^[a-z\d](?:[a-z\d.-]*[a-z\d])?$/,
  origin: /^https?:\/\/[a-z\d](?:[\w.-]*[a-z\d])?(?::\d{1,5})?$/i,
  segment: /^[\w~-][\w.~-]*$/,
  guid: /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/,
  text: /./,
}

/**
 * Fills the templates of a preset. Throws `OIDC_CONFIG_INVALID`; `at` is the option that is unknown, missing or of another
 * form.
 */
export function fill<T>({ name, all, page, sessions, verifier, lacks, ...data }: PresetData, options: object = {}): T {
  const values = valuesOf(data, options)
  const settings = (own: object | undefined) => own && (filled({ ...all, ...own }, values) as PresetSettings)
  return {
    name,
    ...(page && { page: settings(page) }),
    ...(sessions && { sessions: settings(sessions) }),
    ...(verifier && { verifier: filled(verifier, values) }),
    ...(lacks && { lacks }),
  } as T
}

function valuesOf({ options, words, onlyWith, defaults, derived }: Omit<PresetData, 'name' | 'all'>, given: object): Values {
  const { texts, guids, ...plain } = options
  const names = Object.values(plain).join(' ')
  const lists = [texts, guids].filter(Boolean).join(' ')
  // A restriction that an option inherits would be lost without a word.
  if (isObject(given) && !isPlain(given)) throw invalidSetting('config', 'an object of a class, or with inherited options')
  const values = readSettings<Record<string, unknown>>(given as never, {
    ...(names && { text: names }),
    ...(lists && { texts: lists }),
  })
  for (const option of guids?.split(' ') ?? []) {
    const list = values[option] as string[] | undefined
    if (list && !(list.length && list.every((one) => forms.guid.test(one)))) throw invalidSetting(option, 'no list of GUIDs in lower case')
  }
  for (const [option, { option: other, words }] of Object.entries(onlyWith ?? {})) {
    const isUseless = values[option] !== undefined && !words.includes(values[other] as string)
    if (isUseless) throw invalidSetting(option, `only with ${other} ${words.join(' or ')}`)
  }
  for (const [form, list] of Object.entries(plain)) {
    for (const option of list.split(' ').map((word) => word.replace('!', ''))) {
      const value = values[option]
      if (value === undefined) continue
      const isOfForm = forms[form as keyof typeof forms].test(value as string)
      const formWords = FORM_WORDS[form as keyof typeof FORM_WORDS]
      const known = words?.[option]
      if (known?.includes(value as string)) continue
      // Without a form of its own, an option must be one of the words. A GUID may be in the place of a word.
      if (known && form === 'text') throw invalidSetting(option, `none of ${known.join(', ')}`)
      if (!isOfForm) throw invalidSetting(option, `not ${formWords}${known ? `, and none of ${known.join(', ')}` : ''}`)
    }
  }
  for (const [option, template] of Object.entries(defaults ?? {})) values[option] ??= filled(template, values)
  for (const [derivedName, { of, to, other }] of Object.entries(derived ?? {})) {
    const value = values[of] as string
    const usual = other === null ? undefined : value
    values[derivedName] = hasOwn(to, value) ? (to as Record<string, string>)[value] : usual
  }
  return values
}

/** A value with its templates filled; `undefined` if it needs an option that the app does not set. */
function filled(value: unknown, values: Values): unknown {
  if (typeof value === 'string') return filledText(value, values)
  if (Array.isArray(value)) {
    const list = value.map((one) => filled(one, values)).filter((one) => one !== undefined)
    return list.length ? list : undefined
  }
  if (typeof value !== 'object' || !value) return value
  const members = Object.entries(value).map(([name, one]) => [name, filled(one, values)] as const)
  const kept = members.filter(([, one]) => one !== undefined)
  return kept.length || !members.length ? Object.fromEntries(kept) : undefined
}

/**
 * The text of a template. `{name}` stands for an option, `[…]` is left out without the options in it, and a template that is
 * one name alone may stand for a list. A template that begins with `{name?}` is for apps that set the option, and one with
 * `{name!}` for the others.
 */
function filledText(whole: string, values: Values): unknown {
  const [, option, mark, template = whole] = /^\{(\w+)([?!])\}(.*)$/.exec(whole) ?? []
  if (option && (values[option] !== undefined) !== (mark === '?')) return undefined
  const [, only] = /^\{(\w+)\}$/.exec(template) ?? []
  if (only) return values[only]
  const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  const has = (text: string) => names(text).every((name) => values[name] !== undefined)
  const text = template.replace(/\[([^\]]*)\]/g, (_, part: string) => (has(part) ? part : ''))
  return has(text) ? text.replace(/\{(\w+)\}/g, (_, name: string) => `${values[name]}`) : undefined
}
