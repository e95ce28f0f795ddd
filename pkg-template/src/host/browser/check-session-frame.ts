/** The provider's frame, which knows whether the provider's session is the same. */

import type { Answer, Watch } from '../../core/page.js'
import { listen } from './navigation.js'

/** How long the frame may take to load, and then to answer, in milliseconds. */
const PATIENCE = 5000

/** One for each flow, until that ends. */
const frames = new WeakMap<AbortSignal, Promise<HTMLIFrameElement>>()

/** Asks the frame: the first string that this very window, of this very origin, says. */
export async function watch({ url, origin, text, ms }: Watch, stop: AbortSignal): Promise<Answer> {
  await pause(ms, stop)
  if (stop.aborted) return ['nothing']
  let showing = frames.get(stop)
  if (!showing) frames.set(stop, (showing = show(url, stop)))
  const frame = await showing
  return new Promise((resolve) => {
    const end = (...answer: Answer) => {
      clearTimeout(timer)
      deaf()
      resolve(answer)
    }
    const deaf = listen((event) => {
      const { source, origin: from, data } = event as MessageEvent
      const isTheirs = source === frame.contentWindow && from === origin
      if (isTheirs && typeof data === 'string') end('text', data)
    }, 'message')
    const timer = setTimeout(end, PATIENCE, 'nothing')
    frame.contentWindow?.postMessage(text, origin)
  })
}

/** Loads the frame, whatever comes of it: what is no provider's page answers nothing. */
function show(url: string, stop: AbortSignal): Promise<HTMLIFrameElement> {
  const frame = document.createElement('iframe')
  frame.hidden = true
  frame.src = url
  stop.addEventListener('abort', () => frame.remove())
  return new Promise((resolve) => {
    const shown = () => resolve(frame)
    frame.onload = shown
    setTimeout(shown, PATIENCE)
    document.body.append(frame)
  })
}

function pause(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const over = () => {
      clearTimeout(timer)
      stop.removeEventListener('abort', over)
      resolve()
    }
    const timer = setTimeout(over, ms)
    stop.addEventListener('abort', over)
  })
}
