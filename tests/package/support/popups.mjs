// A sign-in in a popup: the window that a page opens, and the parts of a page that Node lacks.
import { app, setStage } from './stage.mjs'

/** Gives this thread global values, until the test ends. */
export function setGlobals(t, values) {
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(globalThis, name, { configurable: true, writable: true, value })
    t.after(() => delete globalThis[name])
  }
}

/** Starts a sign-in in a popup, which shows the provider's page at `url`. `values` are more global values. */
export async function startPopupSignIn(t, values) {
  const stage = await setStage(t)
  const { auth, page } = stage.open('/')
  const popup = { closed: false, opener: 'the page', close: () => { popup.closed = true } }
  const shown = new Promise((resolve) => {
    popup.location = { replace: resolve }
  })
  setGlobals(t, { document: { hasFocus: () => false }, open: () => popup, origin: app, ...values })
  const signIn = auth.signInPopup()
  signIn.catch(() => {})
  return { stage, auth, page, popup, signIn, url: await shown }
}
