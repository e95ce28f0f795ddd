/** What a verifier knows: its settings, the keys of its issuers, the tokens it has seen. */

import type { Backend } from '../shared/backend.js'
import { readSettings } from '../page/config.js'
import type { Book } from './signatures.js'
import { verifierSettings } from '../generated/settings/edge.js'
import type { Answers, Topic } from '../introspection/types.js'
import { OidcError } from '../shared/error.js'
import type { Invoke } from '../core/glue.js'
import { nodeBackend } from '../host/crypto/node.js'
import type { Ring } from './issuer-keys.js'
import { makeSeen } from './token-cache.js'
import type { VerifierConfig } from './types.js'

/** What a verifier knows. No promise and no platform object of one request is in here. */
export interface State {
  readonly settings: VerifierConfig
  readonly text: string
  readonly backend: Backend | undefined
  readonly rings: Ring[]
  readonly seen: ReturnType<typeof makeSeen>
  /** What its issuer answered. */
  readonly answers: Partial<Record<Topic, Answers>>
  readonly book: Book
  /** The instance that knows the settings, and under which handle. */
  instance?: Invoke | undefined
  handle: number
  /** Which texts of the rings it was given. */
  readonly loaded: string[]
  /** For which texts numbers were given to keys, and the first of them: no number is given twice. */
  readonly numbered: { text: string; first: number }[]
  /** The next number of a key. */
  next: number
  /** Whether a key was dropped: then this is not forgotten for want of room. */
  hasDropped: boolean
  now(): number
}

/** Some make a verifier per request: those that say the same share what they know. */
const states = new Map<string, State>()
/** How many are shared. */
const MOST = 64

/** The settings that bring a module of their own: what was made by `countersign/introspection`. */
export const TOPICS = ['introspection', 'userinfo'] as const

/** What a verifier with these settings knows: what the others know that say the same. */
export function makeState(given: VerifierConfig): State {
  const settings = readSettings<VerifierConfig>(given, verifierSettings)
  const { keys, replay, decryptionKeys, backend, fetch, now, log, ...plain } = settings
  for (const topic of TOPICS) {
    const isMade = !settings[topic] || typeof settings[topic].open === 'function'
    if (!isMade) throw new OidcError('OIDC_CONFIG_INVALID', topic)
  }
  check(settings)
  let text: string
  try {
    const [introspection, userinfo] = TOPICS.map((topic) => settings[topic]?.settings)
    text = JSON.stringify({ ...plain, introspection, userinfo })
  } catch (cause) {
    throw new OidcError('OIDC_CONFIG_INVALID', '', cause)
  }
  // Whoever brings something of its own shares nothing: nobody may answer for another's issuer.
  const isPlain = !keys && !replay && !decryptionKeys && !backend && !fetch && !now
  const known = isPlain && states.get(text)
  if (known) {
    // What is used again is the youngest.
    states.delete(text)
    states.set(text, known)
    return known
  }
  const count = typeof settings.issuer === 'string' ? 1 : settings.issuer.length
  const all = Array.from({ length: count })
  const state: State = {
    settings,
    text,
    backend: backend ?? nodeBackend(),
    rings: all.map(() => ({ text: '', fresh: 0, searching: 0, last: true, count: 0 })),
    seen: makeSeen(),
    answers: {},
    book: { algs: [], keys: new Map() },
    handle: 0,
    loaded: all.map(() => ''),
    numbered: all.map(() => ({ text: '', first: 0 })),
    next: 1,
    hasDropped: false,
    now: now ?? (() => Date.now() / 1000),
  }
  if (isPlain) {
    const oldest = [...states].find(([, { hasDropped }]) => !hasDropped)?.[0]
    if (states.size >= MOST && oldest !== undefined) states.delete(oldest)
    states.set(text, state)
  }
  return state
}

/** What an app brings has the methods that it is asked for. */
function check(settings: VerifierConfig): void {
  const methods = { keys: ['get', 'put'], replay: ['putIfAbsent'], backend: ['load', 'verify'] }
  for (const [name, wanted] of Object.entries(methods)) {
    const given = settings[name as keyof VerifierConfig] as Record<string, unknown> | undefined
    const isRight = given === undefined || wanted.every((one) => typeof given?.[one] === 'function')
    if (!isRight) throw new OidcError('OIDC_CONFIG_INVALID', name)
  }
  // The issuer answers for a token each time it is asked: nothing marks it as spent.
  if (settings.replay && settings.introspection) throw new OidcError('OIDC_CONFIG_INVALID', 'replay')
}
