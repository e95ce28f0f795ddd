/** The loop: a step's wishes are granted, their answers make the next step, until the flow ends. */

import { unless } from '../shared/abort.js'
import type { Answer, Core, End, Failure, More, Place, Send, Step, Verify, Wish } from './page.js'
import { OidcError } from '../shared/error.js'
import type { Store } from '../page/types.js'

/** Texts under keys. */
export interface Shelf {
  load(key: string): string | undefined | Promise<string | undefined>
  /** Reads a text and leaves the tombstone in its stead, in one act. */
  take(key: string, tombstone: string): string | undefined | Promise<string | undefined>
  list(prefix: string): [key: string, text: string][]
  /** Whether the text will be there after a reload. */
  save(key: string, text: string): boolean | Promise<boolean>
  drop(key: string): void | Promise<void>
  /** Of a session: what it is kept in, and what that refused and is in memory. */
  store?: Store
  refused?: Map<string, string>
  /** Whether no other tab sees it. */
  isOfTab?: boolean
}

/** Who grants wishes. `send` and `verify` never reject. */
export interface Host {
  send(request: Send, stop: AbortSignal): Promise<Answer>
  verify(question: Verify): Promise<Answer>
  shelves: Partial<Record<Place, Shelf>>
  /** Seconds since 1970. */
  now(): number
  /** Puts another address in the address bar. */
  rewrite(url: string): void
  /** Goes to another page. */
  leave(url: string): void
  /** Says something to the other tabs; of a page. */
  tell?(text: string): void
  /** Grants what only renewal wishes for. `lost` is called when a lock is lost that was granted. */
  more?(wish: More, stop: AbortSignal, lost: () => void): Promise<Answer | undefined>
}

/** Who looks on. */
export interface Watch {
  /** Something is worth a word. */
  notice(failure: Failure): void
  /** A step's wishes are granted or under way. */
  granted?(): void
}

/** Seconds since 1970. */
export const now = (): number => Date.now() / 1000

/** Gives a flow its next input. */
export type Turn = (name: 'resume', ...inputs: Parameters<Core['resume']>) => Promise<unknown>

/** An answer as a core takes it. */
export const inputsOf = ([word, text = '', bytes = new Uint8Array(), status = 0]: Answer) =>
  [word, text, bytes, status] as const

/**
 * Drives a flow to its end. Requests and signatures are under way together; everything else is
 * granted in its order. What is still under way when the flow ends is called off.
 */
export async function drive<E = End>(
  core: Turn,
  config: string,
  begun: Promise<Step<E>>,
  host: Host,
  watch: Watch,
  stop: AbortSignal,
): Promise<E> {
  const release = new AbortController()
  const lost: number[] = []
  const waiting = new Map<number, Promise<[id: number, answer: Answer | undefined]>>()
  try {
    let step = await unless(stop, begun)
    for (;;) {
      step.notices.forEach(watch.notice)
      for (const wish of step.wishes) {
        const answer = grant(wish, host, release.signal, () => lost.push(wish.id))
        const together = wish.want === 'send' || wish.want === 'verify'
        if (step.end || !together) await unless(stop, answer)
        waiting.set(
          wish.id,
          answer.then((answer) => [wish.id, answer]),
        )
      }
      watch.granted?.()
      if (step.end) return step.end
      step = await next(step)
    }
  } finally {
    release.abort()
  }

  async function next({ flow }: Step<E>): Promise<Step<E>> {
    while (waiting.size) {
      let [id, answer] = await unless(stop, Promise.race(waiting.values()))
      const late = lost.pop()
      // Who slept and lost a lock must know before anything else: this answer is looked at again.
      if (late !== undefined) [id, answer] = [late, done(false)]
      else waiting.delete(id)
      if (!answer) continue
      const said = core('resume', config, flow, id, ...inputsOf(answer), host.now())
      return unless(stop, said as Promise<Step<E>>)
    }
    // A flow that waits for nothing would wait for ever.
    throw new OidcError('OIDC_INTERNAL', 'flow')
  }
}

async function grant(
  wish: Wish,
  host: Host,
  stop: AbortSignal,
  lost: () => void,
): Promise<Answer | undefined> {
  switch (wish.want) {
    case 'send':
      return host.send(wish, stop)
    case 'verify':
      return host.verify(wish)
    case 'wait':
      await new Promise((over) => setTimeout(over, wish.ms))
      return ['done']
    case 'tell':
      return void host.tell!(wish.text)
    case 'rewrite':
      return void host.rewrite(wish.url)
    case 'leave':
      return void host.leave(wish.url)
  }
  const shelf = host.shelves[(wish as { place: Place }).place]!
  switch (wish.want) {
    case 'list':
      return ['list', JSON.stringify(shelf.list(wish.prefix))]
    case 'load':
      return found(await shelf.load(wish.key))
    case 'take':
      return found(await shelf.take(wish.key, wish.tombstone))
    case 'save':
      return done(await shelf.save(wish.key, wish.text))
    case 'drop-own':
      // What all tabs see was forgotten by who said so; what it refused is this tab's.
      return void (shelf.isOfTab ? await shelf.drop(wish.key) : shelf.refused!.delete(wish.key))
    case 'drop':
      return void (await shelf.drop(wish.key))
  }
  return host.more!(wish, stop, lost)
}

export const done = (well: boolean): Answer => [well ? 'done' : 'not-done']

export const found = (text: string | undefined): Answer =>
  text === undefined ? ['nothing'] : ['text', text]
