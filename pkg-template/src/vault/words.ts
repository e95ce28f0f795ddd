/** The words of a page and the worker of its vault: one question, one answer. */

import type { OidcCode } from '../error.js'

/**
 * The name of the worker. Pages of two versions of Countersign, as after a deployment, must not
 * talk to one worker: whoever changes these words changes the name.
 */
export const NAME = 'countersign 1'

/**
 * What a page asks. `begin` and `resume`: what the core is asked, by the same inputs. `reveal`: the
 * token that a ticket stands for. `fetch`: a request with such a token. `cancel`: a request is of no
 * use any more. `ping`: an answer.
 */
export interface Question {
  id: number
  want: 'begin' | 'resume' | 'reveal' | 'fetch' | 'cancel' | 'ping'
  inputs: readonly unknown[]
}

/** What the worker answers: what was asked for, or the failure. */
export type Reply =
  | { id: number; said: unknown }
  | { id: number; code: OidcCode; at: string }
  /** What the platform's `fetch` threw. */
  | { id: number; thrown: string }

/** A request, as it can be sent to another thread. */
export interface Sent {
  url: string
  init: Pick<
    RequestInit,
    | 'method'
    | 'mode'
    | 'credentials'
    | 'cache'
    | 'redirect'
    | 'referrerPolicy'
    | 'integrity'
    | 'keepalive'
  > & { headers: [string, string][]; body?: ArrayBuffer }
}

/** A response, the same way. */
export interface Received {
  status: number
  statusText: string
  headers: [string, string][]
  body: ReadableStream<Uint8Array> | ArrayBuffer | null
  url: string
  redirected: boolean
  type: ResponseType
}

/** What a page holds in the stead of a secret. */
const TICKET = 'ticket-'

/** The ticket of a number. */
export const ticketOf = (number: number): string => TICKET + number

/** The ticket in an `Authorization`, if it has one. */
export const ticketIn = (authorization: string | null): string | undefined =>
  authorization?.startsWith(`Bearer ${TICKET}`) ? authorization.slice(7) : undefined
