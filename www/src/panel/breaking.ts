// Buttons that cause failures, each with a sentence that explains it.
import { auth } from '../auth.ts'
import { button, card, element } from '../view/element.ts'
import { clearFailure, showFailure } from '../view/failure.ts'
import { setSkew, skewed } from './clock.ts'
import { broken } from './fetch.ts'
import { note } from './timeline.ts'

const HOUR = 60 * 60 * 1000

/** The card with all the buttons. */
export function breakingCard(): HTMLElement {
  const renew = action('Renew now', 'Asks for new tokens, although the current ones are still good.', () => auth.getAccessToken({ renew: true }))
  const expire = action('Expire the token', 'The next call to the API gets the status 401, as with an expired token. Then call the API.', () => {
    broken.refused = true
  })
  const network = action(networkName(), 'The requests of the client fail in this page before they are sent.', () => {
    broken.offline = !broken.offline
    network.press.textContent = networkName()
  })
  const clock = action(clockName(), 'Changes Date.now() in this tab. The token seems expired at once; the next sign-in measures the offset.', () => {
    setSkew(skewed() ? 0 : HOUR)
    clock.press.textContent = clockName()
  })
  const tab = action('Open another tab', 'The other tab has the same session. Renew or sign out there, and see what changes here.', () => {
    open('/', '_blank', 'noopener')
  })
  const popup = action('Sign in in a popup', 'This page stays open during the sign-in.', () => auth.signInPopup())

  const enable = () => {
    for (const { press } of [renew, expire]) press.disabled = !auth.user
  }
  auth.subscribe(enable)
  enable()
  const all = [renew, expire, network, clock, tab, popup].map(({ shown }) => shown)
  return card('Break something', element('ul', { class: 'actions' }, ...all))
}

const networkName = () => (broken.offline ? 'Go online' : 'Go offline')
const clockName = () => (skewed() ? 'Set the clock right' : 'Skew the clock by an hour')

function action(name: string, effect: string, act: () => unknown) {
  const id = `does-${name.toLowerCase().replaceAll(/\W+/g, '-')}`
  const press = button(name, 'plain', () => {
    clearFailure()
    note('you', press.textContent ?? name)
    Promise.resolve(act()).catch(showFailure)
  })
  press.setAttribute('aria-describedby', id)
  return { press, shown: element('li', {}, press, element('p', { class: 'about', id }, effect)) }
}
