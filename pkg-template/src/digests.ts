/** The digests of what a token may be bound to (OpenID Connect Core 1.0 section 3.1.3.6). */

import type { Backend } from './backend.js'
import { OidcError } from './error.js'
import { digestOf } from './host/subtle.js'
import type { Expected } from './verifier-types.js'

/** The hash functions, in the core's order. */
const HASHES = ['SHA-256', 'SHA-384', 'SHA-512', 'SHAKE256']

/** Digests behind each other; an empty text where there are none. */
export type Digests = Uint8Array | ''

/** The digests of an access token and a code, by every hash function that somebody has. */
export const digestsOf = async (backend?: Backend, expected?: Expected): Promise<Digests> =>
  joined(await Promise.all(make(backend, expected)))

/** The same at once. Throws `OIDC_NOT_READY` where nobody hashes at once. */
export const digestsNow = (backend?: Backend, expected?: Expected): Digests =>
  joined(make(backend, expected))

function make(backend?: Backend, { accessToken, code }: Expected = {}) {
  if (accessToken === undefined && code === undefined) return []
  return [accessToken, code].flatMap((text) =>
    HASHES.map((hash) => digestOf(hash, typeof text === 'string' ? text : '', backend)),
  )
}

function joined(digests: ReturnType<typeof make>): Digests {
  if (!digests.length) return ''
  return Uint8Array.from(
    digests.flatMap((digest = new Uint8Array()) => {
      if (digest instanceof Promise) throw new OidcError('OIDC_NOT_READY')
      return [...digest]
    }),
  )
}
