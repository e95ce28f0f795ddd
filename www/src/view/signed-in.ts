// The view of a signed-in user.
import type { auth as client } from '../auth.ts'
import { claimsCard } from './claims.ts'
import { button, element } from './element.ts'
import { evidenceCard } from './evidence.ts'

type Auth = typeof client

/** The user, the checks, the claims and the access token. */
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
