/** The page: its address bar, the way out, and the way back. */

/** The page's address; empty where there is no page. */
export const pageUrl = (): string => globalThis.location?.href ?? ''

/** Puts another address in the address bar; what a router keeps beside the old one stays. */
export function rewrite(url: string): void {
  try {
    history.replaceState(history.state, '', url)
  } catch {
    // There is no history here, or the browser has had enough of changes. Nothing depends on it.
  }
}

/** Goes to another page. */
export const leave = (url: string): void => location.assign(url)

// An event of the document alone passes the window on its way down. Node knows no other spelling.
const EARLY = { capture: true }

/** Calls back at events of the page, also those of the document alone; returns how to stop. */
export function listen(heard: (event: Event) => void, ...names: string[]): () => void {
  for (const name of names) globalThis.addEventListener?.(name, heard, EARLY)
  return () => {
    for (const name of names) globalThis.removeEventListener?.(name, heard, EARLY)
  }
}

/** Calls back whenever the page comes back out of the back/forward cache; returns how to stop. */
export const onReturn = (back: () => void): (() => void) =>
  listen((event) => {
    if ((event as PageTransitionEvent).persisted) back()
  }, 'pageshow')
