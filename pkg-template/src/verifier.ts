/** A verifier, put together: settings, an instance that knows them, keys, and tokens seen before. */

import { jwkOf } from './backend.js'
import { edgeCodes } from './codes/edge.js'
import type { Refused, Said } from './edge-core.js'
import type { Desk, Later } from './desk.js'
import { errorOf, explain, learn, OidcError } from './error.js'
import type { Enquiries, Topic } from './enquiry.js'
import { freeze } from './freeze.js'
import { guard, type AskDoor } from './guard.js'
import { edgeHints } from './hints/edge.js'
import type { Invoke } from './glue-types.js'
import { search } from './rings.js'
import type { Kept } from './seen.js'
import { makeState, type State } from './verifier-state.js'
import type { Expected, GivenConfig, VerifiedClaims, Verifier } from './verifier-types.js'

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
  const state = (env = platform.env) =>
    (made ??= makeState(typeof given === 'function' ? given(env) : given))
  const enquiries: Partial<Record<Topic, Enquiries>> = {}
  const enquire = (all: State, topic: Topic) =>
    (enquiries[topic] ??= enquiriesOf(desk, platform, all, topic))
  return {
    async guard(request, need, { env, ctx } = {}) {
      const all = state(env)
      const here = ctx ? { ...platform, waitUntil: (work: Promise<unknown>) => ctx.waitUntil(work) } : platform
      const judge = (token: string) =>
        all.settings.introspection ? enquire(all, 'introspection').introspect(token) : verify(desk, here, all, token, '', findKept(all, token, ''))
      const door: AskDoor = (name, ...inputs) => ask(desk, all, name, inputs)
      return guard(door, judge, all.now, request, need)
    },
    introspect: async (token, o) => enquire(state(), 'introspection').introspect(token, o),
    userinfo: async (token, o) => enquire(state(), 'userinfo').userinfo(token, o),
    async verify(token, expected) {
      const all = state()
      const asked = textOf(token, expected)
      const kept = findKept(all, token, asked)
      // Most tokens were seen before, and nothing is due: no turn of the loop is spent on them.
      if (kept && !isDue(all, kept.issuer)) return kept.claims
      return verify(desk, platform, all, token, asked, kept)
    },
    async ready() {
      const all = state()
      await prepare(desk, all)
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

type MarkSaid = { was: 'mark'; mark: string; seconds: number } | Refused

const searcherOf = (desk: Desk, state: State) => ({ core: desk.core, ...state })

async function verify(
  desk: Desk,
  platform: Platform,
  state: State,
  token: string,
  asked: string,
  kept: Kept | undefined,
): Promise<VerifiedClaims> {
  if (kept) {
    await revalidate(desk, platform, state, kept.issuer)
    return kept.claims
  }
  if (state.instance !== desk.core.now() || !state.instance) await prepare(desk, state)
  await Promise.all(state.rings.map((_, issuer) => isDue(state, issuer) && revalidate(desk, platform, state, issuer)))
  const claims = await judge(desk, state, token, asked, await opened(state, token))
  await spend(desk, state, claims)
  return claims
}

/** The signed token that is inside, where tokens are encrypted; else the token. */
async function opened({ settings: { decryptionKeys } }: State, token: string): Promise<string> {
  if (!decryptionKeys) return token
  try {
    return await decryptionKeys(token)
  } catch (error) {
    throw OidcError.is(error) ? error : new OidcError('OIDC_DECRYPT_FAILED', '', error)
  }
}

/** Where each token counts once: whether this is its first time. */
async function spend(desk: Desk, state: State, claims: VerifiedClaims): Promise<void> {
  const { replay } = state.settings
  if (!replay) return
  const said = await ask<MarkSaid>(desk, state, 'markOf', [JSON.stringify(claims), state.now()])
  if (said.was === 'error') throw errorOf(said.failure)
  let isFirst: boolean
  try {
    isFirst = await replay.putIfAbsent(said.mark, said.seconds)
  } catch (cause) {
    throw new OidcError('OIDC_REPLAY_UNAVAILABLE', 'replay', cause)
  }
  if (isFirst !== true) throw new OidcError('OIDC_TOKEN_REPLAYED', 'jti')
}

/** Calls an export with the handle of the settings, in an instance that knows them. */
async function ask<T>(desk: Desk, state: State, name: string, inputs: unknown[]): Promise<T> {
  for (;;) {
    const instance = await desk.core.get()
    if (state.instance !== instance) register(desk, state, instance)
    const said = desk.core.call(instance, name, [state.handle, ...inputs]) as T & { was?: string }
    if (said.was !== 'unknown') return said
    state.instance = undefined
  }
}

/** The verbs that ask the issuer. What comes signed is verified by a verifier of its own kind. */
function enquiriesOf(desk: Desk, platform: Platform, state: State, topic: Topic): Enquiries {
  const given = state.settings[topic]
  if (!given) throw new OidcError('OIDC_CONFIG_INVALID', topic)
  const { cors, replay, profile, introspection, userinfo, resourceMetadata, ...rest } =
    state.settings
  let verifier: Verifier | undefined
  return given.open({
    text: state.text,
    fetch: state.settings.fetch ?? globalThis.fetch.bind(globalThis),
    now: state.now,
    verify(kind, jwt) {
      const settings = { ...rest, kind: kind as never, audience: given.settings.clientId ?? '' }
      return (verifier ??= makeVerifier(desk, platform, settings)).verify(jwt)
    },
  })
}

async function judge(
  desk: Desk,
  state: State,
  token: string,
  asked: string,
  inner: string,
): Promise<VerifiedClaims> {
  let judged = ''
  let last = false
  for (;;) {
    const instance = await desk.core.get()
    const [said, later] = look(desk, state, instance, inner, asked, judged, last)
    switch (said.was) {
      case 'verified':
        return keep(state, token, asked, said)
      case 'asked':
        judged = await later!()
        break
      case 'wants':
        await search(searcherOf(desk, state), state.rings, said.issuer, inner)
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
  // A store, and whoever decrypts, answers later.
  for (const at of ['replay', 'decryptionKeys'] as const) {
    if (state.settings[at]) throw new OidcError('OIDC_CONFIG_INVALID', at)
  }
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

/** A backend that may be asked, and an instance, the settings registered there. */
async function prepare(desk: Desk, state: State): Promise<void> {
  const [instance] = await Promise.all([desk.core.get(), state.backend?.load()])
  register(desk, state, instance)
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

/** Whether it is time to ask for newer keys. */
function isDue(state: State, issuer: number): boolean {
  const ring = state.rings[issuer]!
  return !!ring.text && state.now() >= ring.fresh
}

/** Asks for newer keys when it is time: beside the request where the platform allows it. */
async function revalidate(
  desk: Desk,
  { waitUntil }: Platform,
  state: State,
  issuer: number,
): Promise<void> {
  if (!isDue(state, issuer)) return
  // What is here still counts, or the core says that it does not.
  const work = search(searcherOf(desk, state), state.rings, issuer).catch(() => {})
  if (waitUntil) waitUntil(work)
  else await work
}

function findKept(state: State, token: string, asked: string): Kept | undefined {
  const kept = state.seen.find(token, asked)
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
  const isKeepable = said.keepable && !state.settings.replay
  if (isKeepable) state.seen.keep(token, asked, { claims, from, until, issuer: said.issuer })
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
