import type { EdgeCode } from '../generated/codes/edge.js'
import type { PageCode } from '../generated/codes/page.js'
import type { RenewalCode } from '../generated/codes/renewal.js'
import type { SessionsCode } from '../generated/codes/sessions.js'
import type { Failure } from '../core/page.js'

/** The text of a code; stable. */
export type OidcCode = PageCode | RenewalCode | EdgeCode | SessionsCode

/** Who has to act. */
export type Blame = 'User' | 'App' | 'Provider' | 'Host' | 'Bug'

/** What to do next, in the order of the core's numbers. */
export type Hints = readonly (string | undefined)[]

/** By the core's numbers, which are the same for every entry: what their tables say together. */
const codes: (readonly [OidcCode, Blame] | undefined)[] = []
const hints: (string | undefined)[] = []

/** Adds an entry's codes: words of capitals, behind the word of who has to act; an empty one has a number alone. */
export function learn(table: string): void {
  let blame: string
  let number = 0
  for (const word of table.split(' ')) {
    if (word[1]! >= 'a') blame = word
    else {
      if (word) codes[number] = [`OIDC_${word}` as OidcCode, blame! as Blame]
      number += 1
    }
  }
}

/** Adds an entry's hints; without them an error says where its hint can be read. */
export function explain(table: Hints): void {
  Object.assign(hints, table)
}

/**
 * Every failure of Countersign. `code` says which, `blame` who has to act, `hint` what to do next.
 * The message is for developers and may change; the code does not. No secret and no token is in it.
 */
export class OidcError extends Error {
  override readonly name = 'OidcError'
  /** Which failure; stable. */
  readonly code: OidcCode
  /**
   * Who has to act: `User` (ask again), `App` (a misuse), `Provider`, `Host` (network, storage; a
   * later try may work) or `Bug` (ours).
   */
  readonly blame: Blame
  /** What to do next, in one sentence; in `countersign/slim`, where that is written. */
  readonly hint: string
  /** The setting, parameter, claim or endpoint at fault; empty where the code says all. */
  readonly at: string

  /** `cause` is what lay beneath: an error, an abort's reason, or what the provider said. */
  constructor(code: OidcCode, at = '', cause?: unknown) {
    const number = codes.findIndex((row) => row?.[0] === code)
    const hint = hints[number] ?? `See ${code} in Countersign's README.`
    super(`${code}${at && ` (${at})`}: ${hint}`, cause === undefined ? undefined : { cause })
    this.code = code
    this.blame = codes[number]?.[1] ?? 'Bug'
    this.hint = hint
    this.at = at
  }

  /**
   * Whether this is an `OidcError`, also of another copy of Countersign on the page: by name, where
   * `instanceof` would say no.
   */
  static is(x: unknown): x is OidcError {
    return typeof x === 'object' && x !== null && 'name' in x && x.name === 'OidcError'
  }
}

/**
 * What a provider said of its error, as the `cause` of an {@link OidcError}. It is the provider's
 * text: show it as text, never as HTML.
 */
export interface ProviderReason {
  /** `error` (RFC 6749 4.1.2.1, 5.2). */
  readonly error: string
  /** `error_description`; empty where there was none. */
  readonly error_description: string
}

/** The core's number for the code of an error. */
export const numberOf = ({ code }: OidcError): number => codes.findIndex((row) => row?.[0] === code)

/** The core's failure as an error. */
export function errorOf({ code, at, error, description }: Failure): OidcError {
  const reason: ProviderReason | undefined =
    error === undefined ? undefined : { error, error_description: description ?? '' }
  return new OidcError(codes[code]?.[0] ?? 'OIDC_INTERNAL', at, reason)
}
