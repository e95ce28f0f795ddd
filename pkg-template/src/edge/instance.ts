/** What an instance of the module is told of a verifier: its settings, its keys, a token. */

import { shortened } from './input.js'
import { jwkOf } from '../shared/backend.js'
import type { Digests } from './token-hashes.js'
import type { Desk, Later } from './signatures.js'
import type { Said } from '../core/edge.js'
import { errorOf } from '../shared/error.js'
import type { Invoke } from '../core/glue.js'
import type { State } from './state.js'

/** One look of the core at a token. */
export function look(
  desk: Desk,
  state: State,
  instance: Invoke,
  [token, asked, judged, digests, last]: readonly [string, string, string, Digests, boolean],
): [Said['verify'], Later] {
  load(desk, state, instance)
  const inputs = [state.handle, shortened(token), asked, judged, digests, last, state.now()]
  return desk.ask(state.book, state.backend, () => desk.core.call(instance, 'verify', inputs) as Said['verify'])
}

/** A backend that may be asked, and an instance, the settings registered there. */
export async function prepare(desk: Desk, state: State): Promise<void> {
  const [instance] = await Promise.all([desk.core.get(), state.backend?.load()])
  register(desk, state, instance)
}

/** Registers the settings in an instance. */
export function register(desk: Desk, state: State, instance: Invoke): void {
  const said = desk.core.call(instance, 'register', [state.text]) as Said['register']
  if (said.was === 'error') throw errorOf(said.failure)
  state.instance = instance
  state.handle = said.handle
  state.book.algs = said.algs
  state.book.keys.clear()
  state.loaded.fill('')
}

/** Gives the instance what it does not have yet: the settings, and the newest keys. */
export function load(desk: Desk, state: State, instance: Invoke): void {
  if (state.instance !== instance) register(desk, state, instance)
  state.rings.forEach((ring, issuer) => {
    const text = state.settings.jwks ? ring.text || '[]' : ring.text
    if (!text || state.loaded[issuer] === text) return
    const numbered = state.numbered[issuer]!
    const first = numbered.text === text ? numbered.first : state.next
    const said = desk.core.call(instance, 'loadKeys', [state.handle, issuer, text, first]) as Said['loadKeys']
    if (said.was !== 'loaded') return
    const { keys } = state.book
    for (let number = 0; number < ring.count; number += 1) keys.delete(numbered.first + number)
    said.keys.forEach((key, place) => keys.set(first + place, jwkOf(key)))
    state.numbered[issuer] = { text, first }
    state.next = Math.max(state.next, first + said.keys.length)
    state.loaded[issuer] = text
    ring.count = said.keys.length
    // What was verified by keys that are gone is verified anew.
    state.seen.clear()
  })
}
