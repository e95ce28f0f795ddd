/** A verifier, put together: settings, an instance that knows them, keys, and tokens seen before. */

import { jwkOf, type Backend } from './backend.js'
import { edgeCodes } from './codes/edge.js'
import { readSettings } from './config.js'
import type { Said } from './edge-core.js'
import type { Book, Desk, Later } from './desk.js'
import { errorOf, explain, learn, OidcError } from './error.js'
import { edgeHints } from './hints/edge.js'
import type { Invoke } from './glue.js'
import { nodeBackend } from './host/node.js'
import { search, type Ring } from './rings.js'
import { makeSeen, type Kept } from './seen.js'
import { verifierSettings } from './edge-settings.js'
import type {
  Expected,
  GivenConfig,
  VerifiedClaims,
  Verifier,
  VerifierConfig,
} from './verifier-types.js'

learn(edgeCodes)
explain(edgeHints)

/** What a platform gives beside the language. */
export interface Platform {
  /** The bindings of a Workers runtime. */
  readonly env?: unknown
  /** Lets work go on after the response. */
  readonly waitUntil?: (work: Promise<unknown>) => void
}

/** How often, in seconds, what other isolates dropped is looked up in a cache that is shared. */
const GLANCE = 30

/** Makes a verifier; `given` may need the platform's bindings, and is asked for once then. */
export function makeVerifier(
  desk: Desk,
  platform: Platform,
  given: GivenConfig,
): Verifier {
  let made: State | undefined
  if (typeof given !== 'function') made = makeState(given)
  const state = () => (made ??= makeState(typeof given === 'function' ? given(platform.env) : given))
  return {
    verify: async (token, expected) => verify(desk, platform, state(), token, expected),
    async ready() {
      const all = state()
      await prepare(desk, all)
      await all.backend?.load()
      await Promise.all(all.rings.map((ring, issuer) => ring.text || all.settings.jwks ? 0 : search(searcherOf(desk, all), all.rings, issuer)))
      load(desk, all, await desk.core.get())
    },
    verifySync: (token, expected) => verifySync(desk, state(), token, expected),
    async drop(kid) {
      const all = state()
      all.seen.clear()
      await Promise.all(all.rings.map((_, issuer) => search(searcherOf(desk, all), all.rings, issuer, '', kid)))
      all.seen.clear()
      all.loaded.fill('')
    },
  }
}

/** What a verifier knows. No promise and no platform object of one request is in here. */
interface State {
  readonly settings: VerifierConfig
  readonly text: string
  readonly backend: Backend | undefined
  readonly rings: Ring[]
  readonly seen: ReturnType<typeof makeSeen>
  readonly book: Book
  /** The instance that knows the settings, and under which handle. */
  instance?: Invoke | undefined
  handle: number
  /** Which texts of the rings it was given, and the numbers of their keys. */
  readonly loaded: string[]
  readonly numbers: number[][]
  now(): number
}

/** Some make a verifier per request: those that say the same share what they know. */
const states = new Map<string, State>()
/** How many are shared. */
const MOST = 64

function makeState(given: VerifierConfig): State {
  const settings = readSettings<VerifierConfig>(given, verifierSettings)
  const { keys, backend, fetch, now, log, ...rest } = settings
  let text: string
  try {
    text = JSON.stringify(rest)
  } catch (cause) {
    throw new OidcError('OIDC_CONFIG_INVALID', '', cause)
  }
  // Whoever brings something of its own shares nothing: nobody may answer for another's issuer.
  const isPlain = !keys && !backend && !fetch && !now
  const known = isPlain && states.get(text)
  if (known) return known
  const count = typeof settings.issuer === 'string' ? 1 : settings.issuer.length
  const all = Array.from({ length: count })
  const state: State = {
    settings,
    text,
    backend: backend ?? nodeBackend(),
    rings: all.map(() => ({ text: '', fresh: 0, searching: 0 })),
    seen: makeSeen(),
    book: { algs: [], keys: new Map() },
    handle: 0,
    loaded: all.map(() => ''),
    numbers: all.map(() => []),
    now: now ?? (() => Date.now() / 1000),
  }
  if (isPlain) {
    const [oldest] = states.keys()
    if (states.size >= MOST && oldest) states.delete(oldest)
    states.set(text, state)
  }
  return state
}

const searcherOf = (desk: Desk, state: State) => ({ core: desk.core, ...state })

async function verify(
  desk: Desk,
  platform: Platform,
  state: State,
  token: string,
  expected?: Expected,
): Promise<VerifiedClaims> {
  const asked = textOf(token, expected)
  const kept = findKept(state, token, asked)
  if (kept) {
    await revalidate(desk, platform, state, kept.issuer)
    return kept.claims
  }
  if (state.instance !== desk.core.now() || !state.instance) await prepare(desk, state)
  await Promise.all(state.rings.map((_, issuer) => revalidate(desk, platform, state, issuer)))
  return judge(desk, state, token, asked)
}

