// Buttons that break things, each with a sentence on what it does.
import { auth } from '../auth.ts'
import { button, card, element } from '../view/element.ts'
import { clearFailure, showFailure } from '../view/failure.ts'
import { endJump, jumpTo, setSkew, skewed } from './clock.ts'
import { broken } from './fetch.ts'
import { note } from './timeline.ts'

const HOUR = 60 * 60 * 1000

/** The card with all of them. */
export function breakingCard(): HTMLElement {
  const renew = action('Renew now', 'For a moment this page’s clock stands at the token’s end, and the app asks for a token.', renewNow)
  const expire = action('Expire the token', 'The next call to the API is answered 401 in this page, as an expired token would be. Then call the API.', () => {
    broken.refused = true
  })
  const network = action(networkName(), 'The client’s requests fail in this page before they are sent.', () => {
    broken.offline = !broken.offline
    network.press.textContent = networkName()
  })
  const clock = action(clockName(), 'Date.now() in this tab. The token looks old at once; the next sign-in measures the offset.', () => {
    setSkew(skewed() ? 0 : HOUR)
    clock.press.textContent = clockName()
  })
  const tab = action('Open another tab', 'It has the same session. Renew or sign out there, and look here.', () => {
    open('/', '_blank', 'noopener')
  })
  const popup = action('Sign in in a popup', 'This page stays where it is.', () => auth.signInPopup())

  const allow = () => {
    for (const { press } of [renew, expire]) press.disabled = !auth.user
  }
  auth.subscribe(allow)
  allow()
  const all = [renew, expire, network, clock, tab, popup].map(({ shown }) => shown)
  return card('Break something', element('ul', { class: 'actions' }, ...all))
}

const networkName = () => (broken.offline ? 'Go online' : 'Go offline')
const clockName = () => (skewed() ? 'Set the clock right' : 'Skew the clock by an hour')

function action(name: string, does: string, act: () => unknown) {
  const id = `does-${name.toLowerCase().replaceAll(/\W+/g, '-')}`
  const press = button(name, 'plain', () => {
    clearFailure()
    note('you', press.textContent ?? name)
    Promise.resolve(act()).catch(showFailure)
  })
  press.setAttribute('aria-describedby', id)
  return { press, shown: element('li', {}, press, element('p', { class: 'about', id }, does)) }
}

async function renewNow() {
  const { expiresAt } = await auth.getAccessToken()
  jumpTo(expiresAt)
  // The first request brings the clock back (fetch.ts), so that the answer is dated rightly.
  await auth.getAccessToken().finally(endJump)
}
