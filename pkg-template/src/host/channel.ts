/** What the tabs of an origin tell each other. */

import { listen, onReturn } from './browser.js'

/** A line to the other tabs. */
export interface Channel {
  tell(text: string): void
  close(): void
}

/**
 * Opens a line to the other tabs of this origin; `heard` gets what they tell, never what this one
 * told through it. Every script of the origin can speak and listen there: no secret may be told.
 *
 * Where there is no BroadcastChannel, nobody hears. What is told while this page lies in the
 * back/forward cache is missed: look again when it comes back.
 */
export function openChannel(name: string, heard: (text: string) => void): Channel {
  let line: BroadcastChannel | undefined
  const open = () => {
    try {
      line ??= new BroadcastChannel(name)
    } catch {
      // There is none, or the browser keeps this frame from its origin.
      return
    }
    // Node would wait for a word for ever.
    ;(line as BroadcastChannel & { unref?(): void }).unref?.()
    line.onmessage = ({ data }) => {
      if (typeof data === 'string') heard(data)
    }
  }
  // An open channel keeps a page out of the cache of some browsers, and is broken by that of others.
  const shut = () => {
    line?.close()
    line = undefined
  }
  const deaf = [listen(shut, 'pagehide'), onReturn(open)]
  open()
  return {
    tell: (text) => line?.postMessage(text),
    close() {
      for (const stop of deaf) stop()
      shut()
    },
  }
}