async function judge(
  desk: Desk,
  state: State,
  token: string,
  asked: string,
): Promise<VerifiedClaims> {
  let judged = ''
  let last = false
  for (;;) {
    const instance = await desk.core.get()
    const [said, later] = look(desk, state, instance, token, asked, judged, last)
    switch (said.was) {
      case 'verified':
        return keep(state, token, asked, said)
      case 'asked':
        judged = await later!()
        break
      case 'wants':
        await search(searcherOf(desk, state), state.rings, said.issuer, token)
        last = true
        break
      case 'unknown':
        state.instance = undefined
        break
      case 'error':
        throw errorOf(said.failure)
    }
  }
}

function verifySync(
  desk: Desk,
  state: State,
  token: string,
  expected?: Expected,
): VerifiedClaims {
  const asked = textOf(token, expected)
  const kept = findKept(state, token, asked)
  if (kept) return kept.claims
  const instance = desk.core.now()
  const isReady = state.settings.jwks || state.rings.some((ring) => ring.text)
  if (!instance || !state.backend || !isReady) throw new OidcError('OIDC_NOT_READY')
  let [said] = look(desk, state, instance, token, asked, '', true)
  if (said.was === 'unknown') {
    state.instance = undefined
    ;[said] = look(desk, state, instance, token, asked, '', true)
  }
  if (said.was === 'error') throw errorOf(said.failure)
  if (said.was !== 'verified') throw new OidcError('OIDC_NOT_READY')
  return keep(state, token, asked, said)
}

/** One look of the core at a token. */
function look(
  desk: Desk,
  state: State,
  instance: Invoke,
  token: string,
  asked: string,
  judged: string,
  last: boolean,
): [Said['verify'], Later] {
  load(desk, state, instance)
  const inputs = [state.handle, token, asked, judged, last, state.now()]
  return desk.ask(state.book, state.backend, () => desk.core.call(instance, 'verify', inputs) as Said['verify'])
}

/** An instance, the settings registered there. */
async function prepare(desk: Desk, state: State): Promise<void> {
  register(desk, state, await desk.core.get())
}

function register(desk: Desk, state: State, instance: Invoke): void {
  const said = desk.core.call(instance, 'register', [state.text]) as Said['register']
  if (said.was === 'error') throw errorOf(said.failure)
  state.instance = instance
  state.handle = said.handle
  state.book.algs = said.algs
  state.book.keys.clear()
  state.loaded.fill('')
}

/** Gives the instance what it does not have yet: the settings, and the newest keys. */
function load(desk: Desk, state: State, instance: Invoke): void {
  if (state.instance !== instance) register(desk, state, instance)
  state.rings.forEach((ring, issuer) => {
    const text = state.settings.jwks ? 'pinned' : ring.text
    if (!text || state.loaded[issuer] === text) return
    const inputs = [state.handle, issuer, ring.text]
    const said = desk.core.call(instance, 'loadKeys', inputs) as Said['loadKeys']
    if (said.was !== 'loaded') return
    const { keys } = state.book
    state.numbers[issuer]?.forEach((number) => keys.delete(number))
    state.numbers[issuer] = said.keys.map((_, place) => said.first + place)
    said.keys.forEach((key, place) => keys.set(said.first + place, jwkOf(key)))
    state.loaded[issuer] = text
    const glance = state.settings.keys ? state.now() + GLANCE : Infinity
    ring.fresh = Math.min(said.fresh, glance)
    // What was verified by keys that are gone is verified anew.
    state.seen.clear()
  })
}

/** Asks for newer keys when it is time: beside the request where the platform allows it. */
async function revalidate(
  desk: Desk,
  { waitUntil }: Platform,
  state: State,
  issuer: number,
): Promise<void> {
  const ring = state.rings[issuer]!
  if (!ring.text || state.now() < ring.fresh) return
  // What is here still counts, or the core says that it does not.
  const work = search(searcherOf(desk, state), state.rings, issuer).catch(() => {})
  if (waitUntil) waitUntil(work)
  else await work
}

function findKept(state: State, token: string, asked: string): Kept | undefined {
  const kept = state.seen.find(asked ? `${asked} ${token}` : token)
  if (!kept) return
  const now = state.now()
  return kept.from <= now && now < kept.until ? kept : undefined
}

function keep(
  state: State,
  token: string,
  asked: string,
  said: Extract<Said['verify'], { was: 'verified' }>,
): VerifiedClaims {
  const claims = freeze(said.claims) as VerifiedClaims
  const { from, until } = said
  const key = asked ? `${asked} ${token}` : token
  if (said.keepable) state.seen.keep(key, { claims, from, until, issuer: said.issuer })
  return claims
}

/** The expectations as JSON text for the core; empty where there are none. */
function textOf(token: unknown, expected: Expected | undefined): string {
  if (typeof token !== 'string') throw new OidcError('OIDC_TOKEN_MALFORMED')
  if (expected === undefined) return ''
  try {
    return JSON.stringify(expected)
  } catch (cause) {
    throw new OidcError('OIDC_EXPECTED_INVALID', '', cause)
  }
}

function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  for (const one of Object.values(value)) freeze(one)
  return Object.freeze(value)
}
