/** A verifier, put together: settings, an instance that knows them, keys, and tokens seen before. */

import { within } from '../shared/abort.js'
import { jsonOf } from './input.js'
import { edgeCodes } from '../generated/codes/edge.js'
import { digestsNow, digestsOf, type Digests } from './token-hashes.js'
import { enquiriesOf, innerSettings } from './introspection.js'
import type { Refused, Said } from '../core/edge.js'
import type { Desk } from './signatures.js'
import { errorOf, explain, learn, OidcError } from '../shared/error.js'
import type { Enquiries, Topic } from '../introspection/types.js'
import { freeze } from '../shared/freeze.js'
import { guard, type AskDoor } from './guard.js'
import { edgeHints } from '../generated/hints/edge.js'
import { search } from './issuer-keys.js'
import type { Kept } from './token-cache.js'
import { spend } from './replay.js'
import { load, look, prepare, register } from './instance.js'
import { makeState, TOPICS, type State } from './state.js'
import type { Expected, GivenConfig, VerifiedClaims, Verifier, VerifierConfig } from './types.js'

learn(edgeCodes)
explain(edgeHints)

/** What a platform gives beside the language. */
export interface Platform {
  /** The bindings of a Workers runtime. */
  readonly env?: unknown
  /** Lets work go on after the response. */
  readonly waitUntil?: (work: Promise<unknown>) => void
}

/** What a verifier has for itself, whoever shares what it knows. */
interface Own extends Platform {
  readonly log?: VerifierConfig['log']
}

/** What may be expected of a token; nothing else is understood as an expectation. */
const EXPECTED = ['nonce', 'accessToken', 'code', 'requireHashes', 'maxAge', 'acrValues']

/** How long newer keys are waited for while the old ones still count, in milliseconds. */
const PATIENCE = 1000
/** How often a token is looked at, at most: keys may change and verifiers be evicted in between. */
const MOST_LOOKS = 10

/** Makes a verifier; `given` may need the platform's bindings, and is asked for once then. */
export function makeVerifier(
  desk: Desk,
  platform: Platform,
  given: GivenConfig,
): Verifier {
  let made: State | undefined
  let own: Own = platform
  function make(config: VerifierConfig): State {
    const { log } = config
    made = makeState(config)
    if (log) own = { ...platform, log }
    return made
  }
  if (typeof given !== 'function') make(given)
  const state = (env = platform.env) => made ?? make(typeof given === 'function' ? given(env) : given)
  const enquiries: Partial<Record<Topic, Enquiries>> = {}
  /** The verifiers of signed answers, which trust the same keys. */
  const inner: Partial<Record<Topic, Verifier>> = {}
  const innerOf = (all: State, topic: Topic) =>
    (inner[topic] ??= makeVerifier(desk, platform, innerSettings(all, topic, own.log)))
  const enquire = (all: State, topic: Topic) =>
    (enquiries[topic] ??= enquiriesOf(all, topic, (jwt) => innerOf(all, topic).verify(jwt)))
  return {
    async guard(request, need, { env, ctx } = {}) {
      const all = state(env)
      const here = ctx ? { ...own, waitUntil: (work: Promise<unknown>) => ctx.waitUntil(work) } : own
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
      return verify(desk, own, all, token, asked, kept, expected)
    },
    async ready() {
      const all = state()
      await prepare(desk, all)
      load(desk, all, await desk.core.get())
      const isWanted = (issuer: number) => !all.rings[issuer]!.count || isDue(all, issuer)
      // Pinned keys are all there are, also where there are none.
      const wanted = all.settings.jwks ? [] : all.rings.map((_, issuer) => issuer).filter(isWanted)
      await Promise.all(wanted.map((issuer) => search(searcherOf(desk, own, all), all.rings, issuer)))
      load(desk, all, await desk.core.get())
    },
    verifySync: (token, expected) => verifySync(desk, own, state(), token, expected),
    async drop(kid) {
      if (typeof kid !== 'string' || !kid) throw new OidcError('OIDC_EXPECTED_INVALID', 'kid')
      const all = state()
      all.hasDropped = true
      const topics = TOPICS.filter((topic) => all.settings[topic])
      await Promise.all([
        ...all.rings.map((_, issuer) => dropIn(desk, own, all, issuer, kid)),
        ...topics.map((topic) => innerOf(all, topic).drop(kid)),
      ])
      load(desk, all, await desk.core.get())
      all.seen.clear()
    },
  }
}

/** Drops a key of one issuer, here and in the cache. */
async function dropIn(desk: Desk, own: Own, state: State, issuer: number, kid: string): Promise<void> {
  const ring = state.rings[issuer]!
  if (!state.settings.jwks) {
    await search(searcherOf(desk, own, state), state.rings, issuer, '', kid)
    return
  }
  // Of pinned keys, the text is the list of those that are dropped.
  const dropped: string[] = ring.text ? JSON.parse(ring.text) : []
  ring.text = JSON.stringify([...dropped.filter((known) => known !== kid), kid])
}

