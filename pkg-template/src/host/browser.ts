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

/** Calls back whenever the page comes back out of the back/forward cache; returns how to stop. */
export function onReturn(back: () => void): () => void {
  const listen = (event: Event) => {
    if ((event as PageTransitionEvent).persisted) back()
  }
  globalThis.addEventListener?.('pageshow', listen)
  return () => globalThis.removeEventListener?.('pageshow', listen)
}
