/** Which tab this is: a duplicated tab begins with a copy of the other's sessionStorage. */

import { listen, onReturn } from './browser.js'
import { hold } from './locks.js'

/** A tab, as a client sees it. */
export interface Tab {
  /**
   * Whether what sessionStorage holds is another open tab's. Stays so, over reloads as well, until
   * `settle`: whoever is interrupted asks again. Where there are no Web Locks, never.
   */
  isCopy(): Promise<boolean>
  /** What is the other's is gone: from now on this is a tab of its own. */
  settle(): void
}

/** How long a page that is leaving this very tab may take to say so, in milliseconds. */
const LEAVING = 1000

const tabs = new Map<string, Tab>()

/** The tab, for one client of many; `name` is the client's. One for each name in this page. */
export function tabOf(name: string): Tab {
  let tab = tabs.get(name)
  if (!tab) tabs.set(name, (tab = makeTab(`countersign:tab:${name}`)))
  return tab
}

function makeTab(key: string): Tab {
  let release: (() => void) | undefined
  let copy = Promise.resolve(false)
  const look = (fresh?: unknown) => {
    copy = copy.then(async () => {
      // `hold` released it when the page was hidden or frozen; this is for a page that was not.
      release?.()
      release = undefined
      try {
        await shown()
        let id = sessionStorage.getItem(key)
        if (fresh === true || !id) {
          id = crypto.getRandomValues(new Uint32Array(4)).join('')
          sessionStorage.setItem(key, id)
        }
        release = await hold(key + id, LEAVING)
        return !release
      } catch {
        // Where sessionStorage is blocked, nothing was copied.
        return false
      }
    })
  }
  if (globalThis.navigator?.locks) {
    look()
    onReturn(look)
    listen(look, 'resume')
  }
  return { isCopy: () => copy, settle: () => look(true) }
}

/** A page that is loaded before anybody goes there waits for its locks, and for its storage. */
const shown = () =>
  (globalThis.document as { prerendering?: boolean } | undefined)?.prerendering &&
  new Promise((now) => listen(now, 'prerenderingchange'))
