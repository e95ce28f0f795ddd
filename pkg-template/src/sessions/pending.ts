/** Sign-ins that left for the provider, a sealed cookie each: nothing of them is kept at the edge. */

import type { Shelf } from '../drive.js'
import { OidcError } from '../error.js'
import { goneLine, lineOf, LONGEST, valueOf, type Cookies, type Make, type Stay } from '../host/edge/cookies.js'
import type { Sealer } from '../host/edge/seal.js'

/** How long a sign-in may take, in seconds. */
const LIFETIME = 15 * 60
/** How many cookies are opened; the core keeps ten of its own. */
const MOST = 16
/** How many bytes of a request they may be: servers refuse headers of 8 or 16 KB. The oldest go. */
const ROOM = 6000

interface Entry {
  at: number
  text: string
  /** As the request brought it; nothing where it is another one by now. */
  value: string | undefined
}

/** The sign-ins of one request. */
export interface Pending {
  readonly shelf: Shelf
  /** Reads what the request brings. */
  open(): Promise<void>
  /** What the request brought, sealed. */
  brought(): string
  /** What `Set-Cookie` has to say. */
  lines(): Promise<string[]>
}

/** Makes it. */
export function makePending(sealer: Sealer, make: Make, cookies: Cookies, now: () => number): Pending {
  const entries = new Map<string, Entry>()
  const begun = now()
  const gone = new Set<string>()
  const prefix = `${make.name}-`
  const nameOf = (key: string) => prefix + key.slice(key.lastIndexOf(':') + 1)
  const drop = (key: string) => {
    if (entries.delete(key) && cookies.has(nameOf(key))) gone.add(nameOf(key))
  }
  const save = (key: string, text: string, at = now()) => {
    entries.set(key, { at, text, value: undefined })
    return true
  }

  async function read(name: string): Promise<[key: string, entry: Entry] | undefined> {
    const value = valueOf(cookies, name)
    const opened = value && (await sealer.open('pending', name, value))
    if (!value || !opened) return undefined
    const [key = '', at, ...lines] = opened.text.split('\n')
    const entry = { at: Number(at), text: lines.join('\n'), value }
    return now() < entry.at + LIFETIME ? [key, entry] : undefined
  }

  /** Of those that do not fit any more, the oldest go. */
  function prune(written: Map<string, string>): void {
    let size = 0
    for (const [key, { at }] of [...entries].sort(([, a], [, b]) => b.at - a.at)) {
      size += nameOf(key).length + written.get(key)!.length
      if (size <= ROOM || at >= begun) continue
      written.delete(key)
      if (cookies.has(nameOf(key))) gone.add(nameOf(key))
    }
  }

  return {
    shelf: {
      load: (key) => entries.get(key)?.text,
      take(key, tombstone) {
        const entry = entries.get(key)
        if (entry) save(key, tombstone, entry.at)
        return entry?.text
      },
      list: (wanted) =>
        [...entries].filter(([key]) => key.startsWith(wanted)).map(([key, { text }]) => [key, text]),
      save,
      drop,
    },
    brought: () =>
      [...cookies].flatMap(([name, values]) => (name.startsWith(prefix) ? [name, ...values] : [])).join('\n'),
    async open() {
      const names = [...cookies.keys()].filter((name) => name.startsWith(prefix))
      for (const [place, name] of names.entries()) {
        // What is one too many is not looked at.
        const found = place < MOST ? await read(name) : undefined
        if (found) entries.set(...found)
        else gone.add(name)
      }
    },
    async lines() {
      const written = new Map<string, string>()
      for (const [key, { at, text, value }] of entries) {
        written.set(key, value ?? (await sealer.seal('pending', nameOf(key), `${key}\n${at}\n${text}`)))
      }
      prune(written)
      const made = [...written].filter(([key]) => !entries.get(key)!.value)
      // They come back from another site, whatever the session's own cookie says.
      const stay = (key: string): Stay => ({
        sameSite: 'Lax',
        maxAge: entries.get(key)!.at + LIFETIME - now(),
      })
      const lines = made.map(([key, value]) => lineOf(make, nameOf(key), value, stay(key)))
      // A browser would drop it without a word, and the response would be to nothing.
      if (lines.some((line) => line.length > LONGEST)) throw new OidcError('OIDC_SESSION_TOO_LARGE', 'returnTo')
      return [...[...gone].map((name) => goneLine(make, name, 'Lax')), ...lines]
    },
  }
}
