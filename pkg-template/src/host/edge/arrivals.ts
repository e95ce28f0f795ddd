/**
 * What came of a response of the provider lately: a browser that is reloaded sends it twice, and a code that
 * is redeemed twice ends the session (RFC 6749 section 4.1.2). The second gets what the first got.
 */

import { makeLately, type Lately } from './lately.js'

/** How long it is known, in milliseconds, and of how many; the oldest go. */
const LIFETIME = 10_000
const MOST = 500

/** What came of it: the sealed session, and where the person was sent. */
export interface Arrival {
  readonly sealed: string
  readonly to: string
}

/** By the hash of the response with the sealed sign-ins that came along, which only their owner has. */
export type Arrivals = Lately<Arrival>

/** Makes it, for one `createSessions`. */
export const makeArrivals = (): Arrivals => makeLately(LIFETIME, MOST)
