/** A request at an API's door: the core reads and answers it, this carries the words. */

import { jsonOf } from './input.js'
import type { Failure } from '../core/page.js'
import { errorOf, numberOf, OidcError } from '../shared/error.js'
import type { Need, Pass, TokenClaims } from './types.js'

/** What the core says at the door. */
export type SaidAtDoor =
  | { was: 'token'; token: string; headers: [name: string, value: string][] }
  | { was: 'enough' }
  | {
      was: 'answer'
      status: number
      headers: [name: string, value: string][]
      body: string
      failure?: Failure
    }
  | { was: 'error'; failure: Failure }

/** Asks the core, which knows the settings. */
export type AskDoor = (
  name: 'readDoor' | 'judgeNeed' | 'refuseDoor',
  ...inputs: unknown[]
) => Promise<SaidAtDoor>

/** A body that is longer is no form with a token in it, in characters. */
const MOST = 64 * 1024
/** How long the beginning of a body is waited for, in milliseconds. */
const WAIT = 2000

/** What a route may need; nothing else is understood as a need. */
const NEEDS = ['scope', 'acrValues', 'maxAge']

/** Reads a request, has its token verified, and compares that with what the route needs. */
export async function guard(
  ask: AskDoor,
  verify: (token: string) => Promise<TokenClaims>,
  now: () => number,
  request: Request,
  need?: Need,
): Promise<Pass> {
  const needed = textOf(need)
  const asked = show(request)
  let shown = JSON.stringify(asked)
  let read = await ask('readDoor', shown, needed)
  const isOpen = read.was === 'token' || asksForToken(read)
  if (isOpen && FORM.test(request.headers.get('content-type') ?? '')) {
    // A token in the body is one too many, or in the wrong place.
    const form = await beginning(request).catch(() => undefined)
    if (form === undefined && read.was !== 'token') {
      const error = new OidcError('OIDC_CREDENTIAL_INVALID')
      return turnAway(await ask('refuseDoor', shown, needed, numberOf(error), error.code), error)
    }
    shown = JSON.stringify({ ...asked, form: form ?? '' })
    read = await ask('readDoor', shown, needed)
  }
  if (read.was !== 'token') return turnAway(read)
  const { token, headers } = read
  try {
    const claims = await verify(token)
    if (needed) {
      const judged = await ask('judgeNeed', shown, needed, JSON.stringify(claims), now())
      if (judged.was !== 'enough') return turnAway(judged)
    }
    return { ok: true, claims, token, headers: Object.fromEntries(headers) }
  } catch (cause) {
    const error = OidcError.is(cause) ? cause : new OidcError('OIDC_INTERNAL', '', cause)
    return turnAway(await ask('refuseDoor', shown, needed, numberOf(error), error.code), error)
  }
}

/** A need as JSON text, which would leave out what is there but `undefined`. */
function textOf(need: Need | undefined): string {
  for (const [name, value] of Object.entries(need ?? {})) {
    if (value === undefined) throw new OidcError('OIDC_EXPECTED_INVALID', name)
  }
  return jsonOf(need, NEEDS)
}

/** Whether a request is turned away for nothing but a token that its header lacks. */
const asksForToken = (said: SaidAtDoor): boolean =>
  said.was === 'answer' && !!said.failure && errorOf(said.failure).code === 'OIDC_CREDENTIAL_MISSING'

function turnAway(said: SaidAtDoor, error?: OidcError): Pass {
  if (said.was === 'error') throw errorOf(said.failure)
  if (said.was !== 'answer') throw new OidcError('OIDC_INTERNAL', 'guard')
  const { status, headers, body, failure } = said
  const response = new Response(body || null, { status, headers })
  return { ok: false, response, error: error ?? (failure && errorOf(failure)) }
}

/** What the core looks at of a request. */
function show(request: Request): Record<string, string> {
  const header = (name: string) => request.headers.get(name) ?? ''
  return {
    method: request.method,
    url: request.url,
    authorization: header('authorization'),
    origin: header('origin'),
    corsMethod: header('access-control-request-method'),
    corsHeaders: header('access-control-request-headers'),
    form: '',
  }
}

const FORM = /^application\/x-www-form-urlencoded/i

/** The beginning of a body, which stays the app's to read. Rejects when it cannot be read. */
async function beginning(request: Request): Promise<string> {
  if (!request.body || request.bodyUsed) return ''
  const reader = request.clone().body!.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the body did not come')), WAIT)
  })
  try {
    for (let part; text.length < MOST; ) {
      part = await Promise.race([reader.read(), tooLate])
      if (part.done) break
      text += decoder.decode(part.value, { stream: true })
    }
    return text.slice(0, MOST)
  } finally {
    clearTimeout(timer)
    // A body that is not read to its end is of no more use here.
    reader.cancel().catch(() => {})
  }
}
