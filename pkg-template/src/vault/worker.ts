/**
 * The vault: a worker that keeps sessions in its memory, exchanges codes, renews tokens and sends
 * requests with them. To its pages it says who is signed in; their tokens stay here.
 */

import { makeProofKeys } from '../host/proof-keys.js'
import { keptPair } from '../host/sealed.js'
import type { Call } from '../load.js'
import { answerer } from './desk.js'
import type { Vault } from './host.js'
import type { Question } from './words.js'

/** A line to one page. */
export interface Line {
  postMessage(message: unknown, transfer: Transferable[]): void
  onmessage: ((event: MessageEvent) => unknown) | null
}

/** The global object of a worker that an origin shares. */
interface Shared {
  onconnect: ((event: MessageEvent) => unknown) | null
}

/** The response to a redirect may find another worker. */
const keys = makeProofKeys(keptPair)

/** Makes a worker a vault, over a core; `scope` is its global object. */
export function serve(scope: object, core: Call): void {
  const isShared = 'onconnect' in scope
  const vault: Vault = {
    core: keys.tell(core),
    isShared,
    texts: new Map(),
    provers: new Map(),
    sign: keys.sign,
  }
  if (isShared) (scope as Shared).onconnect = ({ ports: [port] }) => attend(port!, vault)
  // Anywhere else, as in a page, messages may come from another origin.
  else if ('DedicatedWorkerGlobalScope' in scope) attend(scope as unknown as Line, vault)
}

function attend(line: Line, vault: Vault): void {
  const answer = answerer(vault, (reply, transfer = []) => line.postMessage(reply, transfer))
  line.onmessage = ({ data }) => {
    if (isQuestion(data)) void answer(data)
  }
}

/** Whether a page may mean it: every script of the origin can send anything. */
const isQuestion = (data: unknown): data is Question =>
  typeof data === 'object' &&
  data !== null &&
  'id' in data &&
  typeof data.id === 'number' &&
  'want' in data &&
  'inputs' in data &&
  Array.isArray(data.inputs)
