/** A replay store in Durable Objects: exact, for all data centres. */

import { ending, type ReplayStore } from '../cache.js'

/** What is used of a Durable Object namespace. */
export interface ObjectNamespace<Id = unknown> {
  idFromName(name: string): Id
  get(id: Id): { fetch(url: string, init: RequestInit): Promise<Response> }
}

/** What is used of a Durable Object's state. */
export interface ObjectState {
  storage: {
    get(key: string): Promise<unknown>
    put(entries: Record<string, unknown>): Promise<void>
    delete(keys: string[]): Promise<number>
    list(options: { prefix: string; end?: string; limit: number }): Promise<Map<string, unknown>>
    getAlarm(): Promise<number | null>
    setAlarm(time: number): Promise<void>
  }
}

/** So many marks are dropped in one go: the most that one call may delete. */
const BATCH = 64
/** How long a mark may stay after its end, so that many go at once; in milliseconds. */
const LINGER = 60_000

/**
 * Makes a store in a namespace of {@link ReplayObject}s, e.g. `env.REPLAY`. The marks are spread
 * over so many objects; one takes some hundreds of requests a second.
 */
export function durableObjectReplay<Id>(
  namespace: ObjectNamespace<Id>,
  { objects = 16 }: { objects?: number } = {},
): ReplayStore {
  return {
    async putIfAbsent(key, ttlSeconds) {
      let sum = 0
      for (const letter of key) sum = (sum * 31 + letter.charCodeAt(0)) % 65_521
      const id = namespace.idFromName(`countersign-${sum % objects}`)
      const body = JSON.stringify([key, ending(ttlSeconds)])
      const answer = await namespace.get(id).fetch('https://replay.invalid', { method: 'POST', body })
      if (!answer.ok) throw new Error(`The Durable Object answered ${answer.status}.`)
      return (await answer.text()) === 'new'
    },
  }
}

/**
 * The Durable Object of the store: export it from your Worker and bind it. The runtime lets no
 * other request in while one waits for the storage, so a look and a mark are one act.
 */
export class ReplayObject {
  readonly #storage: ObjectState['storage']

  constructor(state: ObjectState) {
    this.#storage = state.storage
  }

  async fetch(request: Request): Promise<Response> {
    const [key, until] = (await request.json()) as [string, number]
    const known = await this.#storage.get(`key:${key}`)
    if (Number(known) > Date.now()) return new Response('seen')
    // By its end as well, so that the alarm finds what is over without looking at the rest.
    await this.#storage.put({ [`key:${key}`]: until, [`end:${sortable(until)}:${key}`]: key })
    if ((await this.#storage.getAlarm()) === null) await this.#storage.setAlarm(until + LINGER)
    return new Response('new')
  }

  async alarm(): Promise<void> {
    const over = { prefix: 'end:', end: `end:${sortable(Date.now())}`, limit: BATCH }
    const ended = await this.#storage.list(over)
    const keys = []
    for (const [place, key] of ended) {
      keys.push(place)
      // A mark that was set anew lives on.
      const until = await this.#storage.get(`key:${key}`)
      if (!(Number(until) > Date.now())) keys.push(`key:${key}`)
    }
    await this.#storage.delete(keys)
    const [next] = await this.#storage.list({ prefix: 'end:', limit: 1 }).then((map) => [...map.keys()])
    if (next === undefined) return
    const end = Number(next.slice(4, 4 + DIGITS))
    await this.#storage.setAlarm(ended.size === BATCH ? Date.now() : end + LINGER)
  }
}

const DIGITS = 15
const sortable = (time: number) => `${Math.trunc(time)}`.padStart(DIGITS, '0')
