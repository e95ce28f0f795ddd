/** What the verbs of one client share: its settings, the core, who grants wishes, and the end. */

import { unless } from '../shared/abort.js'
import { asker } from '../shared/backend.js'
import { textOf, type Settings } from './config.js'
import type { End, Failure, Flow } from '../core/page.js'
import { drive, now, type Host } from '../core/drive.js'
import { openChannel, type Channel } from '../host/browser/broadcast.js'
import type { Popup } from '../host/browser/windows.js'
import { errorOf, OidcError } from '../shared/error.js'
import { leave, pageUrl, rewrite } from '../host/browser/navigation.js'
import { pendingShelf, sessionShelf } from '../host/browser/storage.js'
import { digest, makeVerifier } from '../host/crypto/subtle.js'
import { send } from '../host/http.js'
import type { Call } from '../core/load.js'
import type { Renewal } from './renewal/renewal.js'
import type { SessionState } from './client-state.js'

/** How an end looks when it is none of a failure. */
export type GoodEnd = Exclude<End, { was: 'error' }>

/** The end, unless it is a failure. */
export function good(end: End): GoodEnd {
  if (end.was === 'error') throw errorOf(end.failure)
  return end
}

/** What some flows have besides. */
export interface More {
  /** Instead of the page's address. */
  about?: string
  popup?: Popup
  /** A step's wishes are granted or under way. */
  granted?: () => void
}

/** What the verbs of one client share. */
export interface Context {
  readonly settings: Settings
  readonly state: SessionState
  readonly renewal: Renewal | undefined
  /** The JSON text of the settings, as of now. */
  config(): string
  /** Gives the developer a hint, by `log` or else by `otherwise`. */
  hint(text: string, otherwise?: (text: string) => void): void
  /**
   * The platform's `fetch`, or the app's; where the client's tokens are bound to a key, one whose requests
   * prove it for this access token (empty: for none).
   */
  fetch(token?: string): typeof globalThis.fetch
  /** Runs a verb that can be called off. Whatever it rejects with is an `OidcError`. */
  verb<T>(signal: AbortSignal | undefined, work: (stop: AbortSignal) => Promise<T>): Promise<T>
  /** Drives a flow to a good end; `text` is what it begins with. */
  run(flow: Flow, text: string, stop: AbortSignal, more?: More): Promise<GoodEnd>
  /** Hears what other tabs say, from now on. */
  listen(heard: (text: string) => void): void
  /** Ends every verb, and those to come. */
  close(): void
}

/** Makes it. */
export function makeContext(
  settings: Settings,
  core: Call,
  state: SessionState,
  renewal: Renewal | undefined,
): Context {
  const closing = new AbortController()
  const fetch: Context['fetch'] = (token) => {
    const plain = settings.fetch ?? globalThis.fetch.bind(globalThis)
    return renewal?.proving(context, plain, token) ?? plain
  }
  // In a task of its own: an app's `log` that throws is the app's failure, not that of the verb.
  const hint: Context['hint'] = (text, say = () => {}) => {
    queueMicrotask(() => (settings.log ?? say)(text))
  }
  const report = (error: OidcError) => {
    hint(error.message)
    state.emit('error', { error })
  }
  const notice = (failure: Failure) => report(errorOf(failure))
  const verify = settings.backend ? asker(settings.backend) : makeVerifier()
  let line: Channel | undefined
  const host: Host = {
    send: (request, stop) => send(fetch(request.proof), request, stop),
    tell: (text) => line?.tell(text),
    async verify(question) {
      const verdict = await verify(question)
      return verdict === 'good' ? digest(question, settings.backend) : [verdict]
    },
    shelves: { pending: pendingShelf, session: sessionShelf(settings.store, report, renewal?.sealed) },
    rewrite,
    leave,
    now,
  }
  const config = () => textOf(settings, pageUrl())

  const context: Context = {
    settings,
    state,
    renewal,
    config,
    hint,
    fetch,
    async run(flow, text, stop, { about, popup, granted } = {}) {
      const settings = config()
      // The page's address is read first of all: a router may change it while the core loads.
      const begun = core('begin', settings, flow, text, about ?? pageUrl(), now())
      const watch = { notice, ...(granted && { granted }) }
      const more: Host['more'] = (wish, stop, lost) =>
        renewal!.grant(wish, stop, host.shelves, popup, lost)
      return good(await drive(core, settings, begun, { ...host, more }, watch, stop))
    },
    listen(heard) {
      // Where there is no page there are no tabs, and Deno would wait for their word for ever.
      if (pageUrl()) line ??= openChannel('countersign', heard)
    },
    async verb(signal, work) {
      const stop = new AbortController()
      const abort = () => stop.abort(new OidcError('OIDC_ABORTED', '', signal!.reason))
      const close = () => stop.abort(new OidcError('OIDC_CLOSED'))
      signal?.addEventListener('abort', abort)
      closing.signal.addEventListener('abort', close)
      if (signal?.aborted) abort()
      if (closing.signal.aborted) close()
      try {
        stop.signal.throwIfAborted()
        return await unless(stop.signal, work(stop.signal))
      } catch (error) {
        throw OidcError.is(error) ? error : new OidcError('OIDC_INTERNAL', '', error)
      } finally {
        signal?.removeEventListener('abort', abort)
        closing.signal.removeEventListener('abort', close)
      }
    },
    close() {
      line?.close()
      closing.abort()
    },
  }
  return context
}
