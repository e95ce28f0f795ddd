/**
 * Cookies of an edge: read out of a request, written for a response (RFC 6265). A text that is longer than
 * a browser takes is cut into several, of which the first says how many they are.
 */

import { OidcError } from '../../error.js'

/** What all cookies of one `createSessions` have. */
export interface Make {
  /** The name of the first; the others' begin with it. */
  readonly name: string
  /** Whether they are for https alone. */
  readonly isSecure: boolean
}

/** The bytes of a cookie that every browser takes: name, value and attributes. */
export const LONGEST = 4096
/** How many cookies one text may be cut into. */
const MOST = 20

/** RFC 6265 section 4.1.1: a token. No `;`, `,`, space or control is in one, nor in a value of ours. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/
const VALUE = /^[\w.-]*$/

/** The values of the cookies whose names begin as ours do; several where a name stands twice. */
export type Cookies = ReadonlyMap<string, readonly string[]>

/** Reads them. Whatever else a client sends is not looked at. */
export function readCookies(request: Request, { name: ours }: Make): Cookies {
  const found = new Map<string, string[]>()
  for (const pair of (request.headers.get('cookie') ?? '').split(';')) {
    const cut = pair.indexOf('=')
    const name = pair.slice(0, Math.max(cut, 0)).trim()
    // What we could not write is not ours, and cannot be taken away.
    if (!name.startsWith(ours) || !NAME.test(name)) continue
    const values = found.get(name) ?? []
    values.push(pair.slice(cut + 1).trim())
    found.set(name, values)
  }
  return found
}

/** The names of the cookies of a text, whether it is whole or not. */
export function chunksIn(cookies: Cookies, name: string): string[] {
  const isMore = (one: string) => one.startsWith(`${name}.`) && /^\d+$/.test(one.slice(name.length + 1))
  return [...cookies.keys()].filter((one) => one === name || isMore(one))
}

/**
 * The text that was cut; nothing where it is not there, or not whole: the first does not say how many they
 * are, or there are others. That is looked at before anything else is done.
 */
export function joined(cookies: Cookies, name: string): string | undefined {
  const [, number, start] = /^([1-9]\d?)\.(.*)$/.exec(valueOf(cookies, name) ?? '') ?? []
  const count = Number(number)
  if (!(count <= MOST) || chunksIn(cookies, name).length !== count) return undefined
  let text = start!
  for (let n = 1; n < count; n += 1) {
    const more = valueOf(cookies, `${name}.${n}`)
    if (!more) return undefined
    text += more
  }
  return text
}

/** The value of a cookie; nothing where it is not there, stands twice, or is none that we wrote. */
export function valueOf(cookies: Cookies, name: string): string | undefined {
  const [value, another] = cookies.get(name) ?? []
  return value !== undefined && another === undefined && VALUE.test(value) ? value : undefined
}

/** How long a cookie stays and who sends it. */
export interface Stay {
  readonly sameSite: 'Lax' | 'Strict'
  /** Seconds; without it, until the browser is closed. 0: it goes at once. */
  readonly maxAge?: number | undefined
}

/** The value of a `Set-Cookie`. */
export function lineOf({ isSecure }: Make, name: string, value: string, stay: Stay): string {
  if (!NAME.test(name) || !VALUE.test(value)) throw new OidcError('OIDC_INTERNAL', 'cookie')
  const age = stay.maxAge === undefined ? '' : `; Max-Age=${Math.max(0, Math.floor(stay.maxAge))}`
  const secure = isSecure ? '; Secure' : ''
  return `${name}=${value}; Path=/${secure}; HttpOnly; SameSite=${stay.sameSite}${age}`
}

/** How a cookie is taken away: with the attributes that it was set with, else another is meant. */
export const goneLine = (make: Make, name: string, sameSite: Stay['sameSite']): string =>
  lineOf(make, name, '', { sameSite, maxAge: 0 })

/**
 * A text as one cookie or several, by their names. Throws `OIDC_SESSION_TOO_LARGE` where it would be more
 * than 20.
 */
export function cut(make: Make, text: string, stay: Stay): Map<string, string> {
  const { name } = make
  // As long as any of them may be, with the number in front of the first.
  const room = LONGEST - lineOf(make, `${name}.${MOST}`, `${MOST}.`, stay).length
  const count = Math.ceil(text.length / room)
  if (count > MOST) throw new OidcError('OIDC_SESSION_TOO_LARGE', 'cookie')
  const lines = new Map<string, string>()
  for (let n = 0; n < count; n += 1) {
    const part = text.slice(n * room, (n + 1) * room)
    const [one, value] = n ? [`${name}.${n}`, part] : [name, `${count}.${part}`]
    lines.set(one, lineOf(make, one, value, stay))
  }
  return lines
}
