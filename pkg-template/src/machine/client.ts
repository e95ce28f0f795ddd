/**
 * `createMachineClient` without a module: each entry of `countersign/client-credentials` adds its own. The core decides what is
 * sent, what an answer means and which address gets the token (`src/proto/systems/machine`).
 */

import { makeFetch, refusedRedirect, withRepeatableHeaders, type FetchContext, type SendRequest } from '../client/api-fetch.js'
import { runMethod, type RunAbortable } from '../client/run-method.js'
import type { ModuleSource } from '../core/load.js'
import { pageCodes } from '../generated/codes/page.js'
import { sessionsCodes } from '../generated/codes/sessions.js'
import { canRepeat } from '../host/http.js'
import { ownMembers } from '../shared/bare.js'
import { configFromEnv } from '../shared/env-config.js'
import { OidcError, registerCodes } from '../shared/error.js'
import { callLog } from '../shared/log.js'
import type { Platform } from '../shared/platform.js'
import { makeDecide, type Decide } from '../systems/decide.js'
import { checkMachine, type CheckedMachine } from './config.js'
import { makeTokens, type Tokens } from './tokens.js'
import type { GivenMachine, MachineClient, MachineConfig, MachineTokenOptions } from './types.js'

registerCodes(pageCodes)
registerCodes(sessionsCodes)

/** Makes `createMachineClient` of a module. */
export function makeCreateMachineClient(source: ModuleSource, platform: Platform) {
  const decide = makeDecide(source)
  return (config: GivenMachine): MachineClient => makeClient(decide, ownMembers(platform), config)
}

function makeClient(decide: Decide, platform: Platform, config: GivenMachine): MachineClient {
  const make = (given: MachineConfig) => {
    const machine = checkMachine(given)
    const tokens = makeTokens(machine, decide, platform)
    return { tokens, fetch: makeFetch(contextOf(machine, tokens, decide), async (_need, _signal, refused) => tokens.read({ renew: undefined, refused })) }
  }
  let opened = typeof config === 'function' ? undefined : make(config)
  const open = () => (opened ??= make(configFromEnv<MachineConfig>(config as (env: unknown) => MachineConfig, platform.env)))

  return {
    getAccessToken: async (options) =>
      runMethod(options, 'renew', async (_signal, parameters) => {
        const { renew } = parameters as MachineTokenOptions
        if (renew !== undefined && typeof renew !== 'boolean') throw new OidcError('OIDC_SIGNIN_OPTION_INVALID', 'renew')
        return open().tokens.read({ renew, refused: undefined })
      }),
    fetch: async (input, init) => open().fetch(input, withRepeatableHeaders(init)),
  }
}

function contextOf(machine: CheckedMachine, tokens: Tokens, decide: Decide): FetchContext {
  const { settings, apis, log } = machine
  const fetchWithoutRedirects: typeof fetch = (input, init) =>
    // Not every runtime removes the token when it follows a redirect to another origin.
    machine.fetch(input, { ...init, redirect: init?.redirect === 'manual' ? 'manual' : refusedRedirect() })
  return {
    settings: { apis },
    async run([, url]) {
      const { getsToken } = await decide<{ getsToken: boolean }>('machine-api', { settings, url })
      return { kind: 'apiNeed', ...(getsToken && { need: {} }) }
    },
    runMethod,
    fetch: (token) => (token === undefined ? machine.fetch : fetchWithoutRedirects),
    hint: (text) => void callLog(log, text),
    renewal: {
      sendWithStepUp: (_context, send, runAbortable, request, init) =>
        sendAgainOnce(send, (response, token) => renews(response, token, runAbortable), () => canRepeat(request, init)),
    },
  }

  /** Whether a refused request is worth another token. */
  async function renews({ status, headers }: Response, token: string, runAbortable: RunAbortable): Promise<boolean> {
    if (status !== 401) return false
    const challenge = headers.get('www-authenticate') ?? ''
    const question = { status, challenge, replacedAt: tokens.replacedAt(token), now: Math.floor(Date.now() / 1000) }
    return (await runAbortable(() => decide<{ renews: boolean }>('machine-refusal', question))).renews
  }
}

/** Sends a request, and once more with another token if that may help. Otherwise the first response stays. */
async function sendAgainOnce(
  send: SendRequest,
  renews: (response: Response, token: string) => Promise<boolean>,
  isRepeatable: () => boolean,
): Promise<Response> {
  const [response, token] = await send()
  if (!(await renews(response, token)) || !isRepeatable()) return response
  const next = await send(token).catch(() => undefined)
  if (!next) return response
  await response.body?.cancel().catch(() => {})
  return next[0]
}
