// Somebody is signed in.
import type { auth as client } from '../auth.ts'
import { claimsCard } from './claims.ts'
import { button, element } from './element.ts'
import { evidenceCard } from './evidence.ts'

type Auth = typeof client

/** Who it is, what is known of them, why it is believed, and what can be done with it. */
export function signedInView(
  auth: Auth,
  user: NonNullable<Auth['user']>,
  signOut: () => void,
  token: HTMLElement,
): HTMLElement {
  const name = typeof user['name'] === 'string' ? user['name'] : user.sub
  return element(
    'div',
    { class: 'signed-in' },
    element(
      'section',
      { class: 'card person' },
      element('span', { class: 'initial', 'aria-hidden': 'true' }, [...name][0] ?? ''),
      element(
        'div',
        { class: 'who' },
        element('h1', {}, name),
        element('p', {}, 'Subject ', element('code', { 'data-testid': 'sub' }, user.sub)),
      ),
      button('Sign out', 'plain', signOut),
    ),
    evidenceCard(auth.evidence, user),
    claimsCard(user),
    token,
  )
}
