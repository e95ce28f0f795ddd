// Nobody is signed in.
import source from '../auth.ts?raw'
import { button, card, element } from './element.ts'

/** The invitation, what will happen, and how little an app has to say for it. */
export function signedOutView(signIn: () => void): HTMLElement {
  const welcome = element(
    'section',
    { class: 'card welcome' },
    element('h1', {}, 'Sign in, and see what was checked'),
    element(
      'p',
      {},
      'This page signs you in at an OpenID provider. It believes nothing that it did not verify ' +
        'itself, here in your browser, and shows you what it verified.',
    ),
    button('Sign in', 'main', signIn),
    element(
      'ol',
      { class: 'steps' },
      element('li', {}, 'The provider asks who you are. Any login will do: it is a local one.'),
      element('li', {}, 'You come back with a code that is worth nothing to anybody else.'),
      element('li', {}, 'The page trades it for an ID token, and checks that from top to bottom.'),
    ),
  )
  const code = card(
    'All this app says about it',
    // Scrolls sideways on a narrow screen, so the keyboard has to get there.
    element('pre', { tabindex: '0', 'aria-label': 'src/auth.ts' }, element('code', {}, source)),
  )
  return element('div', { class: 'signed-out' }, welcome, code)
}
