// The view without a user.
import source from '../auth.ts?raw'
import { button, card, element } from './element.ts'

/** A button to sign in, the steps of a sign-in, and the code that it needs. */
export function signedOutView(signIn: () => void): HTMLElement {
  const welcome = element(
    'section',
    { class: 'card welcome' },
    element('h1', {}, 'Sign in, and see what was checked'),
    element(
      'p',
      {},
      'This page signs you in at an OpenID provider. It verifies the response itself, here in your ' +
        'browser, and shows you what it verified.',
    ),
    button('Sign in', 'main', signIn),
    element(
      'ol',
      { class: 'steps' },
      element('li', {}, 'The provider asks who you are. It is a local one: any login is accepted.'),
      element('li', {}, 'You come back with a code that no other page can use.'),
      element('li', {}, 'The page exchanges the code for an ID token and checks every part of it.'),
    ),
  )
  const code = card(
    'The whole configuration',
    // The code scrolls on a narrow screen, so it must be focusable by keyboard.
    element('pre', { tabindex: '0', 'aria-label': 'src/auth.ts' }, element('code', {}, source)),
  )
  return element('div', { class: 'signed-out' }, welcome, code)
}
