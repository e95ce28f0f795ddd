/** What follows when an API refuses a request: another token, or a sign-in that says more (RFC 9470). */

import type { Context } from '../context.js'
import { now } from '../../core/drive.js'
import type { OidcError } from '../../shared/error.js'
import type { StepUp } from '../types.js'

/** Sends a request, with another token than the one that was refused. */
type Send = (refused?: string) => Promise<readonly [response: Response, token: string]>

/** Work that the caller's signal calls off. */
type Waiting = <T>(work: (stop: AbortSignal) => Promise<T>) => Promise<T>

/** What an app answers a demand with; one at a time for each client. */
const asked = new WeakMap<Context, Promise<boolean>>()

/**
 * Sends a request and gives its response. After a refusal the session is renewed once, and a sign-in
 * asked for once; then the request is sent again, where that can be.
 */
export async function exchange(
  context: Context,
  send: Send,
  waiting: Waiting,
  request: Request | undefined,
  init: RequestInit | undefined,
): Promise<Response> {
  const done = new Set<string>()
  let sentAt = now()
  let [response, token] = await send()
  for (;;) {
    const end = await waiting((stop) => judge(context, response, { refused: token, sent: sentAt }, stop))
    if (!end || done.has(end.was)) return response
    done.add(end.was)
    if (end.was === 'stepup') {
      const signIn = end.isNew ? ask(context, end.detail) : asked.get(context)
      if (!(await waiting(async () => signIn))) return response
    }
    if (!canRepeat(request, init)) return response
    sentAt = now()
    const next = await send(token).catch(() => undefined)
    if (!next) return response
    ;[response, token] = next
  }
}

/** What a response asks for; nothing where it is one to be content with. */
async function judge(
  context: Context,
  { status, headers }: Response,
  about: { refused: string; sent: number },
  stop: AbortSignal,
) {
  const { run, state } = context
  // A page of another origin reads it where the API exposes it.
  const challenge = headers.get('www-authenticate') ?? ''
  if (![401, 403].includes(status)) return undefined
  const refusal = { ...about, status, challenge, asking: asked.has(context) }
  try {
    const session = state.session?.text ?? ''
    const end = await run('step-up', session, stop, { about: JSON.stringify(refusal) })
    return end.was === 'again' || end.was === 'stepup' ? end : undefined
  } catch (error) {
    stop.throwIfAborted()
    state.emit('error', { error: error as OidcError })
    return undefined
  }
}

/** Asks the app for a sign-in; whether it answers with one that goes well. */
function ask(context: Context, detail: StepUp): Promise<boolean> {
  let answer: PromiseLike<unknown> | undefined
  context.state.emit('stepup', {
    detail,
    respondWith(signIn) {
      answer = signIn
    },
  })
  if (!answer) return Promise.resolve(false)
  const signIn = Promise.resolve(answer)
    .then(() => true, () => false)
    .finally(() => asked.delete(context))
  asked.set(context, signIn)
  return signIn
}

/**
 * Whether a request that was sent can be sent again: its body was not used up. Not every browser says whether
 * a `Request` has one.
 */
export const canRepeat = (request: Request | undefined, init: RequestInit | undefined): boolean =>
  !(init?.body instanceof ReadableStream) && !request?.bodyUsed
