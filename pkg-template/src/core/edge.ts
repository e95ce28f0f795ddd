/**
 * The border to the module of the edge: what goes in and what comes out. Values only, and every
 * export is sync.
 */

import type { Failure, Step, Word } from './page.js'

/**
 * The exports of the module. `config` is the JSON text of the settings, `now` seconds since 1970.
 * What comes out is JSON text, read as {@link Said} says.
 */
export interface Core {
  /** Registers settings. */
  register(config: string): string
  /**
   * Gives a registered verifier an issuer's keys, `first` being the number of the first. Where the
   * settings pin keys, `ring` is the JSON text of the names that are dropped.
   */
  loadKeys(handle: number, issuer: number, ring: string, first: number): string
  /**
   * Looks at a token; `judged` is what the host said of its signature since the first look, `digests`
   * are those of the access token and of the code that are expected, each by every hash function.
   */
  verify(
    handle: number,
    token: string,
    expected: string,
    judged: string,
    digests: Uint8Array,
    last: boolean,
    now: number,
  ): string
  /** Reads a request at the door: `shown` and `need` are JSON text, `need` may be empty. */
  readDoor(handle: number, shown: string, need: string): string
  /** Compares the claims of a verified token, as JSON text, with what is needed. */
  judgeNeed(handle: number, shown: string, need: string, claims: string, now: number): string
  /** The answer for a failure: the number of its code, and its text. */
  refuseDoor(handle: number, shown: string, need: string, code: number, text: string): string
  /** The text whose hash is the mark of a token that counts once; `claims` are JSON text. */
  markOf(handle: number, claims: string, now: number): string
  /** Looks for an issuer's keys; `held`, `token` and `drop` may be empty. */
  beginKeys(config: string, issuer: number, held: string, token: string, drop: string): string
  /** Brings the answer to a wish; see {@link Answer}. */
  resume(
    config: string,
    flow: string,
    id: number,
    word: Word,
    text: string,
    bytes: Uint8Array,
    status: number,
    now: number,
  ): string
}

/** What the JSON text of an export says. */
export interface Said {
  register: { was: 'registered'; handle: number; algs: string[] } | Refused
  loadKeys: { was: 'loaded'; fresh: number; keys: KeyMembers[] } | Unknown
  verify:
    | {
        was: 'verified'
        claims: object
        from: number
        until: number
        issuer: number
        keepable: boolean
      }
    | { was: 'asked' }
    | { was: 'wants'; issuer: number }
    | Refused
    | Unknown
  beginKeys: Step<KeysEnd>
}

/** The members of a public JWK. */
export type KeyMembers = readonly (readonly [name: string, value: string])[]

/** How a search for keys ends: with the ring to hold, also after a failure. */
export interface KeysEnd {
  was: 'keys'
  ring: string
  /** Until when nobody needs to be asked, in seconds since 1970. */
  fresh: number
  /** Whether another search for the same token would find no more. */
  last: boolean
  failure?: Failure
}

/** A refusal. */
export interface Refused {
  was: 'error'
  failure: Failure
}

/** The handle is of another instance, or was evicted. */
interface Unknown {
  was: 'unknown'
}
