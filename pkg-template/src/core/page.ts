/**
 * The border to the core: what goes in and what comes out. Values only, and every export is sync.
 */

import type { ApiNeed, StepUp } from '../page/types.js'

/**
 * The exports of the core. `config` is the JSON text of the settings, `now` seconds since 1970.
 * What comes out is JSON text, read as {@link Said} says.
 */
export interface Core {
  /**
   * Begins a flow. `start` finishes a sign-in if the page's address is its response, else restores
   * the session; `unseen` is the same in a page that the person looks at and that may go to the
   * provider and back, and `mark` leaves the mark for that; `copied` is for a tab that was copied. `text`
   * is the JSON text of the options for `login` and `popup`, what another tab said for `hear`, an address
   * for `api`, the kept session, or empty, for `renew`, `leave`, `userinfo`, `watch` and `step-up`. `about`
   * is the page's address; for `renew`, the JSON text of the need, for `step-up` that of an API's refusal;
   * for `watch`, `sees` once the provider's frame has shown that it can. At an edge alone, `return-to` says
   * where the route at the address `about` returns to.
   */
  begin(config: string, flow: Flow, text: string, about: string, now: number): string
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
  /** Gives back the memory of the last call; the glue does it. */
  release(): void
}

/** What the JSON text of an export says. */
export type Said<K extends keyof Core> = K extends 'release' ? never : Step

/** What can be begun. */
export type Flow =
  | 'start'
  | 'unseen'
  | 'mark'
  | 'step-up'
  | 'copied'
  | 'hear'
  | 'api'
  | 'login'
  | 'popup'
  | 'renew'
  | 'leave'
  | 'userinfo'
  | 'watch'
  | 'frontchannel'
  | 'prove'
  | 'nonce'
  | 'return-to'
  | 'assert'

/** Where a flow stands, and what it wishes for. */
export interface Step<E = End> {
  /** The flow as text. */
  flow: string
  /** To be granted in this order. */
  wishes: Wish[]
  /** What is worth a word and stops nothing. */
  notices: Failure[]
  /** How the flow ended; the wishes beside it are granted first. */
  end?: E
}

/** A failure: the number of its code in the table, and what it names. */
export interface Failure {
  code: number
  at: string
  /** `error`, as the provider said it. */
  error?: string
  /** `error_description`, as the provider said it. */
  description?: string
}

/** How a flow ended. */
export type End =
  | { was: 'error'; failure: Failure }
  | SignedIn
  /** Nobody is signed in; with `returnTo`, any more, and the page went away and came back. */
  | { was: 'signedOut'; returnTo?: string }
  | { was: 'leaving' | 'relayed' | 'ignored' }
  /** An API may take another token. */
  | { was: 'again' }
  /** An API asks for another sign-in; `isNew`: which nobody has asked for yet. */
  | { was: 'stepup'; detail: StepUp; isNew: boolean }
  | { was: 'claims'; claims: string }
  /** The proof of the client's key for one request. */
  | { was: 'proof'; proof: string }
  | ({ was: 'token'; session: Session } & Token)
  /** The session ended, for this reason. */
  | { was: 'ended'; failure: Failure }
  /** Somebody else signed in in another tab. */
  | { was: 'switched'; session: Session }
  /** The provider's session cannot be looked at; `again`: now. */
  | { was: 'unwatched'; failure: Failure; again: boolean }
  | { was: 'api'; need?: ApiNeed }

/** Somebody is signed in. */
export interface SignedIn {
  was: 'signedIn'
  session: Session
  /** A sign-in just finished; else the session was restored. */
  fresh: boolean
  /** Whether the store took the session. */
  kept: boolean
  /** Where the app wants to be. */
  returnTo?: string
}

/** An access token; times in seconds since 1970, 0 where unknown. */
export interface Token {
  accessToken: string
  expiresAt: number
  /** From when on it is to be renewed. */
  oldAt: number
}

