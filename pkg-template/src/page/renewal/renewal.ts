/**
 * What lets a session go on by itself, or end with the provider's: one tab renews for all, popups,
 * hidden frames, the sealed store, sign-outs that begin at the provider. Part of `countersign`; in
 * `countersign/slim` for those who bring it.
 */

import { agree, reasonOf } from './reconcile.js'
import type { Table } from '../config.js'
import { renewalCodes } from '../../generated/codes/renewal.js'
import type { Answer, Flow, More } from '../../core/page.js'
import type { Context } from '../context.js'
import { done, type Host } from '../../core/drive.js'
import { learn, OidcError } from '../../shared/error.js'
import { makeFrontchannelLogout } from './frontchannel-logout.js'
import { hold, holdHere } from '../../host/browser/locks.js'
import { makeProofKeys } from '../../host/browser/dpop-keys.js'
import { keptPair, sealedStore } from '../../host/browser/sealed-store.js'
import { isInSight, relay, show, type Popup } from '../../host/browser/windows.js'
import { tabOf } from '../../host/browser/tab-identity.js'
import { watch } from '../../host/browser/check-session-frame.js'
import { makeSignInPopup } from './popup.js'
import { provingOf } from './dpop.js'
import { renewalSettings } from '../../generated/settings/renewal.js'
import { watchSession } from './session-monitor.js'
import { settings } from '../../generated/settings/page.js'
import type { Start } from '../start.js'
import { exchange } from './step-up.js'
import { swap } from '../../client/compare-and-swap.js'
import type { ClientConfig } from '../types.js'

learn(renewalCodes)

/** Pairs that are kept by the origin: its tabs have one session, and one key for it. */
const keys = makeProofKeys(keptPair)

async function grant(
  wish: More,
  stop: AbortSignal,
  shelves: Host['shelves'],
  popup: Popup | undefined,
  lost: () => void,
): Promise<Answer | undefined> {
  switch (wish.want) {
    case 'lock': {
      const release = await hold(wish.name, wish.ms, lost)
      // However the flow ends, and though it may have ended already.
      if (stop.aborted) release?.()
      else if (release) stop.addEventListener('abort', release)
      return done(!!release)
    }
    case 'sign':
      return keys.sign(wish)
    case 'relay':
      return done(await relay(wish.state, wish.query))
    case 'show':
      return show(wish, popup, stop)
    case 'watch':
      return watch(wish, stop)
  }
  return swap(shelves[wish.place]!, wish)
}

/**
 * The settings that are known, those of renewal included, by the shape of their values; and where a
 * session is kept whose app does not say: sealed, but on plain http, where browsers have nothing to seal
 * with.
 *
 * Throws `OIDC_INSECURE_CONTEXT` for a page in which nobody could check a signature.
 */
function shapesFor(config: ClientConfig): [Table, 'sealed' | 'session'] {
  const isInsecure = config?.allowInsecure === true && !globalThis.crypto?.subtle
  if (isInsecure && !config.backend) throw new OidcError('OIDC_INSECURE_CONTEXT', 'backend')
  const more: Partial<Record<string, string>> = renewalSettings
  const both = Object.entries(settings).map(([kind, names]) => [kind, `${names} ${more[kind] ?? ''}`.trim()])
  return [{ ...renewalSettings, ...Object.fromEntries(both) }, isInsecure ? 'session' : 'sealed']
}

/** How long another client's start in this page may take, in milliseconds. */
const TURN = 30_000

/**
 * The turn of a client's start. A client that was closed goes on with its start, as when an effect is
 * run twice: the response is taken, and what it brings is there to be found when that is done.
 *
 * `asked` says that the app starts, and not a verb that needs to know who is here: work would be lost
 * with the page.
 */
async function takeTurn(
  context: Context,
  look: (flow: Flow) => Promise<void>,
  asked: unknown,
): Promise<void> {
  const release = await holdHere(`start ${context.config()}`, TURN)
  try {
    await leaveToTheOther(context)
    await look(asked && isInSight() ? 'unseen' : 'start')
  } finally {
    release?.()
  }
}

/** In a tab that was copied, what only one of the two may use is the other's. */
async function leaveToTheOther({ config, run, settings }: Context): Promise<void> {
  if (settings.store !== 'session') return
  const { issuer, clientId, redirectUri } = JSON.parse(config())
  const tab = tabOf(JSON.stringify([issuer, clientId, redirectUri]))
  if (!(await tab.isCopy())) return
  await run('copied', '', new AbortController().signal)
  tab.settle()
}

function verbs(context: Context, start: Start) {
  watchSession(context, start)
  return {
    signInPopup: makeSignInPopup(context, start),
    frontchannelLogout: makeFrontchannelLogout(context, start),
  }
}

/** What renewal asks of a browser, and brings to a client. */
export const renewal = {
  agree,
  exchange,
  grant,
  proving: provingOf,
  reasonOf,
  sealed: () => sealedStore('session'),
  shapesFor,
  takeTurn,
  tell: keys.tell,
  verbs,
}

/** It, as a setting. */
export type Renewal = typeof renewal
