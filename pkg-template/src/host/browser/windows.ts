/** The provider in a popup, in a hidden frame or in place of the page, and what brings its response. */

import { within } from '../../shared/abort.js'
import type { Answer, Show } from '../../core/page.js'
import { openChannel } from './broadcast.js'
import { listen, onReturn } from './navigation.js'

/** A window that a person opened by a click; nothing where the browser did not let them. */
export type Popup = Window | null

/** What is said when a response was taken. */
const TAKEN = 'taken'
/** How long the page that asked may take to answer, in milliseconds. */
const ANSWER = 1000
/** How long a page that has loaded in a frame may take to bring its response, in milliseconds. */
const LOADED = 4000

/** The line on which the response to one request is brought: only who knows its `state` finds it. */
const nameOf = (state: string) => `countersign:${state}`

/** Opens a popup. Under the click, before anything is waited for: else browsers block it. */
export const openPopup = (): Popup =>
  globalThis.open?.('', '_blank', 'popup,width=500,height=700') ?? null

/** Brings a response to the page that waits for it, and closes this window where it is a popup. */
export function relay(state: string, query: string): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (taken: boolean) => {
      clearTimeout(timer)
      line.close()
      resolve(taken)
      if (taken && globalThis.parent === globalThis.self) globalThis.close?.()
    }
    const timer = setTimeout(end, ANSWER, false)
    const line = openChannel(nameOf(state), (text) => text === TAKEN && end(true))
    line.tell(query)
  })
}

/** Whether the person looks at this page, which is no frame and no popup: only then may it go away. */
export const isInSight = (): boolean =>
  globalThis.document?.visibilityState === 'visible' &&
  globalThis.self === globalThis.top &&
  !globalThis.opener

/** Shows the provider, and waits for its response. */
export function show(wish: Show, popup: Popup | undefined, stop: AbortSignal): Promise<Answer> {
  if (wish.on === 'page') return inPage(wish)
  return new Promise((resolve) => {
    const out = new AbortController()
    const end = (...answer: Answer) => {
      out.abort()
      resolve(answer)
    }
    const line = openChannel(nameOf(wish.state), (query) => {
      line.tell(TAKEN)
      end('text', query)
    })
    const timer = setTimeout(end, wish.ms, 'nothing')
    stop.addEventListener('abort', () => end('nothing'), { signal: out.signal })
    out.signal.addEventListener('abort', () => {
      clearTimeout(timer)
      line.close()
    })
    const { signal } = out
    if (wish.on === 'frame') inFrame(wish.url, end, signal)
    else if (popup) inPopup(wish.url, popup, end, signal)
    else end('blocked')
  })
}

/** Goes there, in the stead of this page. Some answers leave it standing, and it goes on. */
async function inPage({ url, ms }: Show): Promise<Answer> {
  let deaf: (() => void) | undefined
  const back = new Promise<void>((resolve) => {
    deaf = onReturn(resolve)
  })
  location.replace(url)
  await within(ms, back, undefined)
  deaf?.()
  return ['nothing']
}

type End = (...answer: Answer) => void

function inPopup(url: string, popup: Window, end: End, signal: AbortSignal): void {
  popup.location.replace(url)
  let seen = 0
  const watch = setInterval(() => {
    // Where the provider's page cuts the tie to this one (COOP), an open popup looks closed. Then it
    // has the person's attention, and this page has not.
    seen = popup.closed && document.hasFocus() ? seen + 1 : 0
    if (seen > 1) end('closed')
  }, 400)
  signal.addEventListener('abort', () => {
    clearInterval(watch)
    popup.close()
  })
}

function inFrame(url: string, end: End, signal: AbortSignal): void {
  const frame = document.createElement('iframe')
  frame.hidden = true
  // Some providers post a message to this page instead (response_mode=web_message).
  const deaf = listen((event) => {
    const { source, origin, data } = event as MessageEvent
    const isTheirs = source === frame.contentWindow && origin === new URL(url).origin
    if (isTheirs && (data?.response ?? data)?.state) end('text', JSON.stringify(data))
  }, 'message')
  frame.onload = () => setTimeout(end, LOADED, 'nothing')
  frame.src = url
  document.body.append(frame)
  signal.addEventListener('abort', () => {
    deaf()
    frame.remove()
  })
}