/** What is known of the person. */
export interface Session {
  /** What is kept and passed back. */
  text: string
  /** The verified claims, as JSON text. */
  claims: string
  alg: string
  /** Empty where the token names none. */
  kid: string
  checks: string[]
  checkedAt: number
  /** The access tokens, where they can be renewed. */
  tokens?: string[]
  /** How far this device's clock is behind, in seconds. */
  slow: number
  /** How far it is ahead. */
  fast: number
  scope: string
}

/** Why there is no response. */
export type Silence =
  | 'network'
  | 'offline'
  | 'timeout'
  | 'too-large'
  | 'redirected'
  | 'blocked'
  | 'closed'

/** What the host says of a signature. */
export type Verdict = 'good' | 'bad' | 'unsupported' | 'unavailable'

/** What an answer is. */
export type Word =
  | 'response'
  | Silence
  | Verdict
  | 'text'
  | 'nothing'
  | 'list'
  | 'done'
  | 'not-done'
  | 'signature'

/**
 * The answer to a wish; of a response, `headers` are `Content-Type`, `Cache-Control` and
 * `Retry-After`, a line each.
 */
export type Answer =
  | [word: 'response', headers: string, body: Uint8Array, status: number]
  | [word: Silence]
  | [word: Verdict, text?: '', digest?: Uint8Array]
  | [word: 'text', text: string]
  /** A list of pairs of key and text, as JSON text. */
  | [word: 'list', entries: string]
  | [word: 'nothing' | 'done' | 'not-done']
  /** A signature; no bytes where nobody could make it. */
  | [word: 'signature', text: '', bytes: Uint8Array]

/** Where a text is kept. */
export type Place = 'pending' | 'session' | 'keys'

/** An HTTP request. */
export interface Send {
  id: number
  want: 'send'
  method: 'GET' | 'POST'
  url: string
  headers: [string, string][]
  body?: string
  maxBytes: number
  timeoutMs: number
  /** A cached answer will not do. */
  fresh: boolean
  /** The request has to prove the client's key, for this access token; empty: for none. */
  proof?: string
  /** Its form says who the client is by an assertion that is made for it. */
  asserts?: boolean
}

/** Shows the provider, until a response is brought under its `state`; the page itself brings none. */
export interface Show {
  id: number
  want: 'show'
  /** In the popup that the person opened, in a frame that nobody sees, or instead of the page. */
  on: 'popup' | 'frame' | 'page'
  url: string
  state: string
  ms: number
}

/** Asks the provider's frame whether its session is the same. */
export interface Watch {
  id: number
  want: 'watch'
  url: string
  /** The one origin to speak to, and to listen to. */
  origin: string
  text: string
  /** How long to wait before. */
  ms: number
}

/** A question about a signature: `alg` as JOSE spells it, `key` the members of a public JWK. */
export interface Verify {
  id: number
  want: 'verify'
  alg: string
  key: [string, string][]
  /** What was signed, ASCII. */
  input: string
  /** Bytes. */
  signature: number[]
  /** A text to hash, by the hash function of the algorithm; empty where none is to be hashed. */
  bound: string
}

/** Signs with the private half of a key, `key` the members of its public JWK. */
export interface Sign {
  id: number
  want: 'sign'
  alg: string
  key: [string, string][]
  /** ASCII. */
  input: string
}

/** What only renewal wants done. */
export type More =
  | Sign
  | { id: number; want: 'swap'; place: Place; key: string; was: string; text: string }
  | { id: number; want: 'lock'; name: string; ms: number }
  | { id: number; want: 'relay'; state: string; query: string }
  | Show
  | Watch

/** What the core wants done. */
export type Wish =
  | Send
  | Verify
  | { id: number; want: 'list'; place: Place; prefix: string }
  | { id: number; want: 'load' | 'drop' | 'drop-own'; place: Place; key: string }
  | { id: number; want: 'take'; place: Place; key: string; tombstone: string }
  | { id: number; want: 'save'; place: Place; key: string; text: string }
  | { id: number; want: 'tell'; text: string }
  | More
  | { id: number; want: 'wait'; ms: number }
  | { id: number; want: 'rewrite' | 'leave'; url: string }
