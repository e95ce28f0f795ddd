/** What a page holds in the stead of a secret: a ticket, of use to that page alone. */

import type { End } from '../core.js'
import { ticketOf } from './words.js'

/** What a ticket stands for. */
export interface Secret {
  /** The text of the settings of the client whose it is. */
  settings: string
  /** Of a token, the JSON text of what it is for. */
  what: string
  text: string
}

/** The tickets of one page. */
export interface Tickets {
  /** The ticket for a secret: the same for the same one. */
  give(secret: Secret): string
  /** What a ticket stands for; nothing where no such was given to this page, or to another client. */
  take(ticket: unknown, settings?: string): Secret | undefined
}

/** How many are good: a page uses the newest few. */
const MOST = 1000

/** Makes them. */
export function makeTickets(): Tickets {
  const secrets = new Map<unknown, Secret>()
  const tickets = new Map<string, string>()
  let count = 0

  return {
    give(secret) {
      const key = keyOf(secret)
      const ticket = tickets.get(key) ?? ticketOf((count += 1))
      tickets.set(key, ticket)
      // Whose turn was the longest ago is the first in the map, and goes first.
      secrets.delete(ticket)
      secrets.set(ticket, secret)
      for (const [oldest, old] of secrets) {
        if (secrets.size <= MOST) break
        secrets.delete(oldest)
        tickets.delete(keyOf(old))
      }
      return ticket
    },
    take(ticket, settings) {
      const secret = secrets.get(ticket)
      return settings === undefined || secret?.settings === settings ? secret : undefined
    },
  }
}

const keyOf = ({ settings, what, text }: Secret) => JSON.stringify([settings, what, text])

/** An end as a page may know it: with tickets where secrets are; `what` is what a token is for. */
export function hide(end: End, tickets: Tickets, settings: string, what: string): End {
  if (!('session' in end)) return end
  const give = (text: string, what = '') => tickets.give({ settings, what, text })
  const { session } = end
  const tokens = session.tokens?.map((token) => give(token))
  const hidden = { ...session, text: give(session.text), ...(tokens && { tokens }) }
  if (end.was !== 'token') return { ...end, session: hidden }
  return { ...end, session: hidden, accessToken: give(end.accessToken, what) }
}

/** What a renewal is for, with the token that was refused in the stead of its ticket. */
export function readNeed(about: string, secret: (ticket: unknown) => string) {
  try {
    const { refused, ...need } = JSON.parse(about)
    const known = secret(refused)
    const whole = { ...need, ...(known && { refused: known }) }
    return { about: JSON.stringify(whole), what: JSON.stringify(need) }
  } catch {
    // The core says what is wrong with it.
    return { about, what: '' }
  }
}
