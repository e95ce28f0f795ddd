/** Where the core of the edge asks about signatures: one desk for the instances of a module. */

import type { Backend, PublicJwk } from '../shared/backend.js'
import type { Verdict } from '../core/page.js'
import { makeGlue } from '../core/wasm/edge-glue.js'
import { OidcError } from '../shared/error.js'
import type { OwnBackend } from '../host/crypto/node.js'
import { importKey, judge, verdictOf } from '../host/crypto/subtle.js'
import { instances, type Instances, type Source } from '../core/load.js'

/** What the core asks, as numbers: 16 times that of a key, plus the place of an algorithm. */
export interface Book {
  /** The names of the algorithms. */
  algs: readonly string[]
  /** The keys by their numbers. */
  keys: Map<number, PublicJwk>
}

/** Where signatures are judged. */
export interface Desk {
  readonly core: Instances
  /**
   * Makes a call in which the core may ask. A backend answers at once; without one the answers
   * come with the words that the core's second look takes.
   */
  ask<T>(book: Book, backend: Backend | undefined, call: () => T): [said: T, later: Later]
}

/** What is to be said later, where something is. */
export type Later = (() => Promise<string>) | undefined

const BAD = 0
const GOOD = 1
const LATER = 2
const UNSUPPORTED = 3
const UNAVAILABLE = 4

/** The desk of a module. */
export function makeDesk(source: Source): Desk {
  let book: Book
  let backend: (Backend & Partial<OwnBackend>) | undefined
  let later: Promise<string>[] = []
  let failed: OidcError | undefined
  const imported = new WeakMap<PublicJwk, Map<string, Promise<CryptoKey> | undefined>>()

  function keyOf(alg: string, members: PublicJwk): Promise<CryptoKey> | undefined {
    let found = imported.get(members)
    if (!found) imported.set(members, (found = new Map()))
    if (!found.has(alg)) found.set(alg, importKey(alg, members))
    return found.get(alg)
  }

  async function say(
    question: number,
    alg: string,
    key: Promise<CryptoKey>,
    input: Uint8Array<ArrayBuffer>,
    signature: Uint8Array<ArrayBuffer>,
  ): Promise<string> {
    let verdict: Verdict
    try {
      verdict = await judge(alg, await key, input, signature)
    } catch (error) {
      verdict = verdictOf(error)
    }
    return `${verdict[0]}${question}`
  }

  function answer(question: number, input: Uint8Array, signature: Uint8Array): number {
    const [alg, members] = [book.algs[question % 16], book.keys.get(question >> 4)]
    if (!alg || !members) return BAD
    if (backend && !backend.leaves?.includes(alg)) {
      if (!backend.algorithms.includes(alg)) return UNSUPPORTED
      try {
        const verdict: unknown = backend.verify(alg, members, input, signature)
        // A promise, say, is no yes.
        if (typeof verdict !== 'boolean') failed = new OidcError('OIDC_CONFIG_INVALID', 'backend')
        return verdict === true ? GOOD : BAD
      } catch (cause) {
        // A key that it cannot use has signed nothing; its own failure is told when the core is
        // through, of which an exception would leave an instance nobody may trust.
        if (OidcError.is(cause)) failed = cause
        return BAD
      }
    }
    if (!globalThis.crypto?.subtle) return UNAVAILABLE
    const key = keyOf(alg, members)
    if (!key) return UNSUPPORTED
    // Copies: the module's memory moves on.
    later.push(say(question, alg, key, input.slice(), signature.slice()))
    return LATER
  }

  return {
    core: instances(source, makeGlue, answer),
    ask(asked, by, call) {
      book = asked
      backend = by
      later = []
      failed = undefined
      const said = call()
      if (failed) throw failed
      const all = later
      return [said, all.length ? async () => (await Promise.all(all)).join(' ') : undefined]
    },
  }
}
