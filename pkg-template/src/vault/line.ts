/** A line to a worker, and whether anybody is there. */

import { NAME, type Question, type Reply } from './words.js'

/** The line. */
export interface Line {
  post(question: Question): void
}

/** What one needs to know of a line, and hears of it. */
export interface Ends {
  /** Whether the worker owes an answer. */
  owes(): boolean
  heard(reply: Reply): void
  /** Nobody is there any more; `wasThere`: or nobody ever was. Told once. */
  lost(wasThere: boolean, cause: unknown): void
}

/** How often a worker that owes an answer is asked for a sign of life, in milliseconds. */
const BEAT = 2000
/** How many of those it may miss; */
const MOST = 4
/** and while it has not said anything yet, since it is loading. */
const MOST_LOADING = 15

/** Opens a line. */
export function openLine(url: string | object, { owes, heard, lost }: Ends): Line {
  let left = MOST_LOADING
  let isThere = false
  let isOver = false
  let beat: ReturnType<typeof setInterval> | undefined
  let port: MessagePort | Worker | undefined

  const end = (cause?: unknown): void => {
    if (isOver) return
    isOver = true
    clearInterval(beat)
    if (port) 'terminate' in port ? port.terminate() : port.close()
    lost(isThere, cause)
  }
  const post = (question: Question) => {
    port?.postMessage(question)
    beat ??= setInterval(watch, BEAT)
  }
  const watch = () => {
    if (!owes()) {
      clearInterval(beat)
      beat = undefined
      return
    }
    left -= 1
    if (left < 0) return end()
    if (!isThere) probe(url, end)
    post({ id: 0, want: 'ping', inputs: [] })
  }

  try {
    // An error of a worker that has spoken is none of its line's.
    port = open(url, (cause) => isThere || end(cause))
    port.onmessageerror = () => end()
    // Only some browsers say so; the others miss a sign of life.
    port.addEventListener('close', () => end())
    port.onmessage = ({ data }) => {
      isThere = true
      left = MOST
      heard(data)
    }
  } catch (cause) {
    // Once whoever opens it has it.
    queueMicrotask(() => end(cause))
  }
  return { post }
}

/** Whether the file is there at all: of a module for a shared worker Firefox does not say so. */
function probe(url: string | object, failed: (cause: unknown) => void): void {
  fetch(String(url), { method: 'HEAD' }).then(({ ok, status }) => ok || failed(status), () => {})
}

/** Opens the worker: one for all tabs where the browser has those, else one for this page. */
function open(url: string | object, failed: (cause: unknown) => void): MessagePort | Worker {
  const options = { type: 'module', name: NAME } as const
  const isShared = typeof SharedWorker === 'function'
  const worker = new (isShared ? SharedWorker : Worker)(trusted(url) as string, options)
  worker.onerror = ({ message }) => failed(message)
  return 'port' in worker ? worker.port : worker
}

/**
 * Where Trusted Types are required, a text is no address of a script. The setting is the app's word
 * that this one is; or it is a `TrustedScriptURL` already.
 */
function trusted(url: string | object): unknown {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes }
  if (!trustedTypes || trustedTypes.isScriptURL(url)) return url
  try {
    policy ??= trustedTypes.createPolicy('countersign', { createScriptURL: (url) => url })
    return policy.createScriptURL(String(url))
  } catch {
    // The page's policy does not name ours.
    return url
  }
}

interface TrustedTypes {
  isScriptURL(url: unknown): boolean
  createPolicy(name: string, rules: Policy): Policy
}
interface Policy {
  createScriptURL(url: string): unknown
}
let policy: Policy | undefined
