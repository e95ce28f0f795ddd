// The panel beside the app: the session, buttons that break things, and what the client did.
import type { auth as client } from '../auth.ts'
import { breakingCard } from './breaking.ts'
import { sessionCard } from './session.ts'
import { note, timelineCard } from './timeline.ts'

/** Fills the panel; before `start`, so that no event is missed. */
export function showPanel(auth: typeof client, place: Element): void {
  auth.addEventListener('signedin', ({ fresh }) => {
    note('event', 'signedin', fresh ? 'after a sign-in' : 'a session was found')
  })
  auth.addEventListener('renewed', () => note('event', 'renewed', 'the session was kept anew'))
  auth.addEventListener('signedout', () => note('event', 'signedout', 'nobody is signed in'))
  for (const type of ['degraded', 'error'] as const) {
    auth.addEventListener(type, ({ error }) => note('trouble', `${type} ${error.code}`, error.hint))
  }
  place.replaceChildren(sessionCard(auth), breakingCard(), timelineCard())
}
