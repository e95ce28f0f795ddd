/** A page's questions to the worker of its vault, and the answers. */

import { OidcError } from '../error.js'
import { openLine, type Line } from './line.js'
import type { Question, Reply } from './words.js'

/** What a page asks a worker by. */
export interface Link {
  /** Asks, and gives the answer; rejects with `OIDC_VAULT_UNAVAILABLE` when none comes. */
  ask(want: Question['want'], inputs: readonly unknown[], id?: number): Promise<unknown>
  /** A number for a question, to call it off by. */
  number(): number
  /** Who is told when the worker is gone, and with it its memory. */
  readonly mourners: Set<() => void>
}

/** How long a worker that could not be had is not asked for again, in milliseconds. */
const PAUSE = 1000

/** Those of this page, by the address of the worker: its clients share one. */
const links = new Map<string, Link>()

/** The link to a worker: the one there is, or a new one. */
export function linkTo(workerUrl: string | object): Link {
  const url = String(workerUrl)
  let link = links.get(url)
  if (!link) links.set(url, (link = connect(workerUrl, () => links.delete(url))))
  return link
}

function connect(url: string | object, forget: () => void): Link {
  const waiting = new Map<number, (reply: Reply | OidcError) => void>()
  const mourners = new Set<() => void>()
  let count = 0
  let gone: OidcError | undefined
  const line: Line = openLine(url, {
    owes: () => waiting.size > 0,
    heard: (reply) => waiting.get(reply.id)?.(reply),
    lost(wasThere, cause) {
      gone = new OidcError('OIDC_VAULT_UNAVAILABLE', 'workerUrl', cause)
      // Whoever looks again at once for what could not be had would wait as long again.
      if (wasThere) forget()
      else setTimeout(forget, PAUSE)
      for (const settle of waiting.values()) settle(gone)
      for (const tell of mourners) tell()
    },
  })

  return {
    mourners,
    number: () => (count += 1),
    async ask(want, inputs, id = (count += 1)) {
      const reply = await new Promise<Reply | OidcError>((resolve) => {
        if (gone) return resolve(gone)
        waiting.set(id, resolve)
        line.post({ id, want, inputs })
      }).finally(() => waiting.delete(id))
      if (OidcError.is(reply)) throw reply
      if ('said' in reply) return reply.said
      throw 'code' in reply ? new OidcError(reply.code, reply.at) : new TypeError(reply.thrown)
    },
  }
}
