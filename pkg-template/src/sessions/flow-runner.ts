/** Runs the flows of the core for one request: its cookies are the stores, and a redirect is where a flow navigates to. */

import { outcomeOf, type Outcome } from '../client/outcome.js'
import { refreshHint } from '../client/refresh-hint.js'
import { compareAndSwap } from '../client/compare-and-swap.js'
import { doneAnswer, drive, now, textAnswer, type FlowObserver, type Host } from '../core/drive.js'
import type { Answer, RenewalEffect, Send } from '../core/effects.js'
import type { End } from '../core/page.js'
import { PUSH_REQUEST, type FlowInput } from '../generated/flows.js'
import { withBoundHash } from '../host/crypto/subtle.js'
import { send } from '../host/http.js'
import { acquireIsolateLock } from '../host/server/isolate-locks.js'
import { detailOf } from '../shared/detail.js'
import { callLog } from '../shared/log.js'
import { errorOf, OidcError } from '../shared/error.js'
import { isDocument, makeUnanswered, type Unanswered } from '../host/unanswered.js'
import type { AppOrigin } from './config.js'
import type { PendingCookies } from './pending-cookies.js'
import { refusalOf } from './refused-setting.js'
import type { SessionCookie } from './session-cookie.js'
import type { SharedState } from './shared-state.js'

/** The errors of documents that can be repaired at the provider within the time that they are kept. */
const REFUSED_DOCUMENT = /^OIDC_(METADATA|KEYS)_/

/** Runs flows. */
export interface FlowRunner {
  /** Failures that did not end a flow. */
  readonly notices: OidcError[]
  /** The address that a flow navigated to. */
  redirectTo(): string | undefined
  /** Runs a flow to its end. */
  run(input: FlowInput): Promise<Outcome>
}

/** Makes the runner of a request. */
export function makeFlowRunner(
  shared: SharedState,
  appOrigin: AppOrigin,
  session: SessionCookie,
  pending: PendingCookies,
): FlowRunner {
  const { core, checkedConfig, documents, verify } = shared
  const { config } = checkedConfig
  const { configText } = appOrigin
  const fetch = config.fetch ?? globalThis.fetch.bind(globalThis)
  // A Workers runtime makes no signal outside of a request.
  const neverAborted = new AbortController().signal
  const notices: OidcError[] = []
  let redirectTo: string | undefined

  const run: FlowRunner['run'] = async (input) => {
    const firstStep = core('begin', configText, ...input, now())
    const unanswered = makeUnanswered()
    const flowHost: Host = {
      ...host,
      send: async (request, signal) => unanswered.note(request, await host.send(request, signal)),
    }
    try {
      const end = await drive(core, configText, firstStep, flowHost, observer, neverAborted)
      const outcome = outcomeOf(withDetail(end, unanswered))
      const hint = refreshHint(outcome, config.refresh)
      if (hint) void callLog(config.log, hint)
      return outcome
    } catch (error) {
      if (OidcError.is(error) && REFUSED_DOCUMENT.test(error.code)) documents.refuse()
      throw error
    }
  }

  const sendNow: Host['send'] = async (request, signal) => send(fetch, await authenticated(request), signal)

  /** Adds the fault in words to a failure. */
  function withDetail(end: End, unanswered: Unanswered): End {
    if (end.kind !== 'error' || end.failure.detail) return end
    const { code, at } = errorOf(end.failure)
    const settings = JSON.parse(configText)
    const reasonOf = (name: string, value: unknown) => refusalOf(config, name, value)
    const detail = detailOf(settings, code, at, unanswered.addressOf(at), '', reasonOf)
    return detail ? { ...end, failure: { ...end.failure, detail } } : end
  }

  /** Adds a client assertion to the form of a request that needs one (RFC 7523 section 2.2). */
  async function authenticated(request: Send): Promise<Send> {
    if (!request.needsAssertion) return request
    const end = await run(['client-assertion', '', ''])
    if (end.kind !== 'proof') throw new OidcError('OIDC_INTERNAL', end.kind)
    return { ...request, body: `${request.body}&${end.proof}` }
  }

  const host: Host = {
    send(request, signal) {
      // Any client can begin a sign-in, by its route or by a late response.
      if (request.id === PUSH_REQUEST) return documents.push(() => sendNow(request, signal))
      // Other requests may wait for a document, so the end of this flow does not abort it.
      if (isDocument(request)) return documents.read(request, () => sendNow(request, neverAborted))
      return sendNow(request, signal)
    },
    async verify(question) {
      const verdict = await verify(question)
      return verdict === 'valid' ? withBoundHash(question, config.backend) : [verdict]
    },
    stores: { pending: pending.store, session: session.store },
    now,
    // The response is a redirect: no page shows the address of this request.
    replaceUrl() {},
    // There are no other tabs here.
    broadcast() {},
    navigate(url) {
      redirectTo = url
    },
    runRenewal: (effect, signal) => runRenewal(shared, session, effect, signal),
  }

  const observer: FlowObserver = {
    notice(failure) {
      const error = errorOf(failure)
      notices.push(error)
      void callLog(config.log, error.message)
    },
  }

  return { notices, redirectTo: () => redirectTo, run }
}

async function runRenewal(
  { checkedConfig, locks }: SharedState,
  session: SessionCookie,
  effect: RenewalEffect,
  signal: AbortSignal,
): Promise<Answer> {
  switch (effect.kind) {
    case 'sign':
      return checkedConfig.key!.sign(effect)
    case 'compare-and-swap': {
      const answer = await compareAndSwap(session.renewalStore, effect)
      // Another request may have ended the session meanwhile: then there is no text any more.
      return effect.text && !session.get() ? textAnswer(undefined) : answer
    }
    case 'lock': {
      const release = await acquireIsolateLock(locks, session.id, effect.timeoutMs)
      if (signal.aborted) release?.()
      else if (release) signal.addEventListener('abort', release)
      return doneAnswer(!!release)
    }
    default:
      // There are no frames, no popups and no other pages here.
      return ['blocked']
  }
}
