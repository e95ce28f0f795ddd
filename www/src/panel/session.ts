// The current session: the user, the remaining time of the access token, and the tab that renewed it.
import { store, type auth as client } from '../auth.ts'
import { card, element } from '../view/element.ts'
import { wasRenewedHere } from './fetch.ts'
import { countTabs } from './tabs.ts'

type Auth = typeof client

const STATUS = { loading: 'Loading', signedIn: 'Signed in', signedOut: 'Signed out' }

/** A card that shows the session and updates itself. */
export function sessionCard(auth: Auth): HTMLElement {
  const facts = element('dl', { class: 'facts' })
  const fact = (name: string, testid: string) => {
    const value = element('dd', { 'data-testid': testid }, '–')
    facts.append(element('dt', {}, name), value)
    return (text: string) => void (value.textContent === text || (value.textContent = text))
  }
  const state = fact('State', 'state')
  const user = fact('User', 'user')
  const tabs = fact('Open tabs', 'tabs')
  const renewed = fact('Last renewed', 'renewed')
  const offset = fact('Clock', 'offset')
  const storage = fact('Stored in', 'store')
  const lifetime = lifetimeOf(auth)
  let known: string | undefined

  const show = () => {
    state(STATUS[auth.status])
    user(auth.user?.sub ?? 'Not signed in')
    offset(auth.evidence ? offsetText(auth.evidence.clockOffset) : 'Measured at a sign-in')
    return lifetime.read()
  }
  const shown = (by: string) => renewed(`${new Date().toLocaleTimeString('en-GB')}, ${by}`)

  renewed('Not since this page was loaded')
  storage(`The ${store} store`)
  countTabs((count) => tabs(String(count)))
  auth.subscribe(() => void show())
  auth.addEventListener('renewed', async () => {
    // A renewal that failed changes the session too, but not the token.
    const token = await show()
    if (!token || token === known) return
    known = token
    shown(wasRenewedHere() ? 'by this tab' : 'by another tab')
  })
  auth.addEventListener('signedin', async () => {
    wasRenewedHere()
    known = await show()
  })
  auth.addEventListener('degraded', () => storage('Memory: it ends with this page'))
  void show()
  return card('Session', facts, lifetime.shown)
}

function lifetimeOf(auth: Auth) {
  const bar = element('progress', { 'aria-label': 'Remaining time of the access token', max: '1' })
  const text = element('p', { class: 'lifetime', 'data-testid': 'lifetime' })
  let end = 0
  let total = 1

  const tick = () => {
    const left = Math.max(0, end - Date.now() / 1000)
    total = Math.max(total, left)
    bar.max = total
    bar.value = left
    text.textContent = auth.user ? lifetimeText(end, left) : 'No access token.'
  }
  setInterval(tick, 1000)

  return {
    shown: element('div', { class: 'token-lifetime' }, element('h3', {}, 'Access token'), bar, text),
    /** Reads the token again and returns it. Returns `undefined` if there is none. */
    async read() {
      // Errors are shown by the code that needs the token.
      const token = auth.user && (await auth.getAccessToken().catch(() => undefined))
      if (token && token.expiresAt !== end) total = 1
      end = token?.expiresAt ?? 0
      tick()
      return token?.accessToken
    },
  }
}

function lifetimeText(end: number, left: number): string {
  if (!end) return 'The provider did not say when it expires.'
  if (left <= 0) return 'Expired. The next use renews it.'
  const minutes = Math.floor(left / 60)
  return `Expires in ${minutes} min ${Math.floor(left % 60)} s.`
}

function offsetText(seconds: number): string {
  if (!seconds) return 'Right, compared with the provider'
  return `${Math.abs(seconds)} s ${seconds > 0 ? 'behind' : 'ahead'}; corrected by the client`
}
