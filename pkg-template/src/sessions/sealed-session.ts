/** A session in its sealed form, which is the value of its cookies. */

import { now } from '../core/drive.js'
import { hashOf, type Sealer } from '../host/server/seal.js'

/** A session, sealed and opened. */
export interface SealedSession {
  /** A random identifier. It changes with each sign-in and stays through renewals. */
  id: string
  /** Seconds since 1970. */
  signedInAt: number
  /** The session as the core's text. */
  text: string
  sealed: string
  /** The hash of `sealed`. */
  hash: string
  /** Whether an older secret sealed it. */
  isOld: boolean
}

/** Seals and opens the sessions of one cookie name. */
export interface SessionSealer {
  seal(id: string, signedInAt: number, text: string): Promise<SealedSession>
  /** Resolves to `undefined` if the text was not sealed for this cookie, or if the session has expired. */
  open(sealed: string): Promise<SealedSession | undefined>
}

/** Makes the sealer. `lifetime` is in seconds, from the sign-in. */
export function makeSessionSealer(sealer: Sealer, cookieName: string, lifetime: number): SessionSealer {
  return {
    async seal(id, signedInAt, text) {
      const sealed = await sealer.seal('session', cookieName, `${id}\n${signedInAt}\n${text}`)
      return { id, signedInAt, text, sealed, hash: await hashOf(sealed), isOld: false }
    },
    async open(sealed) {
      const opened = await sealer.open('session', cookieName, sealed)
      const [id = '', time, ...lines] = opened?.text.split('\n') ?? []
      const signedInAt = Number(time)
      if (!opened || now() >= signedInAt + lifetime) return undefined
      const { isOld } = opened
      return { id, signedInAt, text: lines.join('\n'), sealed, hash: await hashOf(sealed), isOld }
    },
  }
}
