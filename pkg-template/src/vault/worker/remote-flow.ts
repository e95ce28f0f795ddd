/**
 * A flow that runs here, and the page that grants what only a page can: its address bar, popups and
 * frames, sign-ins that leave it, the line to other tabs. To the page the worker is a core like any
 * other, whose steps have those wishes alone.
 */

import { within } from '../../shared/abort.js'
import type { Answer, End, Failure, Place, Step, Wish } from '../../core/page.js'
import type { Shelf } from '../../core/drive.js'

/** A wish that has no number yet. */
export type Bare = Wish extends infer W ? (W extends Wish ? Omit<W, 'id'> : never) : never

/** A talk. */
export interface Talk {
  /** Has the page grant what has no answer. */
  tell(wish: Bare): void
  /** Has the page grant something; after a while it is as if it had not. */
  ask(wish: Bare): Promise<Answer>
  /** What sign-ins that leave the page are kept in, at the page. */
  readonly pending: Shelf
  /** A step whose lists are there: nobody waits for a list once it is driven. */
  foresee(step: Promise<unknown>): Promise<Step>
  notice(failure: Failure): void
  /** The flow has ended. */
  end(end: End): void
  /** The flow cannot go on. */
  fail(cause: unknown): void
  /** The page brings an answer; see {@link Talk.turn}. */
  answer(id: number, answer: Answer): void
  /** The next step, as soon as there is something to say. */
  turn(): Promise<Step>
  /** Whether it ended so long ago that nobody comes for its end. */
  isOver(): boolean
}

/** How long a page may take longer than a wish says itself, in milliseconds: it may be gone. */
const GRACE = 5000
/** How long it may take to look into its storage: something else may be in its way. */
const PATIENCE = 30_000
/** How long an end is kept for the page, in milliseconds. */
const KEPT = 60_000

/** Makes one; `flow` is what the page knows it by. */
export function makeTalk(flow: string): Talk {
  const open = new Map<number, (answer: Answer) => void>()
  let wishes: Wish[] = []
  let notices: Failure[] = []
  let result: { end: End } | { cause: unknown } | undefined
  let ended = Infinity
  let held: { resolve(step: Step): void; reject(cause: unknown): void } | undefined
  let listed: ReturnType<Shelf['list']> = []
  let count = 0

  const put = (wish: Bare): number => {
    count += 1
    wishes.push({ ...wish, id: count } as Wish)
    return count
  }

  function flush(atOnce = false): void {
    if (!held || !(atOnce || wishes.length || result)) return
    // A page that is asked for nothing would not come back for the rest.
    if (!result && !open.size) put({ want: 'load', place: 'pending', key: '' })
    if (result && 'cause' in result) held.reject(result.cause)
    else held.resolve({ flow, wishes, notices, ...result })
    wishes = []
    notices = []
    held = undefined
  }

  function finish(how: NonNullable<typeof result>): void {
    result = how
    ended = Date.now()
    flush()
  }

  const talk: Talk = {
    tell(wish) {
      put(wish)
      flush()
    },
    ask(wish) {
      const id = put(wish)
      const answered = new Promise<Answer>((resolve) => open.set(id, resolve))
      flush()
      const limit = 'ms' in wish ? wish.ms + GRACE : PATIENCE
      return within(limit, answered, absent(wish)).finally(() => open.delete(id))
    },
    pending: shelfOver((wish) => talk.ask(wish), (wish) => talk.tell(wish), () => listed),
    async foresee(step) {
      const foreseen = (await step) as Step
      for (const { id, ...wish } of foreseen.wishes) {
        if (wish.want === 'list') listed = JSON.parse((await talk.ask(wish))[1] as string)
      }
      return foreseen
    },
    notice: (failure) => void notices.push(failure),
    end: (end) => finish({ end }),
    fail: (cause) => finish({ cause }),
    answer(id, answer) {
      const settle = open.get(id)
      open.delete(id)
      settle?.(answer)
    },
    turn: () =>
      new Promise((resolve, reject) => {
        held?.resolve({ flow, wishes: [], notices: [] })
        held = { resolve, reject }
        // While something else is asked of the page it must not wait here for what comes of that.
        flush(open.size > 0)
      }),
    isOver: () => Date.now() - ended > KEPT,
  }
  return talk
}

/** The answer of a page that is gone. */
function absent({ want }: Bare): Answer {
  if (want === 'list') return ['list', '[]']
  return want === 'save' || want === 'relay' ? ['not-done'] : ['nothing']
}

/** The page's shelf of sign-ins that leave it. */
function shelfOver(ask: Talk['ask'], tell: Talk['tell'], list: Shelf['list']): Shelf {
  const place: Place = 'pending'
  const text = ([word, text]: Answer) => (word === 'text' ? (text as string) : undefined)
  return {
    load: async (key) => text(await ask({ want: 'load', place, key })),
    take: async (key, tombstone) => text(await ask({ want: 'take', place, key, tombstone })),
    list,
    save: async (key, text) => (await ask({ want: 'save', place, key, text }))[0] === 'done',
    drop: (key) => tell({ want: 'drop', place, key }),
  }
}
