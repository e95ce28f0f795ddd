// The panel beside the app: the session, buttons that cause failures, and the requests of the client.
import type { auth as client } from '../auth.ts'
import { breakingCard } from './breaking.ts'
import { sessionCard } from './session.ts'
import { note, timelineCard } from './timeline.ts'

/** Fills the panel. Call it before `start`, so that the panel gets every event. */
export function showPanel(auth: typeof client, panel: Element): void {
  auth.addEventListener('signedin', ({ fresh }) => {
    note('event', 'signedin', fresh ? 'after a sign-in' : 'the session was restored')
  })
  auth.addEventListener('renewed', () => note('event', 'renewed', 'the tokens were renewed'))
  auth.addEventListener('signedout', () => note('event', 'signedout', 'no user is signed in'))
  for (const type of ['degraded', 'error'] as const) {
    auth.addEventListener(type, ({ error }) => note('trouble', `${type} ${error.code}`, error.hint))
  }
  panel.replaceChildren(sessionCard(auth), breakingCard(), timelineCard())
}
