/** A request at an API's door: the core reads and answers it, this carries the words. */

import type { Failure } from './core.js'
import { errorOf, numberOf, OidcError } from './error.js'
import type { Need, Pass, TokenClaims } from './verifier-types.js'

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

/** A body that is longer is no form with a token in it. */
const MOST = 64 * 1024

/** Reads a request, has its token verified, and compares that with what the route needs. */
export async function guard(
  ask: AskDoor,
  verify: (token: string) => Promise<TokenClaims>,
  now: () => number,
  request: Request,
  need?: Need,
): Promise<Pass> {
  const shown = JSON.stringify(await show(request))
  const needed = need === undefined ? '' : JSON.stringify(need)
  const read = await ask('readDoor', shown, needed)
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

function turnAway(said: SaidAtDoor, error?: OidcError): Pass {
  if (said.was === 'error') throw errorOf(said.failure)
  if (said.was !== 'answer') throw new OidcError('OIDC_INTERNAL', 'guard')
  const { status, headers, body, failure } = said
  const response = new Response(body || null, { status, headers })
  return { ok: false, response, error: error ?? (failure && errorOf(failure)) }
}

/** What the core looks at of a request. */
async function show(request: Request): Promise<Record<string, string>> {
  const header = (name: string) => request.headers.get(name) ?? ''
  return {
    method: request.method,
    url: request.url,
    authorization: header('authorization'),
    origin: header('origin'),
    corsMethod: header('access-control-request-method'),
    corsHeaders: header('access-control-request-headers'),
    form: /^application\/x-www-form-urlencoded/i.test(header('content-type'))
      ? await beginning(request)
      : '',
  }
}

/** The beginning of a body, which stays the app's to read. */
async function beginning(request: Request): Promise<string> {
  if (!request.body || request.bodyUsed) return ''
  const reader = request.clone().body!.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (let part; text.length < MOST && !(part = await reader.read()).done; ) {
    text += decoder.decode(part.value, { stream: true })
  }
  // A body that is not read to its end is of no more use here.
  reader.cancel().catch(() => {})
  return text
}