type MarkSaid = { was: 'mark'; mark: string; seconds: number } | Refused

const searcherOf = (desk: Desk, { log }: Own, state: State) => ({ core: desk.core, ...state, log })

async function verify(
  desk: Desk,
  own: Own,
  state: State,
  token: string,
  asked: string,
  kept: Kept | undefined,
  expected?: Expected,
): Promise<VerifiedClaims> {
  if (kept) {
    await revalidate(desk, own, state, kept.issuer)
    // Newer keys may have ended what was kept.
    load(desk, state, await desk.core.get())
    const still = findKept(state, token, asked)
    if (still) return still.claims
  }
  if (state.instance !== desk.core.now() || !state.instance) await prepare(desk, state)
  const claims = await judge(desk, own, state, token, [
    asked,
    await opened(state, token),
    await digestsOf(state.backend, expected),
  ])
  await mark(desk, state, claims)
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

/** Where each token counts once: rejects when this is not its first time. */
async function mark(desk: Desk, state: State, claims: VerifiedClaims): Promise<void> {
  const { replay } = state.settings
  if (!replay) return
  const said = await ask<MarkSaid>(desk, state, 'markOf', [JSON.stringify(claims), state.now()])
  if (said.was === 'error') throw errorOf(said.failure)
  await spend(replay, said.mark, said.seconds, state.backend)
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

async function judge(
  desk: Desk,
  own: Own,
  state: State,
  token: string,
  [asked, inner, digests]: readonly [asked: string, inner: string, digests: Digests],
): Promise<VerifiedClaims> {
  let judged = ''
  let last = false
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const instance = await desk.core.get()
    const [said, later] = look(desk, state, instance, [inner, asked, judged, digests, last])
    switch (said.was) {
      case 'verified': {
        const { text } = state.rings[said.issuer]!
        await revalidate(desk, own, state, said.issuer)
        if (state.rings[said.issuer]!.text === text) return keep(state, token, asked, said)
        break
      }
      case 'asked':
        judged += ` ${await later!()}`
        break
      case 'wants':
        last = await search(searcherOf(desk, own, state), state.rings, said.issuer, inner)
        break
      case 'unknown':
        state.instance = undefined
        break
      case 'error':
        throw errorOf(said.failure)
    }
  }
  throw new OidcError('OIDC_INTERNAL', 'verify')
}

function verifySync(
  desk: Desk,
  own: Own,
  state: State,
  token: string,
  expected?: Expected,
): VerifiedClaims {
  const asked = textOf(token, expected)
  // A store, and whoever decrypts, answers later.
  for (const at of ['replay', 'decryptionKeys'] as const) {
    if (state.settings[at]) throw new OidcError('OIDC_CONFIG_INVALID', at)
  }
  const instance = desk.core.now()
  if (instance && state.instance) load(desk, state, instance)
  const kept = findKept(state, token, asked)
  if (kept && !isDue(state, kept.issuer)) return kept.claims
  state.rings.forEach((_, issuer) => {
    // Beside the call, which does not wait.
    if (isDue(state, issuer)) void search(searcherOf(desk, own, state), state.rings, issuer).catch(() => {})
  })
  const isReady = state.rings.some((ring) => ring.count)
  const hasKeys = isReady || state.hasDropped
  if (!instance || !state.backend || !hasKeys) throw new OidcError('OIDC_NOT_READY')
  const inputs = [token, asked, '', digestsNow(state.backend, expected), true] as const
  let [said] = look(desk, state, instance, inputs)
  if (said.was === 'unknown') {
    state.instance = undefined
    ;[said] = look(desk, state, instance, inputs)
  }
  if (said.was === 'error') throw errorOf(said.failure)
  if (said.was !== 'verified') throw new OidcError('OIDC_NOT_READY')
  return keep(state, token, asked, said)
}

/** Whether it is time to ask for newer keys. */
function isDue(state: State, issuer: number): boolean {
  const ring = state.rings[issuer]!
  return !state.settings.jwks && !!ring.text && state.now() >= ring.fresh
}

/** Asks for newer keys when it is time: beside the request where the platform allows it. */
async function revalidate(
  desk: Desk,
  own: Own,
  state: State,
  issuer: number,
): Promise<void> {
  if (!isDue(state, issuer) || state.rings[issuer]!.searching) return
  // What is here still counts, or the core says that it does not.
  const work = search(searcherOf(desk, own, state), state.rings, issuer).catch(() => {})
  if (own.waitUntil) own.waitUntil(work)
  else await within(PATIENCE, work, undefined)
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
  return jsonOf(expected, EXPECTED)
}
